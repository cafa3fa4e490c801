"""What does an exchange do with an order: check, match by price and time, settle, report.

Synchronous; time is an argument. Reports and public trades pile up until they are drained.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

import msgspec

from venues.loopback.matching import rules
from venues.loopback.matching.accounts import Accounts
from venues.loopback.matching.book import Book
from venues.loopback.matching.values import (
    NO_LIST,
    Ask,
    Fill,
    Listing,
    Order,
    Refusal,
    Refused,
    Report,
    State,
    Tif,
    Trade,
    What,
)
from venues.model.numbers import MONEY, ZERO
from venues.model.order import Side, TriggerSource

_FIRST_ORDER: Final = 1_000_001
_TRADES_KEPT: Final = 1_000


class Exchange:
    """One exchange: its listings, books, accounts, and everything ever ordered there."""

    def __init__(self, listings: Iterable[Listing]) -> None:
        self.listings = {listing.symbol: listing for listing in listings}
        self.books = {symbol: Book() for symbol in self.listings}
        self.accounts = Accounts()
        self.marks: dict[str, Decimal] = {}
        self._orders: dict[int, Order] = {}
        self._live: dict[int, None] = {}
        self._by_client: dict[tuple[str, str], int] = {}
        self._lists: dict[int, tuple[int, ...]] = {}
        self._fills: list[Fill] = []
        self._trades: dict[str, int] = {}
        self._reports: list[Report] = []
        self._prints: list[Trade] = []
        self._recent = {symbol: deque[Trade](maxlen=_TRADES_KEPT) for symbol in self.listings}

    # -- what can be asked

    def order(self, order_id: int) -> Order | None:
        return self._orders.get(order_id)

    def named(self, account: str, client_id: str) -> Order | None:
        """Return the newest order of that client id; ids may be used again once closed."""
        return self._orders.get(self._by_client.get((account, client_id), 0))

    def orders(self, account: str, symbol: str | None = None) -> Iterator[Order]:
        """Yield all orders of an account, oldest first."""
        for order in self._orders.values():
            if order.ask.account == account and symbol in {None, order.ask.symbol}:
                yield order

    def live(self, account: str, symbol: str | None = None) -> list[Order]:
        """Return live orders of an account, oldest first."""
        found = (self._orders[order_id] for order_id in self._live)
        return [o for o in found if o.ask.account == account and symbol in {None, o.ask.symbol}]

    def legs(self, list_id: int) -> tuple[Order, ...]:
        return tuple(self._orders[order_id] for order_id in self._lists.get(list_id, ()))

    def fills(self, account: str, symbol: str | None = None) -> list[Fill]:
        return [f for f in self._fills if f.account == account and symbol in {None, f.trade.symbol}]

    def free(self, account: str, asset: str) -> Decimal:
        """Return what new orders of `account` may draw on."""
        return rules.free(self, account, asset)

    def recent(self, symbol: str) -> Iterable[Trade]:
        """Return the last thousand public trades, oldest first."""
        return self._recent[symbol]

    def drain_reports(self) -> list[Report]:
        reports, self._reports = self._reports, []
        return reports

    def drain_trades(self) -> list[Trade]:
        trades, self._prints = self._prints, []
        return trades

    # -- what can be done

    def submit(self, ask: Ask, now_ns: int) -> Order:
        """Take an order and match it; return it as it stands then. Raises Refused."""
        rules.check(self, ask)
        order = self._open(ask, NO_LIST, now_ns)
        self._enter(order, now_ns)
        return self._orders[order.order_id]

    def submit_list(self, asks: tuple[Ask, Ask], now_ns: int) -> int:
        """Take two orders of which one cancels the other; return the list's id. Raises Refused."""
        rules.check_list(self, asks)
        list_id = len(self._lists) + 1
        orders = [self._open(ask, list_id, now_ns) for ask in asks]
        self._lists[list_id] = tuple(order.order_id for order in orders)
        for order in orders:
            self._enter(self._orders[order.order_id], now_ns)
        return list_id

    def cancel(self, order_id: int, now_ns: int) -> tuple[Order, ...]:
        """Cancel a live order, and the rest of its list; return what ended. Raises Refused."""
        order = self._orders.get(order_id)
        if order is None or not order.is_live:
            raise Refused(Refusal.UNKNOWN_ORDER)
        together = self.legs(order.list_id) if order.list_id != NO_LIST else (order,)
        ended = [leg for leg in together if leg.is_live]
        for leg in ended:
            self._end(leg, State.CANCELED, now_ns)
        return tuple(self._orders[leg.order_id] for leg in ended)

    def amend(self, order_id: int, quantity: Decimal, price: Decimal, now_ns: int) -> Order:
        """Change a working order; less at the same price keeps its place in the queue.

        An amendment to what has traded already, or that would make a post-only order take, cancels
        the order and raises Refused; any other Refused leaves it as it was.
        """
        order = self._orders.get(order_id)
        if order is None or order.state is not State.WORKING:
            raise Refused(Refusal.UNKNOWN_ORDER)
        ask = msgspec.structs.replace(order.ask, quantity=quantity, price=price)
        rules.check_steps(self.listings[ask.symbol], ask)
        crosses = ask.tif is Tif.POST_ONLY and self.books[ask.symbol].reaches(ask.side, price)
        if quantity <= order.filled or crosses:
            self._end(order, State.CANCELED, now_ns)
            raise Refused(Refusal.WOULD_TAKE if crosses else Refusal.AMEND)
        rules.check_funds(self, ask, instead_of=order)
        book, old = self.books[ask.symbol], order.ask
        after = msgspec.structs.replace(order, ask=ask, updated_ns=now_ns)
        if price == old.price and quantity <= old.quantity:
            book.cut(old.side, old.price, order_id, after.leaves)
            self._report(What.AMENDED, after, now_ns)
            return after
        book.cut(old.side, old.price, order_id, ZERO)
        self._report(What.AMENDED, after, now_ns)
        self._match(after, now_ns)
        self._wake(ask.symbol, now_ns)
        return self._orders[order_id]

    def set_mark(self, symbol: str, price: Decimal, now_ns: int) -> None:
        """State the mark price; triggers that go by it wake."""
        self.marks[symbol] = price
        self._wake(symbol, now_ns)

    # -- the crowd

    def set_level(
        self, symbol: str, side: Side, price: Decimal, quantity: Decimal, now_ns: int
    ) -> None:
        """Let the crowd have `quantity` at `price`; what it adds trades first with what it crosses.

        The crowd's own orders in the way leave without a trade: they are the ones that moved.
        """
        book = self.books[symbol]
        added = MONEY.subtract(quantity, book.crowd_at(side, price))
        if added <= ZERO:
            book.shrink_crowd(side, price, -added)
            return
        for other in list(book.half(side.opposite).prices()):
            if side.sign * price < side.sign * other:
                break
            book.shrink_crowd(side.opposite, other, book.crowd_at(side.opposite, other))
        left = self._sweep(symbol, side, price, added, None, now_ns)
        if left > ZERO:
            book.rest_crowd(side, price, left)
        self._wake(symbol, now_ns)

    def crowd_takes(
        self, symbol: str, side: Side, price: Decimal, quantity: Decimal, now_ns: int
    ) -> Decimal:
        """Let the crowd take up to `quantity` within `price`, from everybody; return what it got."""
        left = self._sweep(symbol, side, price, quantity, None, now_ns)
        self._wake(symbol, now_ns)
        return MONEY.subtract(quantity, left)

    # -- inside

    def _open(self, ask: Ask, list_id: int, now_ns: int) -> Order:
        order = Order(
            order_id=_FIRST_ORDER + len(self._orders),
            ask=ask,
            list_id=list_id,
            created_ns=now_ns,
            updated_ns=now_ns,
            state=State.DORMANT if ask.trigger else State.WORKING,
        )
        self._live[order.order_id] = None
        self._by_client[ask.account, ask.client_id] = order.order_id
        self._report(What.NEW, order, now_ns)
        return order

    def _enter(self, order: Order, now_ns: int) -> None:
        if order.state is State.WORKING:
            self._match(order, now_ns)
            self._wake(order.ask.symbol, now_ns)

    def _match(self, order: Order, now_ns: int) -> None:
        """Trade what can be traded; the rest waits or ends, as its time in force says."""
        ask = order.ask
        if ask.tif is Tif.FOK and not rules.fills_whole(self, ask):
            self._end(order, State.EXPIRED, now_ns)
            return
        wanted = order.leaves
        if ask.reduce_only:
            wanted = min(wanted, rules.reducible(self, ask))
        self._sweep(ask.symbol, ask.side, ask.price, wanted, order.order_id, now_ns)
        order = self._orders[order.order_id]
        if not order.is_live:
            return
        waits = ask.tif in {Tif.GTC, Tif.POST_ONLY}
        if waits and not (ask.reduce_only and not rules.reducible(self, ask)):
            self.books[ask.symbol].rest(order)
        else:
            self._end(order, State.EXPIRED, now_ns, rested=False)

    def _sweep(
        self,
        symbol: str,
        side: Side,
        price: Decimal,
        wanted: Decimal,
        taker_id: int | None,
        now_ns: int,
    ) -> Decimal:
        """Trade up to `wanted` within `price`, best and oldest first; None is the crowd."""
        book, half = self.books[symbol], self.books[symbol].half(side.opposite)
        while wanted > ZERO and book.reaches(side, price):
            at = half.best()
            assert at is not None  # it was reached
            maker_id, leaves = next(iter(half.at(at).items()))
            maker = self._orders.get(maker_id)
            if maker is not None:
                if taker_id and maker.ask.account == self._orders[taker_id].ask.account:
                    self._end(maker, State.SELF_TRADE, now_ns)
                    continue
                if maker.ask.reduce_only:
                    leaves = min(leaves, rules.reducible(self, maker.ask))
            if leaves <= ZERO and maker is not None:
                self._end(maker, State.EXPIRED, now_ns)
                continue
            quantity = min(wanted, leaves)
            trade = self._print(symbol, at, quantity, side is Side.BUY, now_ns)
            book.cut(side.opposite, at, maker_id, MONEY.subtract(half.at(at)[maker_id], quantity))
            for one, number in ((side, taker_id), (side.opposite, maker and maker_id)):
                if number:
                    self._fill(number, trade, is_maker=number == maker_id)
                else:
                    self.accounts.settle_crowd(self.listings[symbol], one, trade)
            self._after_trade(symbol, (taker_id, maker_id), now_ns)
            wanted = MONEY.subtract(wanted, quantity)
            if taker_id and not self._orders[taker_id].is_live:
                break
        return wanted

    def _print(
        self, symbol: str, price: Decimal, quantity: Decimal, taker_is_buy: bool, now_ns: int
    ) -> Trade:
        self._trades[symbol] = self._trades.get(symbol, 0) + 1
        trade = Trade(
            trade_id=self._trades[symbol],
            symbol=symbol,
            price=price,
            quantity=quantity,
            taker_is_buy=taker_is_buy,
            ts_ns=now_ns,
        )
        self.books[symbol].last = price
        self._prints.append(trade)
        self._recent[symbol].append(trade)
        return trade

    def _fill(self, order_id: int, trade: Trade, *, is_maker: bool) -> None:
        order = self._orders[order_id]
        fill = self.accounts.settle(self.listings[trade.symbol], trade, order, is_maker=is_maker)
        self._fills.append(fill)
        filled = MONEY.add(order.filled, trade.quantity)
        whole = filled == order.ask.quantity
        after = msgspec.structs.replace(
            order,
            filled=filled,
            cost=MONEY.add(order.cost, MONEY.multiply(trade.price, trade.quantity)),
            state=State.FILLED if whole else order.state,
            updated_ns=trade.ts_ns,
        )
        if whole:
            del self._live[order_id]
        self._report(What.TRADED, after, trade.ts_ns, fill)

    def _after_trade(self, symbol: str, numbers: tuple[int | None, ...], now_ns: int) -> None:
        """End what a trade leaves no room for: other legs, and orders with nothing to reduce."""
        for number in numbers:
            order = self._orders.get(number or 0)
            if order is None:
                continue
            self._end_siblings(order, now_ns)
            if self.listings[symbol].is_perp:
                for other in self.live(order.ask.account, symbol):
                    working = other.state is State.WORKING and other.order_id not in numbers
                    if working and other.ask.reduce_only and not rules.reducible(self, other.ask):
                        self._end(other, State.EXPIRED, now_ns)

    def _end_siblings(self, order: Order, now_ns: int) -> None:
        if order.list_id == NO_LIST:
            return
        for leg in self.legs(order.list_id):
            if leg.order_id != order.order_id and leg.is_live:
                self._end(leg, State.EXPIRED, now_ns)

    def _end(self, order: Order, state: State, now_ns: int, *, rested: bool = True) -> None:
        ask = order.ask
        if rested and order.state is State.WORKING:
            half = self.books[ask.symbol].half(ask.side)
            if order.order_id in half.at(ask.price):
                self.books[ask.symbol].cut(ask.side, ask.price, order.order_id, ZERO)
        del self._live[order.order_id]
        after = msgspec.structs.replace(order, state=state, updated_ns=now_ns)
        what = What.CANCELED if state is State.CANCELED else What.EXPIRED
        self._report(what, after, now_ns)

    def _wake(self, symbol: str, now_ns: int) -> None:
        """Wake dormant orders whose trigger is met, oldest first, until none is."""
        while (order := self._due(symbol)) is not None:
            woken = msgspec.structs.replace(
                order, state=State.WORKING, woken=True, updated_ns=now_ns
            )
            self._report(What.WOKEN, woken, now_ns)
            self._end_siblings(woken, now_ns)
            if rules.may_wake(self, woken):
                self._match(woken, now_ns)
            else:
                self._end(woken, State.EXPIRED, now_ns)

    def _due(self, symbol: str) -> Order | None:
        for order_id in self._live:
            order = self._orders[order_id]
            if order.state is not State.DORMANT or order.ask.symbol != symbol:
                continue
            trigger = order.ask.trigger
            assert trigger is not None  # it is dormant
            by_mark = trigger.source is TriggerSource.MARK
            price = self.marks.get(symbol) if by_mark else self.books[symbol].last
            if price is not None and rules.met(trigger, price):
                return order
        return None

    def _report(self, what: What, order: Order, now_ns: int, fill: Fill | None = None) -> None:
        self._orders[order.order_id] = order
        self._reports.append(Report(what=what, order=order, ts_ns=now_ns, fill=fill))
