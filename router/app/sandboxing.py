"""`fathom sandbox`: real exchanges' protocols on this machine, for a person to try things on."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from router.exit_codes import ExitCode
from router.runtime.clocks import WallClock
from router.terminal import say
from venues.errors import InputError
from venues.loopback.resolver import LOOPBACK
from venues.loopback.sandbox import NAMES, Keys, Sandbox
from venues.ports import RANK_TIMER

REDIRECT: Final = "redirect.json"
_NS: Final = 1_000_000_000
_FOR_EVER_S: Final = 10 * 365 * 86_400


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where one venue is."""

    venue: str
    address: str
    hosts: tuple[str, ...]
    control: str


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What `--json` prints once the servers listen."""

    venues: list[_Place]
    account: Keys
    redirect: str


def run_sandbox(
    *, venues: tuple[str, ...], seed: int, for_s: int | None, out: Path | None, as_json: bool
) -> ExitCode:
    """Serve until Ctrl-C, or for `for_s` seconds; `out` keeps the redirect file.

    Raises InputError for a venue there is none of.
    """
    clock = WallClock()
    try:
        sandbox = Sandbox(venues or NAMES, seed=seed, clock=clock)
    except ValueError as wrong:
        raise InputError(f"--venue {' '.join(venues)}: {wrong}") from wrong
    with tempfile.TemporaryDirectory(prefix="fathom-sandbox-") as spare:
        folder = (out or Path(spare)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        asyncio.run(_serve(sandbox, clock, for_s, folder / REDIRECT, as_json=as_json))
    return ExitCode.DONE


async def _serve(
    sandbox: Sandbox, clock: WallClock, for_s: int | None, path: Path, *, as_json: bool
) -> None:
    deadline_ns = clock.now_ns() + (for_s or _FOR_EVER_S) * _NS
    try:
        await sandbox.start()
        sandbox.redirect().save(path)
        told = _told(sandbox, path)
        say(msgspec.json.encode(told).decode() if as_json else _sentences(told))
        await clock.sleep_until(deadline_ns, RANK_TIMER)
    finally:
        await sandbox.stop()
        if not as_json:
            say("\nThe sandbox is closed.")


def _told(sandbox: Sandbox, path: Path) -> _Told:
    places = [
        _Place(
            venue=served.name,
            address=f"https://{LOOPBACK}:{served.front.port}",
            hosts=served.front.venue.hosts,
            control=f"http://{LOOPBACK}:{served.control.port}",
        )
        for served in sandbox.venues
    ]
    return _Told(venues=places, account=sandbox.keys, redirect=str(path))


def _sentences(told: _Told) -> str:
    lines: list[str] = []
    for place in told.venues:
        lines += [
            f"{place.venue:<12} {place.address}   control {place.control}",
            f"{'':<12} stands for {', '.join(place.hosts)}",
        ]
    keys = told.account
    lines += [
        "",
        "The account (worth nothing anywhere else):",
        f"  apiKey        {keys.api_key}",
        f"  secret        {keys.secret}",
        f"  privateKey    {keys.private_key}",
        f"  walletAddress {keys.wallet}",
        "",
        "A ccxt client keeps its genuine addresses and comes here with this session:",
        "  from pathlib import Path",
        "  from venues.loopback.resolver import read_redirect, redirected_session",
        f"  session = redirected_session(read_redirect(Path({told.redirect!r})))",
        '  client = ccxt.pro.binance({"session": session, "apiKey": ..., "secret": ...})',
        "",
        "Faults: POST to the control address; docs/loopback.md lists them. Ctrl-C ends it.",
    ]
    return "\n".join(lines)
