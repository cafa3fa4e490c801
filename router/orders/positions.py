"""What is held: signed quantity and fees per (account, venue, instrument), from fills alone."""

from dataclasses import dataclass, field
from decimal import Decimal

from venues.model.events import Filled
from venues.model.ids import AccountId, Symbol, VenueId
from venues.model.instrument import Instrument
from venues.model.numbers import MONEY, ZERO
from venues.model.order import Side


@dataclass(slots=True)
class Position:
    """Signed quantity in the instrument's units, net of fees taken in base; fees by currency."""

    quantity: Decimal = ZERO
    turnover: Decimal = ZERO
    fees: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class Positions:
    """Every position our own fills have made."""

    rows: dict[tuple[AccountId, VenueId, Symbol], Position] = field(default_factory=dict)

    def book(self, account: AccountId, instrument: Instrument, side: Side, fill: Filled) -> None:
        """Add one new fill; a fee taken in the base asset is deducted from what is held."""
        key = (account, instrument.venue, instrument.symbol)
        position = self.rows.get(key)
        if position is None:
            position = self.rows[key] = Position()
        position.quantity = MONEY.fma(side.sign, fill.quantity, position.quantity)
        if instrument.brings_base and fill.fee_currency == instrument.base:
            paid_units = MONEY.divide(fill.fee, instrument.contract_size)
            position.quantity = MONEY.subtract(position.quantity, paid_units)
        position.turnover = MONEY.fma(fill.quantity, fill.price, position.turnover)
        paid = position.fees.get(fill.fee_currency, ZERO)
        position.fees[fill.fee_currency] = MONEY.add(paid, fill.fee)
