"""How do the tables of an exact search get into arrays fast? `exact_tables.tables_of` as two kernels."""

import struct
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np

from router.routing.cost import INT64_MOST, Curve
from router.routing.exact_tables import Task, Unit, spread_of, unit_of
from router.routing.lattice_kernel import BEFORE, FROM, MOST, PRICE, UPTO, VENUE_ROWS
from router.routing.reach import nested
from venues.books.jit import jit
from venues.model.market import Int64s

# Places in what `measure` finds.
_BASE: Final = 0
_COMMON: Final = 1
_WIDEST: Final = 2
_FOUND: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A task in arrays: `levels` and `venues` of `lattice_kernel`, the sizes of its lattices.

    `runs_most`: as many runs as all its classes of steps can have.
    """

    levels: Int64s
    venues: Int64s
    sizes: Int64s
    unit: Unit
    runs_most: int


@jit
def measure(levels: Int64s, venues: Int64s, nets: Int64s, held: int, found: Int64s) -> bool:
    """Write net prices over the ticks; find the least, what divides all differences, the widest.

    False where a net price or a difference does not fit 64 bits.
    """
    count = venues.shape[1]
    base = INT64_MOST
    for n in range(count):
        if venues[MOST, n] == 0:
            continue
        end = venues[FROM, n + 1] if n + 1 < count else held
        for at in (venues[FROM, n], end - 1):
            if abs(levels[PRICE, at]) > INT64_MOST // 2 // max(abs(nets[n]), 1):
                return False
        base = min(base, levels[PRICE, venues[FROM, n]] * nets[n])
    common, widest = 0, 0
    for n in range(count):
        if venues[MOST, n] == 0:
            continue
        end = venues[FROM, n + 1] if n + 1 < count else held
        for at in range(venues[FROM, n], end):
            above = levels[PRICE, at] * nets[n] - base
            levels[PRICE, at] = above
            other = above
            while other != 0:
                common, other = other, common % other
        widest = max(widest, levels[PRICE, end - 1])
    found[_BASE] = base
    found[_COMMON] = common
    found[_WIDEST] = widest
    return True


@jit
def weigh(levels: Int64s, venues: Int64s, held: int, common: int, unit: int) -> None:
    """Turn prices above the base into worth, `unit` for each `common`, and sum them up."""
    count = venues.shape[1]
    for n in range(count):
        end = venues[FROM, n + 1] if n + 1 < count else held
        before, upto = 0, 0
        for at in range(venues[FROM, n], end):
            price = levels[PRICE, at] // common * unit
            levels[PRICE, at] = price
            levels[BEFORE, at] = before
            before += price * (levels[UPTO, at] - upto)
            upto = levels[UPTO, at]


def laid(task: Task) -> Laid | None:
    """Return `task` in arrays; None where its numbers do not fit 64 bits."""
    depth = [
        bisect_left(c.upto, m) + 1 if m else 0 for c, m in zip(task.curves, task.mosts, strict=True)
    ]
    held, count = sum(depth), len(depth)
    start = [0, *accumulate(depth)]
    try:
        nets = np.array(task.nets, np.int64)
        # A venue without levels has one that is empty: there is always one to look at.
        levels = np.empty((3, held + 1), np.int64)
        _join(task.curves, depth, levels[:, :held])
        levels[:, held] = 0
        venues = np.zeros((VENUE_ROWS, count), np.int64)
        venues[FROM] = start[:-1]
        venues[MOST] = task.mosts
        found = np.zeros(_FOUND, np.int64)
        if not measure(levels, venues, nets, held, found):
            return None
        base, common, widest = found.tolist()
        unit = unit_of(task, base, common, widest)
        if not unit.narrow:
            return None
        lattice = nested(task.steps, task.mosts)
        fixed = [w << unit.shift for w in unit.whole]
        spread = spread_of(task, unit, lattice)
        venues[FROM + 1 :] = (fixed, spread, task.steps, lattice, task.leasts, task.mosts)
    except (OverflowError, struct.error):
        return None
    weigh(levels, venues, held, unit.common, unit.per_cost << unit.shift)
    sizes = sorted({s for s, m in zip(lattice, task.mosts, strict=True) if m})
    runs = _runs_most(depth, lattice, sizes)
    return Laid(levels, venues, np.array(sizes, np.int64), unit, runs)


def _join(curves: Sequence[Curve], depth: Sequence[int], levels: Int64s) -> None:
    """Write ticks and upto of the first levels of all curves; struct.error beyond 64 bits."""
    held = [(c.rows, d) for c, d in zip(curves, depth, strict=True) if c.rows is not None]
    if len(held) == len(curves):
        np.concatenate([rows[0][:d] for rows, d in held], out=levels[PRICE])
        np.concatenate([rows[1][:d] for rows, d in held], out=levels[UPTO])
        return
    flat: list[int] = []
    for held_by, d in zip(curves, depth, strict=True):
        flat += held_by.ticks[:d]
    for held_by, d in zip(curves, depth, strict=True):
        flat += held_by.upto[:d]
    # Of all ways to make an array of a list this is the quickest.
    packed = np.frombuffer(struct.pack(f"{len(flat)}q", *flat), np.int64)
    levels[: UPTO + 1] = packed.reshape(2, -1)


def _runs_most(depth: Sequence[int], lattice: Sequence[int], sizes: Sequence[int]) -> int:
    """Return how many runs all classes of steps can have at most.

    Two a level, one more a venue; and two for each run of the finer class, which become blocks.
    """
    most = before = 0
    for size in sizes:
        of = [d for d, s in zip(depth, lattice, strict=True) if s == size]
        before = 2 * (sum(of) + len(of) + before)
        most += before
    return most + 2
