"""What stands behind a test: a venue on a port of this machine and a real ccxt client that finds it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from router.runtime.clocks import WallClock
from venues.loopback.binance.params import Account
from venues.loopback.binance.spot import HOSTS as SPOT_HOSTS
from venues.loopback.binance.spot import BinanceSpot
from venues.loopback.binance.usdm import HOSTS as USDM_HOSTS
from venues.loopback.binance.usdm import BinanceUsdm
from venues.loopback.certificate import Certificate, throw_away
from venues.loopback.faults import Faults
from venues.loopback.front import Front, Venue
from venues.loopback.hyperliquid.signing import address_of
from venues.loopback.hyperliquid.venue import HOSTS as HYPER_HOSTS
from venues.loopback.hyperliquid.venue import Hyperliquid, Wallet
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Listing
from venues.loopback.resolver import redirected_session
from venues.model.instrument import ReduceOnly
from venues.model.order import Side

D = Decimal

T = TypeVar("T")
ANN = Account(name="ann", key="k" * 64, secret="s" * 64)
SPOT = Listing(
    symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    tick=D("0.01"),
    lot=D("0.00001"),
    min_quantity=D("0.00001"),
    min_notional=D(5),
    maker_fee=D("0.001"),
    taker_fee=D("0.001"),
)
USDM = Listing(
    symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    tick=D("0.1"),
    lot=D("0.001"),
    min_quantity=D("0.001"),
    min_notional=D(100),
    maker_fee=D("0.0002"),
    taker_fee=D("0.0005"),
    is_perp=True,
    reduce_only=ReduceOnly.SUMMED,
)
HYPER = Listing(
    symbol="BTC",
    base="BTC",
    quote="USDC",
    tick=D("0.1"),
    lot=D("0.00001"),
    min_quantity=D("0.00001"),
    min_notional=D(10),
    maker_fee=D("0.00015"),
    taker_fee=D("0.00045"),
    is_perp=True,
    reduce_only=ReduceOnly.CAPPED,
)
KEY = "0x" + "11" * 32


@dataclass
class House:
    """One venue at work: its exchange, front and faults, and a client. `client` is ccxt's own."""

    exchange: Exchange
    front: Front
    client: Any
    symbol: str  # the client's
    listed: str  # the venue's

    @property
    def faults(self) -> Faults:
        return self.front.faults

    def show(self, text: str) -> None:
        """Let the crowd show `text`: bids | asks, quantity@price."""
        for side, half in zip(Side, text.split("|"), strict=True):
            for level in half.split():
                quantity, price = level.split("@")
                self.exchange.set_level(self.listed, side, D(price), D(quantity), self.now_ns())

    def sell(self, quantity: str, price: str) -> None:
        """Let the crowd sell."""
        self.exchange.crowd_takes(self.listed, Side.SELL, D(price), D(quantity), self.now_ns())

    def buy(self, quantity: str, price: str) -> None:
        """Let the crowd buy."""
        self.exchange.crowd_takes(self.listed, Side.BUY, D(price), D(quantity), self.now_ns())

    def now_ns(self) -> int:
        return self.front.now_ns()

    async def soon(self, awaited: Awaitable[T]) -> T:
        """Return what is awaited; a test that waits for more than twenty seconds has failed."""
        return await asyncio.wait_for(awaited, 20)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds at the venue."""
        async with asyncio.timeout(20):
            while not holds():  # noqa: ASYNC110 - another task makes it hold, and rings no bell
                await asyncio.sleep(0.005)

    async def order(self, side: str, quantity: float, price: float, **params: object) -> Any:
        return await self.client.create_order(
            self.symbol, "limit", side, quantity, price, params=params
        )


@asynccontextmanager
async def served(venue: Venue, faults: Faults, certificate: Certificate) -> AsyncIterator[Front]:
    """Serve a venue while the block runs."""
    front = Front(venue, clock=WallClock(), certificate=certificate, faults=faults)
    await front.start()
    try:
        yield front
    finally:
        await front.stop()


def common(front: Front) -> dict[str, object]:
    """Return what every client of Ann's is configured with."""
    return {
        "apiKey": ANN.key,
        "secret": ANN.secret,
        "session": redirected_session(front.redirect()),
        "enableRateLimit": False,
        "timeout": 2_000,
    }


@asynccontextmanager
async def at_home(house: House) -> AsyncIterator[House]:
    """Show a first book, and close the client and its session in the end."""
    house.show("1@49990 2@49995 | 1@50005 3@50010")
    session = house.client.session
    try:
        yield house
    finally:
        await house.client.close()
        await session.close()


@asynccontextmanager
async def binance_spot(pro: Any, certificate: Certificate) -> AsyncIterator[House]:
    """Serve Binance spot with one client of Ann's."""
    exchange = Exchange([SPOT])
    exchange.accounts.deposit("ann", "USDT", D(1_000_000))
    exchange.accounts.deposit("ann", "BTC", D(20))
    faults = Faults(Random(1))
    venue = BinanceSpot(exchange, [ANN], faults)
    async with served(venue, faults, certificate) as front:
        options = {
            "fetchMarkets": {"types": ["spot"]},
            "fetchMargins": False,
            "fetchCurrencies": False,
        }
        client = pro.binance({**common(front), "options": options})
        async with at_home(House(exchange, front, client, "BTC/USDT", "BTCUSDT")) as house:
            yield house


@asynccontextmanager
async def binance_usdm(pro: Any, certificate: Certificate) -> AsyncIterator[House]:
    """Serve Binance USD-M with one client of Ann's."""
    exchange = Exchange([USDM])
    exchange.accounts.deposit("ann", "USDT", D(100_000))
    faults = Faults(Random(1))
    venue = BinanceUsdm(exchange, [ANN], faults)
    async with served(venue, faults, certificate) as front:
        options = {"fetchMarkets": {"types": ["linear"]}, "fetchCurrencies": False}
        client = pro.binanceusdm({**common(front), "options": options})
        async with at_home(House(exchange, front, client, "BTC/USDT:USDT", "BTCUSDT")) as house:
            yield house


@asynccontextmanager
async def hyperliquid(pro: Any, certificate: Certificate) -> AsyncIterator[House]:
    """Serve Hyperliquid with one client of Ann's, who pays no builder."""
    exchange = Exchange([HYPER])
    exchange.accounts.deposit("ann", "USDC", D(100_000))
    faults = Faults(Random(1))
    wallet = Wallet(name="ann", address=address_of(KEY), signers=(address_of(KEY),))
    venue = Hyperliquid(exchange, [wallet], faults)
    async with served(venue, faults, certificate) as front:
        options = {"fetchMarkets": {"types": ["swap"]}, "builderFee": False}
        config = common(front) | {"privateKey": KEY, "walletAddress": wallet.address}
        client = pro.hyperliquid({**config, "options": options})
        async with at_home(House(exchange, front, client, "BTC/USDC:USDC", "BTC")) as house:
            yield house


def all_hosts() -> Certificate:
    """Return one certificate for every venue served here."""
    return throw_away([*SPOT_HOSTS, *USDM_HOSTS, *HYPER_HOSTS])
