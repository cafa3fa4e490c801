"""How long does one book message of 20 levels take, against plain Python and against peers?

The product's way of a message is `Books.apply` and the best bid and ask after it, from Python, as
the live feed does it; a replay applies the same message inside a kernel. Peers run the same stream
in a Python of their own (environment variable FATHOM_BENCH_PYTHON), in turn with ours.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.book_stream import MESSAGES, ROWS, Stream, make_stream
from venues.books.apply import book_apply
from venues.books.arena import BookArena
from venues.books.jit import jit
from venues.books.kernels import book_best
from venues.books.port import Books, Capacity
from venues.books.store import KernelBooks
from venues.books.twin import TwinBooks
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Kind
from venues.model.market import ASK, BID, BookMessage, Int64s

ROUNDS: Final = 7
PEERS: Final = ("hftbacktest", "nautilus_trader")
_ROOT: Final = Path(__file__).resolve().parents[1]
_CAPACITY: Final = Capacity(window=4096, slots=4096)
_INSTRUMENT: Final = Instrument(
    venue=VenueId("bench"),
    symbol=Symbol("BTC/USDT"),
    kind=Kind.SPOT,
    tick_size=Decimal("0.1"),
    lot_size=Decimal("0.001"),
    min_quantity=Decimal("0.001"),
    min_notional=Decimal(5),
    maker_fee=Decimal(0),
    taker_fee=Decimal(0),
)

PRODUCT: Final = "fathom, Books.apply from Python"
IN_KERNEL: Final = "fathom, inside a kernel (as replay does)"
TWIN: Final = "fathom without numba"
BASELINE: Final = "dict + bisect in plain Python"
# What a peer does to be compared like with like.
_TITLES: Final = {
    "hftbacktest": "two books at once, inside its compiled loop",
    "nautilus_trader": "OrderBook.apply_deltas from Python, deltas made beforehand",
}

# Runs the stream once; returns nanoseconds a message and the sum of all best ticks.
Round = Callable[[], tuple[float, int]]


class Contender(msgspec.Struct, frozen=True, kw_only=True):
    """`slower`: how many times the product's time; below 1 is faster."""

    name: str
    ns_a_message: float  # median of the rounds
    slower: float


class Books20(msgspec.Struct, frozen=True, tag="book", kw_only=True):
    """One message of 20 rows, then both touches, on a book of 1000 levels a side."""

    messages: int
    rows_a_message: int
    contenders: tuple[Contender, ...]
    skipped: tuple[str, ...]


class DictBook:
    """The baseline: a dict of sizes and a sorted list of ticks per side."""

    def __init__(self) -> None:
        self.sizes: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self.ticks: tuple[list[int], list[int]] = ([], [])

    def apply(self, rows: list[tuple[int, int, int]]) -> None:
        """Apply rows of (side, tick, lots)."""
        for side, tick, lots in rows:
            sizes = self.sizes[side]
            if lots:
                if tick not in sizes:
                    insort(self.ticks[side], tick)
                sizes[tick] = lots
            elif tick in sizes:
                del sizes[tick]
                ticks = self.ticks[side]
                del ticks[bisect_left(ticks, tick)]


def measure() -> Books20:
    """Return every contender's time, measured in turns; AssertionError where books disagree."""
    stream = make_stream()
    rounds: dict[str, Round] = {
        PRODUCT: _through_books(stream, _kernel_books),
        IN_KERNEL: _inside(stream),
        TWIN: _through_books(stream, lambda: TwinBooks((_INSTRUMENT,))),
        BASELINE: _baseline(stream),
    }
    skipped: list[str] = []
    with ExitStack() as running:
        for peer in PEERS:
            found = running.enter_context(_peer(peer))
            if isinstance(found, str):
                skipped.append(found)
            else:
                title, once = found
                rounds[title] = once
        for once in rounds.values():
            once()
        times: dict[str, list[float]] = {name: [] for name in rounds}
        told: set[int] = set()
        for _ in range(ROUNDS):
            for name, once in rounds.items():
                ns_a_message, bests = once()
                times[name].append(ns_a_message)
                told.add(bests)
    assert len(told) == 1, f"the books disagree about the best prices: {told}"
    middle = {name: statistics.median(spent) for name, spent in times.items()}
    return Books20(
        messages=MESSAGES,
        rows_a_message=ROWS,
        contenders=tuple(
            Contender(name=name, ns_a_message=round(ns, 1), slower=round(ns / middle[PRODUCT], 3))
            for name, ns in middle.items()
        ),
        skipped=tuple(skipped),
    )


def _messages(stream: Stream) -> list[BookMessage]:
    keys = 2 * stream.tick + stream.side
    bounds = stream.start.tolist()
    return [
        BookMessage(
            venue=_INSTRUMENT.venue,
            symbol=_INSTRUMENT.symbol,
            ts_exchange_ns=m,
            ts_local_ns=m,
            is_snapshot=m == 0,
            keys=keys[bounds[m] : bounds[m + 1]],
            lots=stream.lots[bounds[m] : bounds[m + 1]],
        )
        for m in range(len(bounds) - 1)
    ]


def _kernel_books() -> Books:
    return KernelBooks((_INSTRUMENT,), BookArena([_CAPACITY]))


def _through_books(stream: Stream, make: Callable[[], Books]) -> Round:
    messages = _messages(stream)

    def once() -> tuple[float, int]:
        books = make()
        books.apply(0, messages[0])
        bests: list[tuple[int | None, int | None]] = []
        began = time.perf_counter_ns()
        for message in messages[1:]:
            books.apply(0, message)
            bests.append((books.best(0, BID), books.best(0, ASK)))
        spent = time.perf_counter_ns() - began
        return spent / MESSAGES, sum((bid or 0) + (ask or 0) for bid, ask in bests)

    return once


@jit
def apply_all(mem: Int64s, b: int, keys: Int64s, lots: Int64s, start: Int64s) -> int:
    """Apply every message from the second on; return the sum of the best ticks after each."""
    total = 0
    for m in range(1, len(start) - 1):
        book_apply(mem, b, keys, lots, start[m], start[m + 1], False, m, m)
        for side in range(2):
            total += book_best(mem, b, side)
    return total


def _inside(stream: Stream) -> Round:
    keys = 2 * stream.tick + stream.side

    def once() -> tuple[float, int]:
        arena = BookArena([_CAPACITY])
        end = int(stream.start[1])
        book_apply(arena.mem, arena.bases[0], keys, stream.lots, 0, end, True, 0, 0)
        began = time.perf_counter_ns()
        total = apply_all(arena.mem, arena.bases[0], keys, stream.lots, stream.start)
        return (time.perf_counter_ns() - began) / MESSAGES, int(total)

    return once


def _baseline(stream: Stream) -> Round:
    rows = list(zip(stream.side.tolist(), stream.tick.tolist(), stream.lots.tolist(), strict=True))
    bounds = stream.start.tolist()
    messages = [rows[bounds[m] : bounds[m + 1]] for m in range(len(bounds) - 1)]

    def once() -> tuple[float, int]:
        book = DictBook()
        book.apply(messages[0])
        bids, asks = book.ticks
        bests: list[tuple[int, int]] = []
        began = time.perf_counter_ns()
        for message in messages[1:]:
            book.apply(message)
            bests.append((bids[-1], asks[0]))
        spent = time.perf_counter_ns() - began
        return spent / MESSAGES, sum(bid + ask for bid, ask in bests)

    return once


@contextmanager
def _peer(name: str) -> Iterator[tuple[str, Round] | str]:
    """Start `name` in its own Python; give its title and round, or why there is none."""
    python = os.environ.get("FATHOM_BENCH_PYTHON", sys.executable)
    with subprocess.Popen(
        [python, "-m", "benchmarks.book_peer", name],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None
        line = stdout.readline()
        said = json.loads(line) if line else {"missing": "it ended without a word"}
        if "missing" in said:
            yield (
                f"{name} is not compared: {python} says: {said['missing']}; set"
                " FATHOM_BENCH_PYTHON to a Python that has it"
            )
            return

        def once() -> tuple[float, int]:
            stdin.write("once more\n")
            stdin.flush()
            told = json.loads(stdout.readline())
            return float(told["ns_a_message"]), int(told["bests"])

        yield f"{name} {said['version']}, {_TITLES[name]}", once
        stdin.close()


def told(result: Books20) -> str:
    """Return the result for a reader."""
    lines = [
        f"{c.ns_a_message:10,.0f} ns {c.slower:8.2f} x  {c.name}"
        for c in sorted(result.contenders, key=lambda c: c.ns_a_message)
    ]
    head = (
        f"one message of {result.rows_a_message} rows and both touches, median of {ROUNDS} rounds:"
    )
    return "\n".join([head, *lines, *result.skipped])
