"""Where is a quantity taken now? One plan over the usable books of a market, within a limit."""

from collections.abc import Sequence
from decimal import Decimal

from router.depth.composite import Composite, Depth
from router.depth.scale import Scale
from router.routing.counterfactual import other_ways
from router.routing.offers import Candidate, Terms, candidates, grains_needed, look
from router.routing.plan import Leg, Plan, VenueCost, books_digest
from router.routing.split import cost_of, split
from router.routing.sweep import Sweep
from venues.model.ids import VenueId
from venues.model.numbers import MONEY, bps_of
from venues.model.order import Side


def plan_take(
    depth: Depth,
    composite: Composite,
    *,
    side: Side,
    quantity: Decimal,
    limit: Decimal,
    terms: Terms,
    sweep: Sweep,
) -> Plan:
    """Return the plan to take up to `quantity` market units, no level beyond market price `limit`.

    ValueError for a quantity below zero or beyond 2^60 grains.
    """
    scale = composite.scale
    need = grains_needed(scale, quantity)
    sights = look(depth, composite, side=side, grains=need, barred=terms.barred)
    able, skipped, limited = candidates(
        composite, sights, side=side, grains=need, limit=limit, terms=terms
    )
    taken = split([c.offer for c in able], need, sweep)
    legs = _legs(scale, able, taken, side)
    routed = sum(taken)
    books = tuple(s.seen for s in sights)
    other = other_ways(
        scale, books, [s.curve for s in sights], side=side, grains=routed, sweep=sweep
    )
    cost = scale.amount(abs(cost_of([c.offer for c in able], taken)))
    worst = [
        scale.raw[c.sight.quote.member] * c.offer.curve.last_tick(t)
        for c, t in zip(able, taken, strict=True)
        if t
    ]
    ranked = _ranked(other.single_venue, side) if routed else []
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
        worst_price=scale.price(max(worst) if side is Side.BUY else min(worst)) if worst else None,
        best_single=ranked[0] if ranked else None,
        runner_up=ranked[1] if len(ranked) > 1 else None,
        counterfactual=other,
        skipped=(*_unseen(composite, side, terms), *skipped, *_too_small(able, taken, need)),
        limited=tuple(limited),
        books=books,
        books_digest=books_digest(side, books),
    )


def _legs(
    scale: Scale, able: Sequence[Candidate], taken: Sequence[int], side: Side
) -> tuple[Leg, ...]:
    """Return one leg per candidate used, its limit at the marginal net price of all of them."""
    used = [(c, t) for c, t in zip(able, taken, strict=True) if t]
    if not used:
        return ()
    marginal = max(c.offer.curve.last_tick(t) * c.offer.net for c, t in used)
    legs = []
    for candidate, grains in used:
        quote, offer = candidate.sight.quote, candidate.offer
        instrument = scale.members[quote.member].instrument
        # Down to buy, up to sell: both are a floor once the net price carries the sign.
        reach = marginal // offer.net if side is Side.BUY else -(marginal // -offer.net)
        limit_tick = min(reach * side.sign, candidate.limit_tick * side.sign) * side.sign
        legs.append(
            Leg(
                venue=quote.venue,
                symbol=instrument.symbol,
                book=quote.book,
                lots=grains // offer.step,
                quantity=scale.quantity(grains),
                limit_tick=limit_tick,
                limit_price=instrument.price_of(limit_tick),
                last_price=instrument.price_of(offer.curve.last_tick(grains)),
                cost=scale.amount(abs(offer.net) * offer.curve.value(grains)),
            )
        )
    return tuple(legs)


def _unseen(composite: Composite, side: Side, terms: Terms) -> list[tuple[VenueId, str]]:
    """Return the venues whose book was not even looked at, with the reason."""
    out = list(composite.scale.left_out)
    for quote in composite.quotes:
        if quote.venue in terms.barred:
            out.append((quote.venue, terms.barred[quote.venue]))
        elif quote.refusal:
            out.append((quote.venue, quote.refusal))
        elif quote.best(side) is None:
            out.append((quote.venue, "no depth"))
    return out


def _too_small(
    able: Sequence[Candidate], taken: Sequence[int], need: int
) -> list[tuple[VenueId, str]]:
    """Return the unused venues that price would have used: their minimum or lot kept them out."""
    used = [c.offer.curve.last_tick(t) * c.offer.net for c, t in zip(able, taken, strict=True) if t]
    everything = sum(taken) == need
    return [
        (
            c.sight.quote.venue,
            "below minimum" if c.offer.least > c.offer.step else "below one lot",
        )
        for c, t in zip(able, taken, strict=True)
        if not t and not (everything and max(used) <= c.offer.curve.ticks[0] * c.offer.net)
    ]


def _ranked(costs: Sequence[VenueCost], side: Side) -> list[VenueCost]:
    """Return the venues that could do it alone, cheapest first, as listed at a tie."""
    able = [(c.cost, n) for n, c in enumerate(costs) if c.cost is not None]
    if side is Side.SELL:
        able = [(cost.copy_negate(), n) for cost, n in able]
    return [costs[n] for _, n in sorted(able)]


def _cost_bps(side: Side, cost: Decimal, quantity: Decimal, mid: Decimal | None) -> Decimal | None:
    """Return the cost against `mid` in bps, + is worse; None without a mid or a quantity."""
    if mid is None or not quantity:
        return None
    flat = MONEY.multiply(mid, quantity)
    dearer = MONEY.subtract(cost, flat) if side is Side.BUY else MONEY.subtract(flat, cost)
    return bps_of(dearer, flat)
