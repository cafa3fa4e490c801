"""Does a book ever run out of room, or lose what others keep in the same array?"""

import random

import numpy as np
import pytest

from tests.fakes.books import TWO, ask, bid, delta, snapshot, tightest_kernel_books
from venues.books.arena import BookArena
from venues.books.capacity import capacity_of, peak_levels
from venues.books.kernels import book_apply
from venues.books.layout import NO_ROOM
from venues.books.make import make_books
from venues.books.port import Capacity
from venues.books.store import KernelBooks
from venues.model.market import ASK, Int64s


def test_a_book_grows_with_the_market_and_drops_nothing() -> None:
    books = tightest_kernel_books()
    books.arena.mem[:3] = (7, 8, 9)
    books.apply(1, snapshot((bid(50), 5)))
    books.apply(0, snapshot(*((ask(100 + 50 * n), n + 1) for n in range(2000))))
    ticks, lots = books.levels(0, ASK, limit_tick=None, enough=1 << 60, most=5000)
    assert ticks.tolist() == [100 + 50 * n for n in range(2000)]
    assert lots.tolist() == list(range(1, 2001))
    assert books.all_levels(1).tolist() == [[bid(50), 5, 5, 0, 0]]
    assert books.arena.mem[:3].tolist() == [7, 8, 9]
    assert books.faults(0) == 0


def test_every_level_of_a_book_can_be_consumed() -> None:
    books = tightest_kernel_books()
    books.apply(0, snapshot(*((ask(100 + n), 9) for n in range(12))))
    assert [books.take(0, ask(100 + n), 4) for n in range(12)] == [4] * 12
    for n in range(30):
        books.show_own(0, bid(90 - n), 1)
    assert books.all_levels(0)[-12:, 2].tolist() == [5] * 12
    assert len(books.all_levels(0)) == 42
    assert books.faults(0) == 0


def test_a_message_that_does_not_fit_changes_nothing() -> None:
    books = tightest_kernel_books()
    books.apply(0, snapshot((bid(99), 10), (ask(101), 10)))
    before = books.arena.mem.copy()
    rows = delta(*((ask(1000 * n), 1) for n in range(1, 20)))
    told = book_apply(books.arena.mem, books.base(0), rows.keys, rows.lots, 0, 19, False, 1, 1)
    assert told == NO_ROOM
    assert np.array_equal(books.arena.mem, before)


def recording(
    seed: int,
) -> tuple[Int64s, Int64s, Int64s, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    pick = random.Random(seed)
    keys, lots, start, marks = [], [], [0], []
    for n in range(200):
        marks.append(n == 0 or pick.random() < 0.05)
        for _ in range(pick.randrange(1, 40)):
            keys.append(pick.randrange(2, 1 << pick.randrange(8, 30)))
            lots.append(pick.choice((0, 1, 5)))
        start.append(len(keys))
    return (
        np.array(keys, np.int64),
        np.array(lots, np.int64),
        np.array(start, np.int64),
        np.array(marks, np.bool_),
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_recording_says_beforehand_how_much_room_it_needs(seed: int) -> None:
    keys, lots, start, marks = recording(seed)
    held: dict[int, int] = {}
    peak = 0
    for m, is_snapshot in enumerate(marks.tolist()):
        if is_snapshot:
            held.clear()
        for row in range(start[m], start[m + 1]):
            held[int(keys[row])] = int(lots[row])
            peak = max(peak, sum(1 for size in held.values() if size))
    assert peak_levels(keys, lots, start, marks) == peak
    capacity = capacity_of(keys, lots, start, marks)
    arena = BookArena([capacity])
    KernelBooks(TWO[:1], arena)
    for m, is_snapshot in enumerate(marks.tolist()):
        base = arena.bases[0]
        told = book_apply(arena.mem, base, keys, lots, start[m], start[m + 1], is_snapshot, m, m)
        assert told == 0


def test_an_empty_recording_gets_the_usual_room() -> None:
    nothing = np.zeros(0, np.int64)
    start = np.zeros(1, np.int64)
    assert capacity_of(nothing, nothing, start, np.zeros(0, np.bool_)) == Capacity()


@pytest.mark.parametrize(("window", "slots"), [(128, 16), (300, 16), (256, 8), (256, 24)])
def test_room_that_cannot_be_addressed_is_refused(window: int, slots: int) -> None:
    with pytest.raises(ValueError, match="not a power of two"):
        Capacity(window, slots)


def test_room_is_given_per_instrument() -> None:
    with pytest.raises(ValueError, match="1 capacities for 2 instruments"):
        make_books(TWO, kernels=True, capacities=[Capacity()])
