"""What may still happen to a child order: NEXT, a table from status and report to status.

`status` tells whether it may still trade, the fills tell what has traded. So a fill after the cancel
acknowledgement is booked without re-opening, and "partially filled" is a quantity, not a status.
"""

import enum
from collections.abc import Mapping
from typing import Final


class Status(enum.Enum):
    """Where a child order stands."""

    # Members are singletons; by default Python would hash the name, in Python.
    __hash__ = object.__hash__

    HELD = "held"  # journalled and reserved; it leaves at its release, not before
    SENT = "sent"  # journalled and dispatched, not answered
    WORKING = "working"  # acknowledged: resting or matching
    IN_DOUBT = "in doubt"  # the answer was lost: ask the venue, never resend
    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"


class Report(enum.Enum):
    """What a report says about the whole order, whichever event carried it."""

    __hash__ = object.__hash__

    RELEASED = "released"  # it leaves us now
    ACCEPTED = "accepted"
    FILL = "fill"  # some quantity traded
    FULL = "full"  # all of it has traded
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"  # the venue (or our own gate) proved that it never traded
    LOST = "lost"  # an answer that will not come


CLOSED: Final = frozenset({Status.FILLED, Status.CANCELED, Status.REJECTED, Status.EXPIRED})

_OPEN: Final[Mapping[Report, Status]] = {
    Report.ACCEPTED: Status.WORKING,
    Report.FILL: Status.WORKING,
    Report.FULL: Status.FILLED,
    Report.CANCELED: Status.CANCELED,
    Report.EXPIRED: Status.EXPIRED,
    Report.REJECTED: Status.REJECTED,
    Report.LOST: Status.IN_DOUBT,
}


def _closed(status: Status) -> Mapping[Report, Status]:
    # Venues repeat themselves on two channels and facts arrive late: book them, re-open nothing.
    return dict.fromkeys(Report, status)


NEXT: Final[Mapping[Status, Mapping[Report, Status]]] = {
    # A venue that knows an order we still hold is believed: then it is never released.
    Status.HELD: {Report.RELEASED: Status.SENT, **_OPEN},
    Status.SENT: _OPEN,
    # A fill or an acknowledgement proves that the order lives: the doubt is over.
    Status.IN_DOUBT: _OPEN,
    # An order that has been acknowledged cannot be refused as a whole any more.
    Status.WORKING: {r: s for r, s in _OPEN.items() if r is not Report.REJECTED},
    Status.FILLED: _closed(Status.FILLED),
    Status.CANCELED: _closed(Status.CANCELED),
    Status.EXPIRED: _closed(Status.EXPIRED),
    Status.REJECTED: _closed(Status.REJECTED),
}


def after(status: Status, report: Report) -> Status | None:
    """Return the status after `report`, or None where the table forbids it (an anomaly)."""
    return NEXT[status].get(report)
