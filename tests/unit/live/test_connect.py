"""A venue comes up only when its markets, the keys and the clock allow it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from router.runtime.clocks import WallClock
from tests.contract.live_rig import BINANCE_SPOT, WHO
from venues.errors import InputError, VenueProtocolError, VenueUnreachable
from venues.live.connect import Connection, connected
from venues.live.credentials import Credentials
from venues.live.dialects import BINANCE
from venues.live.session import venue_session
from venues.loopback.binance.params import Account
from venues.loopback.binance.spot import BinanceSpot
from venues.loopback.certificate import throw_away
from venues.loopback.faults import Does, Fault, Faults
from venues.loopback.front import Front
from venues.loopback.matching.exchange import Exchange
from venues.loopback.resolver import LoopbackResolver, redirected_session
from venues.model.ids import Symbol, VenueId

VENUE, SYMBOL = VenueId("here"), Symbol("BTC/USDT")


@asynccontextmanager
async def server(*, may_withdraw: bool = False) -> AsyncIterator[Front]:
    exchange = Exchange([BINANCE_SPOT.listed])
    exchange.accounts.deposit(WHO.name, "USDT", Decimal(1_000))
    faults = Faults(Random(1))
    account = Account(name=WHO.name, key=WHO.key, secret=WHO.secret, may_withdraw=may_withdraw)
    venue = BinanceSpot(exchange, [account], faults)
    certificate = throw_away(venue.hosts)
    front = Front(venue, clock=WallClock(), certificate=certificate, faults=faults)
    await front.start()
    try:
        yield front
    finally:
        await front.stop()


@asynccontextmanager
async def up(front: Front, markets: Path) -> AsyncIterator[Connection]:
    keys = Credentials(api_key=WHO.key, secret=WHO.secret)
    async with redirected_session(front.redirect()) as session:
        opened: AbstractAsyncContextManager[Connection] = connected(
            VENUE, BINANCE, session, keys, [SYMBOL], WallClock(), markets=markets, timeout_ms=2_000
        )
        async with opened as connection:
            yield connection


async def test_a_venue_comes_up_with_its_markets_on_disk(tmp_path: Path) -> None:
    async with server() as front, up(front, tmp_path / "m.json") as connection:
        assert connection.knows_permissions
        assert abs(connection.clock_ahead_ms) < 500
        instrument = connection.gateway.listings[SYMBOL].instrument
        assert instrument.tick_size == BINANCE_SPOT.listed.tick
        assert (tmp_path / "m.json").exists()


async def test_a_venue_that_does_not_tell_its_markets_trades_those_it_told_before(
    tmp_path: Path,
) -> None:
    path = tmp_path / "m.json"
    async with server() as front:
        async with up(front, path) as connection:
            before_ns = connection.markets_ns
            listed = connection.gateway.listings
        front.faults.load([Fault(does=Does.STATUS, path="/api/v3/exchangeInfo", times=9)])
        async with up(front, path) as connection:
            assert connection.markets_ns == before_ns
            assert connection.gateway.listings == listed


async def test_without_markets_it_does_not_come_up(tmp_path: Path) -> None:
    async with server() as front:
        front.faults.load([Fault(does=Does.STATUS, path="/api/v3/exchangeInfo", times=9)])
        with pytest.raises(VenueUnreachable, match="markets not loaded"):
            async with up(front, tmp_path / "m.json"):
                pass


async def test_a_key_that_may_withdraw_is_refused(tmp_path: Path) -> None:
    async with server(may_withdraw=True) as front:
        with pytest.raises(InputError, match="may withdraw"):
            async with up(front, tmp_path / "m.json"):
                pass


async def test_a_key_whose_rights_are_not_told_is_refused(tmp_path: Path) -> None:
    async with server() as front:
        front.faults.load([Fault(does=Does.EMPTY, path="/sapi/", times=9)])
        with pytest.raises((VenueProtocolError, VenueUnreachable), match="what the key may do"):
            async with up(front, tmp_path / "m.json"):
                pass


@pytest.mark.parametrize("skew_ms", [-5_000, 5_000])
async def test_a_clock_that_is_off_is_refused_with_the_remedy(skew_ms: int, tmp_path: Path) -> None:
    async with server() as front:
        front.faults.skew_ms = skew_ms
        with pytest.raises(InputError, match=r"clock is .* set it"):
            async with up(front, tmp_path / "m.json"):
                pass


async def test_a_session_reaches_the_venues_in_use_and_no_other_host() -> None:
    ports = {"api.binance.com": 1, "api.hyperliquid.xyz": 1, "evil.example": 1}
    async with venue_session([BINANCE], LoopbackResolver(ports)) as session:
        for host, says in (
            ("api.binance.com", "Connect call failed|refused"),
            ("api.hyperliquid.xyz", "no host of a venue in use"),
            ("evil.example", "no host of a venue in use"),
        ):
            with pytest.raises(OSError, match=says):
                await session.get(f"https://{host}/")
