"""How does funding that is still to come decide where to trade, and what does a plan say of it?"""

from decimal import Decimal

import msgspec

from router.depth.composite import Composite
from router.depth.scale import CHARGE_ONE, Scale, charged
from router.routing.offers import Terms
from router.routing.plan import Plan
from router.routing.rest import place_rest
from router.routing.sweep import twin
from router.routing.take import plan_take
from strategies.intents import Peg
from tests.fakes.depth import FakeBook, FakeDepth, book, instrument, scale_of, seen
from venues.model.instrument import Kind
from venues.model.order import Side

SPOT = instrument("spot", taker="0", maker="0")
PERP = instrument("perp", taker="0", maker="0", kind=Kind.PERP)
BOOKS = [
    book(SPOT, bids=[("99.9", "3")], asks=[("100", "3")]),
    book(PERP, bids=[("99.9", "3")], asks=[("100", "3")]),
]


def charge(rate: str) -> int:
    return int(Decimal(rate) * CHARGE_ONE)


def market(rate: str, books: list[FakeBook]) -> tuple[Scale, FakeDepth, Composite]:
    plain = scale_of(SPOT, PERP)
    depth, composite = seen(plain, books)
    scale = charged(plain, (0, charge(rate)))
    return scale, depth, msgspec.structs.replace(composite, scale=scale)


def take(rate: str, quantity: str, side: Side = Side.BUY, books: list[FakeBook] = BOOKS) -> Plan:
    scale, depth, composite = market(rate, books)
    del scale
    return plan_take(
        depth,
        composite,
        side=side,
        quantity=Decimal(quantity),
        limit=Decimal(1000) if side is Side.BUY else Decimal(1),
        terms=Terms(),
        sweep=twin,
    )


def parts(plan: Plan) -> dict[str, Decimal]:
    return {str(leg.venue): leg.quantity for leg in plan.legs}


def test_who_will_pay_funding_buys_where_there_is_none_and_who_will_get_it_buys_the_perp() -> None:
    assert parts(take("0.0001", "2")) == {"spot": 2}
    assert parts(take("-0.0001", "2")) == {"perp": 2}


def test_a_short_gets_what_a_long_pays() -> None:
    assert parts(take("0.0001", "2", Side.SELL)) == {"perp": 2}
    assert parts(take("-0.0001", "2", Side.SELL)) == {"spot": 2}


def test_the_cost_is_what_is_paid_now_and_the_funding_is_said_beside_it() -> None:
    plan = take("0.0001", "4")
    assert (plan.expected_cost, plan.expected_funding) == (400, Decimal("0.01"))
    assert [leg.expected_funding for leg in plan.legs] == [0, Decimal("0.01")]
    short = take("0.0001", "4", Side.SELL)
    assert short.expected_cost == Decimal("399.6")
    assert short.expected_funding == Decimal("-0.02997")  # three on the perp at 99.9


def test_the_best_single_venue_is_the_best_with_its_funding() -> None:
    dear = book(PERP, bids=[("99.9", "3")], asks=[("100.1", "3")])
    plan = take("-0.002", "2", books=[BOOKS[0], dear])
    assert plan.best_single is not None
    assert plan.runner_up is not None
    assert (plan.best_single.venue, plan.best_single.cost) == ("perp", Decimal("200.2"))
    assert plan.best_single.funding == Decimal("-0.4004")
    assert (plan.runner_up.venue, plan.runner_up.cost, plan.runner_up.funding) == ("spot", 200, 0)
    other = plan.counterfactual
    assert (other.optimal, other.optimal_funding) == (Decimal("200.2"), Decimal("-0.4004"))
    assert (other.top_of_book, other.top_of_book_funding) == (200, 0)


def test_a_leg_may_follow_its_book_as_far_as_funding_leaves_it_the_better_one() -> None:
    deep = book(SPOT, bids=[("99.9", "3")], asks=[("100", "1"), ("100.5", "3")])
    plan = take("0.002", "3", books=[deep, BOOKS[1]])
    # 100 with 20 bps of funding is 100.2, which is as far as spot may go for it.
    assert parts(plan) == {"spot": 1, "perp": 2}
    assert [leg.limit_price for leg in plan.legs] == [Decimal("100.2"), 100]


def test_a_passive_order_waits_where_funding_is_better() -> None:
    for rate, side, venue in (
        ("0.0001", Side.BUY, "spot"),
        ("-0.0001", Side.BUY, "perp"),
        ("0.0001", Side.SELL, "perp"),
        ("-0.0001", Side.SELL, "spot"),
    ):
        _, depth, composite = market(rate, BOOKS)
        place = place_rest(
            depth,
            composite,
            side=side,
            quantity=Decimal(1),
            limit=Decimal(1000) if side is Side.BUY else Decimal(1),
            peg=Peg.PRIMARY,
            offset_ticks=0,
            terms=Terms(),
        )
        assert place.post is not None
        assert place.post.venue == venue
        assert place.post.market_price == (Decimal("99.9") if side is Side.BUY else 100)
