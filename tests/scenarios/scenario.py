"""How does a trader tell a story? Books as text, time in seconds, answers one by one.

    desk = Scenario(buy="4", how=twap(over_s=40, slices=4), limit="101")
    desk.book("alpha", "10@100")
    assert desk.at(0) == ["alpha#1: buy 1 @ 100"]

The engine, its desk, its journal and its books are the real ones; only venues are played by the
test. After every event promise 1 is checked and the journal must fold back into the same state.
"""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from router.app.assembly import STRATEGIES
from router.engine.core import Core
from router.engine.engine import Engine
from router.engine.fold import fold_row
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
from router.engine.records import RunOpened
from router.engine.settings import EngineSettings
from router.engine.state import EngineState
from router.engine.watching import Watching
from router.journal.memory import MemoryJournal
from router.orders.reconcile import DoubtMargins
from router.reports.follow import Follower
from router.risk.halt import Halt
from router.risk.limits import Gate, Limits
from router.risk.sent import SentCounter
from router.routing.sweep import twin
from router.runtime.desk import Desk
from router.runtime.recovery import recover
from strategies.base import Strategy
from strategies.spec import Params, ParentSpec, ThenSpec
from tests.scenarios.asked import PARENT, Asked
from tests.scenarios.held import check_exit
from tests.scenarios.kinds import with_fields
from tests.scenarios.market import STALE_AFTER_NS, SYMBOL, SceneMarket, Venue
from tests.scenarios.venue import FakeVenues
from venues.model.events import ExecutionEvent, Standing
from venues.model.ids import ParentId, RunId, VenueId
from venues.model.instrument import Member
from venues.model.order import Side

S_NS = 1_000_000_000
BEGIN_NS = 1_000_000 * S_NS  # second 0 of every story
RUN = RunId("scenario")
TWO = (Venue("alpha"), Venue("beta"))


class Scenario(Asked):
    """One market, one engine, one parent called "parent", handed over by the first `at(0)`."""

    def __init__(
        self,
        how: Params,
        *,
        buy: str = "",
        sell: str = "",
        limit: str = "",
        limit_bps: str = "",
        venues: Sequence[Venue] = TWO,
        allow: Sequence[str] = (),
        deny: Sequence[str] = (),
        caps: Sequence[tuple[str, str]] = (),
        most: int | None = None,
        start_s: float = 0,
        hold_s: int = 0,
        limits: Limits | None = None,
        margins: DoubtMargins | None = None,
        then: ThenSpec | None = None,
        own: Sequence[Strategy] = (),
        release_within_ms: int = 0,
        learn: bool = False,
        **common: object,
    ) -> None:
        self.strategies = {**STRATEGIES, **{s.kind: s for s in own}}
        side = Side.BUY if buy else Side.SELL
        self.spec = ParentSpec(
            id=PARENT,
            symbol=SYMBOL,
            side=side,
            quantity=Decimal(buy or sell),
            params=how,
            limit_price=Decimal(limit) if limit else None,
            limit_bps=Decimal(limit_bps) if limit_bps else None,
            start_ns=BEGIN_NS + int(start_s * S_NS) if start_s else 0,
            venues_allow=tuple(VenueId(v) for v in allow),
            venues_deny=tuple(VenueId(v) for v in deny),
            venues_most=most,
            hold_s=hold_s,
            venue_caps=tuple((VenueId(v), Decimal(cap)) for v, cap in caps),
            then=then,
        )
        self.spec = with_fields(self.spec, common)
        self.settings = EngineSettings(
            stale_after_ns=STALE_AFTER_NS,
            limits=limits or Limits(),
            margins=margins or DoubtMargins(),
            release_within_ns=release_within_ms * 1_000_000,
            learn_fills=learn,
        )
        self.now_ns = BEGIN_NS
        self.market = SceneMarket(venues, side)
        self.venues = FakeVenues(self.market.instruments, self.market.books)
        self.members = {(i.venue, i.symbol): Member(instrument=i) for i in self.market.instruments}
        self.follower = Follower(self.members)
        self.commit_takes_s, self.checks = 0.0, True
        self.desk = self._desk(self._core(), MemoryJournal())
        self.desk.write([RunOpened(RUN, 1, "scenario", "test")], BEGIN_NS, BEGIN_NS)
        self._handed_over = False
        self._shadow, self._folded = self._empty_state(SentCounter(), Halt()), 0

    # -- what happens ------------------------------------------------------------------------------

    def book(self, venue: str, text: str) -> list[str]:
        """Let a venue show a book; see `SceneMarket.show`."""
        return self._fired(self.market.show(venue, text, self.now_ns))

    def funding(self, venue: str, rate: str, *, in_s: float) -> None:
        """Let a venue say its funding rate and in how many seconds it is paid next."""
        self.market.funding(venue, rate, self.now_ns + int(in_s * S_NS))

    def goes_silent(self, *venues: str) -> None:
        """Say nothing more about these books."""
        self.market.silent.update(self.market.place(v) for v in venues)

    def speaks_again(self, venue: str) -> list[str]:
        """Confirm a silent venue's book from now on."""
        self.market.silent.discard(self.market.place(venue))
        return self._fired(self.market.confirm(self.now_ns))

    def loses_a_message(self, venue: str) -> list[str]:
        """Break the sequence of a venue's feed."""
        return self._fired(self.market.lose(venue, self.now_ns))

    def at(self, seconds: float) -> list[str]:
        """Go on to this second, serving every timer on the way; return what left."""
        until_ns = BEGIN_NS + int(seconds * S_NS)
        said: list[str] = []
        if not self._handed_over:
            self._handed_over = True
            said += self.submit(self.spec)
        while (due_ns := self._next_ns()) is not None and due_ns <= until_ns:
            self.now_ns = max(due_ns, self.now_ns)
            said += self._fired(self.market.confirm(self.now_ns))
            timer_ns = self.desk.engine.next_timer_ns()
            if timer_ns is not None and timer_ns <= self.now_ns:
                said += self._put(TimersDue())
        self.now_ns = until_ns
        return said + self._fired(self.market.confirm(until_ns))

    def wakes_late_at(self, seconds: float) -> list[str]:
        """Sleep up to this second, whatever was due in between."""
        self.now_ns = BEGIN_NS + int(seconds * S_NS)
        return self.at(seconds)

    def is_down_until(self, seconds: float) -> None:
        """Let the market go on to this second while nobody looks."""
        self.now_ns = BEGIN_NS + int(seconds * S_NS)
        self.market.confirm(self.now_ns)

    def submit(self, spec: ParentSpec) -> list[str]:
        """Hand a parent over."""
        return self._put(SubmitParent(spec))

    def accepts(self, *names: str) -> list[str]:
        """Let orders be acknowledged."""
        return self._hear(*[self.venues.accepted(name) for name in names])

    def wakes(self, *names: str) -> list[str]:
        """Let stops that a venue holds become orders in its book."""
        return self._hear(*[self.venues.activated(name) for name in names])

    def fills(
        self, name: str, quantity: str = "", *, price: str = "", exec_id: str = ""
    ) -> list[str]:
        """Let an order trade, by default all of it at its limit."""
        return self._hear(self.venues.filled(name, quantity, price=price, exec_id=exec_id))

    def fills_all(self, commands: Sequence[str]) -> list[str]:
        """Let every order among `commands` trade in full."""
        said: list[str] = []
        for command in commands:
            name, what = command.split(": ", 1)
            if what.split()[0] in {"buy", "sell", "rest"}:
                said += self.fills(name)
        return said

    def expires(self, name: str, filled: str = "") -> list[str]:
        """Let an IOC trade `filled` and the rest of it be gone."""
        parts = [self.venues.filled(name, filled)] if filled else []
        return self._hear(*parts, self.venues.expired(name))

    def cancels(self, name: str) -> list[str]:
        """Let a venue confirm a cancel (or cancel on its own)."""
        return self._hear(self.venues.canceled(name))

    def rejects(self, name: str, reason: str = "no") -> list[str]:
        """Let a venue refuse an order."""
        return self._hear(self.venues.rejected(name, reason))

    def refuses_the_cancel(self, name: str) -> list[str]:
        """Let a venue refuse a cancel."""
        return self._hear(self.venues.cancel_refused(name))

    def answer_lost(self, name: str) -> list[str]:
        """Let the answer to the last command about an order be lost."""
        return self._hear(self.venues.answer_lost(name))

    def reports(self, name: str, standing: Standing) -> list[str]:
        """Answer a query."""
        return self._hear(self.venues.reported(name, standing))

    def hears(self, *events: ExecutionEvent) -> list[str]:
        """Deliver any events at all, as one message."""
        return self._hear(*events)

    def cancel(self, parent: str = PARENT) -> list[str]:
        """Take a parent back."""
        return self._put(CancelParent(ParentId(parent)))

    def pause(self, parent: str = PARENT) -> list[str]:
        """Stop a parent for a while."""
        return self._put(PauseParent(ParentId(parent)))

    def resume(self, parent: str = PARENT) -> list[str]:
        """Let it go on."""
        return self._put(ResumeParent(ParentId(parent)))

    def amend(
        self, *, quantity: str = "", limit: str = "", horizon_s: int | None = None
    ) -> list[str]:
        """Change the parent."""
        return self._put(
            AmendParent(
                parent_id=PARENT,
                quantity=Decimal(quantity) if quantity else None,
                limit_price=Decimal(limit) if limit else None,
                horizon_s=horizon_s,
            )
        )

    def halt(self, reason: str) -> list[str]:
        """Stop everything."""
        return self._put(HaltRequested(reason))

    def tape_ends(self) -> list[str]:
        """Say that there will be no more market data."""
        return self._put(MarketEnded())

    def restarts(self) -> list[str]:
        """Lose the process, fold the journal in a new one and go on."""
        journal = self.desk.journal
        assert isinstance(journal, MemoryJournal)
        for slot in list(self.desk.engine.core.watching.by_slot):
            self.market.watches.clear(slot)
        for i in range(len(self.market.instruments)):
            self.market.books.set_own(i, {})
        kept = journal.crash()
        core = self._core()
        self.follower = Follower(self.members)
        recover(core, kept, self.follower)
        self.desk = self._desk(core, kept)
        return self._put(Recovered())

    # -- inside ------------------------------------------------------------------------------------

    def _core(self) -> Core:
        sent, halt = SentCounter(), Halt()
        return Core(
            run=RUN,
            seed=1,
            settings=self.settings,
            scales=self.market.scales(),
            books=self.market.books,
            probes=self.market.probes,
            strategies=self.strategies,
            seeded=Random,
            state=self._empty_state(sent, halt),
            gate=Gate(self.settings.limits, halt=halt, sent=sent),
            sweep=twin,
            watching=Watching(self.market.watches, self.market.scales()),
        )

    def _desk(self, core: Core, journal: MemoryJournal) -> Desk:
        return Desk(
            Engine(core),
            journal,
            self.follower,
            after_commit_ns=lambda began_ns: began_ns + int(self.commit_takes_s * S_NS),
        )

    def _empty_state(self, sent: SentCounter, halt: Halt) -> EngineState:
        return EngineState(
            members=self.members,
            memory_types={kind: s.state_type for kind, s in self.strategies.items()},
            sent=sent,
            halt=halt,
            margins=self.settings.margins,
        )

    def _hear(self, *events: ExecutionEvent) -> list[str]:
        return self._put(Executions(events))

    def _fired(self, slots: tuple[int, ...]) -> list[str]:
        return self._put(WatchesFired(tuple(sorted(set(slots))))) if slots else []

    def _next_ns(self) -> int | None:
        dues = (self.desk.engine.next_timer_ns(), self.market.next_expiry_ns())
        return min((due for due in dues if due is not None), default=None)

    def _put(self, event: Input) -> list[str]:
        said = [
            self.venues.leave(approved)
            for approved in self.desk.turn(event, self.now_ns, self.now_ns)
        ]
        self._check()
        return said

    def _check(self) -> None:
        """Check promise 1, and that the journal says what the engine knows."""
        if not self.checks:
            return
        state = self.desk.engine.core.state
        for parent in state.parents.values():
            permitted = parent.filled + parent.reserved
            assert permitted <= parent.spec.quantity or parent.excess, parent
            denied = any(c.listed and c.listed.denied for c in parent.unsettled.values())
            goes_on = parent.excess and parent.running and not denied
            assert not goes_on, "an overfilled parent goes on"
            if parent.spec.exit_of is not None:
                entry = state.parents[parent.spec.exit_of]
                check_exit(parent, entry, self.market.instruments)
        for row in list(self.desk.journal.rows())[self._folded :]:
            fold_row(self._shadow, RUN, row.seq, row.kind, row.body)
            self._folded += 1
        assert self._shadow.children == state.children
        assert self._shadow.sent == state.sent
        assert self._shadow.trips == state.trips
        assert (self._shadow.lessons, self._shadow.plans) == (state.lessons, state.plans)
        assert self._shadow.digest.hexdigest() == state.digest.hexdigest()
        for parent_id, parent in state.parents.items():
            other = self._shadow.parents[parent_id]
            assert (other.spec, other.limit, other.state, other.wanted, other.filled) == (
                parent.spec,
                parent.limit,
                parent.state,
                parent.wanted,
                parent.filled,
            )
            assert (other.memory, other.wakes) == (parent.memory, parent.wakes)
