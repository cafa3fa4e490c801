"""Which groups can be no order list, and what becomes of them?"""

import pytest

from strategies.spec import OcoParams
from strategies.stop_params import LimitStopParams
from tests.scenarios.kinds import guarded, leg, limit_stop, native, rest, take
from tests.scenarios.listed import (
    APART,
    CALM,
    ONE,
    PAIR,
    STOP,
    listed,
)
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario

# -- what cannot be listed -------------------------------------------------------------------------


def test_where_nothing_can_be_listed_its_legs_are_kept_apart_here_within_the_bound() -> None:
    desk = Scenario(PAIR, sell="10", venues=(Venue("alpha", stop_orders=True),))
    desk.book("alpha", CALM)
    assert desk.at(0) == []
    assert desk.why == "nothing can be listed: alpha takes no order lists"
    assert desk.at(1.5) == ["alpha#1: rest sell 10 @ 103"]
    assert desk.alarms == [
        "10 has had no stop at a venue for 1000 ms: no answer yet",
        f"nothing can be listed, alpha takes no order lists: {APART}",
    ]


def test_an_amended_limit_that_the_stop_would_break_takes_the_list_back_and_goes_on_here() -> None:
    desk = listed()
    desk.at(5)
    desk.amend(limit="96")
    desk.hears(desk.venues.canceled("alpha#1"), desk.venues.canceled("alpha#2"))
    assert desk.orders(desk.at(7)) == ["alpha#3: rest sell 10 @ 103"]
    assert "stop: armed" in desk.why


def test_more_than_four_lists_are_made_one_and_listed_again_at_once() -> None:
    desk = listed()
    for n, total in enumerate(("12", "14", "16"), start=1):
        desk.at(10 * n)
        assert len(desk.amend(quantity=total)) == 1
        desk.accepts(f"alpha#{2 * n + 1}", f"alpha#{2 * n + 2}")
    desk.at(50)
    makers = [f"alpha#{n}" for n in (1, 3, 5, 7)]
    assert desk.amend(quantity="20") == [f"{name}: cancel" for name in makers]
    ends = [desk.venues.canceled(f"alpha#{n}") for n in range(1, 9)]
    assert desk.hears(*ends) == [
        "alpha#9: rest sell 20 @ 103 or alpha#10: sell 20 @ 94.6, stop at 95"
    ]
    assert desk.alarms == []


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (
            guarded(leg("a", rest(), limit="103"), leg("b", rest(), limit="104")),
            "mode native is one rest and one limit_stop at one venue, and here are rest, rest",
        ),
        (
            guarded(leg("a", rest(), limit="103"), leg("b", STOP), leg("c", STOP)),
            "mode native is one rest and one limit_stop at one venue",
        ),
        (guarded(leg("a", take()), leg("b", STOP)), "mode native is one rest and one limit_stop"),
        (guarded(leg("a", rest()), leg("b", STOP)), "limit_price of a: is missing"),
        (
            guarded(leg("a", rest(peg="mid"), limit="103"), leg("b", STOP)),
            "peg of a: follows the market, a list does not",
        ),
        (
            guarded(leg("a", rest(deadline_s=5), limit="103"), leg("b", STOP)),
            "deadline_s of a: a list has none",
        ),
        (native("103", limit_stop("95")), "trigger_source of stop: a venue goes by a price of its"),
        (
            native("103", limit_stop("", trail="10", source="last")),
            "trigger_price of stop: is missing",
        ),
        (
            native("103", limit_stop("95", trail="10", source="last")),
            "trail_bps of stop: venues hold stops at a fixed price",
        ),
        (
            native("103", limit_stop("95", source="last", debounce_ms=100)),
            "debounce_ms of stop: a venue waits for nothing",
        ),
        (
            native("103", limit_stop("95", source="last", venue="alpha")),
            "trigger_venue of stop: it is the venue that holds it",
        ),
        (
            native("103", limit_stop("95", source="last", confirm="mid")),
            "confirm_source of stop: a venue asks one price alone",
        ),
    ],
)
def test_what_a_list_cannot_express_is_refused_by_the_field(how: OcoParams, why: str) -> None:
    asked_for = OcoParams(legs=how.legs, mode="native")
    assert why in asked_for.refusal


@pytest.mark.parametrize(
    ("profit", "stop", "limit", "why"),
    [
        ("94", STOP, "", "stop.trigger_price 95 is not below 94, the price of take_profit"),
        ("103", STOP, "96", "stop may trade at 94.525, beyond the limit 96"),
    ],
)
def test_prices_that_can_be_no_list_are_refused_at_the_start(
    profit: str, stop: LimitStopParams, limit: str, why: str
) -> None:
    desk = Scenario(native(profit, stop), sell="10", venues=ONE, limit=limit)
    desk.book("alpha", CALM)
    assert desk.at(0) == []
    assert desk.state == "failed"
    assert why in desk.why
