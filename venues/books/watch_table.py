"""How do compiled kernels keep the armed watches of one view?"""

from typing import Final, assert_never

import numpy as np

from venues.books.layout import STATE_BROKEN, STATE_LIVE, STATE_STALE, STATE_UNVERIFIED
from venues.books.store import KernelBooks
from venues.books.watch import (
    MOST_INSTRUMENTS,
    MOST_LEVELS,
    SLOTS,
    DepthRow,
    PriceRow,
    StateRow,
    TouchRow,
    VolumeRow,
    WatchRow,
    check_watch,
    watched,
)
from venues.books.watch_kernels import (
    DEPTH,
    NOTHING,
    PRICE,
    ROW_WORDS,
    STATE,
    STATES_PER_WORD,
    TOUCH,
    VOLUME,
    W_1,
    W_KIND,
    W_MASK,
    arm,
    disarm,
    next_expiry,
    watches_expired,
    watches_fired,
)
from venues.model.market import BookState, Int64s

_STATES: Final = {
    BookState.UNVERIFIED: STATE_UNVERIFIED,
    BookState.LIVE: STATE_LIVE,
    BookState.STALE: STATE_STALE,
    BookState.BROKEN: STATE_BROKEN,
}


class KernelWatches:
    """Watches (`venues.books.watch`) over kernel books; the arrays are those of `watch_kernels`."""

    __slots__ = (
        "_books",
        "_grid_of",
        "active",
        "counts",
        "fired_slots",
        "grids",
        "rows",
        "scratch",
        "stale_after_ns",
    )

    def __init__(self, books: KernelBooks, stale_after_ns: int) -> None:
        instruments = len(books.instruments)
        if instruments > MOST_INSTRUMENTS:
            raise ValueError(f"{instruments} instruments are more than {MOST_INSTRUMENTS}")
        self._books = books
        self.stale_after_ns = stale_after_ns
        self._grid_of: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
        self.rows: Int64s = np.zeros((SLOTS, ROW_WORDS), np.int64)
        self.active: Int64s = np.zeros((instruments + 1, SLOTS), np.int64)
        self.counts: Int64s = np.zeros(instruments + 1, np.int64)
        self.grids: Int64s = np.ones((4, instruments), np.int64)
        self.fired_slots: Int64s = np.zeros(SLOTS, np.int64)
        self.scratch: Int64s = np.zeros((2, MOST_LEVELS), np.int64)

    def set(self, slot: int, row: WatchRow, now_ns: int) -> None:
        """Arm `row`; see the protocol."""
        check_watch(slot, row, len(self._books.instruments))
        self.clear(slot)
        kind, facts = self._words(row, now_ns)
        words = [0] * ROW_WORDS
        words[W_KIND] = kind
        words[W_MASK] = sum([1 << i for i in watched(row)])
        words[W_1 : W_1 + len(facts)] = facts
        self.rows[slot] = words
        arm(self.rows, self.active, self.counts, slot)

    def clear(self, slot: int) -> None:
        """Disarm `slot`; see the protocol."""
        if self.rows[slot, W_KIND] != NOTHING:
            disarm(self.rows, self.active, self.counts, slot)

    def fired(self, i: int, now_ns: int) -> tuple[int, ...]:
        """Return and disarm what holds after a message of `i`; see the protocol."""
        if self.counts[i] == 0:
            return ()
        count = watches_fired(
            self._books.arena.mem,
            self._bases(),
            self.rows,
            self.active,
            self.counts,
            self.grids,
            self.scratch,
            self.fired_slots,
            i,
            now_ns,
            self.stale_after_ns,
        )
        return self.slots(count)

    def next_expiry_ns(self) -> int | None:
        """Return when the first watched LIVE book turns STALE; see the protocol."""
        if self.counts[-1] == 0:
            return None
        due = next_expiry(
            self._books.arena.mem,
            self._bases(),
            self.rows,
            self.active,
            self.counts,
            self.stale_after_ns,
        )
        return None if due < 0 else int(due)

    def expired(self, now_ns: int) -> tuple[int, ...]:
        """Return and disarm what time has fired; see the protocol."""
        count = watches_expired(
            self._books.arena.mem,
            self._bases(),
            self.rows,
            self.active,
            self.counts,
            self.fired_slots,
            now_ns,
            self.stale_after_ns,
        )
        return self.slots(count)

    def slots(self, count: int) -> tuple[int, ...]:
        """Return the first `count` fired slots, rising."""
        return tuple(sorted(self.fired_slots[:count].tolist()))

    def _bases(self) -> Int64s:
        books = self._books
        return np.array([books.base(i) for i in range(len(books.instruments))], np.int64)

    def _words(self, row: WatchRow, now_ns: int) -> tuple[int, tuple[int, ...]]:
        """Return the kind of a row and its facts, in the order of `watch_kernels`."""
        match row:
            case PriceRow():
                grid = self._grid(row.members, row.scales)
                return PRICE, (int(row.reading), int(row.above), row.level, grid)
            case TouchRow():
                return TOUCH, (row.i, row.side, row.peg_tick, row.ticks)
            case DepthRow():
                return DEPTH, (row.i, row.side, row.within_e8, int(row.above), row.lots)
            case VolumeRow():
                return VOLUME, (row.i, row.lots)
            case StateRow():
                packed = [0, 0]
                for i in row.members:
                    state = _STATES[self._books.state(i, now_ns, self.stale_after_ns)]
                    word, place = divmod(i, STATES_PER_WORD)
                    packed[word] |= state << (2 * place)
                return STATE, (packed[0], packed[1])
            case _:
                assert_never(row)

    def _grid(self, members: tuple[int, ...], scales: tuple[int, ...]) -> int:
        """Return the row of `grids` that holds these scales, made if need be."""
        known = self._grid_of.get((members, scales))
        if known is not None:
            return known
        grid = len(self._grid_of)
        if grid == len(self.grids):
            self.grids = np.concatenate([self.grids, np.ones_like(self.grids)])
        self.grids[grid, list(members)] = scales
        self._grid_of[members, scales] = grid
        return grid
