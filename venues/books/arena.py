"""Who owns the one array that all books lie in, and how does a book get more room?"""

from collections.abc import Sequence

import numpy as np

from venues.books.growth import book_copy
from venues.books.kernels import book_init, book_level_count, book_words
from venues.books.layout import H_SLOTS, H_TOUCHED, H_WINDOW
from venues.books.levels import most_entries
from venues.books.port import Capacity
from venues.model.market import Int64s


class BookArena:
    """Many books in `mem`, book n from `bases[n]` on, behind `reserved` words of somebody else's.

    Growing replaces `mem` and moves bases (never the reserved words, which start at 0): read both
    again before each kernel call. `starts` are the bases as an array.
    """

    __slots__ = ("bases", "mem", "reserved", "starts")

    def __init__(self, capacities: Sequence[Capacity], reserved: int = 0) -> None:
        self.reserved = reserved
        self.bases: list[int] = []
        end = reserved
        for capacity in capacities:
            self.bases.append(end)
            end += book_words(capacity.window, capacity.slots)
        self.starts: Int64s = np.array(self.bases, np.int64)
        self.mem: Int64s = np.zeros(end, np.int64)
        for base, capacity in zip(self.bases, capacities, strict=True):
            book_init(self.mem, base, capacity.window, capacity.slots)

    def grow(self, book: int, rows: int) -> None:
        """Lay everything out again with room for `rows` more levels in `book`."""
        old, bases = self.mem, self.bases
        base = bases[book]
        needed = max(book_level_count(old, base), int(old[base + H_TOUCHED])) + rows
        capacities = [Capacity(int(old[b + H_WINDOW]), int(old[b + H_SLOTS])) for b in bases]
        slots = capacities[book].slots * 2
        while most_entries(slots) < needed:
            slots *= 2
        capacities[book] = Capacity(capacities[book].window, slots)
        larger = BookArena(capacities, self.reserved)
        larger.mem[: self.reserved] = old[: self.reserved]
        for here, there in zip(bases, larger.bases, strict=True):
            book_copy(old, here, larger.mem, there)
        self.mem, self.bases, self.starts = larger.mem, larger.bases, larger.starts
