"""How does Hyperliquid spell what an exchange knows: numbers, orders, fills, books, accounts."""

import hashlib
from decimal import Decimal
from typing import Final

from venues.loopback.matching import rules
from venues.loopback.matching.book import Book
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Ask, Fill, Order, State, Tif, Trade
from venues.model.numbers import MONEY, ZERO, plain
from venues.model.order import Side, TriggerDirection

# One JSON object on its way out: names are the venue's, and it is written once and never read here.
Json = dict[str, object]

NS_PER_MS: Final = 1_000_000
LEVELS: Final = 20
_TIFS: Final = {Tif.GTC: "Gtc", Tif.IOC: "Ioc", Tif.POST_ONLY: "Alo"}


def num(value: Decimal) -> str:
    """Return a number as the venue writes it: no trailing zeros, but always a point."""
    text = plain(value)
    return text if "." in text else f"{text}.0"


def side_word(side: Side) -> str:
    """Return B for a bid and A for an ask."""
    return "B" if side is Side.BUY else "A"


def cloid_word(ask: Ask) -> str | None:
    """Return the client id; orders without one have an id of ours inside that nobody is told."""
    return ask.client_id if ask.client_id.startswith("0x") else None


def status_word(order: Order) -> str:
    """Return the status of an order, with the reason where the venue ended it."""
    match order.state:
        case State.DORMANT:
            return "open"
        case State.WORKING:
            return "open"
        case State.FILLED:
            return "filled"
        case State.SELF_TRADE:
            return "selfTradeCanceled"
        case State.EXPIRED if order.ask.tif is Tif.IOC and not order.filled:
            return "iocCancelRejected"
        case State.EXPIRED if order.ask.reduce_only:
            return "reduceOnlyCanceled"
        case _:
            return "canceled"


def terms(order: Order, coin: str) -> Json:
    """Return an order as open orders and updates tell it; `sz` is what is left of it."""
    ask = order.ask
    return {
        "coin": coin,
        "side": side_word(ask.side),
        "limitPx": num(ask.price),
        "sz": num(order.leaves),
        "oid": order.order_id,
        "timestamp": order.created_ns // NS_PER_MS,
        "origSz": num(ask.quantity),
        "cloid": cloid_word(ask),
    }


def in_full(order: Order, coin: str) -> Json:
    """Return an order as front ends see it."""
    ask = order.ask
    trigger = ask.trigger
    kind = "Limit"
    condition = "N/A"
    if trigger is not None:
        falls = trigger.direction is TriggerDirection.DOWN
        stops = (ask.side is Side.SELL) == falls
        kind = ("Stop" if stops else "Take Profit") + (
            " Market" if ask.tif is Tif.IOC else " Limit"
        )
        condition = f"Price {'below' if falls else 'above'} {plain(trigger.price)}"
    return terms(order, coin) | {
        "triggerCondition": condition,
        "isTrigger": trigger is not None and not order.woken,
        "triggerPx": num(trigger.price if trigger else ZERO),
        "children": [],
        "isPositionTpsl": False,
        "reduceOnly": ask.reduce_only,
        "orderType": kind,
        "tif": None if trigger else _TIFS.get(ask.tif, "Gtc"),
    }


def with_status(order: Order, coin: str, *, full: bool) -> Json:
    """Return an order with its status and when it came to it."""
    return {
        "order": in_full(order, coin) if full else terms(order, coin),
        "status": status_word(order),
        "statusTimestamp": order.updated_ns // NS_PER_MS,
    }


def fill_words(fill: Fill, order: Order, coin: str, builder_fee: Decimal) -> Json:
    """Return a fill; `fee` holds the builder's share, which is told beside it."""
    trade = fill.trade
    said: Json = {
        "coin": coin,
        "px": num(trade.price),
        "sz": num(trade.quantity),
        "side": side_word(fill.side),
        "time": trade.ts_ns // NS_PER_MS,
        "startPosition": num(fill.before),
        "dir": direction(fill),
        "closedPnl": num(fill.realized),
        "hash": hash_of(trade),
        "oid": fill.order_id,
        "crossed": not fill.is_maker,
        "fee": num(MONEY.add(fill.fee, builder_fee)),
        "tid": trade.trade_id,
        "cloid": cloid_word(order.ask),
        "feeToken": fill.fee_asset,
        "twapId": None,
    }
    return said | ({"builderFee": num(builder_fee)} if builder_fee else {})


def direction(fill: Fill) -> str:
    """Return what a fill did to the position it met."""
    signed = fill.side.sign * fill.trade.quantity
    before, after = fill.before, fill.before + signed
    if before * signed >= ZERO:
        return "Open Long" if signed > ZERO else "Open Short"
    if before * after < ZERO:
        return "Long > Short" if before > ZERO else "Short > Long"
    return "Close Long" if before > ZERO else "Close Short"


def trade_words(trade: Trade, coin: str) -> Json:
    """Return a public trade; who traded is nobody's address."""
    nobody = "0x" + "0" * 40
    return {
        "coin": coin,
        "side": "B" if trade.taker_is_buy else "A",
        "px": num(trade.price),
        "sz": num(trade.quantity),
        "time": trade.ts_ns // NS_PER_MS,
        "hash": hash_of(trade),
        "tid": trade.trade_id,
        "users": [nobody, nobody],
    }


def hash_of(trade: Trade) -> str:
    """Return a number that looks like a transaction's hash."""
    text = f"{trade.symbol} {trade.trade_id} {trade.ts_ns}"
    return "0x" + hashlib.sha256(text.encode()).hexdigest()


def book_words(coin: str, book: Book, now_ms: int) -> Json:
    """Return the twenty best levels of both sides."""
    levels = [
        [
            {"px": num(price), "sz": num(size), "n": len(book.half(side).at(price))}
            for price, size in book.depth(side, LEVELS)
        ]
        for side in Side
    ]
    return {"coin": coin, "time": now_ms, "levels": levels}


def account_words(exchange: Exchange, name: str, asset: str, now_ms: int) -> Json:
    """Return clearinghouseState: collateral and positions, cross margin."""
    equity = rules.equity(exchange, name, asset)
    positions: list[Json] = []
    notional = used = ZERO
    for symbol, held in exchange.accounts.positions(name):
        listing = exchange.listings[symbol]
        value = abs(MONEY.multiply(held.quantity, rules.mark_of(exchange, symbol, held.entry)))
        leverage = exchange.accounts.leverage(name, symbol)
        margin = MONEY.divide(value, Decimal(leverage))
        profit = MONEY.subtract(
            MONEY.multiply(held.quantity, rules.mark_of(exchange, symbol, held.entry)), held.cost
        )
        notional, used = notional + value, used + margin
        position: Json = {
            "coin": listing.base,
            "szi": num(held.quantity),
            "leverage": {"type": "cross", "value": leverage},
            "entryPx": _six(held.entry),
            "positionValue": _six(value),
            "unrealizedPnl": _six(profit),
            "returnOnEquity": _six(MONEY.divide(profit, margin) if margin else ZERO),
            "liquidationPx": None,
            "marginUsed": _six(margin),
            "maxLeverage": 50,
            "cumFunding": {"allTime": "0.0", "sinceOpen": "0.0", "sinceChange": "0.0"},
        }
        positions.append({"type": "oneWay", "position": position})
    summary: Json = {
        "accountValue": _six(equity),
        "totalNtlPos": _six(notional),
        "totalRawUsd": _six(exchange.accounts.balance(name, asset)),
        "totalMarginUsed": _six(used),
    }
    return {
        "marginSummary": summary,
        "crossMarginSummary": summary,
        "crossMaintenanceMarginUsed": _six(used / 2),
        "withdrawable": _six(max(exchange.free(name, asset), ZERO)),
        "assetPositions": positions,
        "time": now_ms,
    }


def _six(value: Decimal) -> str:
    return num(value.quantize(Decimal("0.000001")))
