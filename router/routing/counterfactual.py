"""What would the same quantity have cost in other ways, on the books the decision saw?"""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from router.depth.scale import Scale
from router.routing.cost import Curve, curve, rated_curve
from router.routing.offers import grains_needed
from router.routing.plan import BookSeen, Counterfactual, VenueCost
from router.routing.sweep import Merge, Sweep
from venues.model.numbers import ZERO
from venues.model.order import Side


def counterfactual(
    scale: Scale, books: Sequence[BookSeen], *, side: Side, quantity: Decimal, sweep: Sweep
) -> Counterfactual:
    """Return the other costs of `quantity` on stored `books`, up to the quantity they were seen for."""
    grains = grains_needed(scale, quantity)
    curves = [
        curve_of(seen, scale.grains[seen.member], grains // scale.grains[seen.member] + 1)
        for seen in books
    ]
    return other_ways(scale, books, curves, side=side, grains=grains, merge=sweep(curves))


def curve_of(seen: BookSeen, lot_grains: int, enough: int) -> Curve:
    """Return the curve of a stored book."""
    if seen.rates:
        return rated_curve(seen.ticks, seen.rates, seen.lots, lot_grains=lot_grains, enough=enough)
    ticks, lots = np.array(seen.ticks, np.int64), np.array(seen.lots, np.int64)
    return curve(ticks, lots, lot_grains=lot_grains, enough=enough)


def other_ways(
    scale: Scale,
    books: Sequence[BookSeen],
    curves: Sequence[Curve],
    *,
    side: Side,
    grains: int,
    merge: Merge,
) -> Counterfactual:
    """Return the other costs of `grains` on `curves`, which are those of `books`."""
    members = [seen.member for seen in books]
    nets = [scale.taker(side)[m] for m in members]
    ways = (
        _swept(curves, [scale.raw[m] * side.sign for m in members], grains, merge),
        _pro_rata(scale, books, curves, grains),
        _swept(curves, [net * side.sign for net in nets], grains, merge),
    )
    paid = [scale.paid(side)[m] for m in members]
    costs = [None if way is None else scale.amount(_worth(curves, paid, way)) for way in ways]
    charges = [0 if scale.funding is None else side.sign * scale.funding[m] for m in members]
    funding = [
        ZERO if way is None or scale.funding is None else scale.amount(_worth(curves, charges, way))
        for way in ways
    ]
    return Counterfactual(
        quantity=scale.quantity(grains),
        single_venue=tuple(
            VenueCost(
                seen.venue,
                seen.symbol,
                scale.amount(c.value(grains) * price) if grains <= c.depth else None,
                scale.amount(c.value(grains) * charge) if charge and grains <= c.depth else ZERO,
            )
            for seen, c, price, charge in zip(books, curves, paid, charges, strict=True)
        ),
        top_of_book=costs[0],
        pro_rata=costs[1],
        optimal=costs[2],
        top_of_book_funding=funding[0],
        pro_rata_funding=funding[1],
        optimal_funding=funding[2],
    )


def _worth(curves: Sequence[Curve], nets: Sequence[int], taken: Sequence[int]) -> int:
    """Return the sum of tick x net x grains of `taken`."""
    return sum([c.value(t) * net for c, net, t in zip(curves, nets, taken, strict=True)])


def _swept(
    curves: Sequence[Curve], nets: Sequence[int], grains: int, merge: Merge
) -> list[int] | None:
    """Return the sweep of `grains` by `nets`, or None when the books do not show them."""
    depths = [c.depth for c in curves]
    if sum(depths) < grains:
        return None
    return merge(nets, [1] * len(depths), [0] * len(depths), depths, grains)


def _pro_rata(
    scale: Scale, books: Sequence[BookSeen], curves: Sequence[Curve], grains: int
) -> list[int] | None:
    """Return `grains` in proportion to the depth within 10 bps; odd grains to the deepest first."""
    near = [seen.near_lots * scale.grains[seen.member] for seen in books]
    total = sum(near)
    if not total:
        return None
    shares = [grains * n // total for n in near]
    odd = grains - sum(shares)
    for n in sorted(range(len(near)), key=lambda n: (-near[n], n))[:odd]:
        shares[n] += 1
    enough = all(share <= c.depth for share, c in zip(shares, curves, strict=True))
    return shares if enough else None
