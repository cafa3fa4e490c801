"""What does a trader expect of an OCO: one quantity, one exit, and no moment at which both could fill?"""

from tests.scenarios.kinds import ladder, leg, limit_stop, oco, rest, take_profit_or_stop, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing

ONE = (Venue("alpha"),)
CALM = "50@99.9 | 50@100.1"  # mid 100
LOW = "50@97.9 | 50@98.1"  # mid 98: the stop
PAIR = take_profit_or_stop("103", limit_stop("98"))
PROFIT = "alpha#1: rest sell 10 @ 103"


def resting(how: object = PAIR, venues: tuple[Venue, ...] = ONE) -> Scenario:
    """Let the take-profit rest and the stop be armed."""
    desk = Scenario(how, sell="10", venues=venues)  # type: ignore[arg-type]
    desk.book("alpha", CALM)
    assert desk.at(0) == [PROFIT]
    desk.accepts("alpha#1")
    return desk


def test_one_leg_is_live_the_other_armed_and_both_say_so() -> None:
    desk = resting()
    assert desk.orders(desk.at(60)) == []
    assert desk.why == (
        "take_profit: resting 10 at 103 on alpha; stop: armed: mid 100 above trigger 98"
    )


def test_the_take_profit_fills_and_the_stop_never_fires() -> None:
    desk = resting()
    desk.fills("alpha#1")
    assert (desk.state, desk.why) == ("done", "filled")
    assert desk.book("alpha", LOW) == []


def test_a_trigger_withdraws_the_live_leg_and_trades_once_its_end_is_proven() -> None:
    desk = resting()
    assert desk.book("alpha", LOW) == ["alpha#1: cancel"]
    assert "stop: triggered at 98: awaiting the end of take_profit" in desk.why
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 10 @ 98.1"]
    desk.accepts("alpha#2")
    desk.fills("alpha#2")
    assert (desk.state, desk.filled) == ("done", 10)


def test_a_partial_fill_of_the_profit_leaves_the_stop_the_rest() -> None:
    desk = resting()
    desk.fills("alpha#1", "4")
    assert desk.book("alpha", LOW) == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 6 @ 98.1"]


def test_a_fill_and_a_trigger_in_the_same_instant_never_add_up_to_more() -> None:
    desk = resting()
    assert desk.book("alpha", LOW) == ["alpha#1: cancel"]
    assert desk.fills("alpha#1") == []  # it filled before the cancel got there
    assert (desk.state, desk.filled) == ("done", 10)


def test_a_partial_fill_that_comes_with_the_cancel_is_counted_first() -> None:
    desk = resting()
    desk.book("alpha", LOW)
    assert desk.fills("alpha#1", "7") == []
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 3 @ 98.1"]


def test_a_fill_told_after_the_cancel_is_awaited_because_the_venue_stated_it() -> None:
    desk = resting()
    desk.book("alpha", LOW)
    late = desk.venues.filled("alpha#1", "7")
    assert desk.cancels("alpha#1") == []  # it says that 7 have traded: not told yet
    assert desk.reserved == 7
    assert desk.hears(late) == ["alpha#2: rest sell 3 @ 98.1"]


def test_once_fired_it_stays_fired_even_if_the_price_comes_back() -> None:
    desk = resting()
    desk.book("alpha", LOW)
    desk.book("alpha", CALM)
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 10 @ 100.1"]


def test_an_answer_that_is_late_raises_an_alarm_and_nothing_is_sent_before_it() -> None:
    desk = resting(take_profit_or_stop("103", limit_stop("98"), naked_within_ms=500))
    desk.book("alpha", LOW)
    desk.at(0.4)
    assert desk.flags == []
    assert desk.orders(desk.at(0.5)) == []
    assert desk.flags == ["alarm"]
    assert desk.orders(desk.at(0.9)) == []
    assert desk.flags == ["alarm"]  # once
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 10 @ 98.1"]


def test_a_cancel_whose_answer_is_lost_is_asked_about_and_nothing_is_sent_before() -> None:
    desk = resting()
    desk.book("alpha", LOW)
    assert desk.answer_lost("alpha#1") == ["alpha#1: query"]
    assert not [said for said in desk.at(5) if "sell" in said]
    assert desk.flags == ["alarm"]
    assert desk.reports("alpha#1", Standing.CANCELED) == ["alpha#2: rest sell 10 @ 98.1"]


def test_a_take_profit_in_doubt_keeps_the_stop_from_selling_it_twice() -> None:
    desk = Scenario(PAIR, sell="10", venues=ONE)
    desk.book("alpha", CALM)
    desk.at(0)
    desk.answer_lost("alpha#1")
    said = desk.book("alpha", LOW)
    assert not [what for what in said if "sell" in what]
    assert desk.reserved == 10
    assert desk.reports("alpha#1", Standing.FILLED) != []
    desk = Scenario(PAIR, sell="10", venues=ONE)
    desk.book("alpha", CALM)
    desk.at(0)
    desk.answer_lost("alpha#1")
    desk.book("alpha", LOW)
    desk.venues.filled("alpha#1", "10")
    assert desk.reports("alpha#1", Standing.FILLED) == []
    assert desk.state == "done"


def test_a_lost_answer_of_the_stop_keeps_its_quantity() -> None:
    desk = resting()
    desk.book("alpha", LOW)
    desk.cancels("alpha#1")
    assert desk.answer_lost("alpha#2") == ["alpha#2: query"]
    assert not [said for said in desk.at(20) if "sell" in said]
    assert desk.reserved == 10


def test_a_refused_take_profit_is_tried_again_while_the_stop_stays_armed() -> None:
    desk = Scenario(PAIR, sell="10", venues=ONE)
    desk.book("alpha", CALM)
    desk.at(0)
    assert desk.rejects("alpha#1") == []
    assert desk.book("alpha", LOW) == ["alpha#2: rest sell 10 @ 98.1"]  # nothing else to await


def test_a_take_profit_that_its_venue_cancels_is_posted_again() -> None:
    desk = resting()
    assert desk.at(5) == []
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 10 @ 103"]


def test_a_refused_stop_is_tried_again_and_crosses_in_the_end() -> None:
    desk = resting()
    desk.book("alpha", LOW)
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 10 @ 98.1"]
    assert desk.rejects("alpha#2", "post-only would trade") == []
    assert desk.at(1) == ["alpha#3: rest sell 10 @ 98.1"]
    desk.accepts("alpha#3")
    assert desk.at(5) == ["alpha#3: cancel"]
    assert desk.cancels("alpha#3") == ["alpha#4: sell 10 @ 97.6"]


def test_what_is_below_every_minimum_ends_the_group_and_is_told() -> None:
    desk = resting(venues=(Venue("alpha", minimum="1"),))
    desk.fills("alpha#1", "9.5")
    assert desk.cancels("alpha#1") == []  # the venue threw the rest out
    assert (desk.state, desk.why) == ("expired", "0.5 left: below every venue's smallest order")


def test_across_venues_the_profit_waits_at_one_and_the_stop_goes_to_the_other() -> None:
    desk = Scenario(PAIR, sell="10", venues=(Venue("alpha", maker="-0.0001"), Venue("beta")))
    desk.book("alpha", CALM)
    desk.book("beta", CALM)
    assert desk.at(0) == [PROFIT]
    desk.accepts("alpha#1")
    desk.goes_silent("alpha")
    desk.at(5)
    assert desk.book("beta", LOW) == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["beta#2: rest sell 10 @ 98.1"]


def test_a_stale_book_fires_nothing_and_a_gap_is_crossed_within_the_slip() -> None:
    desk = resting(take_profit_or_stop("103", limit_stop("98", slip="100")))
    desk.goes_silent("alpha")
    assert desk.orders(desk.at(10)) == []
    desk.speaks_again("alpha")
    assert desk.book("alpha", "50@89.9 | 50@90.1") == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == []
    assert desk.orders(desk.at(20)) == ["alpha#2: rest sell 10 @ 97.1"]
    assert desk.flags == ["alarm", "alarm"]  # the gap, and then that it only rests


def test_a_restart_between_trigger_and_cancel_goes_on_waiting() -> None:
    desk = resting()
    desk.book("alpha", LOW)
    assert not [said for said in desk.restarts() if "sell" in said]
    assert desk.reports("alpha#1", Standing.CANCELED) == ["alpha#2: rest sell 10 @ 98.1"]


def test_a_restart_while_all_is_calm_keeps_both_legs() -> None:
    desk = resting()
    desk.at(3)
    assert desk.orders(desk.restarts()) == []
    desk.reports("alpha#1", Standing.WORKING)
    assert desk.book("alpha", LOW) == ["alpha#1: cancel"]


def test_cancelled_by_its_trader_everything_ends() -> None:
    desk = resting()
    assert desk.cancel() == ["alpha#1: cancel"]
    desk.cancels("alpha#1")
    assert desk.state == "cancelled"
    assert desk.book("alpha", LOW) == []


def test_two_stops_the_nearer_one_fires_and_the_other_gives_way() -> None:
    how = oco(leg("far", limit_stop("97")), leg("near", limit_stop(trail="150")))
    desk = Scenario(how, sell="10", venues=ONE)
    desk.book("alpha", CALM)
    assert desk.at(0) == []
    assert desk.book("alpha", "50@98.4 | 50@98.6") == ["alpha#1: rest sell 10 @ 98.6"]
    desk.accepts("alpha#1")
    desk.book("alpha", "50@96.9 | 50@97.1")
    assert list(desk.venues.orders) == ["alpha#1"]


def test_a_twap_may_be_the_live_leg_and_stops_slicing_when_the_stop_fires() -> None:
    how = oco(leg("slowly", twap(over_s=100, slices=10)), leg("stop", limit_stop("98")))
    desk = Scenario(how, sell="10", venues=ONE)
    desk.book("alpha", CALM)
    desk.fills_all(desk.at(0))
    desk.fills_all(desk.at(10))
    assert desk.filled == 2
    assert desk.book("alpha", LOW) == ["alpha#3: rest sell 8 @ 98.1"]
    desk.accepts("alpha#3")
    assert desk.orders(desk.at(15)) == ["alpha#3: cancel"]
    assert desk.state == "active"


def test_two_legs_that_would_both_be_live_are_refused() -> None:
    how = oco(leg("a", rest(), limit="103"), leg("b", rest(), limit="104"))
    desk = Scenario(how, sell="10", venues=ONE)
    desk.book("alpha", CALM)
    assert desk.at(0) == []
    assert desk.state == "failed"
    assert desk.why.startswith("strict keeps one leg live, and a and b would be")


def test_a_stop_that_is_there_as_the_group_begins_goes_out_and_no_profit_is_waited_for() -> None:
    desk = Scenario(PAIR, sell="10", venues=ONE)
    desk.book("alpha", LOW)
    assert desk.at(0) == ["alpha#1: rest sell 10 @ 98.1"]
    desk.accepts("alpha#1")
    assert desk.orders(desk.at(4)) == []
    assert desk.why == "stop: triggered at 98, resting 10 at 98.1 on alpha"


def test_a_ladder_may_be_the_live_leg_and_every_rung_is_withdrawn_and_awaited() -> None:
    profits = leg("profits", ladder(2, first="100", step="100"))
    desk = Scenario(oco(profits, leg("stop", limit_stop("98"))), sell="10", venues=ONE)
    desk.book("alpha", CALM)
    assert desk.at(0) == ["alpha#1: rest sell 5 @ 101", "alpha#2: rest sell 5 @ 102"]
    desk.accepts("alpha#1", "alpha#2")
    desk.fills("alpha#1", "2")
    assert desk.book("alpha", LOW) == ["alpha#1: cancel", "alpha#2: cancel"]
    assert desk.cancels("alpha#1") == []
    assert desk.cancels("alpha#2") == ["alpha#3: rest sell 8 @ 98.1"]


# -- what a trader says meanwhile ------------------------------------------------------------------


def test_paused_it_withdraws_and_does_not_fire_and_resumed_it_is_as_before() -> None:
    desk = resting()
    assert desk.pause() == ["alpha#1: cancel"]
    desk.cancels("alpha#1")
    assert desk.book("alpha", LOW) == []
    desk.book("alpha", CALM)
    assert desk.resume() == []  # a moment after the last post
    assert desk.at(2) == ["alpha#2: rest sell 10 @ 103"]
    desk.accepts("alpha#2")
    assert desk.book("alpha", LOW) == ["alpha#2: cancel"]


def test_resumed_below_its_trigger_it_fires_at_once() -> None:
    desk = resting()
    desk.pause()
    desk.cancels("alpha#1")
    desk.book("alpha", LOW)
    assert desk.resume() == ["alpha#2: rest sell 10 @ 98.1"]


def test_an_amended_total_is_what_both_legs_share() -> None:
    desk = resting()
    desk.at(3)
    assert desk.amend(quantity="6") == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 6 @ 103"]
    assert desk.parent.spec.quantity == 6
    desk.accepts("alpha#2")
    assert desk.book("alpha", LOW) == ["alpha#2: cancel"]
    assert desk.cancels("alpha#2") == ["alpha#3: rest sell 6 @ 98.1"]
