"""Is a price in another currency what it costs to get that currency, level by level?"""

from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.depth.conversion import Conversion, average_rate, conversion, rated
from tests.fakes.depth import instrument
from venues.model.ids import Symbol
from venues.model.instrument import FeeIn, Instrument
from venues.model.order import Side

# BTC/USDC on 0.1 and lots of 0.001; USDC/USDT on 0.0001 and lots of 1.
COIN = instrument("coin", taker="0")
STABLE = msgspec.structs.replace(
    instrument("stable", tick="0.0001", lot="1", taker="0"), symbol=Symbol("USDC/USDT")
)


def by(coin: Instrument = COIN, stable: Instrument = STABLE, share: int = 1) -> Conversion:
    return conversion(coin, stable, 7, share)


def rows(out: object) -> list[tuple[int, int, int]]:
    assert hasattr(out, "ticks")
    return list(zip(out.ticks, out.rates, out.lots, strict=True))  # type: ignore[attr-defined]  # Rated


def worth(found: Conversion, side: Side, tick: int) -> Fraction:
    return Fraction(found.rate(side, tick), found.parts)


def test_a_level_is_split_where_the_conversion_book_ends_one() -> None:
    # 100 USDC a coin, 0.1 a lot: 25 USDC at 1.0001 buy 250 lots, the next cost 1.0002.
    found = rated(by(), Side.BUY, ([1000, 1010], [300, 100]), ([10001, 10002], [25, 1000]))
    assert [(t, n) for t, _, n in rows(found)] == [(1000, 250), (1000, 50), (1010, 100)]
    assert [worth(by(), Side.BUY, 10001), worth(by(), Side.BUY, 10002)] == [
        Fraction(rate, by().parts) for rate in found.rates[:2]
    ]


def test_a_lot_that_straddles_two_levels_pays_the_worse() -> None:
    # A lot takes 10 USDC: two and a half of them fit in 25.
    coin = instrument("coin", taker="0", lot="0.1")
    found = rated(by(coin), Side.BUY, ([1000], [5]), ([10001, 10002], [25, 25]))
    assert [(rate // by(coin).pay, n) for _, rate, n in rows(found)] == [(10001, 2), (10002, 3)]


def test_where_the_conversion_book_ends_so_does_the_depth() -> None:
    found = rated(by(), Side.SELL, ([1000], [999]), ([9999], [25]))
    assert sum(found.lots) == 250


@pytest.mark.parametrize(
    ("fee_in", "pays"),
    [(FeeIn.QUOTE, Fraction(10001, 10000)), (FeeIn.RECEIVED, Fraction(10000, 9999))],
)
def test_the_conversion_s_own_fee_is_in_the_rate(fee_in: FeeIn, pays: Fraction) -> None:
    fee = msgspec.structs.replace(STABLE, taker_fee=Decimal("0.0001"), fee_in=fee_in)
    found = by(stable=fee)
    assert worth(found, Side.BUY, 10_000) == pays
    assert worth(found, Side.SELL, 10_000) == Fraction(9999, 10000)


def test_the_fee_of_the_venue_has_to_be_bought_too() -> None:
    dear = instrument("coin", taker="0.25")
    found = rated(by(dear), Side.BUY, ([1000], [300]), ([10001, 10002], [25, 1000]))
    assert found.lots == [200, 100]  # 0.125 USDC a lot
    kept = instrument("coin", taker="0.25", fee_in=FeeIn.RECEIVED)
    found = rated(by(kept), Side.BUY, ([1000], [300]), ([10001, 10002], [25, 1000]))
    assert found.lots == [250, 50]


def test_two_members_of_one_book_count_on_half_of_it_each() -> None:
    found = rated(by(share=2), Side.BUY, ([1000], [999]), ([10001], [25]))
    assert sum(found.lots) == 125


_SIZES = st.integers(1, 400)
_MEMBER = st.lists(st.tuples(st.integers(900, 1100), _SIZES), min_size=1, max_size=6)
_BOOK = st.lists(st.tuples(st.integers(9990, 10010), st.integers(1, 60)), min_size=1, max_size=6)


@given(_MEMBER, _BOOK, st.sampled_from(Side), st.sampled_from(["0", "0.001"]))
def test_lot_by_lot_the_same_comes_out_and_never_cheaper_than_the_true_walk(
    member: list[tuple[int, int]], book: list[tuple[int, int]], side: Side, fee: str
) -> None:
    coin = instrument("coin", taker=fee, lot="0.05")
    stable = msgspec.structs.replace(STABLE, taker_fee=Decimal("0.0002"))
    found, sign = by(coin, stable), side.sign
    member, book = (sorted(levels, key=lambda level: sign * level[0]) for levels in (member, book))
    out = rated(found, side, _columns(member), _columns(book))
    got = [(t, r) for t, r, n in rows(out) for _ in range(n)]
    # Lot by lot, in exact fractions and by other means: where each lot ends in the book.
    ends, edge = [], Fraction(0)
    for tick, size in book:
        edge += size
        ends.append((edge, tick))
    used = cost = Fraction(0)
    expected = []
    for tick, size in member:
        for _ in range(size):
            takes = Fraction(tick) / 10 * Fraction(1, 20) * (1 + sign * Fraction(fee))
            at = next((t for end, t in ends if used + takes <= end), None)
            if at is None:
                break
            expected.append((tick, found.rate(side, at)))
            cost += _walk(book, used + takes) - _walk(book, used)
            used += takes
        else:
            continue
        break
    assert got == expected
    # Priced lot by lot at the worse rate, against the true walk of the conversion book.
    feed = 1 + sign * Fraction(2, 10_000)
    stated = sum(
        (
            Fraction(t, 10)
            * Fraction(1, 20)
            * (1 + sign * Fraction(fee))
            * Fraction(r, found.parts)
            for t, r in got
        ),
        Fraction(0),
    )
    assert sign * stated >= sign * cost * feed
    products = [t * r * sign for t, r in got]
    assert products == sorted(products)
    if got:
        over, under = sum(t * r for t, r in got), sum(t for t, _ in got)
        average = Fraction(average_rate(found, side, over, under))
        exact = Fraction(over, under) / found.parts
        assert sign * average <= sign * exact
        assert abs(average - exact) < Fraction(1, 10**17)


def _columns(levels: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [tick for tick, _ in levels], [size for _, size in levels]


def _walk(book: list[tuple[int, int]], quantity: Fraction) -> Fraction:
    """What `quantity` of the converted currency costs in the book, without fee."""
    total = Fraction(0)
    for tick, size in book:
        here = min(Fraction(size), quantity)
        total += here * tick / 10_000
        quantity -= here
    return total
