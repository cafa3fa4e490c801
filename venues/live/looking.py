"""What became of our orders, as the venue has it? Looked up until nothing is open or missing."""

from collections.abc import Callable
from typing import Final

from venues.live.answers import VenueOrder, VenueTrade
from venues.live.asking import Absent, Questions, Unheard
from venues.live.told import ToldOrder
from venues.model.events import ExecutionEvent, Reported, Standing
from venues.model.ids import ClientOrderId, Symbol, VenueId

# Trades are asked for from a little before the order: clocks differ.
_SKEW_MS: Final = 60_000
_MS: Final = 1_000_000

Emit = Callable[[list[ExecutionEvent]], None]


class Lookout:
    """Knows which orders of ours a venue has, and tells what is news about them through `emit`."""

    def __init__(self, venue: VenueId, ask: Questions, emit: Emit) -> None:
        self._venue = venue
        self._ask = ask
        self._emit = emit
        self._orders: dict[ClientOrderId, ToldOrder] = {}

    def known(self, order: ClientOrderId) -> ToldOrder | None:
        """Return what was told of an order; None for one that was never sent or asked about."""
        return self._orders.get(order)

    def remember(self, order: ClientOrderId, symbol: Symbol) -> ToldOrder:
        """Return what was told of an order, beginning with nothing."""
        found = self._orders.get(order)
        if found is None:
            found = self._orders[order] = ToldOrder(order, self._venue, symbol)
        return found

    def forget(self, order: ClientOrderId) -> None:
        """Drop an order that never left."""
        self._orders.pop(order, None)

    async def look(self, order: ToldOrder) -> bool:
        """Tell the news of one order; return whether a whole answer came: if not, look again."""
        order.doubts = max(order.doubts - 1, 0)
        found = await self._ask.order(order.client_order_id, order.symbol)
        if isinstance(found, VenueOrder):
            trades = await self._trades(order, found)
            self._emit(order.learn(found, trades))
        return not isinstance(found, Unheard)

    async def report(self, order: ToldOrder) -> Reported | None:
        """Return what the venue says of one order with every fill told; None: no whole answer came."""
        found = await self._ask.order(order.client_order_id, order.symbol)
        match found:
            case Unheard():
                return None
            case Absent():
                return self._reported(order, Standing.ABSENT, 0)
            case VenueOrder():
                order.learn(found, await self._trades(order, found))
                return self._reported(order, found.standing, found.ts_ns)

    async def reconcile(self) -> None:
        """Look at every order that is open, in doubt, or over without all of its fills."""
        waiting = [order for order in self._orders.values() if order.open]
        for symbol in sorted({order.symbol for order in waiting}):
            found = await self._ask.open_orders(symbol)
            if found is None:
                continue
            for order in waiting:
                seen = found.get(order.client_order_id)
                fresh = seen is None or seen.cum_quantity > order.told
                if order.symbol == symbol and fresh and not order.settled:
                    await self.look(order)

    def _reported(self, order: ToldOrder, standing: Standing, ts_ns: int) -> Reported:
        return Reported(
            client_order_id=order.client_order_id,
            venue=self._venue,
            ts_exchange_ns=ts_ns,
            standing=standing,
            cum_quantity=order.cum_quantity,
            fills=order.fills,
        )

    async def _trades(self, order: ToldOrder, found: VenueOrder) -> tuple[VenueTrade, ...]:
        """Return what the venue lists of an order's trades, where more has traded than was told."""
        if found.trades is not None:
            return found.trades
        if found.cum_quantity <= order.told:
            return ()
        since_ms = max(found.placed_ns // _MS - _SKEW_MS, 0)
        listed = await self._ask.trades(found.venue_order_id, order.symbol, since_ms)
        return listed or ()
