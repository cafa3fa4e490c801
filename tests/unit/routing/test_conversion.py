"""Does a venue priced in another currency get what it is worth, and no more than that?"""

from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.depth.composite import observe
from router.depth.scale import market_scale
from router.routing.counterfactual import counterfactual
from router.routing.offers import Terms
from router.routing.plan import Leg, Plan, books_digest, level_rows
from router.routing.preview import available
from router.routing.rest import CONVERTED, place_rest
from router.routing.sweep import twin
from router.routing.take import plan_take
from strategies.intents import Peg
from tests.fakes.depth import SECOND, SYMBOL, FakeBook, FakeDepth, book, instrument
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Market, Member
from venues.model.market import ASK, BookState, level_key
from venues.model.order import Side

NOW = 11 * SECOND
DIRECT, COIN, OTHER = (instrument(name, taker="0", tick="0.1") for name in ("d", "c", "e"))
USDC = Symbol("BTC/USDC")
STABLE = msgspec.structs.replace(
    instrument("s", tick="0.0001", lot="1", taker="0"), symbol=Symbol("USDC/USDT")
)
BY = (VenueId("s"), Symbol("USDC/USDT"))
LEVELS = [("1.0001", "50"), ("1.0010", "5000")]


def in_usdc(of: Instrument, **terms: object) -> Member:
    return Member(instrument=msgspec.structs.replace(of, symbol=USDC, **terms), conversion_book=BY)


class Scene:
    """A market of members and their books; the conversion book stands outside."""

    def __init__(
        self, members: list[tuple[Member, FakeBook]], stable: FakeBook, of: Instrument = STABLE
    ) -> None:
        instruments = [*(m.instrument for m, _ in members), of]
        market = Market(symbol=SYMBOL, members=tuple(m for m, _ in members))
        self.scale = market_scale(market, instruments)
        self.depth = FakeDepth([*(b for _, b in members), stable])
        self.composite = observe(self.depth, self.scale, now_ns=NOW, stale_after_ns=3 * SECOND)

    def take(
        self, quantity: str, side: Side = Side.BUY, limit: str = "", terms: Terms | None = None
    ) -> Plan:
        return plan_take(
            self.depth,
            self.composite,
            side=side,
            quantity=Decimal(quantity),
            limit=Decimal(limit or ("1000" if side is Side.BUY else "1")),
            terms=terms or Terms(),
            sweep=twin,
        )


def stable(
    side: Side = Side.BUY, *, state: BookState = BookState.LIVE, local_ns: int = 10 * SECOND
) -> FakeBook:
    if side is Side.BUY:
        bids = [("0.9990", "9")]
        return book(STABLE, bids=bids, asks=LEVELS, state=state, local_ns=local_ns)
    return book(STABLE, bids=[("0.9999", "50"), ("0.9990", "5000")], asks=[("1.0010", "9")])


def asks(*levels: tuple[str, str]) -> FakeBook:
    return book(COIN, bids=[("90", "1")], asks=levels)


def bids(*levels: tuple[str, str]) -> FakeBook:
    return book(COIN, bids=levels, asks=[("110", "1")])


def scene(direct: str = "100.05", quote: FakeBook | None = None) -> Scene:
    of = instrument("d", taker="0", tick="0.01")
    own = book(of, bids=[("90", "1")], asks=[(direct, "9")])
    return Scene(
        [(Member(instrument=of), own), (in_usdc(COIN), asks(("100", "9")))], quote or stable()
    )


def parts(plan: Plan) -> dict[str, str]:
    return {leg.venue: str(leg.quantity) for leg in plan.legs}


def walked(plan: Plan, leg: Leg, of: Instrument) -> Decimal:
    seen = next(b for b in plan.books if b.venue == leg.venue)
    left, cost = leg.lots, Fraction(0)
    for tick, rate, lots in zip(seen.ticks, seen.rates, seen.lots, strict=True):
        here = min(left, lots)
        cost += Fraction(tick * here * rate, seen.rate_parts)
        left -= here
    cost *= Fraction(of.tick_size * of.lot_size)
    return Decimal(cost.numerator) / Decimal(cost.denominator)


def test_it_is_used_as_far_as_its_currency_is_cheap_enough() -> None:
    # 50 USDC at 1.0001 are half a coin at 100.01; the next cost 100.10, beyond the 100.05 next door.
    plan = scene().take("2")
    assert parts(plan) == {"d": "1.500", "c": "0.500"}
    assert plan.expected_cost == Decimal("100.05") * Decimal("1.5") + Decimal("50.005")
    leg = plan.legs[1]
    assert leg.conversion == Decimal("1.0001")
    assert (leg.last_price, leg.limit_price) == (Decimal(100), Decimal(100))
    assert walked(plan, leg, COIN) == leg.cost


def test_a_sell_gets_what_its_currency_brings() -> None:
    of = instrument("d", taker="0", tick="0.01")
    own = book(of, bids=[("99.95", "9")], asks=[("110", "1")])
    made = Scene(
        [(Member(instrument=of), own), (in_usdc(COIN), bids(("100", "9")))], stable(Side.SELL)
    )
    plan = made.take("2", Side.SELL)
    assert parts(plan) == {"d": "1.500", "c": "0.500"}
    assert plan.expected_cost == Decimal("99.95") * Decimal("1.5") + Decimal("49.995")
    assert plan.legs[1].conversion == Decimal("0.9999")


def test_the_average_rate_of_a_walk_is_what_its_order_is_valued_at() -> None:
    plan = scene("101").take("1")
    leg = plan.legs[0]
    assert leg.venue == "c"
    assert leg.conversion == Decimal("1.00055")  # 50 at 1.0001 and 50 at 1.0010
    assert leg.cost == Decimal("100.055")
    # The order may follow the price as far as the next venue, at the worst rate it counts on.
    assert leg.limit_price * Decimal("1.001") <= Decimal("100.1")


def test_the_limit_bounds_price_times_rate() -> None:
    plan = scene("101").take("1", limit="100.05")
    assert parts(plan) == {"c": "0.500"}
    assert plan.unrouted == Decimal("0.5")
    assert dict(plan.skipped)[VenueId("d")] == "no depth within limit"
    nothing = scene("101").take("1", limit="100")
    assert nothing.legs == ()


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ({"state": BookState.BROKEN}, "conversion s USDC/USDT broken: gap"),
        ({"state": BookState.UNVERIFIED}, "conversion s USDC/USDT unverified: no snapshot yet"),
        ({"local_ns": 5 * SECOND}, "conversion s USDC/USDT stale 6.0 s"),
    ],
)
def test_without_a_book_to_trust_for_its_currency_it_is_skipped(
    state: dict[str, Any], why: str
) -> None:
    plan = scene(quote=stable(**state)).take("2")
    assert parts(plan) == {"d": "2.000"}
    assert dict(plan.skipped)[VenueId("c")] == why


def test_nothing_to_buy_the_currency_with_is_no_depth() -> None:
    plan = scene(quote=book(STABLE, bids=[("0.999", "9")])).take("2")
    assert dict(plan.skipped)[VenueId("c")] == "no depth"


def test_a_market_data_set_without_the_conversion_book_leaves_the_venue_out() -> None:
    market = Market(symbol=SYMBOL, members=(Member(instrument=DIRECT), in_usdc(COIN)))
    scale = market_scale(market, [DIRECT, in_usdc(COIN).instrument])
    assert [m.instrument.venue for m in scale.members] == ["d"]
    assert scale.left_out == (("c", "its conversion book is not in the market data"),)


def test_its_price_has_no_say_in_the_mid_but_is_held_against_others() -> None:
    made = scene("80.05")
    assert made.composite.mid == Decimal("85.025")  # of the direct book alone
    of = instrument("d", taker="0", tick="0.01")
    fresh = book(of, bids=[("99", "1")], asks=[("99.5", "9")], local_ns=10_500_000_000)
    crossed = bids(("100", "9"))
    crossed.asks = []
    wide = book(STABLE, bids=[("0.9999", "50")], asks=[("1.001", "50")])
    suspect = Scene([(Member(instrument=of), fresh), (in_usdc(COIN), crossed)], wide)
    assert "suspect: crossed d" in suspect.composite.quotes[1].refusal


def test_our_own_order_there_is_not_met() -> None:
    made = Scene(
        [
            (Member(instrument=DIRECT), asks(("105", "9"))),
            (in_usdc(COIN), asks(("100", "1"), ("101", "9"))),
        ],
        book(STABLE, bids=[("0.999", "9")], asks=[("1.0001", "9000")]),
    )
    plan = made.take("3", terms=Terms(own={1: {level_key(1005, ASK): 1}}))
    assert parts(plan) == {"d": "2.000", "c": "1.000"}
    assert plan.legs[1].limit_price <= Decimal("100.4")


def test_nothing_rests_there() -> None:
    found = place_rest(
        scene().depth,
        scene().composite,
        side=Side.BUY,
        quantity=Decimal(1),
        limit=Decimal(200),
        peg=Peg.PRIMARY,
        offset_ticks=0,
        terms=Terms(),
    )
    assert found.post is not None
    assert found.post.venue == "d"
    assert (VenueId("c"), CONVERTED) in found.skipped


def test_what_is_available_counts_the_conversion() -> None:
    made = scene()
    for limit, there in (("100.02", "0.5"), ("100.05", "9.5"), ("100.2", "11")):
        found = available(
            made.depth,
            made.composite,
            side=Side.BUY,
            limit=Decimal(limit),
            at_most=Decimal(11),
            terms=Terms(),
        )
        assert found == Decimal(there)


def test_the_stored_books_say_the_same_and_are_what_the_digest_covers() -> None:
    made = scene()
    plan = made.take("2")
    again = counterfactual(made.scale, plan.books, side=Side.BUY, quantity=Decimal(2), sweep=twin)
    assert again == plan.counterfactual
    assert plan.counterfactual.optimal == plan.expected_cost
    assert plan.books_digest == books_digest(Side.BUY, [(b, level_rows(b)) for b in plan.books])
    dearer = [
        msgspec.structs.replace(b, rates=tuple(r + 1 for r in b.rates)) if b.rates else b
        for b in plan.books
    ]
    assert plan.books_digest != books_digest(Side.BUY, [(b, level_rows(b)) for b in dearer])
    assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


def test_two_venues_of_one_conversion_book_never_count_on_a_level_twice() -> None:
    of = instrument("d", taker="0", tick="0.01")
    own = book(of, bids=[("90", "1")], asks=[("100.05", "9")])
    both = [
        (Member(instrument=of), own),
        (in_usdc(COIN), asks(("100", "9"))),
        (in_usdc(OTHER), asks(("100", "9"))),
    ]
    plan = Scene(both, stable()).take("2")
    # Half of 50 USDC at 1.0001 each: a quarter of a coin each, not half a coin each.
    assert parts(plan) == {"d": "1.500", "c": "0.250", "e": "0.250"}
    joint = Decimal("50.005") + Decimal("100.05") * Decimal("1.5")
    assert plan.expected_cost == joint
    # Each alone with the book: half a coin each at 100.01, one at 100.05.
    alone = Decimal("100.01") + Decimal("100.05")
    assert plan.certified_gap == joint - alone


_PRICES = st.integers(995, 1005)
_BOOKS = st.lists(st.tuples(_PRICES, st.integers(1, 4)), min_size=1, max_size=3)
_STABLES = st.lists(st.tuples(st.integers(9950, 10050), st.integers(1, 40)), min_size=1, max_size=3)


@settings(max_examples=60)
@given(_BOOKS, _BOOKS, _STABLES, st.sampled_from(Side), st.integers(1, 10))
def test_no_other_split_costs_less(
    direct: list[tuple[int, int]],
    coins: list[tuple[int, int]],
    rates: list[tuple[int, int]],
    side: Side,
    lots: int,
) -> None:
    sign = side.sign
    sorts = [
        sorted(dict(levels).items(), key=lambda level: sign * level[0])
        for levels in (direct, coins, rates)
    ]
    of, coin = (
        instrument(name, taker=fee, lot="0.1") for name, fee in (("d", "0.002"), ("c", "0.001"))
    )
    shown = [FakeBook(asks=s) if side is Side.BUY else FakeBook(bids=s) for s in sorts]
    made = Scene([(Member(instrument=of), shown[0]), (in_usdc(coin), shown[1])], shown[2])
    plan = made.take(f"{lots}e-1", side)
    costs = []
    for one, two in product(range(lots + 1), repeat=2):
        found = _alone(sorts[0], one, None, sign), _alone(sorts[1], two, sorts[2], sign)
        if None not in found:
            costs.append((one + two <= lots, one + two, found[0] + found[1]))  # type: ignore[operator]  # no None
    most = max(q for fits, q, _ in costs if fits)
    best = min(sign * c for fits, q, c in costs if fits and q == most)
    assert sum(leg.lots for leg in plan.legs) == most
    assert sign * plan.expected_cost == Decimal(best.numerator) / Decimal(best.denominator)


def _alone(
    levels: list[tuple[int, int]], lots: int, rates: list[tuple[int, int]] | None, sign: int
) -> Fraction | None:
    """What so many lots cost at one venue, lot by lot; None where they are not there."""
    fee = 1 + sign * (Fraction(1, 1000) if rates else Fraction(2, 1000))
    each = [tick for tick, size in levels for _ in range(size)][:lots]
    if len(each) < lots:
        return None
    used = total = Fraction(0)
    for tick in each:
        pays = Fraction(tick, 10) / 10 * fee
        rate, edge = Fraction(1), Fraction(0)
        if rates is not None:
            used += pays
            for level, size in rates:
                edge += size
                if used <= edge:
                    rate = Fraction(level, 10_000)
                    break
            else:
                return None
        total += pays * rate
    return total
