"""Where is a quantity taken now? One plan over the usable books of a market, within a limit."""

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from typing import Final

from router.depth.composite import Composite, Depth
from router.depth.conversion import average_rate
from router.depth.expected import PARTS
from router.depth.scale import Scale
from router.routing.arrival import Expected, Learning, arrivals, arriving, expected_offers
from router.routing.cost import Curve
from router.routing.counterfactual import other_ways
from router.routing.exact import Search
from router.routing.exact_twin import search as search_twin
from router.routing.offers import Offered, Sight, Terms, grains_needed, look, offers_of
from router.routing.plan import Leg, Plan, VenueCost, books_digest
from router.routing.reasons import unseen, unused, use_of
from router.routing.release import offsets_ns
from router.routing.split import Offer, Split, cost_of, split
from router.routing.spread import at_size_bps, quoted_bps
from router.routing.sweep import Merge, Sweep
from venues.model.ids import VenueId
from venues.model.numbers import MONEY, ZERO, bps_of
from venues.model.order import Side

# Venue subsets looked at for one plan: some milliseconds at the very worst. A count and no time, so
# that a replay decides as the live run did.
_NODES_MOST: Final = 1_000


def plan_take(
    depth: Depth,
    composite: Composite,
    *,
    side: Side,
    quantity: Decimal,
    limit: Decimal,
    terms: Terms,
    sweep: Sweep,
    search: Search = search_twin,
    to_the_limit: bool = False,
    learning: Learning | None = None,
) -> Plan:
    """Return the plan to take up to `quantity` market units, no level beyond market price `limit`.

    `to_the_limit`: legs may follow a book that moves away up to `limit` instead of the marginal
    price: for the end of a parent, where a remainder too small to trade is worse than a few ticks.
    `learning`: split by what was learned of displayed depth, None by what is displayed.
    ValueError for a quantity below zero or beyond 2^60 grains.
    """
    scale = composite.scale
    need = grains_needed(scale, quantity)
    sights = look(depth, composite, side=side, grains=need, barred=terms.barred)
    offered = offers_of(composite, sights, side=side, grains=need, limit=limit, terms=terms)
    offers = [o.offer for o in offered]
    curves = [s.curve for s in sights]
    merge = sweep(curves)
    learned = _learned(depth, scale, sights, offers, side, need, merge, terms, learning)
    answer = _divided(offers, learned, need, merge, terms, sweep, search)
    taken = answer.taken
    relaxed = _relaxed(depth, composite, side, sum(taken), limit, terms, sweep, search)
    found_gap = -(-answer.gap // PARTS) if learned else answer.gap
    gap = found_gap if relaxed is None else max(cost_of(offers, taken) - relaxed, 0)
    books = tuple([s.seen for s in sights])
    other = other_ways(scale, books, curves, side=side, grains=sum(taken), merge=merge)
    legs = _legs(scale, sights, offered, taken, side, terms, learned, to_the_limit=to_the_limit)
    fixed = _sum([leg.fixed_cost for leg in legs])
    # Leg by leg, so that the sum of what the legs say is the cost to its last digit.
    walked = _sum([leg.cost for leg in legs])
    cost = MONEY.add(walked, side.sign * fixed)
    ranked = _ranked(other.single_venue, side) if any(taken) else []
    return Plan(
        market=scale.market.symbol,
        side=side,
        decided_ns=composite.now_ns,
        quantity=quantity,
        limit=limit,
        legs=legs,
        unrouted=MONEY.subtract(quantity, other.quantity),
        mid=composite.mid,
        expected_cost=cost,
        expected_bps=_cost_bps(side, cost, other.quantity, composite.mid),
        worst_price=_worst_price(scale, sights, taken, side),
        best_single=ranked[0] if ranked else None,
        runner_up=ranked[1] if len(ranked) > 1 else None,
        counterfactual=other,
        skipped=(
            *unseen(composite, side, terms),
            *unused(sights, offered, taken, need - answer.dust),
        ),
        limited=_limited(sights, offered),
        books=books,
        books_digest=books_digest(side, [(s.seen, s.rows) for s in sights]),
        fixed_costs=fixed,
        quoted_bps=quoted_bps(composite),
        at_size_bps=at_size_bps(composite, sights, taken, side),
        certified_gap=scale.amount(gap),
        nodes=answer.nodes,
        exhausted=answer.exhausted,
        expected_funding=_sum([leg.expected_funding for leg in legs]),
        uncounted=composite.uncounted,
        arrivals=arrivals(scale, books, learned) if learned else (),
    )


def _divided(
    offers: Sequence[Offer],
    learned: Sequence[Expected],
    need: int,
    merge: Merge,
    terms: Terms,
    sweep: Sweep,
    search: Search,
) -> Split:
    """Return the split: on expected prices where something is learned, else on displayed ones."""
    return split(
        [e.offer for e in learned] or offers,
        need,
        sweep([e.offer.curve for e in learned]) if learned else merge,
        venues_most=terms.venues_most,
        nodes_most=_NODES_MOST,
        search=search,
    )


def _learned(
    depth: Depth,
    scale: Scale,
    sights: Sequence[Sight],
    offers: Sequence[Offer],
    side: Side,
    need: int,
    merge: Merge,
    terms: Terms,
    learning: Learning | None,
) -> list[Expected]:
    """Return the offers as expected on arrival, [] where nothing is learned."""
    if learning is None:
        return []
    return expected_offers(
        depth,
        scale,
        [s.seen for s in sights],
        offers,
        places=[s.quote.book for s in sights],
        side=side,
        need=need,
        merge=merge,
        ways_ns=terms.ways_ns,
        learning=learning,
    )


def _relaxed(
    depth: Depth,
    composite: Composite,
    side: Side,
    grains: int,
    limit: Decimal,
    terms: Terms,
    sweep: Sweep,
    search: Search,
) -> int | None:
    """Return what `grains` would cost at least, had each member its conversion book for itself.

    None where no two members share one: then nothing was relaxed.
    """
    shared = [by for by in composite.scale.conversions if by is not None and by.share > 1]
    if not shared or not grains:
        return None
    sights = look(depth, composite, side=side, grains=grains, barred=terms.barred, together=False)
    offers = [
        o.offer
        for o in offers_of(composite, sights, side=side, grains=grains, limit=limit, terms=terms)
    ]
    merge = sweep([s.curve for s in sights])
    answer = split(
        offers,
        grains,
        merge,
        venues_most=terms.venues_most,
        nodes_most=_NODES_MOST,
        search=search,
    )
    return cost_of(offers, answer.taken) - answer.gap


def _limited(
    sights: Sequence[Sight], offered: Sequence[Offered]
) -> tuple[tuple[VenueId, str], ...]:
    """Return the venues that cannot give all they show, and why."""
    both = zip(sights, offered, strict=True)
    return tuple([(s.quote.venue, o.shortened) for s, o in both if o.shortened])


def _sum(amounts: Sequence[Decimal]) -> Decimal:
    """Return the sum, to sixty digits."""
    return reduce(MONEY.add, amounts, ZERO)


def _legs(
    scale: Scale,
    sights: Sequence[Sight],
    offered: Sequence[Offered],
    taken: Sequence[int],
    side: Side,
    terms: Terms,
    learned: Sequence[Expected],
    *,
    to_the_limit: bool,
) -> tuple[Leg, ...]:
    """Return one leg per venue used, its limit at the marginal net price of all of them."""
    found: Sequence[Expected | None] = learned or [None] * len(sights)
    used = [(s, o, t, e) for s, o, t, e in zip(sights, offered, taken, found, strict=True) if t]
    if not used:
        return ()
    ways = [terms.ways_ns.get(s.quote.venue) for s, _, _, _ in used]
    waits = offsets_ns(ways, terms.release_within_ns)
    marginal = max([o.offer.net * o.offer.curve.last_tick(t) for _, o, t, _ in used])
    paid = scale.paid(side)
    legs = []
    for (sight, given, grains, expected), wait_ns in zip(used, waits, strict=True):
        quote, offer = sight.quote, given.offer
        instrument = scale.members[quote.member].instrument
        # The last tick not dearer than the marginal net price: rounded down to buy, up to sell.
        reach = marginal // offer.net if side is Side.BUY else -(marginal // -offer.net)
        worst = min(reach * side.sign, given.limit_tick * side.sign) * side.sign
        if to_the_limit:
            worst = given.limit_tick
        limit_tick = _own_tick(worst, offer.curve.last_rate(grains), given.guard, side)
        lots = grains // offer.step
        if side is Side.SELL:
            # A venue takes its minimum notional at the order's own price, however much better it fills.
            limit_tick = max(limit_tick, scale.least_tick(quote.member, lots))
        legs.append(
            Leg(
                venue=quote.venue,
                symbol=instrument.symbol,
                book=quote.book,
                lots=lots,
                quantity=scale.quantity(grains),
                limit_tick=limit_tick,
                limit_price=instrument.price_of(limit_tick),
                last_price=instrument.price_of(offer.curve.last_own(grains)),
                cost=scale.amount(paid[quote.member] * offer.curve.value(grains)),
                expected_funding=_funding(scale, sight, grains, side),
                fixed_cost=scale.members[quote.member].order_cost,
                why=use_of(offer, grains, marginal),
                release_after_ns=wait_ns,
                conversion=_conversion(scale, quote.member, offer.curve, grains, side),
                arriving=None if expected is None else arriving(expected, grains, limit_tick),
            )
        )
    return tuple(legs)


def _own_tick(worst: int, rate: int, guard: int | None, side: Side) -> int:
    """Return the last tick of the venue that is no worse than `worst` at `rate`, nor than `guard`."""
    tick = worst // rate if side is Side.BUY else -(-worst // rate)
    return tick if guard is None else min(tick * side.sign, guard * side.sign) * side.sign


def _conversion(scale: Scale, member: int, held: Curve, grains: int, side: Side) -> Decimal | None:
    """Return at what rate the walk of `grains` converts the venue's quote, None for a constant."""
    by = scale.conversion(member)
    if by is None:
        return None
    return average_rate(by, side, held.value(grains), held.own_value(grains))


def _funding(scale: Scale, sight: Sight, grains: int, side: Side) -> Decimal:
    """Return what holding `grains` of a sight is expected to cost."""
    charge = 0 if scale.funding is None else scale.funding[sight.quote.member]
    return scale.amount(side.sign * charge * sight.curve.value(grains)) if charge else ZERO


def _worst_price(
    scale: Scale, sights: Sequence[Sight], taken: Sequence[int], side: Side
) -> Decimal | None:
    """Return the worst market price, without fee, of the levels taken."""
    last = [
        scale.raw[s.quote.member] * s.curve.last_tick(t)
        for s, t in zip(sights, taken, strict=True)
        if t
    ]
    if not last:
        return None
    return scale.price(max(last) if side is Side.BUY else min(last))


def _ranked(costs: Sequence[VenueCost], side: Side) -> list[VenueCost]:
    """Return the venues that could do it alone, cheapest first, as listed at a tie."""
    able = [
        (MONEY.fma(side.sign, c.cost, c.funding), n)
        for n, c in enumerate(costs)
        if c.cost is not None
    ]
    return [costs[n] for _, n in sorted(able)]


def _cost_bps(side: Side, cost: Decimal, quantity: Decimal, mid: Decimal | None) -> Decimal | None:
    """Return the cost against `mid` in bps, + is worse; None without a mid or a quantity."""
    if mid is None or not quantity:
        return None
    flat = MONEY.multiply(mid, quantity)
    dearer = MONEY.subtract(cost, flat) if side is Side.BUY else MONEY.subtract(flat, cost)
    return bps_of(dearer, flat)
