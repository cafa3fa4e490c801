"""What would a quantity cost before anyone decides: effective spread at size, and what is there?"""

from collections.abc import Mapping
from decimal import Decimal
from operator import itemgetter

import msgspec

from router.depth.composite import Composite, Depth, Quote
from router.routing.counterfactual import other_ways
from router.routing.offers import Terms, book_side, grains_needed, look, own_guard
from router.routing.sweep import Sweep
from venues.model.ids import VenueId
from venues.model.numbers import MONEY, ZERO, bps_of
from venues.model.order import Side


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Average net prices (taker fees in) of `quantity` both ways, and what they are apart.

    None where the usable books do not show the quantity; `spread_bps` is against the mid.
    """

    quantity: Decimal
    buy_price: Decimal | None
    sell_price: Decimal | None
    spread_bps: Decimal | None


def preview(
    depth: Depth, composite: Composite, *, quantity: Decimal, terms: Terms, sweep: Sweep
) -> Preview:
    """Return the effective spread of `quantity` (> 0 market units) over the usable books."""
    grains = grains_needed(composite.scale, quantity)
    if not grains:
        raise ValueError(f"{quantity} is below the finest lot")
    buy = _average(depth, composite, Side.BUY, grains, terms, sweep)
    sell = _average(depth, composite, Side.SELL, grains, terms, sweep)
    spread = None
    if buy is not None and sell is not None and composite.mid is not None:
        spread = bps_of(MONEY.subtract(buy, sell), composite.mid)
    return Preview(
        quantity=composite.scale.quantity(grains),
        buy_price=buy,
        sell_price=sell,
        spread_bps=spread,
    )


def _average(
    depth: Depth, composite: Composite, side: Side, grains: int, terms: Terms, sweep: Sweep
) -> Decimal | None:
    """Return the least average net price of `grains`, None where depth lacks."""
    sights = look(depth, composite, side=side, grains=grains, barred=terms.barred)
    curves = [s.curve for s in sights]
    ways = other_ways(
        composite.scale,
        [s.seen for s in sights],
        curves,
        side=side,
        grains=grains,
        merge=sweep(curves),
    )
    return None if ways.optimal is None else MONEY.divide(ways.optimal, ways.quantity)


def available(
    depth: Depth,
    composite: Composite,
    *,
    side: Side,
    limit: Decimal,
    at_most: Decimal,
    terms: Terms,
) -> Decimal:
    """Return the market quantity an order of `side` could take within `limit`, up to `at_most`.

    Whole lots of each venue, caps and own orders in the way respected; minimums are not.
    """
    scale = composite.scale
    need = grains_needed(scale, at_most)
    found = 0
    room = {v: max(scale.floor_grains(q), 0) for v, q in terms.room.items()}
    for quote in composite.usable:
        if quote.venue in terms.barred:
            continue
        step = scale.grains[quote.member]
        most = min(need - found, room.get(quote.venue, need))
        if most < step:
            continue
        limit_tick = scale.limit_tick(quote.member, side, limit)
        if scale.conversion(quote.member) is not None:
            here = min(_converted(depth, composite, quote, side, limit_tick, most, terms), most)
            here -= here % step
            found += here
            if quote.venue in room:
                room[quote.venue] -= here
            continue
        guard = own_guard(terms.own.get(quote.book, ()), side)
        if guard is not None:
            limit_tick = min(limit_tick * side.sign, guard * side.sign) * side.sign
        here = step * depth.within(
            quote.book, book_side(side), limit_tick=limit_tick, enough=most // step
        )
        found += here
        if quote.venue in room:
            room[quote.venue] -= here
    return scale.quantity(found) if found else ZERO


def _converted(
    depth: Depth,
    composite: Composite,
    quote: Quote,
    side: Side,
    limit: int,
    most: int,
    terms: Terms,
) -> int:
    """Return the grains a member with a conversion book gives within `limit`, a tick x rate."""
    others = {q.venue for q in composite.quotes if q.venue != quote.venue}
    sights = look(depth, composite, side=side, grains=most, barred=others)
    found = [s.curve for s in sights if s.quote.member == quote.member]
    guard = own_guard(terms.own.get(quote.book, ()), side)
    return sum(
        held.depth_within(limit, side.sign)
        if guard is None
        else min(held.depth_within(limit, side.sign), held.own_within(guard, side.sign))
        for held in found
    )


def depth_price(
    depth: Depth,
    composite: Composite,
    *,
    side: Side,
    quantity: Decimal,
    barred: Mapping[VenueId, str],
) -> Decimal | None:
    """Return the market price down to which usable books show `quantity` on `side` (BUY = bids).

    Best first over all of them; None where they do not show so much.
    """
    scale = composite.scale
    need = grains_needed(scale, quantity)
    levels: list[tuple[Decimal, int]] = []
    for quote in composite.usable:
        if quote.venue in barred or scale.conversion(quote.member) is not None:
            continue
        step = scale.grains[quote.member]
        ticks, lots = depth.levels(
            quote.book, book_side(side.opposite), limit_tick=None, enough=-(-need // step)
        )
        raw = scale.raw[quote.member]
        levels += [
            (scale.price(tick * raw), n * step)
            for tick, n in zip(ticks.tolist(), lots.tolist(), strict=True)
        ]
    for price, grains in sorted(levels, key=itemgetter(0), reverse=side is Side.BUY):
        need -= grains
        if need <= 0:
            return price
    return None
