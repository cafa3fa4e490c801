"""What does a signed Kraken request say? Every field is known, or it is refused."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from venues.live.wire import Unreadable, Wire, WireCancel, WireOrder, WireRead, WireTrigger
from venues.model.numbers import decimal
from venues.model.order import Side, TimeInForce, TriggerDirection, TriggerSource

# Its private questions are POSTs, too.
_READS: Final = frozenset(
    f"/0/private/{name}"
    for name in (
        *("OpenOrders", "ClosedOrders", "QueryOrders", "TradesHistory", "QueryTrades"),
        *("Balance", "BalanceEx", "TradeVolume", "GetWebSocketsToken", "GetApiKeyInfo"),
    )
)
_ORDER: Final = frozenset(
    (
        *("nonce", "pair", "type", "ordertype", "volume", "cl_ord_id", "price", "price2"),
        *("oflags", "timeinforce"),
    )
)
_CANCEL: Final = frozenset({"nonce", "cl_ord_id"})


def read_kraken(method: str, url: str, body: str | None) -> Wire:
    """Return what a request to Kraken says."""
    path = urlsplit(url).path
    if method == "GET" or path in _READS:
        return WireRead()
    fields = dict(parse_qsl(body or "", keep_blank_values=True))
    match method, path:
        case "POST", "/0/private/AddOrder":
            return _strange(fields, _ORDER, path) or _order(fields)
        case "POST", "/0/private/CancelOrder":
            return _strange(fields, _CANCEL, path) or WireCancel(
                instrument="", client_order_id=fields.get("cl_ord_id", "")
            )
        case _:
            return Unreadable(why=f"{method} {path} is no request that was meant")


def _strange(fields: Mapping[str, str], known: frozenset[str], path: str) -> Unreadable | None:
    strange = sorted(set(fields) - known)
    return Unreadable(why=f"{', '.join(strange)} is no field of {path}") if strange else None


def _order(fields: Mapping[str, str]) -> Wire:
    kind, flags = fields["ordertype"], fields.get("oflags", "")
    tif = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC}.get(fields.get("timeinforce", "GTC"))
    dormant = kind in {"stop-loss-limit", "take-profit-limit"}
    if not (dormant or kind == "limit") or tif is None or flags not in {"", "post"}:
        return Unreadable(why=f"a {kind} order {flags} was not meant")
    if dormant != ("price2" in fields):
        return Unreadable(why=f"price2 and an order of type {kind} do not go together")
    side = Side(fields["type"])
    trigger: WireTrigger | None = None
    if dormant:
        falls = (side is Side.SELL) == (kind == "stop-loss-limit")
        trigger = WireTrigger(
            price=decimal(fields["price"]),
            direction=TriggerDirection.DOWN if falls else TriggerDirection.UP,
            source=TriggerSource.LAST,
        )
    return WireOrder(
        instrument=fields["pair"],
        side=side,
        quantity=decimal(fields["volume"]),
        price=decimal(fields["price2" if dormant else "price"]),
        time_in_force=tif,
        post_only=flags == "post",
        reduce_only=False,
        client_order_id=fields["cl_ord_id"],
        trigger=trigger,
    )
