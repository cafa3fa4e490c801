"""Can the harness fail? Bugs that somebody could write, each planted in the real engine for a while."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec
import pytest

import router.depth.composite as composite_module
import router.engine.carry as carry_module
import router.engine.doubts as doubts_module
import router.engine.engine as engine_module
import router.engine.markets as markets_module
import router.engine.placing as placing_module
import router.engine.state as state_module
import router.orders.child as child_module
from router.depth.composite import Composite, Depth, observe
from router.depth.scale import Scale
from router.engine.core import Core
from router.engine.markets import Markets
from router.engine.records import Record
from router.engine.state import EngineState
from router.orders.child import Child
from router.orders.lifecycle import Report, Status, after
from router.orders.parent import Parent, ParentState
from router.orders.reconcile import DoubtMargins, Look
from router.risk.limits import Gate, Refused
from router.risk.sent import SentCounter
from router.runtime.desk import Desk
from strategies.spec import ParentSpec
from tests.faults.planted_beside import BESIDE, BESIDE_RARE
from tests.faults.planted_guards import (
    both_legs_live,
    exit_sized_by_the_target,
    exits_not_bound_to_their_entry,
    exits_sell_what_is_not_held,
    stops_slip_as_far_as_they_like,
    trigger_on_a_stale_book,
)
from tests.faults.planted_instructions import (
    amended_totals_hold_at_once,
    amendments_not_journalled,
    paused_parents_go_on,
)
from tests.faults.planted_lists import LIST_BUGS, nobody_is_told_that_no_stop_stands
from tests.faults.planted_native import NATIVE_BUGS
from tests.faults.planted_releases import (
    held_orders_are_cancelled_at_their_venue,
    held_orders_leave_at_once_and_again,
    held_orders_leave_for_a_parent_that_was_taken_back,
    releases_not_journalled,
    what_a_step_takes_back_leaves_all_the_same,
    withheld_off_the_record,
)
from tests.faults.planted_restarts import (
    fold_forgets_late_fills,
    halt_forgotten_by_recovery,
    halt_not_journalled,
    memory_not_journalled,
    queries_numbered_anew,
    recovery_asks_nobody,
    recovery_forgets_sent_children,
    recovery_sends_again,
    recovery_takes_sent_for_rejected,
    the_dead_stay_dead,
)
from tests.faults.planted_twap import TWAP_BUGS
from venues.model.commands import Approved, Cancel, Command, Submit
from venues.model.events import AnswerLost, Asked, ExecutionEvent, Filled, Reported
from venues.model.ids import ClientOrderId, ParentId, RunId, client_order_id
from venues.model.instrument import Member
from venues.model.market import BookState
from venues.model.numbers import ZERO

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, slots=True)
class Bug:
    """One planted bug; `plant` makes it until the patch is undone. Hunted from seed `first` on."""

    plant: Callable[[Patch], None]
    first: int = 0

    @property
    def name(self) -> str:
        """Return what the bug does, in words."""
        return self.plant.__name__.replace("_", " ")


def send_before_journal(patch: Patch) -> None:
    honest = Desk._commit
    held: list[Record] = []

    def late(self: Desk, records: list[Record], now_ns: int, wall_ns: int) -> None:
        earlier = list(held)
        held[:] = records
        honest(self, earlier, now_ns, wall_ns)

    patch.setattr(Desk, "_commit", late)


def no_fill_dedupe(patch: Patch) -> None:
    honest = Child.book

    def book(self: Child, fill: Filled) -> bool:
        self.exec_ids.discard(fill.exec_id)
        return honest(self, fill)

    patch.setattr(Child, "book", book)


def release_on_cancel_ack(patch: Patch) -> None:
    patch.setattr(Child, "settled", property(lambda self: self.closed))


def release_when_a_cancel_is_asked(patch: Patch) -> None:
    honest = EngineState._issued

    def issued(self: EngineState, command: Command, at_ns: int) -> None:
        honest(self, command, at_ns)
        if isinstance(command, Cancel):
            child = self.children[command.client_order_id]
            child.report(Report.CANCELED)
            self.parent_of(child).settle(child)

    patch.setattr(EngineState, "_issued", issued)


def lost_answer_means_rejected(patch: Patch) -> None:
    def lost(status: Status, report: Report) -> Status | None:
        return after(status, Report.REJECTED if report is Report.LOST else report)

    patch.setattr(child_module, "after", lost)


def blind_resend_after_doubt(patch: Patch) -> None:
    honest = doubts_module.follow_up

    def resend(core: Core, child: Child, event: ExecutionEvent) -> None:
        if isinstance(event, AnswerLost) and event.asked is Asked.SUBMIT:
            core.commands.append(Approved(child.submit))
        honest(core, child, event)

    patch.setattr(engine_module, "follow_up", resend)


def ledger_blind(patch: Patch) -> None:
    patch.setattr(
        Parent, "free", property(lambda self: max(self.spec.quantity - self.filled, ZERO))
    )
    patch.setattr(Parent, "reserved", property(lambda self: ZERO))


def both_counters_blind(patch: Patch) -> None:
    ledger_blind(patch)

    def nothing(self: SentCounter, parent_id: ParentId) -> int:
        return 0

    patch.setattr(SentCounter, "exposure", nothing)


def absent_after_one_look(patch: Patch) -> None:
    def believe(child: Child, *, now_ns: int, margins: DoubtMargins) -> Look:
        return Look.PROOF

    patch.setattr(doubts_module, "negative_look", believe)
    patch.setattr(state_module, "negative_look", believe)


def ignore_reported_cum(patch: Patch) -> None:
    report, book = Child.report, Child.book

    def report_alone(self: Child, what: Report, *, cum_quantity: Decimal = ZERO) -> bool:
        return report(self, what)

    def book_alone(self: Child, fill: Filled) -> bool:
        before = self.reported
        fresh = book(self, fill)
        self.reported = before
        return fresh

    patch.setattr(Child, "report", report_alone)
    patch.setattr(Child, "book", book_alone)


def client_ids_from_a_counter(patch: Patch) -> None:
    def counted(run: RunId, parent: ParentId, child_no: int, attempt: int = 1) -> ClientOrderId:
        return client_order_id(run, parent, child_no % 5, attempt)

    patch.setattr(placing_module, "client_order_id", counted)


def client_ids_reused_unseen(patch: Patch) -> None:
    client_ids_from_a_counter(patch)

    def unknown(self: SentCounter, order_id: ClientOrderId) -> bool:
        return False

    patch.setattr(SentCounter, "knows", unknown)


def wrong_side_in_limits(patch: Patch) -> None:
    def limit_of(self: Markets, parent: Parent) -> Decimal:
        mid = self.composite(parent.spec.symbol).mid or parent.arrival_price
        collar = self.beyond(mid, parent.spec.side.sign)
        return collar if parent.limit is None else min(parent.limit, collar)

    patch.setattr(Markets, "limit_of", limit_of)


def wrong_side_sent(patch: Patch) -> None:
    honest = placing_module.submit_of

    def inverted(submit: Submit) -> Submit:
        return msgspec.structs.replace(submit, side=submit.side.opposite)

    patch.setattr(carry_module, "submit_of", lambda *to, **how: inverted(honest(*to, **how)))


def stale_books_allowed(patch: Patch) -> None:
    def trusting(depth: Depth, scale: Scale, *, now_ns: int, stale_after_ns: int) -> Composite:
        return observe(depth, scale, now_ns=now_ns, stale_after_ns=1 << 60)

    patch.setattr(markets_module, "observe", trusting)
    no_last_look(patch)


def crossed_books_allowed(patch: Patch) -> None:
    honest = composite_module._refusal

    def fine(depth: Depth, book: int, state: BookState, age_ns: int) -> str:
        return "" if state is BookState.BROKEN else honest(depth, book, state, age_ns)

    patch.setattr(composite_module, "_refusal", fine)
    no_last_look(patch)


def no_last_look(patch: Patch) -> None:
    def fine(self: Desk, approved: Approved, now_ns: int) -> str:
        return ""

    patch.setattr(Desk, "_last_look", fine)


def closed_reopens(patch: Patch) -> None:
    def reopen(status: Status, report: Report) -> Status | None:
        if report is Report.ACCEPTED:
            return Status.WORKING
        return after(status, report)

    patch.setattr(child_module, "after", reopen)


def fills_after_the_end_dropped(patch: Patch) -> None:
    honest = Child.book

    def book(self: Child, fill: Filled) -> bool:
        return False if self.closed else honest(self, fill)

    patch.setattr(Child, "book", book)


def fills_in_reports_not_booked(patch: Patch) -> None:
    honest = EngineState._reported

    def reported(self: EngineState, child: Child, event: Reported, at_ns: int) -> bool:
        return honest(self, child, msgspec.structs.replace(event, fills=()), at_ns)

    patch.setattr(EngineState, "_reported", reported)


def excess_ignored(patch: Patch) -> None:
    def fine(parent: Parent, child: Child) -> str:
        return ""

    patch.setattr(engine_module, "_overfill", fine)


def refusals_ignored(patch: Patch) -> None:
    honest = Gate.approve

    def lenient(
        self: Gate,
        command: Command,
        *,
        spec: ParentSpec,
        member: Member,
        limit: Decimal,
        reference: Decimal | None,
        held: Decimal | None = None,
    ) -> Approved | Refused:
        verdict = honest(
            self, command, spec=spec, member=member, limit=limit, reference=reference, held=held
        )
        return Approved(command) if isinstance(verdict, Refused) else verdict

    patch.setattr(Gate, "approve", lenient)
    ledger_blind(patch)


def cancelled_parents_go_on(patch: Patch) -> None:
    going_on = {ParentState.ACTIVE, ParentState.PARKED, ParentState.CANCELLING}
    patch.setattr(Parent, "running", property(lambda self: self.state in going_on))


def doubts_never_followed_up(patch: Patch) -> None:
    def query(self: Core, child: Child) -> None:
        del child

    patch.setattr(Core, "query", query)


BUGS: Final[Sequence[Bug]] = (
    *(
        Bug(plant)
        for plant in (
            send_before_journal,
            no_fill_dedupe,
            release_on_cancel_ack,
            release_when_a_cancel_is_asked,
            fold_forgets_late_fills,
            lost_answer_means_rejected,
            blind_resend_after_doubt,
            ledger_blind,
            both_counters_blind,
            absent_after_one_look,
            ignore_reported_cum,
            recovery_forgets_sent_children,
            recovery_takes_sent_for_rejected,
            recovery_sends_again,
            recovery_asks_nobody,
            client_ids_from_a_counter,
            client_ids_reused_unseen,
            memory_not_journalled,
            wrong_side_in_limits,
            wrong_side_sent,
            stale_books_allowed,
            crossed_books_allowed,
            halt_not_journalled,
            closed_reopens,
            fills_after_the_end_dropped,
            fills_in_reports_not_booked,
            excess_ignored,
            refusals_ignored,
            cancelled_parents_go_on,
            doubts_never_followed_up,
            queries_numbered_anew,
            amended_totals_hold_at_once,
            amendments_not_journalled,
            *TWAP_BUGS,
            held_orders_are_cancelled_at_their_venue,
            held_orders_leave_at_once_and_again,
            held_orders_leave_for_a_parent_that_was_taken_back,
            releases_not_journalled,
            withheld_off_the_record,
            exit_sized_by_the_target,
            exits_sell_what_is_not_held,
            stops_slip_as_far_as_they_like,
            exits_not_bound_to_their_entry,
            *BESIDE,
            *NATIVE_BUGS,
            *LIST_BUGS,
        )
    ),
    Bug(both_legs_live, 60),
    Bug(nobody_is_told_that_no_stop_stands, 60),
    Bug(trigger_on_a_stale_book, 480),
    Bug(paused_parents_go_on, 50),
    Bug(halt_forgotten_by_recovery, 60),
    Bug(the_dead_stay_dead, 390),
    *(Bug(plant, first) for plant, first in BESIDE_RARE),
    Bug(no_last_look, 30),
    Bug(what_a_step_takes_back_leaves_all_the_same, 400),
)
