"""What an engine needs to trade at a sandbox: accounts, a config, and an order of a few seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from router.app.live_session import Account, LiveSession, open_live
from router.journal.sqlite import DURABLE, open_journal
from router.runtime.clocks import WallClock
from router.runtime.supervise import Change
from router.settings.fields import MarketSection, MemberSection, Settings
from router.settings.reader import default_config, read_settings
from venues.books.store import KernelBooks
from venues.live.credentials import Credentials
from venues.live.dialects import BINANCE, BINANCEUSDM, HYPERLIQUID
from venues.loopback.resolver import redirected_session
from venues.loopback.sandbox import NAMES, OWNER, Sandbox
from venues.model.ids import Symbol, VenueId

SYMBOL = Symbol("BTC/USDT")
PLACES = {
    "binance": (BINANCE, Symbol("BTC/USDT")),
    "binanceusdm": (BINANCEUSDM, Symbol("BTC/USDT:USDT")),
    "hyperliquid": (HYPERLIQUID, Symbol("BTC/USDC:USDC")),
}


@dataclass
class Floor:
    """A sandbox in this process and an engine that trades there."""

    sandbox: Sandbox
    session: LiveSession
    noticed: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def held(self) -> dict[str, Decimal]:
        """Return what the venues say the account has gained, BTC."""
        held = {}
        for served in self.sandbox.venues:
            (listing,) = served.exchange.listings.values()
            accounts = served.exchange.accounts
            if listing.is_perp:
                position = accounts.position(OWNER, listing.symbol)
                held[served.name] = position.quantity
            else:
                held[served.name] = accounts.balance(OWNER, "BTC") - 20
        return held

    def open_orders(self) -> int:
        """Return how many orders of ours rest at the venues."""
        return sum(len(v.exchange.live(OWNER)) for v in self.sandbox.venues)


def settings() -> Settings:
    """Return the shipped settings with the three instruments as one market."""
    member = tuple(
        MemberSection(venue=name, symbol=str(symbol)) for name, (_, symbol) in PLACES.items()
    )
    one = MarketSection(symbol=str(SYMBOL), member=member)
    return read_settings(default_config()).model_copy(update={"market": (one,)})


@asynccontextmanager
async def floor(folder: Path, *, seed: int = 1) -> AsyncIterator[Floor]:
    """Open a sandbox and an engine that trades there while the block runs."""
    sandbox = Sandbox(NAMES, seed=seed, clock=WallClock())
    await sandbox.start()
    http = redirected_session(sandbox.redirect())
    keys = sandbox.keys
    binance = Credentials(api_key=keys.api_key, secret=keys.secret)
    wallet = Credentials(wallet=keys.wallet, private_key=keys.private_key)
    noticed: list[str] = []
    changes: list[Change] = []
    journal = open_journal(folder / "journal.db", DURABLE)
    try:
        accounts = [
            Account(VenueId(name), dialect, wallet if name == "hyperliquid" else binance, (symbol,))
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
            yield Floor(sandbox, session, noticed, changes)
    finally:
        journal.close()
        await http.close()
        await sandbox.stop()


async def mid_of(view: KernelBooks) -> Decimal:
    """Return the mid at the first venue once every book is there."""
    async with asyncio.timeout(15):
        while any(  # noqa: ASYNC110 - the feed brings them, and rings no bell
            view.best(i, side) is None for i in range(len(view.instruments)) for side in (0, 1)
        ):
            await asyncio.sleep(0.02)
    bid, ask = view.best(0, 0), view.best(0, 1)
    assert bid is not None
    assert ask is not None
    return view.instruments[0].tick_size * (bid + ask) / 2
