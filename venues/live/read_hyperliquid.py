"""What does a signed Hyperliquid action say? Every key is known, or it is refused."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from venues.live.wire import Unreadable, Wire, WireCancel, WireOrder, WireRead, WireTrigger
from venues.model.numbers import decimal
from venues.model.order import Side, TimeInForce, TriggerDirection, TriggerSource

_TIFS: Mapping[str, TimeInForce] = {
    "Alo": TimeInForce.GTC,
    "Gtc": TimeInForce.GTC,
    "Ioc": TimeInForce.IOC,
}


class _Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tif: str


class _Trigger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    isMarket: bool  # noqa: N815 - their spelling
    triggerPx: str  # noqa: N815 - their spelling
    tpsl: str


class _Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limit: _Limit | None = None
    trigger: _Trigger | None = None


class _Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    a: int
    b: bool
    p: str
    s: str
    r: bool
    t: _Terms
    c: str


class _Place(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="order"
):
    orders: Annotated[list[_Order], msgspec.Meta(min_length=1, max_length=1)]
    grouping: str


class _CancelOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    asset: int
    cloid: str


class _Withdraw(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="cancelByCloid"
):
    cancels: Annotated[list[_CancelOf], msgspec.Meta(min_length=1, max_length=1)]


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    action: _Place | _Withdraw
    nonce: int
    signature: msgspec.Raw


def read_hyperliquid(method: str, url: str, body: str | None) -> Wire:
    """Return what a request to Hyperliquid says: a question, one order, or one cancel."""
    path = urlsplit(url).path
    if (method, path) == ("POST", "/info"):
        return WireRead()
    if (method, path) != ("POST", "/exchange"):
        return Unreadable(why=f"{method} {path} is no request that was meant")
    try:
        signed = msgspec.json.decode(body or "", type=_Signed)
    except msgspec.MsgspecError as error:
        return Unreadable(why=f"the action is none that was meant: {error}")
    match signed.action:
        case _Place(orders=[order], grouping="na"):
            return _order(order)
        case _Place(grouping=grouping):
            return Unreadable(why=f"orders grouped as {grouping} were not meant")
        case _Withdraw(cancels=cancels):
            return WireCancel(instrument=str(cancels[0].asset), client_order_id=cancels[0].cloid)


def _order(order: _Order) -> Wire:
    side = Side.BUY if order.b else Side.SELL
    trigger: WireTrigger | None = None
    word = "Gtc"
    match order.t:
        case _Terms(limit=_Limit(tif=tif), trigger=None):
            word = tif
        case _Terms(limit=None, trigger=_Trigger(isMarket=False, tpsl="sl" | "tp") as woken):
            falls = (side is Side.SELL) == (woken.tpsl == "sl")
            trigger = WireTrigger(
                price=decimal(woken.triggerPx),
                direction=TriggerDirection.DOWN if falls else TriggerDirection.UP,
                source=TriggerSource.MARK,
            )
        case _:
            return Unreadable(why="an order of this type was not meant")
    if word not in _TIFS:
        return Unreadable(why=f"tif {word} was not meant")
    return WireOrder(
        instrument=str(order.a),
        side=side,
        quantity=decimal(order.s),
        price=decimal(order.p),
        time_in_force=_TIFS[word],
        post_only=word == "Alo",
        reduce_only=order.r,
        client_order_id=order.c,
        trigger=trigger,
    )
