"""How a recorded market reaches the live loop: one thing at a time, each at its own moment."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from venues.model.ids import VenueId
from venues.paper.gateway import PaperGateway
from venues.paper.market import RecordedMarket
from venues.ports import RANK_TIMER, Clock

# Among timers of one instant the engine's own come first, then books that turn STALE.
_AFTER_ENGINE_TIMERS = 1


class PaperFeed:
    """The wrapped feeds of every venue of one recorded market, and the time of the venues' books.

    Maker fills go to the gateway of their venue, fired watches to whoever iterates.
    """

    def __init__(
        self, market: RecordedMarket, gateways: Mapping[VenueId, PaperGateway], clock: Clock
    ) -> None:
        self._market = market
        self._gateways = gateways
        self._clock = clock
        self._nudged: asyncio.Future[None] | None = None

    async def fired(self) -> AsyncIterator[tuple[int, ...]]:
        """Play the recording as its times come; yield the slots of watches that hold."""
        while (entry := self._market.peek()) is not None:
            if not await self._until(entry) or entry != self._market.peek():
                continue
            stop = self._market.play_one()
            for fill in stop.fills:
                venue = self._market.instruments[fill.i].venue
                self._gateways[venue].maker_filled(fill.i, fill.order_no, fill.lots, stop.time_ns)
            if stop.fired:
                yield stop.fired

    def nudge(self) -> None:
        """Look again at what comes next."""
        if self._nudged is not None and not self._nudged.done():
            self._nudged.set_result(None)

    async def _until(self, entry: tuple[int, int, int]) -> bool:
        """Return whether the time of `entry` has come; False when something may come before it."""
        time_ns, rank, i = entry
        order = _AFTER_ENGINE_TIMERS if rank == RANK_TIMER else i
        nudged = self._nudged = asyncio.get_running_loop().create_future()
        sleeper = asyncio.ensure_future(self._clock.sleep_until(time_ns, rank, order))
        try:
            await asyncio.wait({sleeper, nudged}, return_when=asyncio.FIRST_COMPLETED)
            if sleeper.done():
                sleeper.result()
            return sleeper.done()
        finally:
            sleeper.cancel()
