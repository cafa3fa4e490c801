"""What holding a perp is expected to cost, and what that makes of its prices."""

from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.depth.funding import Funding, expected_funding, funding_times
from router.depth.scale import CHARGE_ONE, charged
from tests.fakes.depth import SECOND, FakeBook, FakeDepth, instrument, scale_of
from venues.model.instrument import Instrument, Kind
from venues.model.order import Side

HOUR = 3600 * SECOND
NOW = 1_000 * HOUR
PERP = instrument("perp", kind=Kind.PERP)
SPOT = instrument("spot")


def expected(
    rate: str | None, next_ns: int = NOW + HOUR, *, hold_ns: int = 8 * HOUR, of: Instrument = PERP
) -> Funding:
    """Return what is expected of one instrument and of spot beside it."""
    known = None if rate is None else (int(Decimal(rate) * 10**12), next_ns)
    books = [FakeBook(funding=known), FakeBook()]
    scale = scale_of(of, SPOT)
    return expected_funding(scale, FakeDepth(books), now_ns=NOW, hold_ns=hold_ns)


@pytest.mark.parametrize(
    ("next_h", "hold_h", "times"),
    [
        (1, 0, 0),  # not held over any
        (1, 1, 1),  # held to the moment it is paid
        (1, 8, 1),
        (1, 9, 2),
        (8, 7, 0),
        (0, 7, 0),  # paid at this very moment: that one is over
        (0, 8, 1),
        (-1, 6, 0),  # the venue has not said the next time yet
        (-1, 7, 1),
        (3, 24, 3),
    ],
)
def test_funding_is_paid_at_its_times_within_the_hold(next_h: int, hold_h: int, times: int) -> None:
    counted = funding_times(
        next_ns=NOW + next_h * HOUR, interval_ns=8 * HOUR, now_ns=NOW, hold_ns=hold_h * HOUR
    )
    assert counted == times


@given(st.integers(-100, 100), st.integers(1, 30), st.integers(0, 200))
def test_the_count_is_that_of_the_times_one_by_one(next_: int, interval: int, hold: int) -> None:
    times = range(next_, 400, interval)
    within = sum(1 for t in times if 0 < t <= hold)
    assert funding_times(next_ns=next_, interval_ns=interval, now_ns=0, hold_ns=hold) == within


def test_the_rate_known_now_counts_once_for_each_time() -> None:
    assert expected("0.0001").charges == (10_000, 0)
    hourly = msgspec.structs.replace(PERP, funding_interval_s=3600)
    assert expected("-0.0000125", of=hourly).charges == (-1250 * 8, 0)


def test_a_rate_is_taken_to_the_nearest_step() -> None:
    assert expected("0.000000004999").charges == (0, 0)
    assert expected("0.000000005").charges == (1, 0)


@pytest.mark.parametrize(
    ("rate", "next_ns", "why"),
    [
        (None, 0, "funding not counted: no rate heard of"),
        ("0.0001", 0, "funding not counted: its time is not known"),
        ("0.0001", NOW - 8 * HOUR, "funding not counted: the rate is of a time long past"),
        ("0.6", NOW + HOUR, "funding not counted: beyond half of the notional"),
        ("-0.6", NOW + HOUR, "funding not counted: beyond half of the notional"),
    ],
)
def test_what_is_not_known_is_not_guessed(rate: str | None, next_ns: int, why: str) -> None:
    answer = expected(rate, next_ns)
    assert answer.charges == (0, 0)
    assert answer.uncounted == (("perp", why),)


def test_spot_pays_no_funding_whatever_its_feed_says() -> None:
    books = [FakeBook(funding=(10**9, NOW + HOUR))]
    scale = scale_of(SPOT)
    answer = expected_funding(scale, FakeDepth(books), now_ns=NOW, hold_ns=24 * HOUR)
    assert answer == Funding((0,), ())


@given(
    st.lists(st.integers(-(CHARGE_ONE // 4), CHARGE_ONE // 4), min_size=2, max_size=2),
    st.integers(1, 10**7),
)
def test_a_charge_is_on_top_of_a_price_to_the_last_digit(charges: list[int], tick: int) -> None:
    plain = scale_of(PERP, SPOT)
    scale = charged(plain, charges)
    for member, charge in enumerate(charges):
        of = plain.members[member].instrument
        price, rate = Fraction(tick * of.tick_size), Fraction(charge, CHARGE_ONE)
        fee, rebate = Fraction(of.taker_fee), Fraction(of.maker_fee)
        due: dict[tuple[int, ...], Fraction] = {
            scale.raw: Fraction(1),
            scale.taker(Side.BUY): 1 + fee + rate,
            scale.taker(Side.SELL): 1 - fee + rate,
            scale.maker(Side.BUY): 1 + rebate + rate,
            scale.maker(Side.SELL): 1 - rebate + rate,
            scale.paid(Side.BUY): 1 + fee,
            scale.paid(Side.SELL): 1 - fee,
        }
        for multipliers, factor in due.items():
            assert Fraction(tick * multipliers[member], scale.denominator) == price * factor
    assert scale.limit_tick(0, Side.BUY, Decimal("99.95")) == 999
