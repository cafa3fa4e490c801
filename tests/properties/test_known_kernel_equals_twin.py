"""Do kernel and twin know the same of a book, whatever became of what it displayed before?"""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.books import TWO, message, tightest_kernel_books
from venues.books.layout import (
    CHANGE_MOST,
    LEANS,
    MORE_MOST,
    OUTCOMES_LEAST,
    OUTCOMES_MOST,
    REACHES,
    RING_WORDS,
    RINGS,
    WHOLE,
)
from venues.books.outcomes import word_of
from venues.books.port import Books
from venues.books.twin import TwinBooks
from venues.model.market import ASK, BID, Int64s, level_key

FAR = {BID: 0, ASK: 1 << 60}

# (lots displayed, lots there): mostly a few, now and then more than any market has.
seen = st.one_of(
    st.tuples(st.integers(0, 100), st.integers(0, 100)),
    st.tuples(st.integers(0, 1 << 30), st.integers(0, 1 << 30)),
    st.tuples(st.integers(0, 1 << 50), st.integers(0, 1 << 50)),
    st.tuples(st.just(1), st.just(MORE_MOST + 9)),
)
counts = st.lists(st.integers(0, OUTCOMES_MOST + 6), min_size=LEANS, max_size=LEANS)
sizes = st.lists(st.integers(1, 1 << 44), min_size=4, max_size=4)


def learned(pairs: list[tuple[int, int]], taken: list[int], side: int) -> Int64s:
    """What a book has taken down of one side for the shortest way, the same at every distance."""
    dumped = np.zeros(RINGS + RINGS * RING_WORDS, np.int64)
    place = 0
    for lean, count in enumerate(taken):
        ring = side * LEANS + lean
        dumped[ring] = count
        for row in range(min(count, OUTCOMES_MOST)):
            shown, there = pairs[place % len(pairs)]
            at = RINGS + ring * RING_WORDS + row * REACHES
            dumped[at : at + REACHES] = word_of(shown, there)
            place += 1
    return dumped


def show(books: Books, dumped: Int64s, lots: list[int]) -> None:
    books.restore_outcomes(0, dumped)
    keys = (level_key(990, BID), level_key(1010, ASK), level_key(989, BID), level_key(1011, ASK))
    books.apply(0, message(list(zip(keys, lots, strict=True)), is_snapshot=True))


@given(st.lists(seen, min_size=1, max_size=40), counts, sizes, st.sampled_from([BID, ASK]))
@settings(max_examples=300)
def test_kernel_and_twin_know_the_same_of_a_book(
    pairs: list[tuple[int, int]], taken: list[int], lots: list[int], side: int
) -> None:
    kernel, twin = tightest_kernel_books(), TwinBooks(TWO)
    dumped = learned(pairs, taken, side)
    for books in (kernel, twin):
        show(books, dumped, lots)
    for limit_tick in (FAR[side], 990 if side == BID else 1010):
        rows, change = kernel.outcomes(0, side, 0, limit_tick)
        same, likewise = twin.outcomes(0, side, 0, limit_tick)
        assert rows.tolist() == same.tolist()
        assert change.tolist() == likewise.tolist()
        assert WHOLE // CHANGE_MOST <= change.min() <= change.max() <= WHOLE * CHANGE_MOST


def of_size(size: int) -> tuple[int, int]:
    """How much more goes and comes of `size` lots at a venue where half of what is over 1000 goes."""
    books = tightest_kernel_books()
    pairs = [(lots, 1000 + (lots - 1000) // 2) for lots in range(500, 3000, 100)]
    show(books, learned(pairs, [OUTCOMES_MOST] * LEANS, ASK), [1, size, 1, 1])
    goes, comes = books.outcomes(0, ASK, 0, FAR[ASK])[1][:, 0].tolist()
    return goes, comes


def test_more_goes_of_what_is_outsized_and_more_comes_where_little_is_shown() -> None:
    goes, comes = of_size(5000)
    assert goes > WHOLE > comes
    goes, comes = of_size(200)
    assert goes < WHOLE < comes


def test_without_enough_outcomes_nothing_is_said_of_size() -> None:
    books = tightest_kernel_books()
    show(books, learned([(1000, 10)], [OUTCOMES_LEAST - 1, 0, 0], ASK), [1, 9999, 1, 1])
    rows, change = books.outcomes(0, ASK, 0, FAR[ASK])
    assert len(rows) == OUTCOMES_LEAST - 1
    assert set(change.ravel().tolist()) == {WHOLE}
