"""What does a trader expect of a ladder: staged entry below the market, staged exit above it?"""

import pytest

from tests.scenarios.kinds import ladder
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario

ONE = (Venue("alpha"),)
BOOK = "5@99.9 20@99.5 30@99 | 50@100.1"  # the middle is 100


def laid(desk: Scenario, text: str = BOOK) -> list[str]:
    """Show the book and return what is posted at the start, each order accepted."""
    desk.book("alpha", text)
    said = desk.at(0)
    desk.accepts(*[what.split(":")[0] for what in said])
    return [what.split(": rest ")[1] for what in said]


@pytest.mark.parametrize(
    ("side", "prices"),
    [("buy", ["99.5", "99", "98.5", "98"]), ("sell", ["100.5", "101", "101.5", "102"])],
)
def test_rungs_rest_at_fixed_distances_from_the_arrival_price(side: str, prices: list[str]) -> None:
    desk = Scenario(ladder(4, first="50", step="50"), venues=ONE, **{side: "8"})  # type: ignore[arg-type]
    assert laid(desk) == [f"{side} 2 @ {price}" for price in prices]
    assert desk.why.startswith("4 orders rest, the nearest at ")


def test_linear_weights_grow_by_a_part_of_the_first_rung() -> None:
    desk = Scenario(ladder(4, step="50", first="50", growth="1"), buy="10", venues=ONE)
    assert [what.split()[1] for what in laid(desk)] == ["1", "2", "3", "4"]


def test_geometric_weights_grow_by_a_factor_and_the_sum_is_exact() -> None:
    how = ladder(4, step="50", first="50", weights="geometric", growth="2")
    desk = Scenario(how, buy="10", venues=ONE)
    sizes = [what.split()[1] for what in laid(desk)]
    assert sizes == ["0.6", "1.4", "2.6", "5.4"]  # 10 lots of 0.1 in 1:2:4:8, nothing lost
    assert desk.reserved == 10


def test_rungs_by_depth_stand_where_so_much_is_displayed() -> None:
    desk = Scenario(ladder(3, depth="15"), buy="6", venues=ONE)
    assert laid(desk) == ["buy 2 @ 99.5", "buy 2 @ 99", "buy 2 @ 99"]


def test_rungs_deeper_than_the_books_are_refused_at_the_start() -> None:
    desk = Scenario(ladder(3, depth="20"), buy="6", venues=ONE)
    assert laid(desk) == []
    assert (desk.state, desk.why) == (
        "failed",
        "the books do not show 60 for 3 rungs of step_depth",
    )


def test_rungs_below_the_smallest_order_are_merged_into_the_next() -> None:
    venue = Venue("alpha", minimum="3")
    desk = Scenario(ladder(6, first="50", step="50"), buy="10", venues=(venue,))
    assert laid(desk) == ["buy 3.3 @ 99", "buy 3.3 @ 98", "buy 3.4 @ 97"]


def test_a_ladder_too_small_for_two_rungs_is_one_order_at_the_far_price() -> None:
    venue = Venue("alpha", minimum="3")
    desk = Scenario(ladder(4, first="50", step="50"), buy="4", venues=(venue,))
    assert laid(desk) == ["buy 4 @ 98"]


def test_a_rung_does_not_follow_the_market() -> None:
    desk = Scenario(ladder(2, first="50", step="50"), buy="4", venues=ONE)
    laid(desk)
    desk.at(5)
    assert desk.book("alpha", "50@103 | 50@103.2") == []
    assert desk.orders(desk.at(60)) == []


def test_each_rung_fills_for_itself_and_the_parent_is_done_with_the_last() -> None:
    desk = Scenario(ladder(2, first="50", step="50"), buy="4", venues=ONE)
    laid(desk)
    assert desk.fills("alpha#1") == []
    assert desk.state == "active"
    assert desk.fills("alpha#2") == []
    assert (desk.filled, desk.state) == (4, "done")


def test_a_rung_that_its_venue_throws_out_is_posted_again_a_second_later_for_what_is_left() -> None:
    desk = Scenario(ladder(2, first="50", step="50"), buy="4", venues=ONE)
    laid(desk)
    desk.at(5)
    desk.fills("alpha#1", "0.5")
    assert desk.cancels("alpha#1") == ["alpha#3: rest buy 1.5 @ 99.5"]
    desk.accepts("alpha#3")
    assert desk.cancels("alpha#3") == []
    assert desk.at(5.9) == []
    assert desk.at(6) == ["alpha#4: rest buy 1.5 @ 99.5"]


def test_a_rung_is_posted_again_so_often_and_no_more() -> None:
    desk = Scenario(ladder(1, first="50", step="50", repost_max=3), buy="4", venues=ONE)
    desk.book("alpha", BOOK)
    said, posts = desk.at(0), 0
    for second in range(1, 20):
        for what in said:
            posts += 1
            desk.rejects(what.split(":")[0], "post-only would trade")
        said = desk.at(second)
    assert posts == 4
    assert (desk.state, desk.why) == ("expired", "4 left: its venues refused it too often")


def test_a_market_that_has_come_through_a_rung_is_met_from_behind_and_never_taken() -> None:
    desk = Scenario(ladder(2, first="50", step="50"), buy="4", venues=ONE)
    desk.book("alpha", BOOK)
    assert desk.at(0) == ["alpha#1: rest buy 2 @ 99.5", "alpha#2: rest buy 2 @ 99"]
    desk.book("alpha", "50@98.6 | 50@98.8")
    desk.rejects("alpha#1", "post-only would trade")
    desk.rejects("alpha#2", "post-only would trade")
    assert desk.at(1) == ["alpha#3: rest buy 2 @ 98.7", "alpha#4: rest buy 2 @ 98.7"]


def test_rungs_never_rest_beyond_the_limit() -> None:
    desk = Scenario(ladder(3, first="50", step="50"), buy="6", limit="99.2", venues=ONE)
    assert laid(desk) == ["buy 2 @ 99.2", "buy 2 @ 99", "buy 2 @ 98.5"]


def test_at_the_deadline_what_rests_is_withdrawn() -> None:
    desk = Scenario(ladder(2, first="50", step="50", deadline_s=9), buy="4", venues=ONE)
    laid(desk)
    desk.fills("alpha#1")
    assert desk.orders(desk.at(9)) == ["alpha#2: cancel"]
    assert desk.cancels("alpha#2") == []
    assert (desk.state, desk.why) == ("expired", "2 left: the deadline is over")


def test_a_rung_in_doubt_keeps_its_quantity_and_is_not_posted_again() -> None:
    desk = Scenario(ladder(2, first="50", step="50"), buy="4", venues=ONE)
    desk.book("alpha", BOOK)
    desk.at(0)
    desk.answer_lost("alpha#1")
    assert not any("rest" in said for said in desk.at(25))
    assert desk.reserved == 4


def test_after_a_pause_every_rung_is_back_with_what_it_lacks() -> None:
    desk = Scenario(ladder(2, first="50", step="50"), buy="4", venues=ONE)
    laid(desk)
    desk.at(5)
    assert desk.pause() == ["alpha#1: cancel", "alpha#2: cancel"]
    desk.fills("alpha#1", "0.4")
    desk.cancels("alpha#1")
    desk.cancels("alpha#2")
    assert desk.resume() == ["alpha#3: rest buy 1.6 @ 99.5", "alpha#4: rest buy 2 @ 99"]


def test_a_larger_total_adds_to_every_rung() -> None:
    desk = Scenario(ladder(2, first="50", step="50"), buy="4", venues=ONE)
    laid(desk)
    desk.at(5)
    assert desk.amend(quantity="6") == [
        "alpha#3: rest buy 1 @ 99.5",
        "alpha#4: rest buy 1 @ 99",
    ]


def test_a_smaller_total_withdraws_the_far_rungs_first() -> None:
    desk = Scenario(ladder(2, first="50", step="50"), buy="4", venues=ONE)
    laid(desk)
    desk.at(5)
    assert desk.amend(quantity="2") == ["alpha#2: cancel"]
    assert desk.cancels("alpha#2") == []
    desk.fills("alpha#1")
    assert (desk.filled, desk.state) == (2, "done")


def test_the_ladder_survives_a_restart() -> None:
    desk = Scenario(ladder(2, first="50", step="50"), buy="4", venues=ONE)
    laid(desk)
    desk.fills("alpha#1", "0.5")
    said = desk.restarts()
    assert not any("rest buy" in what for what in said)
    assert desk.reserved == 3.5


def test_with_no_live_book_the_rung_that_came_back_waits_parked() -> None:
    desk = Scenario(ladder(2, first="50", step="50"), buy="4", venues=ONE)
    laid(desk)
    desk.goes_silent("alpha")
    desk.at(6)
    assert desk.cancels("alpha#1") == []
    assert (desk.state, desk.why) == ("parked", "parked: alpha stale 6.0 s")
    assert desk.speaks_again("alpha") == ["alpha#3: rest buy 2 @ 99.5"]
