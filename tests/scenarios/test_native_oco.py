"""What does a trader expect of a profit and a stop that their venue holds as one order list?"""

from decimal import Decimal

import pytest

from tests.scenarios.kinds import limit_stop, native
from tests.scenarios.listed import (
    APART,
    AT,
    SAYS,
    asked,
    listed,
)
from tests.scenarios.market import Venue
from venues.model.events import Standing
from venues.model.instrument import Kind
from venues.model.market import DerivKind

# -- while it stands -------------------------------------------------------------------------------


def test_both_legs_stand_at_the_venue_and_their_quantity_is_reserved_once() -> None:
    desk = listed()
    assert (desk.reserved, desk.parent.free) == (10, 0)
    assert desk.why == SAYS
    assert desk.orders(desk.at(60)) == []
    assert desk.flags == []


def test_the_stop_is_bounded_by_its_slip_and_the_profit_never_takes() -> None:
    desk = listed()
    profit, stop = (desk.venues.orders[name].submit for name in ("alpha#1", "alpha#2"))
    assert profit.post_only
    assert stop.trigger is not None
    assert (stop.price, stop.trigger.price) == (Decimal("94.6"), Decimal(95))
    assert not stop.post_only


def test_the_gate_counts_the_pair_once_too() -> None:
    desk = listed()
    sent = desk.desk.engine.core.state.sent
    assert sent.exposure(desk.spec.id) == 10 * 10**18


def test_a_profit_that_fills_whole_ends_the_group() -> None:
    desk = listed()
    desk.hears(desk.venues.filled("alpha#1"), desk.venues.expired("alpha#2"))
    assert (desk.state, desk.why, desk.filled) == ("done", "filled", 10)
    assert desk.flags == []


def test_a_stop_that_wakes_works_at_its_venue_and_nothing_is_sent() -> None:
    desk = listed()
    assert desk.hears(desk.venues.activated("alpha#2"), desk.venues.expired("alpha#1")) == []
    assert desk.reserved == 10
    assert desk.fills("alpha#2") == []
    assert (desk.state, desk.filled, desk.flags) == ("done", 10, [])


def test_a_stop_that_woke_and_does_not_trade_is_told_within_the_bound() -> None:
    desk = listed()
    desk.hears(desk.venues.activated("alpha#2"), desk.venues.expired("alpha#1"))
    desk.at(0.9)
    assert desk.alarms == []
    desk.at(5)
    assert desk.alarms == ["stop woke at alpha 1000 ms ago and 10 of it is still open at 94.525"]


def test_a_fill_and_a_trigger_in_the_same_instant_never_add_up_to_more_than_the_group() -> None:
    desk = listed()
    part = desk.venues.filled("alpha#1", "10")  # the venue lets one of them trade
    assert desk.hears(part) == ["alpha#2: cancel"]
    assert (desk.filled, desk.reserved) == (10, 0)
    desk.hears(desk.venues.expired("alpha#2"))
    assert (desk.state, desk.flags) == ("done", [])


def test_a_fill_of_the_stop_told_before_the_end_of_the_profit_is_no_excess() -> None:
    desk = listed()
    assert desk.fills("alpha#2", "4") == ["alpha#1: cancel"]
    assert (desk.filled, desk.reserved, desk.parent.excess) == (4, 6, 0)
    desk.hears(desk.venues.expired("alpha#1"))
    desk.fills("alpha#2")
    assert (desk.state, desk.filled) == ("done", 10)


# -- when it is no list any more -------------------------------------------------------------------


def test_a_profit_that_trades_in_part_keeps_its_place_and_the_stop_is_armed_here_at_once() -> None:
    desk = listed()
    said = desk.hears(desk.venues.filled("alpha#1", "4"), desk.venues.expired("alpha#2"))
    assert said == []
    assert desk.why.startswith(
        "take_profit: resting 10 at 103 on alpha; stop: armed: no last price"
    )
    assert desk.alarms == [
        f"alpha has ended stop of a list before the other leg had traded whole: {APART}"
    ]
    assert desk.reserved == 6
    desk.fills("alpha#1")
    assert (desk.state, desk.filled) == ("done", 10)


def test_a_stop_armed_here_after_a_partial_fill_takes_the_profit_back_before_it_trades() -> None:
    desk = listed(
        native("103", limit_stop("95", source="mark")),
        venues=(Venue("alpha", kind=Kind.PERP, stop_orders=True, order_lists=True),),
    )
    desk.hears(desk.venues.filled("alpha#1", "4"), desk.venues.expired("alpha#2"))
    desk.market.books.deriv(0, DerivKind.MARK, 94 * 10**12, 0)
    assert desk.book("alpha", AT) == ["alpha#1: cancel"]
    assert desk.orders(desk.cancels("alpha#1"))[0].startswith("alpha#3: rest sell 6 @")
    assert desk.reserved == 6


def test_the_end_of_the_stop_told_late_waits_and_nothing_is_reserved_twice() -> None:
    desk = listed()
    assert desk.fills("alpha#1", "4") == ["alpha#2: cancel"]
    assert desk.reserved == 6
    assert desk.refuses_the_cancel("alpha#2") == ["alpha#2: query"]
    desk.reports("alpha#2", Standing.EXPIRED)
    assert desk.reserved == 6
    assert desk.why.startswith("take_profit: resting 10 at 103 on alpha; stop: armed")


def test_a_list_its_venue_cancels_is_listed_again_at_once_and_then_once_a_second() -> None:
    desk = listed()
    desk.at(10)
    assert desk.hears(desk.venues.canceled("alpha#1"), desk.venues.canceled("alpha#2")) == [
        "alpha#3: rest sell 10 @ 103 or alpha#4: sell 10 @ 94.6, stop at 95"
    ]
    desk.accepts("alpha#3", "alpha#4")
    assert desk.hears(desk.venues.canceled("alpha#3"), desk.venues.canceled("alpha#4")) == []
    assert desk.at(10.9) == []
    assert len(desk.at(11)) == 1


def test_a_stop_cancelled_alone_by_its_venue_is_armed_here_in_the_same_step() -> None:
    desk = listed()
    assert desk.cancels("alpha#2") == []
    assert "stop: armed" in desk.why
    assert desk.reserved == 10
    assert len(desk.alarms) == 1


def test_a_profit_cancelled_alone_by_its_venue_has_its_stop_taken_back_and_both_go_on_here() -> (
    None
):
    desk = listed()
    assert desk.cancels("alpha#1") == ["alpha#2: cancel"]
    assert desk.reserved == 10
    assert desk.cancels("alpha#2") == ["alpha#3: rest sell 10 @ 103"]
    assert "stop: armed" in desk.why


def test_a_list_refused_is_tried_once_more_and_then_its_legs_are_kept_apart_here() -> None:
    desk = asked()
    again = desk.hears(desk.venues.rejected("alpha#1", "no"), desk.venues.rejected("alpha#2", "no"))
    assert again == ["alpha#3: rest sell 10 @ 103 or alpha#4: sell 10 @ 94.6, stop at 95"]
    said = desk.hears(desk.venues.rejected("alpha#3", "no"), desk.venues.rejected("alpha#4", "no"))
    assert said == ["alpha#5: rest sell 10 @ 103"]
    assert desk.alarms == [f"no list stands, alpha rejected: no: {APART}"]
    assert "stop: armed" in desk.why


def test_a_woken_stop_that_its_venue_ends_goes_on_as_a_fired_stop_of_ours() -> None:
    desk = listed()
    desk.hears(desk.venues.activated("alpha#2"), desk.venues.expired("alpha#1"))
    desk.fills("alpha#2", "4")
    said = desk.cancels("alpha#2")
    assert said == ["alpha#3: sell 6 @ 94.6"] or said[0].startswith("alpha#3: rest sell 6 @")
    desk.fills("alpha#3")
    assert (desk.state, desk.filled) == ("done", 10)


# -- verified leg by leg ---------------------------------------------------------------------------


def test_a_lost_answer_leaves_both_legs_in_doubt_and_both_are_asked_about() -> None:
    desk = asked()
    said = desk.hears(desk.venues.answer_lost("alpha#1"), desk.venues.answer_lost("alpha#2"))
    assert sorted(said) == ["alpha#1: query", "alpha#2: query"]
    assert desk.reserved == 10
    desk.at(1)
    assert desk.alarms == ["10 has had no stop at a venue for 1000 ms: no answer yet"]
    desk.reports("alpha#1", Standing.WORKING)
    desk.reports("alpha#2", Standing.DORMANT)
    assert desk.why == SAYS
    assert (desk.reserved, len(desk.alarms)) == (10, 1)


def test_a_leg_that_is_not_there_is_told_and_the_other_one_goes_on_here() -> None:
    desk = asked()
    desk.hears(desk.venues.accepted("alpha#1"), desk.venues.rejected("alpha#2", "no"))
    assert desk.alarms == [f"alpha has taken take_profit of a list and not its other leg: {APART}"]
    assert "stop: armed" in desk.why
    assert desk.reserved == 10


def test_a_stop_that_is_there_without_its_profit_is_taken_back_before_anything_is_sent() -> None:
    desk = asked()
    said = desk.hears(desk.venues.rejected("alpha#1", "no"), desk.venues.accepted("alpha#2"))
    assert said == ["alpha#2: cancel"]
    assert desk.cancels("alpha#2") == ["alpha#3: rest sell 10 @ 103"]


@pytest.mark.parametrize("name", ["", "another"])
def test_two_orders_that_are_no_list_count_in_full_and_are_both_taken_back(name: str) -> None:
    desk = asked()
    desk.hears(desk.venues.accepted("alpha#1"))
    said = desk.hears(desk.venues.accepted("alpha#2", name))
    assert said == ["alpha#1: cancel", "alpha#2: cancel"]
    assert (desk.reserved, desk.parent.excess, desk.parent.free) == (20, 10, 0)
    assert desk.desk.engine.core.state.sent.exposure(desk.spec.id) == 20 * 10**18
    assert desk.cancels("alpha#1") == []
    assert desk.cancels("alpha#2") == ["alpha#3: rest sell 10 @ 103"]
    assert desk.alarms == [f"alpha does not hold the two orders as one list: {APART}"]


def test_both_legs_of_what_was_no_list_fill_and_the_excess_is_booked_and_stops_the_group() -> None:
    desk = asked()
    desk.hears(desk.venues.accepted("alpha#1", ""), desk.venues.accepted("alpha#2", ""))
    desk.fills("alpha#1")
    desk.fills("alpha#2", "3")
    desk.cancels("alpha#2")
    assert (desk.state, desk.filled) == ("failed", 13)
    assert "venue_overfill" in desk.flags
