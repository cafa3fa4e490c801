"""What does a trader expect of a TWAP with clips, caps, a would-price, and its own idea of the end?"""

import pytest

from tests.scenarios.kinds import twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.books.twin import TwinBooks

ONE = (Venue("alpha"),)
BOOK = "50@99.9 | 50@100.1"


def sizes_at(desk: Scenario, *seconds: float) -> list[str]:
    """Return the sizes of what is sent at these seconds, each filled at once."""
    sizes = []
    for second in seconds:
        said = desk.at(second)
        sizes += [what.split()[2] for what in said]
        desk.fills_all(said)
    return sizes


def prints(desk: Scenario, venue: str, lots: int) -> None:
    """Let others trade at a venue."""
    assert isinstance(desk.market.books, TwinBooks)
    desk.market.books.print_(desk.market.place(venue), 1000, lots)


# -- catch-up --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "sizes"),
    [
        ("none", ["10", "10", "10"]),
        ("capped", ["20", "10", "10"]),
        ("spread", ["13.4", "13.3", "13.3"]),
    ],
)
def test_a_missed_slice_is_caught_up_as_asked(mode: str, sizes: list[str]) -> None:
    how = twap(over_s=40, slices=4, mode=mode, leftover="cancel")
    desk = Scenario(how, buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    assert desk.at(0) == ["alpha#1: buy 10 @ 100"]
    desk.rejects("alpha#1")
    assert sizes_at(desk, 10, 20, 30) == sizes
    desk.at(40)
    assert desk.state == ("expired" if mode == "none" else "done")


# -- passive slices --------------------------------------------------------------------------------


def test_a_resting_slice_follows_the_touch_and_awaits_the_cancel_before_it_posts_again() -> None:
    desk = Scenario(twap(over_s=40, slices=2, passive="0.8"), buy="40", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    assert desk.at(0) == ["alpha#1: rest buy 20 @ 99.9"]
    desk.accepts("alpha#1")
    desk.at(3)
    assert desk.book("alpha", "50@100 | 50@100.2") == ["alpha#1: cancel"]
    desk.fills("alpha#1", "5")
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 15 @ 100"]
    desk.accepts("alpha#2")
    assert desk.orders(desk.at(16)) == ["alpha#2: cancel"]
    assert desk.cancels("alpha#2") == ["alpha#3: buy 15 @ 100.2"]


def test_a_resting_slice_is_re_pegged_no_more_often_than_asked() -> None:
    how = twap(over_s=40, slices=2, passive="0.8", repeg_max=1)
    desk = Scenario(how, buy="40", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    desk.at(0)
    desk.accepts("alpha#1")
    desk.at(3)
    desk.book("alpha", "50@100 | 50@100.2")
    desk.cancels("alpha#1")
    desk.accepts("alpha#2")
    desk.at(6)
    assert desk.book("alpha", "50@100.1 | 50@100.3") == []


def test_a_slice_that_its_venue_refuses_to_rest_is_posted_again_a_second_later() -> None:
    desk = Scenario(twap(over_s=40, slices=2, passive="0.8"), buy="40", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    desk.at(0)
    assert desk.rejects("alpha#1", "post-only would trade") == []
    assert desk.at(0.9) == []
    assert desk.at(1) == ["alpha#2: rest buy 20 @ 99.9"]


def test_passive_only_never_takes_not_even_at_the_end() -> None:
    how = twap(over_s=20, slices=2)
    desk = Scenario(how, buy="20", limit="101", venues=ONE, passive_only=True)
    desk.book("alpha", BOOK)
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 99.9"]
    desk.accepts("alpha#1")
    assert desk.orders(desk.at(10)) == ["alpha#2: rest buy 10 @ 99.9"]  # the first keeps its place
    desk.accepts("alpha#2")
    desk.fills("alpha#1")
    assert desk.orders(desk.at(20)) == ["alpha#2: cancel"]
    desk.cancels("alpha#2")
    assert (desk.state, desk.why) == ("expired", "10 left: horizon over")
    assert all(order.submit.post_only for order in desk.venues.orders.values())


def test_risk_itself_refuses_a_taking_order_of_a_passive_only_parent() -> None:
    from tests.scenarios.kinds import take

    desk = Scenario(take(), buy="20", limit="101", venues=ONE, passive_only=True)
    desk.book("alpha", BOOK)
    assert desk.at(0) == []
    assert "passive_only" in desk.flags


# -- clips -----------------------------------------------------------------------------------------


def test_no_order_is_larger_than_clip_max_not_even_to_catch_up() -> None:
    how = twap(over_s=40, slices=4)
    desk = Scenario(how, buy="40", limit="101", venues=ONE, clip_max="12")
    desk.book("alpha", "500@100")
    desk.at(0)
    desk.rejects("alpha#1")
    assert sizes_at(desk, 10, 20, 30) == ["12", "12", "12"]
    assert sizes_at(desk, 40) == ["4"]
    assert desk.state == "done"


def test_slices_are_merged_up_to_clip_min() -> None:
    how = twap(over_s=40, slices=40)
    desk = Scenario(how, buy="40", limit="101", venues=ONE, clip_min="10")
    desk.book("alpha", "500@100")
    assert desk.at(0) == ["alpha#1: buy 10 @ 100"]
    assert "4 slices instead of 40" in desk.why


def test_a_fill_that_leaves_less_than_clip_min_is_carried_and_the_last_may_be_smaller() -> None:
    how = twap(over_s=40, slices=4)
    desk = Scenario(how, buy="40", limit="101", venues=ONE, clip_min="10")
    desk.book("alpha", "500@100")
    desk.at(0)
    desk.expires("alpha#1", "7")
    assert sizes_at(desk, 10, 20) == ["13", "10"]
    assert desk.at(30) == ["alpha#4: buy 10 @ 101"]
    desk.expires("alpha#4", "8")
    assert desk.at(40) == ["alpha#5: buy 2 @ 101"]


def test_a_clip_max_that_cannot_reach_the_quantity_is_refused_at_the_start() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE, clip_max="5")
    desk.book("alpha", "500@100")
    assert desk.at(0) == []
    assert (desk.state, desk.why) == (
        "failed",
        "clip_max 5 allows 20 in 4 slices: more slices or a larger clip_max are needed",
    )


# -- participation ---------------------------------------------------------------------------------


def test_participation_holds_the_schedule_back_until_others_have_traded() -> None:
    how = twap(over_s=40, slices=4)
    desk = Scenario(how, buy="40", limit="101", venues=ONE, max_participation="0.2")
    desk.book("alpha", "500@100")
    assert desk.at(0) == []
    assert desk.why == "waiting: at most 0.2 of what is traded is ours"
    desk.at(4)
    prints(desk, "alpha", 120)  # 12 units: 3 may be ours
    assert desk.at(5) == ["alpha#1: buy 3 @ 100"]
    desk.fills("alpha#1")
    assert desk.at(9) == []
    prints(desk, "alpha", 2000)
    assert desk.at(10) == ["alpha#2: buy 17 @ 100"]


def test_participation_goes_before_completion() -> None:
    how = twap(over_s=20, slices=2)
    desk = Scenario(how, buy="40", limit="101", venues=ONE, max_participation="0.5")
    desk.book("alpha", "500@100")
    desk.at(5)
    prints(desk, "alpha", 100)
    desk.fills_all(desk.at(10))
    desk.at(60)
    assert (desk.filled, desk.state) == (10, "expired")
    assert desk.why == "30 left: at most 0.5 of what is traded is ours"


def test_volume_before_the_start_does_not_count() -> None:
    how = twap(over_s=40, slices=4)
    desk = Scenario(how, buy="40", limit="101", venues=ONE, max_participation="0.2", start_s=5)
    desk.book("alpha", "500@100")
    desk.at(0)
    prints(desk, "alpha", 1000)
    assert desk.at(6) == []


# -- the would-price -------------------------------------------------------------------------------


def test_at_the_would_price_all_that_is_there_is_taken_at_once() -> None:
    how = twap(over_s=40, slices=4)
    desk = Scenario(how, buy="40", limit="101", venues=ONE, would_price="99.5")
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    desk.at(3)
    assert desk.book("alpha", "17@99.4 4@99.5 50@99.6") == ["alpha#2: buy 21 @ 99.5"]
    desk.fills("alpha#2")
    desk.book("alpha", "500@100")
    assert desk.at(10) == []  # ahead of the schedule
    assert desk.at(20) == []
    desk.fills_all(desk.at(30))
    assert (desk.filled, desk.state) == (40, "done")


def test_the_would_price_is_seen_at_whichever_venue_shows_it() -> None:
    how = twap(over_s=40, slices=4)
    desk = Scenario(how, sell="40", limit="99", would_price="100.5")
    desk.book("alpha", "500@100")
    desk.book("beta", "500@99.9")
    desk.fills_all(desk.at(0))
    desk.at(3)
    desk.book("alpha", "500@100.3")
    desk.book("beta", "500@100.2")
    assert desk.book("beta", "30@100.5") == ["beta#2: sell 30 @ 100.5"]


def test_what_rests_is_withdrawn_when_the_would_price_has_room_for_it() -> None:
    how = twap(over_s=40, slices=4, passive="0.8")
    desk = Scenario(how, buy="40", limit="101", venues=ONE, would_price="99.5")
    desk.book("alpha", BOOK)
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 99.9"]
    desk.accepts("alpha#1")
    desk.at(3)
    assert desk.book("alpha", "50@99.3 | 500@99.4") == ["alpha#1: cancel"]
    desk.fills("alpha#1", "4")
    assert desk.cancels("alpha#1") == ["alpha#2: buy 36 @ 99.4"]


def test_the_limit_goes_before_the_would_price() -> None:
    how = twap(over_s=40, slices=4)
    desk = Scenario(how, buy="40", limit="100", venues=ONE, would_price="105")
    desk.book("alpha", "20@100 500@100.1")
    assert desk.at(0) == ["alpha#1: buy 20 @ 100"]


# -- what is left ----------------------------------------------------------------------------------


def test_the_leftover_can_rest_at_the_limit_until_it_fills() -> None:
    how = twap(over_s=20, slices=2, leftover="rest_at_limit")
    desk = Scenario(how, buy="20", limit="99.5", venues=ONE)
    desk.book("alpha", "500@100")
    assert desk.at(0) == []
    assert desk.at(20) == ["alpha#1: rest buy 20 @ 99.5"]
    desk.accepts("alpha#1")
    assert desk.orders(desk.at(500)) == []
    assert (desk.state, desk.why) == ("active", "horizon over: the rest waits at the limit")
    desk.fills("alpha#1")
    assert desk.state == "done"


def test_a_leftover_that_its_venue_throws_out_rests_again_within_bounds() -> None:
    how = twap(over_s=20, slices=2, leftover="rest_at_limit")
    desk = Scenario(how, buy="20", limit="99.5", venues=ONE)
    desk.book("alpha", "500@100")
    said = desk.at(20)
    posts = 0
    for second in range(21, 60):
        for name in [what.split(":")[0] for what in said if "rest" in what]:
            posts += 1
            desk.rejects(name, "post-only would trade")
        said = desk.at(second)
    assert posts == 20
    assert desk.state == "expired"


def test_a_leftover_inside_the_market_rests_one_tick_behind_the_other_side() -> None:
    how = twap(over_s=20, slices=2, leftover="rest_at_limit")
    desk = Scenario(how, buy="20", limit="99.5", venues=ONE)
    desk.book("alpha", "500@100")
    desk.at(19)
    desk.book("alpha", "50@98.9 | 50@99.2")
    assert desk.at(20)[-1] == "alpha#1: rest buy 20 @ 99.1"


def test_a_smaller_total_after_a_forfeited_pause_leaves_nothing_to_do_and_nothing_breaks() -> None:
    how = twap(over_s=60, slices=6, pause="forfeit", leftover="rest_at_limit")
    desk = Scenario(how, buy="12", limit="101", venues=ONE, would_price="100")
    desk.book("alpha", "9@99 | 50@100.1")
    desk.fills_all(desk.at(0))
    desk.at(1)
    desk.pause()
    desk.at(32)
    desk.amend(quantity="0.4")
    assert desk.resume() == []
    assert (desk.state, desk.filled) == ("done", 2)


def test_a_total_named_after_a_pause_is_traded_whatever_was_forfeited_before() -> None:
    how = twap(over_s=60, slices=6, pause="forfeit")
    desk = Scenario(how, buy="12", limit="101", venues=ONE)
    desk.book("alpha", "9@99 | 50@100.1")
    desk.fills_all(desk.at(0))
    desk.at(1)
    desk.pause()
    desk.at(32)
    desk.resume()
    desk.amend(quantity="10")
    assert sizes_at(desk, 40, 50) == ["4", "4"]
    assert (desk.state, desk.filled) == ("done", 10)


def test_a_leftover_that_gets_a_little_each_second_ends_after_a_second_horizon() -> None:
    desk = Scenario(twap(over_s=80, slices=2), buy="100", limit="101", venues=(Venue("alpha"),))
    for second in range(160):
        desk.book("alpha", "9@99 | 0.1@100")
        desk.fills_all(desk.at(second))
    assert desk.state == "active"
    desk.fills_all(desk.at(161))
    assert desk.state == "expired"
    assert 0 < desk.filled < 100
    assert desk.why == f"{100 - desk.filled} left: the time to sweep is over"
