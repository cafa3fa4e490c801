"""Whatever venues do: does an exit ever ask for more than its entry has filled, at any venue, at any instant?

The same hostile venues as for promise 1; now the parent is an entry, and its exit trades beside it.
"""

from collections.abc import Mapping
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from strategies.spec import Params, ThenSpec
from tests.properties.test_promise_one import BOOKS, GIVE_UP, QUANTITY, VENUES, World
from tests.scenarios.asked import EXIT
from tests.scenarios.kinds import limit_stop, rest, take, take_profit_or_stop, then, twap
from tests.scenarios.scenario import Scenario

ENTRIES: tuple[Params, ...] = (
    twap(over_s=60, slices=6),
    twap(over_s=60, slices=6, passive="0.5"),
    rest(deadline_s=40),
    take(),
)
STOP = limit_stop(trail="10", slip="20", cross_after_s=1, rest_after_s=2)
OUT: Mapping[str, tuple[ThenSpec, ...]] = {
    "buy": (then(take_profit_or_stop("100.2", STOP)), then(STOP), then(rest(), limit="100.1")),
    "sell": (then(take_profit_or_stop("99.8", STOP)), then(STOP), then(rest(), limit="99.9")),
}


class Guarded(World):
    """An entry and its exit; everything else is as for a parent alone."""

    @initialize(how=st.sampled_from(ENTRIES), out=st.integers(0, 2), sells=st.booleans())
    def begins(self, how: Params, out: int, *, sells: bool) -> None:
        """Hand the entry over on two LIVE books."""
        side = "sell" if sells else "buy"
        self.desk = Scenario(how, venues=VENUES, then=OUT[side][out], **{side: str(QUANTITY)})  # type: ignore[arg-type]
        for venue, texts in BOOKS.items():
            self.desk.book(venue, texts[0])
        self._heard(self.desk.at(0))

    @invariant()
    def an_exit_is_never_more_than_what_its_entry_really_holds(self) -> None:
        """Hold what it has sold, and still may, against what was really bought at each venue."""
        if EXIT not in self.desk.desk.engine.core.state.parents:
            return
        for venue in BOOKS:
            bought = sum(
                order.filled
                for order in self.desk.venues.orders.values()
                if order.submit.parent_id != EXIT and order.submit.venue == venue
            )
            assert self._exposure(EXIT, venue) <= bought, venue
        assert self.desk.exit.spec.quantity <= self.desk.filled

    def teardown(self) -> None:
        """When everything works again an exit has ended, or works, or says why it does not."""
        super().teardown()
        if not hasattr(self, "desk") or EXIT not in self.desk.desk.engine.core.state.parents:
            return
        for _ in range(GIVE_UP):
            exit_ = self.desk.exit
            if exit_.ended or (exit_.running and not exit_.unsettled):
                break
            if exit_.running and all(not c.closed for c in exit_.unsettled.values()):
                break
            self.seconds += 5
            self._heard(self.desk.at(self.seconds))
            self._tidy()
        really = sum(
            (o.filled for o in self.desk.venues.orders.values() if o.submit.parent_id == EXIT),
            Decimal(0),
        )
        assert self.desk.exit.filled == really
        assert self.desk.exit.ended or self.desk.exit_why


Guarded.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestExitsWithinWhatIsHeld = Guarded.TestCase
