"""How do tests write down a feed? One instrument, messages from plain rows, the tightest store."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from venues.books.arena import BookArena
from venues.books.port import Capacity
from venues.books.store import KernelBooks
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Kind
from venues.model.market import ASK, BID, BookMessage, level_key

INSTRUMENT = Instrument(
    venue=VenueId("alpha"),
    symbol=Symbol("BTC/USDT"),
    kind=Kind.SPOT,
    tick_size=Decimal("0.1"),
    lot_size=Decimal("0.001"),
    min_quantity=Decimal("0.001"),
    min_notional=Decimal(5),
    maker_fee=Decimal(0),
    taker_fee=Decimal("0.0002"),
)
TWO = (INSTRUMENT, INSTRUMENT)


def bid(tick: int) -> int:
    """Return the address of a bid level."""
    return level_key(tick, BID)


def ask(tick: int) -> int:
    """Return the address of an ask level."""
    return level_key(tick, ASK)


def message(
    rows: Sequence[tuple[int, int]], now_ns: int = 10, *, is_snapshot: bool = False
) -> BookMessage:
    """Return a book message of (key, lots) rows, known at `now_ns`, 5 ns after it happened."""
    return BookMessage(
        venue=INSTRUMENT.venue,
        symbol=INSTRUMENT.symbol,
        ts_exchange_ns=now_ns - 5,
        ts_local_ns=now_ns,
        is_snapshot=is_snapshot,
        keys=np.array([key for key, _ in rows], np.int64),
        lots=np.array([lots for _, lots in rows], np.int64),
    )


def snapshot(*rows: tuple[int, int], now_ns: int = 10) -> BookMessage:
    """Return a snapshot of (key, lots) rows."""
    return message(rows, now_ns, is_snapshot=True)


def delta(*rows: tuple[int, int], now_ns: int = 10) -> BookMessage:
    """Return a change of (key, lots) rows."""
    return message(rows, now_ns)


def tightest_kernel_books() -> KernelBooks:
    """Return two books with the least room there is, behind three words of somebody else's."""
    return KernelBooks(TWO, BookArena([Capacity(256, 16)] * 2, reserved=3))
