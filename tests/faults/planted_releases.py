"""Which bugs of held orders could somebody write? Planted like those of `planted`."""

import pytest

import router.engine.engine as engine_module
from router.engine.core import Core
from router.engine.records import Issued, Released
from router.orders.child import Child
from router.orders.lifecycle import Status
from router.orders.parent import Parent
from venues.model.commands import Approved, Cancel, Command, Submit

Patch = pytest.MonkeyPatch


def _let_go(core: Core, child: Child, *, journalled: bool) -> None:
    """Release `child` whatever became of its parent."""
    if child.status is not Status.HELD:
        return
    if journalled:
        core.note(Released(child.submit.client_order_id, core.now_ns))
    core.commands.append(Approved(child.submit))


def held_orders_leave_for_a_parent_that_was_taken_back(patch: Patch) -> None:
    honest = Core.cancel

    def cancel(self: Core, child: Child) -> None:
        if child.status is not Status.HELD:
            honest(self, child)

    def release(core: Core, child: Child) -> None:
        _let_go(core, child, journalled=True)

    patch.setattr(Core, "cancel", cancel)
    patch.setattr(engine_module, "release", release)


def releases_not_journalled(patch: Patch) -> None:
    def release(core: Core, child: Child) -> None:
        _let_go(core, child, journalled=False)

    patch.setattr(engine_module, "release", release)


def held_orders_leave_at_once_and_again(patch: Patch) -> None:
    honest = Core.issue

    def issue(self: Core, parent: Parent, command: Command) -> bool:
        issued = honest(self, parent, command)
        if issued and isinstance(command, Submit) and command.held:
            self.commands.append(Approved(command))
        return issued

    patch.setattr(Core, "issue", issue)


def held_orders_are_cancelled_at_their_venue(patch: Patch) -> None:
    def withhold(self: Core, child: Child, why: str) -> None:
        del why
        s = child.submit
        command = Cancel(
            client_order_id=s.client_order_id,
            parent_id=s.parent_id,
            account=s.account,
            venue=s.venue,
            symbol=s.symbol,
            number=child.cancels + 1,
        )
        self.note(Issued(command, self.now_ns))
        self.commands.append(Approved(command))

    patch.setattr(Core, "withhold", withhold)


def withheld_off_the_record(patch: Patch) -> None:
    def withhold(self: Core, child: Child, why: str) -> None:
        child.status = Status.REJECTED
        child.closed_reason = why
        self.state.parent_of(child).settle(child)

    patch.setattr(Core, "withhold", withhold)


def what_a_step_takes_back_leaves_all_the_same(patch: Patch) -> None:
    def kept(self: Core, child: Child) -> bool:
        del self, child
        return False

    patch.setattr(Core, "_taken_back", kept)
