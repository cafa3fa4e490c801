"""What does the venue of a scenario answer? Exactly what the test says, about orders it was sent."""

from dataclasses import dataclass, field
from decimal import Decimal

from venues.books.port import Books
from venues.model.commands import Approved, Cancel, Query, Submit, SubmitPair
from venues.model.events import (
    Accepted,
    Activated,
    AnswerLost,
    Asked,
    Canceled,
    CancelRejected,
    ExecutionEvent,
    Expired,
    Filled,
    Rejected,
    Reported,
    Standing,
)
from venues.model.ids import MAIN_ACCOUNT, AccountId, ClientOrderId, VenueId
from venues.model.instrument import Instrument
from venues.model.market import ASK, BID, level_key
from venues.model.numbers import ZERO, plain
from venues.model.order import Liquidity, Side, TimeInForce


@dataclass
class Order:
    """One order as its venue knows it."""

    name: str
    submit: Submit
    instrument: Instrument
    book: int
    filled: Decimal = ZERO
    trades: list[Filled] = field(default_factory=list)
    resting: bool = False
    asked: Asked = Asked.SUBMIT


@dataclass
class FakeVenues:
    """Every order of a scenario by its name: venue#number, numbered in the order they left."""

    instruments: tuple[Instrument, ...]
    books: Books
    orders: dict[str, Order] = field(default_factory=dict)
    names: dict[ClientOrderId, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)  # the list an order was sent in
    net: dict[tuple[AccountId, VenueId], Decimal] = field(default_factory=dict)

    def leave(self, approved: Approved) -> str:
        """Take a command that left and tell it in a trader's words."""
        command = approved.command
        match command:
            case Submit():
                return self._placed(command)
            case SubmitPair(maker=maker, stop=stop):
                one, other = self._placed(maker), self._placed(stop)
                named = [order.partition(":")[0] for order in (one, other)]
                self.lists |= dict.fromkeys(named, f"list-{named[0]}")
                return f"{one} or {other}"
            case Cancel():
                order = self.orders[self.names[command.client_order_id]]
                order.asked = Asked.CANCEL
                return f"{order.name}: cancel"
            case Query():
                order = self.orders[self.names[command.client_order_id]]
                order.asked = Asked.QUERY
                return f"{order.name}: query"

    def accepted(self, name: str, list_id: str | None = None) -> ExecutionEvent:
        """Return that an order was taken, as one of its list; what rests is shown in the book."""
        order = self.orders[name]
        rests = order.submit.time_in_force is TimeInForce.GTC and order.submit.trigger is None
        if rests and not order.resting:
            order.resting = True
            self._show(order, order.submit.quantity - order.filled)
        return Accepted(
            client_order_id=order.submit.client_order_id,
            venue=order.submit.venue,
            venue_order_id=name,
            list_id=self.lists.get(name, "") if list_id is None else list_id,
        )

    def activated(self, name: str) -> ExecutionEvent:
        """Return that a stop has woken; what rests is shown in the book."""
        order = self.orders[name]
        if not order.resting:
            order.resting = True
            self._show(order, order.submit.quantity - order.filled)
        return Activated(client_order_id=order.submit.client_order_id, venue=order.submit.venue)

    def filled(
        self,
        name: str,
        quantity: str = "",
        *,
        price: str = "",
        exec_id: str = "",
        fee: str = "0",
        fee_currency: str = "",
    ) -> ExecutionEvent:
        """Return a fill of `quantity` (all that is left, by default), at its limit by default."""
        order = self.orders[name]
        submit = order.submit
        size = Decimal(quantity) if quantity else submit.quantity - order.filled
        assert not submit.reduce_only or size <= self.tradable(name), (
            f"{submit.venue} lets {name} reduce no more than is held"
        )
        self.by_hand(submit.venue, submit.side.sign * size, submit.account)
        if order.resting:
            self._show(order, -min(size, max(submit.quantity - order.filled, ZERO)))
        order.filled += size
        fill = Filled(
            client_order_id=submit.client_order_id,
            venue=submit.venue,
            exec_id=exec_id or f"{name}-{len(order.trades) + 1}",
            quantity=size,
            price=Decimal(price) if price else submit.price,
            fee=Decimal(fee),
            fee_currency=fee_currency or order.instrument.settle,
            liquidity=Liquidity.MAKER if submit.post_only else Liquidity.TAKER,
            cum_quantity=order.filled,
        )
        order.trades.append(fill)
        return fill

    def tradable(self, name: str) -> Decimal:
        """Return what an order could trade now: of a reduce-only one no more than its venue holds."""
        order = self.orders[name]
        left = order.submit.quantity - order.filled
        if not order.submit.reduce_only:
            return left
        held = self.net.get((order.submit.account, order.submit.venue), ZERO)
        return min(left, max(-order.submit.side.sign * held, ZERO))

    def by_hand(self, venue: str, quantity: Decimal, account: AccountId = MAIN_ACCOUNT) -> None:
        """Move the position at a venue, > 0 buys."""
        key = account, VenueId(venue)
        self.net[key] = self.net.get(key, ZERO) + quantity

    def cut(self) -> list[ExecutionEvent]:
        """Return what a venue says as it takes away the resting orders that are more than is held."""
        return [
            self.canceled(name)
            for name, order in self.orders.items()
            if order.resting and self.tradable(name) < order.submit.quantity - order.filled
        ]

    def expired(self, name: str) -> ExecutionEvent:
        """Return that what is left of an IOC is gone."""
        order = self.orders[name]
        return Expired(
            client_order_id=order.submit.client_order_id,
            venue=order.submit.venue,
            cum_quantity=order.filled,
        )

    def canceled(self, name: str) -> ExecutionEvent:
        """Return that a resting order is gone."""
        order = self.orders[name]
        self._hide(order)
        return Canceled(
            client_order_id=order.submit.client_order_id,
            venue=order.submit.venue,
            cum_quantity=order.filled,
        )

    def rejected(self, name: str, reason: str) -> ExecutionEvent:
        """Return that an order was never taken."""
        submit = self.orders[name].submit
        return Rejected(client_order_id=submit.client_order_id, venue=submit.venue, reason=reason)

    def cancel_refused(self, name: str) -> ExecutionEvent:
        """Return that a cancel came to nothing."""
        submit = self.orders[name].submit
        return CancelRejected(
            client_order_id=submit.client_order_id, venue=submit.venue, reason="not open"
        )

    def answer_lost(self, name: str) -> ExecutionEvent:
        """Return that the last thing asked about an order will never be answered."""
        order = self.orders[name]
        return AnswerLost(
            client_order_id=order.submit.client_order_id,
            venue=order.submit.venue,
            asked=order.asked,
        )

    def reported(self, name: str, standing: Standing) -> ExecutionEvent:
        """Return the answer to a query, with every trade so far."""
        order = self.orders[name]
        return Reported(
            client_order_id=order.submit.client_order_id,
            venue=order.submit.venue,
            standing=standing,
            cum_quantity=order.filled,
            fills=tuple(order.trades),
            list_id=self.lists.get(name, ""),
        )

    def _placed(self, submit: Submit) -> str:
        name = f"{submit.venue}#{len(self.orders) + 1}"
        places = [(i.venue, i.symbol) for i in self.instruments]
        book = places.index((submit.venue, submit.symbol))
        self.orders[name] = Order(name, submit, self.instruments[book], book)
        self.names[submit.client_order_id] = name
        how = "rest " if submit.post_only else ""
        what = f"{submit.side.value} {plain(submit.quantity)} @ {plain(submit.price)}"
        if submit.trigger is not None:
            what = f"{what}, stop at {plain(submit.trigger.price)}"
        return f"{name}: {how}{what}"

    def _show(self, order: Order, quantity: Decimal) -> None:
        lots = int(quantity / order.instrument.lot_size)
        tick = int(order.submit.price / order.instrument.tick_size)
        side = BID if order.submit.side is Side.BUY else ASK
        self.books.show_own(order.book, level_key(tick, side), lots)

    def _hide(self, order: Order) -> None:
        if order.resting:
            self._show(order, -max(order.submit.quantity - order.filled, ZERO))
            order.resting = False
