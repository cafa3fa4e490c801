"""How does Binance take a request: weigh it, know who signed it, do it, tell who listens."""

import enum
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Final

import msgspec

from venues.loopback.binance.errors import ApiError, Words, refused
from venues.loopback.binance.limits import Limits, Quotas
from venues.loopback.binance.params import (
    Account,
    Params,
    account_of,
    check_signature,
    check_time,
    parsed,
    signed_text,
    socket_text,
)
from venues.loopback.binance.streams import Streams, encoded
from venues.loopback.binance.words import NS_PER_MS, Json
from venues.loopback.faults import Channel, Fault, Faults
from venues.loopback.front import Call, Line, Reply
from venues.loopback.matching.crowd import Crowd
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Refused, Report, Trade

_NOBODY: Final = Account(name="", key="", secret="")
_FORGOTTEN: Final = frozenset(
    {"timestamp", "recvWindow", "signature", "apiKey", "returnRateLimits"}
)


class Security(enum.Enum):
    """What a request must show."""

    NONE = "none"
    KEY = "key"
    SIGNED = "signed"


class Asked(msgspec.Struct, frozen=True):
    """One request, checked: who, what, when."""

    account: Account
    params: Params
    now_ns: int
    names: frozenset[str]

    @property
    def now_ms(self) -> int:
        return self.now_ns // NS_PER_MS

    def only(self, known: Iterable[str]) -> None:
        """Raise -1104 for a parameter that nobody reads: Binance does not ignore what it is told."""
        read = self.names & (frozenset(known) | _FORGOTTEN)
        if len(read) != len(self.names):
            msg = (
                f"Not all sent parameters were read; read '{len(read)}' parameter(s)"
                f" but was sent '{len(self.names)}'."
            )
            raise ApiError(-1104, msg)


class Route(msgspec.Struct, frozen=True):
    """What answers a request, what it weighs, what it must show, and whether it counts as an order."""

    does: Callable[[Asked], object]
    weight: int = 1
    security: Security = Security.SIGNED
    is_order: bool = False


class Desk:
    """What spot and USD-M have in common; each brings its routes and its words."""

    def __init__(
        self,
        exchange: Exchange,
        accounts: Iterable[Account],
        *,
        faults: Faults,
        quotas: Quotas,
        refusals: Words,
        places: Mapping[str, tuple[int, int]] | None,
    ) -> None:
        self.exchange, self.faults = exchange, faults
        self.quotas, self.limits = quotas, Limits(quotas)
        self.accounts = {account.key: account for account in accounts}
        self.streams = Streams(exchange.books, places)
        self.crowds: list[Crowd] = []
        self._refusals = refusals
        self._ids = 0

    # -- what spot and USD-M bring

    def routes(self) -> Mapping[tuple[str, str], Route]:
        """Return what answers which method and path."""
        raise AssertionError("a desk of its own brings its routes")

    def methods(self) -> Mapping[str, Route]:
        """Return what answers which method of the websocket API."""
        raise AssertionError("a desk of its own brings its methods")

    def tell(self, report: Report) -> None:
        """Tell the account's listeners what happened to an order."""
        raise AssertionError("a desk of its own tells its users")

    def trade_words(self, trade: Trade, now_ms: int) -> Json:
        """Return a public trade as its stream says it."""
        raise AssertionError("a desk of its own has its words")

    # -- the front's side

    def call(self, call: Call, now_ns: int) -> Reply:
        """Answer a REST request."""
        now_ms = now_ns // NS_PER_MS
        account: Account | None = None
        headers: dict[str, str] = {}
        status: int = HTTPStatus.OK
        try:
            route = self.routes().get((call.method, call.path))
            if route is None:
                return Reply(
                    body=b"<html>404 Not found</html>", status=404, content_type="text/html"
                )
            texts = parsed(call.query) | parsed(call.body)
            self.limits.spend(weight_of(route, texts), now_ms)
            account = self._known(call, route, texts, now_ms)
            body = msgspec.json.encode(self._do(route, account or _NOBODY, texts, now_ns))
        except ApiError as error:
            status, body = error.status, error.body()
            if error.retry_after_s:
                headers["Retry-After"] = str(error.retry_after_s)
        finally:
            self.publish(now_ns)
        used = self.limits.headers(account.name if account else None, now_ms)
        return Reply(body=body, status=status, headers={**used, **headers})

    def error(self, fault: Fault) -> bytes:
        return ApiError(fault.code, fault.text).body()

    def pulse(self, now_ns: int) -> None:
        for crowd in self.crowds:
            crowd.advance(now_ns)
        self.publish(now_ns)
        self.streams.books(now_ns // NS_PER_MS)

    def publish(self, now_ns: int) -> None:
        """Tell everybody what has happened since the last time."""
        for report in self.exchange.drain_reports():
            self.tell(report)
        self.streams.trades(self.exchange.drain_trades(), now_ns // NS_PER_MS, self.trade_words)

    def opened(self, line: Line, now_ns: int) -> None:
        self.streams.opened(line)

    def heard(self, line: Line, text: str, now_ns: int) -> None:
        if "/ws-api/" in line.path or "/ws-fapi/" in line.path:
            self._asked(line, text, now_ns)
        else:
            self.streams.heard(line, text)

    def closed(self, line: Line) -> None:
        self.streams.closed(line)

    # -- inside

    def fresh_id(self) -> str:
        """Return a client id for whoever gave none."""
        self._ids += 1
        return f"loopback{self._ids:014d}"

    def _known(
        self, call: Call, route: Route, texts: Mapping[str, str], now_ms: int
    ) -> Account | None:
        if route.security is Security.NONE:
            return None
        account = account_of(self.accounts, call.headers.get("x-mbx-apikey", ""))
        if route.security is Security.SIGNED:
            payload, signature = signed_text(call.query, call.body)
            check_signature(account, payload, signature)
            check_time(Params(texts), now_ms)
        return account

    def _do(self, route: Route, account: Account, texts: Mapping[str, str], now_ns: int) -> object:
        if route.is_order:
            self.limits.spend_order(account.name, now_ns // NS_PER_MS)
        try:
            return route.does(Asked(account, Params(texts), now_ns, frozenset(texts)))
        except Refused as no:
            raise refused(no.reason, self._refusals) from no

    def _asked(self, line: Line, text: str, now_ns: int) -> None:
        """Answer a request of the websocket API."""
        now_ms = now_ns // NS_PER_MS
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            error = {"code": -1135, "msg": "Invalid JSON"}
            line.say(Channel.ORDER_ENTRY, encoded({"id": None, "status": 400, "error": error}))
            return
        answer: Json = {"id": request.id}
        try:
            route = self._method(request.method)
            texts = {name: _text(value) for name, value in request.params.items()}
            self.limits.spend(weight_of(route, texts), now_ms)
            account = _NOBODY
            if route.security is not Security.NONE:
                account = account_of(self.accounts, texts.get("apiKey", ""))
                check_signature(account, socket_text(texts), texts.get("signature", ""))
                check_time(Params(texts), now_ms)
            done = self._do(route, account, texts, now_ns)
            answer |= {
                "status": 200,
                "result": self.subscribed(line, account, request.method, done),
            }
        except ApiError as error:
            answer |= {"status": error.status, "error": msgspec.json.decode(error.body())}
        finally:
            line.say(Channel.ORDER_ENTRY, encoded(answer))
            self.publish(now_ns)

    def _method(self, name: str) -> Route:
        route = self.methods().get(name)
        if route is None:
            raise ApiError(-1199, f"Unknown method {name!r}.")
        return route

    def subscribed(self, line: Line, account: Account, method: str, done: object) -> object:
        """Return a result once more: a subscription knows only now on which line it came."""
        return done


class _Request(msgspec.Struct):
    method: str
    id: int | str | None = None
    params: dict[str, str | int | float | bool | None] = {}


def _text(value: str | float | bool | None) -> str:
    """Return a JSON value as it is signed: booleans in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def weight_of(route: Route, texts: Mapping[str, str]) -> int:
    """Return what a request weighs; deep snapshots weigh more (a route of weight 0)."""
    if route.weight:
        return route.weight
    limit = texts.get("limit", "100")
    deep = int(limit) if limit.isdecimal() else 100
    return next(weight for most, weight in _DEPTH_WEIGHTS if deep <= most or most == _DEEPEST)


_DEEPEST: Final = 5_000
_DEPTH_WEIGHTS: Final = ((100, 5), (500, 25), (1_000, 50), (_DEEPEST, 250))
