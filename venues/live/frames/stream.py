"""How does a frame change a book? In one call where it follows, with all care where it does not."""

import enum
from collections.abc import Callable

import numpy as np

from venues.books.apply import book_apply
from venues.books.jit import jit_flat
from venues.books.port import Books
from venues.books.store import KernelBooks
from venues.live.frames import binance, hyperliquid
from venues.live.frames.binance import D_BEFORE, D_FIRST, D_LAST, D_TIME
from venues.live.frames.characters import ODD, Bytes, padded, rows_in
from venues.live.frames.depth import Depth, FrameError
from venues.live.frames.grid import Grid, OffGridError
from venues.live.frames.hyperliquid import L_TIME
from venues.live.frames.sequence import Numbering, Sequence
from venues.model.market import BookMessage, Gap, Int64s, MarketEvent

Tell = Callable[[MarketEvent], None]


class Heard(enum.Enum):
    """What a frame did."""

    APPLIED = "applied"
    KEPT = "kept"  # for the snapshot it waits for, or it was old
    BROKEN = "broken"  # the book has missed something: it needs a snapshot
    FOREIGN = "foreign"  # about something else


class BookStream:
    """The frames of one book at one venue; book `i` of `books`.

    A frame that is not what it should be breaks the book: nothing of it is applied. `tell`, if
    given, hears every message and gap, as a recorder must; without it a frame that simply goes on
    is scanned, checked and applied in one call of a kernel.
    """

    def __init__(
        self,
        books: Books,
        i: int,
        *,
        name: str,
        grid: Grid,
        numbering: Numbering,
        tell: Tell | None = None,
    ) -> None:
        instrument = books.instruments[i]
        self.sequence = Sequence(instrument.venue, instrument.symbol, numbering)
        self.books = books
        self._i = i
        self._name = name
        self._grid = grid
        self._whole = numbering is Numbering.WHOLE
        self._chained = numbering is Numbering.CHAINED
        self._tell = tell
        self._kernels = books if isinstance(books, KernelBooks) and tell is None else None
        self._scan = _Scan(name, grid)

    def hear(self, frame: bytes, known_ns: int) -> Heard:
        """Take in one frame, complete at local time `known_ns`."""
        if self._kernels is not None and (self._whole or self.sequence.flowing):
            rows = self._at_once(self._kernels, frame, known_ns)
            if rows >= 0:
                return Heard.APPLIED
        try:
            depth = self._read(frame)
        except (FrameError, OffGridError) as wrong:
            return self._do((self.sequence.lose(str(wrong), known_ns),))
        return Heard.FOREIGN if depth is None else self._do(self.sequence.hear(depth, known_ns))

    def snapshot(self, body: bytes, known_ns: int) -> Heard:
        """Take in a snapshot that was asked for; KEPT when another one must be."""
        try:
            depth = binance.read_snapshot(body, self._grid)
        except (FrameError, OffGridError):
            return Heard.KEPT  # the book is BROKEN already, and stays so
        return self._do(self.sequence.snapshot(depth, known_ns))

    def lose(self, reason: str, known_ns: int) -> None:
        """Break the book: the connection is gone, or has said nothing for too long."""
        self._do((self.sequence.lose(reason, known_ns),))

    def _read(self, frame: bytes) -> Depth | None:
        if self._whole:
            return hyperliquid.read_book(frame, self._name, self._grid)
        return binance.read_diff(frame, self._name, self._grid)

    def _do(self, told: tuple[BookMessage | Gap, ...]) -> Heard:
        heard = Heard.KEPT
        for what in told:
            if isinstance(what, Gap):
                self.books.gap(self._i)
                heard = Heard.BROKEN
            else:
                self.books.apply(self._i, what)
                heard = Heard.APPLIED
            if self._tell is not None:
                self._tell(what)
        return heard

    def _at_once(self, books: KernelBooks, frame: bytes, known_ns: int) -> int:
        """Return the levels applied, below 0 when nothing was: then the long way decides."""
        scan, sequence, length = self._scan, self.sequence, len(frame)
        if rows_in(frame) > len(scan.keys):
            scan.grow(rows_in(frame))
        local_ns = sequence.local_ns(known_ns)
        if self._whole:
            rows = _hear_whole(
                books.arena.mem,
                books.base(self._i),
                padded(frame),
                length,
                scan.name,
                scan.facts,
                scan.keys,
                scan.lots,
                sequence.at_ns,
                local_ns,
            )
            if rows >= 0:
                sequence.advanced(sequence.last, int(scan.facts[L_TIME]), local_ns)
            return rows
        rows = _hear_diff(
            books.arena.mem,
            books.base(self._i),
            padded(frame),
            length,
            scan.name,
            scan.facts,
            scan.keys,
            scan.lots,
            sequence.last,
            self._chained,
            local_ns,
        )
        if rows >= 0:
            sequence.advanced(int(scan.facts[D_LAST]), int(scan.facts[D_TIME]), local_ns)
        return rows


class _Scan:
    """The arrays a kernel reads from and writes to, kept from frame to frame."""

    __slots__ = ("facts", "keys", "lots", "name")

    def __init__(self, name: str, grid: Grid) -> None:
        self.name: Bytes = np.frombuffer(name.encode(), np.uint8)
        self.facts: Int64s = grid.facts()
        self.keys: Int64s
        self.lots: Int64s
        self.grow(1 << 10)

    def grow(self, rows: int) -> None:
        """Make room for `rows` levels in one frame."""
        self.keys = np.empty(rows, np.int64)
        self.lots = np.empty(rows, np.int64)


@jit_flat
def _hear_diff(
    mem: Int64s,
    b: int,
    frame: Bytes,
    length: int,
    symbol: Bytes,
    facts: Int64s,
    keys: Int64s,
    lots: Int64s,
    last: int,
    chained: bool,
    local_ns: int,
) -> int:
    """Apply a diff that goes on from change `last`; return its levels, else below 0 and do nothing."""
    rows = binance.scan(frame, length, symbol, facts, keys, lots)
    if rows < 0:
        return rows
    if facts[D_LAST] <= last or (
        facts[D_BEFORE] != last if chained else facts[D_FIRST] != last + 1
    ):
        return ODD
    if book_apply(mem, b, keys, lots, 0, rows, False, facts[D_TIME], local_ns) < 0:
        return ODD
    return rows


@jit_flat
def _hear_whole(
    mem: Int64s,
    b: int,
    frame: Bytes,
    length: int,
    coin: Bytes,
    facts: Int64s,
    keys: Int64s,
    lots: Int64s,
    at_ns: int,
    local_ns: int,
) -> int:
    """Apply a whole book no older than `at_ns`; return its levels, else below 0 and do nothing."""
    rows = hyperliquid.scan(frame, length, coin, facts, keys, lots)
    if rows < 0 or facts[L_TIME] < at_ns:
        return ODD
    if book_apply(mem, b, keys, lots, 0, rows, True, facts[L_TIME], local_ns) < 0:
        return ODD
    return rows
