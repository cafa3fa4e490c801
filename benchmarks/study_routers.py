"""How does each router split a quantity over the books it sees? The naive ones, and ours twice."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from benchmarks.study_books import STALE_NS, Playing, Shelf
from benchmarks.study_trading import Order
from router.depth.composite import Composite, Depth, observe
from router.depth.expected_kernel import KERNEL
from router.routing.arrival import Learning
from router.routing.exact_kernel import fastest as search
from router.routing.offers import Terms
from router.routing.sweep_kernel import fastest as sweep
from router.routing.take import plan_take
from venues.model.numbers import floor_to
from venues.model.order import Side

NEAR_BPS: Final = 10

# What is seen (shelves, usable members), what is wanted (units, side) -> its orders, or None.
Naive = Callable[[Sequence[Shelf], Sequence[int], float, Side], list[Order] | None]


def best_single(
    seen: Sequence[Shelf], members: Sequence[int], units: float, _: Side
) -> list[Order] | None:
    """Send all to the venue that shows the quantity at the least cost."""
    costs = []
    for m in members:
        upto = np.cumsum(seen[m].units)
        last = int(np.searchsorted(upto, units))
        if last < len(upto):
            size = seen[m].units[: last + 1].copy()
            size[last] -= upto[last] - units
            costs.append(
                (float((size * seen[m].net[: last + 1]).sum()), m, int(seen[m].ticks[last]))
            )
    if not costs:
        return None
    _cost, member, tick = min(costs)
    return [Order(member, units, tick)]


def top_of_book(
    seen: Sequence[Shelf], members: Sequence[int], units: float, side: Side
) -> list[Order] | None:
    """Send to the best displayed price, fees unseen, to the next as each touch empties."""
    price = np.concatenate([seen[m].price for m in members])
    size = np.concatenate([seen[m].units for m in members])
    whose = np.concatenate([np.full(len(seen[m].ticks), m) for m in members])
    ticks = np.concatenate([seen[m].ticks for m in members])
    order = np.argsort(side.sign * price, kind="stable")
    upto = np.cumsum(size[order])
    last = int(np.searchsorted(upto, units))
    if last >= len(upto):
        return None
    used = order[: last + 1]
    taken = size[used].copy()
    taken[last] -= upto[last] - units
    return [
        Order(m, float(taken[whose[used] == m].sum()), int(ticks[used][whose[used] == m][-1]))
        for m in members
        if (whose[used] == m).any()
    ]


def pro_rata(
    seen: Sequence[Shelf], members: Sequence[int], units: float, _: Side
) -> list[Order] | None:
    """Split in proportion to what each venue displays within 10 bps of its own touch."""
    near = []
    for m in members:
        touch = int(seen[m].ticks[0])
        far = np.abs(seen[m].ticks - touch) * 10_000 <= touch * NEAR_BPS
        near.append(float(seen[m].units[far].sum()))
    orders = []
    for m, depth in zip(members, near, strict=True):
        part = units * depth / sum(near)
        last = int(np.searchsorted(np.cumsum(seen[m].units), part))
        if last >= len(seen[m].units):
            return None
        orders.append(Order(m, part, int(seen[m].ticks[last])))
    return orders


NAIVE: Final[dict[str, Naive]] = {
    "best single venue": best_single,
    "top of book": top_of_book,
    "pro rata": pro_rata,
}


class Ours:
    """Fathom's router over the books of a recording, on displayed or on learned depth."""

    def __init__(self, playing: Playing, waiting_e6: int) -> None:
        self._playing = playing
        self._waiting_e6 = waiting_e6

    def seen(self, now_ns: int) -> Composite:
        """Return the market at a decision."""
        return observe(
            self._playing.view, self._playing.scale, now_ns=now_ns, stale_after_ns=STALE_NS
        )

    def orders(
        self, market: Composite, units: float, side: Side, way_ns: int | None, depth: Depth
    ) -> list[Order] | None:
        """Return the legs of a plan; `way_ns` None routes on displayed depth."""
        scale = market.scale
        quantity = floor_to(Decimal(repr(round(units, 12))), scale.lot)
        plan = plan_take(
            depth,
            market,
            side=side,
            quantity=quantity,
            limit=Decimal("1e12") if side is Side.BUY else scale.lot,
            terms=Terms(ways_ns={} if way_ns is None else {q.venue: way_ns for q in market.quotes}),
            sweep=sweep,
            search=search,
            learning=None
            if way_ns is None
            else Learning(waiting_e6=self._waiting_e6, expect=KERNEL),
        )
        if plan.unrouted > scale.lot:
            return None
        at = {book: member for member, book in enumerate(scale.books)}
        return [Order(at[leg.book], float(leg.quantity), leg.limit_tick) for leg in plan.legs]
