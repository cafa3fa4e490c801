"""Do the orders of one plan arrive together, and does an order that is held back cause no harm?"""

from decimal import Decimal

import pytest
from msgspec import structs

from router.orders.lifecycle import Status
from router.orders.trips import SAMPLES_MOST
from router.risk.limits import Limits
from tests.scenarios.kinds import rest, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing
from venues.model.ids import ParentId, VenueId
from venues.model.order import Side

ALPHA, BETA, GAMMA = VenueId("alpha"), VenueId("beta"), VenueId("gamma")
THREE = (Venue("alpha"), Venue("beta"), Venue("gamma"))


def measured(*, within_ms: int = 50, limits: str = "101") -> Scenario:
    """Return a parent of five slices over two venues, 3 ms and 40 ms away, after the first slice."""
    desk = Scenario(twap(over_s=50, slices=5), buy="10", limit=limits, release_within_ms=within_ms)
    desk.book("alpha", "1@100 50@105")
    desk.book("beta", "1@100 50@105")
    # Nothing has been measured yet, so nothing is held.
    assert desk.at(0) == ["alpha#1: buy 1 @ 100", "beta#2: buy 1 @ 100"]
    desk.at(0.006)
    desk.fills("alpha#1")
    desk.at(0.080)
    desk.fills("beta#2")
    return desk


def held_at_the_next_slice() -> Scenario:
    """Return the same, one instant after the second slice: alpha's order is held, beta's is out."""
    desk = measured()
    assert desk.at(10) == ["beta#3: buy 1 @ 100"]
    assert desk.reserved == 2
    return desk


def the_held(desk: Scenario) -> list[Status]:
    return [c.status for c in desk.parent.children.values() if c.submit.held]


def why_not_sent(desk: Scenario) -> str:
    return next(c.closed_reason for c in desk.parent.children.values() if c.submit.held)


def ways_ms(desk: Scenario) -> dict[str, int]:
    ways = desk.desk.engine.core.state.trips.ways_ns()
    return {str(venue): way // 1_000_000 for venue, way in ways.items()}


def test_the_order_to_the_near_venue_waits_for_the_one_to_the_far_venue() -> None:
    desk = measured()
    assert ways_ms(desk) == {"alpha": 3, "beta": 40}
    assert desk.at(10) == ["beta#3: buy 1 @ 100"]
    assert desk.at(10.036) == []
    assert desk.at(10.037) == ["alpha#4: buy 1 @ 100"]
    # 10.037 + 0.003 = 10.040 = 10 + 0.040: they arrive together.
    assert [leg.release_after_ns for leg in desk.plans[-1].legs] == [37_000_000, 0]


def test_a_held_order_does_not_leave_into_an_own_order_that_came_to_rest_meanwhile() -> None:
    desk = held_at_the_next_slice()
    desk.book("alpha", "1@99.8 | 50@100")
    seller = structs.replace(
        desk.spec,
        id=ParentId("seller"),
        side=Side.SELL,
        limit_price=Decimal(100),
        params=rest(),
        venues_allow=(ALPHA,),
    )
    assert desk.submit(seller) == ["alpha#4: rest sell 10 @ 100"]
    desk.accepts("alpha#4")
    assert desk.orders(desk.at(10.037)) == []
    assert why_not_sent(desk) == "alpha own order in the way"


def test_without_the_setting_all_orders_leave_at_once() -> None:
    desk = measured(within_ms=0)
    assert desk.at(10) == ["alpha#3: buy 1 @ 100", "beta#4: buy 1 @ 100"]


def test_nobody_waits_for_a_venue_farther_than_the_bound() -> None:
    desk = measured(within_ms=36)
    assert desk.at(10) == ["alpha#3: buy 1 @ 100", "beta#4: buy 1 @ 100"]
    desk = measured(within_ms=37)
    assert desk.at(10) == ["beta#3: buy 1 @ 100"]


def test_a_single_order_waits_for_nobody() -> None:
    desk = measured()
    desk.book("beta", "50@99 | 50@105")
    assert desk.at(10) == ["alpha#3: buy 1 @ 100"]


def test_a_venue_never_measured_is_sent_to_at_once_and_holds_nobody() -> None:
    desk = Scenario(
        twap(over_s=30, slices=3), buy="6", limit="101", venues=THREE, release_within_ms=50
    )
    desk.book("alpha", "1@100")
    desk.book("beta", "1@100")
    desk.book("gamma", "50@99 | 50@105")
    desk.at(0)
    desk.at(0.006)
    desk.fills("alpha#1")
    desk.fills("beta#2")
    desk.book("beta", "50@99 | 50@105")
    desk.book("gamma", "1@100")
    assert desk.at(10) == ["alpha#3: buy 1 @ 100", "gamma#4: buy 1 @ 100"]


def test_equal_release_times_leave_in_the_order_of_the_plan() -> None:
    desk = Scenario(
        twap(over_s=30, slices=3), buy="9", limit="101", venues=THREE, release_within_ms=50
    )
    for venue in ("alpha", "beta", "gamma"):
        desk.book(venue, "1@100")
    desk.at(0)
    desk.at(0.006)
    desk.fills("alpha#1")
    desk.fills("beta#2")
    desk.at(0.080)
    desk.fills("gamma#3")
    assert desk.at(10) == ["gamma#4: buy 1 @ 100"]
    assert desk.at(10.037) == ["alpha#5: buy 1 @ 100", "beta#6: buy 1 @ 100"]


def test_an_order_waits_from_its_release_on_for_its_deadline() -> None:
    desk = held_at_the_next_slice()
    desk.at(10.037)
    submit = desk.venues.orders["alpha#4"].submit
    assert submit.release_ns == submit.decided_ns + 37_000_000
    assert submit.deadline_ns == submit.release_ns + desk.settings.send_within_ns


# -- what may happen to an order that is held ------------------------------------------------------


def test_a_cancelled_parent_never_sends_what_it_held_and_cancels_nothing_that_was_not_sent() -> (
    None
):
    desk = held_at_the_next_slice()
    assert desk.cancel() == ["beta#3: cancel"]
    assert desk.reserved == 1  # beta's: what was held is released
    assert the_held(desk) == [Status.REJECTED]
    assert desk.orders(desk.at(20)) == []
    desk.expires("beta#3")
    assert desk.state == "cancelled"


def test_a_halt_stops_what_was_held() -> None:
    desk = held_at_the_next_slice()
    desk.halt("enough")
    assert the_held(desk) == [Status.REJECTED]
    assert [what for what in desk.at(11) if ": buy" in what] == []


def test_a_parent_that_fails_takes_back_what_was_held() -> None:
    desk = held_at_the_next_slice()
    desk.fills("beta#3", "9")  # a venue that fills more than it was asked for
    assert the_held(desk) == [Status.REJECTED]
    assert desk.state == "failed"
    assert desk.orders(desk.at(11)) == []


def test_the_end_of_the_tape_takes_back_what_was_held() -> None:
    desk = held_at_the_next_slice()
    desk.tape_ends()
    assert the_held(desk) == [Status.REJECTED]


def test_what_was_held_is_not_sent_on_a_book_that_broke_meanwhile() -> None:
    desk = held_at_the_next_slice()
    desk.loses_a_message("alpha")
    assert desk.at(10.037) == []
    assert the_held(desk) == [Status.REJECTED]
    assert desk.reserved == 1
    assert why_not_sent(desk) == "the book is broken"


def test_what_was_held_is_not_sent_on_a_book_that_went_stale_meanwhile() -> None:
    desk = measured()
    desk.at(8.5)
    desk.goes_silent("alpha")
    assert desk.at(10) == ["beta#3: buy 1 @ 100"]
    assert desk.wakes_late_at(10.6) == []
    assert why_not_sent(desk) == "the book is stale"


def test_what_was_held_is_not_sent_beyond_the_collar_of_a_market_that_moved() -> None:
    desk = Scenario(twap(over_s=50, slices=5), buy="10", release_within_ms=50, limits=Limits())
    desk.book("alpha", "1@100 50@101")
    desk.book("beta", "1@100 50@101")
    desk.at(0)
    desk.at(0.006)
    desk.fills("alpha#1")
    desk.at(0.080)
    desk.fills("beta#2")
    desk.at(10)
    desk.book("alpha", "1@80")
    desk.book("beta", "1@80")
    assert ": buy" not in "".join(desk.at(10.037))
    assert the_held(desk) == [Status.REJECTED]
    assert "beyond the parent's limit" in why_not_sent(desk)


def test_a_timer_that_rings_far_too_late_sends_nothing() -> None:
    desk = held_at_the_next_slice()
    desk.fills("beta#3")
    assert desk.wakes_late_at(11.5) == []
    assert the_held(desk) == [Status.REJECTED]
    assert why_not_sent(desk) == "late: decided too long ago"


# -- crashes -----------------------------------------------------------------------------------------


def test_a_restart_before_the_release_proves_that_it_never_left() -> None:
    desk = held_at_the_next_slice()
    # What never left comes back to the schedule, as a new order; the old one is never sent.
    assert desk.restarts() == ["beta#3: query", "alpha#4: buy 1 @ 100"]
    assert the_held(desk) == [Status.REJECTED]
    assert desk.venues.orders["alpha#4"].submit.child_no == 5
    assert desk.orders(desk.at(10.5)) == []
    desk.reports("beta#3", Standing.WORKING)
    desk.fills("beta#3")
    desk.fills("alpha#4")
    assert desk.orders(desk.at(19.9)) == []
    assert (desk.filled, desk.reserved) == (4, 0)


def test_a_restart_after_the_release_doubts_it_and_asks() -> None:
    desk = held_at_the_next_slice()
    assert desk.at(10.037) == ["alpha#4: buy 1 @ 100"]
    assert sorted(desk.restarts()) == ["alpha#4: query", "beta#3: query"]
    assert the_held(desk) == [Status.IN_DOUBT]
    assert desk.reserved == 2


def test_the_release_is_on_disk_before_the_order_leaves() -> None:
    desk = held_at_the_next_slice()
    assert "released" not in desk.records()
    desk.at(10.037)
    assert desk.records()[-1] == "released"


def test_what_was_measured_survives_a_restart() -> None:
    desk = measured()
    desk.restarts()
    assert ways_ms(desk) == {"alpha": 3, "beta": 40}
    assert desk.at(10) == ["beta#3: buy 1 @ 100"]


# -- what is measured --------------------------------------------------------------------------------


def test_a_way_that_has_become_longer_is_believed_after_a_few_orders() -> None:
    desk = Scenario(twap(over_s=200, slices=20), buy="40", limit="101", release_within_ms=100)
    desk.book("alpha", "1@100")
    desk.book("beta", "1@100")
    waits = []
    for slice_no in range(20):
        begin = slice_no * 10
        said = desk.at(begin)
        far = 0.080 if slice_no < 8 else 0.006  # beta's answers come sooner from the ninth on
        said += desk.at(begin + 0.045)
        for name, _ in (what.split(": ") for what in said if ": buy" in what):
            order = desk.venues.orders[name].submit
            left_ns = order.release_ns or order.decided_ns
            answers_at = (left_ns - desk.parent.started_ns) / 1e9
            desk.at(max(answers_at + (0.006 if "alpha" in name else far), begin + 0.045))
            desk.fills(name)
        waits.append(desk.plans[-1].legs[0].release_after_ns)
    assert waits[0] == 0
    assert waits[7] > 0
    assert waits[-1] < waits[7]
    assert desk.state == "done"


def test_one_late_answer_moves_nothing_once_a_way_is_known() -> None:
    desk = measured()
    trips = desk.desk.engine.core.state.trips
    for _ in range(SAMPLES_MOST):
        trips.measured(ALPHA, 6_000_000)
    before = trips.ways_ns()
    trips.measured(ALPHA, 30_000_000_000)
    assert trips.ways_ns() == before


@pytest.mark.parametrize("how", ["lost", "queried", "not sent"])
def test_only_a_first_answer_to_an_order_measures_the_way(how: str) -> None:
    desk = Scenario(twap(over_s=50, slices=5), buy="10", limit="101", release_within_ms=50)
    desk.book("alpha", "2@100")
    desk.book("beta", "50@99 | 50@105")
    desk.commit_takes_s = 2 if how == "not sent" else 0
    desk.at(0)
    if how == "not sent":
        assert ways_ms(desk) == {}
        return
    desk.answer_lost("alpha#1")
    assert ways_ms(desk) == {}
    if how == "queried":
        desk.reports("alpha#1", Standing.WORKING)
    desk.fills("alpha#1")
    assert ways_ms(desk) == {}


def test_a_pause_keeps_a_held_order_from_ever_leaving() -> None:
    desk = held_at_the_next_slice()
    assert desk.pause() == []
    assert (the_held(desk), desk.reserved) == ([Status.REJECTED], 1)
    assert desk.at(11) == []


def test_an_amended_limit_keeps_a_held_order_beyond_it_from_leaving() -> None:
    desk = held_at_the_next_slice()
    desk.amend(limit="99.5")
    assert the_held(desk) == [Status.REJECTED]


def test_a_smaller_total_withholds_what_has_not_left_yet() -> None:
    desk = held_at_the_next_slice()
    desk.amend(quantity="3")
    assert (the_held(desk), desk.reserved, desk.parent.spec.quantity) == ([Status.REJECTED], 1, 3)
