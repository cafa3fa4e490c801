"""How does an engine trade at real venues?"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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
from venues.live.connect import connected
from venues.live.credentials import Credentials
from venues.live.dialect import Dialect
from venues.live.feed import LiveFeed, Patience
from venues.live.frames.grid import Grid
from venues.live.gateway import LiveGateway
from venues.live.listening import Listening
from venues.live.source import source_of
from venues.model.ids import Symbol, VenueId, run_id

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


@contextlib.asynccontextmanager
async def open_live(
    accounts: Sequence[Account],
    session: aiohttp.ClientSession,
    settings: Settings,
    *,
    folder: Path,
    journal: Journal,
    report: Callable[[Change], None],
    noticed: Callable[[str, str], None],
) -> AsyncIterator[LiveSession]:
    """Run an engine at real venues; nothing is traded before a parent is handed over.

    `folder` keeps their markets for a start at which a venue does not tell them. `noticed(book, why)`
    hears of every book that was lost. Leaving the block stops the engine where it stands, and waits
    for every call under way; wind down before for an orderly end. InputError and VenueUnreachable
    say why a venue cannot be traded at.
    """
    clock = WallClock()
    async with contextlib.AsyncExitStack() as stack:
        gateways: dict[VenueId, LiveGateway] = {}
        for one in accounts:
            connection = await stack.enter_async_context(
                connected(
                    one.venue,
                    one.dialect,
                    session,
                    one.credentials,
                    one.symbols,
                    clock,
                    markets=folder / f"{one.venue}.markets.json",
                )
            )
            gateways[one.venue] = connection.gateway
        market = _market(gateways, settings)
        feed = _feed(accounts, gateways, market, session, clock, noticed)
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


def _market(gateways: Mapping[VenueId, LiveGateway], settings: Settings) -> LiveMarket:
    listed = [found for gateway in gateways.values() for found in gateway.listings.values()]
    instruments = on_terms(tuple(found.instrument for found in listed), settings)
    books = KernelBooks(instruments, BookArena([_ROOM] * len(instruments)))
    probes = KernelProbes(books, learn=False)
    return LiveMarket(books, probes, KernelWatches(books, settings.run.stale_after_ns))


def _feed(
    accounts: Sequence[Account],
    gateways: Mapping[VenueId, LiveGateway],
    market: LiveMarket,
    session: aiohttp.ClientSession,
    clock: WallClock,
    noticed: Callable[[str, str], None],
) -> LiveFeed:
    instruments = market.view.instruments
    sources = {one.venue: source_of(one.dialect.family) for one in accounts}
    listening = []
    for i, instrument in enumerate(instruments):
        found = gateways[instrument.venue].listings[instrument.symbol]
        grid = Grid(found.instrument.tick_size, found.instrument.lot_size)
        source = sources[instrument.venue]
        listening.append(Listening(market.view, i, found.stream_name, grid, source))
    return LiveFeed(
        session,
        clock,
        market.watches,
        listening,
        noticed=lambda i, why: noticed(f"{instruments[i].venue} {instruments[i].symbol}", why),
        patience=Patience(),
    )


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
