"""What a plan does and says when an order costs something beside its fee."""

from decimal import Decimal

import pytest

from router.routing.exact_kernel import fastest
from router.routing.offers import Terms
from router.routing.plan import Plan
from router.routing.sweep import twin
from router.routing.take import plan_take
from tests.fakes.depth import FakeBook, book, instrument, scale_of, seen
from venues.model.ids import VenueId
from venues.model.order import Side

A, B, C = (VenueId(name) for name in "abc")
CHEAP, NEXT = ("100", "1"), ("101", "9")


def plan_of(
    books: dict[VenueId, tuple[tuple[str, str], ...]],
    *,
    quantity: str,
    fixed: dict[VenueId, str] | None = None,
    venues_most: int | None = None,
    side: Side = Side.BUY,
    fee: str = "0",
) -> Plan:
    instruments = [
        instrument(venue, taker=fee, order_cost=(fixed or {}).get(venue, "0")) for venue in books
    ]
    shown: list[FakeBook] = [
        book(of, bids=[("90", "1")], asks=levels)
        if side is Side.BUY
        else book(of, bids=levels, asks=[("110", "1")])
        for of, levels in zip(instruments, books.values(), strict=True)
    ]
    depth, composite = seen(scale_of(*instruments), shown)
    return plan_take(
        depth,
        composite,
        side=side,
        quantity=Decimal(quantity),
        limit=Decimal(200) if side is Side.BUY else Decimal(1),
        terms=Terms(venues_most=venues_most),
        sweep=twin,
        search=fastest,
    )


def parts(plan: Plan) -> dict[str, Decimal]:
    return {leg.venue: leg.quantity for leg in plan.legs}


def test_a_venue_is_left_out_when_its_gas_costs_more_than_it_saves() -> None:
    plan = plan_of({A: (CHEAP,), B: (NEXT,)}, quantity="2", fixed={A: "1.01"})
    assert parts(plan) == {"b": 2}
    assert dict(plan.skipped)[A] == "not worth its fixed cost"
    assert (plan.expected_cost, plan.fixed_costs, plan.certified_gap) == (202, 0, 0)
    assert plan.nodes > 0


def test_a_venue_is_used_when_it_saves_more_than_its_gas() -> None:
    plan = plan_of({A: (CHEAP,), B: (NEXT,)}, quantity="2", fixed={A: "0.99"})
    assert parts(plan) == {"a": 1, "b": 1}
    assert (plan.expected_cost, plan.fixed_costs) == (Decimal("201.99"), Decimal("0.99"))
    assert [leg.fixed_cost for leg in plan.legs] == [Decimal("0.99"), 0]


def test_gas_is_taken_from_the_proceeds_of_a_sell() -> None:
    plan = plan_of({A: (("100", "2"),)}, quantity="2", fixed={A: "0.5"}, side=Side.SELL, fee="0.01")
    assert plan.expected_cost == Decimal("197.5")
    assert plan.legs[0].cost == 198


def test_at_equal_cost_there_are_fewer_legs() -> None:
    plan = plan_of({A: (CHEAP,), B: (CHEAP,), C: (("100", "2"),)}, quantity="2")
    assert parts(plan) == {"c": 2}
    assert parts(plan_of({A: (CHEAP,), B: (CHEAP,), C: (CHEAP,)}, quantity="2")) == {"a": 1, "b": 1}


@pytest.mark.parametrize(("most", "legs"), [(1, {"b": 2}), (2, {"a": 1, "b": 1})])
def test_no_more_venues_are_used_than_allowed(most: int, legs: dict[str, int]) -> None:
    assert parts(plan_of({A: (CHEAP,), B: (NEXT,)}, quantity="2", venues_most=most)) == legs


def test_the_spread_at_size_is_told_beside_the_quoted_one() -> None:
    plan = plan_of({A: (("110", "1"), ("120", "1"))}, quantity="2")
    # Bid 90, ask 110, mid 100; two cost 115 on average.
    assert plan.quoted_bps == 2000
    assert plan.at_size_bps == 3000


def test_every_leg_says_why_and_every_other_venue_why_not() -> None:
    plan = plan_of({A: (CHEAP,), B: (NEXT,), C: (("105", "9"),)}, quantity="2")
    assert {leg.venue: leg.why for leg in plan.legs} == {
        "a": "taken whole, cheaper than the marginal price",
        "b": "its last level is the dearest taken",
    }
    assert plan.skipped == ((C, "dearer than all that is taken"),)
