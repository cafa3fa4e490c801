"""What is true: parents, children, positions and counters as the fold of the journal's records.

`apply` is the only place that changes it, live and in recovery alike, so a state rebuilt from the
journal equals the state that wrote it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from router.engine.digest import Digest
from router.engine.records import (
    Decided,
    Flagged,
    Halted,
    Issued,
    Learned,
    Lessons,
    ParentAmended,
    ParentGrew,
    ParentMoved,
    ParentReceived,
    ParentStarted,
    Placed,
    Planned,
    ProvenAbsent,
    Received,
    Record,
    Released,
    RunOpened,
)
from router.orders.child import Child, OrderList, together
from router.orders.guarded import Guard
from router.orders.lifecycle import Report, Status
from router.orders.luck import Luck
from router.orders.open_orders import OpenOrders
from router.orders.parent import Parent, ParentState
from router.orders.positions import Positions
from router.orders.reconcile import DoubtMargins, Look, negative_look, raises
from router.orders.trips import Trips
from router.risk.halt import Halt
from router.risk.sent import SentCounter
from strategies.base import State as Memory
from strategies.spec import ParentSpec, group_leg, kind_of
from venues.model.commands import Cancel, Command, Query, Submit, SubmitPair, orders_of
from venues.model.events import (
    Accepted,
    Activated,
    AnswerLost,
    Asked,
    Canceled,
    CancelRejected,
    ExecutionEvent,
    Expired,
    Filled,
    NotSent,
    Rejected,
    Reported,
    Standing,
)
from venues.model.ids import ClientOrderId, ParentId, Symbol, VenueId
from venues.model.instrument import Member, ReduceOnly
from venues.model.numbers import MONEY, ONE, ZERO
from venues.model.order import TimeInForce

Members = Mapping[tuple[VenueId, Symbol], Member]

_STANDING = {
    Standing.WORKING: Report.ACCEPTED,
    Standing.DORMANT: Report.ACCEPTED,
    Standing.FILLED: Report.FULL,
    Standing.CANCELED: Report.CANCELED,
    Standing.EXPIRED: Report.EXPIRED,
    Standing.REJECTED: Report.REJECTED,
}


# What a venue says to a submit. Later reports, and answers that were lost, measure no way.
_FIRST_ANSWERS = Accepted | Filled | Canceled | Expired | Rejected


@dataclass(slots=True)
class EngineState:
    """Everything the engine knows about orders.

    `memory_types`: state class per kind of strategy, to read memories back from the journal.
    """

    members: Members
    memory_types: Mapping[str, type[Memory]]
    sent: SentCounter
    halt: Halt
    margins: DoubtMargins
    parents: dict[ParentId, Parent] = field(default_factory=dict)
    alive: dict[ParentId, Parent] = field(default_factory=dict)  # those that have not ended
    entries: dict[ParentId, Parent] = field(default_factory=dict)  # those that have an exit
    guarded: dict[ParentId, Parent] = field(
        default_factory=dict
    )  # groups whose legs may stand at once
    open: OpenOrders = field(default_factory=OpenOrders)
    children: dict[ClientOrderId, Child] = field(default_factory=dict)
    positions: Positions = field(default_factory=Positions)
    trips: Trips = field(default_factory=Trips)
    luck: Luck = field(default_factory=Luck)
    learned: dict[tuple[VenueId, Symbol], Learned] = field(default_factory=dict)
    digest: Digest = field(default_factory=Digest)
    plans: int = 0
    lessons: Lessons | None = None  # the last there is a record of

    def apply(self, record: Record) -> str:
        """Fold one record in; return what is wrong with it ("" if nothing): an anomaly to flag."""
        match record:
            case Received(event=event, at_ns=at_ns):
                return self._received(event, at_ns)
            case Issued(command=command, at_ns=at_ns):
                self._issued(command, at_ns)
            case Released(client_order_id=order_id, at_ns=at_ns):
                return self._released(order_id, at_ns)
            case Decided():
                self._decided(record)
            case Planned(plan=plan):
                self.plans += 1
                self.luck.foresee(plan.legs)
            case Placed():
                self.plans += 1
            case Learned(venue=venue, symbol=symbol):
                self.learned[venue, symbol] = record
            case Lessons():
                self.lessons = record
            case ParentReceived(spec=spec, received_ns=received_ns):
                parent = self.begun(spec, received_ns)
                self.parents[spec.id] = self.alive[spec.id] = parent
                if spec.then is not None:
                    self.entries[spec.id] = parent
                if spec.guarded:
                    self.guarded[spec.id] = parent
            case ParentStarted():
                parent = self.parents[record.parent_id]
                begin(parent, record, self.members)
                parent.state = ParentState.ACTIVE
                parent.reason = ""
            case ParentGrew(parent_id=parent_id, quantity=quantity):
                parent = self.parents[parent_id]
                parent.spec = msgspec.structs.replace(parent.spec, quantity=quantity)
            case ParentAmended(parent_id=parent_id, spec=spec, limit=limit):
                self.parents[parent_id].amend(spec, limit)
            case ParentMoved():
                self._moved(record)
            case ProvenAbsent(client_order_id=order_id):
                self._absent(ClientOrderId(order_id))
            case Halted(reason=reason):
                self.halt.set(reason)
            case RunOpened() | Flagged():
                pass
        return ""

    def begun(self, spec: ParentSpec, received_ns: int) -> Parent:
        """Return what `spec` is at first; nothing is remembered of it."""
        guard = Guard(self.positions, self.open) if spec.guarded else None
        return Parent(spec=spec, received_ns=received_ns, guard=guard)

    def member_of(self, command: Command) -> Member:
        """Return what a command trades: contracts as its parent counts, quote as it was converted."""
        place = command.venue, command.symbol
        member = self.parents[command.parent_id].counted.get(place, self.members[place])
        return member.at(command.conversion) if isinstance(command, Submit) else member

    def exit_room(self, parent: Parent, member: Member, leg: str | None = None) -> Decimal:
        """Return what a parent that reduces may still ask for of one instrument, its units, >= 0.

        Never more than is net held in the account, and of an exit no more than its own entry has
        bought there and it has not yet sold: by booked fills, fees in base deducted, less all that
        open orders may take. Of a guarded group, where its venue caps it, only the orders of `leg`
        itself take from that (None: no leg's do): the others stand beside it.
        """
        spec, i = parent.spec, member.instrument
        key = (i.venue, i.symbol)
        row = self.positions.rows.get((spec.account, *key))
        if row is None:
            return ZERO
        beside = parent.guard is not None and not parent.guard.why_uncapped(spec, i)
        taken = mine = ZERO
        for child, open_ in together(self.open.at((spec.account, *key))):
            if child.submit.side is not spec.side:
                continue
            if child.submit.parent_id != spec.id:
                taken += open_
            elif not beside or (leg is not None and group_leg(child.submit.leg) == leg):
                mine += open_
        held = -spec.side.sign * row.quantity - taken - mine
        if spec.exit_of is not None:
            entry = self.parents[spec.exit_of]
            kept, out = entry.traded_at(key).kept, parent.traded_at(key).filled
            held = min(held, kept - out - mine)
        return max(held, ZERO)

    def entry_stirred(self, record: Record) -> ParentId | None:
        """Return the entry of which a record may have changed what its exit follows, if any."""
        match record:
            case Received(event=event) if event.client_order_id in self.children:
                spec = self.parent_of(self.children[event.client_order_id]).spec
            case ParentMoved(parent_id=parent_id):
                spec = self.parents[parent_id].spec
            case _:
                return None
        return spec.id if spec.then is not None else spec.exit_of

    def parent_of(self, child: Child) -> Parent:
        """Return the parent a child belongs to."""
        return self.parents[child.submit.parent_id]

    def _issued(self, command: Command, at_ns: int) -> None:
        self.digest.command(command)
        match command:
            case Submit() | SubmitPair():
                self._placed([self._child(s, at_ns) for s in orders_of(command)])
            case Cancel(client_order_id=order_id):
                child = self.children[order_id]
                child.cancels += 1
                child.cancelling = True
                child.cancelled_ns = at_ns
            case Query(client_order_id=order_id):
                self.children[order_id].queries += 1

    def _child(self, submit: Submit, at_ns: int) -> Child:
        child = Child(submit=submit, member=self.member_of(submit))
        if submit.time_in_force is TimeInForce.IOC:
            child.arriving = self.luck.foreseen.pop(child.place, None)
        if submit.held:
            child.status = Status.HELD
        else:
            child.left_ns = at_ns
        parent = self.parent_of(child)
        if parent.guard is not None:
            there = parent.traded_at(child.place).filled
            child.ground = parent.guard.ground(parent.spec, child.member.instrument, there)
        return child

    def _placed(self, new: Sequence[Child]) -> None:
        """Reserve new children and count them as sent: one, or the two of a list."""
        if len(new) > 1:
            maker, stop = new
            maker.listed = stop.listed = OrderList(maker, stop)
        parent = self.parent_of(new[0])
        parent.reserve(*new)
        for child in new:
            submit, member = child.submit, child.member
            self.children[submit.client_order_id] = child
            self.open.note(child)
            capped = parent.spec.guarded and member.instrument.reduce_only is ReduceOnly.CAPPED
            self.sent.send(submit, member.market_quantity(ONE), capped=capped)
        if len(new) > 1:
            self.sent.pair(*(child.submit.client_order_id for child in new))

    def _released(self, order_id: ClientOrderId, at_ns: int) -> str:
        self.digest.released(order_id)
        child = self.children[order_id]
        before = child.status
        if not child.report(Report.RELEASED):
            return f"released while {before.value}: {order_id}"
        child.left_ns = at_ns
        return ""

    def _decided(self, record: Decided) -> None:
        parent = self.parents[record.parent_id]
        if parent.memory is None or record.memory != parent.spelled:
            memory_type = self.memory_types[kind_of(parent.spec.params)]
            parent.memory = msgspec.json.decode(record.memory, type=memory_type)
            parent.spelled = record.memory
        parent.wakes = {wake.tag: wake for wake in record.wakes}

    def _moved(self, record: ParentMoved) -> None:
        parent = self.parents[record.parent_id]
        parent.state = record.state
        parent.reason = record.reason
        parent.then = record.then
        if parent.ended:
            parent.ended_ns = record.at_ns
            self.alive.pop(record.parent_id, None)
        if record.state is ParentState.PAUSED:
            parent.paused_ns = record.at_ns
        if not parent.running and record.state is not ParentState.PAUSED:
            parent.wakes = {}

    def _absent(self, order_id: ClientOrderId) -> None:
        child = self.children[order_id]
        child.report(Report.REJECTED)
        child.closed_reason = "proven absent"
        child.burned = True
        self.sent.burn(order_id)
        self._settle(child)

    def _received(self, event: ExecutionEvent, at_ns: int) -> str:
        self.digest.event(event)
        self.sent.answer(event)
        child = self.children.get(event.client_order_id)
        if child is None:
            return f"unknown order {event.client_order_id} at {event.venue}"
        if child.status is Status.SENT and isinstance(event, _FIRST_ANSWERS):
            self.trips.measured(child.submit.venue, at_ns - child.left_ns)
        open_before = not child.settled
        wrong = self._report(child, event, at_ns)
        self._settle(child)
        if open_before and child.settled:
            self.luck.ended(child)
        return wrong

    def _settle(self, child: Child) -> None:
        self.open.note(child)
        self.parent_of(child).settle(child)

    def _report(self, child: Child, event: ExecutionEvent, at_ns: int) -> str:
        before = child.status
        allowed = True
        match event:
            case Filled():
                allowed = self._fill(child, event)
            case Accepted(list_id=list_id):
                child.list_id = list_id
                allowed = child.report(Report.ACCEPTED)
            case Activated():
                child.activated = True
                allowed = child.report(Report.ACCEPTED)
            case Canceled(cum_quantity=cum_quantity):
                allowed = child.report(Report.CANCELED, cum_quantity=cum_quantity)
            case Expired(cum_quantity=cum_quantity):
                allowed = child.report(Report.EXPIRED, cum_quantity=cum_quantity)
            case Rejected(reason=reason):
                child.closed_reason = reason
                allowed = child.report(Report.REJECTED)
            case NotSent(asked=asked, reason=reason):
                if asked is Asked.SUBMIT:
                    child.closed_reason = reason
                    allowed = child.report(Report.REJECTED)
                child.cancelling = False
            case CancelRejected():
                child.cancelling = False
            case AnswerLost(asked=asked):
                if asked is Asked.CANCEL:
                    child.cancelling = False
                if asked is not Asked.QUERY:
                    allowed = child.report(Report.LOST)
            case Reported():
                allowed = self._reported(child, event, at_ns)
        if child.burned and raises(child, event):
            return f"{child.submit.client_order_id} was proven absent and is alive"
        if allowed:
            return ""
        return f"{type(event).__name__} while {before.value}: {child.submit.client_order_id}"

    def _fill(self, child: Child, fill: Filled) -> bool:
        kept = child.kept
        if child.book(fill):
            child.activated = True
            more = MONEY.subtract(child.kept, kept)
            self.parent_of(child).booked(child, fill.quantity, more)
            self.positions.book(
                child.submit.account, child.member.instrument, child.submit.side, fill
            )
        full = child.filled >= child.quantity
        return child.report(Report.FULL if full else Report.FILL)

    def _reported(self, child: Child, event: Reported, at_ns: int) -> bool:
        for fill in event.fills:
            self._fill(child, fill)
        if event.standing is Standing.ABSENT:
            look = negative_look(child, now_ns=at_ns, margins=self.margins)
            if look is Look.FIRST:
                child.absent_since_ns = at_ns
            return True
        if event.standing is not Standing.REJECTED:
            child.list_id = event.list_id
        if event.standing is Standing.WORKING:
            child.activated = True
        return child.report(_STANDING[event.standing], cum_quantity=event.cum_quantity)


def begin(parent: Parent, record: ParentStarted, members: Members) -> None:
    """Give `parent` the terms it starts with."""
    parent.started_ns = record.started_ns
    parent.arrival_price = record.arrival_price
    parent.limit = record.limit
    parent.lot = record.lot
    parent.counted = {
        (c.venue, c.symbol): msgspec.structs.replace(members[c.venue, c.symbol], counted=c.units)
        for c in record.counted
    }
