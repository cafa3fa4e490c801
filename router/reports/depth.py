"""Was the depth there that decisions counted on? Displayed, expected and got, per venue."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from router.reports.follow import OrderRow, PlanRow
from venues.books.layout import WHOLE
from venues.model.ids import Symbol, VenueId
from venues.model.numbers import MONEY, ZERO
from venues.model.order import TimeInForce

_STEP = Decimal("0.000001")


class DepthSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a venue showed and gave one parent; market units, plain strings.

    `displayed`: what stood up to the price of waiting, and `expected` of it by the time an order would
    have arrived, both the mean of `decisions` that knew something of the venue. `sent`: to it by
    takers of such decisions, `foreseen` of that to fill, and `filled`.
    """

    decisions: int
    displayed: str
    expected: str
    sent: str
    foreseen: str
    filled: str


@dataclass(slots=True)
class _Sums:
    decisions: set[int] = field(default_factory=set)
    displayed: Decimal = ZERO
    expected: Decimal = ZERO
    sent: Decimal = ZERO
    foreseen: Decimal = ZERO
    filled: Decimal = ZERO


def depths_of(plans: Sequence[PlanRow], orders: Iterable[OrderRow]) -> dict[VenueId, DepthSummary]:
    """Return what `plans` of one parent expected of each venue, and what its `orders` got.

    Nothing for a venue of which no decision knew anything.
    """
    takers: dict[tuple[int, VenueId, Symbol], deque[OrderRow]] = {}
    for row in orders:
        submit = row.submit
        if submit.time_in_force is TimeInForce.IOC:
            place = submit.decided_ns, submit.venue, submit.symbol
            takers.setdefault(place, deque()).append(row)
    sums: dict[VenueId, _Sums] = {}
    for plan_row in plans:
        plan = plan_row.plan
        for arrival in plan.arrivals:
            of = sums.setdefault(arrival.venue, _Sums())
            of.decisions.add(plan_row.plan_no)
            of.displayed += arrival.displayed
            of.expected += arrival.expected
        for leg in plan.legs:
            sent = takers.get((plan.decided_ns, leg.venue, leg.symbol))
            if leg.arriving is None or not sent:
                continue
            of = sums.setdefault(leg.venue, _Sums())
            of.sent += leg.quantity
            of.foreseen += MONEY.divide(leg.quantity * leg.arriving, Decimal(WHOLE))
            of.filled += sum((e.quantity for e in sent.popleft().executions), ZERO)
    return {venue: _summary(sums[venue]) for venue in sorted(sums)}


def _summary(of: _Sums) -> DepthSummary:
    decisions = max(len(of.decisions), 1)
    return DepthSummary(
        decisions=len(of.decisions),
        displayed=_stepped(MONEY.divide(of.displayed, Decimal(decisions))),
        expected=_stepped(MONEY.divide(of.expected, Decimal(decisions))),
        sent=_stepped(of.sent),
        foreseen=_stepped(of.foreseen),
        filled=_stepped(of.filled),
    )


def _stepped(quantity: Decimal) -> str:
    """Round a report figure (never an order) half to even."""
    return format(quantity.quantize(_STEP, rounding=ROUND_HALF_EVEN), "f")
