"""What does a trader expect of a book made of a snapshot and diffs: right, or BROKEN, never in between?"""

from decimal import Decimal

import pytest

from tests.unit.frames.frames import (
    book_of,
    diff,
    kernel_books,
    snapshot,
    stream,
    twin_books,
    whole,
)
from venues.books.port import Books
from venues.live.frames.sequence import MOST_KEPT, Numbering
from venues.live.frames.stream import BookStream, Heard
from venues.model.market import BookState, Gap, MarketEvent

BIDS, ASKS = [("99.99", "1"), ("99.98", "2")], [("100.01", "1")]
FAR_NS = 1 << 60


@pytest.fixture(params=[kernel_books, twin_books], ids=["kernels", "plain"])
def books(request: pytest.FixtureRequest) -> Books:
    made: Books = request.param()
    return made


def live(books: Books, numbering: Numbering = Numbering.CHANGES) -> BookStream:
    """Let a snapshot numbered 10 be applied."""
    feed = stream(books, numbering)
    assert feed.snapshot(snapshot(10, BIDS, ASKS), 1_000) is Heard.APPLIED
    return feed


def state(books: Books) -> BookState:
    return books.state(0, 0, FAR_NS)


def test_diffs_before_the_snapshot_are_kept_and_those_it_holds_are_left_out(books: Books) -> None:
    feed = stream(books)
    assert feed.hear(diff(8, 9, [("99.99", "7")]), 1) is Heard.KEPT
    assert feed.hear(diff(10, 12, [("99.97", "3")]), 2) is Heard.KEPT
    assert state(books) is BookState.UNVERIFIED
    assert feed.snapshot(snapshot(10, BIDS, ASKS), 3) is Heard.APPLIED
    assert book_of(books)["b", Decimal("99.99")] == 1
    assert book_of(books)["b", Decimal("99.97")] == 3
    assert feed.sequence.last == 12
    assert state(books) is BookState.LIVE


def test_a_snapshot_older_than_the_first_diff_is_refused_and_another_one_is_needed(
    books: Books,
) -> None:
    feed = stream(books)
    feed.hear(diff(20, 21), 1)
    assert feed.snapshot(snapshot(10, BIDS, ASKS), 2) is Heard.KEPT
    assert feed.sequence.needs_snapshot
    assert feed.snapshot(snapshot(19, BIDS, ASKS), 3) is Heard.APPLIED
    assert feed.sequence.last == 21


def test_the_first_diff_after_a_snapshot_may_overlap_it(books: Books) -> None:
    feed = live(books)
    assert feed.hear(diff(6, 10), 1_001) is Heard.KEPT  # all of it is in the snapshot
    assert feed.hear(diff(9, 11, [("99.97", "3")]), 1_002) is Heard.APPLIED
    assert feed.hear(diff(12, 12, [("99.96", "3")]), 1_003) is Heard.APPLIED


def test_a_missed_change_breaks_the_book_until_the_next_snapshot(books: Books) -> None:
    feed = live(books)
    feed.hear(diff(11, 11, [("99.97", "3")]), 1_001)
    assert feed.hear(diff(13, 13, [("99.96", "3")]), 1_002) is Heard.BROKEN
    assert state(books) is BookState.BROKEN
    assert feed.hear(diff(14, 14), 1_003) is Heard.KEPT
    assert feed.snapshot(snapshot(12, BIDS, ASKS), 1_004) is Heard.APPLIED
    assert feed.sequence.last == 14  # what came meanwhile goes on from it
    assert state(books) is BookState.LIVE


def test_a_chained_diff_has_to_name_the_one_before(books: Books) -> None:
    feed = live(books, Numbering.CHAINED)
    assert feed.hear(diff(12, 14, before=9), 1_001) is Heard.APPLIED
    assert feed.hear(diff(20, 22, before=14), 1_002) is Heard.APPLIED  # numbers leave holes
    assert feed.hear(diff(30, 31, before=23), 1_003) is Heard.BROKEN


def test_a_chained_diff_that_does_not_say_breaks_the_book(books: Books) -> None:
    feed = live(books, Numbering.CHAINED)
    assert feed.hear(diff(11, 12), 1_001) is Heard.BROKEN


def test_a_diff_heard_twice_changes_nothing(books: Books) -> None:
    feed = live(books)
    once = diff(11, 11, [("99.97", "3")])
    assert feed.hear(once, 1_001) is Heard.APPLIED
    assert feed.hear(once, 1_002) is Heard.KEPT
    assert state(books) is BookState.LIVE


def test_local_time_rises_from_message_to_message_whatever_the_clock_does(books: Books) -> None:
    told: list[MarketEvent] = []
    feed = stream(books, tell=told.append)
    feed.snapshot(snapshot(10, BIDS, ASKS), 1_000)
    for number in range(11, 15):
        feed.hear(diff(number, number), 1_000)
    feed.lose("the connection is gone", 999)
    times = [what.ts_local_ns for what in told]
    assert times == sorted(set(times))
    assert isinstance(told[-1], Gap)


def test_diffs_that_pile_up_without_a_snapshot_are_bounded(books: Books) -> None:
    feed = stream(books)
    for number in range(1, MOST_KEPT + 3):
        feed.hear(diff(number, number), number)
    assert feed.snapshot(snapshot(5, BIDS, ASKS), MOST_KEPT + 5) is Heard.KEPT
    assert feed.snapshot(snapshot(MOST_KEPT + 1, BIDS, ASKS), MOST_KEPT + 6) is Heard.APPLIED


def test_a_price_off_the_grid_breaks_the_book_and_nothing_of_it_is_applied(books: Books) -> None:
    feed = live(books)
    before = book_of(books)
    frame = diff(11, 11, [("99.97", "3"), ("99.965", "1")])
    assert feed.hear(frame, 1_001) is Heard.BROKEN
    assert book_of(books) == before
    assert state(books) is BookState.BROKEN


def test_a_size_finer_than_the_lot_counts_as_less_never_as_more(books: Books) -> None:
    feed = live(books)
    feed.hear(diff(11, 11, [("99.97", "0.123459")]), 1_001)
    assert books.size(0, 9997 * 2) == 12345


def test_frames_about_other_symbols_are_left_alone(books: Books) -> None:
    feed = live(books)
    assert feed.hear(diff(11, 11, symbol="ETHUSDT"), 1_001) is Heard.FOREIGN
    assert state(books) is BookState.LIVE


def test_a_frame_cut_short_breaks_the_book(books: Books) -> None:
    feed = live(books)
    assert feed.hear(diff(11, 11, [("99.97", "3")])[:-9], 1_001) is Heard.BROKEN
    assert state(books) is BookState.BROKEN


def test_names_that_are_new_to_us_change_nothing(books: Books) -> None:
    feed = live(books)
    frame = diff(11, 11, [("99.97", "3")], st=2, ps="BTCUSDT", odd={"x": [1, 2]})
    assert feed.hear(frame, 1_001) is Heard.APPLIED
    assert books.size(0, 9997 * 2) == 300_000


def test_whole_books_need_no_snapshot_and_replace_each_other(books: Books) -> None:
    feed = stream(books, Numbering.WHOLE)
    assert feed.hear(whole(1_000, BIDS, ASKS), 1) is Heard.APPLIED
    assert feed.hear(whole(1_001, [("99.5", "1")], ASKS), 2) is Heard.APPLIED
    assert books.best(0, 0) == 9950
    assert len(books.all_levels(0)) == 2


def test_a_whole_book_that_was_overtaken_is_left_out(books: Books) -> None:
    feed = stream(books, Numbering.WHOLE)
    feed.hear(whole(1_001, BIDS, ASKS), 1)
    assert feed.hear(whole(1_000, [("99.5", "1")], ASKS), 2) is Heard.KEPT
    assert books.best(0, 0) == 9999
