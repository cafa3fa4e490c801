"""How does Binance USD-M write orders, positions, fills and what happened to them?"""

from decimal import Decimal
from typing import Final

from venues.loopback.binance.words import (
    NS_PER_MS,
    Json,
    fixed,
    num,
    places_of,
    side_word,
    status_word,
    stops_loss,
)
from venues.loopback.matching.values import (
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
from venues.model.order import Side, TriggerSource

_STP: Final = "EXPIRE_MAKER"
_FOR_EVER_MS: Final = 4_133_404_800_000


def tif_word(ask: Ask) -> str:
    """Return the time in force; post-only is GTX here."""
    return "GTX" if ask.tif is Tif.POST_ONLY else ask.tif.name


def type_word(ask: Ask) -> str:
    """Return the type of a conditional order as it was asked for, else LIMIT."""
    if ask.trigger is None:
        return "LIMIT"
    return "STOP" if stops_loss(ask) else "TAKE_PROFIT"


def average(order: Order) -> Decimal:
    """Return the average price, to two decimals as the venue rounds it; 0 before the first fill."""
    if not order.filled:
        return ZERO
    return MONEY.divide(order.cost, order.filled).quantize(Decimal("0.00001"))


def told(order: Order) -> Json:
    """Return an order in the book, or that has been there, as answers tell it."""
    ask = order.ask
    return {
        "orderId": order.order_id,
        "symbol": ask.symbol,
        "status": status_word(order),
        "clientOrderId": ask.client_id,
        "price": num(ask.price),
        "avgPrice": num(average(order)),
        "origQty": num(ask.quantity),
        "executedQty": num(order.filled),
        "cumQty": num(order.filled),
        "cumQuote": num(order.cost),
        "timeInForce": tif_word(ask),
        "type": "LIMIT",
        "reduceOnly": ask.reduce_only,
        "closePosition": False,
        "side": side_word(ask.side),
        "positionSide": "BOTH",
        "stopPrice": num(ZERO),
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "origType": type_word(ask),
        "priceMatch": "NONE",
        "selfTradePreventionMode": _STP,
        "goodTillDate": 0,
        "time": order.created_ns // NS_PER_MS,
        "updateTime": order.updated_ns // NS_PER_MS,
    }


def algo_status(order: Order) -> str:
    """Return the status of a conditional order; after its trigger it is another order's shadow."""
    if order.woken:
        return "TRIGGERED" if order.is_live else "FINISHED"
    return "NEW" if order.is_live else order.state.name


def algo(order: Order) -> Json:
    """Return a conditional order as the algo endpoints tell it."""
    ask = order.ask
    assert ask.trigger is not None
    return {
        "algoId": order.order_id,
        "clientAlgoId": ask.client_id,
        "algoType": "CONDITIONAL",
        "orderType": type_word(ask),
        "symbol": ask.symbol,
        "side": side_word(ask.side),
        "positionSide": "BOTH",
        "timeInForce": tif_word(ask),
        "quantity": num(ask.quantity),
        "algoStatus": algo_status(order),
        "actualOrderId": str(order.order_id) if order.woken else "",
        "actualPrice": num(average(order)),
        "actualQty": num(order.filled),
        "triggerPrice": num(ask.trigger.price),
        "price": num(ask.price),
        "icebergQuantity": None,
        "selfTradePreventionMode": _STP,
        "workingType": working_word(ask),
        "priceMatch": "NONE",
        "closePosition": False,
        "priceProtect": False,
        "reduceOnly": ask.reduce_only,
        "createTime": order.created_ns // NS_PER_MS,
        "updateTime": order.updated_ns // NS_PER_MS,
        "triggerTime": order.updated_ns // NS_PER_MS if order.woken else 0,
        "goodTillDate": 0,
    }


def working_word(ask: Ask) -> str:
    """Return which price a trigger goes by."""
    by_mark = ask.trigger is not None and ask.trigger.source is TriggerSource.MARK
    return "MARK_PRICE" if by_mark else "CONTRACT_PRICE"


def order_update(report: Report) -> Json:
    """Return an ORDER_TRADE_UPDATE event."""
    order, ask, fill = report.order, report.order.ask, report.fill
    at_ms = report.ts_ns // NS_PER_MS
    words = {
        What.NEW: "NEW",
        What.WOKEN: "NEW",
        What.TRADED: "TRADE",
        What.AMENDED: "AMENDMENT",
        What.CANCELED: "CANCELED",
        What.EXPIRED: "EXPIRED",
    }
    said: Json = {
        "s": ask.symbol,
        "c": ask.client_id,
        "S": side_word(ask.side),
        "o": "LIMIT",
        "f": tif_word(ask),
        "q": num(ask.quantity),
        "p": num(ask.price),
        "ap": num(average(order)),
        "sp": num(ZERO),
        "x": words[report.what],
        "X": status_word(order),
        "i": order.order_id,
        "l": num(fill.trade.quantity if fill else ZERO),
        "z": num(order.filled),
        "L": num(fill.trade.price if fill else ZERO),
        "T": at_ms,
        "t": fill.trade.trade_id if fill else 0,
        "b": num(ZERO),
        "a": num(ZERO),
        "m": fill.is_maker if fill else False,
        "R": ask.reduce_only,
        "wt": "CONTRACT_PRICE",
        "ot": type_word(ask),
        "ps": "BOTH",
        "cp": False,
        "rp": num(fill.realized if fill else ZERO),
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": _STP,
        "pm": "NONE",
        "gtd": 0,
    }
    if fill is not None:
        said |= {"n": num(fill.fee), "N": fill.fee_asset}
    return {"e": "ORDER_TRADE_UPDATE", "E": at_ms, "T": at_ms, "o": said}


def algo_update(report: Report) -> Json:
    """Return an ALGO_UPDATE event."""
    order, ask = report.order, report.order.ask
    assert ask.trigger is not None
    at_ms = report.ts_ns // NS_PER_MS
    said: Json = {
        "caid": ask.client_id,
        "aid": order.order_id,
        "at": "CONDITIONAL",
        "o": type_word(ask),
        "s": ask.symbol,
        "S": side_word(ask.side),
        "ps": "BOTH",
        "f": tif_word(ask),
        "q": num(ask.quantity),
        "X": algo_status(order),
        "ai": str(order.order_id) if order.woken else "",
        "ap": num(average(order)),
        "aq": num(order.filled),
        "act": "LIMIT" if order.woken else "0",
        "tp": num(ask.trigger.price),
        "p": num(ask.price),
        "V": _STP,
        "wt": working_word(ask),
        "pm": "NONE",
        "cp": False,
        "pP": False,
        "R": ask.reduce_only,
        "tt": at_ms if order.woken else 0,
        "gtd": 0,
        "rm": "",
    }
    return {"e": "ALGO_UPDATE", "T": at_ms, "E": at_ms, "o": said}


def my_trade(fill: Fill) -> Json:
    """Return a fill as userTrades tells it."""
    trade = fill.trade
    return {
        "buyer": fill.side is Side.BUY,
        "commission": num(fill.fee),
        "commissionAsset": fill.fee_asset,
        "id": trade.trade_id,
        "maker": fill.is_maker,
        "orderId": fill.order_id,
        "price": num(trade.price),
        "qty": num(trade.quantity),
        "quoteQty": num(MONEY.multiply(trade.price, trade.quantity)),
        "realizedPnl": num(fill.realized),
        "side": side_word(fill.side),
        "positionSide": "BOTH",
        "symbol": trade.symbol,
        "time": trade.ts_ns // NS_PER_MS,
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
    }


def stream_trade(trade: Trade, now_ms: int, places: tuple[int, int]) -> Json:
    """Return a trade as its stream says it."""
    return {
        "e": "trade",
        "E": now_ms,
        "T": trade.ts_ns // NS_PER_MS,
        "s": trade.symbol,
        "t": trade.trade_id,
        "p": fixed(trade.price, places[0]),
        "q": fixed(trade.quantity, places[1]),
        "X": "MARKET",
        "m": not trade.taker_is_buy,
    }


def listing_words(listing: Listing) -> Json:
    """Return one symbol of exchangeInfo."""
    most = num(Decimal(1_000_000))
    lot = {"minQty": num(listing.min_quantity), "maxQty": most, "stepSize": num(listing.lot)}
    return {
        "symbol": listing.symbol,
        "pair": listing.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": _FOR_EVER_MS,
        "onboardDate": 0,
        "status": "TRADING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": listing.base,
        "quoteAsset": listing.quote,
        "marginAsset": listing.quote,
        "pricePrecision": places_in(listing)[0],
        "quantityPrecision": places_in(listing)[1],
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.000000",
        "marketTakeBound": "0.05",
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": num(listing.tick),
                "maxPrice": num(Decimal(4_529_764)),
                "tickSize": num(listing.tick),
            },
            {"filterType": "LOT_SIZE", **lot},
            {"filterType": "MARKET_LOT_SIZE", **lot},
            {"filterType": "MIN_NOTIONAL", "notional": num(listing.min_notional)},
        ],
        "orderTypes": ["LIMIT", "STOP", "TAKE_PROFIT"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
    }


def places_in(listing: Listing) -> tuple[int, int]:
    """Return the decimals of market data: of prices one more than the tick has, as for BTCUSDT."""
    return places_of(listing.tick) + 1, places_of(listing.lot)


def is_conditional(order: Order) -> bool:
    """Return whether an order was asked for at the algo endpoints."""
    return order.ask.trigger is not None


def in_book(order: Order) -> bool:
    """Return whether the order endpoints know an order: conditional ones from their trigger on."""
    return order.ask.trigger is None or order.woken


def rests(order: Order) -> bool:
    """Return whether a conditional order still waits for its trigger."""
    return order.state is State.DORMANT
