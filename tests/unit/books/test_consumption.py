"""What we took stays taken until the source says something new of that level: is that so?"""

import pytest

from tests.fakes.books import TWO, ask, bid, delta, snapshot
from venues.books.make import make_books
from venues.books.port import Books
from venues.model.market import ASK, BID, BookState

ALL = 1 << 60


@pytest.fixture(params=[True, False], ids=["kernels", "twin"])
def books(request: pytest.FixtureRequest) -> Books:
    made = make_books(TWO, kernels=request.param)
    made.apply(0, snapshot((bid(99), 10), (bid(98), 20), (ask(101), 10), (ask(102), 30)))
    return made


def asks(books: Books) -> list[tuple[int, int]]:
    ticks, lots = books.levels(0, ASK, limit_tick=None, enough=ALL)
    return list(zip(ticks.tolist(), lots.tolist(), strict=True))


def test_a_snapshot_that_repeats_the_level_restores_nothing(books: Books) -> None:
    assert books.take(0, ask(101), 10) == 10
    books.apply(0, snapshot((bid(99), 10), (ask(101), 10), (ask(102), 30)))
    assert asks(books) == [(102, 30)]
    assert books.best(0, ASK) == 102


def test_an_increase_adds_only_the_fresh_size(books: Books) -> None:
    books.take(0, ask(101), 6)
    books.apply(0, delta((ask(101), 15)))
    assert books.size(0, ask(101)) == 9


def test_a_decrease_is_first_the_venue_noticing_what_we_took(books: Books) -> None:
    books.take(0, ask(101), 6)
    books.apply(0, delta((ask(101), 7)))
    assert books.size(0, ask(101)) == 4
    books.apply(0, delta((ask(101), 3)))
    assert books.size(0, ask(101)) == 3


def test_a_level_that_went_and_came_back_is_whole(books: Books) -> None:
    books.take(0, ask(101), 10)
    books.apply(0, delta((ask(101), 0)))
    books.apply(0, delta((ask(101), 8)))
    assert asks(books)[0] == (101, 8)


def test_a_level_a_snapshot_leaves_out_is_forgotten_with_what_we_took(books: Books) -> None:
    books.take(0, ask(102), 30)
    books.apply(0, snapshot((bid(99), 10), (ask(101), 10)))
    assert books.all_levels(0).tolist() == [[bid(99), 10, 10, 0, 0], [ask(101), 10, 10, 0, 0]]


def test_no_more_can_be_taken_than_stands_there(books: Books) -> None:
    assert books.take(0, ask(101), 25) == 10
    assert books.take(0, ask(101), 1) == 0
    assert books.take(0, ask(500), 1) == 0
    with pytest.raises(ValueError, match="cannot take -1 lots"):
        books.take(0, ask(101), -1)


def test_our_own_order_shows_on_top_and_is_left_out_of_what_we_read(books: Books) -> None:
    books.show_own(0, bid(100), 4)
    assert books.best(0, BID) == 100
    books.set_own(0, {bid(100): 4, bid(99): 3})
    assert books.best(0, BID) == 99
    assert (books.size(0, bid(99)), books.net(0, bid(99))) == (10, 7)
    books.set_own(0, {})
    assert books.best(0, BID) == 100
    books.show_own(0, bid(100), -4)
    assert books.best(0, BID) == 99


def test_our_own_order_shows_through_a_snapshot_that_does_not_know_it(books: Books) -> None:
    books.show_own(0, bid(100), 4)
    books.apply(0, snapshot((bid(99), 10), (ask(101), 10)))
    assert books.size(0, bid(100)) == 4


def test_own_lots_the_feed_does_not_show_yet_never_make_depth_negative(books: Books) -> None:
    books.set_own(0, {bid(99): 1000, bid(97): 5})
    assert books.net(0, bid(99)) == 0
    assert books.best(0, BID) == 98


def test_less_than_nothing_cannot_be_shown(books: Books) -> None:
    before = books.all_levels(0).tolist()
    books.show_own(0, bid(99), 2)
    for key, fewer in ((bid(99), -3), (bid(500), -1)):
        with pytest.raises(ValueError, match="own lots are shown"):
            books.show_own(0, key, fewer)
    books.show_own(0, bid(99), -2)
    assert books.all_levels(0).tolist() == before
    with pytest.raises(ValueError, match="negative"):
        books.set_own(0, {bid(99): -1})


def test_an_order_that_crosses_the_shown_touch_breaks_the_book(books: Books) -> None:
    books.show_own(0, bid(101), 1)
    assert books.state(0, 10, 100) is BookState.BROKEN
    books.show_own(0, bid(101), -1)
    assert books.state(0, 10, 100) is BookState.LIVE
