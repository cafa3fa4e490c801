"""What does a trader expect who pauses, resumes or amends a parent that is at work?"""

from decimal import Decimal

from tests.scenarios.kinds import rest, take, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing

ONE = (Venue("alpha"),)
BOOK = "50@99.9 | 50@100.1"


def working(desk: Scenario) -> None:
    """Bring the first passive child to rest."""
    desk.book("alpha", BOOK)
    desk.at(0)
    desk.accepts("alpha#1")
    desk.at(5)


# -- pause and resume ------------------------------------------------------------------------------


def test_a_pause_withdraws_what_rests_and_sends_nothing_until_it_is_resumed() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    assert desk.pause() == ["alpha#1: cancel"]
    assert (desk.state, desk.why) == ("paused", "paused by request")
    desk.cancels("alpha#1")
    assert desk.book("alpha", "50@100 | 50@100.2") == []
    assert desk.orders(desk.at(100)) == []
    assert desk.resume() == ["alpha#2: rest buy 10 @ 100"]
    assert desk.state == "active"


def test_a_pause_said_twice_is_one_pause() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.pause()
    rows = len(desk.records())
    assert desk.pause() == []
    assert len(desk.records()) == rows
    desk.cancels("alpha#1")
    desk.resume()
    rows = len(desk.records())
    assert desk.resume() == []
    assert len(desk.records()) == rows


def test_a_fill_that_was_on_its_way_when_the_pause_began_is_booked() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.pause()
    assert desk.fills("alpha#1", "4") == []
    desk.cancels("alpha#1")
    assert (desk.filled, desk.state) == (4, "paused")
    assert desk.resume() == ["alpha#2: rest buy 6 @ 99.9"]


def test_a_paused_parent_that_fills_up_after_all_is_done() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.pause()
    assert desk.fills("alpha#1") == []
    assert (desk.state, desk.filled) == ("done", 10)


def test_a_cancel_that_is_refused_during_a_pause_is_asked_again() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.pause()
    assert desk.refuses_the_cancel("alpha#1") == ["alpha#1: query"]
    desk.reports("alpha#1", Standing.WORKING)
    assert "alpha#1: cancel" in desk.at(10)
    desk.cancels("alpha#1")
    assert desk.reserved == 0


def test_a_paused_order_whose_answer_was_lost_stays_reserved_and_is_cancelled_when_found() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    desk.at(0)
    assert desk.pause() == ["alpha#1: cancel"]
    assert desk.answer_lost("alpha#1") == ["alpha#1: query"]
    assert desk.reserved == 10
    desk.at(2)
    assert "alpha#1: cancel" in desk.reports("alpha#1", Standing.WORKING) + desk.at(4)


def test_a_parent_that_has_not_begun_can_be_paused_and_begins_when_resumed() -> None:
    desk = Scenario(take(), buy="10", limit="101", venues=ONE, start_s=5)
    desk.book("alpha", BOOK)
    desk.at(0)
    desk.pause()
    assert desk.at(10) == []
    assert desk.resume() == ["alpha#1: buy 10 @ 100.1"]


def test_a_cancel_ends_a_paused_parent() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.pause()
    desk.cancels("alpha#1")
    desk.cancel()
    assert (desk.state, desk.why) == ("cancelled", "cancelled by request")


def test_a_parent_that_winds_down_cannot_be_paused() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.cancel()
    assert desk.pause() == []
    assert desk.state == "cancelling"


def test_a_crash_does_not_end_a_pause() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.pause()
    said = desk.restarts()
    assert desk.state == "paused"
    assert not any("buy" in what for what in said)
    desk.reports("alpha#1", Standing.CANCELED)
    assert desk.resume() == ["alpha#2: rest buy 10 @ 99.9"]


def test_when_the_tape_ends_a_paused_parent_expires() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.pause()
    desk.cancels("alpha#1")
    desk.tape_ends()
    assert (desk.state, desk.why) == ("expired", "tape ended")


# -- the schedule over a pause ---------------------------------------------------------------------


def sliced(pause: str, leftover: str = "cancel") -> Scenario:
    """Buy 40 in four slices, ten seconds apart, paused from second 15 to second 35."""
    desk = Scenario(
        twap(over_s=40, slices=4, pause=pause, leftover=leftover),
        buy="40",
        limit="101",
        venues=ONE,
    )
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    desk.fills_all(desk.at(10))
    desk.at(15)
    desk.pause()
    assert desk.at(35) == []
    return desk


def test_stretch_moves_the_end_of_the_schedule_by_the_pause() -> None:
    desk = sliced("stretch")
    assert desk.resume() == []
    assert desk.why == "waiting: next slice in 5 s"
    assert desk.at(39.9) == []
    desk.fills_all(desk.at(40))
    desk.fills_all(desk.at(50))
    assert (desk.filled, desk.state) == (40, "done")


def test_compress_keeps_the_end_and_catches_up_what_was_missed() -> None:
    desk = sliced("compress")
    said = desk.resume()
    assert said == ["alpha#3: buy 20 @ 101"]
    desk.fills_all(said)
    assert (desk.filled, desk.state) == (40, "done")


def test_forfeit_leaves_out_what_the_pause_missed_and_says_so() -> None:
    desk = sliced("forfeit", leftover="sweep_within_limit")
    assert desk.resume() == []
    assert desk.at(60) == []
    assert (desk.filled, desk.state) == (20, "expired")
    assert desk.why == "20 left: forfeited while paused"


def test_two_pauses_stretch_the_schedule_twice() -> None:
    desk = sliced("stretch")
    desk.resume()
    desk.pause()
    desk.at(65)
    desk.resume()
    assert desk.at(69.9) == []
    desk.fills_all(desk.at(70))
    desk.fills_all(desk.at(80))
    assert (desk.filled, desk.state) == (40, "done")


def test_a_crash_after_a_pause_keeps_the_stretched_schedule() -> None:
    desk = sliced("stretch")
    desk.resume()
    assert desk.restarts() == []
    assert desk.at(39.9) == []
    assert desk.at(40) == ["alpha#3: buy 10 @ 100"]


# -- amendments ------------------------------------------------------------------------------------


def test_a_larger_total_is_spread_over_the_slices_that_are_left() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    desk.at(5)
    assert desk.amend(quantity="70") == []
    sizes = []
    for second in (10, 20, 30):
        said = desk.at(second)
        sizes += [what.split()[2] for what in said]
        desk.fills_all(said)
    assert sizes == ["20", "20", "20"]
    assert (desk.filled, desk.state) == (70, "done")


def test_a_smaller_total_shrinks_the_slices_that_are_left() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    desk.amend(quantity="16")
    sizes = []
    for second in (10, 20, 30):
        said = desk.at(second)
        sizes += [what.split()[2] for what in said]
        desk.fills_all(said)
    assert sizes == ["2", "2", "2"]
    assert (desk.filled, desk.state) == (16, "done")


def test_a_total_below_what_has_traded_ends_the_parent_with_what_it_has() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    assert desk.amend(quantity="4") == []
    assert (desk.filled, desk.parent.spec.quantity, desk.state) == (10, 10, "done")


def test_a_total_below_what_is_working_cancels_and_never_lets_go_before_the_answer() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.fills("alpha#1", "3")
    assert desk.amend(quantity="5") == ["alpha#1: cancel"]
    assert (desk.reserved, desk.parent.spec.quantity) == (7, 10)
    desk.fills("alpha#1", "1")
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 1 @ 99.9"]
    assert desk.parent.spec.quantity == 5
    desk.fills("alpha#2")
    assert (desk.filled, desk.state) == (5, "done")


def test_what_fills_before_the_cancel_of_an_amendment_gets_there_is_kept_and_is_no_overfill() -> (
    None
):
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    assert desk.amend(quantity="5") == ["alpha#1: cancel"]
    desk.fills("alpha#1", "8")
    desk.cancels("alpha#1")
    assert (desk.filled, desk.parent.spec.quantity, desk.state) == (8, 8, "done")
    assert desk.flags == []


def test_a_larger_total_of_a_resting_order_is_posted_as_one_when_the_old_order_has_gone() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    assert desk.amend(quantity="15") == ["alpha#1: cancel"]
    desk.fills("alpha#1", "2")
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 13 @ 99.9"]


def test_a_tighter_limit_withdraws_what_rests_beyond_it() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    assert desk.amend(limit="99.5") == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 10 @ 99.5"]


def test_a_wider_limit_lets_slices_trade_again() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="99", venues=ONE)
    desk.book("alpha", "500@100")
    assert desk.at(0) == []
    desk.at(5)
    assert desk.amend(limit="101") == ["alpha#1: buy 10 @ 100"]


def test_a_longer_horizon_spreads_what_is_left_further_apart() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    desk.amend(horizon_s=80)
    seconds = []
    for second in range(1, 90):
        said = desk.at(second)
        seconds += [second] * len(said)
        desk.fills_all(said)
    assert seconds == [20, 40, 60]
    assert desk.state == "done"


def test_amendments_said_twice_are_one() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.amend(quantity="5")
    rows = len(desk.records())
    assert desk.amend(quantity="5") == []
    assert len(desk.records()) == rows


def test_an_amended_parent_handed_over_again_as_it_was_is_still_one_parent() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.amend(quantity="5")
    assert desk.submit(desk.spec) == []


def test_an_amendment_that_cannot_be_is_refused_with_a_sentence_and_changes_nothing() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    for asked, why in (
        ({"quantity": "0"}, "quantity 0 must be above 0; cancel the parent to stop it"),
        ({"quantity": "5.05"}, "quantity 5.05 is not a whole number of lots of 0.1"),
        ({"limit": "-1"}, "limit_price -1 must be above 0"),
    ):
        assert desk.amend(**asked) == []  # type: ignore[arg-type]
        assert desk.follower.flags[-1].sentence == why
    assert desk.amend(horizon_s=10) == []
    assert desk.follower.flags[-1].sentence == "a rest has no horizon_s"
    assert desk.parent.spec == desk.spec
    assert set(desk.flags) == {"amend_refused"}


def test_a_horizon_that_is_over_already_is_refused() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.at(30)
    desk.amend(horizon_s=20)
    assert desk.follower.flags[-1].sentence == ("horizon_s 20 is over: the parent began 30 s ago")


def test_an_amendment_during_a_pause_holds_after_it() -> None:
    desk = sliced("stretch")
    assert desk.amend(quantity="60") == []
    assert desk.resume() == []
    assert desk.at(40) == ["alpha#3: buy 20 @ 100"]


def test_a_crash_keeps_an_amendment_and_goes_on_shrinking() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    working(desk)
    desk.amend(quantity="5")
    desk.restarts()
    assert desk.parent.spec.quantity == 10
    desk.reports("alpha#1", Standing.CANCELED)
    assert desk.parent.spec.quantity == Decimal(5)
    assert desk.reserved == 5
