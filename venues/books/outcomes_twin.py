"""What should the outcomes of displayed depth be? The same ledger in plain lists, written apart."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from venues.books.layout import (
    CHANGE_MOST,
    FITTED_BITS,
    FITTED_LEAST,
    HORIZON_NS,
    HORIZONS,
    LEAN_REACH,
    LEANS,
    LOOK_EVERY_NS,
    MORE_MOST,
    OUTCOME_BITS,
    OUTCOMES_LEAST,
    OUTCOMES_MOST,
    REACH_E6,
    REACHES,
    RING_WORDS,
    RINGS,
    SHIFT_BITS,
    SHOWN_BITS,
    WHOLE,
)
from venues.model.market import ASK, BID, Int64s

_OUTCOME = (1 << OUTCOME_BITS) - 1

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
        ticks = [_ticks(touch[side], side) for side in (BID, ASK)]
        lots = [[within(side, tick) for tick in ticks[side]] for side in (BID, ASK)]
        self.look = _Look(at_ns, [_lean(lots, BID), _lean(lots, ASK)], ticks, lots)

    def _end(self, look: _Look, number: int, within: Within) -> None:
        for side in (BID, ASK):
            ring = _ring(number, side, look.leans[side])
            pairs = zip(look.ticks[side], look.lots[side], strict=True)
            self.kept[ring].append([_word(shown, within(side, tick)) for tick, shown in pairs])
            self.taken[ring] += 1
        look.done = number + 1

    def disturbed(self, now_ns: int) -> None:
        """Drop the look at hand; the next one when what leaves now is through."""
        self.look = None
        again = now_ns - now_ns % LOOK_EVERY_NS + 2 * LOOK_EVERY_NS
        self.next_ns = max(self.next_ns, again)

    def outcomes(
        self, touch: list[int | None], within: Within, side: int, horizon: int, limit_tick: int
    ) -> tuple[Int64s, Int64s]:
        """Return what is kept of a side, alike to the book as it is, and how much more will change.

        `touch`: bid and ask, if any.
        """
        now = [[0] * REACHES, [0] * REACHES]
        for at, best in enumerate(touch):
            if best is not None:
                now[at] = [within(at, tick) for tick in _ticks(best, at)]
        first, lean = _ring(horizon, side, 0), _lean(now, side)
        rings = [self._rows(first + each) for each in range(LEANS)]
        everything = [row for ring in rings for row in ring]
        change = [[WHOLE, WHOLE]] * REACHES
        best = touch[side]
        if best is not None and len(everything) >= OUTCOMES_LEAST:
            for reach in range(_reaches(best, side, limit_tick)):
                columns = [[(_size(row[reach]), row[reach] & _OUTCOME) for row in r] for r in rings]
                change[reach] = _change(columns, lean, now[side][reach])
        rows = rings[lean] if len(rings[lean]) >= OUTCOMES_LEAST else everything
        found = [[word & _OUTCOME for word in row] for row in rows]
        outcomes = np.array(found, np.int64).reshape(len(rows), REACHES)
        return outcomes, np.array(change, np.int64).T.copy()

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


def _ticks(touch: int, side: int) -> list[int]:
    """Return the worst tick within each distance."""
    sign = -1 if side == BID else 1
    return [touch + sign * (touch * far // 1_000_000) for far in REACH_E6]


def _reaches(touch: int, side: int, limit_tick: int) -> int:
    """Return how many distances matter up to a tick: at least those that say the lean."""
    far = (touch - limit_tick) if side == BID else (limit_tick - touch)
    short = sum([touch * reach // 1_000_000 < far for reach in REACH_E6])
    return min(max(short, LEAN_REACH) + 1, REACHES)


def _word(shown: int, there: int) -> int:
    """Return an outcome, and above it the lots displayed with their first 24 bits only."""
    shift = max(shown.bit_length() - SHOWN_BITS, 0)
    size = (shown >> shift << SHIFT_BITS) + shift
    return (size << OUTCOME_BITS) + _outcome(shown, there)


def _size(word: int) -> int:
    """Return the lots displayed."""
    size = word >> OUTCOME_BITS
    return size >> SHIFT_BITS << (size & ((1 << SHIFT_BITS) - 1))


def _line(seen: list[tuple[int, int]], shift: int) -> Callable[[int, bool], int]:
    """Return what is there of lots displayed, or what changes of them, on the mean of outcomes."""
    came = sum([max(outcome - WHOLE, 0) for _, outcome in seen]) >> shift
    stayed = sum([min(outcome, WHOLE) for _, outcome in seen])
    gone = len(seen) * WHOLE - stayed

    def line(size: int, changes: bool) -> int:
        return (came + (gone if changes else stayed) * size // WHOLE) // len(seen)

    return line


def _change(columns: list[list[tuple[int, int]]], lean: int, size: int) -> list[int]:
    """Return how much more goes and comes of `size` lots; (lots displayed, outcome) per lean."""
    everything = [pair for column in columns for pair in column]
    top = max([lots + max(outcome - WHOLE, 0) for lots, outcome in everything])
    shift = max(top.bit_length() - FITTED_BITS + 1, 0)
    lines = [_line(c if len(c) >= OUTCOMES_LEAST else everything, shift) for c in columns]
    pairs = []
    for column, line in zip(columns, lines, strict=True):
        for lots, outcome in column:
            there = (lots + outcome - WHOLE) >> shift
            if outcome <= WHOLE:
                there = (lots >> shift) * outcome // WHOLE
            pairs.append((line(lots >> shift, False), there))
    shown = min(size >> shift, 1 << FITTED_BITS)
    now, changes = lines[lean](shown, False), lines[lean](shown, True)
    n = len(pairs)
    said, was = sum([x for x, _ in pairs]), sum([y for _, y in pairs])
    spread = sum([x * x for x, _ in pairs]) - said * said // n
    together = sum([x * y for x, y in pairs]) - said * was // n
    if not changes or not spread:
        return [WHOLE, WHOLE]
    drawn = n * together + FITTED_LEAST * spread
    slope = drawn // max((n + FITTED_LEAST) * spread // WHOLE, 1)
    mean = said // n
    level = (was + FITTED_LEAST * mean) // (n + FITTED_LEAST)
    fitted = level + min(max(slope, 0), 2 * WHOLE) * (now - mean) // WHOLE
    part = (fitted - now) * WHOLE // changes
    least, most = WHOLE // CHANGE_MOST, WHOLE * CHANGE_MOST
    return [min(max(WHOLE - part, least), most), min(max(WHOLE + part, least), most)]


def _outcome(shown: int, there: int) -> int:
    """Return which share of `shown` is `there`, or by how many lots it is more."""
    if there < shown:
        return there * WHOLE // shown
    return WHOLE + min(there - shown, MORE_MOST)
