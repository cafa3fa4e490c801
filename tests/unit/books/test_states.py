"""When may depth be trusted, and where does it end?"""

import numpy as np
import pytest

from tests.fakes.books import TWO, ask, bid, delta, snapshot
from venues.books.make import make_books
from venues.books.port import Books
from venues.model.market import ASK, BID, BookState, DerivKind

ALL = 1 << 60


@pytest.fixture(params=[True, False], ids=["kernels", "twin"])
def books(request: pytest.FixtureRequest) -> Books:
    return make_books(TWO, kernels=request.param)


def test_a_book_without_a_snapshot_is_not_trusted_however_full(books: Books) -> None:
    books.apply(0, delta((bid(99), 1), (ask(101), 1)))
    assert books.best(0, BID) == 99
    assert books.state(0, 10, 100) is BookState.UNVERIFIED
    books.apply(0, snapshot((bid(99), 1), (ask(101), 1)))
    assert books.state(0, 10, 100) is BookState.LIVE
    assert books.state(1, 10, 100) is BookState.UNVERIFIED


def test_a_doubted_book_is_unverified_until_it_is_trusted_again(books: Books) -> None:
    books.apply(0, snapshot((bid(99), 1), (ask(101), 1)))
    books.doubt(0)
    assert books.state(0, 10, 100) is BookState.UNVERIFIED
    books.trust(0)
    assert books.state(0, 10, 100) is BookState.LIVE


def test_a_book_goes_stale_one_nanosecond_after_its_time(books: Books) -> None:
    books.apply(0, snapshot((bid(99), 1), (ask(101), 1), now_ns=1000))
    assert books.last_local_ns(0) == 1000
    assert books.state(0, 1100, 100) is BookState.LIVE
    assert books.state(0, 1101, 100) is BookState.STALE


@pytest.mark.parametrize("tick", [101, 105])
def test_a_locked_or_crossed_book_is_broken_until_it_uncrosses(books: Books, tick: int) -> None:
    books.apply(0, snapshot((bid(99), 1), (ask(101), 1)))
    books.apply(0, delta((bid(tick), 1)))
    assert books.crossed(0)
    assert books.state(0, 10, 100) is BookState.BROKEN
    books.apply(0, delta((bid(tick), 0)))
    assert books.state(0, 10, 100) is BookState.LIVE


def test_a_gap_breaks_the_book_until_the_next_snapshot(books: Books) -> None:
    books.apply(0, snapshot((bid(99), 1), (ask(101), 1)))
    books.gap(0)
    books.apply(0, delta((bid(98), 1)))
    assert books.state(0, 10, 100) is BookState.BROKEN
    books.apply(0, snapshot((bid(99), 1), (ask(101), 1)))
    assert books.state(0, 10, 100) is BookState.LIVE


def test_beyond_the_last_level_nothing_is_known(books: Books) -> None:
    books.apply(0, snapshot((bid(99), 1), (ask(101), 5), (ask(103), 7)))
    ticks, lots = books.levels(0, ASK, limit_tick=None, enough=ALL)
    assert (ticks.tolist(), lots.tolist()) == ([101, 103], [5, 7])
    assert books.size(0, ask(102)) == 0
    assert books.size(0, ask(1 << 50)) == 0


def test_deleting_a_level_nobody_knew_is_normal(books: Books) -> None:
    books.apply(0, snapshot((bid(99), 1), (ask(101), 5)))
    books.apply(0, delta((ask(150), 0), (bid(7), 0), (ask(1 << 50), 0)))
    assert books.all_levels(0)[:, 0].tolist() == [bid(99), ask(101)]


def test_levels_end_at_the_limit_at_enough_or_when_the_reader_has_no_more_room(
    books: Books,
) -> None:
    books.apply(0, snapshot(*((bid(100 - n), 10) for n in range(10))))
    for limit, enough, most, count in ((95, ALL, 512, 6), (None, 25, 512, 3), (None, ALL, 4, 4)):
        ticks, _ = books.levels(0, BID, limit_tick=limit, enough=enough, most=most)
        assert ticks.tolist() == list(range(100, 100 - count, -1))
    assert len(books.levels(0, BID, limit_tick=101, enough=ALL)[0]) == 0
    assert len(books.levels(0, BID, limit_tick=None, enough=0)[0]) == 0


def test_a_price_far_out_is_kept_and_found_again_when_the_market_gets_there(books: Books) -> None:
    books.apply(0, snapshot((bid(1_000_000), 1), (bid(3), 4), (ask(1_000_001), 1)))
    books.apply(0, delta((bid(1_000_000), 0), (bid(5), 2), (ask(900), 6)))
    ticks, lots = books.levels(0, BID, limit_tick=None, enough=ALL)
    assert (ticks.tolist(), lots.tolist()) == ([5, 3], [2, 4])
    ticks, lots = books.levels(0, ASK, limit_tick=None, enough=ALL)
    assert (ticks.tolist(), lots.tolist()) == ([900, 1_000_001], [6, 1])


def test_prints_marks_and_funding_are_remembered(books: Books) -> None:
    assert [books.last_tick(0), books.mark(0), books.index(0), books.funding(0)] == [None] * 4
    books.print_(0, 100, 3)
    books.print_(0, 101, 4)
    books.deriv(0, DerivKind.MARK, 7 * 10**12, 0)
    books.deriv(0, DerivKind.INDEX, 8 * 10**12, 0)
    books.deriv(0, DerivKind.FUNDING, -5, 28_800)
    assert (books.last_tick(0), books.volume(0)) == (101, 7)
    assert (books.mark(0), books.index(0)) == (7 * 10**12, 8 * 10**12)
    assert books.funding(0) == (-5, 28_800)


def test_read_only_rows_of_a_recording_are_taken_as_they_are(books: Books) -> None:
    feed = snapshot((bid(99), 1), (ask(101), 5))
    feed.keys.setflags(write=False)
    feed.lots.setflags(write=False)
    books.apply(0, feed)
    assert np.array_equal(books.all_levels(0)[:, 0], [bid(99), ask(101)])
