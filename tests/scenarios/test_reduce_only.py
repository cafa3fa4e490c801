"""What does a trader expect of a parent that may only reduce a position?"""

from msgspec import structs

from strategies.spec import ParentSpec
from tests.scenarios.kinds import rest, take, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import BEGIN_NS, Scenario
from venues.model.ids import ParentId
from venues.model.order import Side

ONE = (Venue("alpha"),)
BOOK = "50@99.9 | 50@100.1"


def holding(quantity: str, *, venues: tuple[Venue, ...] = ONE) -> Scenario:
    """Return a desk that holds `quantity`, bought by the parent of the story."""
    desk = Scenario(take(), buy=quantity, limit="101", venues=venues)
    desk.book("alpha", BOOK)
    desk.fills_all(desk.at(0))
    return desk


def exit_of(desk: Scenario, quantity: str, **terms: object) -> ParentSpec:
    """Return a parent that sells, reducing only."""
    spec = structs.replace(desk.spec, id=ParentId("exit"), side=Side.SELL, limit_price=None)
    return structs.replace(
        spec, quantity=desk.spec.quantity * int(quantity), reduce_only=True, **terms
    )


def why(desk: Scenario) -> str:
    parent = desk.desk.engine.core.state.parents[ParentId("exit")]
    return f"{parent.state.value}: {parent.reason or parent.idle}"


def test_it_sells_what_is_held_and_not_a_lot_more() -> None:
    desk = holding("4")
    assert desk.submit(exit_of(desk, "2")) == ["alpha#2: sell 4 @ 99.9"]
    desk.fills("alpha#2")
    assert why(desk) == "expired: 4 left: alpha holds nothing to reduce"


def test_two_parents_never_reduce_the_same_position_twice() -> None:
    desk = holding("4")
    assert desk.submit(exit_of(desk, "1")) == ["alpha#2: sell 4 @ 99.9"]
    other = structs.replace(exit_of(desk, "1"), id=ParentId("again"))
    assert desk.submit(other) == []


def test_with_nothing_held_a_schedule_waits_parked_and_ends_with_the_reason() -> None:
    desk = Scenario(twap(over_s=20, slices=2), sell="4", venues=ONE, reduce_only=True)
    desk.book("alpha", BOOK)
    assert desk.at(0) == []
    assert (desk.state, desk.why) == ("parked", "parked: alpha holds nothing to reduce")
    desk.at(60)
    assert (desk.state, desk.why) == ("expired", "4 left: alpha holds nothing to reduce")


def test_a_schedule_that_reduces_stops_at_what_is_held() -> None:
    desk = holding("4")
    spec = exit_of(desk, "2", params=twap(over_s=40, slices=4))
    said = desk.submit(spec)
    sold = []
    for second in range(1, 80):
        sold += [what.split()[2] for what in said]
        desk.fills_all(said)
        said = desk.at(second)
    assert sold == ["2", "2"]
    assert why(desk) == "expired: 4 left: alpha holds nothing to reduce"


def test_an_order_that_rests_reduces_no_more_than_is_held_either() -> None:
    desk = holding("4")
    assert desk.submit(exit_of(desk, "2", params=rest())) == ["alpha#2: rest sell 4 @ 100.1"]


def test_a_buy_reduces_nothing_of_what_was_bought() -> None:
    desk = holding("4")
    again = structs.replace(desk.spec, id=ParentId("exit"), reduce_only=True)
    assert desk.submit(again) == []
    assert desk.now_ns >= BEGIN_NS
