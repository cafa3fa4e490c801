"""Do the local venues' frames look like captured ones: the same names, in the same order, and digits?

What was captured (Binance 2024-08-08, Hyperliquid 2025-01-26) stands here in one line per kind.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
import pytest

from tests.loopback.house import House, binance_spot, binance_usdm, hyperliquid
from venues.loopback.certificate import Certificate
from venues.loopback.resolver import redirected_session

SPOT = {
    "btcusdt@depth@100ms": '{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":9,"u":9,'
    '"b":[["61737.63000000","0.00000000"]],"a":[]}',
    "btcusdt@trade": '{"e":"trade","E":1,"s":"BTCUSDT","t":3,"p":"61837.63000000",'
    '"q":"0.02000000","T":1,"m":true,"M":true}',
    "btcusdt@bookTicker": '{"u":5,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000",'
    '"a":"61837.64000000","A":"1.54698000"}',
}
USDM = {
    "btcusdt@depth@0ms": '{"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":5,"u":6,"pu":4,'
    '"b":[["58710.20","0.014"]],"a":[]}',
    "btcusdt@trade": '{"e":"trade","E":1,"T":1,"s":"BTCUSDT","t":5,"p":"61800.30","q":"0.006",'
    '"X":"MARKET","m":false}',
    "btcusdt@bookTicker": '{"e":"bookTicker","u":5,"s":"BTCUSDT","b":"61800.20","B":"2.507",'
    '"a":"61800.30","A":"2.510","T":1,"E":1}',
}
L2 = '{"channel":"l2Book","data":{"coin":"BTC","levels":[[{"n":5,"px":"1","sz":"3.03622"}],[]],"time":1}}'
TRADES = (
    '{"channel":"trades","data":[{"coin":"BTC","hash":"0x0","px":"105056.0","side":"B","sz":"0.1",'
    '"tid":1,"time":1,"users":["0x0","0x1"]}]}'
)


def shape(value: object) -> object:
    """Return names and kinds of a frame; of texts that are numbers how many decimals they have."""
    match value:
        case dict():
            return [(name, shape(inner)) for name, inner in value.items()]
        case list():
            return shape(value[0]) if value else "nothing"
        case str() if value.replace(".", "").isdecimal():
            return len(value.partition(".")[2])
        case _:
            return type(value).__name__


Serve = Callable[[Any, Certificate], AbstractAsyncContextManager[House]]


@pytest.mark.parametrize(
    ("serve", "address", "captured"),
    [
        (binance_spot, "wss://stream.binance.com:9443/stream", SPOT),
        (binance_usdm, "wss://fstream.binance.com/public/stream", USDM),
    ],
    ids=["spot", "usdm"],
)
async def test_binance_speaks_as_it_was_heard(
    pro: Any, certificate: Certificate, serve: Serve, address: str, captured: dict[str, str]
) -> None:
    async with (
        serve(pro, certificate) as house,
        redirected_session(house.front.redirect()) as session,
        session.ws_connect(f"{address}?streams={'/'.join(captured)}") as line,
    ):
        house.sell("0.5", "49995")
        seen: dict[str, Any] = {}
        while len(seen) < len(captured):
            frame = msgspec.json.decode((await line.receive(timeout=2)).data)
            if frame["data"].get("b") != []:
                seen[frame["stream"]] = frame["data"]
    for name, text in captured.items():
        wanted, found = msgspec.json.decode(text), seen[name]
        if "U" in wanted:
            wanted["a"] = found["a"] = "either side may have nothing new"
        assert shape(found) == shape(wanted), name


@pytest.fixture
async def hyper(pro: Any, certificate: Certificate) -> AsyncIterator[House]:
    async with hyperliquid(pro, certificate) as made:
        yield made


async def test_hyperliquid_speaks_as_it_was_heard(hyper: House) -> None:
    async with (
        redirected_session(hyper.front.redirect()) as session,
        session.ws_connect("wss://api.hyperliquid.xyz/ws") as line,
    ):
        for kind in ("l2Book", "trades"):
            subscription = {"type": kind, "coin": "BTC"}
            await line.send_json({"method": "subscribe", "subscription": subscription})
        hyper.sell("0.5", "49995")
        seen: dict[str, Any] = {}
        while len(seen) < 2:
            frame = (await line.receive(timeout=2)).json(loads=msgspec.json.decode)
            if frame["channel"] in {"l2Book", "trades"} and frame["data"]:
                seen[frame["channel"]] = frame
    assert sorts(seen["l2Book"]) == sorts(msgspec.json.decode(L2))
    assert sorts(seen["trades"]) == sorts(msgspec.json.decode(TRADES))


def sorts(value: object) -> object:
    """Return names and types of a frame whose names come in any order."""
    match value:
        case dict():
            return sorted((name, sorts(inner)) for name, inner in value.items())
        case list():
            return sorts(value[0]) if value else []
        case _:
            return type(value).__name__
