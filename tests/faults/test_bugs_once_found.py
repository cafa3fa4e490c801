"""Which bugs did the fault runs find? Each as a short story, so that none of them comes back."""

from decimal import Decimal

from tests.scenarios.kinds import rest, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Accepted, Standing

ONE = (Venue("alpha"),)


def cancels_in(said: list[str]) -> int:
    return sum(what.endswith(": cancel") for what in said)


def test_a_venue_that_refuses_every_cancel_is_not_asked_in_a_storm() -> None:
    desk = Scenario(rest(), buy="4", limit="101", venues=ONE)
    desk.book("alpha", "10@100 | 10@101")
    desk.at(0)
    desk.accepts("alpha#1")
    said, asked = desk.cancel(), 0
    for tenth in range(1, 600):
        while cancels_in(said):
            asked += 1
            said = desk.refuses_the_cancel("alpha#1") + desk.reports("alpha#1", Standing.WORKING)
        said = desk.at(tenth / 10)
    assert 3 < asked < 12


def test_an_order_proven_absent_that_shows_up_is_counted_again_and_cancelled() -> None:
    desk = Scenario(rest(), buy="4", limit="101", venues=ONE)
    desk.book("alpha", "10@100 | 10@101")
    desk.at(0)
    desk.answer_lost("alpha#1")
    for second in range(1, 200):
        said = desk.at(second)
        if "alpha#1: query" in said:
            desk.reports("alpha#1", Standing.ABSENT)
    burned = desk.venues.orders["alpha#1"].submit.client_order_id
    assert desk.parent.children[burned].burned
    rose = Accepted(
        client_order_id=burned,
        venue=desk.venues.orders["alpha#1"].submit.venue,
        venue_order_id="1",
    )
    said = desk.hears(rose)
    assert "alpha#1: cancel" in said
    assert "anomaly" in desk.flags
    assert desk.state == "cancelling"  # it may now get more than it asked for: nothing new is sent
    assert desk.parent.children[burned].reserved == 4
    desk.cancels("alpha#1")
    assert desk.parent.children[burned].reserved == 0


def test_a_restart_after_the_horizon_finds_no_depth_and_still_comes_to_an_end() -> None:
    desk = Scenario(twap(over_s=40, slices=4, passive="0.5"), buy="4", limit="101", venues=ONE)
    desk.book("alpha", "10@100 | 10@101")
    desk.at(0)
    desk.accepts("alpha#1")
    desk.at(5)  # the slice crosses: its passive order is being withdrawn
    desk.is_down_until(60)
    desk.book("alpha", "10@100 | 10@120")
    desk.restarts()
    desk.reports("alpha#1", Standing.CANCELED)
    for second in range(61, 120):
        desk.at(second)
    assert desk.parent.ended
    assert desk.filled == Decimal(0)
