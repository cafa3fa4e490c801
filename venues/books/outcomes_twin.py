"""What should the outcomes of displayed depth be? The same ledger in plain lists, written apart."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from venues.books.layout import (
    HORIZON_NS,
    HORIZONS,
    LOOK_EVERY_NS,
    OUTCOME_WORDS,
    OUTCOMES_MOST,
    REACH_E6,
    REACHES,
    SHARE_MOST,
    WHOLE,
)
from venues.model.market import ASK, BID, Int64s

# Lots of a side no worse than a tick.
Within = Callable[[int, int], int]


@dataclass(slots=True)
class _Look:
    """What was displayed at one moment: worst ticks and lots, bids then asks."""

    at_ns: int
    ticks: list[int]
    lots: list[int]
    done: int = 0


@dataclass(slots=True)
class TwinOutcomes:
    """The outcomes of one book."""

    on: bool = False
    next_ns: int = 0
    look: _Look | None = None
    taken: list[int] = field(default_factory=lambda: [0] * HORIZONS)
    kept: list[deque[list[int]]] = field(
        default_factory=lambda: [deque(maxlen=OUTCOMES_MOST) for _ in range(HORIZONS)]
    )

    def observed(
        self,
        touch: tuple[int, int] | None,
        within: Within,
        heard_ns: int,
        stamps_ns: tuple[int, int],
    ) -> None:
        """Look, or take outcomes down, before a message stamped (exchange, local).

        `touch`: best displayed bid and ask, None while the book may not be believed; `heard_ns`:
        when the message before it was known.
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

    def _begin(self, at_ns: int, touch: tuple[int, int], within: Within) -> None:
        ticks = [touch[BID] - touch[BID] * far // 1_000_000 for far in REACH_E6]
        ticks += [touch[ASK] + touch[ASK] * far // 1_000_000 for far in REACH_E6]
        lots = [within(int(place >= REACHES), tick) for place, tick in enumerate(ticks)]
        self.look = _Look(at_ns, ticks, lots)

    def _end(self, look: _Look, number: int, within: Within) -> None:
        outcome = []
        for place, (tick, shown) in enumerate(zip(look.ticks, look.lots, strict=True)):
            there = within(int(place >= REACHES), tick)
            outcome.append(min(there * WHOLE // shown, SHARE_MOST) if shown else WHOLE)
        self.kept[number].append(outcome)
        self.taken[number] += 1
        look.done = number + 1

    def disturbed(self, now_ns: int) -> None:
        """Drop the look at hand; the next one when what leaves now is through."""
        self.look = None
        again = now_ns - now_ns % LOOK_EVERY_NS + 2 * LOOK_EVERY_NS
        self.next_ns = max(self.next_ns, again)

    def shares(self, side: int, horizon: int) -> Int64s:
        """Return what is kept of a side, in the order of the kernel's ring."""
        rows = [row[side * REACHES : (side + 1) * REACHES] for row in self._ring(horizon)]
        return np.array(rows, np.int64).reshape(len(rows), REACHES)

    def _ring(self, horizon: int) -> list[list[int]]:
        """Return what is kept by place in a ring in which the newest takes the place of the oldest."""
        rows = list(self.kept[horizon])
        oldest = self.taken[horizon] % OUTCOMES_MOST if len(rows) == OUTCOMES_MOST else 0
        return rows[-oldest:] + rows[:-oldest] if oldest else rows

    def dump(self) -> Int64s:
        """Return all of it as words: counts, then the rings."""
        words = list(self.taken)
        for horizon in range(HORIZONS):
            ring = [share for row in self._ring(horizon) for share in row]
            words += ring + [0] * (OUTCOME_WORDS - len(ring))
        return np.array(words, np.int64)

    def restore(self, dumped: Int64s) -> None:
        """Put back what `dump` returned; ValueError for anything of another size."""
        if len(dumped) != HORIZONS + HORIZONS * OUTCOME_WORDS:
            raise ValueError(f"{len(dumped)} words are not what a book has learned")
        self.taken = dumped[:HORIZONS].tolist()
        rings = dumped[HORIZONS:].reshape(HORIZONS, OUTCOMES_MOST, 2 * REACHES)
        for horizon, (ring, taken) in enumerate(zip(rings.tolist(), self.taken, strict=True)):
            oldest = taken % OUTCOMES_MOST
            rows = ring[:taken] if taken < OUTCOMES_MOST else ring[oldest:] + ring[:oldest]
            self.kept[horizon] = deque(rows, maxlen=OUTCOMES_MOST)
