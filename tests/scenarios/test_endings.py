"""How does a parent end: taken back, overfilled, late, twice the same?"""

import msgspec
import pytest

from tests.scenarios.kinds import rest, take, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.ids import ParentId

ONE = (Venue("alpha"),)


def test_a_parent_taken_back_is_cancelling_until_everything_is_answered() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="8", limit="101")
    desk.book("alpha", "2@100")
    desk.book("beta", "9@100.1")
    desk.at(0)
    assert desk.cancel() == ["alpha#1: cancel", "beta#2: cancel"]
    assert desk.state == "cancelling"
    desk.fills("alpha#1")
    assert desk.state == "cancelling"
    desk.expires("beta#2", "1")
    assert (desk.state, desk.why, desk.filled) == ("cancelled", "cancelled by request", 3)
    assert desk.at(100) == []


def test_a_parent_with_nothing_open_is_cancelled_at_once() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "9@100")
    desk.fills_all(desk.at(0))
    assert desk.cancel() == []
    assert desk.state == "cancelled"


def test_a_parent_that_has_not_begun_is_cancelled_at_once_and_never_starts() -> None:
    desk = Scenario(take(), buy="8", limit="101", venues=ONE)
    desk.at(0)
    desk.cancel()
    assert desk.state == "cancelled"
    assert desk.book("alpha", "9@100") == []
    assert desk.at(10) == []
    assert desk.desk.engine.core.watching.by_slot == {}
    assert desk.desk.engine.next_timer_ns() is None


def test_cancelling_twice_asks_once() -> None:
    desk = Scenario(rest(), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.cancel() == ["alpha#1: cancel"]
    assert desk.cancel() == []


def test_a_late_fill_on_a_cancelled_order_is_booked_and_reopens_nothing() -> None:
    desk = Scenario(rest(), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    desk.cancel()
    desk.cancels("alpha#1")
    assert desk.state == "cancelled"
    assert desk.fills("alpha#1", "2") == []
    assert (desk.state, desk.filled, desk.reserved) == ("cancelled", 2, 0)


def test_the_same_fill_told_twice_counts_once() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "9@100")
    desk.at(0)
    fill = desk.venues.filled("alpha#1", "3")
    desk.hears(fill)
    desk.hears(fill)
    assert desk.filled == 3


def test_what_a_venue_fills_beyond_the_parent_is_booked_flagged_and_stops_it() -> None:
    desk = Scenario(take(), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "9@100")
    desk.at(0)
    desk.fills("alpha#1", "9")
    assert desk.filled == 9
    assert "venue_overfill" in desk.flags
    assert (desk.state, desk.why) == ("failed", "venues filled 1 beyond the quantity")


def test_an_overfill_that_eats_what_others_hold_reserved_stops_them() -> None:
    desk = Scenario(take(), buy="8", limit="101")
    desk.book("alpha", "4@100")
    desk.book("beta", "7@100")
    assert desk.at(0) == ["alpha#1: buy 4 @ 100", "beta#2: buy 4 @ 100"]
    # Five of an order for four, while four more are under way: nine may come of eight.
    assert desk.fills("alpha#1", "5") == ["beta#2: cancel"]
    assert "venue_overfill" in desk.flags
    assert desk.state == "cancelling"
    desk.expires("beta#2", "1")
    assert (desk.state, desk.filled) == ("failed", 6)


def test_an_overfill_of_a_parent_that_winds_down_is_flagged_and_fails_it() -> None:
    desk = Scenario(take(), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "9@100")
    desk.at(0)
    desk.cancel()
    desk.fills("alpha#1", "9")
    assert "venue_overfill" in desk.flags
    assert (desk.state, desk.filled) == ("failed", 9)


def test_an_overfill_after_the_end_is_flagged_and_booked() -> None:
    desk = Scenario(take(), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "9@100")
    desk.at(0)
    desk.fills("alpha#1")
    assert desk.state == "done"
    desk.fills("alpha#1", "1")
    assert desk.filled == 9
    assert "venue_overfill" in desk.flags
    assert desk.state == "failed"


def test_a_fill_of_an_order_we_never_sent_is_flagged_and_changes_nothing() -> None:
    desk = Scenario(take(), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "9@100")
    desk.at(0)
    stranger = msgspec.structs.replace(
        desk.venues.filled("alpha#1", "1"), client_order_id="somebody-else"
    )
    desk.hears(stranger)
    assert desk.filled == 0
    assert desk.flags == ["anomaly"]


def test_the_same_order_twice_is_one_parent() -> None:
    desk = Scenario(take(), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "9@100")
    assert desk.at(0) == ["alpha#1: buy 8 @ 100"]
    assert desk.submit(desk.spec) == []
    assert len(desk.desk.engine.core.state.parents) == 1


def test_the_same_id_with_other_content_is_refused() -> None:
    desk = Scenario(take(), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "9@100")
    desk.at(0)
    with pytest.raises(ValueError, match="exists with other content"):
        desk.submit(msgspec.structs.replace(desk.spec, quantity=desk.spec.quantity * 2))


def test_two_parents_have_buckets_of_their_own() -> None:
    desk = Scenario(take(), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "50@100")
    desk.at(0)
    other = msgspec.structs.replace(desk.spec, id=ParentId("other"))
    assert desk.submit(other) == ["alpha#2: buy 8 @ 100"]
    desk.fills("alpha#2")
    assert desk.filled == 0
    assert desk.desk.engine.core.state.parents[ParentId("other")].filled == 8


def test_an_order_that_would_leave_too_late_is_not_sent_and_comes_back() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "50@100")
    desk.commit_takes_s = 1.5  # the disk stalls
    assert desk.at(0) == []
    assert desk.reserved == 0
    desk.commit_takes_s = 0
    assert desk.at(10) == ["alpha#1: buy 8 @ 101"]


def test_when_the_tape_ends_parents_expire() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "50@100")
    desk.fills_all(desk.at(0))
    assert desk.tape_ends() == []
    assert (desk.state, desk.why) == ("expired", "tape ended")


def test_a_parent_that_fills_before_its_cancel_gets_there_is_done() -> None:
    desk = Scenario(rest(), buy="8", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    desk.cancel()
    desk.fills("alpha#1")
    assert (desk.state, desk.why) == ("done", "filled")


def test_a_venue_that_fills_beyond_one_order_is_not_trusted_with_another() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="20", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.at(0)
    desk.fills("alpha#1", "11")
    assert (desk.state, desk.filled) == ("failed", 11)
    assert "venue_overfill" in desk.flags
    assert desk.at(30) == []
