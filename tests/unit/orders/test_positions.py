"""What is held after fills: quantity net of fees in base, and the fees by currency."""

from decimal import Decimal

import msgspec
import pytest

from router.orders.positions import Position, Positions
from tests.fakes.children import filled, member
from venues.model.ids import MAIN_ACCOUNT
from venues.model.instrument import Contract, FeeIn, Instrument, Kind
from venues.model.order import Side

SPOT = member().instrument


def held(instrument: Instrument, side: Side, fee: str, fee_currency: str) -> Position:
    """Return the position after one fill of 2 at 100."""
    positions = Positions()
    fill = filled(1, "2", cum="2", fee=fee, fee_currency=fee_currency)
    positions.book(MAIN_ACCOUNT, instrument, side, fill)
    return positions.rows[MAIN_ACCOUNT, instrument.venue, instrument.symbol]


def test_a_fee_taken_in_base_is_not_held() -> None:
    position = held(SPOT, Side.BUY, "0.002", "BTC")
    assert position.quantity == Decimal("1.998")
    assert position.fees == {"BTC": Decimal("0.002")}


def test_a_fee_in_base_counts_in_the_units_of_the_order() -> None:
    hundreds = member(contract_size="100").instrument
    assert held(hundreds, Side.BUY, "0.2", "BTC").quantity == Decimal("1.998")


def test_a_fee_in_quote_leaves_the_quantity_alone() -> None:
    assert held(SPOT, Side.SELL, "0.2", "USDT").quantity == -2


def test_a_contract_that_settles_in_base_is_held_whole_whatever_its_fee() -> None:
    inverse = msgspec.structs.replace(SPOT, kind=Kind.PERP, contract=Contract.INVERSE)
    assert held(inverse, Side.BUY, "0.00001", "BTC").quantity == 2


@pytest.mark.parametrize(
    ("kind", "contract"), [(Kind.PERP, Contract.LINEAR), (Kind.SPOT, Contract.INVERSE)]
)
def test_only_linear_spot_has_base_to_take_a_fee_from(kind: Kind, contract: Contract) -> None:
    with pytest.raises(ValueError, match="only linear spot"):
        msgspec.structs.replace(SPOT, kind=kind, contract=contract, fee_in=FeeIn.RECEIVED)
