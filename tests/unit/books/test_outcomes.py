"""What was left of displayed depth when an order would have arrived: is it taken down right?"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.fakes.books import TWO, ask, bid, delta, snapshot
from venues.books.layout import OUTCOMES_LEAST, OUTCOMES_MOST, REACHES, WHOLE
from venues.books.make import make_books
from venues.books.port import Books, horizon_of
from venues.model.market import ASK, BID

S = 1_000_000_000
MS = 1_000_000
ANY = 1 << 60  # a limit beyond every distance
QUICK, SLOW = horizon_of(5 * MS), horizon_of(200 * MS)


@pytest.fixture(params=[True, False], ids=["kernels", "twin"])
def books(request: pytest.FixtureRequest) -> Books:
    """A book that is looked at when its clock strikes 2 s: 10 lots at the touch, 30 behind."""
    made = make_books(TWO, kernels=request.param)
    made.learn(0)
    made.apply(0, snapshot((bid(99_990), 40), (ask(100_000), 10), (ask(100_020), 30), now_ns=S + 1))
    return made


def say(books: Books, at_ns: int, rows: Sequence[tuple[int, int]], *, lag_ns: int = 5) -> None:
    """Let the venue say `rows` at `at_ns` of its own clock, heard `lag_ns` later."""
    message = delta(*rows, now_ns=at_ns + lag_ns)
    books.apply(0, replace(message, ts_exchange_ns=at_ns))


def shares(books: Books, horizon: int, side: int = ASK) -> list[list[int]]:
    rows: list[list[int]] = books.outcomes(0, side, horizon, ANY)[0].tolist()
    return rows


def test_a_level_that_was_cancelled_before_we_would_have_arrived_is_missing(books: Books) -> None:
    say(books, 2 * S + 3 * MS, [(ask(100_000), 5)])
    say(books, 2 * S + 300 * MS, [])
    touch, *_, far = shares(books, QUICK)[0]
    assert touch == WHOLE // 2
    assert far == WHOLE * 35 // 40
    assert shares(books, QUICK, BID) == [[WHOLE] * REACHES]


def test_what_happened_after_our_arrival_is_another_matter(books: Books) -> None:
    say(books, 2 * S + 6 * MS, [(ask(100_000), 0)])
    say(books, 2 * S + 300 * MS, [])
    assert shares(books, QUICK) == [[WHOLE] * REACHES]
    assert shares(books, SLOW)[0][0] == 0


def test_what_the_venue_did_counts_by_its_own_clock_however_late_we_hear_of_it(
    books: Books,
) -> None:
    say(books, 2 * S - 50 * MS, [(ask(100_000), 4)], lag_ns=120 * MS)
    say(books, 2 * S + 100 * MS, [], lag_ns=120 * MS)
    assert shares(books, QUICK)[0][0] == WHOLE * 4 // 10


def test_new_depth_counts_in_lots_whatever_was_displayed(books: Books) -> None:
    say(books, 2 * S + 1 * MS, [(ask(100_000), 15)])
    say(books, 2 * S + 20 * MS, [(ask(99_995), 900)])
    say(books, 2 * S + 300 * MS, [])
    assert shares(books, QUICK)[0][0] == WHOLE + 5
    assert shares(books, SLOW)[0][0] == WHOLE + 905


def test_books_that_lean_to_one_side_are_remembered_apart(books: Books) -> None:
    light, heavy = [(ask(100_000), 1), (ask(100_020), 1)], [(ask(100_000), 500)]
    for second in range(2, 2 + 2 * OUTCOMES_LEAST):
        say(books, second * S - 500 * MS, heavy if second % 2 else light)
        say(books, second * S + 1 * MS, [(ask(100_000), 250 if second % 2 else 0)])
        say(books, second * S + 300 * MS, [])
    say(books, (second + 1) * S - 500 * MS, light)
    assert {row[0] for row in shares(books, QUICK)} == {0}
    say(books, (second + 1) * S - 400 * MS, heavy)
    assert {row[0] for row in shares(books, QUICK)} == {WHOLE // 2}


def test_a_book_that_is_gapped_or_crossed_when_the_order_arrives_says_nothing(
    books: Books,
) -> None:
    say(books, 2 * S + 1 * MS, [])
    books.gap(0)
    say(books, 2 * S + 300 * MS, [])
    assert shares(books, QUICK) == []


def test_a_book_that_was_silent_when_it_was_to_be_looked_at_is_not(books: Books) -> None:
    books.disturbed(0, 2 * S)
    say(books, 9 * S, [(ask(100_000), 1)])
    say(books, 9 * S + 300 * MS, [])
    assert shares(books, QUICK) == []
    say(books, 10 * S + 300 * MS, [])
    assert len(shares(books, QUICK)) == 1


def test_our_own_order_is_no_outcome(books: Books) -> None:
    say(books, 2 * S + 1 * MS, [])
    books.disturbed(0, 2 * S + 2 * MS)
    say(books, 2 * S + 4 * MS, [(ask(100_000), 0)])
    say(books, 2 * S + 300 * MS, [])
    say(books, 3 * S + 300 * MS, [])
    assert shares(books, QUICK) == []
    say(books, 4 * S + 300 * MS, [])
    assert len(shares(books, QUICK)) == 1


def test_the_oldest_outcome_goes_when_there_are_too_many(books: Books) -> None:
    for second in range(2, OUTCOMES_MOST + 7):
        say(books, second * S + 1 * MS, [(ask(100_000), second)])
        say(books, second * S + 300 * MS, [(ask(100_000), 1000)])
    kept = sorted(row[0] for row in shares(books, QUICK))
    assert len(kept) == OUTCOMES_MOST
    assert kept[0] == WHOLE * 7 // 1000, "what was seen in seconds 2 to 6 has given way"


def test_what_was_learned_survives_being_written_down(books: Books) -> None:
    for second in range(2, OUTCOMES_MOST + 7):
        say(books, second * S + 1 * MS, [(ask(100_000), second)])
        say(books, second * S + 300 * MS, [(ask(100_000), 1000)])
    written = books.dump_outcomes(0)
    for kernels in (True, False):
        other = make_books(TWO, kernels=kernels)
        other.restore_outcomes(0, written)
        assert other.dump_outcomes(0).tolist() == written.tolist()
        other.apply(0, snapshot((bid(99_990), 40), (ask(100_000), 1000), (ask(100_020), 30)))
        assert shares(other, QUICK) == shares(books, QUICK)
    with pytest.raises(ValueError, match="7 words are not what a book has learned"):
        books.restore_outcomes(0, written[:7])


def test_a_book_that_does_not_learn_takes_nothing_down(books: Books) -> None:
    books.apply(1, snapshot((bid(99), 1), (ask(101), 1), now_ns=S + 1))
    for at_ns in (2 * S + 1, 2 * S + 300 * MS):
        books.apply(1, delta(now_ns=at_ns))
    assert books.outcomes(1, ASK, QUICK, ANY)[0].tolist() == []
