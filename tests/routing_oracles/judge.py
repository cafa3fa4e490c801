"""What is wrong with a solution? Complaints of the rules first, then of every oracle that can."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from router.routing.exact import Problem, Solution
from tests.routing_oracles.oracles import brute, by_milp, choices, cost_of, dynamic

# Splits to try one by one, and steps of a dynamic program, that do not take long.
_BRUTE_MOST: Final = 20_000
_DYNAMIC_MOST: Final = 200_000


@dataclass(frozen=True)
class Verdict:
    """Complaints (none: right), and which oracles agreed."""

    complaints: tuple[str, ...]
    oracles: tuple[str, ...]


def judge(problem: Problem, solution: Solution) -> Verdict:
    """Judge one solution."""
    broken = _broken(problem, solution)
    if broken:
        return Verdict(tuple(broken), ())
    complaints: list[str] = []
    oracles: list[str] = []
    lots = [len(choices(problem, n)) for n in range(len(problem.nets))]
    legs = sum(1 for t in solution.taken if t)
    routed = sum(solution.taken)
    if math.prod(lots) <= _BRUTE_MOST:
        oracles.append("brute force")
        best = brute(problem)
        if [t > 0 for t in best] != [t > 0 for t in solution.taken] or (
            sum(best),
            cost_of(problem, best),
        ) != (routed, solution.cost):
            complaints.append(f"brute force has {best}, not {solution.taken}")
    if sum(lots) * min(problem.need, max(lots) * len(lots)) <= _DYNAMIC_MOST:
        oracles.append("dynamic program")
        if (routed, solution.cost, legs) != dynamic(problem):
            complaints.append(f"the dynamic program has {dynamic(problem)}")
    complaints += _against_milp(problem, solution)
    return Verdict(tuple(complaints), (*oracles, "MILP"))


def _against_milp(problem: Problem, solution: Solution) -> list[str]:
    """Compare with HiGHS; what it rounds into a split of its own must not be better either."""
    routed = sum(solution.taken)
    most = by_milp(problem)
    if most is None:
        return ["the MILP did not finish"]
    if _allowed(problem, most) and sum(most) > routed:
        return [f"routed {routed}, feasible {sum(most)}"]
    if not routed:
        return []
    best = by_milp(problem, total=routed)
    if best is None:
        return ["the MILP finds no split of the quantity routed"]
    if not _allowed(problem, best) or sum(best) != routed:
        return [f"the MILP is off the lots: {best}"]
    excess = solution.cost - cost_of(problem, best)
    one_lot = len({s for s, m in zip(problem.steps, problem.mosts, strict=True) if m}) == 1
    tolerance = 1e-9 if one_lot else 1e-6  # 0.01 bp
    notional = abs(solution.cost)
    if excess > solution.gap:
        return [f"{excess / notional * 1e4:.6f} bp above the MILP, {solution.gap} certified"]
    # A MILP that is worse stopped at its own tolerance; ours is feasible, so that is no complaint.
    if excess < -tolerance * notional:
        return [f"the MILP is {-excess / notional * 1e4:.6f} bp worse: is the split allowed?"]
    return []


def _allowed(problem: Problem, taken: Sequence[int]) -> bool:
    """Return whether a split keeps every rule."""
    legs = [n for n, t in enumerate(taken) if t]
    if problem.venues_most is not None and len(legs) > problem.venues_most:
        return False
    return sum(taken) <= problem.need and all(
        taken[n] % problem.steps[n] == 0
        and max(problem.leasts[n], 1) <= taken[n] <= problem.mosts[n]
        for n in legs
    )


def _broken(problem: Problem, solution: Solution) -> list[str]:
    """Return which rules a solution breaks."""
    out = []
    if not _allowed(problem, solution.taken):
        return [f"{solution.taken} breaks a lot, minimum, cap or the number of venues"]
    if solution.cost != cost_of(problem, solution.taken):
        out.append(f"stated cost {solution.cost}, walked {cost_of(problem, solution.taken)}")
    if solution.gap < 0 or (solution.gap and not solution.exhausted):
        out.append(f"a gap of {solution.gap} although no bound was hit")
    if solution.reach < sum(solution.taken):
        out.append("more taken than can be reached")
    alone = [
        cost_of(problem, [t if n == m else 0 for n in range(len(problem.nets))])
        for m in range(len(problem.nets))
        if (t := sum(solution.taken)) in choices(problem, m) and t
    ]
    if any(cost < solution.cost for cost in alone):
        out.append("a single venue is cheaper")
    return out
