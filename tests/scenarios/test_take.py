"""What does a trader expect of a take: one sweep, now, over every venue, within the limit?"""

from decimal import Decimal

import msgspec

from tests.scenarios.kinds import rest, take
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.ids import ParentId
from venues.model.instrument import FeeIn
from venues.model.order import Side

ONE = (Venue("alpha"),)


def test_a_sweep_goes_to_the_cheapest_levels_of_every_venue_fees_in() -> None:
    desk = Scenario(
        take(), buy="5", limit="101", venues=(Venue("alpha"), Venue("beta", taker="0.001"))
    )
    desk.book("alpha", "2@100 9@100.2")
    desk.book("beta", "2@99.9 9@100")  # 99.9 costs 99.9999, 100 costs 100.1
    assert desk.at(0) == ["alpha#1: buy 2 @ 100.1", "beta#2: buy 3 @ 100"]
    desk.fills("alpha#1")
    assert desk.state == "active"
    desk.fills("beta#2")
    assert (desk.state, desk.why) == ("done", "filled")


def test_a_venue_that_keeps_part_of_what_is_bought_is_as_dear_as_buying_it_again() -> None:
    keeps = Venue("beta", taker="0.003", fee_in=FeeIn.RECEIVED)
    desk = Scenario(take(), buy="2", limit="110", venues=(keeps, Venue("alpha")))
    desk.book("alpha", "1@100.3 9@100.4")
    desk.book("beta", "2@100")  # 100.3 with the fee on top; to be left with one takes 100.3009
    assert desk.at(0) == ["beta#1: buy 1 @ 100", "alpha#2: buy 1 @ 100.3"]
    desk.fills("alpha#2")
    desk.hears(desk.venues.filled("beta#1", fee="0.003", fee_currency="BTC"))
    assert (desk.state, desk.filled) == ("done", 2)  # what was executed, as venues count it
    assert desk.held("beta") == Decimal("0.997")
    report = desk.report()
    assert (report.filled, report.fees) == ("2", "0.3")  # base that was kept, at its own price


def test_what_the_books_do_not_give_within_the_limit_stays_unfilled() -> None:
    desk = Scenario(take(), buy="5", limit="100", venues=ONE)
    desk.book("alpha", "2@100 9@100.2")
    assert desk.at(0) == ["alpha#1: buy 2 @ 100"]
    desk.fills("alpha#1")
    assert (desk.state, desk.why) == ("expired", "3 left: the books gave no more within the limit")


def test_a_sweep_that_faded_is_not_chased() -> None:
    desk = Scenario(take(), buy="2", limit="101", venues=ONE)
    desk.book("alpha", "2@100")
    desk.at(0)
    assert desk.expires("alpha#1", "0.5") == []
    assert desk.state == "expired"
    assert desk.filled == Decimal("0.5")


def test_with_nothing_to_take_it_ends_at_once_and_says_so() -> None:
    desk = Scenario(take(), buy="2", limit="99", venues=ONE)
    desk.book("alpha", "2@100")
    assert desk.at(0) == []
    assert (desk.state, desk.why) == ("expired", "2 left: no depth within the limit")


def test_it_waits_for_the_answer_of_a_lost_order_before_it_ends() -> None:
    desk = Scenario(take(), buy="2", limit="101")
    desk.book("alpha", "1@100")
    desk.book("beta", "1@100")
    assert desk.at(0) == ["alpha#1: buy 1 @ 100", "beta#2: buy 1 @ 100"]
    desk.fills("beta#2")
    desk.answer_lost("alpha#1")
    assert desk.state == "active"
    assert desk.reserved == 1
    desk.fills("alpha#1")
    assert (desk.state, desk.filled) == ("done", 2)


def test_a_quantity_off_the_grid_is_refused_up_front() -> None:
    desk = Scenario(take(), buy="1.05", limit="101", venues=ONE)
    desk.book("alpha", "9@100")
    assert desk.at(0) == []
    assert (desk.state, desk.why) == (
        "failed",
        "quantity 1.05 is not a whole number of lots of 0.1",
    )


def test_it_never_trades_with_our_own_resting_order_and_says_what_is_in_the_way() -> None:
    desk = Scenario(take(), buy="2", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    seller = msgspec.structs.replace(
        desk.spec, id=ParentId("seller"), side=Side.SELL, params=rest(), limit_price=Decimal(99)
    )
    assert desk.submit(seller) == ["alpha#1: rest sell 2 @ 100.1"]
    desk.accepts("alpha#1")
    assert desk.at(0) == []
    assert (desk.state, desk.why) == ("expired", "2 left: alpha own order in the way")


def test_an_order_that_costs_gas_goes_where_it_is_worth_it() -> None:
    gas = Venue("beta", order_cost="0.35")
    desk = Scenario(take(), buy="2", limit="110", venues=(gas, Venue("alpha")))
    desk.book("alpha", "9@100.2")
    desk.book("beta", "1@100")  # saves 0.2 on one, and costs 0.35
    assert desk.at(0) == ["alpha#1: buy 2 @ 100.2"]
    assert desk.skipped("beta") == "not worth its fixed cost"
    desk = Scenario(take(), buy="2", limit="110", venues=(gas, Venue("alpha")))
    desk.book("alpha", "9@100.2")
    desk.book("beta", "2@100")  # saves 0.4
    assert desk.at(0) == ["beta#1: buy 2 @ 100"]
    plan = desk.plans[-1]
    assert (plan.fixed_costs, plan.expected_cost) == (Decimal("0.35"), Decimal("200.35"))
    desk.hears(desk.venues.filled("beta#1", fee="0.35"))
    assert desk.report().fees == "0.35"


def test_a_parent_uses_no_more_venues_at_once_than_it_allows() -> None:
    three = (Venue("alpha"), Venue("beta"), Venue("gamma"))
    desk = Scenario(take(), buy="3", limit="110", venues=three, most=2)
    for venue, levels in (("alpha", "1@100"), ("beta", "1@100 9@101"), ("gamma", "1@100.5")):
        desk.book(venue, levels)
    assert desk.at(0) == ["alpha#1: buy 1 @ 101", "beta#2: buy 2 @ 101"]
    assert desk.skipped("gamma")
