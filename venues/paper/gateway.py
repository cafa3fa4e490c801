"""How the engine reaches a paper venue: the asyncio shell that gives the state machine its time."""

import asyncio
from collections.abc import AsyncIterator

from venues.model.commands import Approved
from venues.model.events import ExecutionEvent
from venues.model.ids import VenueId
from venues.paper.venue import PaperVenue
from venues.ports import RANK_ARRIVAL, Clock


class PaperGateway:
    """A Gateway (see `venues.ports`) to one paper venue.

    Arrivals and deliveries happen while someone iterates `events`, and only then. `order` breaks
    ties between venues at equal time and rank. Whoever plays the market reports maker fills here.
    """

    def __init__(self, paper: PaperVenue, clock: Clock, *, order: int = 0) -> None:
        self._paper = paper
        self._clock = clock
        self._order = order
        self._changed: asyncio.Future[None] | None = None

    @property
    def venue(self) -> VenueId:
        """Return where orders go."""
        return self._paper.venue

    async def send(self, approved: Approved) -> None:
        """Let one approved command leave now; answers arrive through `events`."""
        self._paper.send(approved.command, self._clock.now_ns())
        self._note()

    def maker_filled(self, i: int, order_no: int, lots: int, at_ns: int) -> None:
        """Book that `lots` of a resting order traded at venue time `at_ns`."""
        self._paper.maker_filled(i, order_no, lots, at_ns)
        self._note()

    async def events(self) -> AsyncIterator[tuple[ExecutionEvent, ...]]:
        """Yield one batch per message, when it reaches us; never ends. One iteration at a time."""
        while True:
            due = self._paper.next_due_ns()
            granted = await self._until(due)
            # While asleep something more urgent may have come up: then sleep for that instead.
            if due is None or not granted or due != self._paper.next_due_ns():
                continue
            if due[1] == RANK_ARRIVAL:
                # It arrived when it was due, however late a real clock woke us: the venue's book
                # stands at that time.
                self._paper.arrive(due[0])
            elif events := self._paper.deliver(self._clock.now_ns()):
                yield events

    async def _until(self, due: tuple[int, int] | None) -> bool:
        """Return whether the clock granted `due`: False when what is due next may have changed."""
        changed = self._changed = asyncio.get_running_loop().create_future()
        if due is None:
            await changed
            return False
        # Sleep even when the time has come: the clock ranks us among all that happens at it.
        sleeper = asyncio.ensure_future(self._clock.sleep_until(due[0], due[1], self._order))
        try:
            await asyncio.wait({sleeper, changed}, return_when=asyncio.FIRST_COMPLETED)
            if sleeper.done():
                sleeper.result()  # a clock that failed fails us
            return sleeper.done()
        finally:
            sleeper.cancel()

    def _note(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)
