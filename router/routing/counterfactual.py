"""What would the same quantity have cost in other ways, on the books the decision saw?"""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from router.depth.scale import Scale
from router.routing.cost import Curve, curve
from router.routing.offers import grains_needed
from router.routing.plan import BookSeen, Counterfactual, VenueCost
from router.routing.split import cost_of
from router.routing.sweep import Offer, Sweep
from venues.model.order import Side


def counterfactual(
    scale: Scale, books: Sequence[BookSeen], *, side: Side, quantity: Decimal, sweep: Sweep
) -> Counterfactual:
    """Return the other costs of `quantity` on stored `books`, up to the quantity they were seen for."""
    grains = grains_needed(scale, quantity)
    curves = [
        curve(
            np.array(seen.ticks, np.int64),
            np.array(seen.lots, np.int64),
            lot_grains=scale.grains[seen.member],
            enough=grains // scale.grains[seen.member] + 1,
        )
        for seen in books
    ]
    return other_ways(scale, books, curves, side=side, grains=grains, sweep=sweep)


def other_ways(
    scale: Scale,
    books: Sequence[BookSeen],
    curves: Sequence[Curve],
    *,
    side: Side,
    grains: int,
    sweep: Sweep,
) -> Counterfactual:
    """Return the other costs of `grains` on `curves`, which are those of `books`."""
    nets = [scale.taker(side)[seen.member] for seen in books]
    by_net = [_whole(c, net * side.sign) for c, net in zip(curves, nets, strict=True)]
    by_touch = [
        _whole(c, scale.raw[seen.member] * side.sign) for c, seen in zip(curves, books, strict=True)
    ]
    ways = (
        _swept(by_touch, grains, sweep),
        _pro_rata(scale, books, curves, grains),
        _swept(by_net, grains, sweep),
    )
    costs = [None if way is None else scale.amount(abs(cost_of(by_net, way))) for way in ways]
    return Counterfactual(
        quantity=scale.quantity(grains),
        single_venue=tuple(
            VenueCost(
                seen.venue,
                seen.symbol,
                scale.amount(c.value(grains) * net) if grains <= c.depth else None,
            )
            for seen, c, net in zip(books, curves, nets, strict=True)
        ),
        top_of_book=costs[0],
        pro_rata=costs[1],
        optimal=costs[2],
    )


def _whole(held: Curve, net: int) -> Offer:
    """Return an offer of everything a book shows, in single grains."""
    return Offer(curve=held, net=net, step=1, least=0, most=held.depth)


def _swept(offers: Sequence[Offer], grains: int, sweep: Sweep) -> list[int] | None:
    """Return the sweep of `grains`, or None when the books do not show them."""
    if not offers:
        return None
    taken = sweep(offers, [0] * len(offers), [o.most for o in offers], grains)
    return taken if sum(taken) == grains else None


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
