"""What does risk never let pass, whatever a strategy wants?"""

from decimal import Decimal

from router.engine.records import Issued
from router.risk.limits import Limits
from strategies.spec import RestParams
from tests.scenarios.asked import PARENT
from tests.scenarios.kinds import rest, take, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.ids import ClientOrderId, client_order_id

ONE = (Venue("alpha"),)


def test_no_order_goes_further_from_the_reference_than_the_collar() -> None:
    desk = Scenario(
        take(), buy="10", limit="120", venues=ONE, limits=Limits(collar_bps=Decimal(100))
    )
    desk.book("alpha", "5@99.9 | 1@100.1 1@101 9@101.1")
    assert desk.at(0) == ["alpha#1: buy 2 @ 101"]


def test_an_order_above_the_notional_bound_is_refused_and_flagged() -> None:
    limits = Limits(max_order_notional=Decimal(500))
    desk = Scenario(take(), buy="10", limit="101", venues=ONE, limits=limits)
    desk.book("alpha", "50@100")
    assert desk.at(0) == []
    assert desk.flags == ["order_notional"]
    assert desk.state == "expired"


def test_a_parent_above_the_notional_bound_never_begins() -> None:
    limits = Limits(max_parent_notional=Decimal(500))
    desk = Scenario(twap(over_s=10, slices=2), buy="10", limit="101", venues=ONE, limits=limits)
    desk.book("alpha", "50@100")
    assert desk.at(0) == []
    assert desk.flags == ["parent_notional"]
    assert desk.state == "failed"
    assert "above max_parent_notional 500" in desk.why


def test_a_resting_order_too_far_through_the_market_is_refused_and_the_parent_says_why() -> None:
    far = Limits(collar_bps=Decimal(1000))
    desk = Scenario(RestParams(peg="opposite"), buy="10", limit="120", venues=ONE, limits=far)
    desk.book("alpha", "50@99 | 50@110")
    assert desk.at(0) == []
    assert "collar" in desk.flags
    assert "109.9 is more than 500 bps from 104.5" in desk.why


def test_an_order_that_waits_far_from_the_market_is_taken_as_it_was_meant() -> None:
    desk = Scenario(rest(), buy="10", limit="90", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 90"]


def test_after_a_halt_nothing_new_leaves_and_what_rests_is_withdrawn() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.halt("operator") == ["alpha#1: cancel"]
    desk.cancels("alpha#1")
    assert (desk.state, desk.why) == ("cancelled", "halted: operator")
    assert desk.at(100) == []


def test_a_parent_that_comes_after_a_halt_is_refused() -> None:
    desk = Scenario(take(), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "50@100")
    desk.halt("operator")
    assert desk.at(0) == []
    assert (desk.state, desk.why) == ("failed", "halted: operator")


def test_a_halt_outlives_a_restart() -> None:
    desk = Scenario(twap(over_s=10, slices=2), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "50@100")
    desk.fills_all(desk.at(0))
    desk.halt("operator")
    assert desk.restarts() == []
    assert desk.at(20) == []
    assert desk.state == "cancelled"


def test_the_second_counter_stops_what_the_ledger_would_have_let_pass() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "50@100")
    desk.fills_all(desk.at(0))
    desk.parent.filled = Decimal(0)  # the ledger forgets: a bug planted by hand
    desk.checks = False
    assert desk.at(10) == []
    assert desk.flags == ["quantity"]
    assert desk.state == "failed"


def test_an_id_that_was_sent_before_is_never_sent_again() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="10", limit="101")
    desk.book("alpha", "50@100")
    desk.book("beta", "3@99.9")
    core = desk.desk.engine.core
    run_id = core.run
    first: ClientOrderId = client_order_id(run_id, PARENT, 1)
    desk.at(0)
    issued = list(desk.follower.orders.values())
    assert issued[0].submit.client_order_id == first
    core.begin(desk.now_ns)
    assert core.issue(desk.parent, issued[0].submit) is False
    assert isinstance(core.records[0], Issued) is False
    assert desk.parent.reason == f"id {first} was already sent"
    assert desk.parent.state.value in {"failed", "cancelling"}
