"""What an answer proves: every row of the fault table, told to the real client by a server on loopback."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest

from tests.fakes.raw_server import RawServer, answer, raw_server
from tests.unit.live.test_exchange import KEY, SECRET, credentials
from tests.wire.markets import LISTED, ccxt_market
from tests.wire.table import ORDERS
from venues.live.dialects import dialect_of
from venues.live.exchange import Exchange
from venues.live.flight import Landed
from venues.live.proofs import PROOFS, Fate, Pace, Proof
from venues.live.spelling import order_call
from venues.live.verdicts import Outcome, Verdict, verdict_on
from venues.live.wire import meant_order
from venues.loopback.resolver import Redirect, redirected_session
from venues.model.ids import Symbol

NOT_SENT, REJECTED, ACCEPTED, UNKNOWN = Verdict
OURS = "fa7k2mq5xw3n4zb6ta"
WHOLE = (
    '{"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"price":"60000",'
    '"origQty":"0.012","executedQty":"0.000","status":"NEW","timeInForce":"GTC","type":"LIMIT",'
    f'"side":"SELL","fills":[],"clientOrderId":"{OURS}"}}'
)
RESTING = '{"status":"ok","response":{"type":"order","data":{"statuses":[{"resting":{"oid":77}}]}}}'


def code(number: int, text: str) -> str:
    return f'{{"code":{number},"msg":"{text}"}}'


# Answer and verdict; the comment of the fault table is the name.
BINANCE: dict[str, tuple[bytes, Verdict]] = {
    "a whole acceptance": (answer(200, WHOLE), ACCEPTED),
    "the peer closes after the request": (b"", UNKNOWN),
    "a gateway timeout": (answer(504, "<html>timeout</html>"), UNKNOWN),
    "-1007, timeout behind the gateway": (answer(400, code(-1007, "Timeout waiting")), UNKNOWN),
    "an error page of the server": (answer(500, "<html></html>"), UNKNOWN),
    "a page of a proxy": (answer(502, "<html></html>"), UNKNOWN),
    "service unavailable": (answer(503, "Service Unavailable"), UNKNOWN),
    "a page of a firewall": (answer(403, "<html>forbidden</html>"), UNKNOWN),
    "an empty 400": (answer(400, ""), UNKNOWN),
    "a body shorter than it said": (answer(200, WHOLE[:40], length=400), UNKNOWN),
    "a bad status line": (b"HTTP/9 what\r\n\r\n", UNKNOWN),
    "200 with a page": (answer(200, "<html>hello</html>"), UNKNOWN),
    "200 with nothing": (answer(200, ""), UNKNOWN),
    "200 with null": (answer(200, "null"), UNKNOWN),
    "200 with an empty object": (answer(200, "{}"), UNKNOWN),
    "200 with a list": (answer(200, "[]"), UNKNOWN),
    "200 with text for numbers": (answer(200, '{"orderId":"x","executedQty":"y"}'), UNKNOWN),
    "200 cut in half": (answer(200, WHOLE[: len(WHOLE) // 2]), UNKNOWN),
    "200 for somebody else's order": (answer(200, WHOLE.replace(OURS, "web_1")), UNKNOWN),
    "-1006, an unexpected answer inside": (answer(400, code(-1006, "Unexpected")), UNKNOWN),
    "-1000, unknown": (answer(400, code(-1000, "An unknown error occurred")), UNKNOWN),
    "-1001, disconnected inside": (answer(400, code(-1001, "Internal error")), UNKNOWN),
    "503 unknown error": (answer(503, code(-1000, "Unknown error, please check")), UNKNOWN),
    "an order rejected for a reason not listed": (answer(400, code(-2010, "Because")), UNKNOWN),
    "a code never heard of": (answer(400, code(-9999, "New")), UNKNOWN),
    "a duplicate id": (answer(400, code(-2010, "Duplicate order sent.")), UNKNOWN),
    "429 in words that are not the venue's": (answer(429, "slow down"), UNKNOWN),
    "429": (answer(429, code(-1003, "Too many requests; current limit is 6000")), REJECTED),
    "418": (answer(418, code(-1003, "Way too many requests; IP banned until 1")), REJECTED),
    "the clock is off": (
        answer(400, code(-1021, "Timestamp for this request is outside of the recvWindow.")),
        REJECTED,
    ),
    "too small": (answer(400, code(-1013, "Filter failure: NOTIONAL")), REJECTED),
    "too far": (answer(400, code(-1013, "Filter failure: PERCENT_PRICE_BY_SIDE")), REJECTED),
    "off the lot": (answer(400, code(-1013, "Filter failure: LOT_SIZE")), REJECTED),
    "post-only would trade": (
        answer(400, code(-2010, "Order would immediately match and take.")),
        REJECTED,
    ),
    "no funds": (
        answer(400, code(-2010, "Account has insufficient balance for requested action.")),
        REJECTED,
    ),
    "a proven text under another status": (
        answer(500, code(-1013, "Filter failure: NOTIONAL")),
        UNKNOWN,
    ),
}
HYPERLIQUID: dict[str, tuple[bytes, Verdict]] = {
    "a whole acceptance": (answer(200, RESTING), ACCEPTED),
    "filled at once": (
        answer(200, RESTING.replace('"resting":{', '"filled":{"totalSz":"1",')),
        ACCEPTED,
    ),
    "an answer for no order": (answer(200, RESTING.replace('{"resting":{"oid":77}}', "")), UNKNOWN),
    "a word that is not known": (
        answer(200, RESTING.replace('{"resting":{"oid":77}}', '"waiting"')),
        UNKNOWN,
    ),
    "an error not listed": (
        answer(200, RESTING.replace('"resting":{"oid":77}', '"error":"Strange"')),
        UNKNOWN,
    ),
    "200 with nothing": (answer(200, ""), UNKNOWN),
    "200 with null": (answer(200, "null"), UNKNOWN),
    "200 cut in half": (answer(200, RESTING[:50]), UNKNOWN),
    "the peer closes after the request": (b"", UNKNOWN),
    "429 in words that are not the venue's": (answer(429, "null"), UNKNOWN),
    "an error page of the server": (answer(500, "<html></html>"), UNKNOWN),
}


async def send(name: str, redirect: Redirect, *, timeout_ms: int = 5_000) -> Landed:
    async with exchange_at(name, redirect, timeout_ms) as (exchange, create):
        _, kind, symbol, market_id = next(row for row in LISTED if row[0] == name)
        submit = msgspec.structs.replace(dict(ORDERS)["limit"], symbol=Symbol(symbol))
        return await exchange.fly(meant_order(submit, exchange.dialect, market_id, kind), create)


@asynccontextmanager
async def exchange_at(
    name: str, redirect: Redirect, timeout_ms: int
) -> AsyncIterator[tuple[Exchange, Callable[[], Awaitable[object]]]]:
    _, kind, symbol, market_id = next(row for row in LISTED if row[0] == name)
    call = order_call(
        msgspec.structs.replace(dict(ORDERS)["limit"], symbol=Symbol(symbol)), dialect_of(name)
    )
    async with redirected_session(redirect) as session:
        exchange = Exchange(dialect_of(name), session, credentials(), timeout_ms=timeout_ms)
        exchange.ccxt.set_markets([ccxt_market(kind, symbol, market_id)])
        exchange.ccxt.timeout_on_exit = 0

        def create() -> Awaitable[object]:
            made: Awaitable[object] = exchange.ccxt.create_order(
                symbol, "limit", call.side, call.amount, call.price, dict(call.params)
            )
            return made

        yield exchange, create
        await exchange.close()


def judged(landed: Landed, name: str) -> Outcome:
    outcome = verdict_on(landed, dialect_of(name).family)
    for secret in (KEY, SECRET, "signature", "2222222"):
        assert secret not in repr(outcome)
    return outcome


@pytest.fixture
async def binance() -> AsyncIterator[RawServer]:
    async with raw_server("api.binance.com") as server:
        yield server


@pytest.mark.parametrize("case", BINANCE)
async def test_binance_spot_is_believed_only_what_it_proves(case: str, binance: RawServer) -> None:
    binance.reply, verdict = BINANCE[case]
    outcome = judged(await send("binance", binance.redirect), "binance")
    assert outcome.verdict is verdict, outcome
    assert binance.seen == ["POST /api/v3/order"]  # once, whatever came back


@pytest.mark.parametrize("case", HYPERLIQUID)
async def test_hyperliquid_is_believed_only_what_it_proves(case: str) -> None:
    async with raw_server("api.hyperliquid.xyz") as server:
        server.reply, verdict = HYPERLIQUID[case]
        outcome = judged(await send("hyperliquid", server.redirect), "hyperliquid")
        assert outcome.verdict is verdict, outcome
        assert server.seen == ["POST /exchange"]


def listed() -> list[tuple[str, Proof]]:
    return [
        (name, row)
        for name in ("binance", "binanceusdm", "hyperliquid")
        for row in PROOFS[dialect_of(name).family]
        if row.fate in {Fate.REJECTED, Fate.UNMATCHED, Fate.TAKEN_BEFORE}
    ]


@pytest.mark.parametrize(
    ("name", "row"), listed(), ids=lambda p: p if isinstance(p, str) else f"{p.code} {p.text[:24]}"
)
async def test_every_answer_on_the_list_proves_what_the_list_says(name: str, row: Proof) -> None:
    async with raw_server(*dialect_of(name).hosts) as server:
        server.reply = answer(row.status, row.sample, extra="Retry-After: 7\r\n")
        outcome = judged(await send(name, server.redirect), name)
    assert outcome.fate is row.fate
    assert outcome.verdict is (UNKNOWN if row.fate is Fate.TAKEN_BEFORE else REJECTED)
    assert outcome.pace is row.pace
    assert outcome.retry_after_s == 7
    assert row.text[:20].strip() in outcome.reason


async def test_a_refused_connection_is_the_only_silence_that_proves_nothing_was_sent() -> None:
    async with raw_server("api.binance.com") as server:
        redirect = server.redirect
    outcome = judged(await send("binance", redirect), "binance")
    assert outcome.verdict is NOT_SENT
    assert outcome.reason == "no connection to the venue"


async def test_a_name_that_does_not_resolve_proves_that_nothing_was_sent() -> None:
    outcome = judged(await send("binance", Redirect(ports={}, pem="")), "binance")
    assert outcome.verdict is NOT_SENT


async def test_no_answer_in_time_proves_nothing(binance: RawServer) -> None:
    binance.reply = None
    outcome = judged(await send("binance", binance.redirect, timeout_ms=200), "binance")
    assert outcome.verdict is UNKNOWN
    assert "RequestTimeout" in outcome.reason
    assert binance.seen == ["POST /api/v3/order"]


async def test_a_reset_after_the_request_proves_nothing(binance: RawServer) -> None:
    binance.reply, binance.abrupt = b"HTTP/1.1 200 OK\r\n", True
    assert judged(await send("binance", binance.redirect), "binance").verdict is UNKNOWN


async def test_whoever_waits_may_be_cancelled_and_the_order_still_lands(
    binance: RawServer,
) -> None:
    binance.reply = answer(200, WHOLE)
    _, kind, symbol, market_id = LISTED[0]
    submit = msgspec.structs.replace(dict(ORDERS)["limit"], symbol=Symbol(symbol))
    async with exchange_at("binance", binance.redirect, 5_000) as (exchange, create):
        meant = meant_order(submit, exchange.dialect, market_id, kind)
        waiting = asyncio.ensure_future(exchange.fly(meant, create))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert binance.seen == ["POST /api/v3/order"]  # close waited for it


async def test_a_call_that_nobody_waits_for_any_more_fails_without_a_word_of_its_address(
    binance: RawServer,
) -> None:
    binance.reply = answer(500, "<html></html>")
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    async with exchange_at("binance", binance.redirect, 5_000) as (exchange, _):
        symbol = LISTED[0][2]
        waiting = asyncio.ensure_future(
            exchange.fly(None, lambda: exchange.ccxt.fetch_open_orders(symbol))
        )
        while not exchange.flying:  # noqa: ASYNC110 - a few turns of the loop, and nothing rings
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    del waiting
    gc.collect()
    assert binance.seen == ["GET /api/v3/openOrders"]
    assert told == []


async def test_an_error_of_the_client_itself_proves_nothing_once_the_order_left(
    binance: RawServer,
) -> None:
    binance.reply = answer(200, WHOLE)
    async with exchange_at("binance", binance.redirect, 5_000) as (exchange, create):
        submit = msgspec.structs.replace(dict(ORDERS)["limit"], symbol=Symbol(LISTED[0][2]))
        meant = meant_order(submit, exchange.dialect, LISTED[0][3], LISTED[0][1])

        def broken(*_: object) -> object:
            raise KeyError("orderId")

        exchange.ccxt.parse_order = broken
        landed = await exchange.fly(meant, create)
    assert isinstance(landed.error, KeyError)
    assert judged(landed, "binance").verdict is UNKNOWN


async def test_what_the_client_refuses_by_itself_was_not_sent(binance: RawServer) -> None:
    async with exchange_at("binance", binance.redirect, 5_000) as (exchange, create):
        submit = msgspec.structs.replace(dict(ORDERS)["limit"], symbol=Symbol(LISTED[0][2]))
        meant = meant_order(submit, exchange.dialect, LISTED[0][3], LISTED[0][1])
        exchange.ccxt.markets[LISTED[0][2]]["info"] = {"orderTypes": []}
        landed = await exchange.fly(meant, create)
    outcome = judged(landed, "binance")
    assert outcome.verdict is NOT_SENT
    assert "not a valid order type" in outcome.reason
    assert binance.seen == []


async def test_a_ban_slows_us_down_even_where_it_proves_nothing(binance: RawServer) -> None:
    binance.reply = answer(418, "teapot", extra="Retry-After: 120\r\n")
    outcome = judged(await send("binance", binance.redirect), "binance")
    assert (outcome.verdict, outcome.pace, outcome.retry_after_s) == (UNKNOWN, Pace.BANNED, 120)
