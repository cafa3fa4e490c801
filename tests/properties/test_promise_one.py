"""Promise 1 after every event: does what has traded, works or is in doubt ever pass the quantity?

A venue is played that does and says what venues do: it takes orders late or not at all, trades them
in parts, loses answers, tells twice, in any order, and long after. What it really knows is held
against what the engine believes; `Scenario` folds the journal beside it and compares memories.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from router.orders.lifecycle import CLOSED, Status
from strategies.spec import OwnParams, Params, TwapParams
from tests.faults.own import SCRIPT
from tests.scenarios.asked import PARENT
from tests.scenarios.kinds import ladder, limit_stop, rest, take, take_profit_or_stop, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from tests.scenarios.venue import Order
from venues.model.events import ExecutionEvent, Standing
from venues.model.ids import ParentId
from venues.model.order import TimeInForce

QUANTITY = Decimal(12)
VENUES = (Venue("alpha"), Venue("beta", lot="0.2", minimum="0.4"))
BOOKS = {
    "alpha": ("6@99.9 9@99.8 | 3@100.1 9@100.2", "2@99.8 | 1@100 2@100.1", "9@100 | 9@100.2"),
    "beta": ("6@99.8 | 4@100.1 9@100.4", "4@99.8 | 0.6@99.9 1@100.2", "9@100 | 9@100.2"),
}
KINDS: tuple[Params, ...] = (
    OwnParams(strategy=SCRIPT.kind, values='{"rounds": 2, "wait_s": 3}'),
    twap(over_s=60, slices=6),
    twap(over_s=60, slices=6, passive="0.5", size_jitter="0.3", time_jitter="0.3"),
    twap(over_s=60, slices=6, mode="spread", leftover="rest_at_limit", pause="forfeit"),
    ladder(3, first="10", step="10", growth="1", deadline_s=90),
    rest(peg="mid"),
    rest(peg="cumulative", depth="3"),
    rest(deadline_s=40),
    rest(),
    take(),
    limit_stop("100", slip="20", cross_after_s=2, rest_after_s=4),
    limit_stop("100", slip="20", post_slip="5", debounce_ms=300, gap="rest", venue="alpha"),
    take_profit_or_stop("100.2", limit_stop("99.9", slip="20", cross_after_s=1, rest_after_s=2)),
    limit_stop(trail="10", slip="20", cross_after_s=0, confirm="mid", confirm_venue="beta"),
)
COMMON: tuple[Mapping[str, object], ...] = (
    {},
    {"passive_only": True},
    {"clip_min": "2", "clip_max": "3"},
    {"would_price": "100"},
)
GIVE_UP = 400


class World(RuleBasedStateMachine):
    """One parent, its orders as they really stand, and the messages that are under way."""

    venues: Sequence[Venue] = VENUES
    books: Mapping[str, Sequence[str]] = BOOKS

    def __init__(self) -> None:
        super().__init__()
        self.travelling: list[str] = []  # sent and not there yet
        self.standing: dict[str, Standing] = {}
        self.asked: list[str] = []  # cancels and queries nobody has answered
        self.mail: list[ExecutionEvent] = []
        self.seconds = 0.0
        self.closed: dict[str, Status] = {}

    @initialize(how=st.sampled_from(KINDS), common=st.sampled_from(COMMON), sells=st.booleans())
    def begins(self, how: Params, common: Mapping[str, object], *, sells: bool) -> None:
        """Hand the parent over on two LIVE books."""
        side = {"sell" if sells else "buy": str(QUANTITY)}
        bound = common if isinstance(how, TwapParams) else {}
        self.desk = Scenario(how, venues=self.venues, own=[SCRIPT], **side, **bound)  # type: ignore[arg-type]
        for venue, texts in self.books.items():
            self.desk.book(venue, texts[0])
        self._heard(self.desk.at(0))

    # -- time and the market -----------------------------------------------------------------------

    @rule(seconds=st.sampled_from((0.1, 1.0, 5.0, 11.0, 31.0)), late=st.booleans())
    def time_passes(self, seconds: float, *, late: bool) -> None:
        """Go on, serving every timer at its time or all of them too late."""
        self.seconds += seconds
        move = self.desk.wakes_late_at if late else self.desk.at
        self._heard(move(self.seconds))

    @rule(venue=st.integers(0, 1), number=st.integers(0, 2))
    def book_changes(self, venue: int, number: int) -> None:
        """Show another book."""
        name = sorted(self.books)[venue]
        self._heard(self.desk.book(name, self.books[name][number]))

    @rule(venue=st.integers(0, 1))
    def feed_breaks(self, venue: int) -> None:
        """Miss a message."""
        self._heard(self.desk.loses_a_message(sorted(self.books)[venue]))

    # -- what really happens at the venues ---------------------------------------------------------

    @precondition(lambda self: self.travelling)
    @rule(pick=st.integers(0, 99), fate=st.sampled_from(("taken", "taken", "refused", "lost")))
    def order_arrives(self, pick: int, fate: str) -> None:
        """Take an order in, refuse it (always when it is too late), or never get it."""
        name = self.travelling.pop(pick % len(self.travelling))
        order = self.desk.venues.orders[name]
        late = self.desk.now_ns > order.submit.deadline_ns
        if fate == "lost":
            self.mail.append(self.desk.venues.answer_lost(name))
        elif fate == "refused" or late:
            self.standing[name] = Standing.REJECTED
            self.mail.append(self.desk.venues.rejected(name, "too late" if late else "no"))
        else:
            self.standing[name] = Standing.WORKING
            self.mail.append(self.desk.venues.accepted(name))

    @precondition(lambda self: self._working())
    @rule(pick=st.integers(0, 99), part=st.sampled_from(("all", "lot", "half")))
    def order_trades(self, pick: int, part: str) -> None:
        """Trade some of a working order."""
        name = self._working()[pick % len(self._working())]
        order = self.desk.venues.orders[name]
        left = order.submit.quantity - order.filled
        lot = order.instrument.lot_size
        size = {"all": left, "lot": lot, "half": left / 2 // lot * lot or lot}[part]
        self.mail.append(self.desk.venues.filled(name, str(size)))
        if size == left:
            self.standing[name] = Standing.FILLED

    @precondition(lambda self: self._working())
    @rule(pick=st.integers(0, 99))
    def order_ends(self, pick: int) -> None:
        """Let the rest of an IOC expire, or a resting order be cancelled by its venue."""
        name = self._working()[pick % len(self._working())]
        if self.desk.venues.orders[name].submit.time_in_force is TimeInForce.IOC:
            self.standing[name] = Standing.EXPIRED
            self.mail.append(self.desk.venues.expired(name))
        else:
            self.standing[name] = Standing.CANCELED
            self.mail.append(self.desk.venues.canceled(name))

    @precondition(lambda self: self.asked)
    @rule(pick=st.integers(0, 99), lost=st.booleans())
    def venue_answers(self, pick: int, *, lost: bool) -> None:
        """Do what was asked and answer, or lose the answer after doing it."""
        said = self.asked.pop(pick % len(self.asked))
        name, what = said.split(": ")
        answer = self._cancelled(name) if what == "cancel" else self._reported(name)
        self.mail.append(self.desk.venues.answer_lost(name) if lost else answer)

    # -- what is heard of it -----------------------------------------------------------------------

    @precondition(lambda self: self.mail)
    @rule(pick=st.integers(0, 99), keep=st.booleans())
    def message_comes(self, pick: int, *, keep: bool) -> None:
        """Deliver any message, not the oldest; some are told again later."""
        place = pick % len(self.mail)
        event = self.mail[place] if keep else self.mail.pop(place)
        self._heard(self.desk.hears(event))

    @precondition(lambda self: self.mail)
    @rule()
    def all_messages_come_at_once(self) -> None:
        """Deliver everything under way, as one."""
        mail, self.mail = self.mail, []
        self._heard(self.desk.hears(*mail))

    @precondition(lambda self: self.mail)
    @rule(pick=st.integers(0, 99))
    def message_is_lost(self, pick: int) -> None:
        """Drop a message: of the answer to a command at least its loss is noticed."""
        event = self.mail.pop(pick % len(self.mail))
        name = self.desk.venues.names[event.client_order_id]
        self.mail.append(self.desk.venues.answer_lost(name))

    # -- what we do --------------------------------------------------------------------------------

    @rule()
    def process_restarts(self) -> None:
        """Die, with every message under way, and come back."""
        self.mail.clear()
        self.asked.clear()
        self._heard(self.desk.restarts())

    @rule(chance=st.integers(0, 9))
    def trader_cancels(self, chance: int) -> None:
        """Take the parent back, now and then."""
        if chance == 0:
            self._heard(self.desk.cancel())

    @rule(chance=st.integers(0, 3))
    def trader_pauses(self, chance: int) -> None:
        """Stop the parent for a while, or let it go on."""
        self._heard(self.desk.pause() if chance == 0 else self.desk.resume())

    @rule(
        quantity=st.sampled_from(("", "", "0.4", "4", "12", "20")),
        limit=st.sampled_from(("", "", "99.8", "100.4")),
    )
    def trader_amends(self, quantity: str, limit: str) -> None:
        """Change the total, up and down, and the limit."""
        self._heard(self.desk.amend(quantity=quantity, limit=limit))

    # -- what must hold ----------------------------------------------------------------------------

    @invariant()
    def nothing_beyond_the_quantity_is_permitted(self) -> None:
        """Hold the engine's books and the venues' truth against the parent."""
        parent = self.desk.parent
        assert parent.filled + parent.reserved <= parent.spec.quantity
        assert self._exposure() <= parent.spec.quantity
        assert self._exposure() <= parent.filled + parent.reserved

    @invariant()
    def every_order_is_what_its_parent_may_send(self) -> None:
        """Hold each order against limit, clips and passive_only."""
        spec = self.desk.spec
        for order in self.desk.venues.orders.values():
            assert order.submit.post_only or not spec.passive_only
            sent = self._units(order, order.submit.quantity)
            assert spec.clip_max is None or sent <= spec.clip_max

    @invariant()
    def closed_orders_stay_closed(self) -> None:
        """No report re-opens what has ended."""
        for order_id, child in self.desk.parent.children.items():
            name = self.desk.venues.names[order_id]
            if name in self.closed:
                assert child.status is self.closed[name]
            elif child.status in CLOSED:
                self.closed[name] = child.status

    @invariant()
    def one_leg_of_a_group_is_live_at_a_time(self) -> None:
        """Insist on it in truth: what one leg may still trade bars every other one."""
        live = {
            order.submit.leg.partition("/")[0]
            for name, order in self.desk.venues.orders.items()
            if "/" in order.submit.leg
            and (name in self.travelling or self.standing.get(name) is Standing.WORKING)
            and (self.standing.get(name) is not None or self._on_time(order.submit.deadline_ns))
        }
        assert len(live) <= 1, live

    def _on_time(self, deadline_ns: int) -> bool:
        return self.desk.now_ns <= deadline_ns

    def teardown(self) -> None:
        """When everything works again every trade has been counted once and nothing hangs."""
        if not hasattr(self, "desk"):
            return
        self._heard(self.desk.resume())
        for _ in range(GIVE_UP):
            self._tidy()
            parent = self.desk.parent
            if parent.ended or (not parent.unsettled and not self.travelling):
                break
            self.seconds += 5
            self._heard(self.desk.at(self.seconds))
            self.nothing_beyond_the_quantity_is_permitted()
        self._tidy()
        orders = self.desk.venues.orders.values()
        really = sum(self._units(o, o.filled) for o in orders if o.submit.parent_id == PARENT)
        assert self.desk.filled == really
        assert self.desk.parent.ended or self.desk.why

    def _tidy(self) -> None:
        while self.travelling or self.asked or self.mail:
            while self.travelling:
                self.order_arrives(0, "taken")
            for name in self._working():
                if self.desk.venues.orders[name].submit.time_in_force is TimeInForce.IOC:
                    self.standing[name] = Standing.EXPIRED
                    self.mail.append(self.desk.venues.expired(name))
            while self.asked:
                self.venue_answers(0, lost=False)
            mail, self.mail = self.mail, []
            for event in mail:
                self._heard(self.desk.hears(event))

    def _working(self) -> list[str]:
        return [name for name, where in self.standing.items() if where is Standing.WORKING]

    def _exposure(self, parent_id: ParentId = PARENT, venue: str = "") -> Decimal:
        """Return what has traded and what still can, in truth: of a parent, at one venue or all."""
        total = Decimal(0)
        for name, order in self.desk.venues.orders.items():
            if order.submit.parent_id != parent_id or venue not in {"", order.submit.venue}:
                continue
            on_time = self.desk.now_ns <= order.submit.deadline_ns
            open_ = name in self.travelling and on_time
            if open_ or self.standing.get(name) is Standing.WORKING:
                total += self._units(order, order.submit.quantity)
            else:
                total += self._units(order, order.filled)
        return total

    def _units(self, order: Order, quantity: Decimal) -> Decimal:
        """Return an order quantity as the parent counts it."""
        place = order.submit.venue, order.submit.symbol
        member = self.desk.parent.counted.get(place, self.desk.members[place])
        return member.market_quantity(quantity)

    def _heard(self, said: list[str]) -> None:
        for what in said:
            name, verb = what.split(": ", 1)
            if verb in {"cancel", "query"}:
                self.asked.append(what)
            else:
                self.travelling.append(name)

    def _cancelled(self, name: str) -> ExecutionEvent:
        if self.standing.get(name) is not Standing.WORKING:
            return self.desk.venues.cancel_refused(name)
        self.standing[name] = Standing.CANCELED
        return self.desk.venues.canceled(name)

    def _reported(self, name: str) -> ExecutionEvent:
        return self.desk.venues.reported(name, self.standing.get(name, Standing.ABSENT))


World.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestPromiseOne = World.TestCase
