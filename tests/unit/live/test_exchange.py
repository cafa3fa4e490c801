"""Nothing leaves that was not meant: the real client of each venue, with no network behind it."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal

import msgspec
import pytest

from tests.wire.markets import LISTED, ccxt_market
from tests.wire.table import ORDERS
from venues.errors import InputError
from venues.live.credentials import Credentials
from venues.live.dialects import dialect_of
from venues.live.exchange import Exchange
from venues.live.flight import WireRefused
from venues.live.spelling import order_call
from venues.live.wire import WireOrder, meant_order
from venues.loopback.resolver import nowhere
from venues.model.commands import Submit
from venues.model.ids import Symbol
from venues.model.order import Side

KEY, SECRET = "canaryKEY0123456789", "canarySECRET0123456789"
LIMIT = dict(ORDERS)["limit"]


def credentials() -> Credentials:
    return Credentials(
        api_key=KEY, secret=SECRET, wallet="0x" + "1" * 40, private_key="0x" + "2" * 64
    )


@pytest.fixture(params=["binance", "binanceusdm", "hyperliquid"])
async def exchange(request: pytest.FixtureRequest) -> AsyncIterator[Exchange]:
    _, kind, symbol, market_id = next(row for row in LISTED if row[0] == request.param)
    async with nowhere() as session:
        made = Exchange(dialect_of(request.param), session, credentials())
        made.ccxt.set_markets([ccxt_market(kind, symbol, market_id)])
        made.ccxt.timeout_on_exit = 0
        yield made
        await made.close()


def order_at(exchange: Exchange) -> tuple[Submit, WireOrder, Callable[[], Awaitable[object]]]:
    name, kind, symbol, market_id = next(r for r in LISTED if r[0] == exchange.dialect.exchange)
    submit = msgspec.structs.replace(LIMIT, symbol=Symbol(symbol))
    call = order_call(submit, dialect_of(name))
    meant = meant_order(submit, exchange.dialect, market_id, kind)

    def create() -> Awaitable[object]:
        made: Awaitable[object] = exchange.ccxt.create_order(
            call.symbol, "limit", call.side, call.amount, call.price, dict(call.params)
        )
        return made

    return submit, meant, create


async def test_an_order_that_is_what_was_meant_goes_to_the_network(exchange: Exchange) -> None:
    _, meant, create = order_at(exchange)
    landed = await exchange.fly(meant, create)
    assert landed.flight.left
    assert landed.flight.writes == 1
    assert landed.flight.http_status == 0
    assert type(landed.error).__name__ == "ExchangeNotAvailable"  # there is no network here


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("price", Decimal(60001)),
        ("quantity", Decimal("0.013")),
        ("side", Side.BUY),
        ("post_only", True),
        ("reduce_only", True),
        ("client_order_id", "fa0000000000000000"),
        ("instrument", "ETHUSDT"),
    ],
)
async def test_an_order_that_says_anything_else_does_not_leave(
    exchange: Exchange, field: str, other: object
) -> None:
    _, meant, create = order_at(exchange)
    landed = await exchange.fly(msgspec.structs.replace(meant, **{field: other}), create)
    assert isinstance(landed.error, WireRefused)
    assert field in str(landed.error)
    assert not landed.flight.left


async def test_an_order_that_nobody_meant_does_not_leave(exchange: Exchange) -> None:
    _, _, create = order_at(exchange)
    landed = await exchange.fly(None, create)
    assert isinstance(landed.error, WireRefused)
    assert "nobody meant" in str(landed.error)
    with pytest.raises(WireRefused):
        await create()


async def test_one_command_never_sends_a_second_order(exchange: Exchange) -> None:
    _, meant, create = order_at(exchange)
    tried: list[str] = []

    async def twice() -> object:
        for _ in range(2):
            try:
                await create()
            except (WireRefused, exchange.ccxt_error) as error:
                tried.append(str(error))
        return None

    landed = await exchange.fly(meant, twice)
    assert landed.flight.writes == 1
    assert "a second write for one command" in tried[1]


async def test_a_request_to_a_strange_host_does_not_leave(exchange: Exchange) -> None:
    _, meant, create = order_at(exchange)

    def strange(*parts: object, **_: object) -> dict[str, object]:
        return {"url": "https://evil.example/x", "method": "POST", "body": "", "headers": {}}

    exchange.ccxt.sign = strange
    landed = await exchange.fly(meant, create)
    assert isinstance(landed.error, WireRefused)
    assert "evil.example is no host of this venue" in str(landed.error)


async def test_a_withdrawal_does_not_leave(exchange: Exchange) -> None:
    landed = await exchange.fly(
        None, lambda: exchange.ccxt.transfer("USDT", "1", "spot", "swap", {})
    )
    assert landed.error is not None
    assert not landed.flight.writes


async def test_no_secret_is_in_any_repr_or_refusal(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    _, meant, create = order_at(exchange)
    landed = await exchange.fly(msgspec.structs.replace(meant, price=Decimal(1)), create)
    told = f"{landed.error!r} {landed!r} {credentials()!r} {exchange!r} {caplog.text}"
    for secret in (KEY, SECRET, "2222222"):
        assert secret not in told


@pytest.mark.parametrize(
    "options",
    [
        {"maxRetriesOnFailure": 3},
        {"order": {"maxRetriesOnFailure": 1}},
        {"createOrder": {"defaultMaxRetriesOnFailure": 2}},
    ],
)
async def test_a_client_that_would_send_again_does_not_start(options: dict[str, object]) -> None:
    async with nowhere() as session:
        with pytest.raises(InputError, match="would send orders again"):
            Exchange(dialect_of("binance"), session, credentials(), options=options)


async def test_a_broken_socket_says_nothing_of_what_nobody_waited_for(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    socket = exchange.ccxt.client("wss://nowhere.invalid/ws")
    assert socket.future("orders") is socket.future("orders")
    socket.reject(ValueError("an address with a key in it"))
    assert not socket.futures
    gc.collect()
    await asyncio.sleep(0)
    assert caplog.text == ""


def test_an_exchange_without_a_row_is_refused() -> None:
    with pytest.raises(InputError, match="no dialect is proven"):
        dialect_of("coinbase")
