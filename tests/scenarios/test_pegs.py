"""Where does an order rest that follows the middle, the other side, or the depth of its own?"""

import pytest

from tests.scenarios.kinds import rest
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario

ONE = (Venue("alpha"),)
BOOK = "5@99 20@98.5 30@98 | 50@100.1"


@pytest.mark.parametrize(
    ("peg", "depth", "price"),
    [
        ("primary", "0", "99"),
        ("mid", "0", "99.5"),  # of 99 and 100.1, rounded down to buy
        ("opposite", "0", "100"),
        ("cumulative", "5", "99"),
        ("cumulative", "5.1", "98.5"),
        ("cumulative", "25.1", "98"),
    ],
)
def test_each_peg_names_its_price(peg: str, depth: str, price: str) -> None:
    desk = Scenario(rest(peg=peg, depth=depth), buy="10", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    assert desk.at(0) == [f"alpha#1: rest buy 10 @ {price}"]


def test_a_sell_rounds_the_middle_up() -> None:
    desk = Scenario(rest(peg="mid"), sell="10", limit="90", venues=ONE)
    desk.book("alpha", BOOK)
    assert desk.at(0) == ["alpha#1: rest sell 10 @ 99.6"]


@pytest.mark.parametrize(
    ("peg", "moved", "to"),
    [
        ("mid", "5@99 | 50@100.5", "99.7"),  # the other side moved
        ("mid", "5@99.4 | 50@100.1", "99.7"),  # the own side moved
        ("opposite", "5@99 | 50@100.4", "100.3"),
        ("cumulative", "5@99.2 20@98.6 30@98 | 50@100.1", "98.6"),
    ],
)
def test_it_follows_what_it_is_pegged_to(peg: str, moved: str, to: str) -> None:
    desk = Scenario(rest(peg=peg, depth="10"), buy="10", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    desk.at(0)
    desk.accepts("alpha#1")
    desk.at(5)
    assert desk.book("alpha", moved) == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == [f"alpha#2: rest buy 10 @ {to}"]


def test_depth_that_comes_and_goes_behind_the_touch_is_seen_at_the_next_look() -> None:
    desk = Scenario(rest(peg="cumulative", depth="10"), buy="10", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 98.5"]
    desk.accepts("alpha#1")
    desk.at(5)
    assert desk.book("alpha", "5@99 1@98.5 30@98 | 50@100.1") == []
    assert desk.orders(desk.at(6.1)) == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 10 @ 98"]


def test_a_book_without_so_much_depth_gives_no_price_to_peg_to() -> None:
    desk = Scenario(rest(peg="cumulative", depth="1000"), buy="10", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    assert desk.at(0) == []
    assert desk.why == "alpha no price to peg to"
    assert desk.state == "active"
    desk.book("alpha", "5@99 2000@98.5 | 50@100.1")
    assert desk.at(2)[-1] == "alpha#1: rest buy 10 @ 98.5"


def test_our_own_order_is_no_depth_to_stand_behind() -> None:
    desk = Scenario(rest(peg="cumulative", depth="5"), buy="10", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 99"]
    desk.accepts("alpha#1")
    assert desk.orders(desk.at(30)) == []


def test_an_opposite_peg_never_crosses() -> None:
    desk = Scenario(rest(peg="opposite"), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "5@99 | 50@99.1")
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 99"]
    desk.accepts("alpha#1")
    desk.at(5)
    assert desk.book("alpha", "5@98.7 | 50@98.9") == ["alpha#1: cancel"]
    assert desk.cancels("alpha#1") == ["alpha#2: rest buy 10 @ 98.8"]


def test_small_moves_add_up_to_one_that_counts() -> None:
    desk = Scenario(rest(peg="opposite", repeg_ticks=3), buy="10", limit="101", venues=ONE)
    desk.book("alpha", BOOK)
    desk.at(0)
    desk.accepts("alpha#1")
    desk.at(5)
    assert desk.book("alpha", "5@99 | 50@100.3") == []
    assert desk.book("alpha", "5@99 | 50@100.4") == ["alpha#1: cancel"]
