"""What of an order have we told already, and what is news? Fills once, ends once, nothing backwards."""

from decimal import Decimal

from venues.live.answers import VenueOrder, VenueTrade
from venues.model.events import (
    Accepted,
    Canceled,
    ExecutionEvent,
    Expired,
    Filled,
    Standing,
)
from venues.model.ids import ClientOrderId, Symbol, VenueId
from venues.model.numbers import ZERO


class ToldOrder:
    """One order of ours at one venue: what its events have said so far.

    Answers and streams come late, twice and out of order: fills are counted by id, the cumulative
    quantity never falls, an end is told once and nothing re-opens.
    """

    def __init__(self, order: ClientOrderId, venue: VenueId, symbol: Symbol) -> None:
        self.client_order_id = order
        self.symbol = symbol
        self.venue_order_id = ""
        self.doubts = 0  # how often it will still be looked for, after an answer was lost
        self._venue = venue
        self._fills: dict[str, Filled] = {}
        self._told = ZERO
        self._cum = ZERO
        self._last_ns = 0
        self._ended = False

    @property
    def fills(self) -> tuple[Filled, ...]:
        """Return every fill told, in the order told."""
        return tuple(self._fills.values())

    @property
    def cum_quantity(self) -> Decimal:
        """Return the most the venue ever said to have traded."""
        return self._cum

    @property
    def told(self) -> Decimal:
        """Return the sum of the fills told."""
        return self._told

    @property
    def settled(self) -> bool:
        """Return whether there can be no more news: ended, and every fill of it told."""
        return self._ended and self._told >= self._cum

    @property
    def open(self) -> bool:
        """Return whether there may be news: the venue has it or may have, and not all is told."""
        return not self.settled and (self.accepted or self.doubts > 0)

    @property
    def accepted(self) -> bool:
        """Return whether the venue was heard to have it."""
        return bool(self.venue_order_id)

    def accept(self, venue_order_id: str, ts_ns: int) -> list[ExecutionEvent]:
        """Return the news that the venue has the order; nothing the second time."""
        if self.accepted:
            return []
        self.venue_order_id = venue_order_id
        return [
            Accepted(
                client_order_id=self.client_order_id,
                venue=self._venue,
                ts_exchange_ns=self._stamp(ts_ns),
                venue_order_id=venue_order_id,
            )
        ]

    def learn(self, order: VenueOrder, trades: tuple[VenueTrade, ...]) -> list[ExecutionEvent]:
        """Return the news in what a venue says of the order now, `trades` being all it lists."""
        self._cum = max(self._cum, order.cum_quantity)
        news = self.accept(order.venue_order_id, order.ts_ns)
        news += [self._fill(trade) for trade in trades if trade.exec_id not in self._fills]
        return news + self._end(order)

    def _fill(self, trade: VenueTrade) -> Filled:
        self._told += trade.quantity
        self._cum = max(self._cum, self._told)
        fill = Filled(
            client_order_id=self.client_order_id,
            venue=self._venue,
            ts_exchange_ns=self._stamp(trade.ts_ns),
            exec_id=trade.exec_id,
            quantity=trade.quantity,
            price=trade.price,
            fee=trade.fee,
            fee_currency=trade.fee_currency,
            liquidity=trade.liquidity,
            cum_quantity=self._told,
        )
        self._fills[trade.exec_id] = fill
        return fill

    def _end(self, order: VenueOrder) -> list[ExecutionEvent]:
        if self._ended:
            return []
        end: type[Canceled | Expired]
        match order.standing:
            case Standing.CANCELED:
                end = Canceled
            case Standing.EXPIRED | Standing.REJECTED:
                end = Expired  # it was taken, so its end is one by its own terms
            case Standing.FILLED:
                self._ended = True
                return []
            case _:
                return []
        self._ended = True
        return [
            end(
                client_order_id=self.client_order_id,
                venue=self._venue,
                ts_exchange_ns=self._stamp(order.ts_ns),
                cum_quantity=self._cum,
            )
        ]

    def _stamp(self, ts_ns: int) -> int:
        # Venues round differently in different answers; what is told later did not happen earlier.
        self._last_ns = max(self._last_ns, ts_ns)
        return self._last_ns
