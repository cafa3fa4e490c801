"""What is the best split? Brute force, a dynamic program and a MILP, each from the levels alone."""

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from router.routing.exact import Problem

Levels = list[tuple[int, int]]
# tick x net x grains in one unit of the MILP's money.
_MONEY = 1e6


def levels_of(problem: Problem, n: int) -> Levels:
    """The (tick, grains) levels of venue `n`."""
    curve = problem.curves[n]
    sizes = [b - a for a, b in zip([0, *curve.upto], curve.upto, strict=False)]
    return list(zip(curve.ticks, sizes, strict=True))


def walk(problem: Problem, n: int, grains: int) -> int:
    """What `grains` (> 0) of venue `n` cost, level by level, its fixed cost in."""
    cost, left = problem.fixed[n], grains
    for tick, size in levels_of(problem, n):
        here = min(size, left)
        cost += tick * problem.nets[n] * here
        left -= here
    assert left == 0, "more than the depth"
    return cost


def cost_of(problem: Problem, taken: Sequence[int]) -> int:
    """What a split costs by walking every leg."""
    return sum(walk(problem, n, t) for n, t in enumerate(taken) if t)


def choices(problem: Problem, n: int) -> list[int]:
    """Every allowed taking of venue `n`."""
    step = problem.steps[n]
    return [0, *range(max(problem.leasts[n], step), min(problem.mosts[n], problem.need) + 1, step)]


def brute(problem: Problem) -> tuple[int, ...]:
    """Try every split; the best by quantity, cost, legs, venues as listed."""
    venues_most = len(problem.nets) if problem.venues_most is None else problem.venues_most
    splits = (
        taken
        for taken in product(*(choices(problem, n) for n in range(len(problem.nets))))
        if sum(taken) <= problem.need and sum(t > 0 for t in taken) <= venues_most
    )
    return min(
        splits,
        key=lambda taken: (
            -sum(taken),
            cost_of(problem, taken),
            sum(t > 0 for t in taken),
            [t == 0 for t in taken],
        ),
    )


def dynamic(problem: Problem) -> tuple[int, int, int]:
    """(grains, cost, legs) of the best split: venue after venue, every sum there is."""
    venues_most = len(problem.nets) if problem.venues_most is None else problem.venues_most
    best = {(0, 0): 0}  # (grains, legs) -> cost
    for n in range(len(problem.nets)):
        offered = [(t, walk(problem, n, t)) for t in choices(problem, n)[1:]]
        after = dict(best)
        for (grains, legs), cost in best.items():
            if legs == venues_most:
                continue
            for t, more in offered:
                if grains + t > problem.need:
                    break
                key = (grains + t, legs + 1)
                if key not in after or cost + more < after[key]:
                    after[key] = cost + more
        best = after
    most = max(grains for grains, _ in best)
    cost, legs = min((c, legs) for (grains, legs), c in best.items() if grains == most)
    return most, cost, legs


def by_milp(problem: Problem, *, total: int | None = None) -> tuple[int, ...] | None:
    """The takings HiGHS finds: most grains, or at least cost when they are to be `total`.

    Levels continuous, lots and uses integer; None when it did not finish.
    """
    return Milp(problem, total=total).solve()


class Milp:
    """A problem as a matrix; columns: grains of each level, lots and use of each venue.

    Every quantity is in lots of its venue; money is above the cheapest price, so that the solver's
    absolute tolerance is far below a cent. Without a `total` most grains are looked for.
    """

    def __init__(self, problem: Problem, *, total: int | None) -> None:
        self.steps = problem.steps
        count = len(problem.nets)
        levels = [(n, tick, size) for n in range(count) for tick, size in levels_of(problem, n)]
        prices = [tick * problem.nets[n] for n, tick, _ in levels]
        self.lots = len(levels)
        self.uses = self.lots + count
        self.width = self.uses + count
        self.cost, self.upper = np.zeros(self.width), np.ones(self.width)
        self.integral = np.concatenate([np.zeros(self.lots), np.ones(2 * count)])
        self.low: list[float] = []
        self.high: list[float] = []
        self._entries: list[tuple[int, int, float]] = []
        for j, (n, _, size) in enumerate(levels):
            self.cost[j] = (prices[j] - min(prices)) * problem.steps[n] / _MONEY
            self.upper[j] = size / problem.steps[n]
        for n, step in enumerate(problem.steps):
            most = min(problem.mosts[n], problem.need) // step
            least = math.ceil(max(problem.leasts[n], 1) / step)
            lots, use = self.lots + n, self.uses + n
            self.upper[lots], self.upper[use] = most, 1.0 if most >= least else 0.0
            self.cost[use] = problem.fixed[n] / _MONEY
            of_venue = {j: 1.0 for j, (of, _, _) in enumerate(levels) if of == n}
            self.row({**of_venue, lots: -1.0}, 0.0, 0.0)
            self.row({lots: 1.0, use: -float(least)}, 0.0, np.inf)
            self.row({lots: 1.0, use: -float(most)}, -np.inf, 0.0)
        if problem.venues_most is not None:
            self.row({self.uses + n: 1.0 for n in range(count)}, 0.0, float(problem.venues_most))
        grain = math.gcd(*problem.steps)
        sums = {self.lots + n: step / grain for n, step in enumerate(problem.steps)}
        if total is None:
            self.row(sums, 0.0, float(problem.need // grain))
            self.cost = np.zeros(self.width)
            for at, weight in sums.items():
                self.cost[at] = -weight
        else:
            self.row(sums, total / grain, total / grain)
        rows, columns, weights = zip(*self._entries, strict=True)
        matrix = csr_matrix((weights, (rows, columns)), shape=(len(self.low), self.width))
        self.rules = LinearConstraint(matrix, self.low, self.high)

    def solve(self) -> tuple[int, ...] | None:
        """The takings HiGHS finds; None when it did not finish."""
        answer = milp(
            self.cost,
            constraints=self.rules,
            integrality=self.integral,
            bounds=Bounds(0, self.upper),
            options={"mip_rel_gap": 0.0, "time_limit": 60},
        )
        if answer.x is None or answer.status != 0:
            return None
        found = [round(x) for x in answer.x[self.lots : self.uses]]
        return tuple(step * lot for step, lot in zip(self.steps, found, strict=True))

    def row(self, weights: dict[int, float], low: float, high: float) -> None:
        """Demand that the weighted sum lies between `low` and `high`."""
        self._entries += [(len(self.low), column, w) for column, w in weights.items()]
        self.low.append(low)
        self.high.append(high)
