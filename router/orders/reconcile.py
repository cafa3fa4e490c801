"""When is a child proven absent: how negative answers of a venue turn into a release.

"Not found" is weak evidence: an order may still be on its way. It becomes proof only when the venue
can no longer accept the order (its deadline and a margin have passed) and two successful negative
looks lie at least the margin apart.
"""

import enum
from dataclasses import dataclass

from router.orders.child import Child
from venues.model.events import (
    Accepted,
    Activated,
    Canceled,
    ExecutionEvent,
    Expired,
    Filled,
    Rejected,
    Reported,
    Standing,
)


@dataclass(frozen=True, slots=True)
class DoubtMargins:
    """`margin_ns` after the deadline and between the looks; `retry_ns` between two queries.

    `cancel_retry_ns`: between a cancel and the next for the same order. Both double up to
    `retry_max_ns`.
    `silence_ns`: an open child of which nothing was heard so long is asked about.
    """

    margin_ns: int = 30_000_000_000
    retry_ns: int = 2_000_000_000
    retry_max_ns: int = 30_000_000_000
    cancel_retry_ns: int = 500_000_000
    silence_ns: int = 10_000_000_000


class Look(enum.Enum):
    """What a negative answer is worth."""

    TOO_EARLY = "too early"  # the order might still arrive: does not count
    FIRST = "first"  # counts, but alone proves nothing
    PROOF = "proof"  # absent for good: burn the id, release the quantity


def negative_look(child: Child, *, now_ns: int, margins: DoubtMargins) -> Look:
    """Return what "not found" at engine time `now_ns` proves about `child`."""
    if now_ns <= child.submit.deadline_ns + margins.margin_ns:
        return Look.TOO_EARLY
    if child.absent_since_ns == 0:
        return Look.FIRST
    if now_ns - child.absent_since_ns >= margins.margin_ns:
        return Look.PROOF
    return Look.TOO_EARLY


def next_query_ns(child: Child, *, now_ns: int, margins: DoubtMargins) -> int:
    """Return when to ask about `child` again: doubling from `retry_ns` up to `retry_max_ns`."""
    waits = min(child.queries, 20)
    return now_ns + min(margins.retry_ns << waits, margins.retry_max_ns)


def next_cancel_ns(child: Child, *, margins: DoubtMargins) -> int:
    """Return when `child` may be cancelled next: a venue that refuses is not asked in a storm."""
    if child.cancels == 0:
        return 0
    waits = min(child.cancels - 1, 20)
    return child.cancelled_ns + min(margins.cancel_retry_ns << waits, margins.retry_max_ns)


def raises(child: Child, event: ExecutionEvent) -> bool:
    """Note whether a burned order lives at its venue after all; return whether that is news."""
    before = child.risen
    match event:
        case (
            Accepted()
            | Activated()
            | Filled()
            | Reported(standing=Standing.WORKING | Standing.DORMANT)
        ):
            # What is told twice, or late, is no second life.
            child.risen = child.filled < child.quantity and not child.buried
        case Canceled() | Expired() | Rejected():
            child.risen, child.buried = False, True
        case Reported(standing=standing) if standing is not Standing.ABSENT:
            child.risen, child.buried = False, True
        case _:
            pass
    return child.risen and not before
