"""What does a trader expect of a TWAP?"""

import itertools
from decimal import Decimal

import pytest

from tests.scenarios.kinds import twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario

ONE = (Venue("alpha"),)


def test_a_lost_order_is_asked_about_and_its_quantity_returns_only_with_the_answer() -> None:
    desk = Scenario(
        twap(over_s=40, slices=4),
        buy="4",
        limit="101",
        venues=(Venue("alpha"), Venue("beta", taker="0.0005")),
    )
    desk.book("alpha", "10@100")
    desk.book("beta", "0.4@99.9 9@100.5")  # 99.90 costs 99.95 after the fee

    assert desk.at(0) == ["alpha#1: buy 0.6 @ 100", "beta#2: buy 0.4 @ 99.9"]
    desk.fills("beta#2")
    desk.book("beta", "9@100.5")
    assert desk.answer_lost("alpha#1") == ["alpha#1: query"]

    assert desk.orders(desk.at(10)) == ["alpha#3: buy 1 @ 100"]  # the doubt is not resent
    desk.rejects("alpha#1")  # the venue never had it
    assert desk.at(20) == ["alpha#4: buy 1.6 @ 100"]  # this slice and the lost one


def test_even_slices_are_sent_one_interval_apart_and_the_last_one_fills_the_parent() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="4", limit="101", venues=ONE)
    desk.book("alpha", "10@100")

    for number, second in enumerate((0, 10, 20), start=1):
        assert desk.at(second) == [f"alpha#{number}: buy 1 @ 100"]
        assert desk.at(second + 9) == []
        desk.fills(f"alpha#{number}")
    assert desk.at(30) == ["alpha#4: buy 1 @ 101"]  # the last one may follow the book to the limit
    desk.fills("alpha#4")

    assert (desk.state, desk.why) == ("done", "filled")
    assert desk.filled == 4


def test_a_sell_is_the_mirror_of_a_buy() -> None:
    desk = Scenario(twap(over_s=20, slices=2), sell="4", limit="99")
    desk.book("alpha", "1@100 9@99.5")
    desk.book("beta", "9@99.9")

    assert desk.at(0) == ["alpha#1: sell 1 @ 99.9", "beta#2: sell 1 @ 99.9"]
    desk.fills("alpha#1", price="100")
    desk.fills("beta#2")
    desk.book("alpha", "9@98.9 | 9@100")
    assert desk.at(10) == ["beta#3: sell 2 @ 99"]
    desk.fills("beta#3")
    assert desk.state == "done"


def test_jittered_slices_differ_and_still_add_up() -> None:
    desk = Scenario(
        twap(over_s=100, slices=10, size_jitter="0.5", time_jitter="0.5"),
        buy="100",
        limit="101",
        venues=ONE,
    )
    desk.book("alpha", "500@100")
    sizes, seconds = [], []
    for tenth in range(1000):
        for command in desk.at(tenth / 10):
            desk.fills_all([command])
            sizes.append(Decimal(command.split()[2]))
            seconds.append(tenth / 10)
    assert sum(sizes) == 100
    assert len(sizes) == 10
    assert len(set(sizes)) > 3
    assert seconds[0] == 0
    gaps = {round(later - earlier) for earlier, later in itertools.pairwise(seconds)}
    assert len(gaps) > 2
    assert desk.state == "done"


def test_nothing_is_bought_above_the_limit_and_the_parent_says_so() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="2", limit="100", venues=ONE)
    desk.book("alpha", "0.3@100 9@100.1")
    assert desk.at(0) == ["alpha#1: buy 0.3 @ 100"]
    desk.fills("alpha#1")
    desk.book("alpha", "9@100.1")
    assert desk.at(10) == []
    assert (desk.state, desk.why) == ("parked", "parked: no depth within the limit")

    assert desk.at(200) == []
    assert (desk.state, desk.why) == ("expired", "1.7 left: no depth within the limit")


def test_a_limit_in_bps_counts_from_the_arrival_price() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="2", limit_bps="10", venues=ONE)
    desk.book("alpha", "9@99.9 | 1@100.1 9@100.2")
    assert desk.at(0) == ["alpha#1: buy 1 @ 100.1"]
    desk.fills("alpha#1")
    assert desk.parent.limit == Decimal("100.1")
    desk.book("alpha", "9@100 | 9@100.2")
    assert desk.at(10) == []


def test_without_a_limit_the_collar_bounds_every_order() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="20", venues=ONE)
    desk.book("alpha", "9@99.9 | 1@100.1 30@104")
    assert desk.at(0) == ["alpha#1: buy 1 @ 100.1"]


def test_a_slice_rests_first_and_crosses_only_when_the_cancel_is_confirmed() -> None:
    desk = Scenario(twap(over_s=40, slices=4, passive="0.5"), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")

    assert desk.at(0) == ["alpha#1: rest buy 10 @ 99.9"]
    desk.accepts("alpha#1")
    desk.fills("alpha#1", "3")
    assert desk.at(4.9) == []
    assert desk.at(5) == ["alpha#1: cancel"]
    assert desk.why == "awaiting the passive cancel"
    assert desk.fills("alpha#1", "2") == []  # it traded once more before the cancel got there
    assert desk.cancels("alpha#1") == ["alpha#2: buy 5 @ 100.1"]
    desk.fills("alpha#2")
    assert desk.at(10) == ["alpha#3: rest buy 10 @ 99.9"]


def test_a_slice_that_fills_while_resting_never_crosses() -> None:
    desk = Scenario(twap(over_s=20, slices=2, passive="0.5"), buy="20", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 99.9"]
    desk.accepts("alpha#1")
    desk.fills("alpha#1")
    assert desk.at(9) == []


def test_a_refused_post_is_made_good_by_crossing_later() -> None:
    desk = Scenario(
        twap(over_s=20, slices=2, repeg_max=0, passive="0.5"), buy="20", limit="101", venues=ONE
    )
    desk.book("alpha", "50@99.9 | 50@100.1")
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 99.9"]
    assert desk.rejects("alpha#1", "post-only would trade") == []
    assert desk.at(5) == ["alpha#2: buy 10 @ 100.1"]


def test_a_refused_cancel_is_followed_up_before_anything_crosses() -> None:
    desk = Scenario(twap(over_s=20, slices=2, passive="0.5"), buy="20", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.at(5) == ["alpha#1: cancel"]
    said = desk.refuses_the_cancel("alpha#1")  # it had filled: nobody told us yet
    assert "alpha#1: query" in said
    assert not any("buy" in what for what in said)
    assert desk.fills("alpha#1") == []
    assert desk.at(9) == []
    assert desk.filled == 10


def test_after_a_stall_the_next_slice_catches_up_but_only_to_the_cap() -> None:
    desk = Scenario(twap(over_s=100, slices=10), buy="100", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    desk.goes_silent("alpha")
    assert desk.at(49) == []
    assert desk.state == "parked"
    assert desk.why == "parked: alpha stale 40.0 s"
    desk.speaks_again("alpha")
    assert desk.at(50) == ["alpha#2: buy 30 @ 100"]  # not the 50 it is behind
    desk.fills("alpha#2")
    assert desk.state == "active"
    assert desk.at(60) == ["alpha#3: buy 30 @ 100"]
    desk.fills("alpha#3")
    assert desk.at(70) == ["alpha#4: buy 10 @ 100"]  # back on schedule


def test_a_late_wake_up_sends_one_order_and_never_a_burst() -> None:
    desk = Scenario(twap(over_s=100, slices=10, catch_up="2"), buy="100", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    assert desk.wakes_late_at(55) == ["alpha#2: buy 20 @ 100"]


def test_the_last_slice_leaves_no_dust() -> None:
    venue = Venue("alpha", lot="0.1", minimum="1")
    desk = Scenario(twap(over_s=30, slices=3), buy="10", limit="101", venues=(venue,))
    desk.book("alpha", "50@100")
    sent = desk.at(0)
    assert sent == ["alpha#1: buy 3.3 @ 100"]
    desk.expires("alpha#1", "2.9")  # 0.4 faded: less than the minimum
    assert desk.at(10) == ["alpha#2: buy 3.7 @ 100"]
    desk.fills("alpha#2")
    assert desk.at(20) == ["alpha#3: buy 3.4 @ 101"]  # to the limit: what fades now is dust
    desk.fills("alpha#3")
    assert desk.state == "done"


def test_what_is_left_after_the_horizon_is_swept_within_the_limit() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="20", limit="101", venues=ONE)
    desk.book("alpha", "6@100 | 9@102")
    desk.book("alpha", "6@100")
    desk.fills_all(desk.at(0))
    desk.book("alpha", "5@100.5")
    desk.fills_all(desk.at(10))
    desk.book("alpha", "2@100.9")
    assert desk.at(20) == ["alpha#3: buy 2 @ 101"]
    desk.fills("alpha#3")
    desk.book("alpha", "50@100.9")
    assert desk.at(22) == ["alpha#4: buy 7 @ 101"]
    desk.fills("alpha#4")
    assert (desk.state, desk.filled) == ("done", 20)


def test_leftover_cancel_ends_at_the_horizon_with_what_is_filled() -> None:
    desk = Scenario(twap(over_s=20, slices=2, leftover="cancel"), buy="20", limit="101", venues=ONE)
    desk.book("alpha", "6@100")
    desk.fills_all(desk.at(0))
    desk.book("alpha", "9@102")
    assert desk.at(20) == []
    assert (desk.state, desk.why) == ("expired", "14 left: horizon over")


def test_slices_below_the_venues_minimum_are_merged_and_the_parent_says_so() -> None:
    venue = Venue("alpha", minimum="1")
    desk = Scenario(twap(over_s=100, slices=100), buy="10", limit="101", venues=(venue,))
    desk.book("alpha", "50@100")
    sent = desk.at(0)
    assert sent == [
        "alpha#1: buy 1.1 @ 100"
    ]  # 9 slices of a tenth above the minimum, not 100 of 0.1
    assert "9 slices instead of 100" in desk.why
    desk.fills("alpha#1")
    total = Decimal("1.1")
    for second in range(1, 100):
        for command in desk.at(second):
            total += Decimal(command.split()[2])
            desk.fills_all([command])
    assert (total, desk.state) == (10, "done")


def test_slices_are_merged_up_to_the_minimum_notional_too() -> None:
    venue = Venue("alpha", lot="0.01", min_notional="100")
    desk = Scenario(twap(over_s=100, slices=100), buy="5", limit="101", venues=(venue,))
    desk.book("alpha", "50@100")
    (sent,) = desk.at(0)
    assert Decimal(sent.split()[2]) >= Decimal("1.1")


@pytest.mark.parametrize(
    ("quantity", "why"),
    [
        ("0.9", "quantity 0.9 is below the smallest order any venue takes, 1"),
        ("1.05", "quantity 1.05 is not a whole number of lots of 0.1"),
    ],
)
def test_what_can_never_work_is_refused_before_anything_is_sent(quantity: str, why: str) -> None:
    desk = Scenario(
        twap(over_s=100, slices=10),
        buy=quantity,
        limit="101",
        venues=(Venue("alpha", minimum="1"), Venue("beta", minimum="2")),
    )
    desk.book("alpha", "50@100")
    desk.book("beta", "50@100")
    assert desk.at(0) == []
    assert (desk.state, desk.why) == ("failed", why)
    assert desk.flags == ["impossible"]


def test_what_an_ioc_did_not_get_comes_back_with_the_next_slice() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "50@100")
    assert desk.at(0) == ["alpha#1: buy 10 @ 100"]
    assert desk.expires("alpha#1", "4") == []
    assert desk.at(10) == ["alpha#2: buy 16 @ 100"]


def test_capped_catch_up_of_one_still_finishes_on_the_horizon() -> None:
    desk = Scenario(twap(over_s=30, slices=3, catch_up="1"), buy="1", limit="101", venues=ONE)
    desk.book("alpha", "50@100")
    sizes = []
    for second in (0, 10, 20):
        (command,) = desk.at(second)
        sizes.append(command.split()[2])
        desk.fills_all([command])
    assert sizes == ["0.3", "0.3", "0.4"]
    assert desk.state == "done"


def test_a_capped_catch_up_never_leaves_less_than_a_minimum() -> None:
    venue = Venue("alpha", minimum="1")
    desk = Scenario(twap(over_s=30, slices=3, catch_up="1"), buy="6", limit="101", venues=(venue,))
    desk.book("alpha", "50@100")
    assert desk.at(0) == ["alpha#1: buy 2 @ 100"]
    desk.expires("alpha#1", "1.6")
    assert desk.at(10) == ["alpha#2: buy 2 @ 100"]
    desk.fills("alpha#2")
    # 2.4 left: two of the cap would strand 0.4, so that much is taken with them
    assert desk.at(20) == ["alpha#3: buy 2.4 @ 101"]
    desk.fills("alpha#3")
    assert desk.state == "done"


def test_after_the_horizon_it_waits_for_the_answer_of_a_doubtful_order() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="20", limit="101", venues=ONE)
    desk.book("alpha", "50@100")
    desk.at(0)
    desk.answer_lost("alpha#1")
    desk.fills_all(desk.at(10))
    assert desk.orders(desk.at(40)) == []
    assert (desk.state, desk.why) == ("active", "only the venue knows the rest: in doubt")
    assert desk.rejects("alpha#1") == ["alpha#3: buy 10 @ 101"]
    desk.fills("alpha#3")
    assert desk.state == "done"


def test_with_every_book_stale_at_the_end_it_gives_up_and_says_which() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="20", limit="101")
    desk.book("alpha", "50@100")
    desk.book("beta", "50@100.1")
    desk.fills_all(desk.at(0))
    desk.goes_silent("alpha", "beta")
    assert desk.at(60) == []
    assert desk.state == "expired"
    assert desk.why.startswith("10 left: alpha stale ")
    assert ", beta stale " in desk.why


def test_a_sell_limit_in_bps_is_below_the_arrival_price() -> None:
    desk = Scenario(twap(over_s=20, slices=2), sell="2", limit_bps="10", venues=ONE)
    desk.book("alpha", "1@99.9 9@99.8 | 9@100.1")
    assert desk.at(0) == ["alpha#1: sell 1 @ 99.9"]
    assert desk.parent.limit == Decimal("99.9")


def test_what_does_not_fill_the_minimum_is_carried_to_the_next_slice() -> None:
    venue = Venue("alpha", minimum="2")
    desk = Scenario(twap(over_s=40, slices=4), buy="10", limit="101", venues=(venue,))
    desk.book("alpha", "50@100")
    assert desk.at(0) == ["alpha#1: buy 2.5 @ 100"]
    desk.expires("alpha#1", "2.4")
    assert desk.at(10) == ["alpha#2: buy 2.6 @ 100"]
    desk.fills("alpha#2")
    assert desk.at(20) == ["alpha#3: buy 2.5 @ 100"]


def test_a_slice_due_while_the_last_one_is_unanswered_sends_only_its_own() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    assert desk.at(0) == ["alpha#1: buy 10 @ 100"]
    assert desk.at(10) == ["alpha#2: buy 10 @ 100"]
    assert desk.reserved == 20


def test_a_venue_that_throws_a_resting_slice_out_does_not_lose_it() -> None:
    desk = Scenario(
        twap(over_s=40, slices=4, repeg_max=0, passive="0.8"), buy="40", limit="101", venues=ONE
    )
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.cancels("alpha#1") == []
    assert desk.at(8) == ["alpha#2: buy 10 @ 100.1"]
