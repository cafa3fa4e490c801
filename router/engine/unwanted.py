"""Which open children should not be open any more, and are to be cancelled?"""

from collections.abc import Sequence

from router.orders.child import Child
from router.orders.lifecycle import Status
from router.orders.parent import Parent, ParentState
from venues.model.order import TimeInForce


def unwanted(parent: Parent) -> list[Child]:
    """Return the children of `parent` to cancel as it stands, in the order to cancel them.

    All of a parent that winds down and all that rests, or is held, of a paused one; otherwise what
    rests beyond an amended limit, and, newest first, what an amended quantity leaves no room for.
    """
    unsettled = list(parent.unsettled.values())
    if parent.state is ParentState.CANCELLING or parent.ended:
        return unsettled
    resting = [c for c in unsettled if _can_be_withdrawn(c)]
    if parent.state is ParentState.PAUSED:
        return resting
    gone = [c for c in resting if _beyond_limit(parent, c)]
    if parent.wanted is None:
        return gone
    for child in reversed(resting):
        left = [c for c in unsettled if not _among(c, gone)]
        if parent.filled + parent.reserved_by(left) <= parent.wanted:
            break
        if not _among(child, gone):
            gone.append(child)
    return gone


def _among(child: Child, children: Sequence[Child]) -> bool:
    return any(child is other for other in children)


def is_unwanted(parent: Parent, child: Child) -> bool:
    """Return whether `child` is one of them."""
    if parent.state is ParentState.CANCELLING:
        return True
    if not _can_be_withdrawn(child):
        return False
    if parent.state is ParentState.PAUSED or _beyond_limit(parent, child):
        return True
    return parent.wanted is not None and any(child is other for other in unwanted(parent))


def _can_be_withdrawn(child: Child) -> bool:
    """Return whether a cancel may come in time: an IOC on its way has ended before."""
    return (
        child.submit.time_in_force is TimeInForce.GTC
        or child.submit.trigger is not None
        or child.status is Status.HELD
    )


def _beyond_limit(parent: Parent, child: Child) -> bool:
    if parent.limit is None:
        return False
    sign = parent.spec.side.sign
    return sign * child.member.market_price(child.submit.price) > sign * parent.limit
