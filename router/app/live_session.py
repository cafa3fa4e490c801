"""How does an engine trade at real venues?"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

import aiohttp

import router
from router.app.assembly import (
    STRATEGIES,
    build_core,
    engine_settings,
    expect_of,
    members_of,
    scales_of,
    search_of,
    seeded,
    settings_fingerprint,
    sweep_of,
)
from router.engine.engine import Engine
from router.engine.inputs import CancelParent, SubmitParent
from router.engine.records import RunOpened
from router.journal.ports import Journal
from router.reports.follow import Follower
from router.runtime.clocks import WallClock
from router.runtime.desk import Desk
from router.runtime.live import Live
from router.runtime.supervise import Change
from router.settings.fields import Settings
from router.settings.markets import on_terms
from strategies.spec import ParentSpec
from venues.books.arena import BookArena
from venues.books.port import Capacity
from venues.books.probe_table import KernelProbes
from venues.books.store import KernelBooks
from venues.books.watch_table import KernelWatches
from venues.live.credentials import Credentials
from venues.live.dialect import Dialect
from venues.live.exchange import Exchange
from venues.live.feed import LiveFeed, Patience
from venues.live.frames.grid import Grid
from venues.live.gateway import LiveGateway
from venues.live.listening import Listening
from venues.live.markets import Listing, listing, load_rows
from venues.live.source import source_of
from venues.model.ids import Symbol, VenueId, run_id
from venues.model.instrument import Instrument

# So many ticks around the touch are kept dense: 1 % of a price of 60,000 in ticks of 0.01.
_ROOM = Capacity(window=1 << 16, slots=1 << 12)


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one venue: what is spoken, what opens it, and what is traded there."""

    venue: VenueId
    dialect: Dialect
    credentials: Credentials
    symbols: tuple[Symbol, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A venue whose markets are loaded."""

    account: Account
    client: Exchange
    listings: Mapping[Symbol, Listing]

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Return what is traded there."""
        return tuple(found.instrument for found in self.listings.values())


@dataclass(frozen=True, slots=True)
class LiveMarket:
    """Real books as an engine sees them."""

    view: KernelBooks
    probes: KernelProbes
    watches: KernelWatches


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A running engine with its venues."""

    desk: Desk
    follower: Follower
    market: LiveMarket
    clock: WallClock
    gateways: Mapping[VenueId, LiveGateway]
    live: Live
    running: asyncio.Task[None]

    async def submit(self, spec: ParentSpec) -> None:
        """Hand a parent over."""
        await self.live.put(SubmitParent(spec))

    async def quiet(self) -> None:
        """Return when no parent is alive; what kills the engine is raised instead."""
        waiting = asyncio.ensure_future(self.live.quiet())
        try:
            await asyncio.wait({waiting, self.running}, return_when=asyncio.FIRST_COMPLETED)
            if self.running.done():
                self.running.result()
        finally:
            waiting.cancel()

    async def wind_down(self) -> None:
        """Take every parent back and wait until each has ended."""
        for parent in list(self.desk.engine.core.state.parents.values()):
            if not parent.ended:
                await self.live.put(CancelParent(parent.spec.id))
        await self.quiet()


async def connect(account: Account, session: aiohttp.ClientSession) -> Place:
    """Load the markets of an account's venue.

    VenueUnreachable where it does not answer; InputError for a symbol it does not list.
    """
    client = Exchange(account.dialect, session, account.credentials)
    rows = await load_rows(client, account.symbols)
    listed = {
        symbol: listing(row, account.venue, account.dialect)
        for symbol, row in zip(account.symbols, rows, strict=True)
    }
    return Place(account, client, listed)


@contextlib.asynccontextmanager
async def open_live(
    places: Sequence[Place],
    session: aiohttp.ClientSession,
    settings: Settings,
    *,
    journal: Journal,
    report: Callable[[Change], None],
    noticed: Callable[[str, str], None],
) -> AsyncIterator[LiveSession]:
    """Run an engine at real venues; nothing is traded before a parent is handed over.

    `noticed(venue, why)` hears of every book that was lost. Leaving the block stops the engine where
    it stands, and waits for every call under way; wind down before for an orderly end.
    """
    clock = WallClock()
    instruments = on_terms(tuple(i for place in places for i in place.instruments), settings)
    books = KernelBooks(instruments, BookArena([_ROOM] * len(instruments)))
    probes = KernelProbes(books, learn=False)
    watches = KernelWatches(books, settings.run.stale_after_ns)
    market = LiveMarket(books, probes, watches)
    feed = LiveFeed(
        session,
        clock,
        watches,
        [*_listening(places, books)],
        noticed=lambda i, why: noticed(f"{instruments[i].venue} {instruments[i].symbol}", why),
        patience=Patience(),
    )
    gateways = {
        place.account.venue: LiveGateway(place.account.venue, place.client, place.listings, clock)
        for place in places
    }
    desk, follower = _desk(market, settings, clock, journal)
    live = Live(
        desk=desk,
        clock=clock,
        feed=feed,
        gateways=gateways,
        idle=lambda: False,
        rng=seeded(f"{desk.engine.core.run}/supervisor"),
        report=report,
        beside={f"requests {venue}": gateway.run for venue, gateway in gateways.items()},
    )
    running = asyncio.create_task(live.run(), name="engine")
    try:
        yield LiveSession(desk, follower, market, clock, gateways, live, running)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        for gateway in gateways.values():
            await gateway.close()


def _listening(places: Sequence[Place], books: KernelBooks) -> list[Listening]:
    found = []
    for place in places:
        source = source_of(place.account.dialect.family)
        for symbol, listed in place.listings.items():
            i = next(
                n
                for n, known in enumerate(books.instruments)
                if (known.venue, known.symbol) == (place.account.venue, symbol)
            )
            grid = Grid(listed.instrument.tick_size, listed.instrument.lot_size)
            found.append(Listening(books, i, listed.stream_name, grid, source))
    return found


def _desk(
    market: LiveMarket, settings: Settings, clock: WallClock, journal: Journal
) -> tuple[Desk, Follower]:
    """Return an engine with an empty memory; its run is of this moment."""
    fingerprint = settings_fingerprint(settings)
    run = run_id(b"live", str(clock.wall_ns()).encode(), fingerprint.encode())
    scales = scales_of(market.view.instruments, settings)
    members = members_of(scales)
    core = build_core(
        run=run,
        seed=settings.run.seed,
        settings=engine_settings(settings),
        scales=scales,
        members=members,
        market=market,
        sweep=sweep_of(kernels=True),
        search=search_of(kernels=True),
        expect=expect_of(kernels=True),
        strategies=STRATEGIES,
    )
    follower = Follower(members)
    desk = Desk(Engine(core), journal, follower)
    opening = RunOpened(run, settings.run.seed, fingerprint, router.__version__)
    desk.write([opening], clock.now_ns(), clock.wall_ns())
    return desk, follower
