"""What happens when a held child may leave: judged once more, journalled, and only then let go."""

from router.engine.carry import decide
from router.engine.core import Core
from router.engine.records import Released
from router.orders.child import Child
from router.orders.lifecycle import Status
from router.risk.limits import Refused
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
        limit=core.limit_of(parent),
        reference=core.composite(parent.spec.symbol).mid,
    )
    if isinstance(verdict, Refused):
        core.withhold(child, verdict.sentence)
        decide(core, parent, Progressed(), why=verdict.sentence)
        return
    core.note(Released(submit.client_order_id, core.now_ns))
    core.commands.append(verdict)
