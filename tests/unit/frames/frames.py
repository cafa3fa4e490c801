"""Frames as venues spell them, and one book kept from them in the plainest way."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

from venues.books.arena import BookArena
from venues.books.port import Books, Capacity
from venues.books.store import KernelBooks
from venues.books.twin import TwinBooks
from venues.live.frames.grid import Grid
from venues.live.frames.sequence import Numbering
from venues.live.frames.stream import BookStream, Tell
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Kind

TICK, LOT = Decimal("0.01"), Decimal("0.00001")
GRID = Grid(TICK, LOT)
Pairs = Sequence[tuple[str, str]]


def instrument() -> Instrument:
    return Instrument(
        venue=VenueId("alpha"),
        symbol=Symbol("BTC/USDT"),
        kind=Kind.SPOT,
        tick_size=TICK,
        lot_size=LOT,
        min_quantity=LOT,
        min_notional=Decimal(5),
        maker_fee=Decimal(0),
        taker_fee=Decimal(0),
    )


def kernel_books() -> KernelBooks:
    return KernelBooks((instrument(),), BookArena([Capacity(window=256, slots=16)]))


def twin_books() -> TwinBooks:
    return TwinBooks((instrument(),))


def stream(
    books: Books, numbering: Numbering = Numbering.CHANGES, *, tell: Tell | None = None
) -> BookStream:
    name = "BTC" if numbering is Numbering.WHOLE else "BTCUSDT"
    return BookStream(books, 0, name=name, grid=GRID, numbering=numbering, tell=tell)


def diff(
    first: int,
    last: int,
    bids: Pairs = (),
    asks: Pairs = (),
    *,
    before: int | None = None,
    symbol: str = "BTCUSDT",
    combined: bool = False,
    **more: object,
) -> bytes:
    """Spell a depth diff of Binance; `before` as USD-M does."""
    said: dict[str, object] = {"e": "depthUpdate", "E": 1_700_000_000_000 + last, "s": symbol}
    said |= {"U": first, "u": last}
    if before is not None:
        said["pu"] = before
    said |= {"b": bids, "a": asks, **more}
    outer = {"stream": "btcusdt@depth@100ms", "data": said} if combined else said
    return spelled(outer)


def snapshot(number: int, bids: Pairs = (), asks: Pairs = ()) -> bytes:
    """Spell the REST snapshot of Binance."""
    return spelled({"lastUpdateId": number, "bids": bids, "asks": asks})


def whole(time_ms: int, bids: Pairs, asks: Pairs, *, coin: str = "BTC") -> bytes:
    """Spell an l2Book frame of Hyperliquid."""
    sides = [[{"px": p, "sz": s, "n": 1} for p, s in side] for side in (bids, asks)]
    data = {"coin": coin, "time": time_ms, "levels": sides}
    return spelled({"channel": "l2Book", "data": data})


def spelled(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def book_of(books: Books) -> dict[tuple[str, Decimal], Decimal]:
    """Return a book as prices and sizes."""
    rows = books.all_levels(0)
    return {
        ("ba"[key & 1], (key >> 1) * TICK): lots * LOT
        for key, lots in ((int(row[0]), int(row[1])) for row in rows)
        if lots
    }
