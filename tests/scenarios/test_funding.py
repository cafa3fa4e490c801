"""What does a trader who will hold expect of perps: funding in the price, and nothing made up?"""

from decimal import Decimal

from tests.scenarios.kinds import rest, take
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.instrument import Kind

HOUR = 3600
BOTH = (Venue("spot"), Venue("perp", kind=Kind.PERP))


def test_a_perp_that_will_cost_funding_is_as_dear_as_that() -> None:
    desk = Scenario(take(), buy="3", limit="101", venues=BOTH, hold_s=17 * HOUR)
    desk.funding("perp", "0.0006", in_s=HOUR)  # thrice within 17 hours: 18 bps
    desk.book("spot", "1@100 1@100.1 1@100.2")
    desk.book("perp", "5@100")
    assert desk.at(0) == ["spot#1: buy 2 @ 100.1", "perp#2: buy 1 @ 100"]
    plan = desk.plans[-1]
    assert (plan.expected_cost, plan.expected_funding) == (Decimal("300.1"), Decimal("0.18"))
    assert plan.uncounted == ()


def test_a_seller_goes_where_funding_is_paid_to_shorts() -> None:
    desk = Scenario(take(), sell="2", limit="99", venues=BOTH, hold_s=2 * HOUR)
    desk.funding("perp", "0.002", in_s=HOUR)
    desk.book("spot", "5@100")
    desk.book("perp", "5@99.9")
    assert desk.at(0) == ["perp#1: sell 2 @ 99.9"]
    assert desk.plans[-1].expected_funding == Decimal("-0.3996")


def test_who_does_not_say_how_long_gets_no_funding_counted() -> None:
    desk = Scenario(take(), buy="3", limit="101", venues=BOTH)
    desk.funding("perp", "0.01", in_s=1)
    desk.book("spot", "5@100.1")
    desk.book("perp", "5@100")
    assert desk.at(0) == ["perp#1: buy 3 @ 100"]
    plan = desk.plans[-1]
    assert (plan.expected_funding, plan.uncounted) == (0, ())


def test_funding_that_is_not_known_is_left_out_and_that_is_said() -> None:
    desk = Scenario(take(), buy="3", limit="101", venues=BOTH, hold_s=HOUR)
    desk.book("spot", "5@100.1")
    desk.book("perp", "5@100")
    assert desk.at(0) == ["perp#1: buy 3 @ 100"]
    assert desk.plans[-1].uncounted == (("perp", "funding not counted: no rate heard of"),)


def test_a_rate_that_changes_moves_the_next_child() -> None:
    desk = Scenario(rest(deadline_s=10), buy="2", limit="101", venues=BOTH, hold_s=2 * HOUR)
    desk.funding("perp", "-0.001", in_s=HOUR)
    desk.book("spot", "9@99.9 | 9@100.1")
    desk.book("perp", "9@99.9 | 9@100.1")
    assert desk.at(0) == ["perp#1: rest buy 2 @ 99.9"]
    desk.accepts("perp#1")
    desk.funding("perp", "0.001", in_s=HOUR)
    assert desk.orders(desk.at(10)) == ["perp#1: cancel"]
    assert desk.cancels("perp#1") == ["spot#2: buy 2 @ 100.1"]


def test_books_are_compared_for_what_they_show_and_not_for_what_funding_makes_of_them() -> None:
    perps = (Venue("alpha", kind=Kind.PERP), Venue("beta", kind=Kind.PERP))
    desk = Scenario(take(), buy="1", limit="101", venues=perps, hold_s=2 * HOUR)
    desk.funding("alpha", "-0.01", in_s=HOUR)  # its ask, funding in, lies far below the bid of beta
    desk.funding("beta", "0.01", in_s=HOUR)
    desk.book("alpha", "9@99.9 | 9@100.1")
    desk.book("beta", "9@99.9 | 9@100.1")
    assert desk.at(0) == ["alpha#1: buy 1 @ 100.1"]
    assert desk.skipped("beta") == "dearer than all that is taken"
