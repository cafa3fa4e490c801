"""Where a passive child waits."""

from decimal import Decimal

import pytest

from router.routing.offers import Terms
from router.routing.rest import Post, Resting, place_rest
from strategies.intents import Peg
from tests.fakes.depth import FakeBook, book, instrument, scale_of, seen
from venues.model.ids import VenueId
from venues.model.instrument import Instrument
from venues.model.market import ASK, BookState, level_key
from venues.model.order import Side

FLAT, REBATE = instrument("flat", maker="0"), instrument("rebate", maker="-0.0002")


def rest(
    *pairs: tuple[Instrument, FakeBook],
    quantity: str = "1",
    side: Side = Side.BUY,
    limit: str | None = None,
    peg: Peg = Peg.PRIMARY,
    offset: int = 0,
    terms: Terms | None = None,
) -> Resting:
    depth, composite = seen(scale_of(*(m for m, _ in pairs)), [b for _, b in pairs])
    return place_rest(
        depth,
        composite,
        side=side,
        quantity=Decimal(quantity),
        limit=Decimal(limit or ("100000" if side is Side.BUY else "0.1")),
        peg=peg,
        offset_ticks=offset,
        terms=terms or Terms(),
    )


def posted(answer: Resting) -> Post:
    assert answer.post is not None
    return answer.post


def quoted(of: Instrument, bid: str, ask: str, size: str = "2") -> FakeBook:
    return book(of, bids=[(bid, size)], asks=[(ask, size)])


def test_a_child_joins_the_touch_where_the_net_price_is_best() -> None:
    pair = (FLAT, quoted(FLAT, "100", "101")), (REBATE, quoted(REBATE, "100", "101"))
    assert posted(rest(*pair)).venue == "rebate"
    assert posted(rest(*pair)).price == 100
    assert posted(rest(*pair, side=Side.SELL)).venue == "rebate"
    assert posted(rest(*pair, side=Side.SELL)).price == 101


def test_at_equal_net_price_the_shorter_queue_wins_then_the_venue_listed_first() -> None:
    other = instrument("other", maker="0")
    long, short = quoted(FLAT, "100", "101", "5"), quoted(other, "100", "101", "3")
    assert posted(rest((FLAT, long), (other, short))).venue == "other"
    assert posted(rest((FLAT, long), (other, short))).queue_lots == 3000
    assert posted(rest((FLAT, short), (other, short))).venue == "flat"


@pytest.mark.parametrize(
    ("side", "peg", "price"),
    [
        (Side.BUY, Peg.PRIMARY, "100"),
        (Side.SELL, Peg.PRIMARY, "100.5"),
        (Side.BUY, Peg.MID, "100.2"),
        (Side.SELL, Peg.MID, "100.3"),
        (Side.BUY, Peg.OPPOSITE, "100.4"),
        (Side.SELL, Peg.OPPOSITE, "100.1"),
    ],
)
def test_a_peg_rounds_away_from_the_other_side(side: Side, peg: Peg, price: str) -> None:
    assert posted(rest((FLAT, quoted(FLAT, "100", "100.5")), side=side, peg=peg)).price == Decimal(
        price
    )


def test_an_offset_goes_behind_and_never_through_the_other_side() -> None:
    pair = FLAT, quoted(FLAT, "100", "100.5")
    assert posted(rest(pair, offset=3)).price == Decimal("99.7")
    assert posted(rest(pair, offset=3, side=Side.SELL)).price == Decimal("100.8")
    assert posted(rest(pair, offset=-9)).price == Decimal("100.4")
    assert posted(rest(pair, offset=-9, side=Side.SELL)).price == Decimal("100.1")


def test_the_limit_holds_a_post_back() -> None:
    pair = FLAT, quoted(FLAT, "100", "100.5")
    assert posted(rest(pair, limit="99.95")).price == Decimal("99.9")
    assert posted(rest(pair, limit="100.55", side=Side.SELL)).price == Decimal("100.6")
    assert posted(rest(pair, limit="99.95")).peg_tick == 1000


def test_a_post_never_meets_our_own_order_on_the_other_side() -> None:
    own = Terms(own={0: [level_key(1003, ASK)]})
    found = rest((FLAT, quoted(FLAT, "100", "100.5")), peg=Peg.OPPOSITE, terms=own)
    assert posted(found).price == Decimal("100.2")


def test_minimums_caps_and_missing_prices_are_said() -> None:
    large = instrument("large", min_quantity="2")
    small = instrument("small")
    answer = rest(
        (large, quoted(large, "100", "101")),
        (small, quoted(small, "100", "101")),
        (FLAT, book(FLAT, asks=[("101", "1")])),
        (REBATE, book(REBATE, state=BookState.UNVERIFIED)),
        terms=Terms(room={VenueId("small"): Decimal(0)}),
    )
    assert answer.post is None
    assert answer.skipped == (
        ("large", "below minimum"),
        ("small", "cap reached"),
        ("flat", "no price to peg to"),
        ("rebate", "unverified: no snapshot yet"),
    )


def test_the_quantity_is_whole_lots_and_says_what_it_is_in_the_market() -> None:
    found = posted(rest((FLAT, quoted(FLAT, "100", "101")), quantity="1.2345"))
    assert (found.lots, found.quantity) == (1234, Decimal("1.234"))


def test_what_an_order_costs_counts_in_where_it_rests() -> None:
    gas = instrument("gas", maker="0", order_cost="0.3")
    cheap, dear = quoted(gas, "99.8", "101"), quoted(FLAT, "100", "101")
    # A buy of 1 pays 99.8 + 0.3 against 100, one of 2 pays 99.8 + 0.15.
    assert posted(rest((gas, cheap), (FLAT, dear), quantity="1")).venue == "flat"
    assert posted(rest((gas, cheap), (FLAT, dear), quantity="2")).venue == "gas"
    low, high = quoted(FLAT, "99", "100"), quoted(gas, "99", "100.2")
    assert posted(rest((gas, high), (FLAT, low), quantity="1", side=Side.SELL)).venue == "flat"
    assert posted(rest((gas, high), (FLAT, low), quantity="2", side=Side.SELL)).venue == "gas"
