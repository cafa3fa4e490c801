"""How much faster is the exact split with fixed costs than a MILP solver, at the same optimum?

Both are asked from Python, in turns: ours from curves to takings, the MILP (HiGHS through scipy) with
its matrix made beforehand. Prices, sizes, fees and gas as in the oracles of the test suite.
"""

import statistics
import time
from random import Random
from typing import Final

import msgspec

from router.routing.exact import Problem, Solution, solve
from router.routing.exact_kernel import search
from tests.routing_oracles.instances import DOLLAR, MID, curve_of
from tests.routing_oracles.oracles import Milp, cost_of

# venues, levels of each, per cent of all depth to take
SIZES: Final = ((2, 20, 5), (4, 50, 5), (4, 50, 50), (8, 100, 5), (12, 50, 5), (12, 50, 50))
INSTANCES: Final = 5
REPEATS: Final = 5


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Medians over instances of one size; `times` is the median of the ratios."""

    venues: int
    levels: int
    per_cent: int
    exact_us: float
    exact_worst_us: float
    milp_us: float
    times: float
    nodes: int


class Exact(msgspec.Struct, frozen=True, tag="routing", kw_only=True):
    """All sizes, and the median of all ratios."""

    sizes: tuple[Compared, ...]
    times: float


def measure() -> Exact:
    """Return the times, measured in turns; AssertionError where the optima differ."""
    _solved(_problem(Random("warm"), 4, 20, 5))
    rows = []
    ratios: list[float] = []
    for venues, levels, per_cent in SIZES:
        ours, theirs, nodes = [], [], []
        for n in range(INSTANCES):
            problem = _problem(
                Random(f"{venues} {levels} {per_cent} {n}"), venues, levels, per_cent
            )
            spent, solution = _solved(problem)
            milp = Milp(problem, total=sum(solution.taken))
            began = time.perf_counter_ns()
            takings = milp.solve()
            theirs.append((time.perf_counter_ns() - began) / 1000)
            assert takings is not None, "the MILP did not finish"
            other = cost_of(problem, takings)
            assert solution.gap == 0, "a bound was hit"
            assert solution.cost <= other, "the MILP is cheaper"
            assert other - solution.cost <= solution.cost * 1e-9, "the MILP is dearer"
            ours.append(spent)
            nodes.append(solution.nodes)
        each = [b / a for a, b in zip(ours, theirs, strict=True)]
        ratios += each
        rows.append(
            Compared(
                venues=venues,
                levels=levels,
                per_cent=per_cent,
                exact_us=round(statistics.median(ours), 1),
                exact_worst_us=round(max(ours), 1),
                milp_us=round(statistics.median(theirs), 1),
                times=round(statistics.median(each), 1),
                nodes=max(nodes),
            )
        )
    return Exact(sizes=tuple(rows), times=round(statistics.median(ratios), 1))


def _solved(problem: Problem) -> tuple[float, Solution]:
    """Return the median microseconds of a solution, and it."""
    spent = []
    solution = solve(problem, by=search)
    for _ in range(REPEATS):
        began = time.perf_counter_ns()
        solve(problem, by=search)
        spent.append((time.perf_counter_ns() - began) / 1000)
    return statistics.median(spent), solution


def _problem(rng: Random, venues: int, levels: int, per_cent: int) -> Problem:
    """Return a market with gas of 4 to 80 dollars at every venue, to buy in."""
    curves = []
    for _ in range(venues):
        tick, side = MID + 20 + round(rng.gauss(0, 120)), []
        for _ in range(levels):
            side.append((tick, 100 * max(1, round(rng.lognormvariate(4.5, 1.5)))))
            tick += rng.randint(1, 30)
        curves.append(curve_of(side))
    return Problem(
        curves=curves,
        nets=[100_000 + rng.randint(15, 100) for _ in range(venues)],
        steps=[100] * venues,
        leasts=[100] * venues,
        mosts=[c.depth for c in curves],
        fixed=[rng.randint(4, 80) * DOLLAR for _ in range(venues)],
        need=sum(c.depth for c in curves) * per_cent // 10_000 * 100,
    )


def told(result: Exact) -> str:
    """Return the result for a reader."""
    lines = [
        f"exact split, {r.venues} venues x {r.levels} levels, {r.per_cent} % of all depth: {r.exact_us} us"
        f" (worst {r.exact_worst_us}), scipy.milp {r.milp_us} us: {r.times} x, {r.nodes} nodes at most"
        for r in result.sizes
    ]
    return "\n".join([*lines, f"median of all ratios: {result.times} x, equal optimum"])
