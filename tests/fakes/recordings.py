"""How do tests write down a recorded market? Messages, prints and derivative values from plain rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from tests.fakes.books import INSTRUMENT
from venues.books.port import Capacity
from venues.model.ids import VenueId
from venues.model.market import Int64s
from venues.paper.market import RecordedMarket
from venues.paper.played import QueueModel, Stop
from venues.ports import RANK_ARRIVAL
from venues.tape.recording import Bools, Recording, Tape, make_tape, read_only, read_only_flags

STALE_AFTER_NS = 500
LAG_NS = 5


@dataclass(slots=True)
class Script:
    """What one venue said. Times are the venue's; we know `LAG_NS` later unless told otherwise."""

    books: list[tuple[int, int, bool, Sequence[tuple[int, int]]]] = field(default_factory=list)
    prints: list[tuple[int, int, bool, int, int]] = field(default_factory=list)
    derivs: list[tuple[int, int, int, int]] = field(default_factory=list)

    def book(
        self,
        at_ns: int,
        *rows: tuple[int, int],
        snapshot: bool = False,
        known_ns: int | None = None,
    ) -> "Script":
        """Add a book message of (key, lots) rows."""
        known_ns = at_ns + LAG_NS if known_ns is None else known_ns
        self.books.append((at_ns, known_ns, snapshot, rows))
        return self

    def trade(
        self, at_ns: int, taker_is_buy: bool, tick: int, lots: int, known_ns: int | None = None
    ) -> "Script":
        """Add a print."""
        known_ns = at_ns + LAG_NS if known_ns is None else known_ns
        self.prints.append((at_ns, known_ns, taker_is_buy, tick, lots))
        return self

    def deriv(self, known_ns: int, kind: int, value_e12: int) -> "Script":
        """Add a mark (0), an index (1) or a funding rate (2)."""
        self.derivs.append((known_ns - LAG_NS, known_ns, kind, value_e12))
        return self

    def recording(self, venue: str) -> Recording:
        """Return what was recorded of it."""
        rows = [row for _, _, _, message in self.books for row in message]
        sizes = [len(message) for _, _, _, message in self.books]
        prints = sorted(self.prints, key=lambda p: p[1])
        derivs = sorted(self.derivs, key=lambda d: d[1])

        return Recording(
            instrument=msgspec.structs.replace(INSTRUMENT, venue=VenueId(venue)),
            msg_exchange_ns=_column([b[0] for b in self.books]),
            msg_local_ns=_column([b[1] for b in self.books]),
            msg_snapshot=_flags([b[2] for b in self.books]),
            msg_start=_column(np.cumsum([0, *sizes]).tolist()),
            row_key=_column([key for key, _ in rows]),
            row_lots=_column([lots for _, lots in rows]),
            trade_exchange_ns=_column([p[0] for p in prints]),
            trade_local_ns=_column([p[1] for p in prints]),
            trade_is_buy=_flags([p[2] for p in prints]),
            trade_tick=_column([p[3] for p in prints]),
            trade_lots=_column([p[4] for p in prints]),
            deriv_exchange_ns=_column([d[0] for d in derivs]),
            deriv_local_ns=_column([d[1] for d in derivs]),
            deriv_kind=_column([d[2] for d in derivs]),
            deriv_value_e12=_column([d[3] for d in derivs]),
            deriv_next_ns=_column([0 for _ in derivs]),
        )


def _column(values: Sequence[int]) -> Int64s:
    return read_only(np.array(values, np.int64))


def _flags(values: Sequence[bool]) -> Bools:
    return read_only_flags(np.array(values, np.bool_))


def tape_of(*scripts: Script) -> Tape:
    """Return a tape whose instrument i is `scripts[i]`."""
    recordings = [script.recording(f"venue-{i:02}") for i, script in enumerate(scripts)]
    return make_tape("script", recordings, start_ns=0, end_ns=10**9)


def market_of(
    *scripts: Script,
    kernels: bool = False,
    queue: QueueModel = QueueModel.PESSIMISTIC,
    room: Capacity | None = None,
) -> RecordedMarket:
    """Return a market that plays the scripts."""
    return RecordedMarket(
        tape_of(*scripts),
        kernels=kernels,
        queue=queue,
        stale_after_ns=STALE_AFTER_NS,
        room=room,
    )


def stops_until(
    market: RecordedMarket, until_ns: int, until_rank: int = RANK_ARRIVAL
) -> list[Stop]:
    """Play in bulk up to a time; return every stop on the way."""
    stops: list[Stop] = []
    while (stop := market.advance(until_ns, until_rank)).fired or stop.fills:
        stops.append(stop)
    return stops


def steps_until(
    market: RecordedMarket, until_ns: int, until_rank: int = RANK_ARRIVAL
) -> list[Stop]:
    """Play one thing at a time up to a time; return every stop on the way."""
    stops: list[Stop] = []
    while (coming := market.peek()) is not None and coming[:2] < (until_ns, until_rank):
        stop = market.play_one()
        if stop.fired or stop.fills:
            stops.append(stop)
    return stops
