"""What can be read of Hyperliquid's info endpoint: markets, books, and anybody's account."""

from decimal import Decimal

import msgspec

from venues.loopback.hyperliquid import words
from venues.loopback.hyperliquid.actions import Floor
from venues.loopback.hyperliquid.words import NS_PER_MS, Json, num
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Fill, Order
from venues.model.numbers import MONEY, ZERO

_HISTORY = 2_000


class Question(msgspec.Struct, frozen=True, rename="camel"):
    """What POST /info asks; fields that a question does not need are not looked at."""

    type: str
    user: str = ""
    coin: str = ""
    oid: int | str = 0
    start_time: int = 0
    end_time: int = 2**62


class Info:
    """Answers questions about one exchange of perps settled in `asset`."""

    def __init__(self, exchange: Exchange, floor: Floor, names: dict[str, str], asset: str) -> None:
        self._exchange, self._floor, self._names, self._asset = exchange, floor, names, asset
        self._coins = {listing.base: symbol for symbol, listing in exchange.listings.items()}

    def coin(self, symbol: str) -> str:
        return self._exchange.listings[symbol].base

    def symbol(self, coin: str) -> str | None:
        return self._coins.get(coin)

    def answer(self, question: Question, now_ms: int) -> object:
        """Return the answer; raises ValueError for a question that is not served."""
        name = self._names.get(question.user.lower(), "")
        match question.type:
            case "meta":
                return self._meta()
            case "metaAndAssetCtxs":
                return [self._meta(), [self.context(s) for s in self._exchange.listings]]
            case "spotMeta":
                return {"tokens": [], "universe": []}
            case "spotMetaAndAssetCtxs":
                return [{"tokens": [], "universe": []}, []]
            case "perpDexs":
                return [None]
            case "allMids":
                return self.mids()
            case "l2Book":
                symbol = self._symbol(question)
                return words.book_words(question.coin, self._exchange.books[symbol], now_ms)
            case "recentTrades":
                trades = self._exchange.recent(self._symbol(question))
                return [words.trade_words(trade, question.coin) for trade in trades]
            case "exchangeStatus":
                return {"time": now_ms, "specialStatuses": None}
            case _:
                return self._about(question, name, now_ms)

    def _about(self, question: Question, name: str, now_ms: int) -> object:
        match question.type:
            case "clearinghouseState":
                return words.account_words(self._exchange, name, self._asset, now_ms)
            case "spotClearinghouseState":
                return {"balances": []}
            case "openOrders":
                return [words.terms(o, self.coin(o.ask.symbol)) for o in self._live(name)]
            case "frontendOpenOrders":
                return [words.in_full(o, self.coin(o.ask.symbol)) for o in self._live(name)]
            case "historicalOrders":
                return [
                    words.with_status(o, self.coin(o.ask.symbol), full=True)
                    for o in list(self._exchange.orders(name))[-_HISTORY:]
                ][::-1]
            case "orderStatus":
                return self._status(question, name)
            case "userFills":
                return self._fills(name, 0, 2**62)[::-1]
            case "userFillsByTime":
                return self._fills(name, question.start_time, question.end_time)[:_HISTORY]
            case "userAbstraction":
                return "disabled"
            case "userFees":
                listing = next(iter(self._exchange.listings.values()))
                return {
                    "dailyUserVlm": [],
                    "userCrossRate": num(listing.taker_fee),
                    "userAddRate": num(listing.maker_fee),
                    "activeReferralDiscount": "0.0",
                }
            case "userRateLimit":
                return {"cumVlm": "0.0", "nRequestsUsed": 0, "nRequestsCap": 10_000}
            case "extraAgents":
                return []
            case _:
                raise ValueError(f"{question.type} is not served here")

    def _symbol(self, question: Question) -> str:
        symbol = self._coins.get(question.coin)
        if symbol is None:
            raise ValueError(f"{question.coin} is not listed here")
        return symbol

    def _live(self, name: str) -> list[Order]:
        return self._exchange.live(name)[::-1]

    def _status(self, question: Question, name: str) -> Json:
        order = self._floor.find(name, question.oid)
        if order is not None:
            told = words.with_status(order, self.coin(order.ask.symbol), full=True)
            return {"status": "order", "order": told}
        turned = self._floor.turned.get((name, str(question.oid).lower()))
        if turned is None:
            return {"status": "unknownOid"}
        ask = turned.terms
        terms: Json = {
            "coin": self.coin(ask.symbol),
            "side": words.side_word(ask.side),
            "limitPx": num(ask.price),
            "sz": num(ask.quantity),
            "oid": 0,
            "timestamp": turned.ts_ms,
            "origSz": num(ask.quantity),
            "cloid": ask.client_id,
            "reduceOnly": ask.reduce_only,
            "orderType": "Limit",
        }
        said: Json = {"order": terms, "status": turned.status, "statusTimestamp": turned.ts_ms}
        return {"status": "order", "order": said}

    def _fills(self, name: str, start_ms: int, end_ms: int) -> list[Json]:
        return [
            self.fill(fill)
            for fill in self._exchange.fills(name)
            if start_ms <= fill.trade.ts_ns // NS_PER_MS <= end_ms
        ]

    def builder_fee(self, fill: Fill) -> Decimal:
        """Return what a builder takes of a fill."""
        rate = self._floor.builder_rates.get(fill.order_id, ZERO)
        return MONEY.multiply(MONEY.multiply(fill.trade.price, fill.trade.quantity), rate)

    def fill(self, fill: Fill) -> Json:
        order = self._exchange.order(fill.order_id)
        assert order is not None
        return words.fill_words(fill, order, self.coin(fill.trade.symbol), self.builder_fee(fill))

    def _meta(self) -> Json:
        return {
            "universe": [
                {
                    "name": listing.base,
                    "szDecimals": -int(listing.lot.normalize().as_tuple().exponent),
                    "maxLeverage": 50,
                    "marginTableId": 50,
                }
                for listing in self._exchange.listings.values()
            ],
            "marginTables": [],
            "collateralToken": 0,
        }

    def mids(self) -> dict[str, str]:
        """Return the middle of every book that has two sides."""
        found = {coin: self.mid(symbol) for coin, symbol in self._coins.items()}
        return {coin: num(mid) for coin, mid in found.items() if mid is not None}

    def mid(self, symbol: str) -> Decimal | None:
        book = self._exchange.books[symbol]
        bid, ask = book.bids.best(), book.asks.best()
        return None if bid is None or ask is None else (bid + ask) / 2

    def context(self, symbol: str) -> Json:
        """Return prices and funding of an asset."""
        mid = self.mid(symbol)
        mark = self._exchange.marks.get(symbol) or mid or ZERO
        return {
            "funding": "0.0000125",
            "openInterest": "0.0",
            "prevDayPx": num(mark),
            "dayNtlVlm": "0.0",
            "premium": "0.0",
            "oraclePx": num(mark),
            "markPx": num(mark),
            "midPx": num(mid) if mid is not None else None,
            "impactPxs": None,
            "dayBaseVlm": "0.0",
        }
