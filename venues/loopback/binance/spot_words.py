"""How does Binance spot write orders, fills and what happened to them?"""

from collections.abc import Iterable
from decimal import Decimal

from venues.loopback.binance.words import (
    NS_PER_MS,
    Json,
    num,
    side_word,
    status_word,
    stops_loss,
    tif_word,
)
from venues.loopback.matching.values import (
    NO_LIST,
    Ask,
    Fill,
    Listing,
    Order,
    Report,
    State,
    Tif,
    Trade,
    What,
)
from venues.model.numbers import MONEY, ZERO
from venues.model.order import Side

_STP = "EXPIRE_MAKER"


def type_word(ask: Ask) -> str:
    """Return the order type."""
    if ask.trigger is not None:
        return "STOP_LOSS_LIMIT" if stops_loss(ask) else "TAKE_PROFIT_LIMIT"
    return "LIMIT_MAKER" if ask.tif is Tif.POST_ONLY else "LIMIT"


def terms(order: Order) -> Json:
    """Return what every mention of an order says."""
    ask = order.ask
    said: Json = {
        "symbol": ask.symbol,
        "orderId": order.order_id,
        "orderListId": order.list_id,
        "clientOrderId": ask.client_id,
        "price": num(ask.price),
        "origQty": num(ask.quantity),
        "executedQty": num(order.filled),
        "origQuoteOrderQty": num(ZERO),
        "cummulativeQuoteQty": num(order.cost),
        "status": status_word(order),
        "timeInForce": tif_word(ask),
        "type": type_word(ask),
        "side": side_word(ask.side),
    }
    if ask.trigger is not None:
        said["stopPrice"] = num(ask.trigger.price)
    return said | {"selfTradePreventionMode": _STP}


def queried(order: Order) -> Json:
    """Return an order as queries tell it."""
    said = terms(order)
    said.setdefault("stopPrice", num(ZERO))
    is_working = order.state is not State.DORMANT
    return said | {
        "icebergQty": num(ZERO),
        "time": order.created_ns // NS_PER_MS,
        "updateTime": order.updated_ns // NS_PER_MS,
        "isWorking": is_working,
        "workingTime": order.created_ns // NS_PER_MS if is_working else -1,
    }


def placed(order: Order, fills: Iterable[Fill], detail: str) -> Json:
    """Return the answer to a new order: ACK, RESULT or FULL."""
    at_ms = order.updated_ns // NS_PER_MS
    if detail == "ACK":
        said = terms(order)
        names = ("symbol", "orderId", "orderListId", "clientOrderId")
        return {name: said[name] for name in names} | {"transactTime": at_ms}
    said = terms(order) | {"transactTime": at_ms, "workingTime": at_ms}
    if detail == "FULL":
        said["fills"] = [
            {
                "price": num(fill.trade.price),
                "qty": num(fill.trade.quantity),
                "commission": num(fill.fee),
                "commissionAsset": fill.fee_asset,
                "tradeId": fill.trade.trade_id,
            }
            for fill in fills
        ]
    return said


def cancelled(order: Order, client_id: str) -> Json:
    """Return the answer to a cancel, which has a client id of its own."""
    said = terms(order) | {"origClientOrderId": order.ask.client_id, "clientOrderId": client_id}
    return said | {"transactTime": order.updated_ns // NS_PER_MS}


def my_trade(fill: Fill, order: Order) -> Json:
    """Return a fill as myTrades tells it."""
    trade = fill.trade
    return {
        "symbol": trade.symbol,
        "id": trade.trade_id,
        "orderId": fill.order_id,
        "orderListId": order.list_id,
        "price": num(trade.price),
        "qty": num(trade.quantity),
        "quoteQty": num(MONEY.multiply(trade.price, trade.quantity)),
        "commission": num(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": trade.ts_ns // NS_PER_MS,
        "isBuyer": fill.side is Side.BUY,
        "isMaker": fill.is_maker,
        "isBestMatch": True,
    }


def public_trade(trade: Trade) -> Json:
    """Return a trade as the REST list of trades tells it."""
    return {
        "id": trade.trade_id,
        "price": num(trade.price),
        "qty": num(trade.quantity),
        "quoteQty": num(MONEY.multiply(trade.price, trade.quantity)),
        "time": trade.ts_ns // NS_PER_MS,
        "isBuyerMaker": not trade.taker_is_buy,
        "isBestMatch": True,
    }


def stream_trade(trade: Trade, now_ms: int) -> Json:
    """Return a trade as its stream says it."""
    return {
        "e": "trade",
        "E": now_ms,
        "s": trade.symbol,
        "t": trade.trade_id,
        "p": num(trade.price),
        "q": num(trade.quantity),
        "T": trade.ts_ns // NS_PER_MS,
        "m": not trade.taker_is_buy,
        "M": True,
    }


def execution(report: Report, cancel_id: str) -> Json:
    """Return an executionReport; `cancel_id` is the client id of the cancel, empty if none was asked."""
    order, ask, fill = report.order, report.order.ask, report.fill
    at_ms = report.ts_ns // NS_PER_MS
    words = {
        What.NEW: "NEW",
        What.WOKEN: "NEW",
        What.TRADED: "TRADE",
        What.AMENDED: "REPLACED",
        What.CANCELED: "CANCELED",
        What.EXPIRED: "EXPIRED",
    }
    kind = "TRADE_PREVENTION" if order.state is State.SELF_TRADE else words[report.what]
    is_working = order.state is State.WORKING or fill is not None
    said: Json = {
        "e": "executionReport",
        "E": at_ms,
        "s": ask.symbol,
        "c": cancel_id or ask.client_id,
        "S": side_word(ask.side),
        "o": type_word(ask),
        "f": tif_word(ask),
        "q": num(ask.quantity),
        "p": num(ask.price),
        "P": num(ask.trigger.price if ask.trigger else ZERO),
        "F": num(ZERO),
        "g": order.list_id,
        "C": ask.client_id if cancel_id else "",
        "x": kind,
        "X": status_word(order),
        "r": "NONE",
        "i": order.order_id,
        "l": num(fill.trade.quantity if fill else ZERO),
        "z": num(order.filled),
        "L": num(fill.trade.price if fill else ZERO),
        "n": num(fill.fee) if fill else "0",
        "N": fill.fee_asset if fill else None,
        "T": at_ms,
        "t": fill.trade.trade_id if fill else -1,
        "I": order.order_id * 2,
        "w": is_working and report.what is not What.TRADED,
        "m": fill.is_maker if fill else False,
        "M": False,
        "O": order.created_ns // NS_PER_MS,
        "Z": num(order.cost),
        "Y": num(MONEY.multiply(fill.trade.price, fill.trade.quantity) if fill else ZERO),
        "Q": num(ZERO),
        "V": _STP,
    }
    if is_working:
        said["W"] = order.created_ns // NS_PER_MS
    return said


def listing_words(listing: Listing) -> Json:
    """Return one symbol of exchangeInfo."""
    most = num(Decimal(9_000_000))
    return {
        "symbol": listing.symbol,
        "status": "TRADING",
        "baseAsset": listing.base,
        "baseAssetPrecision": 8,
        "quoteAsset": listing.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"],
        "icebergAllowed": False,
        "ocoAllowed": True,
        "otoAllowed": False,
        "quoteOrderQtyMarketAllowed": False,
        "allowTrailingStop": False,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": num(listing.tick),
                "maxPrice": most,
                "tickSize": num(listing.tick),
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": num(listing.min_quantity),
                "maxQty": most,
                "stepSize": num(listing.lot),
            },
            {
                "filterType": "NOTIONAL",
                "minNotional": num(listing.min_notional),
                "applyMinToMarket": True,
                "maxNotional": most,
                "applyMaxToMarket": False,
                "avgPriceMins": 5,
            },
        ],
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": _STP,
        "allowedSelfTradePreventionModes": [_STP],
    }


def list_words(legs: tuple[Order, ...], client_id: str, now_ms: int) -> Json:
    """Return an order list as answers and events tell it."""
    done = not any(leg.is_live for leg in legs)
    first = legs[0]
    return {
        "orderListId": first.list_id,
        "contingencyType": "OCO",
        "listStatusType": "ALL_DONE" if done else "EXEC_STARTED",
        "listOrderStatus": "ALL_DONE" if done else "EXECUTING",
        "listClientOrderId": client_id,
        "transactionTime": now_ms,
        "symbol": first.ask.symbol,
        "orders": [
            {
                "symbol": leg.ask.symbol,
                "orderId": leg.order_id,
                "clientOrderId": leg.ask.client_id,
            }
            for leg in legs
        ],
    }


def list_event(legs: tuple[Order, ...], client_id: str, now_ms: int) -> Json:
    """Return a listStatus event."""
    said = list_words(legs, client_id, now_ms)
    return {
        "e": "listStatus",
        "E": now_ms,
        "s": said["symbol"],
        "g": said["orderListId"],
        "c": "OCO",
        "l": said["listStatusType"],
        "L": said["listOrderStatus"],
        "r": "NONE",
        "C": client_id,
        "T": now_ms,
        "O": [{"s": x.ask.symbol, "i": x.order_id, "c": x.ask.client_id} for x in legs],
    }


def belongs_to_list(order: Order) -> bool:
    """Return whether an order is a leg of a list."""
    return order.list_id != NO_LIST
