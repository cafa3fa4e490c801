"""Which books are trusted, and what the market's price over them is."""

from decimal import Decimal

import pytest

from router.depth.scale import market_scale
from tests.fakes.depth import SECOND, FakeBook, book, instrument, market, scale_of, seen
from venues.model.instrument import Instrument, Kind, Member
from venues.model.market import BookState
from venues.model.order import Side

A, B, C = instrument("a"), instrument("b"), instrument("c")


def flat(
    of: Instrument, *, state: BookState = BookState.LIVE, local_ns: int = 10 * SECOND
) -> FakeBook:
    return book(of, bids=[("99.9", "1")], asks=[("100.1", "1")], state=state, local_ns=local_ns)


def reasons(*states: BookState, age_s: int = 1) -> list[str]:
    venues = [A, B, C][: len(states)]
    now_ns = 20 * SECOND
    books = [
        flat(v, state=s, local_ns=now_ns - age_s * SECOND)
        for v, s in zip(venues, states, strict=True)
    ]
    return [q.refusal for q in seen(scale_of(*venues), books, now_ns=now_ns)[1].quotes]


def test_a_live_book_is_depth_and_an_unverified_or_broken_one_is_not() -> None:
    assert reasons(BookState.LIVE, BookState.UNVERIFIED, BookState.BROKEN) == [
        "",
        "unverified: no snapshot yet",
        "broken: gap",
    ]


def test_a_silent_venue_is_stale_and_says_for_how_long() -> None:
    books = [flat(A, local_ns=16_900_000_000)]
    _, composite = seen(scale_of(A), books, now_ns=20 * SECOND)
    assert composite.refusals == [("a", "stale 3.1 s")]


def test_a_book_crossed_within_itself_says_so() -> None:
    books = [book(A, state=BookState.BROKEN, bids=[("100.2", "1")], asks=[("100.1", "1")])]
    assert seen(scale_of(A), books)[1].quotes[0].refusal == "broken: crossed"


def test_a_cross_within_both_fees_is_normal() -> None:
    high = book(B, bids=[("100.1", "1")], asks=[("100.3", "1")])
    low = book(A, bids=[("99.8", "1")], asks=[("100.0", "1")])
    assert [q.refusal for q in seen(scale_of(A, B), [low, high])[1].quotes] == ["", ""]


def test_of_two_books_crossed_beyond_both_fees_the_older_is_suspect() -> None:
    low = book(A, bids=[("99.8", "1")], asks=[("100.0", "1")], local_ns=9 * SECOND)
    high = book(B, bids=[("100.3", "1")], asks=[("100.4", "1")], local_ns=10 * SECOND)
    quotes = seen(scale_of(A, B), [low, high])[1].quotes
    # 100.3 x 0.9995 = 100.24985 got, 100.0 x 1.0005 = 100.05 paid: 19.97 bps
    assert [q.refusal for q in quotes] == ["suspect: crossed b by 19.9 bps beyond fees", ""]


def test_one_wrong_book_against_two_right_ones_falls_alone() -> None:
    wrong = book(B, bids=[("101", "1")], asks=[("101.1", "1")], local_ns=8 * SECOND)
    books = [flat(A), wrong, flat(C)]
    quotes = seen(scale_of(A, B, C), books)[1].quotes
    assert [bool(q.refusal) for q in quotes] == [False, True, False]


def test_a_basis_between_spot_and_perpetual_makes_nobody_suspect() -> None:
    perp = instrument("p", kind=Kind.PERP)
    books = [flat(A), book(perp, bids=[("101", "1")], asks=[("101.1", "1")])]
    assert [q.refusal for q in seen(scale_of(A, perp), books)[1].quotes] == ["", ""]


def test_the_mid_is_the_median_of_the_live_mids() -> None:
    books = [
        book(A, bids=[("99", "1")], asks=[("101", "1")]),
        book(B, bids=[("100", "1")], asks=[("102.5", "1")]),
        book(C, bids=[("10", "1")], asks=[("11", "1")], state=BookState.BROKEN),
    ]
    composite = seen(scale_of(A, B, C), books)[1]
    assert composite.mid == Decimal("100.625")
    assert composite.touch(Side.BUY) == 100
    assert composite.touch(Side.SELL) == 101


def test_without_a_two_sided_book_there_is_no_mid() -> None:
    composite = seen(scale_of(A), [book(A, asks=[("101", "1")])])[1]
    assert composite.mid is None
    assert composite.touch(Side.BUY) is None


def test_units_and_conversions_make_prices_comparable() -> None:
    shib = Member(instrument=instrument("a", tick="0.000001", lot="1"), unit=Decimal(1))
    kilo = Member(
        instrument=instrument("b", tick="0.0001", lot="0.1"),
        unit=Decimal(1000),
        conversion=Decimal("0.999"),
    )
    scale = scale_of(shib, kilo)
    assert scale.price(25 * scale.raw[0]) == Decimal("0.000025")
    assert scale.price(250 * scale.raw[1]) == Decimal("0.000024975")
    assert scale.grains == (1, 100)
    assert scale.limit_tick(1, Side.BUY, Decimal("0.000025")) == 250
    assert scale.limit_tick(1, Side.SELL, Decimal("0.000025")) == 251


def test_lots_that_do_not_nest_share_a_finer_grain() -> None:
    scale = scale_of(instrument("a", lot="0.3"), instrument("b", lot="0.2"))
    assert (scale.grain, scale.grains, scale.lot) == (Decimal("0.1"), (3, 2), Decimal("0.2"))


def test_a_market_over_a_book_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no book for b"):
        market_scale(market(A, B), [A])
