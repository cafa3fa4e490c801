"""What is one line in exact integers: ticks, grains and one unit of money for all its venues?

Every number of a line has at most 30 decimals, so all of them are first whole multiples of 10^-30
("atoms"), then of the largest steps they share. Nothing is rounded but caps and minimums to lots.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import accumulate
from math import gcd
from operator import mul
from typing import Final

from router.route_files.ask import RouteAsk, VenueAsk
from router.routing.cost import Curve
from router.routing.exact import Problem
from venues.model.numbers import DECIMALS_MAX
from venues.model.order import Side

_ONE: Final = 10**DECIMALS_MAX
_WIDE: Final = Context(prec=4 * DECIMALS_MAX, traps=[Inexact, InvalidOperation])


@dataclass(frozen=True, slots=True, eq=False)
class VenueTerms:
    """What binds one venue of a line, in atoms of quantity.

    `shown`: all its depth; `within`: that within the limit; `most`: whole lots of that, within cap
    and quantity; `least`: the smallest legal leg, there or not. `prices` and `sizes` (> 0): the
    levels that a leg of `most` walks, best first.
    """

    shown: int
    within: int
    most: int
    least: int
    lot: int
    prices: tuple[int, ...]
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ExactAsk:
    """One line as the solver sees it; tuples are by venue, in listed order.

    The problem is in ticks of `tick` atoms, grains of `grain` atoms and money of `unit` cubic
    atoms.
    """

    ask: RouteAsk
    terms: tuple[VenueTerms, ...]
    problem: Problem
    tick: int
    grain: int
    unit: int

    def quantity(self, grains: int) -> Decimal:
        """Return `grains` as a quantity, exactly."""
        return number(grains * self.grain)

    def unplaced(self, grains: int) -> Decimal:
        """Return what of the quantity is left after `grains`, exactly."""
        return number(_atoms(self.ask.quantity) - grains * self.grain)

    def price(self, ticks: int) -> Decimal:
        """Return `ticks` as a price, exactly."""
        return number(ticks * self.tick)

    def money(self, units: int) -> Decimal:
        """Return `units` as money, exactly."""
        return Decimal(f"{units * self.unit}E-{3 * DECIMALS_MAX}")


def number(atoms: int) -> Decimal:
    """Return a number of `atoms`, exactly."""
    return Decimal(f"{atoms}E-{DECIMALS_MAX}")


def exact_ask(ask: RouteAsk) -> ExactAsk:
    """Return `ask` in integers."""
    quantity = _atoms(ask.quantity)
    terms = tuple(_terms(ask, venue, quantity) for venue in ask.venues)
    tick = gcd(*(price for t in terms for price in t.prices)) or 1
    grain = gcd(*(t.lot for t in terms), *(size for t in terms for size in t.sizes)) or 1
    sign = ask.side.sign
    nets = [(_ONE + sign * _atoms(v.taker_fee)) * tick * grain for v in ask.venues]
    fixed = [_atoms(v.fixed_cost) * _ONE * _ONE for v in ask.venues]
    unit = gcd(*nets, *fixed) or 1
    return ExactAsk(
        ask=ask,
        terms=terms,
        problem=Problem(
            curves=[
                _curve([p // tick for p in t.prices], [s // grain for s in t.sizes]) for t in terms
            ],
            nets=[sign * (net // unit) for net in nets],
            steps=[t.lot // grain for t in terms],
            leasts=[t.least // grain for t in terms],
            mosts=[t.most // grain for t in terms],
            fixed=[f // unit for f in fixed],
            need=quantity // grain,
        ),
        tick=tick,
        grain=grain,
        unit=unit,
    )


def _terms(ask: RouteAsk, venue: VenueAsk, quantity: int) -> VenueTerms:
    prices = [_atoms(price) for price in venue.prices]
    sizes = [_atoms(size) for size in venue.sizes]
    lot = _atoms(venue.lot)
    reach = _reach(ask, venue)
    within = sum(sizes[:reach])
    most = within if venue.cap is None else min(within, _atoms(venue.cap))
    most -= most % lot
    least = max(_ceil(_atoms(venue.min_qty), lot), 1)
    # The best level listed, even where nothing stands at it.
    reference = ask.reference_price or (venue.prices[0] if venue.prices else None)
    if reference is not None:
        least = max(least, _ceil(_atoms(venue.min_notional) * _ONE, _atoms(reference) * lot))
    most = min(most, quantity - quantity % lot)
    walked = _walked(sizes[:reach], most)
    return VenueTerms(
        shown=sum(sizes),
        within=within,
        most=most,
        least=least * lot,
        lot=lot,
        prices=tuple(p for p, s in zip(prices[:walked], sizes[:walked], strict=True) if s),
        sizes=tuple(s for s in sizes[:walked] if s),
    )


def _reach(ask: RouteAsk, venue: VenueAsk) -> int:
    """Return how many of the levels are within the limit."""
    limit = ask.limit_price
    if limit is None:
        return len(venue.prices)
    if ask.side is Side.BUY:
        return sum(1 for price in venue.prices if price <= limit)
    return sum(1 for price in venue.prices if price >= limit)


def _walked(sizes: Sequence[int], most: int) -> int:
    """Return how many levels, best first, `most` reaches."""
    for n, upto in enumerate(accumulate(sizes)):
        if upto >= most:
            return n + 1
    return len(sizes)


def _curve(ticks: list[int], grains: list[int]) -> Curve:
    return Curve(ticks, list(accumulate(grains)), list(accumulate(map(mul, ticks, grains))))


def _ceil(over: int, under: int) -> int:
    return -(-over // under)


def _atoms(value: Decimal) -> int:
    return int(_WIDE.scaleb(value, DECIMALS_MAX))
