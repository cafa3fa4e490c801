"""What does a trader expect of the stop that stands at the venues while ours watches from here?"""

from collections.abc import Sequence
from decimal import Decimal

from tests.scenarios.kinds import limit_stop, rest, take, then
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing

ONE = (Venue("alpha", stop_orders=True),)
BOTH = (Venue("alpha", stop_orders=True), Venue("beta", stop_orders=True))
MIXED = (Venue("alpha", stop_orders=True), Venue("beta"))
CALM = "50@100.9 | 50@101.1"  # mid 101
AT = "50@99.9 | 50@100.1"  # mid 100, where ours fires
FALLEN = "50@88.9 | 50@89.2"
STANDS = "alpha#1: sell 10 @ 89.1, stop at 90"
FIRST = "alpha#2: rest sell 10 @ 100.1"


def guarded(sell: str = "10", *, fires: str = "100", **more: object) -> Scenario:
    """Arm a stop at 100, with another at 90 that the venue holds, 100 bps wide."""
    desk = Scenario(
        limit_stop(fires, catastrophe="90", **more),  # type: ignore[arg-type]  # as asked
        sell=sell,
        venues=ONE,
    )
    desk.book("alpha", CALM)
    assert desk.at(0) == [STANDS]
    desk.accepts("alpha#1")
    return desk


def growing(venues: Sequence[Venue] = ONE) -> Scenario:
    """Buy 10 as they come; what has come is guarded by a stop at 95, and at 90 by the venue."""
    exit_ = then(limit_stop("95", catastrophe="90"))
    desk = Scenario(rest(), buy="10", limit="100", venues=venues, then=exit_)
    desk.book("alpha", "50@100 | 50@100.2")
    desk.at(0)
    desk.accepts("alpha#1")
    return desk


# -- while it is armed -------------------------------------------------------------------------------


def test_the_venue_holds_a_wide_stop_limit_while_ours_is_armed_and_it_has_the_quantity_reserved() -> (
    None
):
    desk = guarded()
    assert desk.orders(desk.at(60)) == []
    assert (desk.state, desk.reserved) == ("active", 10)
    assert desk.why == "armed: mid 101 above trigger 100"


def test_it_is_never_a_market_order_the_slip_bounds_it() -> None:
    desk = guarded()
    submit = desk.venues.orders["alpha#1"].submit
    assert submit.trigger is not None
    assert (submit.price, submit.trigger.price) == (Decimal("89.1"), Decimal(90))
    assert not submit.post_only  # a post-only stop is cancelled in the gap it was for


def test_our_own_dormant_stop_is_no_depth_and_stands_in_nobodys_way() -> None:
    desk = guarded()
    assert desk.desk.engine.core.own.get(0, {}) == {}
    desk.wakes("alpha#1")
    assert desk.desk.engine.core.own[0]


def test_a_venue_that_cancels_it_on_its_own_gets_another_one() -> None:
    desk = guarded()
    desk.at(10)
    assert desk.cancels("alpha#1") == ["alpha#2: sell 10 @ 89.1, stop at 90"]
    assert desk.reserved == 10


def test_a_venue_that_refuses_it_is_asked_again_but_not_in_a_storm_and_somebody_is_told() -> None:
    desk = Scenario(limit_stop("100", catastrophe="90"), sell="10", venues=ONE)
    desk.book("alpha", CALM)
    desk.at(0)
    asked, said = 1, desk.rejects("alpha#1", "too many stops")
    for tenth in range(1, 600):
        said = said + desk.at(tenth / 10)
        for word in said:
            asked += 1
            said = desk.rejects(word.partition(":")[0], "too many stops")
    assert 5 < asked < 12
    assert desk.alarms == [
        "10 has no stop at a venue, only from here: alpha rejected: too many stops"
    ]
    assert desk.state == "active"


def test_what_stands_at_a_venue_without_stops_is_told_once_and_the_rest_is_guarded() -> None:
    desk = Scenario(take(), buy="10", venues=MIXED, then=then(limit_stop("95", catastrophe="90")))
    desk.book("alpha", "50@100 | 6@100.1")
    desk.book("beta", "50@100 | 50@100.2")
    assert desk.at(0) == ["alpha#1: buy 6 @ 100.2", "beta#2: buy 4 @ 100.2"]
    assert desk.fills("alpha#1") == ["alpha#3: sell 6 @ 89.1, stop at 90"]
    assert desk.fills("beta#2") == []
    desk.accepts("alpha#3")
    desk.at(30)
    assert desk.alarms == [
        "4 has no stop at a venue, only from here: beta holds no stop orders; alpha nothing held there"
    ]


def test_answer_lost_on_it_nothing_is_sent_twice_and_the_venue_is_asked() -> None:
    desk = Scenario(limit_stop("100", catastrophe="90"), sell="10", venues=ONE)
    desk.book("alpha", CALM)
    desk.at(0)
    assert desk.answer_lost("alpha#1") == ["alpha#1: query"]
    assert desk.orders(desk.at(20)) == []
    assert desk.reports("alpha#1", Standing.DORMANT) == []
    assert (desk.reserved, desk.alarms) == (10, [])


def test_a_crash_with_it_standing_finds_it_again_and_places_no_other() -> None:
    desk = guarded()
    desk.is_down_until(30)
    desk.book("alpha", CALM)
    assert desk.restarts() == ["alpha#1: query"]
    assert desk.reports("alpha#1", Standing.DORMANT) == []
    assert (desk.reserved, desk.why) == (10, "armed: mid 101 above trigger 100")


def test_a_crash_through_which_the_market_fell_finds_the_fills_of_the_venues_stop() -> None:
    desk = guarded()
    desk.venues.activated("alpha#1")
    desk.venues.filled("alpha#1", price="89.5")
    desk.is_down_until(30)
    desk.book("alpha", "50@89.4 | 50@89.6")
    desk.restarts()
    desk.reports("alpha#1", Standing.FILLED)
    assert (desk.state, desk.filled) == ("done", 10)


def test_a_pause_takes_it_back_and_a_resumption_places_it_again() -> None:
    desk = guarded()
    desk.at(5)
    assert desk.pause() == ["alpha#1: cancel"]
    desk.cancels("alpha#1")
    desk.at(10)
    assert desk.resume() == ["alpha#2: sell 10 @ 89.1, stop at 90"]


def test_a_cancelled_parent_takes_it_along() -> None:
    desk = guarded()
    assert desk.cancel() == ["alpha#1: cancel"]
    assert desk.state == "cancelling"
    desk.cancels("alpha#1")
    assert desk.state == "cancelled"


def test_a_smaller_total_takes_back_what_is_too_much_and_places_what_is_left() -> None:
    desk = guarded()
    desk.at(5)
    assert desk.amend(quantity="6") == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: sell 6 @ 89.1, stop at 90"]


def test_a_larger_total_gets_a_second_stop_beside_the_first() -> None:
    desk = guarded()
    desk.at(5)
    assert desk.amend(quantity="14") == ["alpha#2: sell 4 @ 89.1, stop at 90"]
    assert desk.reserved == 14


# -- as ours fires -------------------------------------------------------------------------------------


def test_our_trigger_takes_it_back_first_and_trades_once_that_is_answered() -> None:
    desk = guarded()
    assert desk.book("alpha", AT) == ["alpha#1: cancel"]
    assert desk.why == (
        "triggered at 100: awaiting the end of its stops at the venues: 10 at alpha"
    )
    assert desk.cancels("alpha#1") == [FIRST]
    desk.accepts("alpha#2")
    assert (desk.reserved, desk.alarms) == (10, [])


def test_what_it_fills_before_the_cancel_gets_there_counts() -> None:
    desk = guarded()
    desk.book("alpha", AT)
    desk.wakes("alpha#1")
    desk.fills("alpha#1", "4", price="89.9")
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 6 @ 100.1"]
    assert desk.filled == 4


def test_a_cancel_that_is_not_answered_raises_an_alarm_and_still_nothing_is_sold_twice() -> None:
    desk = guarded()
    desk.book("alpha", AT)
    assert desk.at(1) == []
    assert desk.alarms == [
        "fired 1000 ms ago and still awaits the end of its stops at the venues: 10 at alpha"
    ]
    assert desk.at(4) == []
    assert desk.cancels("alpha#1") == [FIRST]


def test_a_cancel_whose_answer_was_lost_is_asked_about_and_sent_again() -> None:
    desk = guarded()
    desk.book("alpha", AT)
    assert "alpha#1: query" in desk.answer_lost("alpha#1")
    said = desk.reports("alpha#1", Standing.DORMANT) + desk.at(2)
    assert "alpha#1: cancel" in said
    assert desk.cancels("alpha#1") == [FIRST]


def test_what_one_venue_has_given_back_trades_while_another_keeps_silent() -> None:
    desk = Scenario(take(), buy="10", venues=BOTH, then=then(limit_stop("95", catastrophe="90")))
    desk.book("alpha", "50@100 | 6@100.1")
    desk.book("beta", "50@100 | 50@100.2")
    desk.at(0)
    assert desk.fills("alpha#1") == ["alpha#3: sell 6 @ 89.1, stop at 90"]
    desk.fills("beta#2")
    assert desk.at(2) == ["beta#4: sell 4 @ 89.1, stop at 90"]
    desk.accepts("alpha#3", "beta#4")
    desk.book("alpha", "50@94.8 | 50@95")
    assert desk.book("beta", "50@94.8 | 50@95") == ["alpha#3: cancel", "beta#4: cancel"]
    assert desk.cancels("alpha#3") == []  # the other one may answer at any moment
    assert desk.at(4) == ["alpha#5: rest sell 6 @ 95"]
    assert len(desk.alarms) == 1
    desk.accepts("alpha#5")
    said = desk.cancels("beta#4") + desk.at(5.5)
    assert "beta#6: rest sell 4 @ 95" in said


# -- as the venue's fires -----------------------------------------------------------------------------


def test_a_stop_that_wakes_at_its_venue_fires_ours_and_is_left_to_work_there() -> None:
    desk = guarded(source="last")
    desk.book("alpha", FALLEN)
    assert desk.wakes("alpha#1") == []
    assert desk.alarms == ["the catastrophe stop at 90 has woken at its venue: 10 at alpha"]
    desk.fills("alpha#1", "7", price="89.5")
    assert desk.orders(desk.at(60)) == []  # what is left rests at the widest limit there is
    assert desk.why == "what is left stands at the venues: 3 at alpha"
    desk.fills("alpha#1", "3")
    assert (desk.state, desk.filled) == ("done", 10)


def test_what_a_venue_takes_out_as_it_wakes_goes_through_our_own_ladder() -> None:
    desk = guarded(source="last")
    desk.book("alpha", FALLEN)
    desk.wakes("alpha#1")
    desk.fills("alpha#1", "7", price="89.8")
    assert desk.cancels("alpha#1") == []
    assert desk.why == "crossing within 89.55: no depth within the limit"
    desk.book("alpha", "50@89.8 | 50@90")
    assert desk.orders(desk.at(1)) == ["alpha#2: sell 3 @ 89.6"]


def test_an_exit_that_wakes_at_its_venue_holds_its_entry_back() -> None:
    desk = growing()
    assert desk.fills("alpha#1", "4") == ["alpha#2: sell 4 @ 89.1, stop at 90"]
    desk.accepts("alpha#2")
    assert "alpha#1: cancel" in desk.wakes("alpha#2")


def test_a_price_that_is_there_as_it_is_to_be_placed_has_ours_fire_instead() -> None:
    desk = Scenario(limit_stop(trail="300", catastrophe="101.2"), sell="10", venues=ONE)
    desk.market.books.print_(0, 1010, 5)  # the venue's last price is 101
    desk.book("alpha", CALM)
    assert desk.at(0) == ["alpha#1: rest sell 10 @ 101.1"]


# -- as its entry fills -------------------------------------------------------------------------------


def test_it_grows_with_the_fills_of_its_entry_and_many_small_stops_become_one() -> None:
    desk = growing()
    said: list[str] = []
    for second in range(4):
        said += desk.fills("alpha#1", "1") + desk.at(2 * second + 2)
        desk.accepts(f"alpha#{second + 2}")
    assert said == [f"alpha#{n}: sell 1 @ 89.1, stop at 90" for n in (2, 3, 4, 5)]
    merged = desk.fills("alpha#1", "1") + desk.at(9)
    assert desk.orders(merged) == [f"alpha#{n}: cancel" for n in (2, 3, 4, 5)]
    desk.cancels("alpha#2")
    desk.cancels("alpha#3")
    desk.cancels("alpha#4")
    said = desk.cancels("alpha#5") + desk.at(10)
    assert said == ["alpha#6: sell 5 @ 89.1, stop at 90"]


def test_a_growth_below_the_venues_minimum_waits_for_more_without_an_alarm() -> None:
    venue = (Venue("alpha", stop_orders=True, minimum="2"),)
    desk = growing(venue)
    assert desk.fills("alpha#1", "2") == ["alpha#2: sell 2 @ 89.1, stop at 90"]
    desk.accepts("alpha#2")
    assert desk.orders(desk.fills("alpha#1", "1") + desk.at(20)) == []
    assert desk.fills("alpha#1", "1") == ["alpha#3: sell 2 @ 89.1, stop at 90"]
    assert desk.alarms == []
