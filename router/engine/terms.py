"""What binds routing for one parent: venues it may use, caps left, our own orders in the way."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import structs

from router.engine.core import Core
from router.engine.guarding import stood_on
from router.orders.child import together
from router.orders.parent import Parent
from router.routing.offers import Terms, allowed_by
from router.routing.protect import Guards, place_stops
from strategies.intents import Pair, Protect
from strategies.spec import ParentSpec
from venues.model.ids import VenueId
from venues.model.numbers import ZERO
from venues.model.order import Side


def terms_of(core: Core, parent: Parent, leg: str | None = None) -> Terms:
    """Return the terms of `parent` as it stands now; of a guarded group, for an order of `leg`."""
    spec = parent.spec
    within_ns = core.settings.release_within_ns
    room = {venue: max(cap - _used(core, parent, venue), ZERO) for venue, cap in spec.venue_caps}
    if spec.reduces:
        room = {v: min(held, room.get(v, held)) for v, held in _held(core, parent, leg).items()}
    return Terms(
        barred={**stood_on(core, parent), **_barred(core, spec)},
        room=room,
        own=core.own,
        venues_most=spec.venues_most,
        ways_ns=core.state.trips.ways_ns() if within_ns or core.settings.learn_depth else {},
        release_within_ns=within_ns,
    )


def stops_of(core: Core, parent: Parent, asked: Protect | Pair) -> Guards:
    """Return the stops, or lists, that venues would hold of `asked` now, within the parent's own limit."""
    wanted = asked.protect if isinstance(asked, Pair) else asked
    limit = wanted.limit
    if parent.limit is not None:
        pick = min if parent.spec.side is Side.BUY else max
        limit = pick(limit, parent.limit)
    quantity = min(wanted.quantity, parent.free)
    return place_stops(
        core.books,
        core.markets.of(parent),
        structs.replace(wanted, quantity=quantity, limit=limit),
        side=parent.spec.side,
        terms=terms_of(core, parent),
        profit=asked.profit if isinstance(asked, Pair) else None,
    )


def _barred(core: Core, spec: ParentSpec) -> Mapping[VenueId, str]:
    """Return the venues that `spec` may not use; most may use all."""
    if not spec.venues_allow and not spec.venues_deny:
        return {}
    venues = [m.instrument.venue for m in core.scales[spec.symbol].members]
    return allowed_by(venues, allow=spec.venues_allow, deny=spec.venues_deny)


def _held(core: Core, parent: Parent, leg: str | None) -> dict[VenueId, Decimal]:
    """Return what is held at each venue for a parent that reduces: all it may trade, market units."""
    room: dict[VenueId, Decimal] = {}
    for member in core.markets.scale_of(parent).members:
        if not member.sized:
            continue
        held = core.state.exit_room(parent, member, leg)
        venue, quantity = member.instrument.venue, member.market_quantity(held)
        # Room is told by venue: with several instruments there, as much as any of them could give.
        room[venue] = min(room.get(venue, quantity), quantity)
    return room


def _used(core: Core, parent: Parent, venue: VenueId) -> Decimal:
    """Return what has traded or still may at `venue`, market units."""
    here = [c for c in parent.unsettled.values() if c.submit.venue == venue]
    still = sum((c.member.market_quantity(open_) for c, open_ in together(here)), ZERO)
    traded = [
        parent.counted.get(place, core.state.members[place]).market_quantity(done.filled)
        for place, done in parent.traded.items()
        if place[0] == venue
    ]
    return sum(traded, still)
