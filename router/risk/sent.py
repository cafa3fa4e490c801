"""How much was sent for each parent, counted a second time in other units from other facts.

This counter shares no code and no arithmetic with the reservation ledger: it counts integer atoms
(10^-18 of a market unit), trusts the venue's cumulative quantities instead of summing fills, and
forgets an order's unfilled part only on a report that ends it. (Knight Capital, 2012: the one counter
they had was moved out of the loop.)
"""

from dataclasses import dataclass, field
from decimal import Decimal

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
_ENDS = Canceled | Expired | Rejected


def atoms(quantity: Decimal) -> int:
    """Return `quantity` in 10^-18 units, rounded away from zero: never counted too small."""
    scaled = quantity.scaleb(ATOM_DIGITS)
    whole = int(scaled)
    return whole if whole == scaled else whole + 1


@dataclass(slots=True)
class _Sent:
    parent_id: ParentId
    factor: Decimal  # market units in one instrument unit
    sent: int
    traded: int = 0
    over: bool = False
    burned: bool = False


@dataclass(slots=True)
class SentCounter:
    """Atoms permitted per parent: sent while an order may live, traded once it has ended."""

    orders: dict[ClientOrderId, _Sent] = field(default_factory=dict)
    totals: dict[ParentId, int] = field(default_factory=dict)

    def exposure(self, parent_id: ParentId) -> int:
        """Return the atoms that have traded or still may, for one parent."""
        return self.totals.get(parent_id, 0)

    def knows(self, order_id: ClientOrderId) -> bool:
        """Return whether an order of this id was ever sent."""
        return order_id in self.orders

    def send(self, submit: Submit, factor: Decimal) -> None:
        """Count a submit the moment it is approved; `factor` = market units per instrument unit."""
        entry = _Sent(submit.parent_id, factor, atoms(submit.quantity * factor))
        self.orders[submit.client_order_id] = entry
        self.totals[submit.parent_id] = self.totals.get(submit.parent_id, 0) + entry.sent

    def answer(self, event: ExecutionEvent) -> None:
        """Count what the venue says about an order; unknown orders are none of ours."""
        entry = self.orders.get(event.client_order_id)
        if entry is None:
            return
        before = _counted(entry)
        if entry.burned and isinstance(event, _LIVES):
            # Believed never to have been there, and there it is: it counts whole again.
            entry.over = isinstance(event, Reported) and event.standing is Standing.ABSENT
        if isinstance(event, _TELLS_CUM):
            entry.traded = max(entry.traded, atoms(event.cum_quantity * entry.factor))
        if _ends(event):
            entry.over = True
        self.totals[entry.parent_id] += _counted(entry) - before

    def burn(self, order_id: ClientOrderId) -> None:
        """Stop counting an order that is proven never to have reached its venue."""
        entry = self.orders[order_id]
        before = _counted(entry)
        entry.over = entry.burned = True
        self.totals[entry.parent_id] += _counted(entry) - before


def _counted(entry: _Sent) -> int:
    return entry.traded if entry.over else max(entry.sent, entry.traded)


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
