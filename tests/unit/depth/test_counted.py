"""What does a contract worth a fixed amount of quote count as in a market of base units?"""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.risk.sent import atoms
from tests.fakes.depth import instrument, scale_of
from venues.model.instrument import Contract, Kind, Member
from venues.model.order import Side

LINEAR = instrument("linear", lot="0.001")


def inverse(size: str = "100", lot: str = "1", unit: str = "1") -> Member:
    of = instrument(
        "inverse",
        lot=lot,
        kind=Kind.PERP,
        contract=Contract.INVERSE,
        contract_size=size,
        min_notional="250",
    )
    return Member(instrument=of, unit=Decimal(unit))


def test_a_contract_counts_as_the_base_it_bought_at_the_arrival_price() -> None:
    member = inverse().counted_at(Decimal("61234.5"))
    assert member.counted == Decimal("0.00163306")
    assert member.market_quantity(Decimal(50)) == Decimal("0.081653")
    thousandfold = inverse(unit="1000").counted_at(Decimal("0.02"))
    assert thousandfold.counted == 5000


def test_a_linear_contract_is_what_it_is_at_any_price() -> None:
    member = Member(instrument=LINEAR)
    assert member.counted_at(Decimal(5)) is member


def test_before_it_is_counted_it_has_a_price_and_no_size() -> None:
    scale = scale_of(inverse(), LINEAR)
    assert scale.grains == (0, 1)
    assert scale.price(1000 * scale.raw[0]) == 100
    with pytest.raises(ValueError, match="no parent counts its contracts"):
        _ = inverse().lot


@given(
    st.decimals("0.00001", "99999999", places=5),
    st.sampled_from(["1", "10", "100", "0.5"]),
    st.sampled_from(["1", "0.1", "0.001", "10"]),
    st.integers(1, 10**6),
)
def test_what_is_counted_is_close_never_more_and_exact_in_atoms(
    price: Decimal, size: str, lot: str, lots: int
) -> None:
    member = inverse(size, lot).counted_at(price)
    assert member.counted is not None
    exact = Fraction(size) / Fraction(price)
    assert 0 <= exact - Fraction(member.counted) <= exact / 10**5
    quantity = member.market_quantity(lots * Decimal(lot))
    assert Fraction(atoms(quantity), 10**18) == Fraction(quantity)


def test_an_inverse_scale_prices_like_any_other_and_its_minimum_is_in_contracts() -> None:
    scale = scale_of(inverse().counted_at(Decimal(50_000)), LINEAR)
    assert scale.grains == (2, 1)
    assert scale.grain == Decimal("0.001")
    assert scale.min_lots(0, 1) == scale.min_lots(0, 10**9) == 3  # 250 of quote in hundreds
    assert scale.least_tick(0, 3) == 0
    assert scale.limit_tick(0, Side.BUY, Decimal("49999.95")) == 499_999
