"""How is a quantity split over net curves so that lots and minimums hold, at least cost?

The seam of routing: everything else only builds offers and reads the answer. First as much as is
feasible, then least cost, then fewer legs, then the venues listed first. Exact when all lots are
equal (binding minimums are searched over venue subsets, the sweep without them being the bound);
with different lots the sweep is repaired by exchanging lots and never worse than a single venue.
"""

from collections.abc import Sequence
from typing import Final

from router.routing.sweep import Offer, Sweep

# Venue subsets looked at when minimums bind. A handful is the rule; the bound is for a quantity
# below the minimums of many venues, and then the best answer so far stands.
_NODES_MOST: Final = 256

_Worth = tuple[int, int, int, tuple[int, ...]]


def split(offers: Sequence[Offer], need: int, sweep: Sweep) -> list[int]:
    """Return the grains to take at each offer; their sum is at most `need` (>= 0)."""
    if not offers:
        return []
    most = [o.most for o in offers]
    need = min(need, sum(most))
    free = sweep(offers, [0] * len(offers), most, need)
    one_lot = len({o.step for o in offers}) == 1
    if one_lot and _short(offers, free) is None:
        return free
    return _search(offers, need, sweep, one_lot=one_lot)


def cost_of(offers: Sequence[Offer], taken: Sequence[int]) -> int:
    """Return the sum of tick x net x grains: what `taken` costs, negative for proceeds."""
    return sum(o.net * o.curve.value(t) for o, t in zip(offers, taken, strict=True) if t)


def _search(offers: Sequence[Offer], need: int, sweep: Sweep, *, one_lot: bool) -> list[int]:
    """Return the best of all single venues and of the subsets that minimums make us look at."""
    best = [0] * len(offers)
    best_worth = _worth(offers, best)
    for n, o in enumerate(offers):
        alone = min(o.most, need - need % o.step)
        if alone >= o.least:
            trial = [0] * len(offers)
            trial[n] = alone
            if (worth := _worth(offers, trial)) < best_worth:
                best, best_worth = trial, worth
    nodes = [([0] * len(offers), [o.most for o in offers])]
    for _ in range(_NODES_MOST):
        if not nodes:
            break
        first, most = nodes.pop()
        if sum(first) > need:
            continue
        trial = sweep(offers, first, most, need)
        worth = _worth(offers, trial)
        if one_lot and worth[:2] > best_worth[:2]:
            continue  # a bound: nothing below this node is better
        short = _short(offers, trial)
        if short is None:
            trial, worth = _exchanged(offers, need, trial) if not one_lot else (trial, worth)
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
            level = _last_level(offers[giver], trial[giver])
            give = min(level, excess)
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
    whole = [upto for upto in offer.curve.upto if upto < taken]
    return taken - whole[-1] if whole else taken


def _worth(offers: Sequence[Offer], taken: Sequence[int]) -> _Worth:
    """Return what makes one feasible taking better than another: less is better."""
    legs = sum(1 for t in taken if t)
    return (-sum(taken), cost_of(offers, taken), legs, tuple(-t for t in taken))


def _short(offers: Sequence[Offer], taken: Sequence[int]) -> int | None:
    """Return the first offer whose leg is below its minimum."""
    for n, (o, t) in enumerate(zip(offers, taken, strict=True)):
        if 0 < t < o.least:
            return n
    return None


def _with(values: Sequence[int], at: int, value: int) -> list[int]:
    """Return `values` with another one at `at`."""
    out = list(values)
    out[at] = value
    return out
