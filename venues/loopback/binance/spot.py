"""What does Binance spot serve: market data, orders, lists, balances, and who listens to his own."""

from collections.abc import Iterable, Mapping
from typing import Final

from venues.loopback.binance import spot_words as words
from venues.loopback.binance.desk import Asked, Desk, Route, Security
from venues.loopback.binance.errors import SPOT, ApiError
from venues.loopback.binance.limits import SPOT_QUOTAS
from venues.loopback.binance.params import Account
from venues.loopback.binance.spot_orders import SpotOrders
from venues.loopback.binance.streams import encoded, ticker
from venues.loopback.binance.words import NS_PER_MS, Json, num
from venues.loopback.faults import Channel, Faults
from venues.loopback.front import Line
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Refusal, Refused, Report, Trade, What
from venues.model.numbers import MONEY, ZERO
from venues.model.order import Side

HOSTS: Final = (
    *("api.binance.com", "api1.binance.com", "api2.binance.com", "api3.binance.com"),
    *("api4.binance.com", "api-gcp.binance.com", "data-api.binance.vision"),
    *("stream.binance.com", "ws-api.binance.com"),
)
_SUBSCRIBE: Final = "userDataStream.subscribe.signature"
_UNSUBSCRIBE: Final = "userDataStream.unsubscribe"


class BinanceSpot(Desk):
    """Binance spot in front of an exchange; see docs/loopback.md for what is served."""

    def __init__(self, exchange: Exchange, accounts: Iterable[Account], faults: Faults) -> None:
        super().__init__(
            exchange,
            accounts,
            faults=faults,
            quotas=SPOT_QUOTAS,
            refusals=SPOT,
            places=None,
        )
        self._orders = SpotOrders(self)
        self._users: dict[Line, tuple[str, int]] = {}
        self._subscriptions = 0
        self._table = self._make_routes()

    @property
    def hosts(self) -> tuple[str, ...]:
        return HOSTS

    def routes(self) -> Mapping[tuple[str, str], Route]:
        return self._table

    def _make_routes(self) -> Mapping[tuple[str, str], Route]:
        orders, no = self._orders, Security.NONE
        short = {
            "GET ping": Route(_nothing, 1, no),
            "GET time": Route(_time, 1, no),
            "GET exchangeInfo": Route(self._info, 20, no),
            "GET depth": Route(self._depth, 0, no),
            "GET trades": Route(self._trades, 25, no),
            "GET ticker/bookTicker": Route(self._ticker, 2, no),
            "POST order": Route(orders.place, 1, is_order=True),
            "POST order/test": Route(orders.test, 1),
            "GET order": Route(orders.status, 4),
            "DELETE order": Route(orders.cancel, 1),
            "POST order/cancelReplace": Route(orders.cancel_replace, 1, is_order=True),
            "PUT order/amend/keepPriority": Route(orders.keep_priority, 4),
            "GET openOrders": Route(self._open_orders, 6),
            "DELETE openOrders": Route(orders.cancel_all, 1),
            "GET allOrders": Route(self._all_orders, 20),
            "GET myTrades": Route(self._my_trades, 20),
            "GET account": Route(self._account, 20),
            "GET account/commission": Route(self._commission, 20),
            "GET rateLimit/order": Route(self._counts, 40),
            "POST orderList/oco": Route(orders.oco, 1, is_order=True),
            "GET orderList": Route(orders.list_status, 4),
            "DELETE orderList": Route(orders.cancel_list, 1),
            "GET openOrderList": Route(orders.open_lists, 6),
        }
        table = {
            (method, f"/api/v3/{path}"): route
            for (method, _, path), route in ((key.partition(" "), r) for key, r in short.items())
        }
        table["GET", "/sapi/v1/account/apiRestrictions"] = Route(self._restrictions, 1)
        table["GET", "/sapi/v1/system/status"] = Route(_system, 1, no)
        return table

    def methods(self) -> Mapping[str, Route]:
        table = self._table
        v3 = "/api/v3/"
        return {
            "ping": table["GET", f"{v3}ping"],
            "time": table["GET", f"{v3}time"],
            "exchangeInfo": table["GET", f"{v3}exchangeInfo"],
            "depth": table["GET", f"{v3}depth"],
            "order.place": table["POST", f"{v3}order"],
            "order.test": table["POST", f"{v3}order/test"],
            "order.status": table["GET", f"{v3}order"],
            "order.cancel": table["DELETE", f"{v3}order"],
            "order.cancelReplace": table["POST", f"{v3}order/cancelReplace"],
            "order.amend.keepPriority": table["PUT", f"{v3}order/amend/keepPriority"],
            "openOrders.status": table["GET", f"{v3}openOrders"],
            "openOrders.cancelAll": table["DELETE", f"{v3}openOrders"],
            "orderList.place.oco": table["POST", f"{v3}orderList/oco"],
            "orderList.status": table["GET", f"{v3}orderList"],
            "orderList.cancel": table["DELETE", f"{v3}orderList"],
            "openOrderLists.status": table["GET", f"{v3}openOrderList"],
            "account.status": table["GET", f"{v3}account"],
            "allOrders": table["GET", f"{v3}allOrders"],
            "myTrades": table["GET", f"{v3}myTrades"],
            _SUBSCRIBE: Route(_nothing, 2),
            _UNSUBSCRIBE: Route(_nothing, 2, Security.NONE),
        }

    # -- users

    def subscribed(self, line: Line, account: Account, method: str, done: object) -> object:
        if method == _UNSUBSCRIBE:
            self._users.pop(line, None)
        if method != _SUBSCRIBE:
            return done
        if line in self._users:
            raise ApiError(-1125, "There is already an active subscription on this connection.")
        self._users[line] = (account.name, self._subscriptions)
        self._subscriptions += 1
        return {"subscriptionId": self._users[line][1]}

    def listeners(self, name: str) -> int:
        """Return on how many connections an account listens to its own."""
        return sum(1 for owner, _ in self._users.values() if owner == name)

    def closed(self, line: Line) -> None:
        super().closed(line)
        self._users.pop(line, None)

    def tell(self, report: Report) -> None:
        order = report.order
        is_cancel = report.what is What.CANCELED
        cancel_id = self._orders.cancelled_as.pop(order.order_id, "") if is_cancel else ""
        self._tell(order.ask.account, words.execution(report, cancel_id))
        if report.what is not What.AMENDED:
            self._tell(order.ask.account, self._position(report))
        if words.belongs_to_list(order) and report.what in {What.NEW, What.EXPIRED, What.CANCELED}:
            legs = self.exchange.legs(order.list_id)
            if legs and order.order_id == legs[-1].order_id:
                name, at_ms = self._orders.list_name(order.list_id), report.ts_ns // NS_PER_MS
                self._tell(order.ask.account, words.list_event(legs, name, at_ms))

    def _tell(self, name: str, event: Json) -> None:
        for line, (owner, number) in list(self._users.items()):
            if owner == name:
                line.say(Channel.USER, encoded({"subscriptionId": number, "event": event}))

    def _position(self, report: Report) -> Json:
        ask = report.order.ask
        listing = self.exchange.listings[ask.symbol]
        at_ms = report.ts_ns // NS_PER_MS
        return {
            "e": "outboundAccountPosition",
            "E": at_ms,
            "u": at_ms,
            "B": [
                {"a": asset, "f": free, "l": locked}
                for asset, free, locked in self._balances(ask.account)
                if asset in {listing.base, listing.quote}
            ],
        }

    def _balances(self, name: str) -> list[tuple[str, str, str]]:
        said: list[tuple[str, str, str]] = []
        for asset in self.exchange.accounts.assets(name):
            free = self.exchange.free(name, asset)
            total = self.exchange.accounts.balance(name, asset)
            said.append((asset, num(free), num(MONEY.subtract(total, free))))
        return said

    def trade_words(self, trade: Trade, now_ms: int) -> Json:
        return words.stream_trade(trade, now_ms)

    # -- reading

    def _symbol(self, asked: Asked) -> str:
        symbol = asked.params.text("symbol")
        if symbol not in self.exchange.listings:
            raise Refused(Refusal.SYMBOL)
        return symbol

    def _info(self, asked: Asked) -> object:
        return {
            "timezone": "UTC",
            "serverTime": asked.now_ms,
            "rateLimits": self.quotas.words(),
            "exchangeFilters": [],
            "symbols": [words.listing_words(x) for x in self.exchange.listings.values()],
        }

    def _depth(self, asked: Asked) -> object:
        book = self.exchange.books[self._symbol(asked)]
        limit = min(asked.params.whole("limit", 100), 5_000)
        bids, asks = (
            [[num(price), num(size)] for price, size in book.depth(side, limit)] for side in Side
        )
        return {"lastUpdateId": book.sequence, "bids": bids, "asks": asks}

    def _trades(self, asked: Asked) -> object:
        recent = list(self.exchange.recent(self._symbol(asked)))
        return [words.public_trade(t) for t in recent[-asked.params.whole("limit", 500) :]]

    def _ticker(self, asked: Asked) -> object:
        symbol = self._symbol(asked)
        said = ticker(symbol, self.exchange.books[symbol])
        names = {"b": "bidPrice", "B": "bidQty", "a": "askPrice", "A": "askQty"}
        return {"symbol": symbol} | {long: said[short] for short, long in names.items()}

    def _open_orders(self, asked: Asked) -> object:
        symbol = asked.params.optional("symbol") or None
        return [words.queried(o) for o in self.exchange.live(asked.account.name, symbol)]

    def _all_orders(self, asked: Asked) -> object:
        first, most = asked.params.whole("orderId", 0), asked.params.whole("limit", 500)
        start, end = _span(asked)
        found = [
            order
            for order in self.exchange.orders(asked.account.name, self._symbol(asked))
            if order.order_id >= first and start <= order.created_ns // NS_PER_MS <= end
        ]
        return [words.queried(o) for o in (found[:most] if first or start else found[-most:])]

    def _my_trades(self, asked: Asked) -> object:
        first, most = asked.params.whole("fromId", 0), asked.params.whole("limit", 500)
        only = asked.params.whole("orderId", 0)
        start, end = _span(asked)
        said: list[Json] = []
        for fill in self.exchange.fills(asked.account.name, self._symbol(asked)):
            order = self.exchange.order(fill.order_id)
            at_ms = fill.trade.ts_ns // NS_PER_MS
            wanted = fill.trade.trade_id >= first and only in {0, fill.order_id}
            if wanted and start <= at_ms <= end and order is not None:
                said.append(words.my_trade(fill, order))
        return said[:most] if first or start else said[-most:]

    def _account(self, asked: Asked) -> object:
        listing = next(iter(self.exchange.listings.values()))
        return {
            "makerCommission": int(listing.maker_fee * 10_000),
            "takerCommission": int(listing.taker_fee * 10_000),
            "commissionRates": {
                "maker": num(listing.maker_fee),
                "taker": num(listing.taker_fee),
                "buyer": "0.00000000",
                "seller": "0.00000000",
            },
            "canTrade": True,
            "canWithdraw": False,
            "canDeposit": False,
            "updateTime": asked.now_ms,
            "accountType": "SPOT",
            "balances": [
                {"asset": asset, "free": free, "locked": locked}
                for asset, free, locked in self._balances(asked.account.name)
            ],
            "permissions": ["SPOT"],
            "uid": 1,
        }

    def _commission(self, asked: Asked) -> object:
        listing = self.exchange.listings[self._symbol(asked)]
        rates = {"maker": num(listing.maker_fee), "taker": num(listing.taker_fee)}
        none = {"maker": num(ZERO), "taker": num(ZERO)}
        return {
            "symbol": listing.symbol,
            "standardCommission": rates,
            "taxCommission": none,
            "discount": {"enabledForAccount": False, "enabledForSymbol": False},
        }

    def _counts(self, asked: Asked) -> object:
        used = self.limits.headers(asked.account.name, asked.now_ms)
        said = self.quotas.words()[1:]
        for limit, (_, name, _) in zip(said, self.quotas.orders, strict=True):
            limit["count"] = int(used[f"X-MBX-ORDER-COUNT-{name}"])
        return said

    def _restrictions(self, asked: Asked) -> object:
        return {
            "ipRestrict": True,
            "createTime": 0,
            "enableReading": True,
            "enableWithdrawals": asked.account.may_withdraw,
            "enableSpotAndMarginTrading": True,
            "enableFutures": True,
            "permitsUniversalTransfer": False,
        }


def _nothing(asked: Asked) -> object:
    del asked
    return {}


def _time(asked: Asked) -> object:
    return {"serverTime": asked.now_ms}


def _system(asked: Asked) -> object:
    del asked
    return {"status": 0, "msg": "normal"}


def _span(asked: Asked) -> tuple[int, int]:
    return asked.params.whole("startTime", 0), asked.params.whole("endTime", 2**62)
