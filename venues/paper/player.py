"""How does Python drive the kernel that plays a recorded market?"""

from typing import Final

from venues.books.arena import BookArena
from venues.books.probe_table import KernelProbes
from venues.books.store import KernelBooks
from venues.books.watch_table import KernelWatches
from venues.paper.advance import advance, next_stream
from venues.paper.desk import (
    C_EVENTS,
    C_FILLS,
    C_FIRED,
    C_LEFT,
    C_NEXT,
    C_SHORT,
    C_SHORT_AT,
    C_TIME,
    D_HEAD,
    D_TAIL,
    STOPPED,
    VENUE_SHORT,
    VIEW_SHORT,
)
from venues.paper.matcher import KernelMatcher
from venues.paper.played import Stop
from venues.paper.schedule import (
    FIRST,
    INSTRUMENT,
    SECOND,
    TIME,
    WHAT,
    Schedule,
    first_stream_after,
    rank_of,
)
from venues.ports import RANK_TIMER

_FOREVER_NS: Final = 1 << 62


class KernelPlayer:
    """Plays a schedule (`venues.paper.market.Player`) over an arena of views, then venues."""

    def __init__(
        self,
        schedule: Schedule,
        arena: BookArena,
        view_books: KernelBooks,
        matcher: KernelMatcher,
        watches: KernelWatches,
        probes: KernelProbes,
    ) -> None:
        self._schedule = schedule
        self._arena = arena
        self._instruments = len(view_books.instruments)
        self._matcher = matcher
        self._watches = watches
        self._probes = probes
        self._control = matcher.control

    @property
    def market_events(self) -> int:
        """Return the book rows and prints our view has applied so far."""
        return int(self._control[C_EVENTS])

    @property
    def ended(self) -> bool:
        """Return whether the recording has been played to its end."""
        return bool(self._control[C_LEFT] == 0)

    def peek(self) -> tuple[int, int, int] | None:
        """Return (time, rank, instrument) of the next thing to play; a book turning STALE has -1."""
        entry: tuple[int, int, int] | None = None
        schedule, watches = self._schedule, self._watches
        stream = next_stream(
            self._control,
            schedule.entries,
            schedule.streams,
            self._matcher.desk,
            watches.counts,
            True,
        )
        if stream >= 0:
            words: list[int] = schedule.entries[self._control[C_NEXT + stream]].tolist()
            entry = (words[TIME], rank_of(words[WHAT]), words[INSTRUMENT])
        expiry_ns = self._watches.next_expiry_ns()
        if expiry_ns is not None and (entry is None or expiry_ns < entry[0]):
            return (expiry_ns, RANK_TIMER, -1)
        return entry

    def play_one(self) -> Stop:
        """Play the next thing; ValueError when there is none."""
        if self.ended and self._watches.next_expiry_ns() is None:
            raise ValueError("nothing is left to play")
        self._run(_FOREVER_NS, RANK_TIMER, every=True)
        return self._stop()

    def advance(self, until_ns: int, until_rank: int) -> Stop:
        """Play everything before (until_ns, until_rank), or up to the first stop."""
        if self._run(until_ns, until_rank, every=False) == STOPPED:
            return self._stop()
        return Stop(until_ns)

    def _stop(self) -> Stop:
        fired, fills = int(self._control[C_FIRED]), int(self._control[C_FILLS])
        return Stop(
            int(self._control[C_TIME]),
            fired=self._watches.slots(fired) if fired else (),
            fills=self._matcher.maker_fills(fills) if fills else (),
        )

    def _run(self, until_ns: int, until_rank: int, *, every: bool) -> int:
        """Call the kernel until it need not stop for want of room; return its last word."""
        matcher, watches, schedule = self._matcher, self._watches, self._schedule
        until_stream = first_stream_after(self._instruments, until_rank)
        matcher.make_room()
        while True:
            code = advance(
                self._control,
                until_ns,
                until_stream,
                every,
                schedule.entries,
                schedule.streams,
                schedule.keys,
                schedule.lots,
                self._arena.mem,
                self._arena.starts,
                matcher.desk,
                matcher.own,
                matcher.impacts,
                self._probes.words,
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
            if code == VENUE_SHORT:
                matcher.make_venue_room(int(self._control[C_SHORT]))
            else:
                self._grow_view(int(self._control[C_SHORT]))

    def _grow_view(self, i: int) -> None:
        """Give the view that was short room for its next message and whatever we do to it."""
        words = self._schedule.entries[self._control[C_SHORT_AT]]
        desk = self._matcher.desk[i]
        ours = int(desk[D_TAIL]) - int(desk[D_HEAD])
        self._arena.grow(i, int(words[SECOND]) - int(words[FIRST]) + ours)
