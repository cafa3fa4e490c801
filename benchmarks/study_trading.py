"""What does a set of orders cost that meets the books of a later moment, its remainder included?

Orders are IOC limits: each fills at its own venue what stands there within its limit. What is missed
is bought one more way later, wherever it is cheapest then. A recording does not know that we swept a
level, so at a venue where we did, prices up to the worst one taken there show later no more than was
left of them: nothing comes back. (The sensitivity `refills` lets new size count, as paper mode does.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.study_books import Shelf
from venues.model.order import Side

_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Order:
    """`units` wanted at one member of the market, down to `limit_tick`."""

    member: int
    units: float
    limit_tick: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """`cost` of the whole quantity (negative: proceeds), and the share of it that was missed first."""

    cost: float
    missed: float


def cheapest(shelves: Sequence[Shelf], members: Sequence[int], units: float) -> list[float] | None:
    """Return the least-cost split of `units` over `members`, and None where they show too little."""
    found = _swept(shelves, members, units)
    return None if found is None else found[1]


def cost_of(shelves: Sequence[Shelf], members: Sequence[int], units: float) -> float | None:
    """Return the least cost of `units` over `members`, None where they show too little."""
    found = _swept(shelves, members, units)
    return None if found is None else found[0]


def _swept(
    shelves: Sequence[Shelf], members: Sequence[int], units: float
) -> tuple[float, list[float]] | None:
    net = np.concatenate([shelves[m].net for m in members])
    size = np.concatenate([shelves[m].units for m in members])
    whose = np.concatenate([np.full(len(shelves[m].net), m) for m in members])
    order = np.argsort(net, kind="stable")
    upto = np.cumsum(size[order])
    last = int(np.searchsorted(upto, units - _LEAST))
    if last >= len(upto):
        return None
    taken = size[order[: last + 1]].copy()
    taken[last] -= upto[last] - units
    cost = float((taken * net[order[: last + 1]]).sum())
    split = np.bincount(whose[order[: last + 1]], taken, minlength=len(shelves))
    return cost, [float(units) for units in split]


def trade(
    orders: Sequence[Order],
    units: float,
    side: Side,
    members: Sequence[int],
    arrived: Sequence[Shelf],
    later: Sequence[Shelf],
    *,
    refills: bool,
) -> Outcome | None:
    """Return what `orders` for `units` in all cost; None where the market cannot fill the rest."""
    cost = got = 0.0
    swept: dict[int, tuple[int, dict[int, float]]] = {}
    for order in orders:
        shelf = arrived[order.member]
        within = (
            shelf.ticks <= order.limit_tick if side is Side.BUY else shelf.ticks >= order.limit_tick
        )
        size = shelf.units[within]
        upto = np.cumsum(size)
        taken = np.clip(size - np.maximum(upto - order.units, 0.0), 0.0, None)
        cost += float((taken * shelf.net[within]).sum())
        got += float(taken.sum())
        used = taken > 0
        if used.any():
            ticks = shelf.ticks[within][used]
            left = (size - taken)[used]
            swept[order.member] = (
                int(ticks[-1]),
                dict(zip(ticks.tolist(), left.tolist(), strict=True)),
            )
    missing = units - got
    if missing <= _LEAST:
        return Outcome(cost, 0.0)
    rest = [
        _left(later[m], arrived[m], swept.get(m), side, refills=refills) for m in range(len(later))
    ]
    more = cost_of(rest, members, missing)
    return None if more is None else Outcome(cost + more, missing / units)


def _left(
    shelf: Shelf,
    before: Shelf,
    swept: tuple[int, Mapping[int, float]] | None,
    side: Side,
    *,
    refills: bool,
) -> Shelf:
    """Return what a venue shows us later, less what we took of it."""
    if swept is None:
        return shelf
    worst, left = swept
    units = shelf.units.copy()
    shown = dict(zip(before.ticks.tolist(), before.units.tolist(), strict=True))
    for n, tick in enumerate(shelf.ticks.tolist()):
        if (tick - worst) * side.sign > 0:
            break
        remains = left.get(tick, 0.0)
        if refills:  # what a level shows beyond what it showed is new
            was = shown.get(tick, 0.0)
            remains = (
                min(units[n], remains + max(units[n] - was, 0.0)) if tick in left else units[n]
            )
        units[n] = min(units[n], remains)
    return Shelf(shelf.ticks, shelf.price, shelf.net, units)
