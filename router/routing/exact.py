"""Which split is cheapest when venues have fixed costs, minimums and lots, and how sure is that?

First the largest feasible quantity, then least cost, then fewer legs, then the venues listed first.
Branch and bound over the venues used, exact in integers; a bound of nodes or time that is hit
leaves the best split found, with its distance to the optimum certified.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from router.routing.cost import Curve
from router.routing.exact_tables import Task
from router.routing.exact_twin import Found, search
from router.routing.reach import reach

# Venue subsets looked at. A handful is the rule; the bound is for hostile instances.
NODES_MOST: Final = 20_000

# (task, an allowed split, nodes at most, expired) -> the best split.
Search = Callable[[Task, Sequence[int], int, Callable[[], bool]], Found]


def never() -> bool:
    """Return that time is not up."""
    return False


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What may be taken where, all by venue position and in grains.

    `nets`: price per tick with all costs per unit in, negated for a sell. A taking is 0 or a
    multiple of its step (> 0) from least to most (within the depth). `fixed` (>= 0): the cost of
    using a venue at all, in tick x net x grains. At most `need` in all, at most `venues_most` legs.
    """

    curves: Sequence[Curve]
    nets: Sequence[int]
    steps: Sequence[int]
    leasts: Sequence[int]
    mosts: Sequence[int]
    fixed: Sequence[int]
    need: int
    venues_most: int | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """A split and what is proven of it.

    `cost`: sum of tick x net x grains and fixed costs, negative for proceeds. No split of as much
    costs less than `cost - gap`; none takes more than `reach` grains in all. `exhausted`: a bound
    was hit before the optimum was proven; else `gap` is 0 and `reach` is taken.
    """

    taken: tuple[int, ...]
    cost: int
    gap: int
    nodes: int
    exhausted: bool
    reach: int


def solve(
    problem: Problem,
    *,
    by: Search = search,
    nodes_most: int = NODES_MOST,
    expired: Callable[[], bool] = never,
) -> Solution:
    """Return the optimal split; `expired` says when time is up, `by` is the twin or the kernel."""
    leasts = [
        -(-max(least, 1) // step) * step
        for least, step in zip(problem.leasts, problem.steps, strict=True)
    ]
    mosts = _within(problem.need, leasts, problem.mosts, problem.steps)
    venues_most = len(mosts) if problem.venues_most is None else problem.venues_most
    first = reach(
        mosts,
        leasts,
        problem.steps,
        need=problem.need,
        venues_most=venues_most,
        nodes_most=nodes_most,
        expired=expired,
    )
    total = sum(first.taken)
    if not total:
        return Solution(first.taken, 0, 0, first.nodes, first.exhausted, first.most)
    task = Task(
        problem.curves,
        problem.nets,
        problem.steps,
        leasts,
        mosts if total == problem.need else _within(total, leasts, mosts, problem.steps),
        problem.fixed,
        total=total,
        venues_most=venues_most,
    )
    found = by(task, _start(task, problem, first.taken), nodes_most, expired)
    return Solution(
        taken=found.taken,
        cost=cost_of(problem, found.taken),
        gap=found.gap,
        nodes=first.nodes + found.nodes,
        exhausted=first.exhausted or found.exhausted,
        reach=first.most,
    )


def cost_of(problem: Problem, taken: Sequence[int]) -> int:
    """Return what `taken` costs, fixed costs in; negative for proceeds."""
    return sum(
        [
            c.value(t) * net + fixed
            for c, net, fixed, t in zip(
                problem.curves, problem.nets, problem.fixed, taken, strict=True
            )
            if t
        ]
    )


def _start(task: Task, problem: Problem, taken: Sequence[int]) -> Sequence[int]:
    """Return the best of `taken` and of every venue that can do it alone: cost, then legs."""
    best, least = -1, (cost_of(problem, taken), sum([1 for t in taken if t]))
    for n, most in enumerate(task.mosts):
        if most == task.total:
            cost = task.curves[n].value(most) * task.nets[n] + task.fixed[n], 1
            if cost < least:
                best, least = n, cost
    if best < 0:
        return taken
    return [task.total if n == best else 0 for n in range(len(taken))]


def _within(
    total: int, leasts: Sequence[int], mosts: Sequence[int], steps: Sequence[int]
) -> list[int]:
    """Return the most that each venue may give of `total`, 0 where that is below its least."""
    out = []
    for least, most, step in zip(leasts, mosts, steps, strict=True):
        cut = min(most, total)
        out.append(cut - cut % step if cut >= least else 0)
    return out
