"""What does a trader expect of an entry with its exit: what has filled is protected, and no more?"""

from decimal import Decimal

from router.engine.inputs import AmendParent
from tests.scenarios.asked import EXIT
from tests.scenarios.kinds import limit_stop, rest, take, take_profit_or_stop, then, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing
from venues.model.instrument import FeeIn

ONE = (Venue("alpha"),)
CALM = "50@99.9 | 50@100.1"
LOW = "50@97.9 | 50@98.1"
OUT = then(take_profit_or_stop("103", limit_stop("98")))
ENTRY = twap(over_s=40, slices=4)


def entering(out: object = OUT, venues: tuple[Venue, ...] = ONE, buy: str = "8") -> Scenario:
    """Let the first slice be on its way."""
    desk = Scenario(ENTRY, buy=buy, limit="101", venues=venues, then=out)  # type: ignore[arg-type]
    desk.book("alpha", CALM)
    assert desk.at(0) == ["alpha#1: buy 2 @ 100.1"]
    return desk


def test_nothing_is_protected_before_something_has_filled() -> None:
    desk = entering()
    assert EXIT not in desk.desk.engine.core.state.parents


def test_what_fills_is_protected_in_the_same_step_and_grows_with_every_fill() -> None:
    desk = entering()
    assert desk.fills("alpha#1") == ["alpha#2: rest sell 2 @ 103"]
    desk.accepts("alpha#2")
    assert desk.exit_why == (
        "take_profit: resting 2 at 103 on alpha; stop: armed: mid 100 above trigger 98"
    )
    assert desk.orders(desk.at(10)) == ["alpha#3: buy 2 @ 100.1"]
    assert desk.fills("alpha#3") == ["alpha#4: rest sell 2 @ 103"]
    assert desk.exit.spec.quantity == 4
    assert "parent_grew" in desk.records()


def test_the_exit_is_done_when_the_entry_is_and_all_of_it_is_out() -> None:
    desk = entering()
    names = []
    for second in (0, 10, 20, 30):
        if second:
            desk.at(second)
        names += [said.split(":")[0] for said in desk.fills(f"alpha#{2 * second // 10 + 1}")]
    assert (desk.state, desk.exit.state.value) == ("done", "active")
    for name in names:
        desk.fills(name)
    assert (desk.exit.state.value, desk.exit.reason, desk.exit.filled) == ("done", "filled", 8)


def test_a_profit_taken_while_the_entry_goes_on_waits_for_more() -> None:
    desk = entering()
    desk.fills("alpha#1")
    desk.fills("alpha#2")
    assert desk.exit.state.value == "active"
    assert desk.exit_why == "filled, waiting for more of its entry"
    assert desk.orders(desk.at(10)) == ["alpha#3: buy 2 @ 100.1"]
    assert desk.fills("alpha#3") == ["alpha#4: rest sell 2 @ 103"]


def test_an_entry_cancelled_half_way_leaves_exactly_what_it_filled_protected() -> None:
    desk = entering()
    desk.fills("alpha#1", "1.5")
    assert desk.cancel() == ["alpha#1: cancel"]
    desk.cancels("alpha#1")
    assert desk.state == "cancelled"
    assert (desk.exit.spec.quantity, desk.exit.state.value) == (desk.filled, "active")
    assert desk.book("alpha", LOW) == ["alpha#2: cancel"]
    assert desk.cancels("alpha#2")[0].endswith("sell 1.5 @ 98.1")


def test_when_the_stop_fires_the_entry_buys_no_more() -> None:
    desk = entering()
    desk.fills("alpha#1")
    desk.accepts("alpha#2")
    desk.at(5)
    assert desk.book("alpha", LOW) == ["alpha#2: cancel"]
    assert (desk.state, desk.why) == ("cancelled", "its exit fired: mid 98 at trigger 98")
    assert desk.cancels("alpha#2") == ["alpha#3: rest sell 2 @ 98.1"]
    desk.fills("alpha#3")
    assert desk.exit.state.value == "done"


def test_a_child_that_the_firing_stop_takes_back_in_the_same_step_never_leaves() -> None:
    entry = twap(over_s=40, slices=4, passive="0.5")
    desk = Scenario(entry, buy="8", limit="101", venues=ONE, then=then(limit_stop("98")))
    desk.book("alpha", CALM)
    assert desk.at(0) == ["alpha#1: rest buy 2 @ 99.9"]
    desk.accepts("alpha#1")
    assert desk.at(5) == ["alpha#1: cancel"]
    desk.book("alpha", LOW)
    # The slice would cross what is left of it now, but what filled has to go out at once.
    ends = desk.venues.filled("alpha#1", "1"), desk.venues.canceled("alpha#1")
    assert desk.hears(*ends) == ["alpha#2: rest sell 1 @ 98.1"]
    assert (desk.state, desk.why) == ("cancelled", "its exit fired: mid 98 at trigger 98")


def test_a_slice_that_fills_while_the_stop_is_firing_goes_out_with_it() -> None:
    desk = entering()
    desk.fills("alpha#1")
    desk.accepts("alpha#2")
    assert desk.orders(desk.at(10)) == ["alpha#3: buy 2 @ 100.1"]
    assert set(desk.book("alpha", LOW)) == {"alpha#2: cancel", "alpha#3: cancel"}
    assert desk.state == "cancelling"
    desk.fills("alpha#3")
    assert desk.exit.spec.quantity == 4
    assert desk.cancels("alpha#2") == ["alpha#4: rest sell 4 @ 98.1"]


def test_the_exit_is_sized_by_fills_and_never_by_what_the_entry_wants() -> None:
    desk = Scenario(rest(), buy="10", venues=ONE, then=OUT)
    desk.book("alpha", CALM)
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.fills("alpha#1", "0.3") == ["alpha#2: rest sell 0.3 @ 103"]
    assert desk.exit.spec.quantity == desk.filled


def test_what_is_below_the_minimum_waits_for_more() -> None:
    desk = Scenario(rest(), buy="10", venues=(Venue("alpha", minimum="1"),), then=OUT)
    desk.book("alpha", CALM)
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.fills("alpha#1", "0.4") == []
    assert desk.exit_why == "waiting for more: 1 is the smallest order any venue takes"
    assert desk.fills("alpha#1", "0.7") == ["alpha#2: rest sell 1.1 @ 103"]


def test_what_stays_below_the_minimum_is_told_when_nothing_more_will_come() -> None:
    desk = Scenario(rest(), buy="10", venues=(Venue("alpha", minimum="1"),), then=OUT)
    desk.book("alpha", CALM)
    desk.at(0)
    desk.accepts("alpha#1")
    desk.fills("alpha#1", "0.4")
    desk.cancel()
    desk.cancels("alpha#1")
    assert (desk.exit.state.value, desk.exit.reason) == (
        "expired",
        "0.4 filled is below the smallest order, 1",
    )
    assert desk.flags == ["alarm"]


def test_a_remainder_of_the_exit_below_the_minimum_waits_for_the_entry_and_then_says_so() -> None:
    desk = entering(venues=(Venue("alpha", minimum="1"),))
    desk.fills("alpha#1")
    desk.fills("alpha#2", "1.5")
    desk.cancels("alpha#2")
    assert desk.exit.state.value == "active"
    desk.cancel()
    assert (desk.exit.state.value, desk.exit.reason) == (
        "expired",
        "0.5 left: below every venue's smallest order",
    )
    assert desk.flags == ["alarm"]


def test_an_exit_sells_at_each_venue_no_more_than_is_held_there() -> None:
    desk = Scenario(take(), buy="5", limit="101", venues=(Venue("alpha"), Venue("beta")), then=OUT)
    desk.book("alpha", "50@99.9 | 3@100.1")
    desk.book("beta", "50@99.9 | 2@100.1")
    assert desk.at(0) == ["alpha#1: buy 3 @ 100.1", "beta#2: buy 2 @ 100.1"]
    assert desk.fills("alpha#1") == ["alpha#3: rest sell 3 @ 103"]
    desk.accepts("alpha#3")
    desk.at(1.5)
    assert desk.fills("beta#2") == ["beta#4: rest sell 2 @ 103"]
    desk.accepts("beta#4")
    assert set(desk.book("alpha", LOW) + desk.book("beta", LOW)) == {
        "alpha#3: cancel",
        "beta#4: cancel",
    }
    assert desk.cancels("alpha#3") == []
    assert desk.cancels("beta#4") == ["alpha#5: rest sell 3 @ 98.1"]
    desk.accepts("alpha#5")
    assert desk.orders(desk.at(3)) == ["beta#6: rest sell 2 @ 98.1"]


def test_what_a_fee_took_from_what_was_bought_is_not_sold() -> None:
    venues = (Venue("alpha", lot="0.001", taker="0.001", fee_in=FeeIn.RECEIVED),)
    desk = entering(venues=venues)
    said = desk.hears(desk.venues.filled("alpha#1", "2", fee="0.002", fee_currency="BTC"))
    assert said == ["alpha#2: rest sell 1.998 @ 103"]


def test_a_short_entry_is_bought_back() -> None:
    out = then(take_profit_or_stop("97", limit_stop("102")))
    desk = Scenario(ENTRY, sell="8", limit="99", venues=ONE, then=out)
    desk.book("alpha", CALM)
    assert desk.at(0) == ["alpha#1: sell 2 @ 99.9"]
    assert desk.fills("alpha#1") == ["alpha#2: rest buy 2 @ 97"]
    desk.accepts("alpha#2")
    assert desk.book("alpha", "50@101.9 | 50@102.1") == ["alpha#2: cancel"]
    assert desk.cancels("alpha#2") == ["alpha#3: rest buy 2 @ 101.9"]


# -- hostile venues, crashes and traders -----------------------------------------------------------


def test_a_fill_that_nobody_told_us_of_is_protected_at_once_after_a_restart() -> None:
    desk = entering()
    desk.venues.filled("alpha#1", "2")  # it trades while we are down
    desk.restarts()
    assert EXIT not in desk.desk.engine.core.state.parents
    assert desk.reports("alpha#1", Standing.FILLED) == ["alpha#2: rest sell 2 @ 103"]


def test_a_restart_re_arms_what_was_armed_and_sends_nothing_twice() -> None:
    desk = entering()
    desk.fills("alpha#1")
    desk.accepts("alpha#2")
    assert [said for said in desk.restarts() if "sell" in said] == []
    desk.reports("alpha#2", Standing.WORKING)
    assert desk.book("alpha", LOW) == ["alpha#2: cancel"]


def test_a_lost_answer_of_the_entry_is_not_protected_before_it_is_known() -> None:
    desk = entering()
    assert desk.answer_lost("alpha#1") == ["alpha#1: query"]
    assert EXIT not in desk.desk.engine.core.state.parents
    desk.venues.filled("alpha#1", "1.2")
    said = desk.reports("alpha#1", Standing.EXPIRED)
    assert said == ["alpha#2: rest sell 1.2 @ 103"]


def test_a_fill_that_comes_after_the_cancel_of_the_entry_is_protected_too() -> None:
    desk = entering()
    late = desk.venues.filled("alpha#1", "2")
    desk.cancel()
    desk.cancels("alpha#1")
    assert desk.state == "cancelling"  # the venue stated 2, told none yet
    assert desk.hears(late) == ["alpha#2: rest sell 2 @ 103"]
    assert desk.state == "cancelled"


def test_a_fill_that_comes_after_the_exit_has_ended_raises_an_alarm() -> None:
    desk = entering(buy="8")
    desk.fills("alpha#1", "1")
    desk.cancel("parent/exit")
    desk.cancels("alpha#2")
    assert desk.exit.state.value == "cancelled"
    assert desk.flags == ["alarm"]  # what is held is not protected any more
    desk.fills("alpha#1", "1")
    assert desk.flags == ["alarm", "alarm"]


def test_an_exit_that_cannot_begin_stops_its_entry() -> None:
    out = then(rest(), limit="103")
    desk = entering(out)
    desk.fills("alpha#1")
    assert desk.exit.state.value == "active"
    desk.halt("enough")
    desk.cancels("alpha#2")
    assert (desk.state, desk.exit.state.value) == ("cancelled", "cancelled")
    assert desk.flags == ["alarm"]


def test_when_the_tape_ends_both_end() -> None:
    desk = entering()
    desk.fills("alpha#1")
    desk.accepts("alpha#2")
    assert desk.tape_ends() == ["alpha#2: cancel"]
    desk.cancels("alpha#2")
    assert (desk.state, desk.exit.state.value) == ("expired", "expired")


def test_a_stop_alone_protects_as_well() -> None:
    desk = entering(then(limit_stop(trail="200")))
    assert desk.fills("alpha#1") == []
    assert desk.exit_why == "armed: mid 100 above trigger 98, trailing 200 bps"
    assert desk.at(10) == ["alpha#2: buy 2 @ 100.1"]
    desk.fills("alpha#2")
    assert desk.book("alpha", LOW) == ["alpha#3: rest sell 4 @ 98.1"]


# -- what a trader says meanwhile ------------------------------------------------------------------


def test_a_paused_entry_stays_protected() -> None:
    desk = entering()
    desk.fills("alpha#1")
    desk.accepts("alpha#2")
    desk.pause()
    assert desk.exit.state.value == "active"
    assert desk.book("alpha", LOW) == ["alpha#2: cancel"]
    assert desk.state == "cancelled"


def test_an_entry_amended_down_to_what_it_has_ends_and_its_exit_with_it() -> None:
    desk = entering()
    desk.fills("alpha#1")
    desk.accepts("alpha#2")
    desk.amend(quantity="2")
    assert desk.state == "done"
    desk.fills("alpha#2")
    assert (desk.exit.state.value, desk.exit.filled) == ("done", 2)


def test_an_exit_is_not_amended_for_it_is_as_large_as_what_was_filled() -> None:
    desk = entering()
    desk.fills("alpha#1")
    asked = AmendParent(parent_id=EXIT, quantity=Decimal(1))
    desk._put(asked)
    assert desk.exit.spec.quantity == 2
    assert desk.flags == ["amend_refused"]


# -- what venues do to the exit --------------------------------------------------------------------


def test_a_refused_exit_is_posted_again_and_the_stop_stays_armed_meanwhile() -> None:
    desk = entering()
    desk.fills("alpha#1")
    assert desk.rejects("alpha#2", "post-only would trade") == []
    assert desk.at(1) == ["alpha#3: rest sell 2 @ 103"]
    desk.rejects("alpha#3", "post-only would trade")
    assert desk.book("alpha", LOW) == ["alpha#4: rest sell 2 @ 98.1"]


def test_an_exit_that_its_venue_cancels_on_its_own_is_posted_again() -> None:
    desk = entering()
    desk.fills("alpha#1")
    desk.accepts("alpha#2")
    desk.at(5)
    assert desk.cancels("alpha#2") == ["alpha#3: rest sell 2 @ 103"]


def test_an_exit_in_doubt_keeps_what_is_held_and_the_next_slice_is_protected_beside_it() -> None:
    desk = entering()
    desk.fills("alpha#1")
    assert desk.answer_lost("alpha#2") == ["alpha#2: query"]
    assert [said for said in desk.at(10) if "buy" in said] == ["alpha#3: buy 2 @ 100.1"]
    assert desk.fills("alpha#3") == ["alpha#4: rest sell 2 @ 103"]
    assert desk.exit.reserved == 4


def test_a_fill_that_comes_while_every_book_is_stale_is_protected_when_one_is_back() -> None:
    desk = entering()
    desk.goes_silent("alpha")
    desk.at(4)
    assert desk.fills("alpha#1") == []
    assert desk.exit_why == "waiting for LIVE books"
    assert desk.speaks_again("alpha") == ["alpha#2: rest sell 2 @ 103"]


def test_a_gap_through_the_stop_of_an_exit_is_told_and_goes_no_further_than_its_slip() -> None:
    desk = entering(then(limit_stop("98")))
    desk.fills("alpha#1")
    assert desk.book("alpha", "50@89.9 | 50@90.1") == []
    assert desk.flags == ["alarm"]
    assert (desk.state, desk.why) == ("cancelled", "its exit fired: mid 90 at trigger 98")
    assert desk.at(10) == ["alpha#2: rest sell 2 @ 97.6"]  # 98 less 50 bps, rounded up


def test_a_venue_that_answers_no_cancel_keeps_the_exit_waiting_with_an_alarm() -> None:
    desk = entering()
    desk.fills("alpha#1")
    desk.accepts("alpha#2")
    desk.book("alpha", LOW)
    assert [said for said in desk.at(3) if "sell" in said] == []
    assert desk.flags == ["alarm"]
    assert desk.cancels("alpha#2") == ["alpha#3: rest sell 2 @ 98.1"]
