"""Which of our orders does a private stream say something of? Hints to look, never the truth.

One task pumps one stream and does nothing else: whatever arrives while nobody waits is lost in ccxt,
updates are merged, and a timeout would cancel the stream for all. So what is heard is looked up, and
after every interruption everything is.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from venues.live.answers import VenueOrder, order_of
from venues.live.client_ids import read
from venues.live.exchange import Exchange
from venues.model.ids import ClientOrderId
from venues.ports import RANK_TIMER, Clock

_S: Final = 1_000_000_000
_FIRST_PAUSE_NS: Final = _S
_LONGEST_PAUSE_NS: Final = 30 * _S

Heard = Callable[[ClientOrderId, VenueOrder], None]


class Hints:
    """Listens to the orders of one account; `interrupted` is called whenever something was missed."""

    def __init__(
        self, exchange: Exchange, clock: Clock, heard: Heard, interrupted: Callable[[], None]
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        self._heard = heard
        self._interrupted = interrupted

    async def run(self) -> None:
        """Listen for ever; a stream that fails is opened again, ever more slowly."""
        pause_ns = _FIRST_PAUSE_NS
        while True:
            rows = await self._next()
            if rows is None:
                self._interrupted()
                # Always a pause: a stream that fails at once would starve everything else.
                await self._clock.sleep_until(self._clock.now_ns() + pause_ns, RANK_TIMER)
                pause_ns = min(2 * pause_ns, _LONGEST_PAUSE_NS)
                continue
            pause_ns = _FIRST_PAUSE_NS
            for row in rows:
                self._pass_on(row)

    async def _next(self) -> list[object] | None:
        """Return what the stream says next; None when it failed, whatever with."""
        waiting: asyncio.Task[object] = asyncio.ensure_future(self._exchange.ccxt.watch_orders())
        try:
            await asyncio.wait({waiting})
        finally:
            waiting.cancel()
        if waiting.cancelled() or waiting.exception() is not None:
            return None
        rows = waiting.result()
        return list(rows) if isinstance(rows, list) else None

    def _pass_on(self, row: object) -> None:
        order = order_of(row, self._exchange.dialect.family)
        ours = read(order.client_order_id, self._exchange.dialect.client_ids) if order else None
        if order is not None and ours is not None:
            self._heard(ours, order)
