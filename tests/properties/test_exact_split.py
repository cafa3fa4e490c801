"""Whatever binds, the exact split keeps every rule, and no oracle knows a better one."""

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.routing.cost import Curve
from router.routing.exact import Problem, Solution, solve
from router.routing.exact_arrays import laid
from router.routing.exact_kernel import search as kernel
from router.routing.exact_tables import Task
from tests.routing_oracles.instances import QUICK, REGIMES, instance
from tests.routing_oracles.judge import judge
from tests.routing_oracles.oracles import brute, cost_of

JUDGED = 200
NEST = ((1,), (1,), (1, 2), (1, 2, 6), (2, 4), (1, 5, 10))
CROOKED = ((2, 3), (1, 2, 3), (4, 6, 9))


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    lots: tuple[tuple[int, ...], ...] = NEST,
    plain: bool = False,
    wide: int = 1,
) -> Problem:
    sign = draw(st.sampled_from((1, -1)))
    steps_of = draw(st.sampled_from(lots))
    curves, nets, steps, leasts, mosts, fixed = [], [], [], [], [], []
    for _ in range(draw(st.integers(1, 4))):
        step = draw(st.sampled_from(steps_of))
        tick, ticks = draw(st.integers(98, 102)), []
        sizes = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4))
        for _ in sizes:
            ticks.append(tick * wide)
            tick += sign * draw(st.integers(1, 3))
        worth = accumulate(t * s for t, s in zip(ticks, sizes, strict=True))
        held = Curve(ticks, list(accumulate(sizes)), list(worth))
        curves.append(held)
        nets.append(sign * draw(st.integers(999, 1001)))
        steps.append(step)
        mosts.append(min(held.depth, draw(st.integers(0, 60))) // step * step)
        leasts.append(step if plain else step * draw(st.integers(1, 6)))
        fixed.append(0 if plain else wide * draw(st.sampled_from((0, 0, 50, 700, 9_000))))
    return Problem(
        curves=curves,
        nets=nets,
        steps=steps,
        leasts=leasts,
        mosts=mosts,
        fixed=fixed,
        need=draw(st.integers(0, 50)),
        venues_most=None if plain else draw(st.sampled_from((None, None, 1, 2))),
    )


def best_of(problem: Problem) -> tuple[int, int, list[bool]]:
    taken = brute(problem)
    return sum(taken), cost_of(problem, taken), [t > 0 for t in taken]


def as_found(solution: Solution) -> tuple[int, int, list[bool]]:
    return sum(solution.taken), solution.cost, [t > 0 for t in solution.taken]


@pytest.mark.parametrize("regime", range(len(REGIMES)), ids=[name for name, _ in REGIMES])
def test_no_oracle_finds_a_better_split(regime: int) -> None:
    for seed in range(regime, JUDGED, len(REGIMES)):
        made = instance(seed, QUICK)
        solution = solve(made.problem, by=kernel)
        assert judge(made.problem, solution).complaints == (), f"instance {seed}"
        assert solve(made.problem) == solution, f"instance {seed}: kernel and twin differ"


@given(problems())
def test_cost_legs_and_venues_are_those_of_trying_every_split(problem: Problem) -> None:
    assert as_found(solve(problem)) == best_of(problem)


@given(problems(lots=CROOKED))
def test_lots_that_do_not_nest_are_split_exactly_too(problem: Problem) -> None:
    assert as_found(solve(problem)) == best_of(problem)


@given(problems(lots=(*NEST, *CROOKED)))
def test_the_kernel_finds_what_its_twin_finds(problem: Problem) -> None:
    assert solve(problem, by=kernel) == solve(problem)


@given(problems(wide=2**61))
def test_costs_too_wide_for_the_kernel_change_nothing(problem: Problem) -> None:
    narrow = replace(
        problem,
        curves=[
            Curve([t >> 61 for t in c.ticks], c.upto, [w >> 61 for w in c.worth])
            for c in problem.curves
        ],
        fixed=[f >> 61 for f in problem.fixed],
    )
    assert solve(problem, by=kernel).taken == solve(narrow).taken


@given(problems(), st.integers(0, 3))
def test_a_bound_that_is_hit_leaves_a_split_with_a_certified_gap(
    problem: Problem, nodes: int
) -> None:
    cut = solve(problem, nodes_most=nodes)
    grains, cost, _ = best_of(problem)
    assert sum(cut.taken) <= grains <= cut.reach
    assert cut.exhausted or as_found(cut) == best_of(problem)
    if sum(cut.taken) == grains:
        assert cost <= cut.cost <= cost + cut.gap
    assert cut == solve(problem, nodes_most=nodes, by=kernel)


@given(problems())
def test_time_that_is_up_leaves_an_allowed_split(problem: Problem) -> None:
    cut = solve(problem, expired=lambda: True)
    assert sum(cut.taken) <= problem.need
    assert cut.reach >= best_of(problem)[0]


@given(problems(plain=True, lots=((1,),)), st.integers(0, 50))
def test_with_slack_minimums_and_one_lot_a_larger_size_never_costs_less(
    problem: Problem, other: int
) -> None:
    if problem.nets[0] > 0:
        small, large = sorted((problem.need, other))
        assert solve(replace(problem, need=small)).cost <= solve(replace(problem, need=large)).cost


def test_real_books_fit_the_kernel() -> None:
    ticks = [6_182_858 + 20 * n for n in range(200)]
    upto = [(n + 1) * 5_000_000 for n in range(200)]
    worth = accumulate(t * 5_000_000 for t in ticks)
    task = Task(
        [Curve(ticks, upto, list(worth))] * 12,
        [100_050] * 12,
        [1] * 12,
        [1] * 12,
        [10**9] * 12,
        [10**14] * 12,
        total=10**9,
        venues_most=12,
    )
    assert laid(task) is not None


def greedy(problem: Problem) -> Solution:
    """What a router does that looks at prices alone: levels in order, fixed costs unseen."""
    blind = solve(replace(problem, fixed=[0] * len(problem.nets)))
    return replace(blind, cost=cost_of(problem, blind.taken))


def test_the_oracles_catch_a_router_that_does_not_see_gas() -> None:
    made = [instance(seed, QUICK) for seed in range(2, JUDGED, len(REGIMES))]
    assert {m.regime for m in made} == {"gas-heavy"}
    caught = [m for m in made if judge(m.problem, greedy(m.problem)).complaints]
    assert len(caught) > len(made) // 2


def test_the_oracles_catch_a_lot_left_behind_and_a_cost_that_is_not_the_walk() -> None:
    problem = instance(0, QUICK).problem
    right = solve(problem)
    at = next(n for n, t in enumerate(right.taken) if t > problem.steps[n])
    fewer = [t - problem.steps[n] if n == at else t for n, t in enumerate(right.taken)]
    short = replace(right, taken=tuple(fewer), cost=cost_of(problem, fewer))
    assert judge(problem, short).complaints
    assert judge(problem, replace(right, cost=right.cost + 1)).complaints
    assert judge(problem, right).complaints == ()
