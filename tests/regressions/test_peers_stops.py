"""Which defects of others' stops and groups must never be ours? One story each, named after where."""

import pytest

from strategies.spec import Params
from tests.scenarios.kinds import leg, limit_stop, oco, take_profit_or_stop, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing

ONE = (Venue("alpha"),)
CALM = "50@99.9 | 50@100.1"
LOW = "50@97.9 | 50@98.1"
GAPPED = "50@89.9 | 50@90.1"


def _standing(how: Params) -> Scenario:
    desk = Scenario(how, sell="10", venues=ONE)
    desk.book("alpha", CALM)
    desk.at(0)
    if desk.venues.orders:
        desk.accepts("alpha#1")
    return desk


@pytest.mark.parametrize("gap", ["rest", "widen", "cross"])
def test_hummingbot_7712_a_stop_loss_is_never_a_market_order(gap: str) -> None:
    desk = _standing(limit_stop("98", gap=gap))
    desk.book("alpha", GAPPED)
    desk.at(60)
    worst = 88.2 if gap == "cross" else 97.51  # the collar, or the slip
    assert desk.venues.orders
    assert all(float(o.submit.price) >= worst - 1e-9 for o in desk.venues.orders.values())


def test_hummingbot_3277_a_stop_limit_that_does_not_fill_is_priced_anew() -> None:
    desk = _standing(limit_stop("98"))
    assert desk.book("alpha", LOW) == ["alpha#1: rest sell 10 @ 98.1"]
    desk.accepts("alpha#1")
    desk.at(2)
    assert desk.book("alpha", "50@97.7 | 50@97.9") == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 10 @ 97.9"]
    desk.accepts("alpha#2")
    assert desk.at(5) == ["alpha#2: cancel"]
    assert desk.cancels("alpha#2") == ["alpha#3: sell 10 @ 97.6"]


def test_hummingbot_7503_a_close_that_filled_unseen_is_found_and_not_tried_again() -> None:
    desk = _standing(limit_stop("98"))
    desk.book("alpha", LOW)
    desk.accepts("alpha#1")
    desk.venues.filled("alpha#1", "10")  # nobody told us
    desk.at(5)
    assert desk.answer_lost("alpha#1") == ["alpha#1: query"]
    assert desk.reports("alpha#1", Standing.FILLED) == []
    assert (desk.state, desk.filled) == ("done", 10)


def test_binance_gtx_a_post_only_stop_survives_the_gap_it_was_for() -> None:
    desk = _standing(limit_stop("98"))
    desk.book("alpha", LOW)
    assert desk.rejects("alpha#1", "would immediately match") == []
    assert desk.state == "active"
    assert desk.at(1) == ["alpha#2: rest sell 10 @ 98.1"]


def test_octobot_294_a_price_that_no_live_book_showed_fires_nothing() -> None:
    desk = _standing(limit_stop("98"))
    desk.goes_silent("alpha")
    desk.at(30)
    assert desk.venues.orders == {}
    desk.loses_a_message("alpha")
    assert desk.restarts() == []
    assert desk.venues.orders == {}


def test_vnpy_3453_a_local_stop_survives_a_restart() -> None:
    desk = _standing(limit_stop("98"))
    assert desk.restarts() == []
    assert desk.book("alpha", LOW) == ["alpha#1: rest sell 10 @ 98.1"]


def test_hummingbot_api_243_profit_and_stop_are_there_again_after_a_restart() -> None:
    desk = _standing(take_profit_or_stop("103", limit_stop("98")))
    desk.restarts()
    desk.reports("alpha#1", Standing.WORKING)
    assert desk.book("alpha", LOW) == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 10 @ 98.1"]


def test_nautilus_4043_no_exit_is_left_behind_by_a_crash_between_a_fill_and_the_cancel() -> None:
    desk = _standing(take_profit_or_stop("103", limit_stop("98")))
    desk.venues.filled("alpha#1", "10")  # it fills while we are down
    desk.restarts()
    desk.reports("alpha#1", Standing.FILLED)
    assert desk.state == "done"
    assert desk.book("alpha", LOW) == []  # and no stop fires on a later position


def test_nautilus_2704_a_stop_after_a_partly_filled_bracket_sells_what_is_left() -> None:
    desk = _standing(take_profit_or_stop("103", limit_stop("98")))
    desk.fills("alpha#1", "3.5")
    desk.book("alpha", LOW)
    desk.fills("alpha#1", "0.5")
    assert desk.cancels("alpha#1") == ["alpha#2: rest sell 6 @ 98.1"]


def test_orko_152_only_one_leg_is_ever_at_the_venue() -> None:
    desk = _standing(take_profit_or_stop("103", limit_stop("98")))
    for book in (LOW, CALM, LOW, GAPPED):
        desk.book("alpha", book)
    assert [o.submit.leg for o in desk.venues.orders.values()] == ["take_profit/maker"]


def test_bfx_hf_algo_64_a_group_does_not_send_its_first_order_again_when_it_goes_on() -> None:
    desk = _standing(take_profit_or_stop("103", limit_stop("98")))
    desk.fills("alpha#1", "4")
    desk.restarts()
    desk.reports("alpha#1", Standing.WORKING)
    assert desk.orders(desk.at(60)) == []
    assert list(desk.venues.orders) == ["alpha#1"]


def test_quantconnect_9635_both_legs_fill_is_no_outcome_even_when_answers_cross() -> None:
    desk = _standing(oco(leg("slow", twap(over_s=100, slices=2)), leg("stop", limit_stop("98"))))
    assert desk.book("alpha", LOW) == ["alpha#1: cancel"]  # the first slice is under way
    assert desk.fills("alpha#1") == ["alpha#2: rest sell 5 @ 98.1"]
    desk.accepts("alpha#2")
    desk.fills("alpha#2")
    assert (desk.state, desk.filled) == ("done", 10)
