"""When to trade how much: slicing as integer arithmetic, with no clock and no market in it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from random import Random

import msgspec

_UNIT = 1_000_000  # weights are whole millionths, so that shares are exact


class Slice(msgspec.Struct, frozen=True):
    """One part of a schedule: due at `due_ns`, worth `lots`."""

    due_ns: int
    lots: int


def feasible_count(lots: int, *, count: int, min_lots: int, size_jitter: Decimal) -> int:
    """Return how many slices `lots` can be cut into so that even the smallest reaches `min_lots`.

    Never more than `count`, never fewer than 1; slices are merged rather than sent too small.
    """
    smallest_share = _UNIT - _millionths(size_jitter)
    largest_share = _UNIT + _millionths(size_jitter)
    # the worst slice: itself shrunk by the jitter while all others grew by it
    while count > 1:
        floor_lots = lots * smallest_share // (smallest_share + (count - 1) * largest_share)
        if floor_lots >= min_lots:
            break
        count -= max(1, (count - max(1, lots // max(min_lots, 1))) // 2)
    return count


def even_sizes(lots: int, count: int) -> tuple[int, ...]:
    """Cut `lots` into `count` sizes that sum to it, each within one lot of the straight line.

    Rounding is carried forward (Bresenham, 1965, Algorithm for computer control of a plotter).
    """
    edges = [lots * i // count for i in range(count + 1)]
    return tuple(edges[i + 1] - edges[i] for i in range(count))


def jittered_sizes(lots: int, count: int, *, jitter: Decimal, rng: Random) -> tuple[int, ...]:
    """Cut `lots` into `count` sizes drawn within 1 +- `jitter` of even, summing to `lots` exactly."""
    spread = _millionths(jitter)
    weights = [_UNIT + rng.randint(-spread, spread) for _ in range(count)]
    total, sizes, weight_so_far, lots_so_far = sum(weights), [], 0, 0
    for weight in weights:
        weight_so_far += weight
        edge = lots * weight_so_far // total
        sizes.append(edge - lots_so_far)
        lots_so_far = edge
    return tuple(sizes)


def slice_times(
    *, start_ns: int, horizon_ns: int, count: int, jitter: Decimal, rng: Random
) -> tuple[int, ...]:
    """Return `count` rising due times in [start, start + horizon), the first one at the start.

    Each later one moves by up to +- `jitter` (at most 0.5) of half an interval.
    """
    spread = horizon_ns * _millionths(jitter) // (2 * _UNIT * count)
    return tuple(
        start_ns + horizon_ns * i // count + (rng.randint(-spread, spread) if i else 0)
        for i in range(count)
    )


def schedule(
    lots: int,
    *,
    start_ns: int,
    horizon_ns: int,
    count: int,
    size_jitter: Decimal,
    time_jitter: Decimal,
    rng: Random,
) -> tuple[Slice, ...]:
    """Return the slices of a parent; empty sizes are left out, the sum is `lots`."""
    sizes = (
        jittered_sizes(lots, count, jitter=size_jitter, rng=rng)
        if size_jitter
        else even_sizes(lots, count)
    )
    times = slice_times(
        start_ns=start_ns, horizon_ns=horizon_ns, count=count, jitter=time_jitter, rng=rng
    )
    return tuple(Slice(due_ns, size) for due_ns, size in zip(times, sizes, strict=True) if size > 0)


@dataclass(frozen=True, slots=True)
class Timetable:
    """Slices to be asked by time: `due_ns` never falls, `upto` has the lots of the first n slices."""

    due_ns: tuple[int, ...]
    upto: tuple[int, ...]

    @property
    def total_lots(self) -> int:
        """Return the lots of all slices."""
        return self.upto[-1]

    def due_lots(self, now_ns: int) -> int:
        """Return the lots that should be in the market by `now_ns`: what a restart catches up to."""
        return self.upto[bisect_right(self.due_ns, now_ns)]

    def latest_lots(self, now_ns: int) -> int:
        """Return the lots of the last slice that is due at `now_ns`, 0 before the first."""
        number = bisect_right(self.due_ns, now_ns)
        return self.upto[number] - self.upto[number - 1] if number else 0

    def next_ns(self, now_ns: int) -> int | None:
        """Return when the next slice after `now_ns` is due; None after the last."""
        following = bisect_right(self.due_ns, now_ns)
        return self.due_ns[following] if following < len(self.due_ns) else None

    def following(self, now_ns: int) -> int:
        """Return how many slices are due after `now_ns`."""
        return len(self.due_ns) - bisect_right(self.due_ns, now_ns)


def timetable(slices: Sequence[Slice]) -> Timetable:
    """Return `slices`, which are in the order they are due, as a timetable."""
    return Timetable(
        tuple(s.due_ns for s in slices), tuple(accumulate((s.lots for s in slices), initial=0))
    )


def _millionths(fraction: Decimal) -> int:
    return int(fraction * _UNIT)
