"""Which child and which parent is a record about, and does an event show an order alive?"""

from decimal import Decimal

from router.engine.records import (
    Halted,
    Issued,
    Learned,
    Lessons,
    ParentReceived,
    ProvenAbsent,
    Received,
    Record,
    Released,
    RunOpened,
)
from venues.model.events import Accepted, Activated, ExecutionEvent, Filled, Reported, Standing
from venues.model.ids import ClientOrderId, ParentId
from venues.model.numbers import ZERO
from venues.paper.faults import CumBehind, Overfilled
from venues.paper.truth import PaperOrder


def shows_life(event: ExecutionEvent) -> bool:
    """Return whether `event` shows that its venue knows the order."""
    known = isinstance(event, Reported) and event.standing is not Standing.ABSENT
    return known or isinstance(event, Accepted | Activated | Filled)


def about(record: Record) -> tuple[ClientOrderId, ParentId]:
    """Return which child and which parent a record is about, "" for none."""
    match record:
        case Issued(command=command):
            return command.client_order_id, command.parent_id
        case Received(event=event):
            return event.client_order_id, ParentId("")
        case ProvenAbsent(client_order_id=order_id) | Released(client_order_id=order_id):
            return ClientOrderId(order_id), ParentId("")
        case ParentReceived(spec=spec):
            return ClientOrderId(""), spec.id
        case RunOpened() | Halted() | Learned() | Lessons():
            return ClientOrderId(""), ParentId("")
        case _:
            return ClientOrderId(""), record.parent_id


def lie(order: PaperOrder) -> Decimal:
    """Return what a closed order traded more than asked, or kept from us in its last word."""
    over = max(order.cum_lots - order.lots, 0)
    told = order.listing.quantity(over) if over else ZERO
    if order.fills and any(isinstance(f, CumBehind) for f in order.faults):
        return max(told, order.fills[-1].quantity)
    return told if any(isinstance(f, Overfilled) for f in order.faults) else ZERO
