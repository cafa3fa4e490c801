"""May the legs of a guarded group stand beside each other now, and who has to keep away from them?"""

from decimal import Decimal

from router.engine.core import Core
from router.orders.parent import Parent
from strategies.spec import group_leg
from venues.model.ids import VenueId
from venues.model.numbers import ZERO, plain


def why_apart(core: Core, parent: Parent) -> str:
    """Return why no two legs of `parent` may be live at once, "" if their venues cap them.

    They may where every place at which it holds something, or has an order, caps reduce-only orders
    at what is held, nothing that could add to it is open or in doubt, and all that is held, or was when
    an open leg left, is no more than the group may still trade. An exit whose entry still trades
    grows: its position is not settled.
    """
    spec, guard = parent.spec, parent.guard
    if guard is None:
        return "the group is not guarded"
    if spec.exit_of is not None and not core.state.parents[spec.exit_of].ended:
        return "its entry still trades"
    held_in_all = ZERO
    since = False  # whether others have sold of it meanwhile
    for member in core.markets.scale_of(parent).members:
        i = member.instrument
        place = i.venue, i.symbol
        mine = [c for c in parent.unsettled.values() if c.place == place]
        held = guard.most(spec, i, mine, parent.traded_at(place).filled)
        if not held and not mine:
            continue
        if not member.sized:
            return f"{i.venue} trades contracts that nobody has counted"
        if why := guard.why_uncapped(spec, i):
            return why
        since = since or held > guard.held(spec, i)
        held_in_all += member.market_quantity(held)
    left = _wanted(parent) - parent.filled
    if held_in_all > left:
        was = "was held when a leg left," if since else "is held"
        return (
            f"{plain(held_in_all)} {was} where {plain(left)} is to be traded: both legs would fit"
        )
    return ""


def free_for(core: Core, parent: Parent, leg: str) -> Decimal:
    """Return what an order that names `leg` may ask for, market units, >= 0.

    Beside the other legs of a guarded group it is what the leg itself has not asked for yet.
    """
    if parent.guard is None or why_apart(core, parent):
        return parent.free
    mine = (c for c in parent.unsettled.values() if group_leg(c.submit.leg) == group_leg(leg))
    own = sum((c.member.market_quantity(c.reserved) for c in mine), ZERO)
    return max(_wanted(parent) - parent.filled - own, ZERO)


def _wanted(parent: Parent) -> Decimal:
    """Return the total as a trader last wanted it, also while the quantity still has to fall to it."""
    return parent.spec.quantity if parent.wanted is None else parent.wanted


def stood_on(core: Core, parent: Parent) -> dict[VenueId, str]:
    """Return the venues where `parent` may not trade now: it would add to what a group stands on."""
    barred: dict[VenueId, str] = {}
    for group in core.state.guarded.values():
        spec = group.spec
        if spec.account != parent.spec.account or spec.side is parent.spec.side:
            continue
        for child in group.unsettled.values():
            i = child.member.instrument
            assert group.guard is not None
            if group.guard.stands(spec, group.unsettled.values(), i):
                barred[i.venue] = f"holds what the legs of {spec.id} stand on"
    return barred
