"""What to do about a child after news of it: believe, ask again, or release what is proven absent."""

from router.engine.core import Core
from router.engine.records import ProvenAbsent
from router.engine.timers import CancelTimer, QueryTimer, ReleaseTimer, SilenceTimer
from router.engine.unwanted import is_unwanted
from router.orders.child import Child
from router.orders.lifecycle import Status
from router.orders.reconcile import Look, negative_look, next_query_ns
from venues.model.events import (
    AnswerLost,
    Asked,
    CancelRejected,
    ExecutionEvent,
    NotSent,
    Reported,
    Standing,
)

_LEAVES_A_DOUBT = AnswerLost | Reported | NotSent


def proves_absence(core: Core, event: ExecutionEvent) -> bool:
    """Return whether `event`, not yet noted, is the look that proves its child absent."""
    if not isinstance(event, Reported) or event.standing is not Standing.ABSENT:
        return False
    child = core.state.children.get(event.client_order_id)
    if child is None or child.status is not Status.IN_DOUBT:
        return False
    look = negative_look(child, now_ns=core.now_ns, margins=core.settings.margins)
    return look is Look.PROOF


def burn(core: Core, child: Child) -> None:
    """Release a child that is proven never to have reached the venue."""
    core.note(ProvenAbsent(child.submit.client_order_id, core.now_ns))


def follow_up(core: Core, child: Child, event: ExecutionEvent) -> None:
    """Set or do the next asking about `child` after `event` has been noted."""
    order_id = child.submit.client_order_id
    if child.settled:
        for timer in (
            QueryTimer(order_id),
            SilenceTimer(order_id),
            CancelTimer(order_id),
            ReleaseTimer(order_id),
        ):
            core.timers.forget(timer)
        return
    margins = core.settings.margins
    new_doubt = isinstance(event, AnswerLost) and event.asked is not Asked.QUERY
    if new_doubt or isinstance(event, CancelRejected):
        ask(core, child)
    elif isinstance(event, _LEAVES_A_DOUBT) or child.closed:
        _ask_at(core, child, next_query_ns(child, now_ns=core.now_ns, margins=margins))
    else:
        _ask_at(core, child, core.now_ns + margins.silence_ns)
    parent = core.state.parent_of(child)
    works = child.status is Status.WORKING
    if child.risen or (works and is_unwanted(parent, child)):
        # A cancel was lost or refused on the way, or nobody counted on the order any more.
        core.cancel(child)


def ask(core: Core, child: Child) -> None:
    """Query a child whose timer rang, unless it has settled meanwhile."""
    if child.settled:
        return
    core.query(child)
    margins = core.settings.margins
    _ask_at(core, child, next_query_ns(child, now_ns=core.now_ns, margins=margins))


def _ask_at(core: Core, child: Child, due_ns: int) -> None:
    """Ask about `child` at `due_ns`; a run does not wait for the answer about one that works."""
    order_id = child.submit.client_order_id
    doubt, silence = QueryTimer(order_id), SilenceTimer(order_id)
    works = child.status is Status.WORKING
    core.timers.forget(doubt if works else silence)
    core.timers.set(silence if works else doubt, due_ns)
