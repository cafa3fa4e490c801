"""Which defects of others must never be ours? One story each, named after where it was found."""

from decimal import Decimal

import pytest

from tests.scenarios.kinds import rest, take, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario

ONE = (Venue("alpha"),)


def _quantities(commands: list[str]) -> list[Decimal]:
    return [Decimal(what.split(" @ ")[0].split()[-1]) for what in commands if " @ " in what]


# -- Hummingbot ------------------------------------------------------------------------------------


def test_hummingbot_d1_one_rejected_slice_does_not_lose_the_rest_of_the_parent() -> None:
    desk = Scenario(twap(over_s=100, slices=10), buy="1000", limit="101", venues=ONE)
    desk.book("alpha", "5000@100")
    for second in (0, 10, 20):
        desk.fills_all(desk.at(second))
    assert desk.filled == 300
    assert desk.at(30) == ["alpha#4: buy 100 @ 100"]
    desk.rejects("alpha#4", "insufficient margin")
    assert (desk.filled, desk.state) == (300, "active")
    assert desk.at(40) == ["alpha#5: buy 200 @ 100"]  # the slice and the refused one
    desk.fills("alpha#5")
    for second in (50, 60, 70, 80, 90):
        desk.fills_all(desk.at(second))
    assert (desk.filled, desk.state) == (1000, "done")


def test_hummingbot_d2_a_late_wake_up_is_one_order_and_not_one_per_slot_missed() -> None:
    desk = Scenario(twap(over_s=100, slices=10), buy="1000", limit="101", venues=ONE)
    desk.book("alpha", "5000@100")
    desk.fills_all(desk.at(0))
    said = desk.wakes_late_at(55)
    assert len(said) == 1
    assert _quantities(said) == [300]  # of the 500 it is behind: the catch-up cap


def test_hummingbot_d3_re_pricing_near_the_end_never_loses_the_remainder() -> None:
    desk = Scenario(rest(deadline_s=30), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    desk.fills("alpha#1", "4")
    desk.at(29)
    assert desk.book("alpha", "50@100 | 50@100.2") == ["alpha#1: cancel"]
    assert desk.at(30) == []  # the deadline comes while the cancel is under way
    assert desk.cancels("alpha#1") == ["alpha#2: buy 6 @ 100.2"]
    desk.fills("alpha#2")
    assert (desk.filled, desk.state) == (10, "done")


@pytest.mark.parametrize(
    "venue",
    [Venue("alpha", minimum="3"), Venue("alpha", min_notional="300")],
    ids=["base", "quote"],
)
def test_hummingbot_d4_slices_are_checked_in_base_and_in_quote_before_the_start(
    venue: Venue,
) -> None:
    desk = Scenario(twap(over_s=100, slices=100), buy="100", limit="101", venues=(venue,))
    desk.book("alpha", "5000@100")
    sent = []
    for second in range(100):
        said = desk.at(second)
        sent += _quantities(said)
        desk.fills_all(said)
    assert sum(sent) == 100
    assert min(sent) * 100 >= 300
    assert min(sent) >= 3
    assert 20 < len(sent) < 100


def test_hummingbot_d5_a_replacement_is_sent_only_when_the_old_order_is_proven_gone() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    desk.at(5)
    assert desk.book("alpha", "50@100 | 50@100.2") == ["alpha#1: cancel"]
    assert desk.fills("alpha#1", "6") == []
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 4 @ 100"]


# -- vnpy ------------------------------------------------------------------------------------------


def test_vnpy_d8_every_slice_is_sent_and_what_did_not_fill_is_caught_up() -> None:
    desk = Scenario(twap(over_s=100, slices=10), buy="100", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    assert desk.at(0) == ["alpha#1: buy 10 @ 100"]  # at the start, not one interval later
    desk.expires("alpha#1", "4")
    seconds = []
    for second in range(1, 100):
        said = desk.at(second)
        seconds += [second] * len(said)
        desk.fills_all(said)
    assert seconds == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert (desk.filled, desk.state) == (100, "done")


def test_vnpy_d9_no_new_order_before_the_cancel_is_answered_and_no_fill_after_the_stop_is_dropped() -> (
    None
):
    desk = Scenario(twap(over_s=40, slices=4, passive="0.5"), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.at(5) == ["alpha#1: cancel"]
    assert desk.orders(desk.at(9.9)) == []
    desk.cancel()
    desk.fills("alpha#1", "7")
    desk.cancels("alpha#1")
    assert (desk.filled, desk.state) == (7, "cancelled")
    desk.fills("alpha#1", "1")
    assert desk.filled == 8


# -- FLOX ------------------------------------------------------------------------------------------


def test_flox_d10_done_means_filled_and_not_submitted() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="20", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.at(0)
    desk.at(10)
    assert desk.state == "active"  # everything has been sent, nothing has traded
    desk.fills("alpha#1")
    desk.fills("alpha#2")
    assert desk.state == "done"


def test_flox_d10_a_rejected_child_returns_to_the_schedule_and_a_late_step_does_not_burst() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.at(0)
    desk.rejects("alpha#1")
    assert desk.wakes_late_at(25) == ["alpha#2: buy 30 @ 100"]


def test_lykke_d11_what_is_left_counts_what_traded_and_not_what_was_ordered() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="20", limit="101")
    desk.book("alpha", "6@100")
    desk.book("beta", "50@100.1")
    assert _quantities(desk.at(0)) == [6, 4]
    desk.expires("alpha#1", "1")
    desk.fills("beta#2")
    assert sum(_quantities(desk.at(10))) == 15


# -- NautilusTrader --------------------------------------------------------------------------------


def test_nautilus_slices_that_are_too_small_never_become_one_order_for_everything() -> None:
    venue = Venue("alpha", minimum="1")
    desk = Scenario(twap(over_s=100, slices=50), buy="10", limit="101", venues=(venue,))
    desk.book("alpha", "500@100")
    first = desk.at(0)
    assert _quantities(first) == [Decimal("1.1")]
    assert "9 slices instead of 50" in desk.why


def test_nautilus_fewer_lots_than_slices_is_sliced_by_the_lot() -> None:
    desk = Scenario(twap(over_s=100, slices=50), buy="0.5", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    sent = []
    for second in range(100):
        said = desk.at(second)
        sent += _quantities(said)
        desk.fills_all(said)
    assert len(sent) > 1
    assert (sum(sent), desk.state) == (Decimal("0.5"), "done")


def test_nautilus_the_remainder_slice_is_checked_against_the_minimums() -> None:
    venue = Venue("alpha", minimum="1")
    desk = Scenario(twap(over_s=30, slices=3), buy="10", limit="101", venues=(venue,))
    desk.book("alpha", "500@100")
    sent = []
    for second in (0, 10, 20):
        said = desk.at(second)
        sent += _quantities(said)
        desk.fills_all(said)
    assert min(sent) >= 1  # and no dust order of 0.1 at the end
    assert (len(sent), sum(sent)) == (3, 10)


def test_nautilus_the_last_slice_comes_before_the_horizon_ends_and_not_after_it() -> None:
    desk = Scenario(twap(over_s=30, slices=3), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    seconds = []
    for second in range(40):
        said = desk.at(second)
        seconds += [second] * len(said)
        desk.fills_all(said)
    assert seconds == [0, 10, 20]
    assert desk.state == "done"


def test_nautilus_quantity_of_a_rejected_child_is_spread_over_what_follows() -> None:
    desk = Scenario(twap(over_s=50, slices=5, catch_up="1.5"), buy="50", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.at(0)
    desk.rejects("alpha#1")
    sent = []
    for second in (10, 20, 30, 40):
        said = desk.at(second)
        sent += _quantities(said)
        desk.fills_all(said)
    # not all at the end: half a slice more at a time
    assert sent == [15, 15, 10, 10]


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_nautilus_a_child_that_ends_unfilled_gives_its_quantity_back(end: str) -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="20", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.at(0)
    if end == "cancelled":
        desk.cancels("alpha#1")
    else:
        desk.expires("alpha#1")
    assert desk.at(10) == ["alpha#2: buy 20 @ 101"]
    desk.fills("alpha#2")
    assert desk.state == "done"


def test_nautilus_children_are_always_on_the_grid_of_their_venue() -> None:
    venues = (Venue("alpha", lot="0.3", tick="0.5"), Venue("beta", lot="0.1", tick="0.2"))
    desk = Scenario(
        twap(over_s=70, slices=7, size_jitter="0.3"), buy="10", limit="101.3", venues=venues
    )
    desk.book("alpha", "1.2@100 30@100.5")
    desk.book("beta", "0.7@100.2 30@100.4")
    for second in range(90):
        for command in desk.at(second):
            order = desk.venues.orders[command.split(":")[0]]
            submit, instrument = order.submit, order.instrument
            assert submit.quantity % instrument.lot_size == 0
            assert submit.price % instrument.tick_size == 0
            desk.fills_all([command])
    assert (desk.filled, desk.state) == (10, "done")


def test_nautilus_the_schedule_survives_a_restart() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    assert desk.at(5) == []
    assert desk.restarts() == []
    assert desk.at(10) == ["alpha#2: buy 10 @ 100"]
    desk.fills("alpha#2")
    desk.is_down_until(32)  # while two slices were due
    assert desk.restarts() == ["alpha#3: buy 20 @ 101"]
    desk.fills("alpha#3")
    assert desk.state == "done"


def test_nautilus_an_order_that_cannot_work_is_refused_and_not_ignored() -> None:
    desk = Scenario(
        twap(over_s=40, slices=4), buy="0.5", limit="101", venues=(Venue("alpha", minimum="1"),)
    )
    desk.book("alpha", "500@100")
    assert desk.at(0) == []
    assert desk.state == "failed"
    assert desk.why == "quantity 0.5 is below the smallest order any venue takes, 1"


def test_nautilus_an_unknown_outcome_is_never_turned_into_a_rejection() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="20", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.at(0)
    for _ in range(5):
        desk.answer_lost("alpha#1")  # the order, then every question about it
    desk.at(60)
    assert desk.reserved >= 10
    desk.fills("alpha#1")  # it had been there all the time
    assert desk.filled >= 10


# -- LEAN ------------------------------------------------------------------------------------------


def test_lean_a_parent_never_sends_its_whole_remainder_because_the_market_looks_good() -> None:
    desk = Scenario(twap(over_s=100, slices=10), buy="100", limit="110", venues=ONE)
    desk.book("alpha", "500@109")
    desk.fills_all(desk.at(0))
    desk.book("alpha", "5000@90")
    assert _quantities(desk.at(10)) == [10]


def test_lean_every_order_has_a_price() -> None:
    desk = Scenario(take(), buy="10", venues=ONE)
    desk.book("alpha", "1@100 500@130")
    said = desk.at(0)
    assert said == ["alpha#1: buy 1 @ 100"]


# -- pause, resume, amend --------------------------------------------------------------------------


def test_nautilus_4786_what_was_stopped_can_be_resumed_and_goes_on_with_its_schedule() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    desk.at(5)
    desk.pause()
    assert desk.at(300) == []
    assert desk.resume() == []
    for second in (305, 315, 325):
        desk.fills_all(desk.at(second))
    assert (desk.filled, desk.state) == (40, "done")


def test_bfx_64_resuming_never_sends_the_first_order_again() -> None:
    desk = Scenario(twap(over_s=40, slices=2, passive="0.8"), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    desk.fills("alpha#1", "15")
    desk.at(5)
    assert desk.pause() == ["alpha#1: cancel"]
    assert desk.resume() == []  # its cancel has not been answered: nothing is sent in its place
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 5 @ 99.9"]


def test_nautilus_4154_an_amendment_while_a_fill_is_on_its_way_never_brings_old_quantity_back() -> (
    None
):
    desk = Scenario(rest(), buy="1", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    desk.at(5)
    assert desk.amend(limit="99.5") == ["alpha#1: cancel"]
    desk.fills("alpha#1", "0.7")
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 0.3 @ 99.5"]
    desk.fills("alpha#2")
    assert (desk.filled, desk.state) == (1, "done")


def test_nautilus_4793_a_changed_parent_keeps_its_algorithm() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    assert desk.amend(quantity="400") == []  # spread over the slices to come, not sent at once
    assert _quantities(desk.at(10)) == [130]


def test_bfx_4_a_parent_that_was_taken_back_is_not_resurrected() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="40", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.fills_all(desk.at(0))
    desk.pause()
    desk.cancel()
    assert desk.resume() == []
    assert desk.amend(quantity="80") == []
    assert desk.restarts() == []
    assert desk.at(60) == []
    assert (desk.filled, desk.state) == (10, "cancelled")


def test_hummingbot_462_a_venue_that_refuses_everything_is_not_asked_in_a_loop() -> None:
    how = twap(over_s=60, slices=2, passive="0.9")
    desk = Scenario(how, buy="20", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    said, sent = desk.at(0), 0
    for second in range(1, 60):
        for command in said:
            sent += 1
            desk.rejects(command.split(":")[0], "insufficient balance")
        said = desk.at(second)
    assert sent <= 2 * 12  # per slice: the first post, ten more, one crossing


def test_condor_198_every_idle_second_has_a_reason() -> None:
    how = twap(over_s=60, slices=3, passive="0.5")
    desk = Scenario(how, buy="30", limit="99", venues=ONE, max_participation="0.1")
    desk.book("alpha", "50@99.9 | 50@100.1")
    for second in range(60):
        desk.at(second)
        assert desk.why
