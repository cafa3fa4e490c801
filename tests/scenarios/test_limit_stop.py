"""What does a trader expect of a post-only limit-stop: when it fires, and what it does then?"""

import pytest

from tests.scenarios.kinds import limit_stop
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing

ONE = (Venue("alpha"),)
CALM = "50@100.9 | 50@101.1"  # mid 101
AT = "50@99.9 | 50@100.1"  # mid 100
BELOW = "50@99.7 | 50@99.9"  # mid 99.8
GAPPED = "50@89.9 | 50@90.1"  # mid 90, ten percent down


def armed(desk: Scenario, book: str = CALM) -> None:
    """Hand the stop over while the market is above it."""
    desk.book("alpha", book)
    assert desk.at(0) == []


def fired(desk: Scenario, first: str = "alpha#1: rest sell 10 @ 100.1") -> None:
    """Let the market fall to the trigger; the first child leaves in the same step."""
    armed(desk)
    assert desk.book("alpha", AT) == [first]
    desk.accepts("alpha#1")


def test_armed_it_sends_nothing_and_says_how_far_the_price_is() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    armed(desk)
    assert desk.at(60) == []
    assert (desk.state, desk.why) == ("active", "armed: mid 101 above trigger 100")


def test_a_buy_stop_fires_upwards() -> None:
    desk = Scenario(limit_stop("102"), buy="10", venues=ONE)
    desk.book("alpha", CALM)
    assert desk.at(0) == []
    assert desk.why == "armed: mid 101 below trigger 102"
    assert desk.book("alpha", "50@101.9 | 50@102.1") == ["alpha#1: rest buy 10 @ 101.9"]


def test_the_first_child_leaves_in_the_step_that_triggers_and_it_is_done_when_filled() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    fired(desk)
    assert desk.why == "triggered at 100, resting 10 at 100.1 on alpha"
    desk.fills("alpha#1", "4")
    assert desk.state == "active"
    desk.fills("alpha#1")
    assert (desk.state, desk.why, desk.filled) == ("done", "filled", 10)


def test_a_price_that_is_there_already_fires_it_at_once() -> None:
    desk = Scenario(limit_stop("101.5"), sell="10", venues=ONE)
    desk.book("alpha", CALM)
    assert desk.at(0) == ["alpha#1: rest sell 10 @ 101.1"]


def test_it_posts_the_asked_ticks_behind_the_touch() -> None:
    desk = Scenario(limit_stop("100", behind=2), sell="10", venues=ONE)
    fired(desk, "alpha#1: rest sell 10 @ 100.3")


def test_it_follows_the_touch_down_within_its_slip() -> None:
    desk = Scenario(limit_stop("100", slip="50"), sell="10", venues=ONE)
    fired(desk)
    desk.at(2)
    assert desk.book("alpha", BELOW) == ["alpha#1: cancel"]
    assert desk.fills("alpha#1", "3") == []  # traded before the cancel got there
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 7 @ 99.9"]


def test_re_pegs_are_bounded() -> None:
    desk = Scenario(limit_stop("100", repeg_max=1), sell="10", venues=ONE)
    fired(desk)
    desk.at(2)
    assert desk.book("alpha", BELOW) == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 10 @ 99.9"]
    desk.accepts("alpha#2")
    desk.at(4)
    assert desk.book("alpha", "50@99.6 | 50@99.8") == []


def test_after_its_time_it_crosses_within_the_slip_once_the_cancel_is_answered() -> None:
    desk = Scenario(limit_stop("100", slip="50", cross_after_s=5), sell="10", venues=ONE)
    fired(desk)
    assert desk.at(5) == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: sell 10 @ 99.5"]
    desk.fills("alpha#2")
    assert desk.state == "done"


def test_a_price_that_runs_away_makes_it_cross_before_its_time() -> None:
    desk = Scenario(limit_stop("100", post_slip="10", slip="50"), sell="10", venues=ONE)
    fired(desk)
    desk.at(1)
    assert desk.book("alpha", BELOW) == ["alpha#1: cancel"]  # 99.8 is beyond 99.9
    assert desk.cancels("alpha#1") == ["alpha#2: sell 10 @ 99.5"]


def test_with_no_time_to_post_it_crosses_in_the_same_step() -> None:
    desk = Scenario(limit_stop("100", cross_after_s=0), sell="10", venues=ONE)
    armed(desk)
    assert desk.book("alpha", AT) == ["alpha#1: sell 10 @ 99.5"]


def test_a_crossing_that_faded_is_tried_again_and_then_it_rests_at_its_worst_price_with_an_alarm() -> (
    None
):
    desk = Scenario(limit_stop("100", cross_after_s=0, rest_after_s=3), sell="10", venues=ONE)
    armed(desk)
    assert desk.book("alpha", AT) == ["alpha#1: sell 10 @ 99.5"]
    assert desk.expires("alpha#1", "2") == []
    desk.book("alpha", "50@98.9 | 50@99.1")  # beyond the slip
    assert desk.at(2.9) == []
    assert "no depth within the limit" in desk.why
    assert desk.flags == []
    assert desk.at(3) == ["alpha#2: rest sell 8 @ 99.5"]
    assert desk.flags == ["alarm"]
    desk.accepts("alpha#2")
    assert desk.orders(desk.at(60)) == []
    assert desk.flags == ["alarm"]  # once
    assert desk.why == "triggered at 100, resting 8 at 99.5 on alpha"
    desk.fills("alpha#2")
    assert desk.state == "done"


# -- the gap: ten percent in one message -----------------------------------------------------------


def test_gap_policy_rest_waits_at_its_price_for_the_market_to_come_back() -> None:
    desk = Scenario(limit_stop("100", post_slip="10", gap="rest"), sell="10", venues=ONE)
    armed(desk)
    assert desk.book("alpha", GAPPED) == ["alpha#1: rest sell 10 @ 99.9"]
    desk.accepts("alpha#1")
    assert desk.flags == ["alarm"]
    assert desk.orders(desk.at(300)) == []
    desk.fills("alpha#1")
    assert desk.state == "done"


def test_gap_policy_widen_takes_what_is_within_the_slip_and_rests_there() -> None:
    desk = Scenario(limit_stop("100", post_slip="10", gap="widen"), sell="10", venues=ONE)
    armed(desk)
    desk.book("alpha", "3@99.6 50@89.9 | 50@99.8")  # mid 99.7: beyond 99.9, within 99.5
    assert desk.at(0.1) == []
    assert [o.submit.price for o in desk.venues.orders.values()] == [pytest.approx(99.5)]
    assert desk.expires("alpha#1", "3") == []
    desk.book("alpha", GAPPED)
    assert desk.at(10) == ["alpha#2: rest sell 7 @ 99.5"]
    assert desk.flags == ["alarm", "alarm"]


def test_gap_policy_cross_goes_to_the_parents_own_limit_and_no_further() -> None:
    desk = Scenario(limit_stop("100", gap="cross"), sell="10", limit="89.5", venues=ONE)
    armed(desk)
    assert desk.book("alpha", "2@89.9 2@89.5 50@89 | 50@90.1") == ["alpha#1: sell 4 @ 89.5"]
    assert desk.flags == ["alarm"]


def test_gap_policy_cross_without_a_limit_is_held_by_the_collar() -> None:
    desk = Scenario(limit_stop("100", gap="cross"), sell="10", venues=ONE)
    armed(desk)
    assert desk.book("alpha", "2@89.9 50@80 | 50@90.1") == ["alpha#1: sell 2 @ 88.2"]


# -- when not to fire ------------------------------------------------------------------------------


def test_a_stale_book_fires_nothing() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=(Venue("alpha"), Venue("beta")))
    desk.book("alpha", AT)
    desk.book("beta", "50@105.9 | 50@106.1")
    assert desk.at(0) == []
    desk.goes_silent("alpha", "beta")
    assert desk.at(10) == []
    desk.book("beta", "50@105.9 | 50@106.1")
    assert desk.at(11) == []
    assert desk.why.startswith("armed: mid")


def test_a_broken_book_does_not_fire_what_only_it_says() -> None:
    desk = Scenario(limit_stop("100", venue="alpha"), sell="10", venues=ONE)
    armed(desk)
    desk.loses_a_message("alpha")
    desk.restarts()
    assert desk.why == "armed: no mid price of a LIVE book to trigger on"
    assert desk.book("alpha", AT) == ["alpha#1: rest sell 10 @ 100.1"]  # whole again


def test_the_named_venue_alone_decides() -> None:
    desk = Scenario(limit_stop("100", venue="beta"), sell="10")
    desk.book("alpha", CALM)
    desk.book("beta", CALM)
    assert desk.at(0) == []
    assert desk.book("alpha", BELOW) == []
    assert desk.book("beta", BELOW) != []


def test_a_spike_shorter_than_the_debounce_fires_nothing() -> None:
    desk = Scenario(limit_stop("100", debounce_ms=500), sell="10", venues=ONE)
    armed(desk)
    assert desk.book("alpha", AT) == []
    assert desk.why == "armed: mid 100 at trigger 100, fires if it stays for 500 ms"
    desk.at(0.4)
    desk.book("alpha", CALM)
    desk.at(0.45)
    assert desk.book("alpha", AT) == []  # the count begins anew
    assert desk.at(0.9) == []
    assert desk.at(0.95) == ["alpha#1: rest sell 10 @ 100.1"]


def test_a_restart_within_the_debounce_begins_the_count_anew() -> None:
    desk = Scenario(limit_stop("100", debounce_ms=500), sell="10", venues=ONE)
    armed(desk)
    desk.book("alpha", AT)
    desk.at(0.3)
    assert desk.restarts() == []
    assert desk.at(0.7) == []
    assert desk.at(0.8) == ["alpha#1: rest sell 10 @ 100.1"]


def test_both_sources_have_to_agree() -> None:
    how = limit_stop("100", venue="alpha", confirm="mid", confirm_venue="beta")
    desk = Scenario(how, sell="10")
    desk.book("alpha", CALM)
    desk.book("beta", CALM)
    assert desk.at(0) == []
    assert desk.book("alpha", AT) == []
    assert desk.why == "armed: mid at trigger 100, mid does not confirm it"
    assert desk.book("alpha", CALM) == []
    assert desk.book("beta", AT) == []  # the first has gone back meanwhile
    assert desk.book("alpha", AT) != []


def test_a_trailing_stop_follows_the_best_price_and_never_goes_back() -> None:
    desk = Scenario(limit_stop(trail="100"), sell="10", venues=ONE)
    armed(desk)  # 101: trigger 99.99
    desk.book("alpha", "50@103.9 | 50@104.1")  # trigger 102.96
    assert desk.why == "armed: mid 104 above trigger 102.96, trailing 100 bps"
    desk.book("alpha", "50@102.9 | 50@103.1")
    assert desk.book("alpha", "50@102.8 | 50@103") == ["alpha#1: rest sell 10 @ 103"]


def test_the_peak_of_a_trailing_stop_survives_a_restart() -> None:
    desk = Scenario(limit_stop(trail="100"), sell="10", venues=ONE)
    armed(desk)
    desk.book("alpha", "50@103.9 | 50@104.1")
    desk.book("alpha", "50@103.4 | 50@103.6")
    assert desk.restarts() == []
    assert desk.book("alpha", "50@102.8 | 50@103") == ["alpha#1: rest sell 10 @ 103"]


def test_fixed_and_trailing_together_the_nearer_one_counts() -> None:
    desk = Scenario(limit_stop("100", trail="500"), sell="10", venues=ONE)
    armed(desk)
    assert desk.why == "armed: mid 101 above trigger 100, trailing 500 bps"


# -- hostile venues --------------------------------------------------------------------------------


def test_a_refused_post_is_tried_again_and_never_left_out() -> None:
    desk = Scenario(limit_stop("100", cross_after_s=5), sell="10", venues=ONE)
    armed(desk)
    assert desk.book("alpha", AT) == ["alpha#1: rest sell 10 @ 100.1"]
    assert desk.rejects("alpha#1", "post-only would trade") == []
    assert desk.at(1) == ["alpha#2: rest sell 10 @ 100.1"]
    desk.rejects("alpha#2", "post-only would trade")
    desk.at(2)
    desk.rejects("alpha#3", "post-only would trade")
    desk.at(3)
    desk.rejects("alpha#4", "post-only would trade")
    desk.at(4)
    desk.rejects("alpha#5", "post-only would trade")
    assert desk.at(5) == ["alpha#6: sell 10 @ 99.5"]


def test_a_post_that_the_venue_cancels_on_its_own_is_posted_again() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    fired(desk)
    assert desk.cancels("alpha#1") == []
    assert desk.at(1) == ["alpha#2: rest sell 10 @ 100.1"]


def test_a_lost_answer_keeps_the_quantity_and_nothing_is_sent_twice() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    armed(desk)
    desk.book("alpha", AT)
    assert desk.answer_lost("alpha#1") == ["alpha#1: query"]
    assert desk.orders(desk.at(20)) == []
    assert desk.reserved == 10


def test_a_fill_that_comes_with_the_cancel_is_counted_before_it_crosses() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    fired(desk)
    desk.at(5)
    desk.fills("alpha#1", "9")
    assert desk.cancels("alpha#1") == ["alpha#2: sell 1 @ 99.5"]


def test_a_remainder_no_venue_takes_ends_it_with_an_alarm() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=(Venue("alpha", minimum="1"),))
    fired(desk)
    desk.at(5)
    desk.fills("alpha#1", "9.5")
    desk.cancels("alpha#1")
    assert (desk.state, desk.why) == ("expired", "0.5 left: below every venue's smallest order")
    assert desk.flags == ["alarm"]


def test_a_restart_after_the_trigger_goes_on_where_it_was() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    fired(desk)
    desk.at(2)
    assert desk.restarts() == ["alpha#1: query"]
    desk.reports("alpha#1", Standing.WORKING)
    assert desk.orders(desk.at(5)) == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: sell 10 @ 99.5"]


def test_cancelled_by_its_trader_it_withdraws_and_ends() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    fired(desk)
    assert desk.cancel() == ["alpha#1: cancel"]
    desk.cancels("alpha#1")
    assert (desk.state, desk.why) == ("cancelled", "cancelled by request")


def test_an_armed_stop_that_is_cancelled_ends_at_once_and_never_fires() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    armed(desk)
    assert desk.cancel() == []
    assert desk.state == "cancelled"
    assert desk.book("alpha", AT) == []


# -- what a trader says meanwhile ------------------------------------------------------------------


def test_paused_it_does_not_fire_and_resumed_beyond_its_trigger_it_fires_at_once() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    armed(desk)
    assert desk.pause() == []
    assert desk.book("alpha", AT) == []
    assert desk.resume() == ["alpha#1: rest sell 10 @ 100.1"]


def test_paused_after_it_fired_it_goes_on_crossing_when_resumed() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    fired(desk)
    assert desk.pause() == ["alpha#1: cancel"]
    desk.cancels("alpha#1")
    desk.at(9)
    assert desk.resume() == ["alpha#2: sell 10 @ 99.5"]


def test_an_amended_quantity_is_what_the_stop_sells() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    armed(desk)
    desk.amend(quantity="4")
    assert desk.book("alpha", AT) == ["alpha#1: rest sell 4 @ 100.1"]


def test_a_fill_told_after_the_cancel_is_awaited_because_the_venue_stated_it() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    fired(desk)
    desk.at(5)
    late = desk.venues.filled("alpha#1", "4")
    desk.cancels("alpha#1")
    assert desk.reserved >= 4  # stated, not told yet
    desk.hears(late)
    assert desk.filled == 4
    assert desk.parent.filled + desk.reserved == 10


def test_a_venue_that_falls_silent_after_the_trigger_parks_it_and_it_goes_on_when_it_is_back() -> (
    None
):
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    fired(desk)
    desk.goes_silent("alpha")
    desk.at(5)
    assert desk.cancels("alpha#1") == []
    assert desk.why.startswith("crossing within 99.5: alpha stale")
    assert "alpha#2: sell 10 @ 99.5" in [*desk.speaks_again("alpha"), *desk.at(6)]
