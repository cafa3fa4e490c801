"""What is answered to one line: the legs, the exact cost, how sure it is, and why venues are unused?"""

import json
from dataclasses import dataclass
from decimal import Decimal

from router.route_files.ask import LineError
from router.route_files.integers import ExactAsk, number
from router.routing.exact import Solution
from venues.model.numbers import plain


@dataclass(frozen=True, slots=True, eq=False)
class RouteLeg:
    """One venue's part; `limit_price` is the last price walked, `cost` as in `RouteAnswer`."""

    venue: str
    quantity: Decimal
    limit_price: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class RouteAnswer:
    """The plan for one line, venues in listed order.

    `cost`: paid for a buy, received for a sell, fees and fixed costs in; exact. No plan for as much
    is better by more than `certified_gap`.
    """

    legs: tuple[RouteLeg, ...]
    unrouted: Decimal
    cost: Decimal
    certified_gap: Decimal
    skipped: tuple[tuple[str, str], ...]


def answer(exact: ExactAsk, found: Solution) -> RouteAnswer:
    """Return what `found` means for the line."""
    ask, problem = exact.ask, exact.problem
    legs = []
    for n, (venue, taken) in enumerate(zip(ask.venues, found.taken, strict=True)):
        if taken:
            legs.append(
                RouteLeg(
                    venue=venue.name,
                    quantity=exact.quantity(taken),
                    limit_price=exact.price(problem.curves[n].last_tick(taken)),
                    cost=exact.money(ask.side.sign * cost_at(exact, n, taken)),
                )
            )
    marginal = max(
        (problem.curves[n].last_tick(t) * problem.nets[n] for n, t in enumerate(found.taken) if t),
        default=None,
    )
    return RouteAnswer(
        legs=tuple(legs),
        unrouted=exact.unplaced(sum(found.taken)),
        cost=exact.money(ask.side.sign * found.cost),
        certified_gap=exact.money(found.gap),
        skipped=tuple(
            (venue.name, _reason(exact, n, marginal))
            for n, (venue, taken) in enumerate(zip(ask.venues, found.taken, strict=True))
            if not taken
        ),
    )


def cost_at(exact: ExactAsk, venue: int, grains: int) -> int:
    """Return what `grains` (> 0) cost at one venue, in units; negative for proceeds."""
    problem = exact.problem
    return problem.curves[venue].value(grains) * problem.nets[venue] + problem.fixed[venue]


def answer_line(ask_id: str, given: RouteAnswer) -> str:
    """Return the JSON line of a plan."""
    return _line(
        {
            "id": ask_id,
            "legs": [
                {
                    "venue": leg.venue,
                    "quantity": plain(leg.quantity),
                    "limit_price": plain(leg.limit_price),
                }
                for leg in given.legs
            ],
            "unrouted": plain(given.unrouted),
            "cost": plain(given.cost),
            "certified_gap": plain(given.certified_gap),
            "skipped": dict(given.skipped),
        }
    )


def error_line(line: int, error: LineError) -> str:
    """Return the JSON line of line number `line`, counted from 1, that could not be read."""
    named = {} if error.ask_id is None else {"id": error.ask_id}
    told = {"field": error.field, "message": error.message}
    return _line({**named, "line": line, "error": told})


def _line(tree: object) -> str:
    # Escaped to ASCII: valid JSON whatever the encoding of stdout.
    return json.dumps(tree, separators=(",", ":"))


def _reason(exact: ExactAsk, n: int, marginal: int | None) -> str:
    """Return why venue `n` is not used by a plan whose dearest net price is `marginal`."""
    venue, terms, problem = exact.ask.venues[n], exact.terms[n], exact.problem
    if not terms.shown:
        return "no depth"
    if not terms.within:
        return "no depth within limit"
    least = plain(number(terms.least))
    if terms.most < terms.least:
        if terms.within < terms.least:
            return f"below minimum: depth {plain(number(terms.within))}, smallest order {least}"
        if venue.cap is not None and number(terms.least) > venue.cap:
            return f"below minimum: cap {plain(venue.cap)}, smallest order {least}"
        return f"below minimum: quantity {plain(exact.ask.quantity)}, smallest order {least}"
    if marginal is not None and problem.curves[n].ticks[0] * problem.nets[n] >= marginal:
        return "not cheaper than the venues used"
    if problem.fixed[n]:
        return f"fixed cost {plain(venue.fixed_cost)} is more than it would save"
    if terms.least > terms.lot:
        return f"smallest order {least} does not fit or pay"
    return f"lot {plain(venue.lot)} does not fit or pay"
