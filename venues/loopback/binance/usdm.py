"""What does Binance USD-M serve: perps with positions, margin, mark prices, and a key to listen."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from venues.loopback.binance import usdm_words as words
from venues.loopback.binance.desk import Asked, Desk, Route, Security
from venues.loopback.binance.errors import USDM, ApiError
from venues.loopback.binance.limits import USDM_QUOTAS
from venues.loopback.binance.params import Account, parsed
from venues.loopback.binance.streams import encoded, level, ticker
from venues.loopback.binance.usdm_account import UsdmAccount
from venues.loopback.binance.usdm_orders import UsdmOrders, span
from venues.loopback.binance.words import NS_PER_MS, Json, num
from venues.loopback.faults import Channel, Faults
from venues.loopback.front import Line
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Refusal, Refused, Report, Trade, What
from venues.model.numbers import ZERO
from venues.model.order import Side

HOSTS: Final = ("fapi.binance.com", "fstream.binance.com", "ws-fapi.binance.com")
_KEY_MS: Final = 3_600_000
_MARK_MS: Final = 1_000
_FUNDING_MS: Final = 28_800_000
_FUNDING_RATE: Final = Decimal("0.0001")


class BinanceUsdm(Desk):
    """Binance USD-M in front of an exchange of perps; see docs/loopback.md for what is served.

    The mark price is the mid of its own book, once a second, unless `held_marks` says another.
    """

    def __init__(self, exchange: Exchange, accounts: Iterable[Account], faults: Faults) -> None:
        super().__init__(
            exchange,
            accounts,
            faults=faults,
            quotas=USDM_QUOTAS,
            refusals=USDM,
            places={s: words.places_in(x) for s, x in exchange.listings.items()},
        )
        self.held_marks: dict[str, Decimal] = {}
        self._orders, self._money = UsdmOrders(self), UsdmAccount(exchange)
        self._listen_keys: dict[str, tuple[str, int]] = {}  # key to account and end, in ms
        self._users: dict[Line, tuple[str, str]] = {}  # account and key
        self._marked_ms = 0
        self._table = self._make_routes()

    @property
    def hosts(self) -> tuple[str, ...]:
        return HOSTS

    def routes(self) -> Mapping[tuple[str, str], Route]:
        return self._table

    def _make_routes(self) -> Mapping[tuple[str, str], Route]:
        orders, money, no, key = self._orders, self._money, Security.NONE, Security.KEY
        served = {
            "GET v1/ping": Route(_nothing, 1, no),
            "GET v1/time": Route(_time, 1, no),
            "GET v1/exchangeInfo": Route(self._info, 1, no),
            "GET v1/depth": Route(self._depth, 0, no),
            "GET v1/trades": Route(self._trades, 5, no),
            "GET v1/ticker/bookTicker": Route(self._ticker, 2, no),
            "GET v1/premiumIndex": Route(self._premium, 1, no),
            "GET v1/fundingInfo": Route(self._funding, 1, no),
            "POST v1/order": Route(orders.place, 1, is_order=True),
            "PUT v1/order": Route(orders.modify, 1, is_order=True),
            "GET v1/order": Route(orders.status, 1),
            "DELETE v1/order": Route(orders.cancel, 1),
            "POST v1/batchOrders": Route(orders.place_batch, 5, is_order=True),
            "GET v1/openOrder": Route(orders.open_order, 1),
            "GET v1/openOrders": Route(orders.open_orders, 1),
            "DELETE v1/allOpenOrders": Route(orders.cancel_all, 1),
            "GET v1/allOrders": Route(orders.all_orders, 5),
            "POST v1/algoOrder": Route(orders.place_algo, 1, is_order=True),
            "GET v1/algoOrder": Route(orders.algo_status, 1),
            "DELETE v1/algoOrder": Route(orders.cancel_algo, 1),
            "GET v1/openAlgoOrders": Route(orders.open_algos, 1),
            "DELETE v1/algoOpenOrders": Route(orders.cancel_all_algos, 1),
            "GET v1/allAlgoOrders": Route(orders.all_algos, 5),
            "GET v1/userTrades": Route(self._my_trades, 5),
            "GET v3/account": Route(money.account, 5),
            "GET v3/balance": Route(money.balance, 5),
            "GET v3/positionRisk": Route(money.positions, 5),
            "GET v1/leverageBracket": Route(money.brackets, 1),
            "GET v1/commissionRate": Route(money.commission, 20),
            "GET v1/accountConfig": Route(money.config, 5),
            "GET v1/symbolConfig": Route(money.symbol_config, 5),
            "GET v1/positionSide/dual": Route(money.position_side, 30),
            "POST v1/leverage": Route(money.set_leverage, 1),
            "POST v1/marginType": Route(money.set_margin_type, 1),
            "POST v1/listenKey": Route(self._listen_key, 1, key),
            "PUT v1/listenKey": Route(self._listen_key, 1, key),
            "DELETE v1/listenKey": Route(self._drop_key, 1, key),
        }
        split = ((name.partition(" "), route) for name, route in served.items())
        return {(method, f"/fapi/{path}"): route for (method, _, path), route in split}

    def methods(self) -> Mapping[str, Route]:
        table = self._table
        return {
            "ping": table["GET", "/fapi/v1/ping"],
            "time": table["GET", "/fapi/v1/time"],
            "depth": table["GET", "/fapi/v1/depth"],
            "order.place": table["POST", "/fapi/v1/order"],
            "order.modify": table["PUT", "/fapi/v1/order"],
            "order.cancel": table["DELETE", "/fapi/v1/order"],
            "order.status": table["GET", "/fapi/v1/order"],
            "algoOrder.place": table["POST", "/fapi/v1/algoOrder"],
            "algoOrder.cancel": table["DELETE", "/fapi/v1/algoOrder"],
        }

    # -- users

    def _listen_key(self, asked: Asked) -> object:
        """Give the account's key, or make it last another hour."""
        name = asked.account.name
        found = next((k for k, (owner, _) in self._listen_keys.items() if owner == name), "")
        made = found or hashlib.sha256(f"{name} {asked.now_ns}".encode()).hexdigest()
        self._listen_keys[made] = (name, asked.now_ms + _KEY_MS)
        return {"listenKey": made}

    def _drop_key(self, asked: Asked) -> object:
        for made, (owner, _) in list(self._listen_keys.items()):
            if owner == asked.account.name:
                self._end_key(made)
        return {}

    def _end_key(self, made: str) -> None:
        del self._listen_keys[made]
        for line, (_, used) in list(self._users.items()):
            if used == made:
                line.cut()

    def listeners(self, name: str) -> int:
        """Return on how many connections an account listens to its own."""
        return sum(1 for owner, _ in self._users.values() if owner == name)

    def opened(self, line: Line, now_ns: int) -> None:
        super().opened(line, now_ns)
        given = parsed(line.query).get("listenKey") or line.path.rsplit("/", 1)[-1]
        if given in self._listen_keys:
            self._users[line] = (self._listen_keys[given][0], given)
        elif "/private/" in line.path:
            line.cut()

    def closed(self, line: Line) -> None:
        super().closed(line)
        self._users.pop(line, None)

    def tell(self, report: Report) -> None:
        order = report.order
        name = order.ask.account
        if words.is_conditional(order) and report.what is not What.TRADED:
            self._tell(name, words.algo_update(report))
        if not words.in_book(order):
            return
        self._tell(name, words.order_update(report))
        if report.fill is not None:
            self._tell(name, self._money.update(report))
            if words.is_conditional(order) and not order.is_live:
                self._tell(name, words.algo_update(report))

    def _tell(self, name: str, event: Json) -> None:
        for line, (owner, _) in list(self._users.items()):
            if owner == name:
                line.say(Channel.USER, encoded(event))

    def trade_words(self, trade: Trade, now_ms: int) -> Json:
        places = words.places_in(self.exchange.listings[trade.symbol])
        return words.stream_trade(trade, now_ms, places)

    # -- prices

    def pulse(self, now_ns: int) -> None:
        super().pulse(now_ns)
        now_ms = now_ns // NS_PER_MS
        for made, (_, end_ms) in list(self._listen_keys.items()):
            if now_ms > end_ms:
                self._tell(
                    self._listen_keys[made][0],
                    {"e": "listenKeyExpired", "E": now_ms, "listenKey": made},
                )
                self._end_key(made)
        if 0 <= now_ms - self._marked_ms < _MARK_MS:
            return
        self._marked_ms = now_ms
        for symbol in self.exchange.listings:
            price = self.held_marks.get(symbol) or self._mid(symbol)
            if price is None:
                continue
            self.exchange.set_mark(symbol, price, now_ns)
            said = self._prices(symbol, now_ms)
            event: Json = {
                "e": "markPriceUpdate",
                "E": now_ms,
                "s": symbol,
                "p": said["markPrice"],
                "i": said["indexPrice"],
                "P": said["markPrice"],
                "r": said["lastFundingRate"],
                "T": said["nextFundingTime"],
            }
            for name in ("markPrice", "markPrice@1s"):
                self.streams.publish(Channel.PRICES, f"{symbol.lower()}@{name}", event.copy)
        self.publish(now_ns)

    def _mid(self, symbol: str) -> Decimal | None:
        book = self.exchange.books[symbol]
        bid, ask = book.bids.best(), book.asks.best()
        return None if bid is None or ask is None else (bid + ask) / 2

    def _prices(self, symbol: str, now_ms: int) -> Json:
        mark = self.exchange.marks.get(symbol) or self._mid(symbol) or ZERO
        return {
            "symbol": symbol,
            "markPrice": num(mark),
            "indexPrice": num(self._mid(symbol) or mark),
            "estimatedSettlePrice": num(mark),
            "lastFundingRate": num(_FUNDING_RATE),
            "interestRate": num(_FUNDING_RATE),
            "nextFundingTime": now_ms // _FUNDING_MS * _FUNDING_MS + _FUNDING_MS,
            "time": now_ms,
        }

    # -- reading

    def _symbol(self, asked: Asked) -> str:
        symbol = asked.params.text("symbol")
        if symbol not in self.exchange.listings:
            raise Refused(Refusal.SYMBOL)
        return symbol

    def _info(self, asked: Asked) -> object:
        assets = dict.fromkeys(x.quote for x in self.exchange.listings.values())
        return {
            "timezone": "UTC",
            "serverTime": asked.now_ms,
            "futuresType": "U_MARGINED",
            "rateLimits": self.quotas.words(),
            "exchangeFilters": [],
            "assets": [{"asset": asset, "marginAvailable": True} for asset in assets],
            "symbols": [words.listing_words(x) for x in self.exchange.listings.values()],
        }

    def _depth(self, asked: Asked) -> object:
        symbol = self._symbol(asked)
        book, places = self.exchange.books[symbol], words.places_in(self.exchange.listings[symbol])
        limit = asked.params.whole("limit", 500)
        if limit not in {5, 10, 20, 50, 100, 500, 1_000}:
            raise ApiError(-1130, "Data sent for parameter 'limit' is not valid.")
        bids, asks = (
            [level(price, size, places) for price, size in book.depth(side, limit)] for side in Side
        )
        said: Json = {"lastUpdateId": book.sequence, "E": asked.now_ms, "T": asked.now_ms}
        return said | {"bids": bids, "asks": asks}

    def _trades(self, asked: Asked) -> object:
        recent = list(self.exchange.recent(self._symbol(asked)))
        return [words.public_trade(t) for t in recent[-asked.params.whole("limit", 500) :]]

    def _ticker(self, asked: Asked) -> object:
        symbol = self._symbol(asked)
        said = ticker(symbol, self.exchange.books[symbol])
        names = {"b": "bidPrice", "B": "bidQty", "a": "askPrice", "A": "askQty"}
        found = {"symbol": symbol} | {long: said[short] for short, long in names.items()}
        return found | {"time": asked.now_ms, "lastUpdateId": said["u"]}

    def _premium(self, asked: Asked) -> object:
        if asked.params.optional("symbol"):
            return self._prices(self._symbol(asked), asked.now_ms)
        return [self._prices(symbol, asked.now_ms) for symbol in self.exchange.listings]

    def _funding(self, asked: Asked) -> object:
        return [
            {
                "symbol": symbol,
                "adjustedFundingRateCap": "0.02000000",
                "adjustedFundingRateFloor": "-0.02000000",
                "fundingIntervalHours": 8,
                "disclaimer": False,
            }
            for symbol in self.exchange.listings
        ]

    def _my_trades(self, asked: Asked) -> object:
        first, most = asked.params.whole("fromId", 0), asked.params.whole("limit", 500)
        only, (start, end) = asked.params.whole("orderId", 0), span(asked)
        symbol = asked.params.optional("symbol") or None
        said = [
            words.my_trade(fill)
            for fill in self.exchange.fills(asked.account.name, symbol)
            if fill.trade.trade_id >= first
            and only in {0, fill.order_id}
            and start <= fill.trade.ts_ns // NS_PER_MS <= end
        ]
        return said[:most] if first or start else said[-most:]


def _nothing(asked: Asked) -> object:
    del asked
    return {}


def _time(asked: Asked) -> object:
    return {"serverTime": asked.now_ms}
