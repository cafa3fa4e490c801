"""What other ways of buying the same quantity would have cost."""

from decimal import Decimal

from router.routing.counterfactual import counterfactual
from router.routing.offers import Terms
from router.routing.plan import Counterfactual
from router.routing.preview import available, preview
from router.routing.sweep import twin
from router.routing.take import plan_take
from tests.fakes.depth import FakeBook, book, instrument, scale_of, seen
from venues.model.ids import VenueId
from venues.model.market import ASK, level_key
from venues.model.order import Side

DEAR = instrument("a", taker="0.01")
FREE = instrument("b", taker="0")
SCALE = scale_of(DEAR, FREE)
BOOKS = [
    book(DEAR, bids=[("99.9", "1")], asks=[("100", "3"), ("100.5", "3"), ("100.6", "3")]),
    book(FREE, bids=[("99.9", "1")], asks=[("100.1", "1"), ("100.7", "4")]),
]


def other(quantity: str, books: list[FakeBook] = BOOKS) -> Counterfactual:
    depth, composite = seen(SCALE, books)
    plan = plan_take(
        depth,
        composite,
        side=Side.BUY,
        quantity=Decimal(quantity),
        limit=Decimal(1000),
        terms=Terms(),
        sweep=twin,
    )
    stored = counterfactual(
        SCALE, plan.books, side=Side.BUY, quantity=Decimal(quantity) - plan.unrouted, sweep=twin
    )
    assert stored == plan.counterfactual
    return stored


def test_each_venue_alone_is_priced_where_it_shows_the_depth() -> None:
    assert [v.cost for v in other("2").single_venue] == [Decimal(202), Decimal("200.8")]
    assert [v.cost for v in other("6").single_venue] == [
        (300 + 3 * Decimal("100.5")) * Decimal("1.01"),
        None,
    ]


def test_the_best_touch_is_followed_without_seeing_fees() -> None:
    # 3 at 100 on the dear venue, then 1 at 100.1, then 1 at 100.5 on the dear venue again
    assert other("5").top_of_book == Decimal("400.5") * Decimal("1.01") + Decimal("100.1")


def test_pro_rata_follows_the_depth_within_ten_bps() -> None:
    # mids 99.95 and 100: within 10 bps lie 3 and 1
    assert other("2").pro_rata == Decimal(150) * Decimal("1.01") + Decimal("100.1") / 2


def test_the_optimum_is_what_the_plan_pays_when_nothing_binds() -> None:
    assert other("2").optimal == Decimal("100.1") + Decimal("100.7")


def test_less_than_the_plan_can_be_repriced_from_what_it_stored() -> None:
    depth, composite = seen(SCALE, BOOKS)
    plan = plan_take(
        depth,
        composite,
        side=Side.BUY,
        quantity=Decimal(5),
        limit=Decimal(1000),
        terms=Terms(),
        sweep=twin,
    )
    less = counterfactual(SCALE, plan.books, side=Side.BUY, quantity=Decimal(2), sweep=twin)
    assert less == other("2")


def test_the_effective_spread_at_size_is_wider_than_the_quoted_one() -> None:
    flat = book(FREE, bids=[("99", "1"), ("98", "1")], asks=[("101", "1"), ("102", "1")])
    depth, composite = seen(scale_of(FREE), [flat])
    small = preview(depth, composite, quantity=Decimal(1), terms=Terms(), sweep=twin)
    large = preview(depth, composite, quantity=Decimal(2), terms=Terms(), sweep=twin)
    beyond = preview(depth, composite, quantity=Decimal(3), terms=Terms(), sweep=twin)
    assert (small.spread_bps, large.spread_bps, beyond.spread_bps) == (200, 300, None)
    assert (large.buy_price, large.sell_price) == (Decimal("101.5"), Decimal("98.5"))


def test_what_is_available_stops_at_limit_cap_and_own_orders() -> None:
    depth, composite = seen(SCALE, BOOKS)

    def count(limit: str, at_most: str = "100", terms: Terms | None = None) -> Decimal:
        return available(
            depth,
            composite,
            side=Side.BUY,
            limit=Decimal(limit),
            at_most=Decimal(at_most),
            terms=terms or Terms(),
        )

    assert count("100.5") == 7
    assert count("100.5", at_most="4.5") == Decimal("4.5")
    assert count("100.5", terms=Terms(room={VenueId("a"): Decimal("0.5")})) == Decimal("1.5")
    assert count("100.5", terms=Terms(barred={VenueId("b"): "denied"})) == 6
    assert count("100.5", terms=Terms(own={0: [level_key(1005, ASK)]})) == 4
    assert count("99") == 0
