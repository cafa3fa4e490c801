"""How is a quantity spread over the rungs of a ladder: prices, weights, sizes?"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

import msgspec

from strategies.base import View
from strategies.ladder_params import LadderParams
from venues.model.numbers import BPS, MONEY, ZERO, lots_in


class Rung(msgspec.Struct, frozen=True):
    """One price of a ladder and its share of the whole, `weight` of all weights."""

    price: Decimal
    weight: int


def rungs_of(view: View, params: LadderParams) -> tuple[Rung, ...]:
    """Return the rungs, nearest first; those below the smallest order are merged into the next.

    Empty when the books do not show the depth that was asked for.
    """
    prices = _prices(view, params)
    weights = _weights(params)
    if len(prices) < params.rungs:
        return ()
    rungs: list[Rung] = []
    carried = 0
    for price, weight in zip(prices, weights, strict=True):
        carried += weight
        if _share(view, carried, sum(weights)) >= view.min_quantity(price):
            rungs.append(Rung(price, carried))
            carried = 0
    if not carried:
        return tuple(rungs)
    # What is left at the far end joins the last rung, as far out as it is large enough.
    last = carried + (rungs[-1].weight if rungs else 0)
    size = _share(view, last, sum(weights))
    fits = (price for price in reversed(prices) if size >= view.min_quantity(price))
    return (*rungs[:-1], Rung(next(fits, prices[-1]), last))


def sizes_of(view: View, rungs: Sequence[Rung]) -> tuple[Decimal, ...]:
    """Return the size of each rung, market units; their sum is the parent's quantity exactly."""
    lots, whole = lots_in(view.spec.quantity, view.lot), sum(r.weight for r in rungs)
    so_far, sizes, given = 0, [], 0
    for rung in rungs:
        so_far += rung.weight
        edge = lots * so_far // whole
        sizes.append((edge - given) * view.lot)
        given = edge
    return tuple(sizes)


def _share(view: View, weight: int, whole: int) -> Decimal:
    return lots_in(view.spec.quantity, view.lot) * weight // whole * view.lot


def _prices(view: View, params: LadderParams) -> Sequence[Decimal]:
    """Return a price per rung, nearest first; fewer where the books do not reach so deep."""
    side = view.spec.side
    if params.step_depth > ZERO:
        found = [view.depth_price(side, params.step_depth * (n + 1)) for n in range(params.rungs)]
        return [price for price in found if price is not None]
    away = [params.first_bps + params.step_bps * n for n in range(params.rungs)]
    return [view.arrival_price * (1 - side.sign * MONEY.divide(bps, BPS)) for bps in away]


def _weights(params: LadderParams) -> Sequence[int]:
    """Return whole weights in the exact proportions asked for."""
    growth = Fraction(params.growth)
    if params.weights == "geometric":
        parts = [growth**n for n in range(params.rungs)]
    else:
        parts = [1 + growth * n for n in range(params.rungs)]
    common = lcm(*(part.denominator for part in parts))
    return [int(part * common) for part in parts]
