"""What does the venue know of our orders? Questions by our own id, each with its turn; never a guess."""

import asyncio
from collections.abc import Mapping

import msgspec

from venues.live.answers import VenueOrder, VenueTrade, order_of, trades_of
from venues.live.client_ids import read, written
from venues.live.dialect import Lookup
from venues.live.exchange import Exchange
from venues.live.flight import Landed
from venues.live.proofs import Fate
from venues.live.throttle import Dispatcher, Turn, Urgency
from venues.live.verdicts import pace_of, proven
from venues.model.ids import ClientOrderId, Symbol


class Absent(msgspec.Struct, frozen=True):
    """The venue says, in words that prove it, that it does not know the order now."""


class Unheard(msgspec.Struct, frozen=True):
    """No whole answer came: nothing is known."""


class _Asking:
    """A question about all trades since then, which waits for its turn."""

    def __init__(self, since_ms: int) -> None:
        self.since_ms = since_ms
        self.landed: asyncio.Future[Landed] = asyncio.get_running_loop().create_future()


class Questions:
    """Asks one venue about orders; `dispatcher` says when, and hears what answers say of our pace."""

    def __init__(self, exchange: Exchange, dispatcher: Dispatcher) -> None:
        self._exchange = exchange
        self._dispatcher = dispatcher
        self._asking: dict[Symbol, _Asking] = {}

    async def turn(self, urgency: Urgency, weight: int) -> None:
        """Return when a request of this weight may leave."""
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def go() -> None:
            if not granted.done():
                granted.set_result(None)

        self._dispatcher.put(Turn(urgency=urgency, go=go, weight=weight))
        await granted

    def heard(self, landed: Landed) -> None:
        """Take note of what an answer says of our pace."""
        self._dispatcher.slowed(*pace_of(landed, self._exchange.dialect.family))

    async def order(self, order: ClientOrderId, symbol: Symbol) -> VenueOrder | Absent | Unheard:
        """Return what the venue knows of one order."""
        dialect = self._exchange.dialect
        if dialect.client_ids.lookup is not Lookup.FETCH_ORDER:
            return Unheard()  # such a venue is refused before an order can go there
        ids = dialect.client_ids
        params = {ids.lookup_field: written(order, ids)}
        await self.turn(Urgency.ASK, dialect.weights.lookup)
        landed = await self._exchange.fly(
            None, lambda: self._exchange.ccxt.fetch_order(None, symbol, dict(params))
        )
        self.heard(landed)
        proof = proven(landed, dialect.family)
        if proof is not None and proof.fate is Fate.ABSENT:
            return Absent()
        found = order_of(landed.value, dialect.family) if landed.error is None else None
        if found is None or read(found.client_order_id, ids) != order:
            return Unheard()
        return found

    async def trades(
        self, order_id: str, symbol: Symbol, since_ms: int
    ) -> tuple[VenueTrade, ...] | None:
        """Return the trades of one order, oldest first; None when no whole answer came."""
        by_order = self._exchange.dialect.trades_by_order_field
        if by_order:
            await self.turn(Urgency.ASK, self._exchange.dialect.weights.trades)
            landed = await self._listed(symbol, None, {by_order: order_id})
        else:
            landed = await self._shared(symbol, since_ms)
        return trades_of(landed.value, order_id) if landed.error is None else None

    async def _shared(self, symbol: Symbol, since_ms: int) -> Landed:
        """Return one answer about all trades since, together with whoever asks before it leaves."""
        asking = self._asking.get(symbol)
        if asking is not None:
            asking.since_ms = min(asking.since_ms, since_ms)
            return await asyncio.shield(asking.landed)
        asking = self._asking[symbol] = _Asking(since_ms)
        try:
            await self.turn(Urgency.ASK, self._exchange.dialect.weights.trades)
            del self._asking[symbol]  # who comes now wants what happens from now on
            landed = await self._listed(symbol, asking.since_ms, {})
            asking.landed.set_result(landed)
        finally:
            if self._asking.get(symbol) is asking:
                del self._asking[symbol]
            asking.landed.cancel()
        return landed

    async def _listed(self, symbol: Symbol, since_ms: int | None, params: dict[str, str]) -> Landed:
        page = self._exchange.dialect.history.page
        landed = await self._exchange.fly(
            None, lambda: self._exchange.ccxt.fetch_my_trades(symbol, since_ms, page, dict(params))
        )
        self.heard(landed)
        return landed

    async def open_orders(self, symbol: Symbol) -> Mapping[ClientOrderId, VenueOrder] | None:
        """Return our orders that are open there by our ids; None when no whole answer came."""
        dialect = self._exchange.dialect
        await self.turn(Urgency.ASK, dialect.weights.open_orders)
        landed = await self._exchange.fly(
            None, lambda: self._exchange.ccxt.fetch_open_orders(symbol)
        )
        self.heard(landed)
        if landed.error is not None or not isinstance(landed.value, list):
            return None
        found: dict[ClientOrderId, VenueOrder] = {}
        for value in landed.value:
            shown = value.get("clientOrderId") if isinstance(value, Mapping) else None
            ours = read(str(shown or ""), dialect.client_ids)
            if ours is None:
                continue  # somebody else's: whatever it is
            order = order_of(value, dialect.family)
            if order is None:
                return None  # half a list is none
            found[ours] = order
        return found
