"""What does a parent count contracts as that are worth quote, and what is the step of its quantity?"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from router.depth.scale import Scale
from strategies.spec import ParentSpec
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Member
from venues.model.numbers import ONE


def members_for(spec: ParentSpec, scale: Scale, arrival_price: Decimal) -> list[Member]:
    """Return the members that `spec` may trade, inverse contracts counted at its arrival price."""
    return [
        m.counted_at(arrival_price)
        for m in scale.members
        if (not spec.venues_allow or m.instrument.venue in spec.venues_allow)
        and m.instrument.venue not in spec.venues_deny
    ]


def counted_of(members: Sequence[Member]) -> Mapping[tuple[VenueId, Symbol], Member]:
    """Return those of `members` that are counted, by where they are traded."""
    return {(m.instrument.venue, m.instrument.symbol): m for m in members if m.counted is not None}


def step_of(members: Sequence[Member]) -> Decimal:
    """Return the step of a parent's quantity: the finest lot of members with a size of their own.

    Where there are only contracts that are counted, a quantity need be no number of them: any step
    they are counted in will do.
    """
    sized = [m.lot for m in members if m.counted is None]
    if sized:
        return min(sized)
    return min(ONE.scaleb(int(m.lot.as_tuple().exponent)) for m in members)
