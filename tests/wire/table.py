"""What does the real, unmodified client of each venue sign for each kind of order?

Nothing is sent: the request is taken where it would leave, behind the check that every order passes.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import msgspec

from tests.wire.markets import LISTED, ccxt_market
from venues.live.client_ids import written
from venues.live.credentials import Credentials
from venues.live.dialect import Dialect
from venues.live.dialects import dialect_of
from venues.live.exchange import Exchange
from venues.live.flight import Landed, WireRefused
from venues.live.spelling import cancel_call, inexpressible, order_call
from venues.live.wire import meant_cancel, meant_order
from venues.loopback.resolver import nowhere
from venues.model.commands import Cancel, Submit
from venues.model.ids import MAIN_ACCOUNT, ClientOrderId, ParentId, Symbol, VenueId
from venues.model.instrument import Kind
from venues.model.order import Side, TimeInForce, Trigger, TriggerDirection, TriggerSource

CANARY = "canaryKEY0123456789"
_SECRET = "Y2FuYXJ5U0VDUkVUMDEyMzQ1Njc4OQ=="  # noqa: S105 - opens nothing
_ID = ClientOrderId("fa7k2mq5xw3n4zb6ta")
# What differs from run to run, or proves who we are: never in the golden file.
_VOLATILE = frozenset({"timestamp", "signature", "nonce"})
_GTC, _IOC = TimeInForce.GTC, TimeInForce.IOC
_DOWN, _UP = TriggerDirection.DOWN, TriggerDirection.UP


def _order(
    name: str,
    *,
    side: Side = Side.SELL,
    time_in_force: TimeInForce = _GTC,
    post_only: bool = False,
    reduce_only: bool = False,
    comes: TriggerDirection | None = None,
    source: TriggerSource = TriggerSource.LAST,
) -> tuple[str, Submit]:
    trigger = Trigger(price=Decimal(59001), direction=comes, source=source) if comes else None
    return name, Submit(
        client_order_id=_ID,
        parent_id=ParentId("p"),
        child_no=1,
        attempt=1,
        account=MAIN_ACCOUNT,
        venue=VenueId("v"),
        symbol=Symbol("s"),
        side=side,
        quantity=Decimal("0.012"),
        price=Decimal(60000),
        time_in_force=time_in_force,
        decided_ns=0,
        deadline_ns=10**18,
        post_only=post_only,
        reduce_only=reduce_only,
        trigger=trigger,
    )


_MARK = TriggerSource.MARK
ORDERS: tuple[tuple[str, Submit], ...] = (
    _order("limit"),
    _order("post-only limit", post_only=True),
    _order("IOC limit", time_in_force=_IOC),
    _order("reduce-only IOC", time_in_force=_IOC, reduce_only=True),
    _order("reduce-only post-only", post_only=True, reduce_only=True),
    _order("limit-stop, last falls", comes=_DOWN),
    _order("limit-stop, last rises, buy", comes=_UP, side=Side.BUY),
    _order("limit-stop, mark falls", comes=_DOWN, source=_MARK),
    _order("limit take-profit, last rises", comes=_UP),
    _order("IOC limit-stop, last falls", comes=_DOWN, time_in_force=_IOC),
    _order("limit take-profit, mark rises", comes=_UP, source=_MARK),
    _order("IOC limit-stop, mark falls", comes=_DOWN, time_in_force=_IOC, source=_MARK),
    _order("post-only limit-stop, last falls", comes=_DOWN, post_only=True),
    _order("post-only limit-stop, mark falls", comes=_DOWN, post_only=True, source=_MARK),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One order at one venue: `said` is the request; or `refused` is why none may be made.

    `otherwise`: where it is refused, what the client would have signed for it and how the check
    answers that; "" where the client itself refuses.
    """

    venue: str
    order: str
    said: str
    refused: str
    otherwise: str

    def lines(self) -> list[str]:
        head = f"{self.venue:<17} {self.order:<34} "
        if not self.refused:
            return [f"{head}says it   {self.said}"]
        told = [f"{head}refused   {self.refused}"]
        return told + ([f"{'':<52} else      {self.otherwise}"] if self.otherwise else [])


class _Taken(Exception):
    def __init__(self, request: str) -> None:
        super().__init__(request)
        self.request = request


async def wire_table(wanted: frozenset[str] = frozenset()) -> list[Row]:
    """Return every row, or those of the exchanges named."""
    rows: list[Row] = []
    async with nowhere() as session:
        for name, kind, symbol, market_id in LISTED:
            if wanted and name not in wanted:
                continue
            exchange = Exchange(
                dialect_of(name),
                session,
                Credentials(
                    api_key=CANARY,
                    secret=_SECRET,
                    passphrase="canaryPASS",  # noqa: S106 - opens nothing
                    wallet="0x" + "1" * 40,
                    private_key="0x" + "2" * 64,
                ),
                options={"enableUnifiedAccount": True, "enableUnifiedMargin": False},
            )
            exchange.ccxt.set_markets([ccxt_market(kind, symbol, market_id)])
            exchange._send = _take
            try:
                rows += await _venue(exchange, kind, Symbol(symbol))
            finally:
                exchange.ccxt.timeout_on_exit = 0
                await exchange.close()
    return rows


async def _venue(exchange: Exchange, kind: Kind, symbol: Symbol) -> list[Row]:
    dialect = exchange.dialect
    venue = f"{dialect.exchange} {kind.value}"
    rows = [
        await _order_row(
            exchange, kind, venue, name, msgspec.structs.replace(submit, symbol=symbol)
        )
        for name, submit in ORDERS
    ]
    cancel = Cancel(
        client_order_id=_ID,
        parent_id=ParentId("p"),
        account=MAIN_ACCOUNT,
        venue=VenueId("v"),
        symbol=symbol,
        number=1,
    )
    call = cancel_call(cancel, dialect)
    meant = meant_cancel(cancel, dialect, exchange.market_id(symbol), kind)
    landed = await exchange.fly(
        meant, lambda: exchange.ccxt.cancel_order(None, symbol, dict(call.params))
    )
    rows.append(Row(venue, "cancel by client id", _request(landed), _why(landed), ""))
    return rows


async def _order_row(exchange: Exchange, kind: Kind, venue: str, name: str, submit: Submit) -> Row:
    dialect = exchange.dialect
    refused = inexpressible(submit, dialect, kind)
    call = _spelled(submit, dialect) if not refused else _naive(submit, dialect)
    meant = meant_order(submit, dialect, exchange.market_id(submit.symbol), kind)
    landed = await exchange.fly(meant, _create(exchange, submit, call))
    if not refused:
        return Row(venue, name, _request(landed), _why(landed), "")
    # The other way round: a refusal is only right where the client would have said something else.
    otherwise = f"MATCHES {_request(landed)}" if not landed.error else _why(landed)
    return Row(venue, name, "", refused, otherwise or f"MATCHES {_request(landed)}")


def _create(
    exchange: Exchange, submit: Submit, params: Mapping[str, str | bool]
) -> Callable[[], Awaitable[object]]:
    return lambda: exchange.ccxt.create_order(
        submit.symbol,
        "limit",
        submit.side.value,
        str(submit.quantity),
        str(submit.price),
        dict(params),
    )


def _spelled(submit: Submit, dialect: Dialect) -> Mapping[str, str | bool]:
    return order_call(submit, dialect).params


def _naive(submit: Submit, dialect: Dialect) -> Mapping[str, str | bool]:
    """Return the unified parameters that anyone would pass, in the hope that they arrive."""
    params: dict[str, str | bool] = {
        "clientOrderId": written(submit.client_order_id, dialect.client_ids)
    }
    if submit.post_only:
        params["postOnly"] = True
    else:
        params["timeInForce"] = submit.time_in_force.name
    if submit.reduce_only:
        params["reduceOnly"] = True
    if submit.trigger is not None:
        params["triggerPrice"] = str(submit.trigger.price)
    return params


def _request(landed: Landed) -> str:
    return landed.error.request if isinstance(landed.error, _Taken) else ""


def _why(landed: Landed) -> str:
    match landed.error:
        case None | _Taken():
            return ""
        case WireRefused():
            return f"[wire] {landed.error}"
        case error:
            return f"[ccxt] {type(error).__name__}: {error}"


async def _take(
    url: str, method: str, headers: Mapping[str, str] | None, body: str | None
) -> object:
    del headers  # keys and signatures
    parts = urlsplit(url)
    said = _fields(parts.query or body or "")
    raise _Taken(f"{method} {parts.hostname}{parts.path} {said}")


def _fields(text: str) -> str:
    if text.startswith(("{", "[")):
        value = msgspec.json.decode(text)
        if isinstance(value, dict):
            value = {name: part for name, part in value.items() if name not in _VOLATILE}
        return msgspec.json.encode(value).decode()
    pairs = parse_qsl(text, keep_blank_values=True)
    return " ".join(f"{name}={value}" for name, value in pairs if name not in _VOLATILE)
