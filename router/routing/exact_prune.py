"""Which takings can no split have that is as cheap as one we know? Curves cut by a Lagrangian bound.

At any price of a grain the total is worth at least price x total and, of every venue, the least of
its worth above that price (Everett, 1963, Generalized Lagrange multiplier method). A venue taken so
deep that this is above the worth of a known split is in no better one, nor in one as good.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from router.routing.exact_tables import Tables, Task, tables_of
from router.routing.lattice import fill


def pruned(task: Task, start: Sequence[int]) -> tuple[Task, Sequence[int]]:
    """Return `task` with no most deeper than an optimum can be, and a split as good as `start`."""
    tables = tables_of(task)
    relaxed = fill(tables, [0] * len(start), tables.most)
    if relaxed is None:
        return task, start
    trial = relaxed[0]
    best = _better(tables, trial, start)
    cut = _mosts(tables, _dearest(tables, trial), tables.worth(best))
    # What is cut away is in no split as good as the best known, so not in that either.
    return replace(task, mosts=cut), best


def _better(tables: Tables, trial: Sequence[int], start: Sequence[int]) -> Sequence[int]:
    """Return the better of `start` and the venues of `trial` taken in earnest."""
    floor = [least if t else 0 for t, least in zip(trial, tables.least, strict=True)]
    ceiling = [most if t else 0 for t, most in zip(trial, tables.most, strict=True)]
    if sum([1 for t in trial if t]) > tables.venues_most or sum(floor) > tables.total:
        return start
    earnest = fill(tables, floor, ceiling)
    if earnest is None:
        return start
    taken = earnest[0]
    allowed = not any(t % step for t, step in zip(taken, tables.step, strict=True))
    return taken if allowed and tables.worth(taken) < tables.worth(start) else start


def _dearest(tables: Tables, trial: Sequence[int]) -> int:
    """Return the price of the dearest level that `trial` takes from."""
    dearest = 0
    for prices, upto, t in zip(tables.price, tables.upto, trial, strict=True):
        for price, before in zip(prices, chain((0,), upto), strict=False):
            if before < t:
                dearest = max(dearest, price)
    return dearest


def _mosts(tables: Tables, price: int, worth: int) -> list[int]:
    """Return how deep each venue can be taken in a split of `worth` (whole units) or less."""
    above = [_above(tables, n, price) for n in range(len(tables.most))]
    # The least that a venue in use is worth above the price; out of use it is worth nothing.
    least = [min([0, *ends]) + f for ends, f in zip(above, tables.fixed, strict=True)]
    bound = price * tables.total + sum([min(w, 0) for w in least])
    room = ((worth + 1) << tables.unit.shift) - 1 - bound
    out = []
    for n, most in enumerate(tables.most):
        slack = room + min(least[n], 0)
        deepest = 0
        if least[n] <= slack:
            for end, over, here in zip(tables.upto[n], above[n], tables.price[n], strict=True):
                deepest = min(end, most)
                # Beyond the price it only rises: of the level that leads too far all is kept.
                if over + tables.fixed[n] > slack and here > price:
                    break
        deepest -= deepest % tables.step[n]
        out.append(deepest if deepest >= tables.least[n] else 0)
    return out


def _above(tables: Tables, n: int, price: int) -> list[int]:
    """Return what the grains up to each level's end are worth above `price` each."""
    ends = [min(end, tables.most[n]) for end in tables.upto[n]]
    return [tables.value(n, end) - price * end for end in ends]
