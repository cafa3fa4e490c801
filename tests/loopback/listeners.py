"""What listens in a test: a live feed of one book, on a local venue, with what it noticed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from router.runtime.clocks import WallClock
from tests.loopback.house import House
from venues.books.arena import BookArena
from venues.books.port import Capacity
from venues.books.store import KernelBooks
from venues.books.watch import StateRow, WatchRow
from venues.books.watch_table import KernelWatches
from venues.live.dialect import Family
from venues.live.feed import LiveFeed, Patience
from venues.live.frames.grid import Grid
from venues.live.listening import Listening
from venues.live.source import source_of
from venues.loopback.matching.values import Listing
from venues.loopback.resolver import redirected_session
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Kind
from venues.model.market import BookState, MarketEvent
from venues.model.order import Side

STALE_NS = 60_000_000_000


@dataclass
class Listener:
    """A book kept by a live feed, and the venue it is of."""

    house: House
    books: KernelBooks
    watches: KernelWatches
    feed: LiveFeed
    clock: WallClock
    told: list[MarketEvent] = field(default_factory=list)
    noticed: list[str] = field(default_factory=list)
    fired: list[int] = field(default_factory=list)

    @property
    def state(self) -> BookState:
        return self.books.state(0, self.clock.now_ns(), STALE_NS)

    @property
    def same(self) -> bool:
        """Return whether the book is LIVE and shows what its venue shows, level by level."""
        return self.state is BookState.LIVE and self.shown() == self.standing()

    def shown(self) -> dict[tuple[Side, Decimal], Decimal]:
        instrument = self.books.instruments[0]
        sides = (Side.BUY, Side.SELL)
        return {
            (sides[key & 1], (key >> 1) * instrument.tick_size): lots * instrument.lot_size
            for key, lots in ((int(row[0]), int(row[1])) for row in self.books.all_levels(0))
            if lots
        }

    def standing(self) -> dict[tuple[Side, Decimal], Decimal]:
        book = self.house.exchange.books[self.house.listed]
        return {(side, price): q for side in Side for price, q in book.depth(side, 10_000)}

    def watch(self, row: WatchRow, slot: int = 0) -> None:
        self.watches.set(slot, row, self.clock.now_ns())
        self.feed.nudge()


def instrument_of(listing: Listing, symbol: str) -> Instrument:
    return Instrument(
        venue=VenueId("here"),
        symbol=Symbol(symbol),
        kind=Kind.PERP if listing.is_perp else Kind.SPOT,
        tick_size=listing.tick,
        lot_size=listing.lot,
        min_quantity=listing.min_quantity,
        min_notional=listing.min_notional,
        maker_fee=listing.maker_fee,
        taker_fee=listing.taker_fee,
    )


@asynccontextmanager
async def listening(
    house: House, family: Family, listing: Listing, *, silent_s: float = 2.0
) -> AsyncIterator[Listener]:
    """Listen to a venue while the block runs; a bug of the feed's is raised at its end."""
    books = KernelBooks((instrument_of(listing, house.symbol),), BookArena([Capacity()]))
    watches, clock = KernelWatches(books, STALE_NS), WallClock()
    session = redirected_session(house.front.redirect())
    told: list[MarketEvent] = []
    noticed: list[str] = []
    one = Listening(
        books, 0, house.listed, Grid(listing.tick, listing.lot), source_of(family), told.append
    )
    feed = LiveFeed(
        session,
        clock,
        watches,
        [one],
        noticed=lambda i, why: noticed.append(f"{i}: {why}"),
        patience=Patience(silent_s=silent_s, ping_s=0.4, answer_s=1.0),
    )
    listener = Listener(house, books, watches, feed, clock, told, noticed)

    async def follow() -> None:
        async for slots in feed.fired():
            listener.fired += slots

    task = asyncio.create_task(follow())
    try:
        yield listener
    finally:
        died = task.done()
        task.cancel()
        await asyncio.wait({task})
        await session.close()
        if died:
            task.result()


def any_change() -> WatchRow:
    return StateRow((0,))
