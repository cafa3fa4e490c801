"""What is true from outside: venue logs, committed rows and the tape, held against promises 1 to 3."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from router.engine.fold import decode
from router.engine.records import (
    Decided,
    Flagged,
    Issued,
    ParentStarted,
    Received,
    Record,
    Released,
)
from router.engine.state import EngineState
from router.journal.ports import Row
from router.orders.lifecycle import Status
from router.orders.parent import ENDED, ParentState
from router.risk.limits import Limits
from tests.faults.bounds import out_of_bounds
from tests.faults.capped import left_too_large, spared
from tests.faults.exposure import Exposure
from tests.faults.guards import fired_for_nothing, too_large_an_exit, unguarded
from tests.faults.likeness import child_differs, parent_differs, whole_differs
from tests.faults.listed import counted_twice
from tests.faults.native import not_as_asked
from tests.faults.profile import Profile
from tests.faults.subjects import about, lie, shows_life
from tests.faults.venue import WatchedVenue
from venues.model.commands import Cancel, Command, Query, Submit, SubmitPair, orders_of
from venues.model.ids import ClientOrderId, ParentId, Symbol, VenueId
from venues.model.instrument import Member
from venues.model.market import ASK, BID, BookState
from venues.model.numbers import BPS, ZERO
from venues.paper.market import RecordedMarket
from venues.paper.truth import OPEN
from venues.tape.recording import Tape

_MINUTE_NS: Final = 60_000_000_000
_MOST_A_MINUTE: Final = 40  # commands for one order; a venue bans who asks more

_Name = tuple[str, ClientOrderId, int]

# What the engine itself finds impossible: no fault of a venue leads there.
_BUGS = {"stuck", "grid", "duplicate", "quantity"}


class Violation(AssertionError):
    """A promise is broken; the message says which and how."""


class Witness:
    """Follows everything that leaves, is committed or happens at a venue; raises Violation."""

    def __init__(
        self,
        profile: Profile,
        tape: Tape,
        market: RecordedMarket,
        venues: Sequence[WatchedVenue],
        shadow: EngineState,
        limits: Limits,
    ) -> None:
        self._profile = profile
        self._market = market
        self._venues: Mapping[VenueId, WatchedVenue] = {v.venue: v for v in venues}
        self._members: Mapping[tuple[VenueId, Symbol], Member] = shadow.members
        self._limits = limits
        self._book = {
            (r.instrument.venue, r.instrument.symbol): (i, r.msg_local_ns)
            for i, r in enumerate(tape.recordings)
        }
        self.shadow = shadow  # the fold of all committed rows
        self._intents: dict[_Name, Command] = {}
        self._left: set[_Name] = set()
        self._released: set[ClientOrderId] = set()
        self._exposures: dict[ParentId, Exposure] = {}
        self.opened = False
        self.overfilled: set[ParentId] = set()
        self.seen_alive: set[ClientOrderId] = set()  # orders their venues have told us of
        self._asked: dict[tuple[ClientOrderId, int], int] = {}
        self._filled: dict[ParentId, Decimal] = {}
        self._ended: dict[ParentId, ParentState] = {}
        self._closed: dict[ClientOrderId, Status] = {}
        self._touched_children: set[ClientOrderId] = set()
        self._touched_parents: set[ParentId] = set()

    # -- what is committed -----------------------------------------------------------------------

    def committed(self, rows: Sequence[Row]) -> None:
        """Take in rows that a crash can no longer take away."""
        records = [decode(row.seq, row.kind, row.body) for row in rows]
        issued = [r.command for r in records if isinstance(r, Issued)]
        posted = [s for command in issued for s in orders_of(command) if s.post_only]
        for row, record in zip(rows, records, strict=True):
            self.opened = True
            self._check_fired(record, posted, row.mono_ns)
            self.shadow.apply(record)
            self._note(record)
        for parent_id in self._touched_parents:
            self._parent_goes_forward(parent_id)
        for order_id in self._touched_children:
            self._child_goes_forward(order_id)

    def _check_fired(self, record: Record, posted: Sequence[Submit], now_ns: int) -> None:
        if isinstance(record, Decided) and not self._profile.slow_disk:
            view, age_ns = self._market.view, self._profile.stale_after_ns
            if wrong := fired_for_nothing(record, self.shadow, view, posted, now_ns, age_ns):
                raise Violation(wrong)

    def _note(self, record: Record) -> None:
        if isinstance(record, Issued):
            self._intents[_name(record.command)] = record.command
        if isinstance(record, Released):
            self._released.add(record.client_order_id)
        if isinstance(record, ParentStarted):
            self._check_arrival(record)
        if isinstance(record, Flagged):
            self._flagged(record)
        if isinstance(record, Received) and shows_life(record.event):
            self.seen_alive.add(record.event.client_order_id)
        order_id, parent_id = about(record)
        child = self.shadow.children.get(order_id)
        if child is not None:
            self._touched_children.add(order_id)
            parent_id = child.submit.parent_id
        if parent_id in self.shadow.parents:
            self._touched_parents.add(parent_id)

    def _flagged(self, record: Flagged) -> None:
        if record.code in _BUGS:
            raise Violation(f"{record.parent_id} was flagged {record.code}: {record.sentence}")
        if record.code == "venue_overfill":
            self.overfilled.add(record.parent_id)
            if self._profile.honest:
                raise Violation(f"an honest venue is accused: {record.sentence}")

    def _check_arrival(self, record: ParentStarted) -> None:
        spec = self.shadow.parents[record.parent_id].spec
        expected = spec.limit_price
        if spec.limit_bps is not None:
            expected = record.arrival_price * (1 + spec.side.sign * spec.limit_bps / BPS)
        if expected != record.limit:
            raise Violation(f"{spec.id} starts with limit {record.limit}, {expected} was asked")

    def _parent_goes_forward(self, parent_id: ParentId) -> None:
        parent = self.shadow.parents[parent_id]
        if parent.filled < self._filled.get(parent_id, ZERO):
            raise Violation(f"{parent_id}: filled fell to {parent.filled}")
        self._filled[parent_id] = parent.filled
        before = self._ended.get(parent_id)
        over = parent.filled > parent.spec.quantity or any(
            child.filled > child.submit.quantity for child in parent.children.values()
        )
        failed_late = over and parent.state is ParentState.FAILED
        if before is not None and parent.state is not before and not failed_late:
            raise Violation(f"{parent_id} was {before.value} and is {parent.state.value}")
        if wrong := too_large_an_exit(parent, self.shadow):
            raise Violation(wrong)
        if parent.state in ENDED:
            self._ended[parent_id] = parent.state
        total = parent.filled + parent.reserved
        lied_to = parent.spec.guarded and not self._profile.honest
        if not lied_to and total > parent.spec.quantity + self._lies(parent_id):
            raise Violation(f"{parent_id}: the ledger permits {total} of {parent.spec.quantity}")
        if over and parent.running:
            raise Violation(f"{parent_id} was overfilled and goes on")
        if over and parent_id not in self.overfilled:
            raise Violation(f"{parent_id} was overfilled and nobody was told")

    def _child_goes_forward(self, order_id: ClientOrderId) -> None:
        child = self.shadow.children[order_id]
        before = self._closed.get(order_id)
        if before is not None and child.status is not before:
            raise Violation(f"{order_id} was {before.value} and is {child.status.value}")
        if child.closed:
            self._closed[order_id] = child.status
        order = self._venues[child.submit.venue].orders.get(order_id)
        real = {} if order is None else {fill.exec_id: fill.quantity for fill in order.fills}
        booked = sum((real.get(exec_id, ZERO) for exec_id in child.exec_ids), ZERO)
        if child.filled != booked:
            raise Violation(f"{order_id}: booked {child.filled}, its trades say {booked}")

    # -- what leaves -----------------------------------------------------------------------------

    def leaving(self, command: Command, now_ns: int) -> None:
        """Judge a command at the moment it leaves for its venue."""
        name = _name(command)
        if self._intents.get(name) != command:
            raise Violation(f"{name} leaves without a committed intent of equal content")
        if name in self._left:
            raise Violation(f"{name} leaves twice")
        self._left.add(name)
        minute = command.client_order_id, now_ns // _MINUTE_NS
        self._asked[minute] = self._asked.get(minute, 0) + 1
        if self._asked[minute] > _MOST_A_MINUTE:
            raise Violation(f"a storm: {self._asked[minute]} commands a minute for {name[1]}")
        for submit in orders_of(command):
            self._check_submit(submit, now_ns)
        if isinstance(command, Cancel | Query) and self._never_left(command.client_order_id):
            raise Violation(f"{name} leaves before the order it is about")

    def _never_left(self, order_id: ClientOrderId) -> bool:
        child = self.shadow.children[order_id]
        return child.submit.held and order_id not in self._released

    def left(self, command: Command) -> None:
        """Count a command that is under way now."""
        if isinstance(command, Submit | SubmitPair):
            parent = self.shadow.parents[command.parent_id]
            exposure = self._exposures.setdefault(command.parent_id, Exposure(parent))
            exposure.open |= {s.client_order_id: s for s in orders_of(command)}
            if isinstance(command, SubmitPair):
                exposure.pairs[command.client_order_id] = command.stop.client_order_id
            self.venues_moved()

    def _check_submit(self, submit: Submit, now_ns: int) -> None:
        parent = self.shadow.parents[submit.parent_id]
        if self.shadow.halt.active:
            raise Violation(f"{submit.client_order_id} leaves after a halt")
        if not parent.running:
            raise Violation(f"{submit.client_order_id} leaves for a {parent.state.value} parent")
        if not submit.decided_ns <= now_ns <= submit.deadline_ns:
            raise Violation(f"{submit.client_order_id} leaves at {now_ns}, too late")
        if submit.held and submit.client_order_id not in self._released:
            raise Violation(f"{submit.client_order_id} leaves without a committed release")
        if now_ns < submit.release_ns:
            raise Violation(f"{submit.client_order_id} leaves before its release")
        self._check_book(submit, now_ns)
        self._check_price(submit)
        lies = self._lies(submit.parent_id)
        if wrong := out_of_bounds(submit, parent, self._members, self._market.view, lies):
            raise Violation(f"{submit.client_order_id}: {wrong}")
        if not self._profile.honest:
            return
        if wrong := unguarded(submit, parent, self.shadow, self._venues):
            raise Violation(f"{submit.client_order_id}: {wrong}")

    def _check_book(self, submit: Submit, now_ns: int) -> None:
        i, local_ns = self._book[submit.venue, submit.symbol]
        seen = int(np.searchsorted(local_ns, now_ns, side="right"))
        age_ns = now_ns - int(local_ns[seen - 1]) if seen else None
        if age_ns is None or age_ns > self._profile.stale_after_ns:
            raise Violation(f"{submit.client_order_id} relies on a book {age_ns} ns old")
        state = self._market.view.state(i, now_ns, self._profile.stale_after_ns)
        if self._market.view.crossed(i) or state is not BookState.LIVE:
            raise Violation(f"{submit.client_order_id} relies on a crossed or unverified book")

    def _check_price(self, submit: Submit) -> None:
        parent = self.shadow.parents[submit.parent_id]
        sign, member = submit.side.sign, self._members[submit.venue, submit.symbol]
        price = member.market_price(submit.price)
        if submit.side is not parent.spec.side:
            raise Violation(f"{submit.client_order_id} is a {submit.side.value}")
        if parent.limit is not None and sign * price > sign * parent.limit:
            raise Violation(f"{submit.client_order_id}: {price} is beyond {parent.limit}")
        if submit.trigger is not None:
            if wrong := not_as_asked(submit, parent, member):
                raise Violation(f"{submit.client_order_id}: {wrong}")
            return
        bps = self._limits.passive_collar_bps if submit.post_only else self._limits.collar_bps
        if submit.post_only and all(sign * price <= sign * mid for mid in self._mids()):
            return  # far away on the patient side: it waits for the market to come
        near = [mid for mid in self._mids() if abs(price - mid) * BPS <= bps * mid]
        if not near:
            raise Violation(f"{submit.client_order_id}: {price} is far from every mid")

    def _mids(self) -> list[Decimal]:
        """Return the mids of the books that stand uncrossed, market prices."""
        mids = []
        for i, member in enumerate(self._members.values()):
            bid, ask = (self._market.view.best(i, side) for side in (BID, ASK))
            if bid is not None and ask is not None and bid < ask:
                half = member.instrument.price_of(bid + ask) / 2
                mids.append(member.market_price(half))
        return mids

    # -- what happens at the venues ----------------------------------------------------------------

    def venues_moved(self) -> None:
        """Check promise 1: nothing beyond the quantity has traded or can trade any more."""
        for parent_id, exposure in self._exposures.items():
            if not self._profile.honest and exposure.parent.spec.guarded:
                continue  # what liars do to the position of others moves what is held
            if exposure.open and self._total(exposure) > exposure.quantity + exposure.excused:
                raise Violation(
                    f"{parent_id}: {self._total(exposure)} of {exposure.quantity} can trade, "
                    f"{exposure.excused} of it by lies"
                )

    def _total(self, exposure: Exposure) -> Decimal:
        total = exposure.final
        uncertain: list[tuple[Submit, Decimal]] = []  # what may still trade, by order
        for order_id, submit in list(exposure.open.items()):
            venue = self._venues[submit.venue]
            member = self._members[submit.venue, submit.symbol]
            order = venue.orders.get(order_id)
            if order is None:
                if not venue.under_way(order_id):
                    del exposure.open[order_id]  # lost, ignored or refused: it can never trade
                elif venue.would_take(submit):
                    total += member.market_quantity(submit.quantity)
                    uncertain.append((submit, submit.quantity))
                continue
            lots = order.cum_lots + max(order.leaves, 0)
            quantity = member.market_quantity(order.listing.quantity(lots))
            uncertain.append((submit, order.listing.quantity(max(order.leaves, 0))))
            if order_id in venue.broke_the_deadline:
                exposure.late[order_id] = quantity
                most = max(quantity, exposure.told_late.get(order_id, ZERO))
                exposure.told_late[order_id] = most
            total += quantity
            if order.standing not in OPEN:
                del exposure.open[order_id]
                exposure.final += quantity
                exposure.lies += member.market_quantity(lie(order))
        total -= counted_twice(exposure.open, exposure.pairs, self._venues, self._members)
        if exposure.parent.spec.guarded:
            total -= spared(uncertain, self._venues, self._members)
        return total

    def _lies(self, parent_id: ParentId) -> Decimal:
        exposure = self._exposures.get(parent_id)
        if exposure is None:
            return ZERO
        self._total(exposure)
        return exposure.excused_as_told(self.shadow)

    # -- what the engine believes ------------------------------------------------------------------

    def turned(self, state: EngineState) -> None:
        """Compare an engine's memory after a turn with the fold and with the venues."""
        for order_id in self._touched_children:
            if wrong := child_differs(state.children.get(order_id), self.shadow.children[order_id]):
                raise Violation(f"memory is not the fold of the journal: {wrong}")
        for parent_id in self._touched_parents:
            if wrong := parent_differs(
                state.parents.get(parent_id), self.shadow.parents[parent_id]
            ):
                raise Violation(f"memory is not the fold of the journal: {wrong}")
        self._touched_children.clear()
        self._touched_parents.clear()
        for parent_id, exposure in self._exposures.items():
            total = self._total(exposure)
            parent = state.parents[parent_id]
            if wrong := left_too_large(parent):
                raise Violation(f"{parent_id}: {wrong}")
            if not self._profile.honest and parent.spec.guarded:
                continue
            if total > parent.filled + parent.reserved + exposure.excused:
                raise Violation(
                    f"{parent_id}: {total} can trade, only {parent.filled} filled and "
                    f"{parent.reserved} reserved are counted"
                )

    def folded(self, state: EngineState) -> None:
        """Compare a recovered state with the fold made row by row while they were written."""
        if wrong := whole_differs(state, self.shadow):
            raise Violation(f"the recovered state is not what was committed: {wrong}")


def _name(command: Command) -> _Name:
    match command:
        case Submit() | SubmitPair():
            return "submit", command.client_order_id, 0
        case Cancel():
            return "cancel", command.client_order_id, command.number
        case Query():
            return "query", command.client_order_id, command.number
