"""Books too fine for 64 bits: cut to what an optimum can be made of, they fit, and nothing is lost."""

from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random

import pytest

from router.routing.cost import Curve
from router.routing.exact import Problem, Solution, solve
from router.routing.exact_arrays import laid
from router.routing.exact_kernel import search as kernel
from router.routing.exact_prune import pruned
from router.routing.exact_tables import Task
from router.routing.exact_twin import Found, search, search_cut

GRAINS = 10**8  # a coin in lots of 1e-8
VENUES = 8


def fine_market(seed: int, coins: int) -> Problem:
    """Return eight venues with gas whose sizes are any number of 1e-8, some levels absurdly far."""
    rng = Random(seed)
    curves, nets = [], []
    for _ in range(VENUES):
        tick, ticks, sizes = 9_553_000 + rng.randrange(400), [], []
        for _ in range(30):
            ticks.append(tick)
            sizes.append(rng.randrange(1, 4 * GRAINS))
            tick += rng.choice((1, 20, 150, 1, 20, 150, 1, 20, 150, 900_000_000))
        worth = accumulate(t * s for t, s in zip(ticks, sizes, strict=True))
        curves.append(Curve(ticks, list(accumulate(sizes)), list(worth)))
        nets.append(10**4 + rng.randrange(20))
    return Problem(
        curves=curves,
        nets=nets,
        steps=[1] * VENUES,
        leasts=[rng.randrange(1, GRAINS) for _ in range(VENUES)],
        mosts=[c.depth for c in curves],
        fixed=[rng.randrange(10 * GRAINS * 10**6) for _ in range(VENUES)],
        need=coins * GRAINS,
    )


def tasks_of(problem: Problem) -> list[tuple[Task, Sequence[int]]]:
    """Return what a search of `problem` is asked to do."""
    asked: list[tuple[Task, Sequence[int]]] = []

    def ask(
        task: Task, start: Sequence[int], nodes_most: int, expired: Callable[[], bool]
    ) -> Found:
        asked.append((task, start))
        return search(task, start, nodes_most, expired)

    solve(problem, by=ask)
    return asked


def answer(solution: Solution) -> tuple[tuple[int, ...], int, int]:
    return solution.taken, solution.cost, solution.gap


@pytest.mark.parametrize("coins", [1, 5, 20, 60])
@pytest.mark.parametrize("seed", range(6))
def test_what_is_cut_away_is_in_no_split_as_cheap(seed: int, coins: int) -> None:
    problem = fine_market(seed, coins)
    whole = solve(problem, by=search_cut)
    assert solve(problem) == solve(problem, by=kernel)
    assert answer(solve(problem)) == answer(whole)


def test_many_fine_markets_fit_the_kernel_once_they_are_cut() -> None:
    wide = [
        asked
        for seed in range(6)
        for coins in (5, 20)
        for asked in tasks_of(fine_market(seed, coins))
        if laid(asked[0]) is None
    ]
    assert len(wide) > 6
    assert sum(laid(pruned(task, start)[0]) is not None for task, start in wide) > len(wide) // 2
