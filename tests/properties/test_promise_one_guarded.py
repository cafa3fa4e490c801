"""Promise 1 where two legs of a group are live at once, and venues keep them within what is held."""

from collections.abc import Mapping
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from strategies.spec import OcoParams, ParentSpec
from tests.properties.test_promise_one import QUANTITY, World
from tests.scenarios.asked import PARENT
from tests.scenarios.kinds import guarded, leg, limit_stop, rest, take
from tests.scenarios.market import SYMBOL, Venue
from tests.scenarios.scenario import Scenario
from tests.scenarios.venue import Order
from venues.model.events import Standing
from venues.model.ids import ParentId, VenueId
from venues.model.instrument import Kind, ReduceOnly
from venues.model.order import Side

STOP = limit_stop("99.9", slip="20", cross_after_s=1, rest_after_s=2)
GROUPS = (
    guarded(leg("near", rest(), limit="100.2"), leg("far", rest(), limit="100.4")),
    guarded(leg("profit", rest(), limit="100.3"), leg("stop", STOP)),
    guarded(leg("a", rest()), leg("b", rest(), limit="100.3"), leg("stop", STOP)),
)
PERP = Venue("alpha", kind=Kind.PERP, reduce_only=ReduceOnly.CAPPED)


class GuardedWorld(World):
    """A position at a perp, a guarded group that sells it, and others who trade the same position."""

    venues = (PERP, Venue("beta", kind=Kind.PERP, reduce_only=ReduceOnly.CAPPED, lot="0.2"))

    @initialize(
        how=st.sampled_from(GROUPS),
        common=st.just({}),
        sells=st.just(value=True),
        held=st.sampled_from(("12", "12", "8", "20")),
    )
    def begins(
        self, how: OcoParams, common: Mapping[str, object], *, sells: bool, held: str
    ) -> None:
        """Buy a position, then hand the group over."""
        self.others = 0
        del common, sells
        self.desk = Scenario(how, venues=self.venues, sell=str(QUANTITY), reduce_only=True)
        for venue in self.books:
            self.desk.book(venue, "50@99.9 | 50@100.1")
        group, self.desk.spec = self.desk.spec, self._other(Side.BUY, held)
        said = self.desk.at(0)
        self.desk.fills_all(said)
        self.desk.spec = group
        for what in said:
            self.standing[what.split(": ")[0]] = Standing.FILLED
        for venue, texts in self.books.items():
            self._heard(self.desk.book(venue, texts[0]))
        self._heard(self.desk.submit(group))

    def _other(self, side: Side, quantity: str) -> ParentSpec:
        self.others += 1
        return ParentSpec(
            id=ParentId(f"other{self.others}"),
            symbol=SYMBOL,
            side=side,
            quantity=Decimal(quantity),
            params=take(),
            venues_allow=(VenueId("alpha"),),
        )

    @precondition(lambda self: self.others < 6)
    @rule(side=st.sampled_from(Side), quantity=st.sampled_from(("0.4", "3", "9")))
    def somebody_else_trades(self, side: Side, quantity: str) -> None:
        """Hand over another parent at the same place: it may add to the position, or take from it."""
        self._heard(self.desk.submit(self._other(side, quantity)))

    @precondition(lambda self: self.travelling)
    @rule(pick=st.integers(0, 99), fate=st.sampled_from(("taken", "taken", "refused", "lost")))
    def order_arrives(self, pick: int, fate: str) -> None:
        """Take an order in as the venue does: a reduce-only one larger than what is held is refused."""
        place = pick % len(self.travelling)
        name = self.travelling[place]
        submit = self.desk.venues.orders[name].submit
        if submit.reduce_only and self.desk.venues.tradable(name) < submit.quantity:
            fate = "refused" if fate == "taken" else fate
        super().order_arrives(place, fate)

    @precondition(lambda self: self._working())
    @rule(pick=st.integers(0, 99), part=st.sampled_from(("all", "lot", "half")))
    def order_trades(self, pick: int, part: str) -> None:
        """Trade some of a working order, of a reduce-only one no more than the venue lets it."""
        name = self._working()[pick % len(self._working())]
        if self.desk.venues.tradable(name) == self._left(self.desk.venues.orders[name]):
            super().order_trades(self._working().index(name), part)
        elif left := self.desk.venues.tradable(name):
            self.mail.append(self.desk.venues.filled(name, str(left)))

    @rule()
    def venues_cut_the_surplus(self) -> None:
        """Let venues take away what is more than is held, and tell of it whenever it suits them."""
        for name in self._working():
            order = self.desk.venues.orders[name]
            if order.submit.post_only and self.desk.venues.tradable(name) < self._left(order):
                self.standing[name] = Standing.CANCELED
                self.mail.append(self.desk.venues.canceled(name))

    @invariant()
    def one_leg_of_a_group_is_live_at_a_time(self) -> None:
        """Two may be, here: `_exposure` says why that is not too much."""

    def _left(self, order: Order) -> Decimal:
        return order.submit.quantity - order.filled

    def _exposure(self, parent_id: ParentId = PARENT, venue: str = "") -> Decimal:
        """Return what has traded and what venues would still let trade, whoever adds to what is held."""
        total = Decimal(0)
        for place in ("alpha", "beta"):
            done = uncertain = adding = Decimal(0)
            for name, order in self.desk.venues.orders.items():
                if order.submit.venue != place:
                    continue
                on_time = self.desk.now_ns <= order.submit.deadline_ns
                open_ = name in self.travelling and on_time
                may = open_ or self.standing.get(name) is Standing.WORKING
                if order.submit.parent_id == parent_id:
                    done += order.filled
                    uncertain += self._left(order) if may else 0
                elif order.submit.side is Side.BUY and may:
                    adding += self._left(order)
            held = max(self.desk.venues.net.get((self.desk.spec.account, VenueId(place)), 0), 0)
            total += done + min(uncertain, held + adding)
        return total


GuardedWorld.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestPromiseOneGuarded = GuardedWorld.TestCase
