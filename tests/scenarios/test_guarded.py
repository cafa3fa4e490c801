"""What does a trader expect of guarded legs: both live where a venue caps them, never twice the position?"""

from decimal import Decimal

from tests.scenarios.beside import (
    CAPPED,
    LOW,
    TARGETS,
    both_live,
    bought,
    on_terms,
    other,
    pair,
)
from venues.model.events import Standing
from venues.model.order import Side

# -- both live -------------------------------------------------------------------------------------


def test_both_legs_are_live_for_all_that_is_held_and_reserve_it_once() -> None:
    desk = both_live()
    assert desk.exit.reserved == 10
    assert desk.exit.free == 0
    assert desk.exit_why == "near: resting 10 at 103 on alpha; far: resting 10 at 104 on alpha"


def test_one_leg_fills_whole_and_the_other_is_withdrawn_at_once() -> None:
    desk = both_live()
    assert desk.fills("alpha#2") == ["alpha#3: cancel"]
    assert desk.exit.reserved == 0  # nothing is held any more: it cannot trade
    desk.cancels("alpha#3")
    assert (desk.exit.state.value, desk.exit.filled) == ("done", 10)


def test_a_partial_fill_of_one_leg_reduces_the_other_and_it_goes_on_with_the_rest() -> None:
    desk = both_live()
    assert desk.fills("alpha#2", "4") == ["alpha#3: cancel"]
    assert desk.exit.reserved == 6
    assert desk.cancels("alpha#3") == []
    desk.at(1)
    assert desk.venues.orders["alpha#4"].submit.quantity == 6
    assert desk.exit.reserved == 6


def test_the_venue_takes_the_surplus_away_before_we_ask_and_it_is_booked() -> None:
    desk = both_live()
    fill = desk.venues.filled("alpha#2", "4")
    cut = desk.venues.cut()
    assert [e.client_order_id for e in cut] == [
        desk.venues.orders["alpha#3"].submit.client_order_id
    ]
    assert desk.hears(*cut) == []  # told of the cut before the fill
    assert desk.hears(fill) == []
    assert desk.at(2) == ["alpha#4: rest sell 6 @ 104"]
    assert desk.exit.reserved == 6


def test_a_cancel_that_crosses_with_the_venues_own_is_refused_and_nobody_minds() -> None:
    desk = both_live()
    assert desk.fills("alpha#2", "4") == ["alpha#3: cancel"]
    desk.hears(*desk.venues.cut())
    assert desk.refuses_the_cancel("alpha#3") == []
    assert desk.at(2) == ["alpha#4: rest sell 6 @ 104"]


def test_two_fills_in_the_same_instant_add_up_to_what_is_held_and_no_more() -> None:
    desk = both_live()
    first = desk.venues.filled("alpha#2", "7")
    second = desk.venues.filled("alpha#3", "3")  # the venue lets it trade no more than that
    assert desk.venues.tradable("alpha#3") == 0
    assert desk.hears(first, second) == ["alpha#2: cancel", "alpha#3: cancel"]
    assert (desk.exit.filled, desk.exit.reserved) == (10, 0)
    desk.cancels("alpha#2")
    desk.cancels("alpha#3")
    assert desk.exit.state.value == "done"
    assert desk.flags == []


def test_what_a_partial_fill_leaves_below_the_minimum_ends_the_other_leg_and_the_first_goes_on() -> (
    None
):
    desk = both_live(venue=on_terms(CAPPED, minimum="1"))
    assert desk.fills("alpha#2", "9.5") == ["alpha#3: cancel"]
    desk.cancels("alpha#3")
    desk.at(3)
    assert [name for name in desk.venues.orders if name > "alpha#3"] == []
    assert desk.exit.state.value == "active"
    desk.fills("alpha#2")
    assert (desk.exit.state.value, desk.exit.filled) == ("done", 10)


def test_what_others_sell_may_have_gone_after_a_fill_nobody_has_told_us_of() -> None:
    desk = both_live()
    assert other(desk, "4", Side.SELL) == ["alpha#4: sell 4 @ 99.9"]
    unheard = desk.venues.filled("alpha#2", "10")  # it came first: the venue is short 4 by now
    assert desk.fills("alpha#4") == []
    assert desk.exit.reserved == 10  # and not only the 6 that would be held
    assert desk.desk.engine.core.state.sent.exposure(desk.exit.spec.id) >= 10
    desk.hears(unheard)
    assert (desk.exit.filled, desk.exit.excess) == (10, 0)
    assert "anomaly" not in desk.flags


# -- a stop beside a profit ------------------------------------------------------------------------


def test_a_trigger_sends_the_stop_at_once_beside_the_profit_that_is_withdrawn() -> None:
    desk = pair()
    assert desk.book("alpha", LOW) == ["alpha#3: rest sell 10 @ 98.1", "alpha#2: cancel"]
    assert desk.exit.reserved == 10
    desk.accepts("alpha#3")
    desk.cancels("alpha#2")
    desk.fills("alpha#3")
    assert (desk.exit.state.value, desk.exit.filled) == ("done", 10)
    assert desk.flags == []


def test_a_fill_and_a_trigger_in_the_same_instant_never_sell_more_than_is_held() -> None:
    desk = pair()
    desk.book("alpha", LOW)
    desk.accepts("alpha#3")
    profit = desk.venues.filled("alpha#2", "10")  # it was hit before the cancel got there
    assert desk.venues.tradable("alpha#3") == 0
    assert desk.hears(profit) == ["alpha#3: cancel"]
    assert (desk.exit.filled, desk.exit.reserved) == (10, 0)
    desk.hears(*desk.venues.cut())
    assert desk.exit.state.value == "done"


def test_a_partial_fill_of_the_profit_after_the_trigger_leaves_the_stop_the_rest() -> None:
    desk = pair()
    desk.book("alpha", LOW)
    desk.accepts("alpha#3")
    assert desk.fills("alpha#2", "4") == ["alpha#3: cancel"]
    desk.cancels("alpha#2")
    desk.cancels("alpha#3")
    assert desk.orders(desk.at(1)) == ["alpha#4: rest sell 6 @ 98.1"]


def test_the_profits_cancel_is_lost_and_the_stop_is_live_all_the_while_without_an_alarm() -> None:
    desk = pair()
    desk.book("alpha", LOW)
    desk.accepts("alpha#3")
    assert "alpha#2: query" in desk.answer_lost("alpha#2")
    desk.at(3)
    assert desk.flags == []
    assert desk.exit.reserved == 10


def test_the_stop_is_refused_as_more_than_is_held_and_asks_again_for_what_is_left() -> None:
    desk = pair()
    desk.book("alpha", LOW)
    profit = desk.venues.filled("alpha#2", "4")  # not heard of yet
    assert desk.rejects("alpha#3", "reduce-only would not reduce") == []
    desk.hears(profit)
    desk.cancels("alpha#2")
    assert desk.orders(desk.at(1)) == ["alpha#4: rest sell 6 @ 98.1"]


# -- what can go wrong with a leg ------------------------------------------------------------------


def test_a_leg_that_is_refused_leaves_the_other_live_and_is_tried_again() -> None:
    desk = bought(TARGETS)
    desk.accepts("alpha#2")
    assert desk.rejects("alpha#3", "no") == []
    assert desk.exit.reserved == 10
    assert desk.at(1) == ["alpha#4: rest sell 10 @ 104"]


def test_a_leg_that_its_venue_cancels_on_its_own_is_posted_again_beside_the_other() -> None:
    desk = both_live()
    desk.at(5)
    assert desk.cancels("alpha#3") == ["alpha#4: rest sell 10 @ 104"]
    assert desk.exit.reserved == 10


def test_an_answer_lost_on_one_leg_keeps_both_within_what_is_held() -> None:
    desk = bought(TARGETS)
    desk.accepts("alpha#2")
    assert desk.answer_lost("alpha#3") == ["alpha#3: query"]
    assert desk.exit.reserved == 10
    assert desk.fills("alpha#2", "4") == ["alpha#3: cancel"]
    assert desk.exit.reserved == 6
    desk.venues.filled("alpha#3", "6")  # it was there, and the rest of the position went to it
    desk.reports("alpha#3", Standing.CANCELED)
    assert (desk.exit.filled, desk.exit.reserved) == (10, 0)


def test_a_fill_stated_and_not_told_yet_counts_against_what_is_held_for_the_other_leg() -> None:
    desk = both_live()
    late = desk.venues.filled("alpha#2", "4")
    desk.cancels("alpha#2")  # it says that 4 have traded
    assert desk.exit.filled + desk.exit.reserved == 10
    desk.hears(late)
    assert desk.exit.filled + desk.exit.reserved == 10


def test_a_crash_between_two_fills_and_the_reduction_goes_on_reducing() -> None:
    desk = both_live()
    desk.venues.filled("alpha#2", "4")
    said = desk.restarts()
    assert set(said) == {"alpha#2: query", "alpha#3: query"}
    assert desk.exit.reserved == 10
    assert desk.reports("alpha#2", Standing.WORKING) == ["alpha#3: cancel"]
    assert desk.reports("alpha#3", Standing.CANCELED) == []
    assert desk.exit.filled + desk.exit.reserved == 10


def test_a_crash_between_trigger_and_answers_sends_nothing_twice() -> None:
    desk = pair()
    desk.book("alpha", LOW)
    said = desk.restarts()
    assert not [what for what in said if "sell" in what]
    assert desk.exit.reserved == 10
    desk.reports("alpha#2", Standing.CANCELED)
    desk.reports("alpha#3", Standing.WORKING)
    desk.fills("alpha#3")
    assert desk.exit.filled == 10


def test_reduced_by_hand_the_venue_takes_both_legs_and_what_is_refused_is_said() -> None:
    desk = both_live()
    desk.at(5)
    desk.venues.by_hand("alpha", Decimal(-10))
    said = desk.hears(*desk.venues.cut())
    assert len(said) == 2
    for order in said:
        desk.rejects(order.split(":")[0], "reduce-only would not reduce")
    assert desk.exit.filled == 0
    assert desk.exit.state.value == "active"
    assert desk.exit.reserved == 0


def test_reduced_by_another_parent_the_legs_shrink_to_what_is_still_held() -> None:
    desk = both_live()
    desk.at(5)
    said = other(desk, "4", Side.SELL)
    assert said == ["alpha#4: sell 4 @ 99.9"]  # it sells what is there: nobody is kept from that
    assert desk.exit.reserved == 10
    desk.fills("alpha#4")
    assert desk.exit.reserved == 10  # a leg may have traded before: nobody has said that it did not
    said = desk.hears(*desk.venues.cut())
    assert said == ["alpha#5: rest sell 6 @ 103", "alpha#6: rest sell 6 @ 104"]
    assert desk.exit.reserved == 6
