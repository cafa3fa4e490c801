"""What does an exchange let in: steps, minimums, client ids, funds, post-only, reduce-only."""

from decimal import Decimal
from typing import Protocol

from venues.loopback.matching.accounts import Accounts, locked_spot
from venues.loopback.matching.book import Book
from venues.loopback.matching.values import (
    NO_LIST,
    Ask,
    Listing,
    Order,
    Refusal,
    Refused,
    State,
    Tif,
)
from venues.model.instrument import ReduceOnly
from venues.model.numbers import MONEY, ZERO
from venues.model.order import Side, Trigger, TriggerDirection, TriggerSource


class Floor(Protocol):
    """What the rules look at."""

    listings: dict[str, Listing]
    books: dict[str, Book]
    accounts: Accounts
    marks: dict[str, Decimal]

    def named(self, account: str, client_id: str) -> Order | None: ...
    def order(self, order_id: int) -> Order | None: ...
    def live(self, account: str, symbol: str | None = None) -> list[Order]: ...


def check(floor: Floor, ask: Ask, *, in_list: bool = False) -> None:
    """Raise Refused where `ask` may not come in."""
    listing = floor.listings.get(ask.symbol)
    if listing is None:
        raise Refused(Refusal.SYMBOL)
    check_steps(listing, ask)
    twin = floor.named(ask.account, ask.client_id)
    if twin is not None and twin.is_live:
        raise Refused(Refusal.DUPLICATE)
    book = floor.books[ask.symbol]
    if ask.trigger is None:
        if ask.tif is Tif.POST_ONLY and book.reaches(ask.side, ask.price):
            raise Refused(Refusal.WOULD_TAKE)
    else:
        by_mark = ask.trigger.source is TriggerSource.MARK
        price = floor.marks.get(ask.symbol) if by_mark else book.last
        if price is not None and met(ask.trigger, price):
            raise Refused(Refusal.WOULD_TRIGGER)
    if ask.reduce_only:
        _check_reduces(floor, listing, ask)
    elif not in_list and not (listing.is_perp and ask.trigger):
        check_funds(floor, ask)  # a perp asks for margin when the trigger fires


def may_wake(floor: Floor, order: Order) -> bool:
    """Return whether an order whose trigger fired may enter the book now."""
    ask = order.ask
    if ask.tif is Tif.POST_ONLY and floor.books[ask.symbol].reaches(ask.side, ask.price):
        return False
    if not floor.listings[ask.symbol].is_perp or ask.reduce_only:
        return True
    try:
        check_funds(floor, ask, instead_of=order)
    except Refused:
        return False
    return True


def check_list(floor: Floor, asks: tuple[Ask, Ask]) -> None:
    """Raise Refused where two orders may not stand as one-cancels-the-other.

    Both trade the same way, and the market is between the price of one and the trigger of the other.
    """
    if asks[0].client_id == asks[1].client_id:
        raise Refused(Refusal.DUPLICATE)
    if asks[0].side is not asks[1].side or sum(1 for ask in asks if ask.trigger) != 1:
        raise Refused(Refusal.LIST_PRICES)
    limit, stop = sorted(asks, key=lambda ask: ask.trigger is not None)
    assert stop.trigger is not None
    if not limit.side.sign * (stop.trigger.price - limit.price) > ZERO:
        raise Refused(Refusal.LIST_PRICES)
    for ask in asks:
        check(floor, ask, in_list=True)
    check_funds(floor, max(asks, key=lambda ask: ask.price))


def check_steps(listing: Listing, ask: Ask) -> None:
    """Raise Refused where price or quantity breaks the listing's steps and minimums."""
    if ask.price <= ZERO or ask.price % listing.tick:
        raise Refused(Refusal.TICK)
    if ask.trigger is not None and (ask.trigger.price <= ZERO or ask.trigger.price % listing.tick):
        raise Refused(Refusal.TICK)
    if ask.quantity < listing.min_quantity:
        raise Refused(Refusal.QUANTITY)
    if ask.quantity % listing.lot:
        raise Refused(Refusal.LOT)
    if MONEY.multiply(ask.price, ask.quantity) < listing.min_notional and not ask.reduce_only:
        raise Refused(Refusal.NOTIONAL)


def check_funds(floor: Floor, ask: Ask, *, instead_of: Order | None = None) -> None:
    """Raise Refused where the account cannot pay for `ask`, which may replace an order."""
    listing = floor.listings[ask.symbol]
    spared = instead_of.order_id if instead_of else 0
    filled = instead_of.filled if instead_of else ZERO
    leaves = MONEY.subtract(ask.quantity, filled)
    notional = MONEY.multiply(leaves, ask.price)
    if listing.is_perp:
        needed, asset = _margin_needed(floor, listing, ask, leaves, spared), listing.quote
        room = MONEY.subtract(equity(floor, ask.account, asset), _margin_elsewhere(floor, ask))
    else:
        buys = ask.side is Side.BUY
        needed, asset = (notional, listing.quote) if buys else (leaves, listing.base)
        room = _free(floor, ask.account, asset, spared)
    if needed > room:
        raise Refused(Refusal.FUNDS)


def free(floor: Floor, account: str, asset: str) -> Decimal:
    """Return what an account may still draw on: spot not locked, or equity not used as margin."""
    if any(x.is_perp and x.quote == asset for x in floor.listings.values()):
        used = sum(
            (margin(floor, account, symbol) for symbol in floor.listings),
            ZERO,
        )
        return MONEY.subtract(equity(floor, account, asset), used)
    return _free(floor, account, asset, 0)


def _free(floor: Floor, account: str, asset: str, spared: int) -> Decimal:
    orders = (o for o in floor.live(account) if o.order_id != spared)
    return MONEY.subtract(
        floor.accounts.balance(account, asset), locked_spot(orders, floor.listings, asset)
    )


def equity(floor: Floor, account: str, asset: str) -> Decimal:
    """Return collateral with what positions would make at the mark."""
    total = floor.accounts.balance(account, asset)
    for symbol, held in floor.accounts.positions(account):
        if floor.listings[symbol].quote == asset:
            worth = MONEY.multiply(held.quantity, mark_of(floor, symbol, held.entry))
            total = MONEY.add(total, MONEY.subtract(worth, held.cost))
    return total


def mark_of(floor: Floor, symbol: str, default: Decimal) -> Decimal:
    """Return the mark price, else the last one, else `default`."""
    return floor.marks.get(symbol) or floor.books[symbol].last or default


def margin(floor: Floor, account: str, symbol: str) -> Decimal:
    """Return the initial margin of a position and what may add to it, at the mark."""
    held = floor.accounts.position(account, symbol).quantity
    return _margin(floor, account, symbol, held, floor.live(account, symbol))


def _margin(floor: Floor, account: str, symbol: str, held: Decimal, orders: list[Order]) -> Decimal:
    buys = sells = ZERO
    highest = ZERO
    for order in orders:
        if order.ask.reduce_only or order.state is State.DORMANT:
            continue
        highest = max(highest, order.ask.price)
        if order.ask.side is Side.BUY:
            buys = MONEY.add(buys, order.leaves)
        else:
            sells = MONEY.add(sells, order.leaves)
    most = max(abs(held + buys), abs(held - sells), abs(held))
    price = mark_of(floor, symbol, highest)
    return MONEY.divide(
        MONEY.multiply(most, price), Decimal(floor.accounts.leverage(account, symbol))
    )


def _margin_needed(
    floor: Floor, listing: Listing, ask: Ask, leaves: Decimal, spared: int
) -> Decimal:
    held = floor.accounts.position(ask.account, listing.symbol).quantity
    orders = [o for o in floor.live(ask.account, listing.symbol) if o.order_id != spared]
    asked = Order(
        order_id=0,
        ask=ask,
        list_id=NO_LIST,
        created_ns=0,
        updated_ns=0,
        state=State.WORKING,
        filled=MONEY.subtract(ask.quantity, leaves),
    )
    return _margin(floor, ask.account, listing.symbol, held, [*orders, asked])


def _margin_elsewhere(floor: Floor, ask: Ask) -> Decimal:
    others = (s for s in floor.listings if s != ask.symbol)
    return sum((margin(floor, ask.account, symbol) for symbol in others), ZERO)


def met(trigger: Trigger, price: Decimal) -> bool:
    """Return whether `price` has come to the trigger or gone beyond."""
    if trigger.direction is TriggerDirection.UP:
        return price >= trigger.price
    return price <= trigger.price


def reducible(floor: Floor, ask: Ask) -> Decimal:
    """Return how much an order of this side may take off the position; zero where it would add."""
    held = floor.accounts.position(ask.account, ask.symbol).quantity
    return max(-ask.side.sign * held, ZERO)


def _check_reduces(floor: Floor, listing: Listing, ask: Ask) -> None:
    room = reducible(floor, ask)
    if listing.reduce_only is ReduceOnly.SUMMED and ask.trigger is None:
        for other in floor.live(ask.account, ask.symbol):
            same = other.ask.reduce_only and other.ask.side is ask.side
            if same and other.state is State.WORKING:
                room = MONEY.subtract(room, other.leaves)
        if ask.quantity > room:
            raise Refused(Refusal.REDUCE_ONLY)
    if room <= ZERO and ask.trigger is None:
        raise Refused(Refusal.REDUCE_ONLY)


def fills_whole(floor: Floor, ask: Ask) -> bool:
    """Return whether all of `ask` would trade at once with others."""
    half = floor.books[ask.symbol].half(ask.side.opposite)
    wanted = ask.quantity
    for price in half.prices():
        if ask.side.sign * price > ask.side.sign * ask.price:
            break
        for number, leaves in half.at(price).items():
            maker = floor.order(number)
            if maker is None or maker.ask.account != ask.account:
                wanted = MONEY.subtract(wanted, leaves)
    return wanted <= ZERO
