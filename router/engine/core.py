"""What every part of a step shares: state, gate, timers, market access, and the records it makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

import msgspec

from router.depth.expected import TWIN, Expect
from router.depth.scale import Scale
from router.engine.markets import Markets
from router.engine.own import level_keys
from router.engine.records import Decided, Flagged, Issued, ParentMoved, Received, Record
from router.engine.settings import EngineSettings
from router.engine.state import EngineState
from router.engine.timers import (
    AgainTimer,
    CancelTimer,
    QueryTimer,
    ReleaseTimer,
    SilenceTimer,
    StartTimer,
    StrategyTimer,
    Timers,
)
from router.engine.watching import Watching
from router.orders.child import Child
from router.orders.lifecycle import Status
from router.orders.parent import Parent, ParentState
from router.orders.reconcile import next_cancel_ns
from router.risk.limits import Code, Gate, Refused
from router.routing.exact import Search
from router.routing.exact_twin import search as search_twin
from router.routing.sweep import Sweep
from strategies.base import State as Memory
from strategies.base import Strategy
from strategies.intents import WakeAt, WakeWhen
from strategies.spec import group_leg
from venues.books.port import Books
from venues.books.probes import Probes
from venues.model.commands import Approved, Cancel, Command, Query, Submit, orders_of
from venues.model.events import Asked, NotSent
from venues.model.ids import ClientOrderId, ParentId, RunId, Symbol
from venues.model.order import TimeInForce

NS_PER_S = 1_000_000_000
START = "\x00start"  # a wake-up name no strategy can have

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Core:
    """The engine's memory and hands during a step.

    `seeded(text)` returns a Random whose draws depend on the text alone. `scales`: one per market.
    """

    run: RunId
    seed: int
    settings: EngineSettings
    scales: Mapping[Symbol, Scale]
    books: Books
    probes: Probes
    strategies: Mapping[str, Strategy]
    seeded: Callable[[str], Random]
    state: EngineState
    gate: Gate
    sweep: Sweep
    watching: Watching
    search: Search = search_twin
    expect: Expect = TWIN
    timers: Timers = field(default_factory=Timers)
    now_ns: int = 0
    records: list[Record] = field(default_factory=list)
    commands: list[Approved] = field(default_factory=list)
    resting: dict[int, dict[ClientOrderId, Child]] = field(default_factory=dict)
    # Lots by level key of what rests, or may rest, for us by book: follows from `resting`.
    own: dict[int, dict[int, int]] = field(default_factory=dict)
    # The smallest order by parent and price, on which alone it depends.
    smallest: dict[tuple[ParentId, Decimal], Decimal] = field(default_factory=dict)
    # What has been followed of entries: filled, ended, and whether their exit has.
    followed: dict[ParentId, tuple[Decimal, bool, bool | None]] = field(default_factory=dict)
    # Entries of which something has been heard since they were followed; None: look at all of them.
    stirred: dict[ParentId, None] | None = None
    closing: bool = False  # no parent may begin any more
    markets: Markets = field(init=False)

    def __post_init__(self) -> None:
        """Look at the markets through these books and this state."""
        self.markets = Markets(self.scales, self.books, self.state, self.settings)

    def begin(self, now_ns: int) -> None:
        """Open a step at engine time `now_ns`."""
        self.now_ns = now_ns
        self.markets.look(now_ns)

    def note(self, record: Record) -> None:
        """Make a fact true now and hand it to the journal; flag what it reveals to be wrong."""
        wrong = self.state.apply(record)
        self.records.append(record)
        if self.state.entries and self.stirred is not None:
            entry = self.state.entry_stirred(record)
            if entry is not None:
                self.stirred[entry] = None
        if wrong:
            self.flag(ParentId(""), "anomaly", wrong)

    def flag(self, parent_id: ParentId, code: str, sentence: str) -> None:
        """Record something a human should see."""
        self.note(Flagged(parent_id, code, sentence, self.now_ns))

    def issue(self, parent: Parent, command: Command) -> bool:
        """Let risk judge `command`; journal and emit it when approved. Return whether it was.

        Nothing new is issued for a parent that winds down, whatever its strategy asked for before.
        """
        if isinstance(command, Submit) and not parent.running:
            return False
        limit, reference = self.bounds_of(parent, command)
        verdict = self.gate.approve(
            command,
            spec=parent.spec,
            member=self.state.member_of(command),
            limit=limit,
            reference=reference,
            held=self.held_for(parent, command),
        )
        if isinstance(verdict, Refused):
            self.refused(parent, verdict)
            return False
        self.let_go(verdict)
        return True

    def refused(self, parent: Parent, verdict: Refused) -> None:
        """Tell that risk has refused a command of `parent`."""
        self.flag(parent.spec.id, verdict.code.value, verdict.sentence)
        parent.idle = verdict.sentence
        if verdict.code in {Code.QUANTITY, Code.GRID, Code.DUPLICATE}:
            # The ledger and the gate disagree: one of them is wrong, so nothing more is sent.
            self.wind_down(parent, ParentState.FAILED, verdict.sentence)

    def let_go(self, approved: Approved) -> None:
        """Journal an approved command and emit it, or hold it until its release."""
        command = approved.command
        self.note(Issued(command, self.now_ns))
        if isinstance(command, Submit) and command.held:
            self.timers.set(ReleaseTimer(command.client_order_id), command.release_ns)
        else:
            self.commands.append(approved)
        for submit in orders_of(command):
            if submit.time_in_force is TimeInForce.GTC:
                self.show_own(self.state.children[submit.client_order_id])

    def bounds_of(self, parent: Parent, command: Command) -> tuple[Decimal, Decimal | None]:
        """Return the worst price of a command and what its collar lies around: of a stop its trigger.

        The market is there when it becomes an order. Both are market prices.
        """
        if not isinstance(command, Submit) or command.trigger is None:
            return self.markets.limit_of(parent), self.markets.composite(parent.spec.symbol).mid
        trigger = self.state.member_of(command).market_price(command.trigger.price)
        collar = self.markets.beyond(trigger, command.side.sign)
        return (collar if parent.limit is None else parent.limit), trigger

    def held_for(self, parent: Parent, command: Command) -> Decimal | None:
        """Return what a parent that reduces may trade at a venue, instrument units; else None."""
        if not parent.spec.reduces or not isinstance(command, Submit):
            return None
        member = self.state.member_of(command)
        return self.state.exit_room(parent, member, group_leg(command.leg))

    def cancel(self, child: Child) -> None:
        """Ask the venue to end `child`, unless that has been asked and not been answered.

        A child that is still held, or was decided in this very step, is never sent: its venue hears
        nothing of it. After a refused or lost cancel the next one waits, longer each time.
        """
        if (child.closed and not child.risen) or child.cancelling:
            return
        if child.status is Status.HELD or self._taken_back(child):
            self.withhold(child, "taken back before it left")
            parent = self.state.parent_of(child)
            if parent.running:
                # No answer will come to wake its strategy.
                self.timers.set(AgainTimer(parent.spec.id), self.now_ns)
            return
        s = child.submit
        timer = CancelTimer(s.client_order_id)
        due_ns = next_cancel_ns(child, margins=self.settings.margins)
        if due_ns > self.now_ns:
            self.timers.set(timer, due_ns)
            return
        self.timers.forget(timer)
        command = Cancel(
            client_order_id=s.client_order_id,
            parent_id=s.parent_id,
            account=s.account,
            venue=s.venue,
            symbol=s.symbol,
            number=child.cancels + 1,
        )
        self.issue(self.state.parent_of(child), command)

    def _taken_back(self, child: Child) -> bool:
        """Drop the submit of `child` if this step would send it; return whether it would have."""
        submit = child.submit
        if submit.decided_ns != self.now_ns:
            return False
        kept = [approved for approved in self.commands if approved.command is not submit]
        found = len(kept) < len(self.commands)
        self.commands = kept
        return found

    def withhold(self, child: Child, why: str) -> None:
        """Close a child that has not been sent: it never left us and never will."""
        s = child.submit
        self.timers.forget(ReleaseTimer(s.client_order_id))
        gone = NotSent(
            client_order_id=s.client_order_id, venue=s.venue, asked=Asked.SUBMIT, reason=why
        )
        self.note(Received(gone, self.now_ns))
        if s.time_in_force is TimeInForce.GTC:
            self.show_own(child)

    def query(self, child: Child) -> None:
        """Ask the venue what it knows of `child`."""
        s = child.submit
        command = Query(
            client_order_id=s.client_order_id,
            parent_id=s.parent_id,
            account=s.account,
            venue=s.venue,
            symbol=s.symbol,
            number=child.queries + 1,
        )
        self.timers.forget(QueryTimer(s.client_order_id))
        self.timers.forget(SilenceTimer(s.client_order_id))
        self.issue(self.state.parent_of(child), command)

    def show_own(self, child: Child) -> None:
        """Tell the book which of its depth is ours: whatever rests or may rest there."""
        s = child.submit
        i = self.watching.book_of(s.venue, s.symbol)
        orders = self.resting.setdefault(i, {})
        if child.settled:
            orders.pop(s.client_order_id, None)
        else:
            orders[s.client_order_id] = child
        own = self.own[i] = level_keys(orders.values())
        self.books.set_own(i, own)

    def wind_down(self, parent: Parent, then: ParentState, reason: str) -> None:
        """Send nothing new for `parent`, cancel what is open; it ends when all is settled."""
        if parent.ended or parent.state is ParentState.CANCELLING:
            return
        self.timers.forget(StartTimer(parent.spec.id))
        self.watching.forget(parent.spec.id, START)
        wakes = parent.wakes
        self.note(ParentMoved(parent.spec.id, ParentState.CANCELLING, reason, self.now_ns, then))
        self.rearm(parent.spec.id, wakes, {})
        for child in list(parent.unsettled.values()):
            self.cancel(child)
        self.end_if_settled(parent)

    def fail(self, parent: Parent, why: str) -> None:
        """Make `parent` end as FAILED, also one that winds down to something better or has ended."""
        if parent.ended:
            if parent.reason != why:
                self.note(ParentMoved(parent.spec.id, ParentState.FAILED, why, self.now_ns))
            return
        if parent.state is ParentState.CANCELLING and parent.reason != why:
            state, then = ParentState.CANCELLING, ParentState.FAILED
            self.note(ParentMoved(parent.spec.id, state, why, self.now_ns, then))
        self.wind_down(parent, ParentState.FAILED, why)
        self.end_if_settled(parent)

    def end_if_settled(self, parent: Parent) -> None:
        """End a parent that winds down, or is paused and whole, once nothing of it can trade."""
        if parent.state is ParentState.PAUSED and not parent.unsettled:
            if parent.filled >= parent.spec.quantity:
                done = ParentState.DONE
                self.note(ParentMoved(parent.spec.id, done, "filled", self.now_ns))
            return
        if parent.state is ParentState.CANCELLING and not parent.unsettled:
            assert parent.then is not None
            then, reason = parent.then, parent.reason
            if then is not ParentState.FAILED and parent.filled >= parent.spec.quantity:
                # What was told late, or traded before the cancel, made it whole after all.
                then, reason = ParentState.DONE, "filled"
            self.note(ParentMoved(parent.spec.id, then, reason, self.now_ns))

    def remember(
        self, parent: Parent, memory: Memory, wakes: Mapping[str, WakeAt | WakeWhen], fired: str
    ) -> None:
        """Journal a strategy's memory and wake-ups when they changed, and arm the new ones.

        `fired` names the wake-up that just fired: if it is set again it is armed again.
        """
        armed = parent.wakes
        if fired in armed:
            armed = {tag: wake for tag, wake in armed.items() if tag != fired}
        same = memory is parent.memory
        if wakes != parent.wakes or not (same or memory == parent.memory):
            spelled = parent.spelled if same else msgspec.Raw(_encode(memory))
            self.note(Decided(parent.spec.id, spelled, tuple(wakes.values())))
        self.rearm(parent.spec.id, armed, wakes)

    def rearm(
        self,
        parent_id: ParentId,
        old: Mapping[str, WakeAt | WakeWhen],
        new: Mapping[str, WakeAt | WakeWhen],
    ) -> None:
        """Set and unset timers and watches so that exactly `new` can fire."""
        if old == new:
            return
        for tag, wake in old.items():
            if new.get(tag) != wake:
                self.timers.forget(StrategyTimer(parent_id, tag))
                self.watching.forget(parent_id, tag)
        for tag, wake in new.items():
            if old.get(tag) == wake:
                continue
            if isinstance(wake, WakeAt):
                self.timers.set(StrategyTimer(parent_id, tag), wake.at_ns)
            else:
                symbol = self.state.parents[parent_id].spec.symbol
                self.watching.watch(parent_id, tag, wake.condition, symbol, self.now_ns)
