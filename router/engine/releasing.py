"""What happens when a held child may leave: judged once more, journalled, and only then let go."""

from router.engine.carry import decide
from router.engine.core import Core
from router.engine.records import Released
from router.orders.child import Child
from router.orders.lifecycle import Status
from router.risk.limits import Refused
from router.routing.offers import own_guard
from strategies.base import Progressed


def release(core: Core, child: Child) -> None:
    """Let `child` leave, unless it was taken back or its venue knows it already.

    What has changed since the decision may refuse it: then it never leaves and its strategy is told.
    """
    if child.status is not Status.HELD:
        return
    submit, parent = child.submit, core.state.parent_of(child)
    if not parent.running:
        core.cancel(child)
        core.end_if_settled(parent)
        return
    verdict = core.gate.approve_release(
        submit,
        member=child.member,
        limit=core.markets.limit_of(parent),
        reference=core.markets.composite(parent.spec.symbol).mid,
    )
    why = verdict.sentence if isinstance(verdict, Refused) else _meets_own(core, child)
    if why or isinstance(verdict, Refused):
        core.withhold(child, why)
        decide(core, parent, Progressed(), why=why)
        return
    core.note(Released(submit.client_order_id, core.now_ns))
    core.commands.append(verdict)


def _meets_own(core: Core, child: Child) -> str:
    """Return that an order of ours has come to rest in the way of `child` meanwhile, or ""."""
    submit = child.submit
    book = core.watching.book_of(submit.venue, submit.symbol)
    guard = own_guard(core.own.get(book, ()), submit.side)
    tick = int(submit.price / child.member.instrument.tick_size)
    if guard is None or (tick - guard) * submit.side.sign <= 0:
        return ""
    return f"{submit.venue} own order in the way"
