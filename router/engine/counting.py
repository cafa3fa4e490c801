"""What does a parent count contracts as that are worth quote, and what is the step of its quantity?"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from router.engine.core import Core
from router.engine.view import allowed
from strategies.spec import ParentSpec
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Member
from venues.model.numbers import ONE


def members_for(core: Core, spec: ParentSpec, price: Decimal) -> list[Member]:
    """Return the members that `spec` may trade, inverse contracts counted at a market price.

    An exit counts them as its entry does: it trades what that has filled.
    """
    entry = {} if spec.exit_of is None else core.state.parents[spec.exit_of].counted
    return [
        entry.get((m.instrument.venue, m.instrument.symbol)) or m.counted_at(price)
        for m in core.scales[spec.symbol].members
        if allowed(spec, m.instrument.venue)
    ]


def counted_of(members: Sequence[Member]) -> Mapping[tuple[VenueId, Symbol], Member]:
    """Return those of `members` that are counted, by where they are traded."""
    return {(m.instrument.venue, m.instrument.symbol): m for m in members if m.counted is not None}


def step_of(members: Sequence[Member]) -> Decimal:
    """Return the step of a parent's quantity: the finest lot, where all have one of their own.

    Where contracts are counted, a quantity need be no number of them, and what has been filled is
    no number of anybody's lots: then it is the power of ten that all of them are counted in.
    """
    if all(m.counted is None for m in members):
        return min(m.lot for m in members)
    return min(ONE.scaleb(int(m.lot.as_tuple().exponent)) for m in members)
