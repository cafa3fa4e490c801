"""What may the legs of a guarded group really trade together, and does each give way when another fills?"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from router.engine.state import EngineState
from router.orders.child import Child
from router.orders.parent import Parent
from tests.faults.venue import WatchedVenue
from venues.model.commands import Submit
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Kind, Member, ReduceOnly
from venues.model.numbers import ZERO
from venues.paper.truth import PaperOrder

_Venues = Mapping[VenueId, WatchedVenue]


def spared(
    uncertain: Sequence[tuple[Submit, Decimal]],
    venues: _Venues,
    members: Mapping[tuple[VenueId, Symbol], Member],
) -> Decimal:
    """Return what of `uncertain`, orders of one group and what they may still trade, venues will not let.

    By the positions as the venues count them and all that can add to them, market units.
    """
    by_place: dict[tuple[VenueId, Symbol], list[tuple[Submit, Decimal]]] = {}
    for submit, quantity in uncertain:
        by_place.setdefault((submit.venue, submit.symbol), []).append((submit, quantity))
    saved = ZERO
    for place, there in by_place.items():
        member = members[place]
        if member.instrument.kind is Kind.PERP and all(s.reduce_only for s, _ in there):
            open_ = sum((quantity for _, quantity in there), ZERO)
            cap = venues[place[0]].cap(there[0][0])
            saved += member.market_quantity(max(open_ - cap, ZERO))
    return saved


def apart(
    submit: Submit,
    parent: Parent,
    live: Sequence[PaperOrder],
    shadow: EngineState,
    venues: _Venues,
) -> str:
    """Return why `submit` may not stand beside the `live` orders of other legs, "" if it may."""
    if not parent.spec.guarded:
        return "the group is strict"
    for one in (submit, *(o.submit for o in live)):
        instrument = shadow.members[one.venue, one.symbol].instrument
        if instrument.reduce_only is not ReduceOnly.CAPPED or not one.reduce_only:
            return f"{one.venue} does not cap them"
        against = [
            o.submit.client_order_id
            for o in venues[one.venue].orders.values()
            if o.leaves > 0 and o.submit.account == one.account and o.submit.side is not one.side
        ]
        if against:
            return f"{against} at {one.venue} add to what is held"
    return ""


def left_too_large(parent: Parent) -> str:
    """Return how a leg of a guarded group has more open than is left and nobody withdraws it."""
    if not parent.spec.guarded or not parent.running:
        return ""
    left = parent.spec.quantity - parent.filled
    by_leg: dict[str, list[Child]] = {}
    for child in parent.unsettled.values():
        by_leg.setdefault(child.submit.leg.partition("/")[0], []).append(child)
    for leg, children in by_leg.items():
        open_ = sum((c.member.market_quantity(c.reserved) for c in children), ZERO)
        resting = [c for c in children if c.submit.post_only and not c.closed]
        if open_ > left and resting and not any(c.cancels for c in resting):
            return f"{leg} has {open_} open where {left} is left, and nothing of it is withdrawn"
    return ""
