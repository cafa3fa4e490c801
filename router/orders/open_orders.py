"""Which orders may still trade at one place, whoever they belong to?"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from router.orders.child import Child
from venues.model.ids import AccountId, ClientOrderId, Symbol, VenueId

Place = tuple[AccountId, VenueId, Symbol]


@dataclass(slots=True)
class OpenOrders:
    """Every order that is not settled: held, sent, working, in doubt, or told of in part."""

    by_place: dict[Place, dict[ClientOrderId, Child]] = field(default_factory=dict)

    def note(self, child: Child) -> None:
        """Remember `child`, or forget it once it is settled."""
        submit = child.submit
        there = self.by_place.setdefault((submit.account, submit.venue, submit.symbol), {})
        if child.settled:
            there.pop(submit.client_order_id, None)
        else:
            there[submit.client_order_id] = child

    def at(self, place: Place) -> Iterable[Child]:
        """Return those at one place, oldest first."""
        return self.by_place.get(place, {}).values()
