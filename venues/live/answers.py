"""What does a whole answer say of an order and of its trades: ccxt's values made ours, exact or refused."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from venues.live.dialect import Family
from venues.model.events import Standing
from venues.model.numbers import ZERO, decimal
from venues.model.order import Liquidity

_MS: Final = 1_000_000
_STANDINGS: Final[Mapping[str, Standing]] = {
    "open": Standing.WORKING,
    "closed": Standing.FILLED,
    "canceled": Standing.CANCELED,
    "expired": Standing.EXPIRED,
    "rejected": Standing.REJECTED,
}
# Hyperliquid's word for an immediate order that met nothing: ccxt calls it rejected. One that traded in
# part is canceled there.
_IOC_ENDED: Final = "iocCancelRejected"


class VenueTrade(msgspec.Struct, frozen=True, kw_only=True):
    """One execution as the venue tells it; `exec_id` is unique at the venue, the order's id in it."""

    exec_id: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    liquidity: Liquidity
    ts_ns: int


class VenueOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the venue tells it, placed at `placed_ns` and last changed at `ts_ns`.

    `trades` is None where the answer does not list all of them.
    """

    venue_order_id: str
    client_order_id: str
    standing: Standing
    cum_quantity: Decimal
    ts_ns: int
    placed_ns: int
    trades: tuple[VenueTrade, ...] | None = None


class _Fee(msgspec.Struct, frozen=True):
    cost: str | None = None
    currency: str | None = None


class _Trade(msgspec.Struct, frozen=True):
    id: str
    amount: str
    price: str
    order: str | None = None
    fee: _Fee | None = None
    takerOrMaker: str | None = None  # noqa: N815 - their spelling
    timestamp: int | None = None


class _Order(msgspec.Struct, frozen=True):
    id: str
    status: str
    filled: str
    info: Mapping[str, object]
    clientOrderId: str | None = None  # noqa: N815 - their spelling
    timestamp: int | None = None
    lastUpdateTimestamp: int | None = None  # noqa: N815 - their spelling
    lastTradeTimestamp: int | None = None  # noqa: N815 - their spelling
    trades: list[_Trade] = []


def order_of(value: object, family: Family) -> VenueOrder | None:
    """Return what ccxt's value says of one order; None where it does not say all that matters."""
    try:
        order = msgspec.convert(value, _Order)
        cum = decimal(order.filled)
        standing = _standing(order, family)
        stamps = (order.timestamp, order.lastUpdateTimestamp, order.lastTradeTimestamp)
        ts_ns = max(stamp or 0 for stamp in stamps) * _MS
        trades = tuple(_trade(trade, order.id, ts_ns) for trade in order.trades)
    except (ValueError, KeyError):
        return None
    if cum < ZERO or not order.id:
        return None
    told = sum((trade.quantity for trade in trades), ZERO)
    return VenueOrder(
        venue_order_id=order.id,
        client_order_id=str(order.info.get("origClientOrderId") or order.clientOrderId or ""),
        standing=standing,
        cum_quantity=cum,
        ts_ns=ts_ns,
        placed_ns=(order.timestamp or 0) * _MS,
        trades=trades if told == cum else None,
    )


def trades_of(value: object, order_id: str) -> tuple[VenueTrade, ...] | None:
    """Return the trades of one order in a list of ccxt's, oldest first; None where one is unreadable."""
    try:
        listed = msgspec.convert(value, list[_Trade])
        ours = [_trade(trade, order_id, 0) for trade in listed if trade.order == order_id]
    except (ValueError, KeyError):
        return None
    once = {trade.exec_id: trade for trade in ours}
    return tuple(sorted(once.values(), key=lambda trade: trade.ts_ns))


def _standing(order: _Order, family: Family) -> Standing:
    standing = _STANDINGS[order.status]
    if family is Family.HYPERLIQUID and standing in {Standing.CANCELED, Standing.REJECTED}:
        inner = order.info.get("order")
        immediate = isinstance(inner, Mapping) and inner.get("tif") == "Ioc"
        if immediate or order.info.get("status") == _IOC_ENDED:
            return Standing.EXPIRED  # it ended by its own terms: nobody can cancel it
    return standing


def _trade(trade: _Trade, order_id: str, ts_ns: int) -> VenueTrade:
    fee = trade.fee or _Fee()
    quantity, price = decimal(trade.amount), decimal(trade.price)
    if quantity <= ZERO or price <= ZERO or not trade.id:
        raise ValueError(f"a trade {trade.id!r} of {quantity} at {price}")
    return VenueTrade(
        exec_id=f"{order_id}:{trade.id}",
        quantity=quantity,
        price=price,
        fee=decimal(fee.cost) if fee.cost else ZERO,
        fee_currency=fee.currency or "",
        # Those in the answer to an order are said without: what it met at once, it took.
        liquidity=Liquidity.MAKER if trade.takerOrMaker == "maker" else Liquidity.TAKER,
        ts_ns=(trade.timestamp or 0) * _MS or ts_ns,
    )
