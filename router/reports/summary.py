"""What did each parent cost, against what it could have cost? The report of a run.

`shortfall_bps` follows Perold (1988, The implementation shortfall: paper versus reality) with the
arrival price as the decision price: signed cost, fees in, on arrival price x filled quantity.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import msgspec

from router.engine.records import ALARM
from router.orders.parent import Parent
from router.reports.band import inside_share
from router.reports.depth import DepthSummary, depths_of
from router.reports.follow import Execution, Follower, PlanRow
from venues.model.ids import ClientOrderId, ParentId, VenueId
from venues.model.instrument import Member
from venues.model.numbers import BPS, MONEY, ZERO, floor_lots, floor_to, plain
from venues.model.order import Liquidity

_BPS_STEP = Decimal("0.000001")
_FEE_STEP = Decimal("1e-30")
_BASE_STEP = Decimal("0.000001")
_PRICE_STEP = Decimal("0.000000000001")


class VenueSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's part of a parent; money and quantity as plain strings."""

    filled: str
    average_price: str | None
    fees: str
    children: int


class Alternatives(msgspec.Struct, frozen=True, kw_only=True):
    """The same quantities at the same instants on the same books, in bps like the shortfall."""

    best_single_venue: str | None
    top_of_book: str | None
    pro_rata: str | None
    optimal: str | None


class AlarmRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a person should have looked at while a parent worked: engine ns and a sentence."""

    ts_ns: int
    parent: ParentId
    text: str


class ParentSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One parent; null where there is no such number.

    `band_share`: part of its time in which it was near its schedule, see `router.reports.band`.
    `alarms`: in the order in which they were raised. `depth`: by venue, where anything was learned.
    """

    id: ParentId
    symbol: str
    side: str
    quantity: str
    filled: str
    state: str
    reason: str
    average_price: str | None
    arrival_price: str | None
    shortfall_bps: str | None
    fees: str
    children: int
    maker_share: str | None
    band_share: str | None
    started_ns: int | None
    ended_ns: int | None
    venues: dict[VenueId, VenueSummary]
    counterfactual_bps: Alternatives
    base_filled: str | None = None  # the base behind inverse contracts at their own prices
    alarms: tuple[AlarmRow, ...] = ()
    depth: dict[VenueId, DepthSummary] = {}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run."""

    version: int
    digest: str
    elapsed_s: float
    market_events: int
    parents: tuple[ParentSummary, ...]


def summarise(parent: Parent, follower: Follower) -> ParentSummary:
    """Return the summary of one parent from what was followed; sums are exact to sixty digits."""
    with localcontext(MONEY):
        return _summary(parent, follower)


def _summary(parent: Parent, follower: Follower) -> ParentSummary:
    spec = parent.spec
    rows = [o for o in follower.orders.values() if o.submit.parent_id == spec.id]
    executions = [e for e in follower.executions if e.parent == spec.id]
    members = {o.submit.client_order_id: o.member for o in rows}
    filled = _sum(e.quantity for e in executions)
    fees = _sum(_fee(e, members[e.child]) for e in executions)
    maker = _sum(e.quantity for e in executions if e.liquidity is Liquidity.MAKER)
    started = parent.started_ns > 0
    cost = _cost(executions, members)
    plans = [p for p in follower.plans if p.parent == spec.id]
    venues: dict[VenueId, VenueSummary] = {}
    for venue in sorted({o.submit.venue for o in rows}):
        part = [e for e in executions if e.venue == venue]
        venues[venue] = VenueSummary(
            filled=plain(_sum(e.quantity for e in part)),
            average_price=_average(part),
            fees=plain(_sum(_fee(e, members[e.child]) for e in part)),
            children=sum(1 for o in rows if o.submit.venue == venue),
        )
    return ParentSummary(
        id=spec.id,
        symbol=spec.symbol,
        side=spec.side.value,
        quantity=plain(spec.quantity),
        filled=plain(filled),
        state=parent.state.value,
        reason=parent.reason,
        average_price=_average(executions),
        arrival_price=plain(parent.arrival_price) if started else None,
        shortfall_bps=_bps(parent, cost, filled),
        fees=plain(fees),
        children=len(rows),
        maker_share=_stepped(MONEY.divide(maker, filled), _BPS_STEP) if filled else None,
        band_share=_band_share(parent, executions),
        started_ns=parent.started_ns if started else None,
        ended_ns=parent.ended_ns or None,
        venues=venues,
        base_filled=_base(executions, members),
        alarms=_alarms(spec.id, follower),
        depth=depths_of(plans, rows),
        counterfactual_bps=_alternatives(parent, executions, members, plans),
    )


def _alarms(parent_id: ParentId, follower: Follower) -> tuple[AlarmRow, ...]:
    return tuple(
        AlarmRow(ts_ns=flag.at_ns, parent=flag.parent_id, text=flag.sentence)
        for flag in follower.flags
        if flag.code == ALARM and flag.parent_id == parent_id
    )


def _band_share(parent: Parent, executions: Sequence[Execution]) -> str | None:
    schedule = None if parent.memory is None else parent.memory.schedule(parent.spec)
    if schedule is None or not parent.lot:
        return None
    # Half a lot of an odd venue is no step of the schedule: whole lots, as far as there are any.
    done = [(e.ts_ns, floor_lots(e.quantity, parent.lot)) for e in executions]
    last_ns = parent.ended_ns or max([at_ns for at_ns, _ in done], default=parent.started_ns)
    share = inside_share(schedule, done, end_ns=last_ns)
    return None if share is None else _stepped(share, _BPS_STEP)


def _alternatives(
    parent: Parent,
    executions: Sequence[Execution],
    members: Mapping[ClientOrderId, Member],
    plans: Sequence[PlanRow],
) -> Alternatives:
    """Price the taken quantity in other ways; what was made passively stays what it was.

    Each plan's quantity is re-priced on the books the plan saw. The average over all plans is
    applied to what was really taken, so that a faded leg does not tilt the comparison.
    """
    made = [e for e in executions if e.liquidity is Liquidity.MAKER]
    taken = _sum(e.quantity for e in executions if e.liquidity is Liquidity.TAKER)
    filled = taken + _sum(e.quantity for e in made)
    others = [p.plan.counterfactual for p in plans if p.plan.counterfactual.quantity]
    planned = _sum(o.quantity for o in others)
    maker_cost = _cost(made, members)

    def priced(costs: Iterable[Decimal | None]) -> Decimal | None:
        known = [c for c in costs if c is not None]
        if len(known) < len(others) or not planned:
            return None
        return maker_cost + MONEY.divide(_sum(known) * taken, planned)

    venues = {v.venue for o in others for v in o.single_venue}
    singles = [
        cost
        for venue in sorted(venues)
        if (
            cost := priced(
                next((v.cost for v in o.single_venue if v.venue == venue), None) for o in others
            )
        )
        is not None
    ]
    sign = parent.spec.side.sign
    single = min(singles, key=lambda cost: sign * cost) if singles else None
    return Alternatives(
        best_single_venue=_bps(parent, single, filled),
        top_of_book=_bps(parent, priced(o.top_of_book for o in others), filled),
        pro_rata=_bps(parent, priced(o.pro_rata for o in others), filled),
        optimal=_bps(parent, priced(o.optimal for o in others), filled),
    )


def _cost(executions: Iterable[Execution], members: Mapping[ClientOrderId, Member]) -> Decimal:
    """Return the quote paid (buy) or received (sell), fees in."""
    total = ZERO
    for e in executions:
        total += e.price * e.quantity + e.side.sign * _fee(e, members[e.child])
    return total


def _fee(execution: Execution, member: Member) -> Decimal:
    """Return a fee in market quote: base fees at the execution's price, others converted."""
    if execution.fee_currency == member.instrument.base:
        # A fee in base may be a quotient (inverse contracts): beyond these places it is nothing.
        value = MONEY.multiply(execution.fee * member.unit, execution.price)
        return value.quantize(_FEE_STEP, rounding=ROUND_HALF_EVEN, context=MONEY).normalize(MONEY)
    return execution.fee * member.conversion


def _base(executions: Sequence[Execution], members: Mapping[ClientOrderId, Member]) -> str | None:
    """Return the base behind all fills in market units; None where no contract was counted.

    A counted contract is what its quote bought at the price of its own fill.
    """
    total, counts = ZERO, False
    for e in executions:
        member = members[e.child]
        if e.contracts is None:
            total += e.quantity
            continue
        counts = True
        contract = MONEY.multiply(member.instrument.contract_size, member.unit)
        worth = MONEY.multiply(e.contracts, contract)
        total += MONEY.divide(worth, member.instrument_price(e.price))
    return plain(floor_to(total, _BASE_STEP)) if counts else None


def _bps(parent: Parent, cost: Decimal | None, filled: Decimal) -> str | None:
    """Return the signed cost of `filled` against the arrival price, + is worse."""
    if cost is None or not filled or not parent.arrival_price:
        return None
    flat = parent.arrival_price * filled
    bps = MONEY.divide(parent.spec.side.sign * (cost - flat) * BPS, flat)
    return _stepped(bps, _BPS_STEP)


def _average(executions: Sequence[Execution]) -> str | None:
    quantity = _sum(e.quantity for e in executions)
    if not quantity:
        return None
    turnover = _sum(e.price * e.quantity for e in executions)
    return _stepped(MONEY.divide(turnover, quantity), _PRICE_STEP)


def _stepped(value: Decimal, step: Decimal) -> str:
    """Round a report figure (never an order) half to even; every place is printed."""
    return format(value.quantize(step, rounding=ROUND_HALF_EVEN), "f")


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, ZERO)
