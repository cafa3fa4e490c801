"""What does a signed OKX request say? Every key is known, or it is refused."""

from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from venues.live.wire import Unreadable, Wire, WireCancel, WireOrder, WireRead
from venues.model.numbers import decimal
from venues.model.order import Side, TimeInForce


class _Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    instId: str  # noqa: N815 - their spelling
    side: str
    ordType: str  # noqa: N815 - their spelling
    sz: str
    px: str
    tdMode: str  # noqa: N815 - their spelling
    clOrdId: str  # noqa: N815 - their spelling
    tgtCcy: str = "base_ccy"  # noqa: N815 - their spelling
    reduceOnly: bool = False  # noqa: N815 - their spelling


class _Cancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    instId: str  # noqa: N815 - their spelling
    clOrdId: str  # noqa: N815 - their spelling


_Batch = Annotated[list[_Order], msgspec.Meta(min_length=1, max_length=1)]


def read_okx(method: str, url: str, body: str | None) -> Wire:
    """Return what a request to OKX says."""
    path = urlsplit(url).path
    if method == "GET":
        return WireRead()
    try:
        match method, path:
            case "POST", "/api/v5/trade/batch-orders":
                return _order(msgspec.json.decode(body or "", type=_Batch)[0])
            case "POST", "/api/v5/trade/cancel-order":
                cancel = msgspec.json.decode(body or "", type=_Cancel)
                return WireCancel(instrument=cancel.instId, client_order_id=cancel.clOrdId)
            case _:
                return Unreadable(why=f"{method} {path} is no request that was meant")
    except msgspec.MsgspecError as error:
        return Unreadable(why=f"{path}: {error}")


def _order(order: _Order) -> Wire:
    words = {"limit": TimeInForce.GTC, "post_only": TimeInForce.GTC, "ioc": TimeInForce.IOC}
    perp = order.instId.endswith("-SWAP")
    if order.ordType not in words:
        return Unreadable(why=f"ordType {order.ordType} was not meant")
    if order.tdMode != ("cross" if perp else "cash") or order.tgtCcy != "base_ccy":
        return Unreadable(why=f"tdMode {order.tdMode}, tgtCcy {order.tgtCcy} was not meant")
    if order.reduceOnly and not perp:
        return Unreadable(why="reduceOnly says nothing on spot")
    return WireOrder(
        instrument=order.instId,
        side=Side(order.side),
        quantity=decimal(order.sz),
        price=decimal(order.px),
        time_in_force=words[order.ordType],
        post_only=order.ordType == "post_only",
        reduce_only=order.reduceOnly,
        client_order_id=order.clOrdId,
    )
