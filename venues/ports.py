"""How the engine reaches time, market data and venues: the ports that adapters fill."""

from collections.abc import AsyncIterator
from typing import Protocol

from venues.model.commands import Approved
from venues.model.events import ExecutionEvent
from venues.model.ids import VenueId

# Order of events at equal time: book, trade, gateway arrival, execution event, timer.
RANK_VENUE_BOOK = 0
RANK_VIEW_BOOK = 1
RANK_VENUE_TRADE = 2
RANK_VIEW_TRADE = 3
RANK_ARRIVAL = 4
RANK_EXECUTION = 5
RANK_TIMER = 6
RANK_INSTRUCTION = 7  # what a trader says, where it is scripted
RANK_SCREEN = 8  # whoever only looks comes last


class Clock(Protocol):
    """Time as a port: monotonic ns for deadlines, wall ns for records."""

    def now_ns(self) -> int:
        """Return engine time in ns; never runs backwards."""
        ...

    def wall_ns(self) -> int:
        """Return wall time in ns since the epoch, for records only."""
        ...

    async def sleep_until(self, deadline_ns: int, rank: int, order: int = 0) -> None:
        """Return at or after `deadline_ns`; equal deadlines wake by `rank`, then `order`."""
        ...


class Feed(Protocol):
    """Market data: keeps our view of the books true as things become known."""

    def fired(self) -> AsyncIterator[tuple[int, ...]]:
        """Apply what becomes known, yield the watch slots that hold after it (never empty).

        Ends when there will be no more market data.
        """
        ...

    def nudge(self) -> None:
        """Look again at what comes next: watches have been set or cleared."""
        ...


class Gateway(Protocol):
    """Orders of one venue."""

    @property
    def venue(self) -> VenueId:
        """Return where orders go."""
        ...

    async def send(self, approved: Approved) -> None:
        """Hand one approved command over; answers arrive through `events`."""
        ...

    def events(self) -> AsyncIterator[tuple[ExecutionEvent, ...]]:
        """Yield batches of execution events in the order the venue's answers arrive here."""
        ...
