"""One turn of the engine: an input and the time in, records and approved commands out.

Synchronous and deterministic: nothing here waits, reads a clock or talks to a venue. The caller
commits the records before it lets any command leave.
"""

from collections.abc import Iterable
from typing import assert_never

from router.engine.carry import decide
from router.engine.core import START, Core
from router.engine.doubts import ask, burn, follow_up, proves_absence
from router.engine.exits import follow_entries
from router.engine.inputs import (
    AmendParent,
    CancelParent,
    Executions,
    HaltRequested,
    Input,
    MarketEnded,
    PauseParent,
    Recovered,
    ResumeParent,
    SubmitParent,
    TimersDue,
    WatchesFired,
)
from router.engine.instructing import amend, pause, resume
from router.engine.learning import recall
from router.engine.lessons import recall_lessons
from router.engine.records import Halted, Received, Record
from router.engine.releasing import release
from router.engine.starting import receive, try_start
from router.engine.timers import (
    AgainTimer,
    CancelTimer,
    QueryTimer,
    ReleaseTimer,
    SilenceTimer,
    StartTimer,
    StrategyTimer,
)
from router.engine.unwanted import unwanted
from router.orders.child import Child
from router.orders.lifecycle import Status
from router.orders.parent import Parent, ParentState
from strategies.base import Progressed, Resumed, Woke
from venues.model.commands import Approved
from venues.model.events import AnswerLost, Asked, ExecutionEvent
from venues.model.ids import ParentId
from venues.model.numbers import ZERO, plain
from venues.model.order import TimeInForce


class Engine:
    """Drives every parent; `core` holds what it knows."""

    __slots__ = ("core",)

    def __init__(self, core: Core) -> None:
        self.core = core

    def step(self, event: Input, now_ns: int) -> tuple[list[Record], list[Approved]]:
        """Return what became true and what may leave once that is on disk."""
        core = self.core
        core.begin(now_ns)
        match event:
            case Executions(events=events):
                self._executions(events)
            case WatchesFired(slots=slots):
                self._fired(slots)
            case TimersDue():
                self._timers()
            case SubmitParent(spec=spec):
                receive(core, spec)
            case CancelParent(parent_id=parent_id):
                parent = core.state.parents[parent_id]
                core.wind_down(parent, ParentState.CANCELLED, "cancelled by request")
            case PauseParent(parent_id=parent_id):
                pause(core, core.state.parents[parent_id])
            case ResumeParent(parent_id=parent_id):
                resume(core, core.state.parents[parent_id])
            case AmendParent(parent_id=parent_id):
                amend(core, core.state.parents[parent_id], event)
            case MarketEnded():
                core.closing = True
                for parent in self._alive():
                    core.wind_down(parent, ParentState.EXPIRED, "tape ended")
            case HaltRequested(reason=reason):
                self._halt(reason)
            case Recovered():
                self._recovered()
            case _:
                assert_never(event)
        follow_entries(core)
        records, commands = core.records, core.commands
        core.records, core.commands = [], []
        return records, commands

    def next_timer_ns(self) -> int | None:
        """Return when the next timer is due."""
        return self.core.timers.next_ns()

    @property
    def at_rest(self) -> bool:
        """Return whether time alone would change nothing: only orders that work are asked about."""
        return self.core.timers.only_silence

    @property
    def alive(self) -> bool:
        """Return whether any parent has not ended."""
        return bool(self.core.state.alive)

    def _alive(self) -> list[Parent]:
        return list(self.core.state.alive.values())

    def _executions(self, events: Iterable[ExecutionEvent]) -> None:
        core = self.core
        touched: dict[ParentId, str] = {}  # with what a venue has overfilled of it
        for event in events:
            absent = proves_absence(core, event)
            child = core.state.children.get(event.client_order_id)
            before = (ZERO, False) if child is None else (child.filled, child.risen)
            core.note(Received(event, core.now_ns))
            if child is None:
                continue
            if absent:
                burn(core, child)
            if child.submit.time_in_force is TimeInForce.GTC:
                core.show_own(child)
            follow_up(core, child, event)
            parent = core.state.parent_of(child)
            more = (child.filled, child.risen) > before
            wrong = _overfill(parent, child) if more else ""
            touched[parent.spec.id] = wrong or touched.get(parent.spec.id, "")
        for parent_id, overfill in touched.items():
            parent = core.state.parents[parent_id]
            if overfill:
                core.flag(parent_id, "venue_overfill", overfill)
                core.fail(parent, overfill)
            elif parent.running:
                decide(core, parent, Progressed())
            else:
                core.end_if_settled(parent)

    def _fired(self, slots: Iterable[int]) -> None:
        core = self.core
        # All slots are freed before anybody decides: a slot set anew meanwhile has not fired.
        owners = [owner for slot in slots if (owner := core.watching.fired(slot)) is not None]
        parents = [core.state.parents[parent_id] for parent_id, _ in owners]
        wakes = [p.wakes.get(tag) for p, (_, tag) in zip(parents, owners, strict=True)]
        for parent, (_, tag), wake in zip(parents, owners, wakes, strict=True):
            if tag == START:
                try_start(core, parent)
            elif parent.running and parent.wakes.get(tag) == wake:
                decide(core, parent, Woke(tag), fired=tag)

    def _timers(self) -> None:
        """Serve the earliest due timer; the driver calls again while any is due."""
        core = self.core
        timer = core.timers.pop_due(core.now_ns)
        match timer:
            case StrategyTimer(parent_id=parent_id, tag=tag):
                parent = core.state.parents[parent_id]
                if parent.running:
                    decide(core, parent, Woke(tag), fired=tag)
            case StartTimer(parent_id=parent_id):
                try_start(core, core.state.parents[parent_id])
            case CancelTimer(client_order_id=order_id):
                core.cancel(core.state.children[order_id])
            case ReleaseTimer(client_order_id=order_id):
                release(core, core.state.children[order_id])
            case AgainTimer(parent_id=parent_id):
                parent = core.state.parents[parent_id]
                if parent.running:
                    decide(core, parent, Progressed())
            case QueryTimer(client_order_id=order_id) | SilenceTimer(client_order_id=order_id):
                ask(core, core.state.children[order_id])
            case None:
                pass
            case _:
                assert_never(timer)

    def _halt(self, reason: str) -> None:
        """Stop all new risk for good: every parent winds down, what is open is cancelled."""
        core = self.core
        if core.gate.halt.active:
            return
        core.note(Halted(reason, core.now_ns))
        core.closing = True
        for parent in self._alive():
            core.wind_down(parent, ParentState.CANCELLED, f"halted: {reason}")

    def _recovered(self) -> None:
        """Go on after a restart: doubt what was sent, ask about all, re-arm, then resume."""
        core = self.core
        recall(core)
        recall_lessons(core)
        for child in list(core.state.children.values()):
            if child.settled:
                continue
            if child.status is Status.HELD:
                # Its release was never committed, so it provably never left.
                core.withhold(child, "the process ended before its release")
                continue
            s = child.submit
            if s.time_in_force is TimeInForce.GTC:
                core.show_own(child)
            # Whoever was to hear these answers is gone: both questions are open again.
            asked = [Asked.SUBMIT] if child.status is Status.SENT else []
            asked += [Asked.CANCEL] if child.cancelling else []
            for question in asked:
                lost = AnswerLost(client_order_id=s.client_order_id, venue=s.venue, asked=question)
                core.note(Received(lost, core.now_ns))
            ask(core, child)
        for parent in self._alive():
            if parent.running:
                core.rearm(parent.spec.id, {}, parent.wakes)
            for child in unwanted(parent):
                core.cancel(child)
            if parent.state is ParentState.PENDING:
                try_start(core, parent)
            elif parent.running:
                decide(core, parent, Resumed())
            else:
                core.end_if_settled(parent)


def _overfill(parent: Parent, child: Child) -> str:
    """Return what venues traded, or still may, beyond the quantity or one order, "" if nothing."""
    beyond = parent.filled - parent.spec.quantity
    if beyond > ZERO:
        return f"venues filled {plain(beyond)} beyond the quantity"
    if parent.excess and parent.running:
        return f"with what is open, venues may fill {plain(parent.excess)} beyond the quantity"
    over = child.filled - child.quantity
    if over > ZERO:
        return (
            f"{child.submit.venue} filled {plain(over)} beyond order {child.submit.client_order_id}"
        )
    return ""
