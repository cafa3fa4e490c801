"""What is there to see of the first order of a story that is over? What we were told, and the truth."""

from decimal import Decimal

from router.engine.records import Issued, Received
from tests.matrix.kinds import ORDER_S, Kind
from tests.matrix.play import Done
from tests.matrix.story import at_ns
from venues.model.commands import Cancel, orders_of
from venues.model.events import Canceled, ExecutionEvent, Expired, Filled, Rejected
from venues.model.ids import ClientOrderId


class First:
    """The first order of a story that is over, and all that was heard of it."""

    def __init__(self, done: Done, kind: Kind) -> None:
        self.done, self.kind = done, kind
        self.parent = done.parent(kind.parent)
        issued = [
            (now_ns, submit)
            for now_ns, record in done.records
            if isinstance(record, Issued)
            for submit in orders_of(record.command)
        ]
        mine = [(ns, s) for ns, s in issued if s.parent_id == kind.parent]
        self.sent_ns, self.submit = mine[kind.earlier]
        self.order_id: ClientOrderId = self.submit.client_order_id
        self.truth = next(
            (o for o in done.orders if o.submit.client_order_id == self.order_id), None
        )

    @property
    def left_on_time(self) -> bool:
        """Return whether it went to alpha when the story says."""
        return (self.sent_ns, self.submit.venue) == (at_ns(ORDER_S), "alpha")

    @property
    def heard(self) -> list[tuple[int, ExecutionEvent]]:
        """Return what its venue said of it, and when that was known."""
        return [
            (now_ns, r.event)
            for now_ns, r in self.done.records
            if isinstance(r, Received) and r.event.client_order_id == self.order_id
        ]

    @property
    def said(self) -> list[ExecutionEvent]:
        """Return what its venue said of it, in that order."""
        return [event for _, event in self.heard]

    @property
    def ends(self) -> list[Canceled | Expired]:
        """Return what its venue said of its end, where that is not a fill."""
        return [event for event in self.said if isinstance(event, Canceled | Expired)]

    @property
    def pieces(self) -> list[Decimal]:
        """Return what really traded, fill by fill."""
        return [fill.quantity for fill in self.traded]

    @property
    def traded(self) -> list[Filled]:
        """Return what really traded."""
        return [] if self.truth is None else self.truth.fills

    def alive_at(self, second: float) -> bool:
        """Return whether its parent worked at that time."""
        ended_ns = self.parent.ended_ns or at_ns(10_000)
        return self.parent.started_ns <= at_ns(second) < ended_ns

    def refused(self, word: str) -> bool:
        """Return whether its venue refused it with this word."""
        return any(isinstance(e, Rejected) and e.reason == word for e in self.said)

    def asked_to_end(self) -> list[int]:
        """Return when we asked its venue to cancel it."""
        return [
            now_ns
            for now_ns, r in self.done.records
            if isinstance(r, Issued)
            and isinstance(r.command, Cancel)
            and r.command.client_order_id == self.order_id
        ]
