"""How is a quantity split over net curves so that lots and minimums hold, at least cost?

The seam of routing: everything else only builds offers and reads the answer. First as much as is
feasible, then least cost, then fewer legs, then the venues listed first. The sweep alone is the
answer where nothing binds it; everything else is searched exactly.
"""

from collections.abc import Callable, Sequence

import msgspec

from router.routing.cost import Curve
from router.routing.exact import NODES_MOST, Problem, Search, never, solve
from router.routing.exact_twin import search as search_twin
from router.routing.reach import nested
from router.routing.sweep import Merge


class Offer(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What may be taken at one venue: its curve and terms, in grains.

    `net`: price per tick with fee, negated for a sell. Takings are multiples of `step`, at most
    `most` (a multiple of it, within the depth; 0 = closed), and not below `least` unless zero.
    `fixed`: what the order costs at all, in tick x net x grains. `counted`: a step is a contract
    counted at some price, so that no quantity need be whole in it.
    """

    curve: Curve
    net: int
    step: int
    least: int
    most: int
    fixed: int = 0
    counted: bool = False


class Split(msgspec.Struct, frozen=True, gc=False):
    """The grains to take at each offer, and what is proven: see `exact.Solution`.

    `nodes` is 0 where the sweep is the only split there is of its cost. `dust` is left over for
    want of a lot that fits, less than the largest: where contracts are counted, it is not worth
    trading elsewhere, and counts as bought a touch above the dearest grain of the sweep.
    """

    taken: list[int]
    gap: int = 0
    nodes: int = 0
    exhausted: bool = False
    dust: int = 0


def split(
    offers: Sequence[Offer],
    need: int,
    merge: Merge,
    *,
    venues_most: int | None = None,
    nodes_most: int = NODES_MOST,
    expired: Callable[[], bool] = never,
    search: Search = search_twin,
) -> Split:
    """Return the best split of at most `need` (>= 0); `merge` is the sweep over the offers' curves."""
    most = [o.most for o in offers]
    need = min(need, sum(most))
    if not need:
        return Split([0] * len(offers))
    nets, steps = [o.net for o in offers], [o.step for o in offers]
    swept = merge(nets, steps, [0] * len(offers), most, need)
    legs = sum([1 for t in swept if t])
    if (venues_most is None or legs <= venues_most) and _nothing_is_as_good(offers, swept, need):
        return Split(swept)
    crooked = any(o.counted for o in offers) and nested(steps, most) != tuple(steps)
    if crooked and legs:
        most_legs = None if venues_most is None else venues_most + 1
        wanted = [*offers, _dust(offers, swept, need)]
        loose = _solved(wanted, need, most_legs, nodes_most, expired, search)
        dust = loose.taken.pop()
        if venues_most is None or sum([1 for t in loose.taken if t]) <= venues_most:
            return msgspec.structs.replace(loose, dust=dust)
    return _solved(offers, need, venues_most, nodes_most, expired, search)


def cost_of(offers: Sequence[Offer], taken: Sequence[int]) -> int:
    """Return what `taken` costs, fixed costs in; negative for proceeds."""
    return sum(
        [o.net * o.curve.value(t) + o.fixed for o, t in zip(offers, taken, strict=True) if t]
    )


def _nothing_is_as_good(offers: Sequence[Offer], taken: Sequence[int], need: int) -> bool:
    """Return whether `need` is placed without fixed costs, and by the cheapest grains alone.

    Then no split is as cheap, whatever the lots: at most one venue has grains at the worst price.
    """
    placed = 0
    for o, t in zip(offers, taken, strict=True):
        if t and (t < o.least or o.fixed):
            return False
        placed += t
    if placed != need:
        return False
    worst = max([_dearest(o, t) for o, t in zip(offers, taken, strict=True) if t])
    at_worst = 0
    for o, t in zip(offers, taken, strict=True):
        following = o.curve.next_tick(t) * o.net if t < o.most else worst + 1
        if following < worst:
            return False
        at_worst += following == worst or (t > 0 and _dearest(o, t) == worst)
    return at_worst == 1


def _dearest(offer: Offer, taken: int) -> int:
    """Return the net price of the last of `taken` (> 0) grains."""
    return offer.curve.last_tick(taken) * offer.net


def _solved(
    offers: Sequence[Offer],
    need: int,
    venues_most: int | None,
    nodes_most: int,
    expired: Callable[[], bool],
    search: Search,
) -> Split:
    """Return what the exact search finds."""
    problem = Problem(
        curves=[o.curve for o in offers],
        nets=[o.net for o in offers],
        steps=[o.step for o in offers],
        leasts=[o.least for o in offers],
        mosts=[o.most for o in offers],
        fixed=[o.fixed for o in offers],
        need=need,
        venues_most=venues_most,
    )
    found = solve(problem, by=search, nodes_most=nodes_most, expired=expired)
    return Split(list(found.taken), found.gap, found.nodes, found.exhausted)


def _dust(offers: Sequence[Offer], swept: Sequence[int], need: int) -> Offer:
    """Return the offer to leave less than one lot: what is not worth its price can wait.

    The price of waiting is the dearest that is paid now, and a unit more, so that whatever fits is
    bought. Without it a quantity that must be whole would keep all coarse contracts out.
    """
    worst = max([_dearest(o, t) for o, t in zip(offers, swept, strict=True) if t])
    most = min(max([o.step for o in offers if o.most]) - 1, need)
    return Offer(Curve([1], [most], [most]), worst + 1, 1, 1, most)
