"""What does a trader expect of contracts that are worth quote, beside others or alone?"""

from decimal import Decimal

from tests.scenarios.kinds import rest, take, then, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing
from venues.model.ids import ParentId
from venues.model.instrument import Contract, Kind

# A contract is worth 10 of quote: at 100 it counts as 0.1 of the market.
COIN = Venue("coin", lot="1", kind=Kind.PERP, contract=Contract.INVERSE, contract_size="10")
LINEAR = Venue("linear", lot="0.01")
BOTH = (LINEAR, COIN)


def test_both_give_what_they_have_cheapest_in_the_units_of_the_market() -> None:
    desk = Scenario(take(), buy="2", limit="101", venues=BOTH)
    desk.book("linear", "5@99.8 | 0.5@100.2 9@100.4")
    desk.book("coin", "50@99.9 | 10@100.1 90@100.5")
    # The mid is 100: 10 contracts are one unit.
    assert desk.at(0) == ["linear#1: buy 1 @ 100.4", "coin#2: buy 10 @ 100.4"]
    desk.fills("linear#1")
    desk.fills("coin#2")
    assert (desk.state, desk.filled) == ("done", 2)


def test_a_contract_counts_the_same_whatever_becomes_of_the_price() -> None:
    desk = Scenario(twap(over_s=20, slices=2), sell="2", limit="50", venues=(COIN,))
    desk.book("coin", "50@100 | 50@100")
    desk.book("coin", "50@99.9 | 50@100.1")
    assert desk.at(0) == ["coin#1: sell 10 @ 99.9"]
    desk.fills("coin#1")
    desk.book("coin", "50@79.9 | 50@80.1")  # a fifth lower: ten contracts are 1.25 of base now
    assert desk.at(11) == ["coin#2: sell 10 @ 78.4"]  # the last slice may go to the collar
    desk.fills("coin#2", price="79.9")
    assert (desk.state, desk.filled) == ("done", 2)
    assert desk.held("coin") == -20
    assert desk.report().base_filled == "2.252565"  # 100 / 99.9 + 100 / 79.9


def test_what_is_less_than_a_contract_is_left_with_the_reason() -> None:
    desk = Scenario(take(), buy="1.05", limit="101", venues=(COIN,))
    desk.book("coin", "50@99.9 | 50@100.1")
    assert desk.at(0) == ["coin#1: buy 10 @ 100.1"]
    desk.fills("coin#1")
    assert desk.state == "expired"
    assert desk.filled == 1
    assert desk.why == "0.05 left: less than any venue takes"


def test_a_schedule_ends_with_dust_below_a_contract() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="1.05", limit="101", venues=(COIN,))
    desk.book("coin", "50@99.9 | 50@100.1")
    assert desk.at(0) == ["coin#1: buy 5 @ 100.1"]
    desk.fills("coin#1")
    said = desk.at(11)
    assert said == ["coin#2: buy 5 @ 101"]
    desk.fills("coin#2", price="100.1")
    desk.at(30)
    assert (desk.state, desk.filled) == ("expired", 1)
    assert desk.why == "0.05 left: less than any venue takes"


def test_dust_does_not_keep_the_cheaper_contracts_out() -> None:
    # A contract counts as 0.0999 here: no number of them but zero makes a whole number of lots.
    desk = Scenario(take(), buy="3", limit="101", venues=BOTH)
    desk.book("linear", "5@100.1 | 9@100.3")
    desk.book("coin", "500@99.9 | 500@100.1")
    assert desk.at(0) == ["coin#1: buy 30 @ 100.1"]
    assert desk.plans[-1].unrouted == Decimal("0.003")
    assert desk.skipped("linear") == "dearer than all that is taken"
    desk.fills("coin#1")
    assert (desk.state, desk.why) == ("expired", "0.003 left: less than any venue takes")


def test_after_a_restart_a_contract_counts_as_before() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="2", limit="150", venues=(COIN,))
    desk.book("coin", "50@99.9 | 50@100.1")
    assert desk.at(0) == ["coin#1: buy 10 @ 100.1"]
    desk.fills("coin#1")
    desk.book("coin", "50@119.9 | 50@120.1")
    desk.restarts()
    assert desk.filled == 1
    assert desk.orders(desk.at(11)) == ["coin#2: buy 10 @ 122.4"]
    desk.fills("coin#2")
    assert (desk.state, desk.filled) == ("done", 2)


def test_a_lost_answer_reserves_contracts_as_they_were_counted() -> None:
    desk = Scenario(take(), buy="2", limit="101", venues=(COIN,))
    desk.book("coin", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.answer_lost("coin#1")
    assert desk.reserved == 2
    desk.restarts()
    assert desk.reserved == 2
    desk.reports("coin#1", Standing.WORKING)
    desk.fills("coin#1")
    assert (desk.state, desk.filled) == ("done", 2)


def test_contracts_rest_in_whole_numbers_within_a_cap() -> None:
    desk = Scenario(
        rest(deadline_s=60), buy="2", limit="101", venues=(COIN,), caps=[("coin", "1.55")]
    )
    desk.book("coin", "50@99.9 | 50@100.1")
    assert desk.at(0) == ["coin#1: rest buy 15 @ 99.9"]


def test_a_minimum_in_quote_is_a_number_of_contracts() -> None:
    coin = Venue(
        "coin",
        lot="1",
        kind=Kind.PERP,
        contract=Contract.INVERSE,
        contract_size="10",
        min_notional="55",
    )
    desk = Scenario(take(), buy="0.5", limit="101", venues=(coin,))
    desk.book("coin", "50@99.9 | 50@100.1")
    assert desk.at(0) == []
    assert desk.state == "failed"
    assert desk.why == "quantity 0.5 is below the smallest order any venue takes, 0.6"


def test_fees_in_base_are_worth_what_base_was_then() -> None:
    desk = Scenario(take(), buy="1", limit="101", venues=(COIN,))
    desk.book("coin", "50@99.9 | 50@100.1")
    assert desk.at(0) == ["coin#1: buy 10 @ 100.1"]
    desk.hears(desk.venues.filled("coin#1", price="100", fee="0.0005", fee_currency="BTC"))
    assert desk.report().fees == "0.05"
    assert desk.held("coin") == Decimal(10)  # contracts are held whole


def test_an_exit_counts_contracts_as_its_entry_does() -> None:
    desk = Scenario(take(), buy="2", limit="101", venues=BOTH, then=then(twap(over_s=10, slices=1)))
    desk.book("linear", "5@99.8 | 0.57@100 9@100.2")
    desk.book("coin", "50@99.9 | 10@100.1 90@100.3")
    said = desk.at(0)
    assert [order.split(" @")[0] for order in said] == ["linear#1: buy 0.99", "coin#2: buy 10"]
    desk.book("linear", "5@119.8 | 9@120.2")
    desk.book("coin", "50@119.9 | 90@120.1")
    left = desk.fills_all(said)
    exit_ = desk.desk.engine.core.state.parents[ParentId("parent/exit")]
    assert exit_.spec.quantity == desk.filled
    assert exit_.counted == desk.parent.counted
    for second in range(1, 30):
        left = desk.fills_all(left) + desk.at(second)
    assert (exit_.state.value, exit_.filled) == ("done", desk.filled)
    assert (desk.held("linear"), desk.held("coin")) == (0, 0)
