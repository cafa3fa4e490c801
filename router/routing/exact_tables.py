"""What does the exact search compute with? One problem of fixed quantity in small integers.

Prices are held above the cheapest one and divided by their common factor: the quantity is fixed, so
neither changes which split is best, and the numbers of real books fit 64 bits. One unit of worth
also counts a leg, below any cost, so that the least worth is the cheapest split with fewest legs.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import mul, sub
from typing import Final

from router.routing.cost import INT64_MOST, Curve
from router.routing.reach import nested

# What total x price stays below when tables are narrow enough for 64 bits, with room for fractions.
NARROW_MOST: Final = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What a search has to do: take exactly `total` (> 0) grains at least cost; see `exact.Problem`.

    No most is above the total; a venue whose most is 0 is closed.
    """

    curves: Sequence[Curve]
    nets: Sequence[int]
    steps: Sequence[int]
    leasts: Sequence[int]
    mosts: Sequence[int]
    fixed: Sequence[int]
    total: int
    venues_most: int


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """What one unit of worth is: see `Tables`."""

    base: int  # the price from which others are counted
    common: int
    per_cost: int
    shift: int
    whole: Sequence[int]  # fixed cost of each venue in whole units, a leg in
    narrow: bool

    def gap(self, worth: int, bound: int) -> int:
        """Return the cost from `bound` up to `worth` (whole units), legs left out."""
        return max(worth // self.per_cost - bound // self.per_cost, 0) * self.common


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The integers of one search; venues by position, levels only as deep as they can be used.

    The worth of a split is the sum of `price` x grains and the `fixed` of the venues used, both in
    units of 1 / 2^`unit.shift`; `per_cost` whole units are `common` of cost, one is a leg. `lattice`:
    steps of the relaxation, each a divisor of its `step`, every two of them nested. `spread`: fixed
    cost per lattice step of a venue taken to its most, rounded down.
    """

    price: tuple[tuple[int, ...], ...]
    upto: tuple[tuple[int, ...], ...]
    before: tuple[tuple[int, ...], ...]  # price x grains of all levels before this one
    fixed: tuple[int, ...]
    spread: tuple[int, ...]
    step: tuple[int, ...]
    lattice: tuple[int, ...]
    least: tuple[int, ...]
    most: tuple[int, ...]
    total: int
    venues_most: int
    unit: Unit

    def value(self, n: int, grains: int) -> int:
        """Return the worth of the best `grains` of venue `n`, its fixed cost left out."""
        if not grains:
            return 0
        at = bisect_left(self.upto[n], grains)
        start = self.upto[n][at - 1] if at else 0
        return self.before[n][at] + self.price[n][at] * (grains - start)

    def worth(self, taken: Sequence[int]) -> int:
        """Return the worth of `taken` in whole units."""
        fine = sum([self.value(n, t) + self.fixed[n] for n, t in enumerate(taken) if t])
        return fine >> self.unit.shift


def unit_of(task: Task, base: int, common: int, widest: int) -> Unit:
    """Return the unit of a search: the dearest level used is `widest` above `base`.

    `common`: what divides every difference of prices.
    """
    used = [f for f, m in zip(task.fixed, task.mosts, strict=True) if m]
    common = math.gcd(common, *used) or 1
    per_cost = len(used) + 1
    # A leg is one unit beside its cost: never worth as much as the least difference in cost.
    whole = [
        f // common * per_cost + 1 if m else 0 for f, m in zip(task.fixed, task.mosts, strict=True)
    ]
    sums = widest // common * per_cost * task.total + sum(whole)
    # Fractions of a unit as fine as the quantity keep the count of legs sharp, where they fit.
    room = NARROW_MOST.bit_length() - 2 - sums.bit_length()
    shift = max(min(task.total.bit_length() + 1, room), 0)
    narrow = sums << shift < NARROW_MOST
    if not narrow:
        narrow = _everything(task, base) // common * per_cost + 2 * sum(whole) < INT64_MOST
    return Unit(base, common, per_cost, shift, whole, narrow)


def _everything(task: Task, base: int) -> int:
    """Return the cost above `base` a grain of taking each venue to its most: no sum is above it."""
    return sum(
        [
            c.value(m) * net - base * m
            for c, net, m in zip(task.curves, task.nets, task.mosts, strict=True)
        ]
    )


def spread_of(task: Task, unit: Unit, lattice: Sequence[int]) -> list[int]:
    """Return the fixed cost of each venue per lattice step when it is taken to its most."""
    return [
        (w << unit.shift) * s // m if m else 0
        for w, s, m in zip(unit.whole, lattice, task.mosts, strict=True)
    ]


def tables_of(task: Task) -> Tables:
    """Return the tables of a task."""
    mosts = task.mosts
    used = [n for n, most in enumerate(mosts) if most]
    depth = [
        bisect_left(c.upto, m) + 1 if m else 0 for c, m in zip(task.curves, mosts, strict=True)
    ]
    raw = [
        [t * net for t in c.ticks[:d]]
        for c, net, d in zip(task.curves, task.nets, depth, strict=True)
    ]
    base = min(raw[n][0] for n in used)
    common = math.gcd(*[p - base for row in raw for p in row])
    unit = unit_of(task, base, common, max(raw[n][-1] - base for n in used))
    price = tuple(
        [
            tuple([(p - base) // unit.common * unit.per_cost << unit.shift for p in row])
            for row in raw
        ]
    )
    upto = tuple([tuple(c.upto[:d]) for c, d in zip(task.curves, depth, strict=True)])
    lattice = nested(task.steps, mosts)
    return Tables(
        price=price,
        upto=upto,
        before=tuple([_before(p, u) for p, u in zip(price, upto, strict=True)]),
        fixed=tuple([w << unit.shift for w in unit.whole]),
        spread=tuple(spread_of(task, unit, lattice)),
        step=tuple(task.steps),
        lattice=lattice,
        least=tuple(task.leasts),
        most=tuple(mosts),
        total=task.total,
        venues_most=task.venues_most,
        unit=unit,
    )


def _before(price: Sequence[int], upto: Sequence[int]) -> tuple[int, ...]:
    """Return the sum of price x grains before each level."""
    sizes = map(sub, upto, chain((0,), upto))
    return tuple(accumulate(map(mul, price, sizes), initial=0))[: len(price)]
