"""Does a recorded venue know its own last and mark price, and when one of them comes to a trigger?"""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.books import INSTRUMENT
from tests.fakes.recordings import Script, tape_of
from venues.model.order import Trigger, TriggerDirection, TriggerSource
from venues.paper.prices import RecordedPrices

TOLD = st.lists(st.tuples(st.integers(1, 12), st.integers(95, 105)), max_size=12)
E12 = 10**12


def recorded(told: list[tuple[int, int]], source: TriggerSource) -> RecordedPrices:
    script = Script()
    for known, (ns, tick) in enumerate(told):
        if source is TriggerSource.LAST:
            script.trade(ns, True, tick, 1, known_ns=100 + known)
        else:
            script.deriv(ns + 5, 0, int(INSTRUMENT.price_of(tick) * E12))
            script.deriv(ns + 5, 1, 1)  # an index, which nobody asked for
    return RecordedPrices(tape_of(script))


def by_hand(
    told: list[tuple[int, int]], up: bool, tick: int, now_ns: int
) -> tuple[bool, int | None]:
    """Return whether it is there at `now_ns`, and when it first is after that, one look at a time."""
    there, coming = False, None
    for ns, price in sorted(told, key=lambda t: t[0]):
        at = price >= tick if up else price <= tick
        if ns <= now_ns:
            there = at
        elif at and coming is None:
            coming = ns
    return there, coming


@given(
    TOLD,
    st.sampled_from(TriggerSource),
    st.sampled_from(TriggerDirection),
    st.integers(95, 105),
    st.integers(0, 13),
)
def test_a_trigger_is_reached_exactly_when_the_venues_own_price_first_stands_there(
    told: list[tuple[int, int]],
    source: TriggerSource,
    direction: TriggerDirection,
    tick: int,
    now_ns: int,
) -> None:
    prices = recorded(told, source)
    trigger = Trigger(price=INSTRUMENT.price_of(tick), direction=direction, source=source)
    said = prices.reached(0, trigger, now_ns), prices.reached_ns(0, trigger, now_ns)
    assert said == by_hand(told, direction is TriggerDirection.UP, tick, now_ns)


def test_a_mark_between_two_ticks_counts_on_its_own_side_of_the_trigger() -> None:
    step = INSTRUMENT.tick_size
    at = INSTRUMENT.price_of(100)
    prices = RecordedPrices(tape_of(Script().deriv(10, 0, int((at - step / 4) * E12))))
    down = Trigger(price=at, direction=TriggerDirection.DOWN, source=TriggerSource.MARK)
    up = Trigger(price=at, direction=TriggerDirection.UP, source=TriggerSource.MARK)
    assert prices.reached(0, down, 20)
    assert not prices.reached(0, up, 20)
    assert prices.reached_ns(0, up, 0) is None


def test_a_trigger_price_has_the_units_of_the_market_not_of_a_tick() -> None:
    prices = RecordedPrices(tape_of(Script().trade(10, True, 100, 1)))
    beyond = Decimal("0.000000000001")
    price = INSTRUMENT.price_of(100)
    below = Trigger(price=price - beyond, direction=TriggerDirection.DOWN)
    assert prices.reached_ns(0, below, 0) is None
