"""Where a quantity is taken, at what cost, and what the plan says about it."""

from decimal import Decimal, localcontext

import msgspec
import pytest

from router.routing.offers import Terms, allowed_by
from router.routing.plan import Plan, VenueCost, books_digest, level_rows
from router.routing.sweep import twin
from router.routing.take import plan_take
from tests.fakes.depth import SECOND, SYMBOL, FakeBook, book, instrument, scale_of, seen
from venues.model.ids import VenueId
from venues.model.instrument import FeeIn, Instrument, Member
from venues.model.market import ASK, BID, BookState, level_key
from venues.model.order import Side

A, B, C = VenueId("a"), VenueId("b"), VenueId("c")
FREE = {v: instrument(v, taker="0") for v in (A, B, C)}


def take(
    *pairs: tuple[Instrument | Member, FakeBook],
    quantity: str,
    side: Side = Side.BUY,
    limit: str | None = None,
    terms: Terms | None = None,
) -> Plan:
    depth, composite = seen(scale_of(*(m for m, _ in pairs)), [b for _, b in pairs])
    return plan_take(
        depth,
        composite,
        side=side,
        quantity=Decimal(quantity),
        limit=Decimal(limit or ("1000000" if side is Side.BUY else "0.1")),
        terms=terms or Terms(),
        sweep=twin,
    )


def asks(of: Instrument, *levels: tuple[str, str], local_ns: int = 10 * SECOND) -> FakeBook:
    return book(of, bids=[("90", "1")], asks=levels, local_ns=local_ns)


def parts(plan: Plan) -> dict[str, str]:
    return {leg.venue: str(leg.quantity) for leg in plan.legs}


def test_the_cheapest_levels_of_all_venues_are_taken() -> None:
    plan = take(
        (FREE[A], asks(FREE[A], ("100", "1"), ("102", "1"))),
        (FREE[B], asks(FREE[B], ("101", "1"), ("103", "1"))),
        quantity="2.5",
    )
    assert parts(plan) == {"a": "1.500", "b": "1.000"}
    assert plan.expected_cost == 252
    assert plan.worst_price == 102
    assert plan.unrouted == 0


def test_the_fee_decides_between_equal_prices() -> None:
    dear, cheap = instrument("a", taker="0.001"), instrument("b", taker="0.0002")
    plan = take((dear, asks(dear, ("100", "5"))), (cheap, asks(cheap, ("100", "5"))), quantity="2")
    assert parts(plan) == {"b": "2.000"}
    assert plan.expected_cost == Decimal("200.04")


def test_a_fee_taken_from_what_is_bought_costs_what_it_takes_to_buy_it_again() -> None:
    quote = instrument("a", taker="0.002")
    base = instrument("b", taker="0.002", fee_in=FeeIn.RECEIVED)
    both = (quote, asks(quote, ("100", "5"))), (base, asks(base, ("100", "5")))
    assert parts(take(*both, quantity="2")) == {"a": "2.000"}  # 0.998 of 2 would be left there
    alone = take(both[1], quantity="4.99")
    # With 4.99 / 0.998 = 5 bought at 100, 4.99 is left.
    assert alone.expected_cost == 500
    assert alone.legs[0].quantity == Decimal("4.99")


def test_a_sell_pays_in_quote_whatever_the_venue_takes_from_buys() -> None:
    base = instrument("b", taker="0.002", fee_in=FeeIn.RECEIVED)
    shown = book(base, bids=[("100", "5")], asks=[("110", "1")])
    plan = take((base, shown), quantity="5", side=Side.SELL)
    assert plan.expected_cost == Decimal(500) * Decimal("0.998")


def test_at_equal_net_price_the_venue_listed_first_gives_first() -> None:
    plan = take(
        (FREE[A], asks(FREE[A], ("100", "1"))),
        (FREE[B], asks(FREE[B], ("100", "1"))),
        quantity="1.2",
    )
    assert parts(plan) == {"a": "1.000", "b": "0.200"}


def test_equal_net_prices_on_different_ticks_are_equal() -> None:
    fine = instrument("a", tick="0.01", taker="0")
    plan = take(
        (FREE[B], asks(FREE[B], ("100.1", "1"))),
        (fine, asks(fine, ("100.10", "1"))),
        quantity="1.2",
    )
    assert parts(plan) == {"b": "1.000", "a": "0.200"}


def test_a_sell_takes_the_highest_bids_and_states_what_it_gets() -> None:
    fees = instrument("a", taker="0.001")
    plan = take(
        (fees, book(fees, bids=[("100", "1"), ("98", "1")], asks=[("110", "1")])),
        (FREE[B], book(FREE[B], bids=[("99.8", "1")], asks=[("110", "1")])),
        quantity="1.5",
        side=Side.SELL,
    )
    assert parts(plan) == {"a": "1.000", "b": "0.500"}
    assert plan.expected_cost == Decimal("99.9") + Decimal("49.9")
    assert plan.worst_price == Decimal("99.8")
    # 99.8 net is 99.9 with the fee of a; its tick rounds up
    assert [leg.limit_price for leg in plan.legs] == [Decimal("99.9"), Decimal("99.8")]


def test_no_level_beyond_the_limit_is_taken_and_the_rest_is_reported() -> None:
    plan = take(
        (FREE[A], asks(FREE[A], ("100", "1"), ("100.5", "1"))),
        (FREE[B], asks(FREE[B], ("100.6", "9"))),
        quantity="3",
        limit="100.55",
    )
    assert parts(plan) == {"a": "2.000"}
    assert plan.unrouted == 1
    assert plan.skipped == (("b", "no depth within limit"),)
    assert plan.legs[0].limit_price == Decimal("100.5")


def test_the_limit_of_a_leg_is_the_marginal_price_on_its_own_tick() -> None:
    coarse = instrument("a", tick="0.5", taker="0")
    plan = take(
        (coarse, asks(coarse, ("100", "1"))),
        (FREE[B], asks(FREE[B], ("100.9", "1"))),
        quantity="2",
        limit="200",
    )
    assert [leg.limit_price for leg in plan.legs] == [Decimal("100.5"), Decimal("100.9")]
    assert [leg.last_price for leg in plan.legs] == [100, Decimal("100.9")]


def test_venues_that_cannot_be_trusted_are_skipped_with_the_reason() -> None:
    plan = take(
        (FREE[A], asks(FREE[A], ("100", "1"), local_ns=7_900_000_000)),
        (FREE[B], book(FREE[B], asks=[("100", "1")], state=BookState.BROKEN)),
        (FREE[C], asks(FREE[C], ("101", "1"))),
        quantity="1",
    )
    assert parts(plan) == {"c": "1.000"}
    assert plan.skipped == (("a", "stale 3.1 s"), ("b", "broken: gap"))


def test_barred_venues_are_skipped_and_a_cap_is_kept() -> None:
    terms = Terms(barred=allowed_by([A, B, C], allow=[A, B], deny=[B]), room={A: Decimal("0.4005")})
    pairs = [(FREE[v], asks(FREE[v], ("100", "1"))) for v in (A, B, C)]
    plan = take(*pairs, quantity="1", terms=terms)
    assert parts(plan) == {"a": "0.400"}
    assert plan.unrouted == Decimal("0.6")
    assert plan.skipped == (("b", "denied"), ("c", "not among the allowed venues"))
    assert plan.limited == (("a", "cap reached"),)


def test_an_exhausted_cap_skips_the_venue() -> None:
    plan = take(
        (FREE[A], asks(FREE[A], ("100", "1"))), quantity="1", terms=Terms(room={A: Decimal(0)})
    )
    assert plan.legs == ()
    assert plan.skipped == (("a", "cap reached"),)


def test_a_leg_never_reaches_our_own_resting_order() -> None:
    ours = Terms(own={0: [level_key(1005, ASK), level_key(900, BID)]})
    levels = ("100", "1"), ("100.5", "1"), ("101", "1")
    plan = take((FREE[A], asks(FREE[A], *levels)), quantity="3", terms=ours)
    assert parts(plan) == {"a": "1.000"}
    assert plan.limited == (("a", "own order in the way"),)
    at_touch = Terms(own={0: [level_key(1000, ASK)]})
    plan = take((FREE[A], asks(FREE[A], *levels)), quantity="3", terms=at_touch)
    assert plan.skipped == (("a", "own order in the way"),)
    beyond = Terms(own={0: [level_key(1001, ASK)]})
    plan = take(
        (FREE[A], asks(FREE[A], *levels)),
        (FREE[B], asks(FREE[B], ("100.8", "1"))),
        quantity="2",
        terms=beyond,
    )
    assert plan.legs[0].limit_price == 100


def test_a_leg_below_its_minimum_is_raised_when_that_is_cheaper() -> None:
    least = instrument("a", taker="0", min_quantity="0.5")
    plan = take(
        (least, asks(least, ("100", "0.1"), ("100.1", "5"))),
        (FREE[B], asks(FREE[B], ("100.05", "1"), ("105", "9"))),
        quantity="1.1",
    )
    assert parts(plan) == {"a": "0.500", "b": "0.600"}


def test_a_leg_below_its_minimum_is_dropped_when_that_is_cheaper() -> None:
    least = instrument("a", taker="0", min_quantity="0.5")
    plan = take(
        (least, asks(least, ("100", "0.1"), ("104", "5"))),
        (FREE[B], asks(FREE[B], ("100.1", "2"))),
        quantity="1.1",
    )
    assert parts(plan) == {"b": "1.100"}
    assert plan.skipped == (("a", "below minimum"),)


def test_the_minimum_notional_counts_at_the_best_price() -> None:
    notional = instrument("a", taker="0", min_notional="10")
    plan = take((notional, asks(notional, ("100", "5"))), quantity="0.099")
    assert plan.skipped == (("a", "below minimum"),)
    assert plan.unrouted == Decimal("0.099")
    assert parts(take((notional, asks(notional, ("100", "5"))), quantity="0.1")) == {"a": "0.100"}


def test_a_sell_is_never_priced_below_the_minimum_notional_of_its_venue() -> None:
    notional = instrument("a", taker="0", min_notional="10")
    bids = book(notional, bids=[("100", "5"), ("99", "5")], asks=[("101", "5")])
    depth, composite = seen(scale_of(notional), [bids])
    plan = plan_take(
        depth,
        composite,
        side=Side.SELL,
        quantity=Decimal("0.101"),
        limit=Decimal(90),
        terms=Terms(),
        sweep=twin,
        to_the_limit=True,
    )
    (leg,) = plan.legs
    assert leg.quantity * leg.limit_price >= 10
    assert leg.limit_price < 100  # and still as far as it may go


def test_a_coarse_lot_is_filled_up_by_the_finer_venue() -> None:
    coarse = instrument("a", taker="0", lot="0.1")
    plan = take(
        (coarse, asks(coarse, ("100", "5"))),
        (FREE[B], asks(FREE[B], ("101", "5"))),
        quantity="0.123",
    )
    assert parts(plan) == {"a": "0.100", "b": "0.023"}


def test_a_fine_level_gives_way_to_a_coarse_lot_that_saves_more() -> None:
    coarse = instrument("a", taker="0", lot="1")
    plan = take(
        (coarse, asks(coarse, ("101", "50"))),
        (FREE[B], asks(FREE[B], ("100", "0.5"), ("200", "50"))),
        quantity="1",
    )
    assert parts(plan) == {"a": "1.000"}
    assert plan.expected_cost == 101


def test_quantity_finer_than_every_lot_stays_unrouted() -> None:
    plan = take((FREE[A], asks(FREE[A], ("100", "5"))), quantity="1.0005")
    assert parts(plan) == {"a": "1.000"}
    assert plan.unrouted == Decimal("0.0005")


def test_the_plan_names_the_best_single_venue_and_the_runner_up() -> None:
    plan = take(
        (FREE[A], asks(FREE[A], ("100", "1"), ("103", "1"))),
        (FREE[B], asks(FREE[B], ("101", "5"))),
        (FREE[C], asks(FREE[C], ("99.9", "1"))),
        quantity="2",
    )
    assert plan.best_single == VenueCost(B, SYMBOL, Decimal(202))
    assert plan.runner_up == VenueCost(A, SYMBOL, Decimal(203))
    assert plan.counterfactual.single_venue[2].cost is None
    assert plan.expected_cost == Decimal("199.9")


def test_cost_in_bps_is_against_the_mid_and_signed() -> None:
    mine = book(FREE[A], bids=[("99", "5")], asks=[("101", "5")])
    assert take((FREE[A], mine), quantity="2").expected_bps == 100
    assert take((FREE[A], mine), quantity="2", side=Side.SELL).expected_bps == 100


def test_units_and_conversion_are_in_the_cost() -> None:
    of = instrument("a", tick="0.0001", lot="0.1", taker="0.001")
    kilo = Member(instrument=of, unit=Decimal(1000), conversion=Decimal("0.999"))
    plan = take((kilo, book(of, bids=[("0.01", "5")], asks=[("0.025", "5000")])), quantity="200000")
    assert plan.legs[0].lots == 2000
    assert plan.expected_cost == 200 * Decimal("0.025") * Decimal("0.999") * Decimal("1.001")
    assert plan.worst_price == Decimal("0.000024975")


def test_sizes_and_prices_far_beyond_64_bits_together_stay_exact() -> None:
    wide = instrument("a", tick="0.00000001", lot="0.00000001", taker="0.0005")
    levels = [("50000000.12345678", "80000000.00000001"), ("50000001.00000001", "9")]
    plan = take((wide, book(wide, asks=levels)), quantity="80000001.00000001", limit="60000000")
    with localcontext(prec=60):
        first = Decimal("50000000.12345678") * Decimal("80000000.00000001")
        assert plan.expected_cost == (first + Decimal("50000001.00000001")) * Decimal("1.0005")


def test_nothing_to_route_is_an_empty_plan() -> None:
    plan = take((FREE[A], asks(FREE[A], ("100", "5"))), quantity="0")
    assert (plan.legs, plan.expected_cost, plan.expected_bps) == ((), 0, None)
    with pytest.raises(ValueError, match="not a quantity"):
        take((FREE[A], asks(FREE[A], ("100", "5"))), quantity="-1")


def test_a_market_without_any_usable_book_gives_reasons_only() -> None:
    plan = take((FREE[A], book(FREE[A], bids=[("99", "1")])), quantity="1")
    assert plan.legs == ()
    assert plan.unrouted == 1
    assert plan.skipped == (("a", "no depth"),)


def test_a_plan_survives_being_written_down_and_its_digest_is_of_its_books() -> None:
    plan = take((FREE[A], asks(FREE[A], ("100", "1"), ("102", "1"))), quantity="1.5")
    again = msgspec.json.decode(msgspec.json.encode(plan), type=Plan)
    assert again == plan
    rows = [(b, level_rows(b)) for b in again.books]
    assert books_digest(again.side, rows) == plan.books_digest


def test_a_sell_counts_on_no_level_below_the_price_its_minimum_notional_needs() -> None:
    notional = instrument("a", taker="0", min_notional="40")
    shown = book(notional, bids=[("99.9", "0.001"), ("99.7", "0.400")], asks=[("100.5", "1")])
    # 0.401 is worth 40.06 at the touch but 39.98 where most of it would trade: no legal order.
    plan = take((notional, shown), quantity="0.401", side=Side.SELL, limit="99.7")
    assert plan.skipped == (("a", "below minimum"),)
