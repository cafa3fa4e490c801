"""Do the figures of a report tie to the fills, to the last decimal?"""

from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.engine.records import Flagged, Issued, Planned, Received, Record
from router.orders.parent import Parent, ParentState
from router.reports.follow import Follower
from router.reports.summary import ParentSummary, summarise
from router.routing.plan import Arrival, Counterfactual, Leg, Plan, VenueCost
from tests.fakes.children import PARENT, SYMBOL, VENUE, filled, member, parent, submit
from venues.books.layout import WHOLE
from venues.model.events import Filled
from venues.model.ids import ParentId, VenueId
from venues.model.order import Liquidity, Side

BETA = VenueId("beta")
WAYS = {"alpha": "500", "beta": "500", "top": "500", "share": "500", "best": "500"}


def started(quantity: str = "10", arrival: str = "100") -> Parent:
    """Return a parent that is DONE and began at `arrival`."""
    one = parent(quantity)
    one.started_ns, one.ended_ns, one.state = 1_000, 9_000, ParentState.DONE
    one.arrival_price = Decimal(arrival)
    return one


def plan(quantity: str, ways: dict[str, str]) -> Plan:
    """Return a plan of which only the costs of other ways are read; what is not named has none."""
    costs = {name: Decimal(cost) for name, cost in ways.items()}
    return Plan(
        market=SYMBOL,
        side=Side.BUY,
        decided_ns=1,
        quantity=Decimal(quantity),
        limit=Decimal(101),
        legs=(),
        unrouted=Decimal(0),
        mid=None,
        expected_cost=Decimal(0),
        expected_bps=None,
        worst_price=None,
        best_single=None,
        runner_up=None,
        counterfactual=Counterfactual(
            quantity=Decimal(quantity),
            single_venue=(
                VenueCost(VENUE, SYMBOL, costs.get("alpha")),
                VenueCost(BETA, SYMBOL, costs.get("beta")),
            ),
            top_of_book=costs.get("top"),
            pro_rata=costs.get("share"),
            optimal=costs.get("best"),
        ),
        skipped=(),
        limited=(),
        books=(),
        books_digest="",
    )


def summary(fills: list[Filled], *plans: Plan) -> ParentSummary:
    """Return the summary after one child of 10 traded these fills."""
    follower = Follower({(VENUE, SYMBOL): member()})
    records: list[Record] = [Planned(PARENT, n, 1, p) for n, p in enumerate(plans, start=1)]
    records.append(Issued(submit(1, "10"), 1))
    records += [Received(fill, 10) for fill in fills]
    follower.followed(records, 1)
    return summarise(started(), follower)


@given(
    st.lists(
        st.tuples(st.integers(1, 2**53), st.integers(1, 2**53), st.integers(-(10**30), 10**30)),
        min_size=1,
        max_size=30,
    )
)
def test_quantity_and_fees_are_the_sums_of_the_fills_to_the_last_decimal(
    rows: list[tuple[int, int, int]],
) -> None:
    fills = [
        filled(
            1,
            f"{lots}e-12",
            cum="1",
            exec_id=str(n),
            price=f"{price}e-9",
            fee=f"{fee}e-24",
        )
        for n, (lots, price, fee) in enumerate(rows)
    ]
    told = summary(fills)
    assert Fraction(told.filled) == sum(Fraction(f.quantity) for f in fills)
    assert Fraction(told.fees) == sum(Fraction(f.fee) for f in fills)
    assert told.venues[VENUE].filled == told.filled
    assert told.venues[VENUE].fees == told.fees
    turnover = sum(Fraction(f.price) * Fraction(f.quantity) for f in fills)
    exact = turnover / Fraction(told.filled)
    assert told.average_price is not None
    assert abs(Fraction(told.average_price) - exact) <= Fraction(1, 10**12)


def test_shortfall_is_what_was_paid_over_arrival_fees_in() -> None:
    told = summary([filled(1, "10", cum="10", price="100.5", fee="1")])
    assert told.shortfall_bps == "60.000000"  # 1005 + 1 against 1000


def test_a_sell_that_got_less_has_a_cost_too() -> None:
    seller = started()
    seller.spec = msgspec.structs.replace(seller.spec, side=Side.SELL)
    follower = Follower({(VENUE, SYMBOL): member()})
    records: list[Record] = [Issued(submit(1, "10", side=Side.SELL), 1)]
    records.append(Received(filled(1, "10", cum="10", price="99.5", fee="1"), 2))
    follower.followed(records, 1)
    assert summarise(seller, follower).shortfall_bps == "60.000000"


def test_a_rebate_is_a_gain() -> None:
    told = summary([filled(1, "10", cum="10", price="100", fee="-0.1")])
    assert told.shortfall_bps == "-1.000000"
    assert told.fees == "-0.1"


def test_a_fee_in_base_costs_what_the_base_was_worth() -> None:
    told = summary([filled(1, "10", cum="10", price="100", fee="0.01", fee_currency="BTC")])
    assert (told.fees, told.shortfall_bps) == ("1", "10.000000")


def test_a_fee_in_base_of_a_thousandfold_unit_counts_a_thousandfold() -> None:
    follower = Follower({(VENUE, SYMBOL): member(unit="1000")})
    fill = filled(1, "10", cum="10", price="100000", fee="0.01", fee_currency="BTC")
    records: list[Record] = [Issued(submit(1, "10"), 1), Received(fill, 2)]
    follower.followed(records, 1)
    assert summarise(started("10000"), follower).fees == "1000"


def test_the_maker_share_is_the_part_that_rested() -> None:
    rested = filled(1, "1", cum="1", liquidity=Liquidity.MAKER)
    assert summary([rested, filled(1, "2", cum="3")]).maker_share == "0.333333"


def test_without_a_fill_there_are_no_prices_and_no_shares() -> None:
    told = summary([])
    assert (told.filled, told.fees, told.children) == ("0", "0", 1)
    assert told.average_price is None
    assert told.shortfall_bps is None
    assert told.maker_share is None
    assert told.counterfactual_bps.optimal is None


def test_a_parent_that_never_started_has_no_arrival_price_and_no_times() -> None:
    told = summarise(parent(), Follower({}))
    assert (told.arrival_price, told.started_ns, told.ended_ns) == (None, None, None)
    assert told.venues == {}


def test_the_other_ways_are_priced_for_what_was_really_taken() -> None:
    ways = {"alpha": "1010", "beta": "1005", "top": "1004", "share": "1007", "best": "1003"}
    told = summary([filled(1, "5", cum="5", price="100.2")], plan("10", ways))
    other = told.counterfactual_bps
    # half of what was planned traded: half of each cost, on half of the arrival value
    assert other.best_single_venue == "50.000000"
    assert other.top_of_book == "40.000000"
    assert other.pro_rata == "70.000000"
    assert other.optimal == "30.000000"


def test_one_venue_has_to_serve_the_whole_parent() -> None:
    told = summary(
        [filled(1, "10", cum="10", price="100.2")],
        plan("5", {"alpha": "500", "beta": "501"}),
        plan("5", {"beta": "502"}),  # alpha was cheaper once and cannot do it now
    )
    assert told.counterfactual_bps.best_single_venue == "30.000000"


@pytest.mark.parametrize("lacking", ["top", "share", "best"])
def test_a_way_that_lacked_depth_once_has_no_price(lacking: str) -> None:
    less = {name: cost for name, cost in WAYS.items() if name != lacking}
    told = summary([filled(1, "10", cum="10")], plan("5", WAYS), plan("5", less))
    other = told.counterfactual_bps
    prices = {"top": other.top_of_book, "share": other.pro_rata, "best": other.optimal}
    assert [name for name, price in prices.items() if price is None] == [lacking]


def test_what_was_made_passively_stays_what_it_was_in_every_other_way() -> None:
    told = summary(
        [
            filled(1, "5", cum="5", price="99", liquidity=Liquidity.MAKER),
            filled(1, "5", cum="10", price="101"),
        ],
        plan("5", {**WAYS, "best": "502"}),
    )
    # 495 made, and 502 instead of 505 taken, against 1000
    assert told.counterfactual_bps.optimal == "-30.000000"
    assert told.shortfall_bps == "0.000000"


def test_an_alarm_stands_in_the_report_of_its_parent_and_no_other_flag_does() -> None:
    follower = Follower({})
    follower.followed(
        [
            Flagged(PARENT, "alarm", "4 filled is not protected, the exit is over", 2_000),
            Flagged(ParentId("another"), "alarm", "not mine", 3_000),
            Flagged(PARENT, "anomaly", "heard of twice", 4_000),
        ],
        5_000,
    )
    (alarm,) = summarise(started(), follower).alarms
    assert (alarm.ts_ns, alarm.parent) == (2_000, PARENT)
    assert alarm.text == "4 filled is not protected, the exit is over"


def test_the_report_says_what_was_displayed_expected_and_got_at_each_venue() -> None:
    seen = Arrival(
        venue=VENUE,
        symbol=SYMBOL,
        way_ns=5_000_000,
        outcomes=64,
        displayed=Decimal(40),
        expected=Decimal(30),
    )
    elsewhere = msgspec.structs.replace(seen, venue=BETA, displayed=Decimal(7))
    leg = Leg(
        venue=VENUE,
        symbol=SYMBOL,
        book=0,
        lots=10,
        quantity=Decimal(10),
        limit_tick=100,
        limit_price=Decimal(100),
        last_price=Decimal(100),
        cost=Decimal(1000),
        arriving=WHOLE * 3 // 4,
    )
    decided_ns = submit(1, "10").decided_ns
    known = msgspec.structs.replace(
        plan("10", WAYS), decided_ns=decided_ns, legs=(leg,), arrivals=(seen, elsewhere)
    )
    more = msgspec.structs.replace(known, decided_ns=decided_ns + 1, legs=())
    fills = [filled(1, "6", cum="6", exec_id="a"), filled(1, "1", cum="7", exec_id="b")]
    report = summary(fills, known, more)
    assert set(report.depth) == {VENUE, BETA}
    mine = report.depth[VENUE]
    assert (mine.decisions, mine.displayed, mine.expected) == (2, "40.000000", "30.000000")
    assert (mine.sent, mine.foreseen, mine.filled) == ("10.000000", "7.500000", "7.000000")
    assert (report.depth[BETA].displayed, report.depth[BETA].sent) == ("7.000000", "0.000000")


def test_where_nothing_was_learned_the_report_says_nothing_of_depth() -> None:
    assert summary([], plan("10", WAYS)).depth == {}
