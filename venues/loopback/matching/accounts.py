"""Who owns what: balances of spot, positions and collateral of perps; nothing is made or lost."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import msgspec

from venues.loopback.matching.values import CROWD, FEES, NO_LIST, Fill, Listing, Order, Trade
from venues.model.numbers import MONEY, ONE, ZERO, floor_to
from venues.model.order import Side

LEVERAGE: Final = 20  # until an account says otherwise
_FEE_STEP: Final = Decimal("0.00000001")  # no venue charges less


class Position(msgspec.Struct, frozen=True):
    """What is held of a perp, base units, > 0 long; `cost` is what was paid for it, signed."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO

    @property
    def entry(self) -> Decimal:
        return MONEY.divide(self.cost, self.quantity) if self.quantity else ZERO


class Accounts:
    """Balances by account and asset, positions by account and symbol."""

    def __init__(self) -> None:
        self._balances: dict[tuple[str, str], Decimal] = {}
        self._positions: dict[tuple[str, str], Position] = {}
        self._leverage: dict[tuple[str, str], int] = {}

    def deposit(self, account: str, asset: str, amount: Decimal) -> None:
        """Add `amount`, which may be negative."""
        self._balances[account, asset] = MONEY.add(self.balance(account, asset), amount)

    def balance(self, account: str, asset: str) -> Decimal:
        return self._balances.get((account, asset), ZERO)

    def assets(self, account: str) -> list[str]:
        return [asset for owner, asset in self._balances if owner == account]

    def sums(self) -> dict[str, Decimal]:
        """Return the total of each asset over everybody, the crowd and the fees included."""
        sums: dict[str, Decimal] = {}
        for (_, asset), amount in self._balances.items():
            sums[asset] = MONEY.add(sums.get(asset, ZERO), amount)
        return sums

    def position(self, account: str, symbol: str) -> Position:
        return self._positions.get((account, symbol), Position())

    def positions(self, account: str) -> list[tuple[str, Position]]:
        """Return symbols with what is held there; none that are flat."""
        return [
            (s, p) for (owner, s), p in self._positions.items() if owner == account and p.quantity
        ]

    def leverage(self, account: str, symbol: str) -> int:
        return self._leverage.get((account, symbol), LEVERAGE)

    def set_leverage(self, account: str, symbol: str, leverage: int) -> None:
        self._leverage[account, symbol] = leverage

    def settle(self, listing: Listing, trade: Trade, order: Order, *, is_maker: bool) -> Fill:
        """Book one side of a trade; the fee goes where fees go."""
        account, side = order.ask.account, order.ask.side
        rate = listing.maker_fee if is_maker else listing.taker_fee
        notional = MONEY.multiply(trade.price, trade.quantity)
        before = self.position(account, listing.symbol).quantity
        if listing.is_perp:
            realized = self._trade_perp(listing, account, side, trade)
            fee, asset = MONEY.multiply(notional, rate), listing.quote
        else:
            realized = ZERO
            self._trade_spot(listing, account, side, trade)
            buys = side is Side.BUY
            asset = listing.base if buys else listing.quote
            fee = MONEY.multiply(trade.quantity if buys else notional, rate)
        fee = floor_to(fee, _FEE_STEP)
        self.deposit(account, asset, -fee)
        self.deposit(FEES, asset, fee)
        return Fill(
            trade=trade,
            order_id=order.order_id,
            account=account,
            side=side,
            is_maker=is_maker,
            fee=fee,
            fee_asset=asset,
            realized=realized,
            before=before,
        )

    def settle_crowd(self, listing: Listing, side: Side, trade: Trade) -> None:
        """Book the crowd's side of a trade; nobody charges it."""
        if listing.is_perp:
            self._trade_perp(listing, CROWD, side, trade)
        else:
            self._trade_spot(listing, CROWD, side, trade)

    def _trade_spot(self, listing: Listing, account: str, side: Side, trade: Trade) -> None:
        notional = MONEY.multiply(trade.price, trade.quantity)
        self.deposit(account, listing.base, side.sign * trade.quantity)
        self.deposit(account, listing.quote, -side.sign * notional)

    def _trade_perp(self, listing: Listing, account: str, side: Side, trade: Trade) -> Decimal:
        """Return what the part that closes a position has made."""
        held = self.position(account, listing.symbol)
        signed = side.sign * trade.quantity
        closes = ZERO
        if held.quantity * signed < ZERO:
            closes = min(abs(held.quantity), trade.quantity)
        share = MONEY.divide(closes, abs(held.quantity)) if closes else ZERO
        cost_closed = held.cost if share == ONE else MONEY.multiply(held.cost, share)
        brought = MONEY.multiply(-side.sign * closes, trade.price)
        realized = MONEY.subtract(brought, cost_closed)
        opened = MONEY.multiply(side.sign * (trade.quantity - closes), trade.price)
        cost = MONEY.add(MONEY.subtract(held.cost, cost_closed), opened)
        quantity = MONEY.add(held.quantity, signed)
        self._positions[account, listing.symbol] = Position(quantity, cost)
        self.deposit(account, listing.quote, realized)
        return realized


def locked_spot(orders: Iterable[Order], listing_of: dict[str, Listing], asset: str) -> Decimal:
    """Return what live spot orders of one account hold back of `asset`; legs of a list share it."""
    sums: list[Decimal] = []
    by_list: dict[int, Decimal] = {}
    for order in orders:
        listing, side = listing_of[order.ask.symbol], order.ask.side
        if asset != (listing.quote if side is Side.BUY else listing.base):
            continue
        held = order.leaves
        if side is Side.BUY:
            held = MONEY.multiply(held, order.ask.price)
        if order.list_id == NO_LIST:
            sums.append(held)
        else:
            by_list[order.list_id] = max(held, by_list.get(order.list_id, ZERO))
    return sum((*sums, *by_list.values()), ZERO)
