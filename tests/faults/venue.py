"""A paper venue under observation: each command that leaves and each thing that happens is judged."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from random import Random

from tests.faults.profile import HONEST_GRACE_NS
from venues.model.commands import Command, Submit, orders_of
from venues.model.events import ExecutionEvent
from venues.model.ids import ClientOrderId, VenueId
from venues.model.instrument import Instrument
from venues.model.numbers import ZERO
from venues.paper.answers import Request
from venues.paper.chance import SeededFaults
from venues.paper.faults import Fault
from venues.paper.ports import Matcher
from venues.paper.truth import PaperOrder
from venues.paper.venue import PaperTerms, PaperVenue


class CalmingFaults:
    """Faults until `calm` is set."""

    def __init__(self, faults: SeededFaults) -> None:
        self.faults = faults
        self.calm = False

    def of(self, command: Command) -> tuple[Fault, ...]:
        return () if self.calm else self.faults.of(command)

    def silent_until_ns(self, now_ns: int) -> int:
        return now_ns if self.calm else self.faults.silent_until_ns(now_ns)


class WatchedVenue(PaperVenue):
    """The real paper venue; `before`, `after` and `moved` hear of sends and of what comes of them."""

    def __init__(
        self,
        venue: VenueId,
        listed: Sequence[tuple[int, Instrument]],
        matcher: Matcher,
        *,
        terms: PaperTerms,
        rng: Random,
        faults: CalmingFaults,
    ) -> None:
        super().__init__(venue, listed, matcher, terms=terms, rng=rng, faults=faults)
        self.plan = faults
        self._under_way: dict[ClientOrderId, int] = {}
        self._latest: dict[ClientOrderId, int] = {}
        self.broke_the_deadline: set[ClientOrderId] = set()
        self.before: Callable[[Command, int], None] = _nobody_before
        self.after: Callable[[Command, int], None] = _nobody_before
        self.moved: Callable[[str, int], None] = _nobody_moved
        self.heard: Callable[[tuple[ExecutionEvent, ...], int], None] = _nobody_heard

    @property
    def orders(self) -> Mapping[ClientOrderId, PaperOrder]:
        """Return the orders the venue took."""
        return self._orders

    def under_way(self, order_id: ClientOrderId) -> bool:
        """Return whether the order is on its way there."""
        return order_id in self._under_way

    def would_take(self, submit: Submit) -> bool:
        """Return whether the order, which is under way, comes in time for an honest venue."""
        grace_ns = min(self._terms.grace_ns, HONEST_GRACE_NS)
        return self._under_way[submit.client_order_id] <= submit.deadline_ns + grace_ns

    def cap(self, submit: Submit) -> Decimal:
        """Return what reduce-only orders on the side of `submit` may trade from now on, its units.

        That is the position, and whatever still can add to it: what works, and what is on its way.
        """
        sign = submit.side.sign
        listed = self._listings[submit.symbol]
        held = listed.quantity(max(0, -sign * self._holdings.net(submit.account, submit.symbol)))
        working = (
            o.listing.quantity(max(o.leaves, 0))
            for o in self._orders.values()
            if _against(o.submit, submit)
        )
        coming = (
            order.quantity
            for _, _, item in self._due
            if isinstance(item, Request)
            for order in orders_of(item.command)
            if _against(order, submit)
        )
        return held + sum(working, ZERO) + sum(coming, ZERO)

    @property
    def quiet(self) -> bool:
        """Return whether nothing is under way in either direction."""
        return self.next_due_ns() is None

    def send(self, command: Command, now_ns: int) -> None:
        self.before(command, now_ns)
        super().send(command, now_ns)
        for order in orders_of(command):
            for due_ns, _, item in self._due:
                if isinstance(item, Request) and item.command is command:
                    self._under_way[order.client_order_id] = due_ns
                    self._latest[order.client_order_id] = order.deadline_ns + HONEST_GRACE_NS
        self.after(command, now_ns)

    def arrive(self, now_ns: int) -> None:
        super().arrive(now_ns)
        for order_id, due_ns in list(self._under_way.items()):
            if due_ns <= now_ns:
                del self._under_way[order_id]
                if due_ns > self._latest[order_id] and order_id in self._orders:
                    self.broke_the_deadline.add(order_id)
        self.moved(f"{self.venue} takes in", now_ns)

    def deliver(self, now_ns: int) -> tuple[ExecutionEvent, ...]:
        events = super().deliver(now_ns)
        self.heard(events, now_ns)
        return events

    def maker_filled(self, i: int, order_no: int, lots: int, now_ns: int) -> None:
        super().maker_filled(i, order_no, lots, now_ns)
        self.moved(f"{self.venue} fills {lots} lots of its order {order_no}", now_ns)


def _nobody_before(command: Command, now_ns: int) -> None:
    del command, now_ns


def _nobody_moved(what: str, now_ns: int) -> None:
    del what, now_ns


def _nobody_heard(events: tuple[ExecutionEvent, ...], now_ns: int) -> None:
    del events, now_ns


def _against(one: Submit, other: Submit) -> bool:
    return (one.account, one.symbol) == (other.account, other.symbol) and one.side is not other.side
