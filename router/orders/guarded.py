"""How much may the legs of a guarded group trade together? Where their venue caps them, what is held there.

A venue that says so (`ReduceOnly.CAPPED`) never lets reduce-only orders trade more than the position
as they match. What they can trade from now on is therefore the position plus whatever still adds to
it, and what fills of ours told late has left it already. So where no order that could add to the
position is open or in doubt, all legs at a place reserve min(what they have open, what is held); in
every other place, and at every other moment, they reserve the sum, as strict legs do.

What is held counts as it was when a leg was sent, less what the group has traded since: what others
have sold there meanwhile may have gone after a fill of the group that has not been told yet.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from router.orders.child import Child
from router.orders.lifecycle import Status
from router.orders.open_orders import OpenOrders, Place
from router.orders.positions import Positions
from strategies.spec import ParentSpec
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Kind, ReduceOnly
from venues.model.numbers import MONEY, ZERO


@dataclass(slots=True)
class Guard:
    """What a guarded group stands on: the positions of the run and all that may still move them."""

    positions: Positions = field(compare=False, repr=False)
    open: OpenOrders = field(compare=False, repr=False)

    def held(self, spec: ParentSpec, instrument: Instrument) -> Decimal:
        """Return what the group could reduce at a place, instrument units, >= 0."""
        row = self.positions.rows.get(_place(spec, instrument))
        return ZERO if row is None else max(-spec.side.sign * row.quantity, ZERO)

    def cap(self, spec: ParentSpec, instrument: Instrument) -> Decimal | None:
        """Return the most that all its legs trade at a place, instrument units; None: no cap."""
        if self.why_uncapped(spec, instrument):
            return None
        return self.held(spec, instrument)

    def why_uncapped(self, spec: ParentSpec, instrument: Instrument) -> str:
        """Return why a venue does not cap the legs of `spec` at what is held there, "" if it does."""
        venue = instrument.venue
        if instrument.kind is not Kind.PERP:
            return f"{venue} is spot: no order there is reduce-only"
        match instrument.reduce_only:
            case ReduceOnly.SUMMED:
                return f"{venue} counts reduce-only orders together and refuses the second"
            case ReduceOnly.UNSAID:
                return f"{venue} does not say that it caps reduce-only orders at what is held"
            case ReduceOnly.CAPPED:
                pass
        for child in self.open.at(_place(spec, instrument)):
            if child.submit.side is not spec.side:
                how = "is in doubt" if child.status is Status.IN_DOUBT else "is open"
                return f"an order of {child.submit.parent_id} that adds to it {how} at {venue}"
        return ""

    def ground(self, spec: ParentSpec, instrument: Instrument, traded: Decimal) -> Decimal:
        """Return what the group will have traded at a place if it trades all that is held there now.

        `traded`: what it has traded there, as the result in instrument units.
        """
        return MONEY.add(self.held(spec, instrument), traded)

    def most(
        self, spec: ParentSpec, instrument: Instrument, there: Iterable[Child], traded: Decimal
    ) -> Decimal:
        """Return what the group may at most trade at a place that caps it, instrument units.

        `there`: its orders at that place that are not settled. `traded`: see `ground`.
        """
        held = self.held(spec, instrument)
        return max(held, *(MONEY.subtract(c.ground, traded) for c in there), ZERO)

    def reserved(
        self,
        spec: ParentSpec,
        children: Iterable[Child],
        traded: Callable[[tuple[VenueId, Symbol]], Decimal],
    ) -> Decimal:
        """Return what `children` of the group may still trade together, market units.

        `traded(place)`: what the group has traded at a place, instrument units.
        """
        by_place: dict[Place, list[Child]] = {}
        for child in children:
            by_place.setdefault(_place(spec, child.member.instrument), []).append(child)
        total = ZERO
        for there in by_place.values():
            member, place = there[0].member, there[0].place
            open_ = sum((c.reserved for c in there), ZERO)
            if not self.why_uncapped(spec, member.instrument):
                open_ = min(open_, self.most(spec, member.instrument, there, traded(place)))
            total += member.market_quantity(open_)
        return total

    def stands(self, spec: ParentSpec, children: Iterable[Child], instrument: Instrument) -> bool:
        """Return whether its legs at a place have more open than is held: the venue's cap binds."""
        place = _place(spec, instrument)
        there = (c for c in children if _place(spec, c.member.instrument) == place)
        open_ = sum((c.reserved for c in there), ZERO)
        cap = self.cap(spec, instrument)
        return cap is not None and open_ > cap


def _place(spec: ParentSpec, instrument: Instrument) -> Place:
    return spec.account, instrument.venue, instrument.symbol
