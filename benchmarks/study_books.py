"""What do the books of a recording look like when we decide, when orders arrive, and one way later?

Two sets of books play side by side: as we saw them (local time, learning what becomes of displayed
depth) and as they were at their venues (exchange time). Only recorded venues, unless asked.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from router.depth.scale import Scale, market_scale
from venues.books.make import make_books
from venues.books.port import Books
from venues.model.ids import Symbol
from venues.model.instrument import Market, Member
from venues.model.market import ASK, BID, Int64s
from venues.model.order import Side
from venues.tape.reader import read_tape
from venues.tape.recording import Tape

Doubles = npt.NDArray[np.float64]

EVERY_NS: Final = 500_000_000
WAYS_NS: Final = (5_000_000, 50_000_000, 200_000_000)
# Orders arrive after one way; what is missed is bought again after two.
OFFSETS_NS: Final = tuple(sorted({way * times for way in WAYS_NS for times in (1, 2)}))
STALE_NS: Final = 2_000_000_000
_WARM_NS: Final = 10_000_000_000
_UNITS_MOST: Final = 400.0  # market units of one side looked at, BTC or ETH
_LEVELS_MOST: Final = 4096


@dataclass(frozen=True, slots=True)
class Shelf:
    """One side of one book, best first.

    `price` of a unit, `net` what it costs with the fee in (negative: what it brings), `units` shown.
    """

    ticks: Int64s
    price: Doubles
    net: Doubles
    units: Doubles


@dataclass(frozen=True, slots=True)
class Moment:
    """One decision: when, how far through the recording, and what came after.

    `after[offset_ns][side]`: a shelf per member of the market at its venue, so long after.
    """

    now_ns: int
    share: float
    after: dict[int, dict[Side, list[Shelf]]]


class Playing:
    """The two sets of books of one recording, and the market they make."""

    def __init__(self, folder: Path, *, derived: bool) -> None:
        self.tape = _chosen(folder, derived=derived)
        instruments = self.tape.instruments
        symbol = Symbol(f"{instruments[0].base}/{instruments[0].quote}")
        members = tuple(Member(instrument=i) for i in instruments)
        self.scale: Scale = market_scale(Market(symbol=symbol, members=members), instruments)
        self.view: Books = make_books(instruments, kernels=True)
        self.venue: Books = make_books(instruments, kernels=True)
        for book in range(len(instruments)):
            self.view.learn(book)
        self._seen = _in_order(self.tape, exchange=False)
        self._there = _in_order(self.tape, exchange=True)
        self._next = [0, 0]

    def moments(self) -> Iterator[Moment]:
        """Play the recording, stopping at every decision; the view stands at it when it is told."""
        first_ns = max(int(r.msg_local_ns[0]) for r in self.tape.recordings) + _WARM_NS
        last_ns = max(int(r.msg_local_ns[-1]) for r in self.tape.recordings) - OFFSETS_NS[-1]
        for now_ns in range(first_ns - first_ns % EVERY_NS, last_ns, EVERY_NS):
            self._next[0] = self._play(self.view, self._seen, self._next[0], now_ns)
            after = {}
            for offset_ns in OFFSETS_NS:
                at_ns = now_ns + offset_ns
                self.play_venues(at_ns)
                after[offset_ns] = {
                    side: shelves(self.venue, self.scale, side) for side in (Side.BUY, Side.SELL)
                }
            yield Moment(now_ns, (now_ns - first_ns) / (last_ns - first_ns), after)

    def play_venues(self, until_ns: int) -> None:
        """Play the venues' own books up to `until_ns`."""
        self._next[1] = self._play(self.venue, self._there, self._next[1], until_ns)

    def _play(self, books: Books, order: Int64s, at: int, until_ns: int) -> int:
        """Apply the messages up to `until_ns`; return the first that is later."""
        while at < len(order) and order[at, 0] <= until_ns:
            book, message = int(order[at, 1]), int(order[at, 2])
            books.apply(book, self.tape.recordings[book].message(message))
            at += 1
        return at


def shelves(books: Books, scale: Scale, side: Side) -> list[Shelf]:
    """Return what every member of a market shows an order of `side`."""
    paid = scale.paid(side)
    shelf = []
    for member, book in enumerate(scale.books):
        lot = scale.grains[member] * float(scale.grain)
        ticks, lots = books.levels(
            book,
            ASK if side is Side.BUY else BID,
            limit_tick=None,
            enough=int(_UNITS_MOST / lot),
            most=_LEVELS_MOST,
        )
        at = ticks.astype(np.float64)
        price = at * (scale.raw[member] / scale.denominator)
        net = at * (side.sign * paid[member] / scale.denominator)
        shelf.append(Shelf(ticks, price, net, lots.astype(np.float64) * lot))
    return shelf


def _chosen(folder: Path, *, derived: bool) -> Tape:
    """Return the tape of `folder`, without its derived venues unless they are asked for.

    All its instruments count as one asset, under one symbol.
    """
    tape = read_tape(folder)
    said = tomllib.loads((folder / "tape.toml").read_text())["tape"].get("derived", {})
    kept = [r for r in tape.recordings if derived or not said.get(r.instrument.venue, False)]
    return replace(tape, recordings=tuple(kept))


def _in_order(tape: Tape, *, exchange: bool) -> Int64s:
    """Return (time, book, message) of all messages, by time; a venue's own order is kept."""
    parts = []
    for book, r in enumerate(tape.recordings):
        times = np.maximum.accumulate(r.msg_exchange_ns) if exchange else r.msg_local_ns
        numbers = np.arange(len(times), dtype=np.int64)
        parts.append(np.column_stack((times, np.full(len(times), book, np.int64), numbers)))
    joined = np.concatenate(parts)
    return joined[np.argsort(joined[:, 0], kind="stable")]


def usable(shelf: Sequence[Shelf], members: Sequence[int]) -> float:
    """Return the units that `members` show together."""
    return float(sum(shelf[m].units.sum() for m in members))
