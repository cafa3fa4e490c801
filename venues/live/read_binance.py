"""What does a signed Binance request say, spot or USD-M? Every field is known, or it is refused."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from venues.live.dialect import Family
from venues.live.wire import Unreadable, Wire, WireCancel, WireOrder, WireRead, WireTrigger
from venues.model.numbers import decimal
from venues.model.order import Side, TimeInForce, TriggerDirection, TriggerSource

_AUTH: Final = frozenset({"timestamp", "recvWindow", "signature"})
_ORDER: Final = _AUTH | {
    *("symbol", "side", "newClientOrderId", "newOrderRespType", "type"),
    *("quantity", "price", "timeInForce", "stopPrice"),
}
_PERP_ORDER: Final = (_ORDER - {"stopPrice"}) | {"reduceOnly"}
_ALGO: Final = (_PERP_ORDER - {"newClientOrderId"}) | {
    *("clientAlgoId", "algoType", "triggerPrice", "workingType"),
}
_CANCEL: Final = _AUTH | {"symbol", "origClientOrderId"}
# The listen key of a user stream: it changes no order.
_STREAM_PATHS: Final = frozenset({"/fapi/v1/listenKey", "/api/v3/userDataStream"})
_STOPS: Final = frozenset({"STOP_LOSS_LIMIT", "STOP"})
_PROFITS: Final = frozenset({"TAKE_PROFIT_LIMIT", "TAKE_PROFIT"})
_SOURCES: Final[Mapping[str, TriggerSource]] = {
    "CONTRACT_PRICE": TriggerSource.LAST,
    "MARK_PRICE": TriggerSource.MARK,
}


def read_binance(family: Family, method: str, url: str, body: str | None) -> Wire:
    """Return what a request of Binance spot or USD-M says."""
    parts = urlsplit(url)
    if method == "GET" or parts.path in _STREAM_PATHS:
        return WireRead()
    pairs = parse_qsl(parts.query or body or "", keep_blank_values=True)
    fields = dict(pairs)
    if len(fields) != len(pairs):
        return Unreadable(why="the request says a field twice")
    spot = family is Family.BINANCE_SPOT
    match method, parts.path:
        case ("POST", "/api/v3/order") if spot:
            return _checked(fields, _ORDER, parts.path) or _spot_order(fields)
        case ("POST", "/fapi/v1/order") if not spot:
            return _checked(fields, _PERP_ORDER, parts.path) or _perp_order(fields)
        case ("POST", "/fapi/v1/algoOrder") if not spot:
            return _checked(fields, _ALGO, parts.path) or _algo_order(fields)
        case ("DELETE", "/api/v3/order" | "/fapi/v1/order") if spot == parts.path.startswith("/a"):
            return _checked(fields, _CANCEL, parts.path) or WireCancel(
                instrument=fields["symbol"], client_order_id=fields.get("origClientOrderId", "")
            )
        case _:
            return Unreadable(why=f"{method} {parts.path} is no request that was meant")


def _checked(fields: Mapping[str, str], known: frozenset[str], path: str) -> Unreadable | None:
    strange = sorted(set(fields) - known)
    return Unreadable(why=f"{', '.join(strange)} is no field of {path}") if strange else None


def _spot_order(fields: Mapping[str, str]) -> Wire:
    kind = fields["type"]
    tif = _tif(fields.get("timeInForce", "GTC"))
    if tif is None or kind not in {"LIMIT", "LIMIT_MAKER"} | _STOPS | _PROFITS:
        return Unreadable(
            why=f"an order of type {kind} {fields.get('timeInForce', '')} was not meant"
        )
    if (kind in _STOPS | _PROFITS) != ("stopPrice" in fields):
        return Unreadable(why=f"stopPrice and an order of type {kind} do not go together")
    return WireOrder(
        instrument=fields["symbol"],
        side=Side(fields["side"].lower()),
        quantity=decimal(fields["quantity"]),
        price=decimal(fields["price"]),
        time_in_force=tif,
        post_only=kind == "LIMIT_MAKER",
        reduce_only=False,
        client_order_id=fields["newClientOrderId"],
        trigger=_trigger(fields, "stopPrice", TriggerSource.LAST),
    )


def _perp_order(fields: Mapping[str, str]) -> Wire:
    if fields["type"] != "LIMIT":
        return Unreadable(why=f"an order of type {fields['type']} was not meant")
    return _perp(fields, "newClientOrderId", None)


def _algo_order(fields: Mapping[str, str]) -> Wire:
    if fields["type"] not in {"STOP", "TAKE_PROFIT"} or fields["algoType"] != "CONDITIONAL":
        return Unreadable(why=f"an algo order of type {fields['type']} was not meant")
    source = _SOURCES.get(fields.get("workingType", "CONTRACT_PRICE"))
    if source is None:
        return Unreadable(why=f"workingType {fields['workingType']} was not meant")
    return _perp(fields, "clientAlgoId", _trigger(fields, "triggerPrice", source))


def _perp(fields: Mapping[str, str], id_field: str, trigger: WireTrigger | None) -> Wire:
    word = fields.get("timeInForce", "GTC")
    tif = TimeInForce.GTC if word == "GTX" else _tif(word)
    if tif is None:
        return Unreadable(why=f"timeInForce {word} was not meant")
    return WireOrder(
        instrument=fields["symbol"],
        side=Side(fields["side"].lower()),
        quantity=decimal(fields["quantity"]),
        price=decimal(fields["price"]),
        time_in_force=tif,
        post_only=word == "GTX",
        reduce_only=fields.get("reduceOnly", "false") == "true",
        client_order_id=fields[id_field],
        trigger=trigger,
    )


def _tif(word: str) -> TimeInForce | None:
    return {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC}.get(word)


def _trigger(fields: Mapping[str, str], field: str, source: TriggerSource) -> WireTrigger | None:
    """Return the trigger: a stop is what the price falls to for a seller and rises to for a buyer."""
    if field not in fields:
        return None
    falls = (fields["side"] == "SELL") == (fields["type"] in _STOPS)
    return WireTrigger(
        price=decimal(fields[field]),
        direction=TriggerDirection.DOWN if falls else TriggerDirection.UP,
        source=source,
    )
