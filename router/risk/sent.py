"""How much was sent for each parent, counted a second time in other units from other facts.

This counter shares no code and no arithmetic with the reservation ledger: it counts integer atoms
(10^-18 of a market unit), trusts the venue's cumulative quantities instead of summing fills, and
forgets an order's unfilled part only on a report that ends it. (Knight Capital, 2012: the one counter
they had was moved out of the loop.)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from router.risk.places import Ground, PlaceKey, Sent
from venues.model.commands import Submit
from venues.model.events import (
    Accepted,
    Activated,
    Canceled,
    ExecutionEvent,
    Expired,
    Filled,
    NotSent,
    Rejected,
    Reported,
    Standing,
)
from venues.model.ids import ClientOrderId, ParentId

ATOM_DIGITS = 18

# Made once: a union written where it is asked for is made anew every time.
_TELLS_CUM = Filled | Canceled | Expired | Reported
_LIVES = Accepted | Activated | Filled | Reported
_NAMES_LIST = Accepted | Reported
_ENDS = Canceled | Expired | Rejected


def atoms(quantity: Decimal) -> int:
    """Return `quantity` in 10^-18 units, rounded away from zero: never counted too small."""
    scaled = quantity.scaleb(ATOM_DIGITS)
    whole = int(scaled)
    return whole if whole == scaled else whole + 1


@dataclass(slots=True)
class SentCounter:
    """Atoms permitted per parent: sent while an order may live, traded once it has ended."""

    orders: dict[ClientOrderId, Sent] = field(default_factory=dict)
    totals: dict[ParentId, int] = field(default_factory=dict)
    places: dict[PlaceKey, Ground] = field(default_factory=dict)

    def exposure(self, parent_id: ParentId) -> int:
        """Return the atoms that have traded or still may, for one parent."""
        return self.totals.get(parent_id, 0)

    def knows(self, order_id: ClientOrderId) -> bool:
        """Return whether an order of this id was ever sent."""
        return order_id in self.orders

    def spared(self, submit: Submit, factor: Decimal, *, capped: bool) -> int:
        """Return the market atoms that venues will not let a group trade, were `submit` sent as well.

        `factor`, `capped`: see `send`. Rounded towards zero: never counted too large.
        """
        spared, here = 0, place_of(submit)
        for place, ground in self.places.items():
            mine = ground.of(submit.parent_id)
            if place != here and mine:
                spared += int(ground.surplus(submit.parent_id) * mine[0].factor)
            elif place == here and capped and submit.reduce_only:
                more, sign = atoms(submit.quantity), submit.side.sign
                spared += int(ground.surplus(submit.parent_id, more, sign) * factor)
        return spared

    def undone_by(self, submit: Submit) -> Sequence[ParentId]:
        """Return the guarded groups whose legs could all trade if `submit` added to the position."""
        ground = self.places.get(place_of(submit))
        return [] if ground is None else list(ground.guards(submit.side.sign))

    def send(self, submit: Submit, factor: Decimal, *, capped: bool = False) -> None:
        """Count a submit the moment it is approved; `factor` = market units per instrument unit.

        `capped`: it is a leg of a guarded group at a venue that caps those at what is held.
        """
        entry = Sent(
            submit.parent_id,
            factor,
            atoms(submit.quantity * factor),
            place=place_of(submit),
            sign=submit.side.sign,
            units=atoms(submit.quantity),
            capped=capped and submit.reduce_only,
        )
        self.orders[submit.client_order_id] = entry
        self.places.setdefault(entry.place, Ground()).begun(submit.client_order_id, entry)
        self.totals[submit.parent_id] = self.totals.get(submit.parent_id, 0) + entry.sent

    def pair(self, one: ClientOrderId, other: ClientOrderId) -> None:
        """Count two orders, both sent, as the two of one list: their venue lets one of them trade."""
        first, second = self.orders[one], self.orders[other]
        first.other, second.other = second, first
        self.totals[first.parent_id] += first.with_other - first.counted - second.counted

    def answer(self, event: ExecutionEvent) -> None:
        """Count what the venue says about an order; unknown orders are none of ours."""
        entry = self.orders.get(event.client_order_id)
        if entry is None:
            return
        before, units = entry.with_other, entry.units_traded
        if entry.burned and not entry.gone and isinstance(event, _LIVES):
            # Believed never to have been there, and there it is: it counts whole again.
            entry.over = isinstance(event, Reported) and event.standing is Standing.ABSENT
        if isinstance(event, _TELLS_CUM):
            entry.traded = max(entry.traded, atoms(event.cum_quantity * entry.factor))
            entry.units_traded = max(units, atoms(event.cum_quantity))
        if isinstance(event, _NAMES_LIST) and _known(event):
            entry.told = event.list_id
        if _ends(event):
            entry.over = entry.gone = True  # whatever is told of its life after that is old news
        self.totals[entry.parent_id] += entry.with_other - before
        traded = entry.units_traded - units
        self.places[entry.place].moved(event.client_order_id, entry, traded)

    def burn(self, order_id: ClientOrderId) -> None:
        """Stop counting an order that is proven never to have reached its venue."""
        entry = self.orders[order_id]
        before = entry.with_other
        entry.over = entry.burned = True
        self.totals[entry.parent_id] += entry.with_other - before
        self.places[entry.place].moved(order_id, entry, 0)


def place_of(submit: Submit) -> PlaceKey:
    """Return where a submit trades."""
    return submit.account, submit.venue, submit.symbol


def _known(event: Accepted | Reported) -> bool:
    """Return whether its venue knows the order at all."""
    return isinstance(event, Accepted) or event.standing not in {
        Standing.ABSENT,
        Standing.REJECTED,
    }


def _ends(event: ExecutionEvent) -> bool:
    if isinstance(event, Reported):
        return event.standing in {
            Standing.FILLED,
            Standing.CANCELED,
            Standing.EXPIRED,
            Standing.REJECTED,
        }
    if isinstance(event, NotSent):
        return event.asked.value == "submit"
    return isinstance(event, _ENDS)
