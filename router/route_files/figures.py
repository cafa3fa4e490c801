"""What does a trader want to know of a plan beside its legs: what size costs, and what else there was?"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from router.route_files.answer import cost_at
from router.route_files.integers import ExactAsk, number
from router.routing.exact import Solution
from venues.model.numbers import MONEY, ZERO, bps_of
from venues.model.order import Side

# Depth is shown this far from the best price of all venues, in basis points.
NEAR_BPS: Final = 10
_WHOLE_BPS: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Alone:
    """What the routed quantity would cost at one venue alone, and how much worse that is."""

    venue: str
    cost: Decimal
    worse_bps: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class VenueFigures:
    """One venue of a plan.

    `near`: depth within `NEAR_BPS` of the best price; `taken`: the leg; `net_price`: what a unit of
    it costs with everything in, None without a leg.
    """

    name: str
    near: Decimal
    taken: Decimal
    net_price: Decimal | None


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """The figures of one plan; prices are per unit, bps are against `best`, + is worse.

    `best`: the best price of all venues with depth. `average`: that of the levels walked; `net`:
    with fees and fixed costs in. `hidden_bps`: what size costs, net against best, made of
    `depth_bps` (average against best), `fee_bps` and `fixed_bps`. `alone`: the two venues that are
    cheapest for the routed quantity, best first.
    """

    best: Decimal | None
    average: Decimal | None
    net: Decimal | None
    hidden_bps: Decimal | None
    depth_bps: Decimal | None
    fee_bps: Decimal | None
    fixed_bps: Decimal | None
    alone: tuple[Alone, ...]
    venues: tuple[VenueFigures, ...]


def figures(exact: ExactAsk, found: Solution) -> Figures:
    """Return the figures of the plan `found` for a line."""
    ask, problem = exact.ask, exact.problem
    sign = ask.side.sign
    best = _best(exact)
    venues = tuple(
        VenueFigures(
            name=venue.name,
            near=ZERO if best is None else _near(exact, n, best),
            taken=exact.quantity(taken),
            net_price=_per_unit(exact, sign * cost_at(exact, n, taken), taken) if taken else None,
        )
        for n, (venue, taken) in enumerate(zip(ask.venues, found.taken, strict=True))
    )
    routed = sum(found.taken)
    if not routed or best is None:
        return Figures(best, None, None, None, None, None, None, (), venues)
    walked = sum(problem.curves[n].value(t) for n, t in enumerate(found.taken))
    average = MONEY.divide(exact.price(walked), Decimal(routed))
    fixed = sum(problem.fixed[n] for n, t in enumerate(found.taken) if t)
    net = _per_unit(exact, sign * found.cost, routed)
    before_fixed = _per_unit(exact, sign * (found.cost - fixed), routed)

    def worse(price: Decimal, than: Decimal) -> Decimal:
        return bps_of(sign * MONEY.subtract(price, than), best)

    return Figures(
        best=best,
        average=average,
        net=net,
        hidden_bps=worse(net, best),
        depth_bps=worse(average, best),
        fee_bps=worse(before_fixed, average),
        fixed_bps=worse(net, before_fixed),
        alone=_alone(exact, found, net, best),
        venues=venues,
    )


def _best(exact: ExactAsk) -> Decimal | None:
    """Return the best price of all venues that has depth, limit or not."""
    prices = [
        next(p for p, s in zip(v.prices, v.sizes, strict=True) if s)
        for v, t in zip(exact.ask.venues, exact.terms, strict=True)
        if t.shown
    ]
    if not prices:
        return None
    return min(prices) if exact.ask.side is Side.BUY else max(prices)


def _near(exact: ExactAsk, n: int, best: Decimal) -> Decimal:
    """Return the depth of venue `n` within `NEAR_BPS` of `best`."""
    sign = exact.ask.side.sign
    edge = MONEY.divide(MONEY.multiply(best, Decimal(_WHOLE_BPS + sign * NEAR_BPS)), _WHOLE_BPS)
    venue = exact.ask.venues[n]
    near = ZERO
    for price, size in zip(venue.prices, venue.sizes, strict=True):
        if (price - edge) * sign > 0:
            break
        near = MONEY.add(near, size)
    return near


def _alone(exact: ExactAsk, found: Solution, net: Decimal, best: Decimal) -> tuple[Alone, ...]:
    """Return the two venues that do the routed quantity cheapest alone, as listed at a tie."""
    problem, routed = exact.problem, sum(found.taken)
    sign = exact.ask.side.sign
    able = sorted(
        (cost_at(exact, n, routed), n)
        for n in range(len(problem.curves))
        if problem.leasts[n] <= routed <= problem.mosts[n] and routed % problem.steps[n] == 0
    )
    return tuple(
        Alone(
            venue=exact.ask.venues[n].name,
            cost=exact.money(sign * cost),
            worse_bps=bps_of(
                sign * MONEY.subtract(_per_unit(exact, sign * cost, routed), net), best
            ),
        )
        for cost, n in able[:2]
    )


def _per_unit(exact: ExactAsk, units: int, grains: int) -> Decimal:
    """Return the price at which `grains` cost `units` of money."""
    return MONEY.divide(exact.money(units), number(grains * exact.grain))
