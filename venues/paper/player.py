"""How does Python drive the kernel that plays a recorded market?"""

from typing import Final

import numpy as np

from venues.books.arena import BookArena
from venues.books.store import KernelBooks
from venues.books.watch_table import KernelWatches
from venues.model.market import Int64s
from venues.paper.advance import advance
from venues.paper.desk import (
    C_EVENTS,
    C_FILLS,
    C_FIRED,
    C_NEXT,
    C_SHORT,
    C_TIME,
    CONTROL_WORDS,
    D_HEAD,
    D_TAIL,
    STOPPED,
    VENUE_SHORT,
    VIEW_SHORT,
)
from venues.paper.matcher import KernelMatcher
from venues.paper.played import CROSS_LEVELS, Stop
from venues.paper.schedule import FIRST, INSTRUMENT, SECOND, TIME, WHAT, Schedule, rank_of
from venues.ports import RANK_TIMER

_EVERYTHING: Final = 1 << 62


class KernelPlayer:
    """Plays a schedule (`venues.paper.market.Player`) over an arena of views, then venues."""

    def __init__(
        self,
        schedule: Schedule,
        arena: BookArena,
        view_books: KernelBooks,
        matcher: KernelMatcher,
        watches: KernelWatches,
    ) -> None:
        self._schedule = schedule
        self._arena = arena
        self._instruments = len(view_books.instruments)
        self._matcher = matcher
        self._watches = watches
        self._control: Int64s = np.zeros(CONTROL_WORDS, np.int64)
        self._bases: Int64s = np.array(arena.bases, np.int64)
        self._mem: Int64s = arena.mem  # what `_bases` belong to

    @property
    def market_events(self) -> int:
        """Return the book rows and prints our view has applied so far."""
        return int(self._control[C_EVENTS])

    @property
    def ended(self) -> bool:
        """Return whether the recording has been played to its end."""
        return int(self._control[C_NEXT]) >= len(self._schedule.entries)

    def peek(self) -> tuple[int, int, int] | None:
        """Return (time, rank, instrument) of the next thing to play; a book turning STALE has -1."""
        entry: tuple[int, int, int] | None = None
        if not self.ended:
            words: list[int] = self._schedule.entries[self._control[C_NEXT]].tolist()
            entry = (words[TIME], rank_of(words[WHAT]), words[INSTRUMENT])
        expiry_ns = self._watches.next_expiry_ns()
        if expiry_ns is not None and (entry is None or expiry_ns < entry[0]):
            return (expiry_ns, RANK_TIMER, -1)
        return entry

    def play_one(self) -> Stop:
        """Play the next thing; ValueError when there is none."""
        if self.ended and self._watches.next_expiry_ns() is None:
            raise ValueError("nothing is left to play")
        self._run(_EVERYTHING, RANK_TIMER, 1)
        return self._stop()

    def advance(self, until_ns: int, until_rank: int) -> Stop:
        """Play everything before (until_ns, until_rank), or up to the first stop."""
        if self._run(until_ns, until_rank, _EVERYTHING) == STOPPED:
            return self._stop()
        return Stop(until_ns)

    def _stop(self) -> Stop:
        fired, fills = int(self._control[C_FIRED]), int(self._control[C_FILLS])
        return Stop(
            int(self._control[C_TIME]),
            fired=self._watches.slots(fired) if fired else (),
            fills=self._matcher.maker_fills(fills) if fills else (),
        )

    def _run(self, until_ns: int, until_rank: int, at_most: int) -> int:
        """Call the kernel until it need not stop for want of room; return its last word."""
        matcher, watches, schedule = self._matcher, self._watches, self._schedule
        matcher.make_room()
        while True:
            if self._mem is not self._arena.mem:
                self._mem = self._arena.mem
                self._bases = np.array(self._arena.bases, np.int64)
            code = advance(
                self._control,
                until_ns,
                until_rank,
                at_most,
                schedule.entries,
                schedule.keys,
                schedule.lots,
                self._mem,
                self._bases,
                matcher.desk,
                matcher.own,
                matcher.impacts,
                matcher.fills,
                watches.rows,
                watches.active,
                watches.counts,
                watches.grids,
                watches.fired_slots,
                watches.scratch,
                matcher.model,
                watches.stale_after_ns,
            )
            if code not in {VIEW_SHORT, VENUE_SHORT}:
                return code
            self._grow(int(self._control[C_SHORT]), of_venue=code == VENUE_SHORT)

    def _grow(self, i: int, *, of_venue: bool) -> None:
        """Give the book that was short room for its next message and whatever we do to it."""
        words = self._schedule.entries[self._control[C_NEXT]]
        rows = int(words[SECOND]) - int(words[FIRST])
        desk = self._matcher.desk[i]
        ours = 2 * CROSS_LEVELS if of_venue else int(desk[D_TAIL]) - int(desk[D_HEAD])
        self._arena.grow(i + self._instruments if of_venue else i, rows + ours)
