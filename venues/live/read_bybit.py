"""What does a signed Bybit request say? Every key is known, or it is refused."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from venues.live.wire import Unreadable, Wire, WireCancel, WireOrder, WireRead, WireTrigger
from venues.model.numbers import decimal
from venues.model.order import Side, TimeInForce, TriggerDirection, TriggerSource

_TIFS: Final[Mapping[str, TimeInForce]] = {
    "GTC": TimeInForce.GTC,
    "PostOnly": TimeInForce.GTC,
    "IOC": TimeInForce.IOC,
}
_SOURCES: Final[Mapping[str, TriggerSource]] = {
    "LastPrice": TriggerSource.LAST,
    "MarkPrice": TriggerSource.MARK,
}
_DIRECTIONS: Final[Mapping[int, TriggerDirection]] = {
    1: TriggerDirection.UP,
    2: TriggerDirection.DOWN,
}


class _Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    symbol: str
    category: str
    side: str
    orderType: str  # noqa: N815 - their spelling
    orderLinkId: str  # noqa: N815 - their spelling
    price: str
    qty: str
    timeInForce: str = "GTC"  # noqa: N815 - their spelling
    reduceOnly: bool = False  # noqa: N815 - their spelling
    triggerPrice: str = ""  # noqa: N815 - their spelling
    triggerDirection: int = 0  # noqa: N815 - their spelling
    triggerBy: str = "LastPrice"  # noqa: N815 - their spelling


class _Cancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    symbol: str
    category: str
    orderLinkId: str  # noqa: N815 - their spelling
    orderFilter: str = "Order"  # noqa: N815 - their spelling


def read_bybit(method: str, url: str, body: str | None) -> Wire:
    """Return what a request to Bybit says."""
    path = urlsplit(url).path
    if method == "GET":
        return WireRead()
    try:
        match method, path:
            case "POST", "/v5/order/create":
                return _order(msgspec.json.decode(body or "", type=_Order))
            case "POST", "/v5/order/cancel":
                cancel = msgspec.json.decode(body or "", type=_Cancel)
                named = f"{cancel.category}/{cancel.symbol}"
                return WireCancel(instrument=named, client_order_id=cancel.orderLinkId)
            case _:
                return Unreadable(why=f"{method} {path} is no request that was meant")
    except msgspec.MsgspecError as error:
        return Unreadable(why=f"{path}: {error}")


def _order(order: _Order) -> Wire:
    if order.orderType != "Limit" or order.timeInForce not in _TIFS:
        return Unreadable(why=f"a {order.orderType} {order.timeInForce} order was not meant")
    if order.reduceOnly and order.category == "spot":
        return Unreadable(why="reduceOnly says nothing on spot")
    trigger: WireTrigger | None = None
    if order.triggerPrice:
        if order.triggerDirection not in _DIRECTIONS or order.triggerBy not in _SOURCES:
            return Unreadable(why="the trigger names no direction or another price")
        trigger = WireTrigger(
            price=decimal(order.triggerPrice),
            direction=_DIRECTIONS[order.triggerDirection],
            source=_SOURCES[order.triggerBy],
        )
    return WireOrder(
        instrument=f"{order.category}/{order.symbol}",
        side=Side(order.side.lower()),
        quantity=decimal(order.qty),
        price=decimal(order.price),
        time_in_force=_TIFS[order.timeInForce],
        post_only=order.timeInForce == "PostOnly",
        reduce_only=order.reduceOnly,
        client_order_id=order.orderLinkId,
        trigger=trigger,
    )
