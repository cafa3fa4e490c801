"""What should the outcomes of displayed depth be? The same ledger in plain lists, written apart."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from venues.books.layout import (
    HORIZON_NS,
    HORIZONS,
    LEAN_REACH,
    LEANS,
    LOOK_EVERY_NS,
    MORE_MOST,
    OUTCOMES_LEAST,
    OUTCOMES_MOST,
    REACH_E6,
    REACHES,
    RING_WORDS,
    RINGS,
    WHOLE,
)
from venues.model.market import ASK, BID, Int64s

# Lots of a side no worse than a tick.
Within = Callable[[int, int], int]
# Best displayed bid and ask.
Touch = tuple[int, int]


@dataclass(slots=True)
class _Look:
    """What was displayed at one moment: per side the lean, the worst ticks, and lots within them."""

    at_ns: int
    leans: list[int]
    ticks: list[list[int]]
    lots: list[list[int]]
    done: int = 0


@dataclass(slots=True)
class TwinOutcomes:
    """The outcomes of one book; a ring per horizon, side and lean."""

    on: bool = False
    next_ns: int = 0
    look: _Look | None = None
    taken: list[int] = field(default_factory=lambda: [0] * RINGS)
    kept: list[deque[list[int]]] = field(
        default_factory=lambda: [deque(maxlen=OUTCOMES_MOST) for _ in range(RINGS)]
    )

    def observed(
        self, touch: Touch | None, within: Within, heard_ns: int, stamps_ns: tuple[int, int]
    ) -> None:
        """Look, or take outcomes down, before a message stamped (exchange, local).

        `touch`: None while the book may not be believed; `heard_ns`: when the message before it was
        known.
        """
        exchange_ns, local_ns = stamps_ns
        if self.look is None and local_ns > self.next_ns:
            due = self.next_ns
            if due and touch is not None and heard_ns > due - LOOK_EVERY_NS:
                self._begin(due, touch, within)
            self.next_ns = local_ns - local_ns % LOOK_EVERY_NS + LOOK_EVERY_NS
        look = self.look
        if look is None or exchange_ns <= look.at_ns + HORIZON_NS[0]:
            return
        if touch is None:
            self.look = None
            return
        for number in range(look.done, HORIZONS):
            if exchange_ns > look.at_ns + HORIZON_NS[number]:
                self._end(look, number, within)
        if look.done == HORIZONS:
            self.look = None

    def _begin(self, at_ns: int, touch: Touch, within: Within) -> None:
        ticks = [
            [touch[BID] - touch[BID] * far // 1_000_000 for far in REACH_E6],
            [touch[ASK] + touch[ASK] * far // 1_000_000 for far in REACH_E6],
        ]
        lots = [[within(side, tick) for tick in ticks[side]] for side in (BID, ASK)]
        self.look = _Look(at_ns, [_lean(lots, BID), _lean(lots, ASK)], ticks, lots)

    def _end(self, look: _Look, number: int, within: Within) -> None:
        for side in (BID, ASK):
            ring = _ring(number, side, look.leans[side])
            pairs = zip(look.ticks[side], look.lots[side], strict=True)
            self.kept[ring].append([_outcome(shown, within(side, tick)) for tick, shown in pairs])
            self.taken[ring] += 1
        look.done = number + 1

    def disturbed(self, now_ns: int) -> None:
        """Drop the look at hand; the next one when what leaves now is through."""
        self.look = None
        again = now_ns - now_ns % LOOK_EVERY_NS + 2 * LOOK_EVERY_NS
        self.next_ns = max(self.next_ns, again)

    def outcomes(self, touch: list[int | None], within: Within, side: int, horizon: int) -> Int64s:
        """Return what is kept of a side, alike to the book as it is; `touch`: bid and ask, if any."""
        near = [[0] * (LEAN_REACH + 1), [0] * (LEAN_REACH + 1)]
        for at, best in enumerate(touch):
            if best is not None:
                far = best * REACH_E6[LEAN_REACH] // 1_000_000
                near[at][LEAN_REACH] = within(at, best - far if at == BID else best + far)
        rows = self._rows(_ring(horizon, side, _lean(near, side)))
        if len(rows) < OUTCOMES_LEAST:
            rows = [row for lean in range(LEANS) for row in self._rows(_ring(horizon, side, lean))]
        return np.array(rows, np.int64).reshape(len(rows), REACHES)

    def _rows(self, ring: int) -> list[list[int]]:
        """Return what is kept by place in a ring in which the newest takes the place of the oldest."""
        rows = list(self.kept[ring])
        oldest = self.taken[ring] % OUTCOMES_MOST if len(rows) == OUTCOMES_MOST else 0
        return rows[-oldest:] + rows[:-oldest] if oldest else rows

    def dump(self) -> Int64s:
        """Return all of it as words: counts, then the rings."""
        words = list(self.taken)
        for ring in range(RINGS):
            row = [word for row in self._rows(ring) for word in row]
            words += row + [0] * (RING_WORDS - len(row))
        return np.array(words, np.int64)

    def restore(self, dumped: Int64s) -> None:
        """Put back what `dump` returned; ValueError for anything of another size."""
        if len(dumped) != RINGS + RINGS * RING_WORDS:
            raise ValueError(f"{len(dumped)} words are not what a book has learned")
        self.taken = dumped[:RINGS].tolist()
        rings = dumped[RINGS:].reshape(RINGS, OUTCOMES_MOST, REACHES)
        for number, (ring, taken) in enumerate(zip(rings.tolist(), self.taken, strict=True)):
            oldest = taken % OUTCOMES_MOST
            rows = ring[:taken] if taken < OUTCOMES_MOST else ring[oldest:] + ring[:oldest]
            self.kept[number] = deque(rows, maxlen=OUTCOMES_MOST)


def _ring(horizon: int, side: int, lean: int) -> int:
    return (horizon * 2 + side) * LEANS + lean


def _lean(lots: list[list[int]], side: int) -> int:
    """Return 2 where `side` is the heavier one, 0 where the other is, 1 else."""
    own, other = lots[side][LEAN_REACH], lots[1 - side][LEAN_REACH]
    if own > 2 * other:
        return 2
    return 0 if other > 2 * own else 1


def _outcome(shown: int, there: int) -> int:
    """Return which share of `shown` is `there`, or by how many lots it is more."""
    if there < shown:
        return there * WHOLE // shown
    return WHOLE + min(there - shown, MORE_MOST)
