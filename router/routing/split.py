"""How is a quantity split over net curves so that lots and minimums hold, at least cost?

The seam of routing: everything else only builds offers and reads the answer. First as much as is
feasible, then least cost, then fewer legs, then the venues listed first. Exact when all lots are
equal (binding minimums are searched over venue subsets, the sweep without them being the bound);
with different lots the sweep is repaired by exchanging lots and never worse than a single venue.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

import msgspec

from router.routing.cost import Curve
from router.routing.sweep import Merge

# Venue subsets looked at when minimums bind. A handful is the rule; the bound is for a quantity
# below the minimums of many venues, and then the best answer so far stands.
_NODES_MOST: Final = 256

_Worth = tuple[int, int, int, tuple[int, ...]]


class Offer(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What may be taken at one venue: its curve and terms, in grains.

    `net`: price per tick with fee, negated for a sell. Takings are multiples of `step`, at most
    `most` (a multiple of it, within the depth; 0 = closed), and not below `least` unless zero.
    """

    curve: Curve
    net: int
    step: int
    least: int
    most: int


def split(offers: Sequence[Offer], need: int, merge: Merge) -> list[int]:
    """Return the grains to take at each offer; their sum is at most `need` (>= 0).

    `merge` is the sweep over the curves of `offers`, in their order.
    """
    most = [o.most for o in offers]
    need = min(need, sum(most))
    if not need:
        return [0] * len(offers)
    free = _merged(offers, [0] * len(offers), most, need, merge)
    if _short(offers, free) is None and _marginal_prices_agree(offers, free, need):
        return free
    return _search(offers, need, merge)


def cost_of(offers: Sequence[Offer], taken: Sequence[int]) -> int:
    """Return the sum of tick x net x grains: what `taken` costs, negative for proceeds."""
    return sum([o.net * o.curve.value(t) for o, t in zip(offers, taken, strict=True) if t])


def _merged(
    offers: Sequence[Offer], first: Sequence[int], most: Sequence[int], need: int, merge: Merge
) -> list[int]:
    """Return the sweep of `need` with `first` forced and `most` the bounds."""
    return merge([o.net for o in offers], [o.step for o in offers], first, most, need)


def _marginal_prices_agree(offers: Sequence[Offer], taken: Sequence[int], need: int) -> bool:
    """Return whether `need` is placed and nothing left out is cheaper than anything taken.

    Then no split is cheaper, whatever the lots.
    """
    if sum(taken) != need:
        return False
    worst = max(_dearest(o, t) for o, t in zip(offers, taken, strict=True) if t)
    return all(
        t == o.most or o.curve.next_tick(t) * o.net >= worst
        for o, t in zip(offers, taken, strict=True)
    )


def _search(offers: Sequence[Offer], need: int, merge: Merge) -> list[int]:
    """Return the best of all single venues and of the subsets that minimums make us look at."""
    one_lot = len({o.step for o in offers if o.most}) == 1
    best = [0] * len(offers)
    best_worth = _worth(offers, best)
    for n, o in enumerate(offers):
        alone = min(o.most, need - need % o.step)
        if alone and alone >= o.least:
            trial = _with([0] * len(offers), n, alone)
            if (worth := _worth(offers, trial)) < best_worth:
                best, best_worth = trial, worth
    nodes = [([0] * len(offers), [o.most for o in offers])]
    for _ in range(_NODES_MOST):
        if not nodes:
            break
        first, most = nodes.pop()
        if sum(first) > need:
            continue
        trial = _merged(offers, first, most, need, merge)
        worth = _worth(offers, trial)
        if one_lot and worth[:2] > best_worth[:2]:
            continue  # a bound: nothing below this node is better
        short = _short(offers, trial)
        if short is None:
            trial, worth = (trial, worth) if one_lot else _exchanged(offers, need, trial)
            if worth < best_worth:
                best, best_worth = trial, worth
            continue
        nodes.append((first, _with(most, short, 0)))
        nodes.append((_with(first, short, offers[short].least), most))
    return best


def _exchanged(offers: Sequence[Offer], need: int, taken: list[int]) -> tuple[list[int], _Worth]:
    """Return `taken` after every exchange of a coarse lot for the dearest finer ones that pays.

    The sweep leaves a venue for good once the rest is less than its lot; one more lot of it may
    still be cheaper than what came after, or the only way to place the rest.
    """
    worth = _worth(offers, taken)
    for _ in range(2 * len(offers)):
        trials = [_one_more(offers, need, taken, n) for n in range(len(offers))]
        ranked = [(_worth(offers, trial), trial) for trial in trials if trial is not None]
        if not ranked or min(ranked)[0] >= worth:
            break
        worth, taken = min(ranked)
    return taken, worth


def _one_more(offers: Sequence[Offer], need: int, taken: list[int], n: int) -> list[int] | None:
    """Return `taken` with one more lot of offer `n` for the dearest of the others, if allowed."""
    more = offers[n].step if taken[n] else max(offers[n].step, offers[n].least)
    if taken[n] + more > offers[n].most:
        return None
    trial = _with(taken, n, taken[n] + more)
    excess = sum(trial) - need
    while excess > 0:
        others = [m for m, t in enumerate(trial) if t and m != n]
        if not others:
            return None
        fitting = [m for m in others if offers[m].step <= excess]
        if fitting:
            giver = max(fitting, key=lambda m: (_dearest(offers[m], trial[m]), m))
            give = min(_last_level(offers[giver], trial[giver]), excess)
            give -= give % offers[giver].step
        else:
            giver = min(others, key=lambda m: (offers[m].step, -_dearest(offers[m], trial[m]), m))
            give = offers[giver].step
        trial[giver] -= give
        excess -= give
    return trial if _short(offers, trial) is None else None


def _dearest(offer: Offer, taken: int) -> int:
    """Return the net price of the last of `taken` (> 0) grains."""
    return offer.curve.last_tick(taken) * offer.net


def _last_level(offer: Offer, taken: int) -> int:
    """Return how many of `taken` (> 0) grains come from the last level they reach."""
    at = bisect_left(offer.curve.upto, taken)
    return taken - (offer.curve.upto[at - 1] if at else 0)


def _worth(offers: Sequence[Offer], taken: Sequence[int]) -> _Worth:
    """Return what makes one feasible taking better than another: less is better."""
    legs = sum([1 for t in taken if t])
    return (-sum(taken), cost_of(offers, taken), legs, tuple([-t for t in taken]))


def _short(offers: Sequence[Offer], taken: Sequence[int]) -> int | None:
    """Return the first offer whose leg is below its minimum."""
    for n, t in enumerate(taken):
        if 0 < t < offers[n].least:
            return n
    return None


def _with(values: Sequence[int], at: int, value: int) -> list[int]:
    """Return `values` with another one at `at`."""
    out = list(values)
    out[at] = value
    return out
