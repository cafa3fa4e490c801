"""What does a trader expect of an order that rests?"""

from tests.scenarios.kinds import rest
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario

ONE = (Venue("alpha"),)
BOOK = "50@99.9 | 50@100.1"


def resting(desk: Scenario, name: str = "alpha#1") -> None:
    """Bring the first post to rest."""
    desk.book("alpha", BOOK)
    assert desk.at(0) == [f"{name}: rest buy 10 @ 99.9"]
    desk.accepts(name)


def test_it_posts_at_the_touch_and_is_done_when_it_has_filled() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    resting(desk)
    assert desk.why == "resting 10 at 99.9 on alpha"
    desk.fills("alpha#1", "4")
    assert desk.state == "active"
    desk.fills("alpha#1")
    assert (desk.state, desk.filled) == ("done", 10)


def test_it_follows_the_touch_and_awaits_the_cancel_before_it_posts_again() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    resting(desk)
    desk.at(5)
    assert desk.book("alpha", "50@100 | 50@100.2") == ["alpha#1: cancel"]
    assert desk.fills("alpha#1", "3") == []  # it traded before the cancel got there
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 7 @ 100"]


def test_it_follows_the_touch_down_as_well() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    resting(desk)
    desk.at(5)
    assert desk.book("alpha", "10@99.7 | 50@100") == ["alpha#1: cancel"]


def test_it_is_not_re_pegged_more_often_than_asked() -> None:
    desk = Scenario(rest(every_s=10), buy="10", limit="101", venues=ONE)
    resting(desk)
    desk.at(2)
    assert desk.book("alpha", "50@100 | 50@100.2") == []
    assert desk.at(9.9) == []
    assert desk.orders(desk.at(10)) == ["alpha#1: cancel"]
    desk.cancels("alpha#1")


def test_a_touch_that_came_back_in_time_moves_nothing() -> None:
    desk = Scenario(rest(every_s=10), buy="10", limit="101", venues=ONE)
    resting(desk)
    desk.at(2)
    desk.book("alpha", "50@100 | 50@100.2")
    desk.at(5)
    desk.book("alpha", BOOK)
    assert desk.orders(desk.at(20)) == []
    assert desk.state == "active"


def test_moves_smaller_than_asked_are_ignored() -> None:
    desk = Scenario(rest(repeg_ticks=3), buy="10", limit="101", venues=ONE)
    resting(desk)
    desk.at(5)
    assert desk.book("alpha", "50@100 | 50@100.2") == []
    assert desk.book("alpha", "50@100.1 | 50@100.3") == []
    assert desk.book("alpha", "50@100.2 | 50@100.4") == ["alpha#1: cancel"]


def test_after_the_last_re_peg_it_stays_where_it_is() -> None:
    desk = Scenario(rest(repeg_max=1), buy="10", limit="101", venues=ONE)
    resting(desk)
    desk.at(5)
    assert desk.book("alpha", "50@100 | 50@100.2") == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 10 @ 100"]
    desk.accepts("alpha#2")
    desk.at(10)
    assert desk.book("alpha", "50@101 | 50@101.2") == []
    assert desk.why == "resting 10 at 100 on alpha"


def test_at_its_limit_it_stays_instead_of_losing_its_place_in_the_queue() -> None:
    desk = Scenario(rest(), buy="10", limit="99.5", venues=ONE)
    desk.book("alpha", BOOK)
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 99.5"]
    desk.accepts("alpha#1")
    assert desk.orders(desk.at(9)) == []  # the touch is above the limit: nothing to gain by moving
    assert desk.book("alpha", "50@100.9 | 50@101.1") == []
    assert desk.at(9.5) == []
    assert desk.book("alpha", "50@99.3 | 50@99.6") == ["alpha#1: cancel"]  # below it there is


def test_offset_rests_behind_the_touch_and_follows_it() -> None:
    desk = Scenario(rest(offset_ticks=2), buy="10", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 99.7"]
    desk.accepts("alpha#1")
    assert desk.at(5) == []
    assert desk.book("alpha", "50@100 | 50@100.2") == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 10 @ 99.8"]


def test_a_refused_post_is_tried_again_a_second_later() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    desk.at(0)
    assert desk.rejects("alpha#1", "post-only would trade") == []
    assert desk.why == "posting again in a moment"
    assert desk.at(0.9) == []
    assert desk.at(1) == ["alpha#2: rest buy 10 @ 99.9"]


def test_the_best_venue_is_chosen_after_maker_fees() -> None:
    venues = (Venue("alpha", maker="0.0002"), Venue("beta", maker="-0.0001"))
    desk = Scenario(rest(), buy="10", limit="101", venues=venues)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.book("beta", "50@99.9 | 50@100.1")
    assert desk.at(0) == ["beta#1: rest buy 10 @ 99.9"]


def test_at_the_deadline_it_withdraws_and_then_crosses_within_the_limit() -> None:
    desk = Scenario(rest(deadline_s=20), buy="10", limit="100.1", venues=ONE)
    resting(desk)
    desk.fills("alpha#1", "2")
    assert desk.at(20)[-1] == "alpha#1: cancel"
    assert desk.cancels("alpha#1") == ["alpha#2: buy 8 @ 100.1"]
    desk.fills("alpha#2")
    assert (desk.state, desk.filled) == ("done", 10)


def test_a_crossing_that_faded_is_tried_again_and_then_given_up() -> None:
    desk = Scenario(rest(deadline_s=5), buy="10", limit="101", venues=ONE)
    resting(desk)
    assert desk.at(5) == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: buy 10 @ 100.1"]
    assert desk.expires("alpha#2", "1") == []
    desk.book("alpha", "50@102 | 50@102.2")  # gone above the limit
    assert desk.at(6) == []
    desk.book("alpha", BOOK)
    assert desk.at(7) == ["alpha#3: buy 9 @ 100.1"]
    desk.expires("alpha#3")
    desk.book("alpha", "50@102 | 50@102.2")
    desk.at(60)
    assert (desk.state, desk.why) == ("expired", "9 left: no depth within the limit")


def test_at_the_deadline_it_can_be_told_to_give_up_instead() -> None:
    desk = Scenario(rest(deadline_s=5, at_deadline="cancel"), buy="10", limit="101", venues=ONE)
    resting(desk)
    assert desk.at(5) == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == []
    assert (desk.state, desk.why) == ("expired", "10 left: the deadline is over")


def test_with_no_live_book_it_is_parked_and_posts_when_one_comes_back() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    resting(desk)
    desk.goes_silent("alpha")
    desk.at(4)
    assert desk.cancels("alpha#1") == []  # the venue threw it out
    assert (desk.state, desk.why) == ("parked", "parked: alpha stale 4.0 s")
    assert desk.at(8) == []
    assert desk.speaks_again("alpha") == ["alpha#2: rest buy 10 @ 99.9"]
    assert desk.state == "active"


def test_a_remainder_below_every_minimum_is_never_stranded_by_a_re_peg() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=(Venue("alpha", minimum="1"),))
    resting(desk)
    desk.fills("alpha#1", "9.5")
    desk.at(5)
    assert desk.book("alpha", "50@100 | 50@100.2") == []  # 0.5 could not be posted again
    desk.fills("alpha#1")
    assert desk.state == "done"


def test_a_remainder_that_the_venue_strands_ends_the_parent() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=(Venue("alpha", minimum="1"),))
    resting(desk)
    desk.fills("alpha#1", "9.5")
    desk.at(5)
    assert desk.cancels("alpha#1") == []
    assert (desk.state, desk.why) == (
        "expired",
        "0.5 left: below every venue's smallest order",
    )


def test_an_order_in_doubt_keeps_its_quantity_and_nothing_else_is_posted() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    desk.at(0)
    assert desk.answer_lost("alpha#1") == ["alpha#1: query"]
    assert not any("buy" in said for said in desk.at(25))
    assert desk.reserved == 10


def test_a_quantity_off_the_grid_is_refused_up_front() -> None:
    desk = Scenario(rest(), buy="1.05", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    assert desk.at(0) == []
    assert (desk.state, desk.why) == (
        "failed",
        "quantity 1.05 is not a whole number of lots of 0.1",
    )


def test_when_the_tape_ends_a_resting_order_is_withdrawn_and_the_parent_expires() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    resting(desk)
    assert desk.tape_ends() == ["alpha#1: cancel"]
    assert desk.state == "cancelling"
    desk.cancels("alpha#1")
    assert (desk.state, desk.why) == ("expired", "tape ended")
