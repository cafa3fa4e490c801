"""make end-to-end: three minutes at three exchanges in other processes, which go away and come back.

A TWAP of three minutes buys at Binance spot, Binance USD-M and Hyperliquid servers, each a process of
its own, while an OCO protects what has filled; then its stop takes it all out again. Meanwhile every
server resets its connections and stops listening, again and again, and answers are lost. In the end
plain ccxt clients ask each venue what it knows: it has to be what the journal says.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final

import aiohttp

from router.app.live_session import Account, LiveSession, open_live
from router.app.sandboxing import REDIRECT
from router.journal.sqlite import DURABLE, open_journal
from router.runtime.supervise import Change
from tests.end_to_end.floor import PLACES, mid_of, settings
from tests.end_to_end.story import entry
from venues.live.credentials import Credentials
from venues.loopback.resolver import Redirect, read_redirect, redirected_session
from venues.loopback.sandbox import Keys, keys_of
from venues.model.ids import ParentId, VenueId
from venues.model.numbers import ZERO

_SEED: Final = 7
_QUANTITY: Final = Decimal("3.6")
_OUTAGE_MS: Final = 2_000
_DUST: Final = Decimal("0.001")


def main() -> int:
    """Return 0 when every venue and the journal agree, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end", description=__doc__)
    parser.add_argument("--horizon", type=int, default=180, help="seconds to buy in (%(default)s)")
    parser.add_argument("--outages", type=int, default=9, help="how many in all (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fathom-end-to-end-") as folder:
        return asyncio.run(_run(Path(folder), options.horizon, options.outages))


async def _run(folder: Path, horizon_s: int, outages: int) -> int:
    async with _servers(folder, horizon_s + 300) as controls:
        redirect = _joined(folder)
        http = redirected_session(redirect)
        journal = open_journal(folder / "journal.db", DURABLE)
        noticed: list[str] = []
        changes: list[Change] = []
        try:
            accounts = [
                Account(VenueId(name), dialect, _credentials(name), (symbol,))
                for name, (dialect, symbol) in PLACES.items()
            ]
            async with open_live(
                accounts,
                http,
                settings(),
                folder=folder,
                journal=journal,
                report=changes.append,
                noticed=lambda where, why: noticed.append(f"{where}: {why}"),
            ) as session:
                spoiling = asyncio.create_task(_spoil(controls, horizon_s, outages))
                mid = await mid_of(session.market.view)
                await session.submit(entry(mid, _QUANTITY, horizon_s))
                async with asyncio.timeout(horizon_s + 240):
                    await session.quiet()
                await spoiling
                return await _judged(session, redirect, noticed, changes)
        finally:
            journal.close()
            await http.close()


async def _judged(
    session: LiveSession, redirect: Redirect, noticed: list[str], changes: list[Change]
) -> int:
    """Print what happened and return 1 if a venue knows it otherwise."""
    state = session.desk.engine.core.state
    parents = [state.parents[ParentId(name)] for name in ("entry", "entry/exit")]
    for parent in parents:
        _say(f"{parent.spec.id:12} {parent.state.value:10} {parent.filled} ({parent.reason})")
    wrong: list[str] = []
    for name in PLACES:
        booked = {
            exec_id
            for child in state.children.values()
            if child.submit.venue == name
            for exec_id in child.exec_ids
        }
        trades, working, held = await _asked(name, redirect)
        _say(
            f"{name:12} {len(trades):4} trades there, {len(booked):4} booked, "
            f"{working} orders open, holds {held}"
        )
        if trades != booked:
            wrong.append(f"{name}: {sorted(trades ^ booked)} are not known to both")
        if working:
            wrong.append(f"{name}: {working} orders were left behind")
        if not ZERO <= held < _DUST:
            wrong.append(f"{name}: {held} is still held")
    entry_, exit_ = parents
    if entry_.filled > _QUANTITY or exit_.filled > entry_.filled or not exit_.filled:
        wrong.append("more was traded than was asked for, or nothing")
    if died := [c for c in changes if c.error is not None]:
        wrong.append(f"tasks died: {died}")
    fills = sum(1 for c in state.children.values() for _ in c.exec_ids)
    _say(f"{len(state.children)} orders, {fills} fills, {len(noticed)} books lost and found again")
    for sentence in wrong:
        _say(f"WRONG {sentence}")
    _say("the journal and every venue agree" if not wrong else "they do not agree")
    return 1 if wrong else 0


@asynccontextmanager
async def _servers(folder: Path, seconds: int) -> AsyncIterator[Mapping[str, str]]:
    """Run each venue as a process of its own; yield where each is told to fail."""
    running: list[asyncio.subprocess.Process] = []
    controls: dict[str, str] = {}
    try:
        for name in PLACES:
            command = ["-m", "router", "sandbox", "--venue", name, "--json", "--seed", str(_SEED)]
            command += ["--for", str(seconds), "--out", str(folder / name)]
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, stdout=asyncio.subprocess.PIPE
            )
            running.append(process)
        for name, process in zip(PLACES, running, strict=True):
            assert process.stdout is not None
            async with asyncio.timeout(60):
                (place,) = json.loads(await process.stdout.readline())["venues"]
            controls[name] = place["control"]
        yield controls
    finally:
        for process in running:
            process.terminate()
        await asyncio.gather(*(process.wait() for process in running))


def _joined(folder: Path) -> Redirect:
    first, *others = (read_redirect(folder / name / REDIRECT) for name in PLACES)
    for other in others:
        first = first.joined(other)
    return first


def _credentials(name: str) -> Credentials:
    keys: Keys = keys_of(_SEED)
    if name == "hyperliquid":
        return Credentials(wallet=keys.wallet, private_key=keys.private_key)
    return Credentials(api_key=keys.api_key, secret=keys.secret)


async def _spoil(controls: Mapping[str, str], horizon_s: int, outages: int) -> None:
    """Take every venue away in turn, and lose answers in between."""
    rng = Random(_SEED)
    lost = [{"does": "reset", "method": "POST", "path": path} for path in ("/api", "/fapi", "/ex")]
    async with aiohttp.ClientSession() as http:
        for n in range(outages):
            await asyncio.sleep(horizon_s / (outages + 1) * rng.uniform(0.8, 1.2))
            name = tuple(controls)[n % len(controls)]
            async with http.post(f"{controls[name]}/outage", json={"ms": _OUTAGE_MS}) as answer:
                answer.raise_for_status()
            for other, control in controls.items():
                if other != name:
                    async with http.post(f"{control}/faults", json=lost) as answer:
                        answer.raise_for_status()


async def _asked(name: str, redirect: Redirect) -> tuple[set[str], int, Decimal]:
    """Return what a venue tells a plain client: trades, how many orders are open, what is held."""
    import ccxt.async_support as ccxt

    keys, symbol = keys_of(_SEED), str(PLACES[name][1])
    session = redirected_session(redirect)
    config = {"session": session, "apiKey": keys.api_key, "secret": keys.secret}
    config |= {"walletAddress": keys.wallet, "privateKey": keys.private_key}
    client: Any = getattr(ccxt, name)(config)
    kinds = {"binance": "spot", "binanceusdm": "linear", "hyperliquid": "swap"}
    client.options |= {"fetchMargins": False, "fetchCurrencies": False, "builderFee": False}
    client.options["fetchMarkets"] = {"types": [kinds[name]]}
    try:
        trades: set[str] = set()
        since = 0
        while rows := [
            row
            for row in await client.fetch_my_trades(symbol, since or None, 500)
            if f"{row['order']}:{row['id']}" not in trades
        ]:
            trades |= {f"{row['order']}:{row['id']}" for row in rows}
            since = max(row["timestamp"] for row in rows)
        working = len(await client.fetch_open_orders(symbol))
        if ":" not in symbol:
            balance = await client.fetch_balance()
            return trades, working, Decimal(str(balance["BTC"]["total"])) - 20
        held = ZERO
        for row in await client.fetch_positions([symbol]):
            sign = 1 if row["side"] == "long" else -1
            held += sign * Decimal(str(row["contracts"] or 0))
        return trades, working, held
    finally:
        await client.close()
        await session.close()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
