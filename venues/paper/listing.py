"""What a paper venue demands of an order in one instrument, and what it charges for a fill."""

import enum
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from venues.model.commands import Submit
from venues.model.instrument import Contract, FeeIn, Instrument, Kind
from venues.model.numbers import MONEY, ZERO, floor_to, lots_in
from venues.model.order import Liquidity, Side, TimeInForce


class Refusal(enum.Enum):
    """The word with which the venue refuses an order, or a cancel."""

    SYMBOL = "unknown symbol"
    DEADLINE = "deadline passed"
    ENDED = "recording ended"
    LOT = "quantity off the lot"
    TICK = "price off the tick"
    MIN_QUANTITY = "quantity below the minimum"
    MIN_NOTIONAL = "notional below the minimum"
    POST_ONLY_IOC = "post-only cannot be immediate or cancel"
    POST_ONLY = "post-only would trade"
    OWN_ORDER = "would trade with an own order"
    REDUCE_ONLY = "reduce-only would not reduce"
    NO_STOPS = "no stop orders in this instrument"
    NO_MARK = "no mark price to trigger on"
    NO_LISTS = "no order lists in this instrument"
    LIST = "not a post-only order and its stop"
    LIST_PRICES = "the prices of the list are not on both sides of the last one"
    TRIGGERED = "would trigger at once"
    DUPLICATE = "duplicate client order id"
    UNKNOWN_ORDER = "unknown order"
    CLOSED = "order closed"


@dataclass(frozen=True, slots=True)
class Listing:
    """One instrument at index `i` of the market, with what every fill needs worked out once."""

    i: int
    instrument: Instrument
    maker_unit: Decimal
    taker_unit: Decimal
    lot_base: Decimal  # base asset in one lot
    settle: str
    is_spot: bool
    takes_base: bool

    def steps(self, submit: Submit) -> tuple[int, int] | Refusal:
        """Return the order as (tick, lots), or the first of the venue's demands it fails."""
        instrument = self.instrument
        try:
            lots = lots_in(submit.quantity, instrument.lot_size)
        except ValueError:
            return Refusal.LOT
        try:
            tick = lots_in(submit.price, instrument.tick_size)
        except ValueError:
            return Refusal.TICK
        if tick <= 0:
            return Refusal.TICK
        if lots <= 0 or submit.quantity < instrument.min_quantity:
            return Refusal.MIN_QUANTITY
        if instrument.notional(submit.quantity, submit.price) < instrument.min_notional:
            return Refusal.MIN_NOTIONAL
        if submit.post_only and submit.time_in_force is TimeInForce.IOC:
            return Refusal.POST_ONLY_IOC
        return tick, lots

    def on_tick(self, price: Decimal) -> bool:
        """Return whether an order may name `price`."""
        return price > ZERO and floor_to(price, self.instrument.tick_size) == price

    def quantity(self, lots: int) -> Decimal:
        """Return `lots` as a quantity, exact."""
        return MONEY.multiply(lots, self.instrument.lot_size)

    def price(self, tick: int) -> Decimal:
        """Return `tick` as a price, exact."""
        return MONEY.multiply(tick, self.instrument.tick_size)

    def charge(self, side: Side, tick: int, lots: int, liquidity: Liquidity) -> tuple[Decimal, str]:
        """Return the fee of a fill, < 0 for a rebate, and its currency.

        A venue that takes it from what was received takes base from a buy: the rate on its quantity.
        """
        if self.takes_base and side is Side.BUY:
            instrument = self.instrument
            maker = liquidity is Liquidity.MAKER
            rate = instrument.maker_fee if maker else instrument.taker_fee
            return MONEY.multiply(MONEY.multiply(lots, self.lot_base), rate), instrument.base
        return self.fee(tick, lots, liquidity), self.settle

    def fee(self, tick: int, lots: int, liquidity: Liquidity) -> Decimal:
        """Return the fee in the settlement currency: the rate on the notional, < 0 for a rebate.

        Exact for linear contracts, to 60 digits for inverse ones, which settle in base.
        """
        match liquidity:
            case Liquidity.MAKER:
                unit = self.maker_unit
            case Liquidity.TAKER:
                unit = self.taker_unit
            case _:
                assert_never(liquidity)
        match self.instrument.contract:
            case Contract.LINEAR:
                return MONEY.multiply(lots * tick, unit)
            case Contract.INVERSE:
                return MONEY.divide(MONEY.multiply(lots, unit), self.price(tick))
            case _:
                assert_never(self.instrument.contract)


def listing(i: int, instrument: Instrument) -> Listing:
    """Return the listing of `instrument` at market index `i`."""
    return Listing(
        i,
        instrument,
        maker_unit=_fee_unit(instrument, instrument.maker_fee),
        taker_unit=_fee_unit(instrument, instrument.taker_fee),
        settle=instrument.settle,
        is_spot=instrument.kind is Kind.SPOT,
        takes_base=instrument.fee_in is FeeIn.RECEIVED,
        lot_base=MONEY.multiply(instrument.lot_size, instrument.contract_size),
    )


def _fee_unit(instrument: Instrument, rate: Decimal) -> Decimal:
    # One multiplication per fill instead of four; MONEY raises nothing on rounding, but 60 digits
    # hold the product of four steps of 15 digits without any.
    per_lot = MONEY.multiply(MONEY.multiply(instrument.lot_size, instrument.contract_size), rate)
    match instrument.contract:
        case Contract.LINEAR:
            return MONEY.multiply(per_lot, instrument.tick_size) if rate else ZERO
        case Contract.INVERSE:
            return per_lot
        case _:
            assert_never(instrument.contract)
