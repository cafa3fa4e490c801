"""What stands in a sandbox: three exchanges with a crowd each, one account, and a way to spoil them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from types import MappingProxyType
from typing import Final

import msgspec

from venues.loopback.binance.params import Account
from venues.loopback.binance.spot import HOSTS as SPOT_HOSTS
from venues.loopback.binance.spot import BinanceSpot
from venues.loopback.binance.usdm import HOSTS as USDM_HOSTS
from venues.loopback.binance.usdm import BinanceUsdm
from venues.loopback.certificate import Certificate, throw_away
from venues.loopback.control import Control
from venues.loopback.faults import Faults
from venues.loopback.front import Front
from venues.loopback.hyperliquid.signing import address_of
from venues.loopback.hyperliquid.venue import HOSTS as HYPERLIQUID_HOSTS
from venues.loopback.hyperliquid.venue import Hyperliquid, Wallet
from venues.loopback.matching.crowd import Crowd
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Listing
from venues.loopback.resolver import Redirect
from venues.model.ids import Symbol
from venues.model.instrument import ReduceOnly
from venues.ports import Clock
from venues.synthetic.small import small_tape
from venues.tape.recording import Recording

NAMES: Final = ("binance", "binanceusdm", "hyperliquid")
OWNER: Final = "trader"
_TAPE_NS: Final = 600_000_000_000
_TICKS: Final = 6_000  # of the tape's finest venue: about 60,000 of its ticks of 0.1
_LISTINGS: Final[Mapping[str, Listing]] = MappingProxyType(
    {
        "binance": Listing(
            symbol="BTCUSDT",
            base="BTC",
            quote="USDT",
            tick=Decimal("0.01"),
            lot=Decimal("0.00001"),
            min_quantity=Decimal("0.00001"),
            min_notional=Decimal(5),
            maker_fee=Decimal("0.001"),
            taker_fee=Decimal("0.001"),
        ),
        "binanceusdm": Listing(
            symbol="BTCUSDT",
            base="BTC",
            quote="USDT",
            tick=Decimal("0.1"),
            lot=Decimal("0.001"),
            min_quantity=Decimal("0.001"),
            min_notional=Decimal(100),
            maker_fee=Decimal("0.0002"),
            taker_fee=Decimal("0.0005"),
            is_perp=True,
            reduce_only=ReduceOnly.SUMMED,
        ),
        "hyperliquid": Listing(
            symbol="BTC",
            base="BTC",
            quote="USDC",
            tick=Decimal("0.1"),
            lot=Decimal("0.00001"),
            min_quantity=Decimal("0.00001"),
            min_notional=Decimal(10),
            maker_fee=Decimal("0.00015"),
            taker_fee=Decimal("0.00045"),
            is_perp=True,
            reduce_only=ReduceOnly.CAPPED,
        ),
    }
)


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What opens the sandbox account, and nothing else in the world."""

    api_key: str
    secret: str
    private_key: str
    wallet: str


def keys_of(seed: int) -> Keys:
    """Return the keys of a seed: a restarted sandbox knows the same ones."""
    private_key = "0x" + _derived(seed, "wallet")
    return Keys(
        api_key=_derived(seed, "key"),
        secret=_derived(seed, "secret"),
        private_key=private_key,
        wallet=address_of(private_key),
    )


@dataclass(frozen=True, slots=True)
class Served:
    """One venue of the sandbox."""

    name: str
    exchange: Exchange
    front: Front
    control: Control


class Sandbox:
    """Venues by name, each on ports of its own, with 600 s of a synthetic market that starts over."""

    def __init__(self, names: tuple[str, ...], *, seed: int, clock: Clock) -> None:
        """Make the venues; ValueError for a name that is not in `NAMES`, or is there twice."""
        if len(set(names)) != len(names) or not set(names) <= set(NAMES):
            raise ValueError(f"venues of a sandbox are {', '.join(NAMES)}, each once")
        self.keys = keys_of(seed)
        certificate = throw_away([*SPOT_HOSTS, *USDM_HOSTS, *HYPERLIQUID_HOSTS])
        self.venues = tuple(self._made(name, seed, clock, certificate) for name in names)

    def _made(self, name: str, seed: int, clock: Clock, certificate: Certificate) -> Served:
        listing, keys = _LISTINGS[name], self.keys
        exchange = Exchange([listing])
        exchange.accounts.deposit(OWNER, listing.quote, Decimal(1_000_000))
        if not listing.is_perp:
            exchange.accounts.deposit(OWNER, listing.base, Decimal(20))
        faults = Faults(Random(seed))
        account = Account(name=OWNER, key=keys.api_key, secret=keys.secret)
        wallet = Wallet(name=OWNER, address=keys.wallet, signers=(keys.wallet,))
        makers: Mapping[str, Callable[[], BinanceSpot | BinanceUsdm | Hyperliquid]] = {
            "binance": lambda: BinanceSpot(exchange, [account], faults),
            "binanceusdm": lambda: BinanceUsdm(exchange, [account], faults),
            "hyperliquid": lambda: Hyperliquid(exchange, [wallet], faults),
        }
        venue = makers[name]()
        tape = _recording(seed * len(NAMES) + NAMES.index(name))
        crowd = Crowd(exchange, listing.symbol, tape, start_ns=clock.wall_ns())
        venue.crowds.append(crowd)
        front = Front(venue, clock=clock, certificate=certificate, faults=faults)
        return Served(name, exchange, front, Control(front, exchange, clock))

    async def start(self) -> None:
        """Listen, all on 127.0.0.1."""
        for venue in self.venues:
            await venue.front.start()
            await venue.control.start()

    async def stop(self) -> None:
        """Close every port."""
        for venue in self.venues:
            await venue.control.stop()
            await venue.front.stop()

    def redirect(self) -> Redirect:
        """Return the way to all of them."""
        first, *others = (venue.front.redirect() for venue in self.venues)
        for other in others:
            first = first.joined(other)
        return first


def _recording(seed: int) -> Recording:
    """Return a market around 60,000 in whole units of quote, which every venue here can list."""
    tape = small_tape(
        seed=seed,
        duration_ns=_TAPE_NS,
        start_ns=_TAPE_NS,
        venues=1,
        messages_per_s=5,
        levels=50,
        price=_TICKS,
        symbol=Symbol("BTC/USDT"),
    )
    (recording,) = tape.recordings
    whole = msgspec.structs.replace(recording.instrument, tick_size=Decimal(1))
    return replace(recording, instrument=whole)


def _derived(seed: int, what: str) -> str:
    return hashlib.sha256(f"fathom sandbox {seed} {what}".encode()).hexdigest()
