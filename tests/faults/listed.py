"""What may the two legs of an order list really trade, and does it stand as its group asked?"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from router.engine.records import ALARM, Flagged
from router.engine.state import EngineState
from strategies.oco import OcoState
from tests.faults.venue import WatchedVenue
from venues.model.commands import Submit
from venues.model.ids import ClientOrderId, Symbol, VenueId
from venues.model.instrument import Member
from venues.model.numbers import ZERO
from venues.paper.truth import OPEN, PaperOrder


def counted_twice(
    uncertain: Mapping[ClientOrderId, Submit],
    pairs: Mapping[ClientOrderId, ClientOrderId],
    venues: Mapping[VenueId, WatchedVenue],
    members: Mapping[tuple[VenueId, Symbol], Member],
) -> Decimal:
    """Return what of orders that may still trade their venues will not let, being lists; market units.

    `pairs`: the stop that was sent with a profit. Both under way, or both open at a venue that has them
    as one list: one of them trades.
    """
    saved = ZERO
    for maker_id, stop_id in pairs.items():
        if maker_id not in uncertain or stop_id not in uncertain:
            continue
        submit = uncertain[maker_id]
        venue, member = venues[submit.venue], members[submit.venue, submit.symbol]
        maker, stop = venue.orders.get(maker_id), venue.orders.get(stop_id)
        if maker is None or stop is None:
            coming = venue.under_way(maker_id) and venue.would_take(submit)
            saved += member.market_quantity(submit.quantity) if coming else ZERO
        elif maker.list_id and maker.list_id == stop.list_id and _both_open(maker, stop):
            lots = min(maker.leaves, stop.leaves)
            saved += member.market_quantity(maker.listing.quantity(max(lots, 0)))
    return saved


def of_lists(submit: Submit, live: Sequence[PaperOrder], shadow: EngineState) -> bool:
    """Return whether an order leaves in a list, and all that is live of its group stands in lists."""
    sent = shadow.children[submit.client_order_id].listed is not None
    return sent and all(order.list_id for order in live)


def second_of_list(order: PaperOrder) -> bool:
    """Return whether an order trades only if the other one of its list does not, which is open."""
    other = order.other
    return order.submit.trigger is not None and other is not None and _both_open(order, other)


def unlisted(state: EngineState, flags: Sequence[Flagged]) -> Iterator[str]:
    """Yield which native groups have no stop at a venue for what is left, and nobody was told."""
    told = {flag.parent_id for flag in flags if flag.code == ALARM}
    for parent in state.parents.values():
        memory = parent.memory
        if not parent.running or parent.spec.id in told or not isinstance(memory, OcoState):
            continue
        if memory.lists is None or memory.lists.over:
            continue
        stops = [c for c in parent.unsettled.values() if c.submit.trigger is not None]
        standing = sum((c.member.market_quantity(c.reserved) for c in stops), ZERO)
        if parent.spec.quantity - parent.filled - standing >= Decimal("0.5"):
            yield f"{parent.spec.id}: {standing} of {parent.spec.quantity} is protected"


def _both_open(one: PaperOrder, other: PaperOrder) -> bool:
    return one.standing in OPEN and other.standing in OPEN
