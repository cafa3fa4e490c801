"""What does the real client make of answers that are lost, cut, late or wrong?"""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio

from router.runtime.clocks import WallClock
from tests.loopback.house import House, binance_spot
from venues.loopback.binance.spot import BinanceSpot
from venues.loopback.certificate import Certificate
from venues.loopback.control import Control, State
from venues.loopback.faults import Channel, Does, Fault
from venues.loopback.resolver import redirected_session

pytestmark = pytest.mark.asyncio(loop_scope="module")
SYMBOL = "BTC/USDT"
UNKNOWN = "Timeout waiting for response from backend server. Send status unknown; execution status unknown."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(pro: Any, certificate: Certificate) -> AsyncIterator[House]:
    async with binance_spot(pro, certificate) as made:
        await made.client.load_markets()
        made.client.timeout = 250
        yield made


@pytest.fixture(autouse=True)
def fair_weather(house: House) -> None:
    """Start each test without what the one before has left over."""
    house.faults.clear()


def on_orders(does: Does, **words: Any) -> Fault:
    return Fault(does=does, method="POST", path="/api/v3/order", **words)


LOST = [
    ("hang", on_orders(Does.HANG), "RequestTimeout", True),
    ("hang-unseen", on_orders(Does.HANG, unseen=True), "RequestTimeout", False),
    ("reset", on_orders(Does.RESET), "ExchangeNotAvailable", True),
    ("reset-unseen", on_orders(Does.RESET, unseen=True), "ExchangeNotAvailable", False),
    ("cut", on_orders(Does.CUT), "ExchangeError", True),
    ("empty", on_orders(Does.EMPTY), "", True),
    ("garbage", on_orders(Does.GARBAGE), "", True),
    ("page-500", on_orders(Does.STATUS, status=500), "ExchangeNotAvailable", True),
    ("page-504", on_orders(Does.STATUS, status=504), "RequestTimeout", True),
    ("-1007", on_orders(Does.STATUS, status=408, code=-1007, text=UNKNOWN), "RequestTimeout", True),
    ("-1006", on_orders(Does.STATUS, status=500, code=-1006, text="?"), "OperationFailed", True),
    ("-1000", on_orders(Does.STATUS, status=500, code=-1000, text="?"), "OperationFailed", True),
    (
        "429",
        on_orders(Does.STATUS, status=429, code=-1003, text="?", unseen=True),
        "DDoSProtection",
        False,
    ),
    (
        "418",
        on_orders(Does.STATUS, status=418, code=-1003, text="?", unseen=True),
        "DDoSProtection",
        False,
    ),
    ("slow", on_orders(Does.SLOW, delay_ms=400), "RequestTimeout", True),
    ("post-only", Fault(does=Does.POST_ONLY_REJECT), "OrderImmediatelyFillable", False),
]


@pytest.mark.parametrize(("name", "fault", "error", "taken"), LOST, ids=[row[0] for row in LOST])
async def test_an_answer_is_lost_and_the_order_is_where_the_venue_says(
    house: House, pro: Any, name: str, fault: Fault, error: str, taken: bool
) -> None:
    house.faults.load([fault])
    if error:
        with pytest.raises(getattr(pro, error)) as caught:
            await house.order("buy", 0.1, 49_000, postOnly=True, clientOrderId=name)
        assert type(caught.value).__name__ == error
    else:
        # The worst row of the table: no exception, an order without an id.
        order = await house.order("buy", 0.1, 49_000, postOnly=True, clientOrderId=name)
        assert order["id"] is None
    assert (house.exchange.named("ann", name) is not None) == taken
    assert house.faults.left() == 0


async def test_a_slow_request_arrives_after_its_sender_has_given_up(house: House, pro: Any) -> None:
    house.faults.load([on_orders(Does.SLOW, delay_ms=400, unseen=True)])
    with pytest.raises(pro.RequestTimeout):
        await house.order("buy", 0.1, 49_000, postOnly=True, clientOrderId="late")
    assert house.exchange.named("ann", "late") is None
    await house.until(lambda: house.exchange.named("ann", "late"))


async def test_nobody_listens_during_an_outage_and_orders_are_there_after_it(
    house: House, pro: Any
) -> None:
    order = await house.order("buy", 0.1, 49_996, postOnly=True, clientOrderId="before")
    told = house.exchange.books["BTCUSDT"]
    await house.front.go_away()
    with pytest.raises(pro.ExchangeNotAvailable):
        await house.order("buy", 0.1, 49_000, postOnly=True, clientOrderId="during")
    house.sell("0.04", "49996")
    await house.until(lambda: not told.has_news)  # its exchange has gone on and said so, to nobody
    await house.front.start()
    found = await house.client.fetch_order(order["id"], SYMBOL)
    assert (found["status"], found["filled"]) == ("open", 0.04)
    assert house.exchange.named("ann", "during") is None


async def test_a_clock_that_is_wrong_refuses_every_signed_request(house: House, pro: Any) -> None:
    for skew_ms in (20_000, -5_000):
        house.faults.skew_ms = skew_ms
        with pytest.raises(pro.InvalidNonce, match="-1021"):
            await house.order("buy", 0.1, 49_000)


async def test_maintenance_is_no_answer_about_orders(house: House, pro: Any) -> None:
    house.faults.maintenance = True
    with pytest.raises(pro.ExchangeNotAvailable):
        await house.client.fetch_open_orders(SYMBOL)


async def test_frames_get_lost_doubled_and_late(house: House) -> None:
    spot = house.front.venue
    assert isinstance(spot, BinanceSpot)
    house.client.timeout = 2_000
    seen: list[tuple[str, str, str]] = []
    task = asyncio.create_task(_listen(house, seen))
    await house.until(lambda: spot.listeners("ann"))

    async def order(name: str, *kinds: Does) -> list[str]:
        seen.clear()
        house.faults.load([Fault(does=kind, channel=Channel.USER) for kind in kinds])
        await house.order("buy", 0.1, 49_100, postOnly=True, clientOrderId=name)
        await house.order("buy", 0.1, 49_100, postOnly=True, clientOrderId=f"{name}-next")
        await house.until(lambda: seen and seen[-1][1] == f"{name}-next")
        return [told for _, told, _ in seen]

    assert await order("dropped", Does.DROP) == ["dropped-next"]
    assert await order("twice", Does.TWICE) == ["twice", "twice", "twice-next"]
    assert await order("tardy", Does.LATE) == ["tardy", "tardy-next"]
    task.cancel()
    await asyncio.wait({task})
    house.client.timeout = 250


async def _listen(house: House, seen: list[tuple[str, str, str]]) -> None:
    house.client.newUpdates = True
    while True:
        news = await house.client.watch_orders(SYMBOL)
        seen.extend((order["id"], order["clientOrderId"], order["status"]) for order in news)


async def test_an_order_by_websocket_is_live_though_its_socket_was_reset(
    house: House, pro: Any
) -> None:
    house.faults.load([Fault(does=Does.CLOSE, channel=Channel.ORDER_ENTRY)])
    params = {"newClientOrderId": "by-socket"}
    with pytest.raises((pro.NetworkError, asyncio.CancelledError)):
        await house.soon(house.client.create_order_ws(SYMBOL, "limit", "buy", 0.1, 49_000, params))
    assert house.exchange.named("ann", "by-socket") is not None


async def test_a_stream_is_poisoned_falls_silent_goes_deaf_and_is_reset(house: House) -> None:
    address = "wss://stream.binance.com:9443/ws/btcusdt@depth@100ms"

    sizes = [1]

    async def next_of(does: Does) -> tuple[aiohttp.ClientWebSocketResponse, Any]:
        line = await session.ws_connect(address, autoping=False)
        house.faults.load([Fault(does=does, channel=Channel.BOOK)])
        sizes[0] += 1
        house.show(f"{sizes[0]}@49000 | ")
        await house.until(lambda: not house.faults.left())
        try:
            return line, await line.receive(timeout=0.15)
        except TimeoutError:
            return line, None

    async with redirected_session(house.front.redirect()) as session:
        poisoned, frame = await next_of(Does.POISON)
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(frame.data)
        assert msgspec.json.decode((await poisoned.receive(timeout=1)).data)["e"] == "depthUpdate"
        await poisoned.close()
        silent, frame = await next_of(Does.SILENCE)
        assert frame is None
        await silent.ping()
        assert (await silent.receive(timeout=1)).type is aiohttp.WSMsgType.PONG
        await silent.close()
        deaf, frame = await next_of(Does.HALF_OPEN)
        assert frame is None
        await deaf.ping()
        with pytest.raises(TimeoutError):
            await deaf.receive(timeout=0.15)
        await deaf.close()
        _, frame = await next_of(Does.CLOSE)
        assert frame.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}


async def test_another_process_scripts_faults_through_the_control_port(
    house: House, pro: Any
) -> None:
    control = Control(house.front, house.exchange, WallClock())
    await control.start()
    address = f"http://127.0.0.1:{control.port}"
    async with aiohttp.ClientSession() as session:
        faults = [{"does": "reset", "method": "POST", "path": "/api/v3/order"}]
        assert (await session.post(f"{address}/faults", json=faults)).status == 200
        with pytest.raises(pro.ExchangeNotAvailable):
            await house.order("buy", 0.1, 49_000, clientOrderId="scripted")
        deed = {"symbol": "BTCUSDT", "side": "buy", "price": "49123", "quantity": "1.5"}
        assert (await session.post(f"{address}/crowd", json=deed)).status == 200
        assert house.exchange.books["BTCUSDT"].bids.total(Decimal(49_123)) == Decimal("1.5")
        answer = await session.get(f"{address}/state")
        state = msgspec.json.decode(await answer.read(), type=State)
        assert state.happened["reset"] >= 1
        assert (await session.post(f"{address}/outage", json={"ms": 1})).status == 200
        await house.until(lambda: house.front.is_up)
        wrong = await session.post(f"{address}/faults", json=[{"does": "explode"}])
        assert (wrong.status, "explode" in await wrong.text()) == (400, True)
        page = await session.get(f"{address}/state", headers={"Origin": "http://a.example"})
        assert page.status == 403
    await control.stop()
