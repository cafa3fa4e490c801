"""Does `fathom sandbox` serve, say where, and end cleanly?"""

import asyncio
import json
import signal
import subprocess
from pathlib import Path

import aiohttp

from tests.cli.command import ROOT, arguments, fathom
from venues.loopback.resolver import read_redirect, redirected_session


async def _book(redirect: Path) -> dict[str, list[list[str]]]:
    async with (
        redirected_session(read_redirect(redirect)) as session,
        session.get("https://api.binance.com/api/v3/depth?symbol=BTCUSDT") as answer,
    ):
        found: dict[str, list[list[str]]] = await answer.json()
        return found


async def _down(address: str) -> bool:
    async with aiohttp.ClientSession() as session:
        try:
            await session.get(f"{address}/state")
        except aiohttp.ClientConnectorError:
            return True
    return False


def test_a_sandbox_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    command = arguments("sandbox", "--json", "--out", tmp_path / "box", "--venue", "binance")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            (place,) = told["venues"]
            assert place["venue"] == "binance"
            book = asyncio.run(_book(Path(told["redirect"])))
            assert float(book["bids"][0][0]) < float(book["asks"][0][0])
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 130
        finally:
            process.kill()
    assert asyncio.run(_down(place["control"]))


def test_a_sandbox_ends_by_itself_and_says_how_to_come_in() -> None:
    done = fathom("sandbox", "--for", 1)
    assert done.code == 0
    for words in ("binanceusdm", "hyperliquid", "privateKey", "redirected_session", "is closed"):
        assert words in done.out


def test_a_venue_there_is_none_of_is_bad_input() -> None:
    done = fathom("sandbox", "--venue", "kraken")
    assert done.code == 2
    done.is_one_line_that_says("kraken", "hyperliquid")
