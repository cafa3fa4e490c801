"""How do compiled kernels keep the books of many instruments?"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from venues.books.arena import BookArena
from venues.books.kernels import (
    book_apply,
    book_best,
    book_deriv,
    book_doubt,
    book_dump,
    book_gap,
    book_level_count,
    book_levels,
    book_net,
    book_print,
    book_set_own,
    book_show_own,
    book_size,
    book_state,
    book_take,
)
from venues.books.known import book_outcomes
from venues.books.layout import (
    CHANGES,
    FAR_TICK,
    H_CROSSED,
    H_FAULTS,
    H_FUNDING,
    H_FUNDING_NEXT,
    H_HAS_DERIV,
    H_INDEX,
    H_LAST_TICK,
    H_MARK,
    H_TS_LOCAL,
    H_VOLUME,
    LEANS,
    NO_ROOM,
    NO_TICK,
    NOT_SHOWN,
    OUTCOMES_MOST,
    REACHES,
    STATE_BROKEN,
    STATE_LIVE,
    STATE_STALE,
    STATE_UNVERIFIED,
)
from venues.books.outcomes import (
    book_disturbed,
    book_learn,
    dump_outcomes,
    restore_outcomes,
)
from venues.books.port import DEFAULT_MOST, Books, Capacity
from venues.books.quote import QUOTE_WORDS, book_quote
from venues.books.within import book_within
from venues.model.instrument import Instrument
from venues.model.market import ASK, BookMessage, BookState, DerivKind, Int64s

__all__ = ["BookArena", "Books", "Capacity", "KernelBooks"]

_KIND_PLACE: Final = {DerivKind.MARK: 0, DerivKind.INDEX: 1, DerivKind.FUNDING: 2}
_STATES: Final = {
    STATE_UNVERIFIED: BookState.UNVERIFIED,
    STATE_LIVE: BookState.LIVE,
    STATE_STALE: BookState.STALE,
    STATE_BROKEN: BookState.BROKEN,
}


class KernelBooks:
    """Books (`venues.books.port`) in one array; book `i` is number `first + i` of `arena`.

    Arrays of a BookMessage must be C-contiguous int64. Faults of kernel callers are in `faults`.
    """

    __slots__ = ("_first", "_own", "_quote", "arena", "instruments")

    def __init__(
        self, instruments: tuple[Instrument, ...], arena: BookArena, first: int = 0
    ) -> None:
        self.instruments = instruments
        self.arena = arena
        self._first = first
        self._own: list[dict[int, int]] = [{} for _ in instruments]
        self._quote: Int64s = np.zeros(QUOTE_WORDS, np.int64)

    def base(self, i: int) -> int:
        """Return where book `i` starts in `arena.mem` now."""
        return self.arena.bases[self._first + i]

    def grow(self, i: int, rows: int) -> None:
        """Make room for `rows` more levels in book `i`; bases and `arena.mem` change."""
        self.arena.grow(self._first + i, rows)

    def apply(self, i: int, message: BookMessage) -> None:
        """Apply one book message; grows the book first where it might not fit."""
        keys = message.keys
        while (
            book_apply(
                self.arena.mem,
                self.arena.bases[self._first + i],
                keys,
                message.lots,
                0,
                len(keys),
                message.is_snapshot,
                message.ts_exchange_ns,
                message.ts_local_ns,
            )
            == NO_ROOM
        ):
            self.grow(i, len(keys))

    def print_(self, i: int, tick: int, lots: int) -> None:
        """Note a public trade."""
        book_print(self.arena.mem, self.base(i), tick, lots)

    def deriv(self, i: int, kind: DerivKind, value_e12: int, next_ns: int) -> None:
        """Note a mark, an index or a funding rate in 10^-12 units."""
        book_deriv(self.arena.mem, self.base(i), _KIND_PLACE[kind], value_e12, next_ns)

    def gap(self, i: int) -> None:
        """Note that something was missed: BROKEN until the next snapshot."""
        book_gap(self.arena.mem, self.base(i))

    def doubt(self, i: int) -> None:
        """Make the book UNVERIFIED until `trust`."""
        book_doubt(self.arena.mem, self.base(i), True)

    def trust(self, i: int) -> None:
        """Take a doubt back."""
        book_doubt(self.arena.mem, self.base(i), False)

    def take(self, i: int, key: int, lots: int) -> int:
        """Consume up to `lots` (>= 0) of a level; return how many were there to take."""
        if lots < 0:
            raise ValueError(f"cannot take {lots} lots")
        while (taken := book_take(self.arena.mem, self.base(i), key, lots)) == NO_ROOM:
            self.grow(i, 1)
        return int(taken)

    def show_own(self, i: int, key: int, delta: int) -> None:
        """Show more (or fewer) of our own lots at a level; ValueError below nothing."""
        while (verdict := book_show_own(self.arena.mem, self.base(i), key, delta)) == NO_ROOM:
            self.grow(i, 1)
        if verdict == NOT_SHOWN:
            raise ValueError(f"fewer than {-delta} own lots are shown at level {key}")

    def set_own(self, i: int, own: Mapping[int, int]) -> None:
        """Leave exactly these own lots (key -> lots > 0) out of what is read from now on."""
        wanted = own_lots(own)
        before = self._own[i]
        if wanted == before:
            return
        for key in sorted(before.keys() - wanted.keys()):
            self._leave_out(i, key, 0)
        for key, lots in wanted.items():
            if before.get(key) != lots:
                self._leave_out(i, key, lots)
        self._own[i] = wanted

    def _leave_out(self, i: int, key: int, lots: int) -> None:
        """Leave `lots` out at one level."""
        while book_set_own(self.arena.mem, self.base(i), key, lots) == NO_ROOM:
            self.grow(i, 1)

    def best(self, i: int, side: int) -> int | None:
        """Return the best tick net of own orders."""
        tick = book_best(self.arena.mem, self.base(i), side)
        return None if tick == NO_TICK else int(tick)

    def size(self, i: int, key: int) -> int:
        """Return the displayed lots of a level; 0 where nothing is known."""
        return int(book_size(self.arena.mem, self.base(i), key))

    def net(self, i: int, key: int) -> int:
        """Return the displayed lots of a level less own orders."""
        return int(book_net(self.arena.mem, self.base(i), key))

    def levels(
        self, i: int, side: int, *, limit_tick: int | None, enough: int, most: int = DEFAULT_MOST
    ) -> tuple[Int64s, Int64s]:
        """Return ticks and net lots of `side`, best first; see `Books.levels`."""
        if limit_tick is None:
            limit_tick = FAR_TICK if side == ASK else NO_TICK
        ticks = np.empty(most, np.int64)
        lots = np.empty(most, np.int64)
        count = book_levels(self.arena.mem, self.base(i), side, limit_tick, enough, ticks, lots)
        return ticks[:count], lots[:count]

    def within(self, i: int, side: int, *, limit_tick: int | None, enough: int) -> int:
        """Return the net lots of `side` no worse than `limit_tick`, counted up to `enough`."""
        if limit_tick is None:
            limit_tick = FAR_TICK if side == ASK else NO_TICK
        return int(book_within(self.arena.mem, self.base(i), side, limit_tick, enough))

    def all_levels(self, i: int) -> Int64s:
        """Return every level held, ordered by key; see `Books.all_levels`."""
        mem, base = self.arena.mem, self.base(i)
        out = np.empty((book_level_count(mem, base), 5), np.int64)
        book_dump(mem, base, out)
        return out[np.argsort(out[:, 0])]

    def crossed(self, i: int) -> bool:
        """Return whether the displayed touch is crossed or locked."""
        return self._fact(i, H_CROSSED) != 0

    def faults(self, i: int) -> int:
        """Return how often a kernel caller broke its promise; 0 in a sound run."""
        return self._fact(i, H_FAULTS)

    def state(self, i: int, now_ns: int, stale_after_ns: int) -> BookState:
        """Return UNVERIFIED, BROKEN, STALE or LIVE: the first that applies."""
        return _STATES[book_state(self.arena.mem, self.base(i), now_ns, stale_after_ns)]

    def quote(
        self, i: int, now_ns: int, stale_after_ns: int
    ) -> tuple[BookState, int | None, int | None, int]:
        """Return state, best bid, best ask and local time at once."""
        book_quote(self.arena.mem, self.base(i), now_ns, stale_after_ns, self._quote)
        state, bid, ask, local_ns = self._quote.tolist()
        return (
            _STATES[state],
            None if bid == NO_TICK else bid,
            None if ask == NO_TICK else ask,
            local_ns,
        )

    def last_local_ns(self, i: int) -> int:
        """Return when we knew the last book message; 0 before the first."""
        return self._fact(i, H_TS_LOCAL)

    def last_tick(self, i: int) -> int | None:
        """Return the price of the last print."""
        tick = self._fact(i, H_LAST_TICK)
        return None if tick == NO_TICK else tick

    def volume(self, i: int) -> int:
        """Return the lots printed so far."""
        return self._fact(i, H_VOLUME)

    def mark(self, i: int) -> int | None:
        """Return the mark price in 10^-12 units."""
        return self._fact(i, H_MARK) if self._fact(i, H_HAS_DERIV) else None

    def index(self, i: int) -> int | None:
        """Return the index price in 10^-12 units."""
        return self._fact(i, H_INDEX) if self._fact(i, H_HAS_DERIV + 1) else None

    def funding(self, i: int) -> tuple[int, int] | None:
        """Return the funding rate in 10^-12 units and when it is next paid."""
        if not self._fact(i, H_HAS_DERIV + 2):
            return None
        return self._fact(i, H_FUNDING), self._fact(i, H_FUNDING_NEXT)

    def learn(self, i: int) -> None:
        """Take down from now on what becomes of displayed depth."""
        book_learn(self.arena.mem, self.base(i))

    def disturbed(self, i: int, now_ns: int) -> None:
        """Note that an order of ours leaves for this book."""
        book_disturbed(self.arena.mem, self.base(i), now_ns)

    def outcomes(self, i: int, side: int, horizon: int, limit_tick: int) -> tuple[Int64s, Int64s]:
        """Return outcomes of a side and how they change; see `Books.outcomes`."""
        rows = np.empty((LEANS * OUTCOMES_MOST, REACHES), np.int64)
        change = np.empty((CHANGES, REACHES), np.int64)
        mem, base = self.arena.mem, self.base(i)
        count = book_outcomes(mem, base, side, horizon, limit_tick, rows, change)
        return rows[:count], change

    def dump_outcomes(self, i: int) -> Int64s:
        """Return all that has been learned of book `i`."""
        return dump_outcomes(self.arena.mem, self.base(i))

    def restore_outcomes(self, i: int, dumped: Int64s) -> None:
        """Put back what was learned; ValueError for anything of another size."""
        restore_outcomes(self.arena.mem, self.base(i), dumped)

    def _fact(self, i: int, place: int) -> int:
        """Return one word of the header."""
        return int(self.arena.mem[self.base(i) + place])


def own_lots(own: Mapping[int, int]) -> dict[int, int]:
    """Return `own` without empty levels, ordered by key; ValueError where lots are negative."""
    for key, lots in own.items():
        if lots < 0:
            raise ValueError(f"own lots {lots} at level {key} are negative")
    return {key: own[key] for key in sorted(own) if own[key] > 0}
