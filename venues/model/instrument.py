"""What can be traded: instruments with their steps, minimums and fees, and markets that join them."""

import enum
from decimal import Decimal
from typing import Final, assert_never

import msgspec

from venues.model.ids import Symbol, VenueId
from venues.model.numbers import MONEY, ONE, ZERO, ceil_lots, floor_to
from venues.model.order import Side

# Eight hours: what most venues do.
FUNDING_INTERVAL_S: Final = 28_800

# A contract counts to so many digits: beyond them, prices move it within milliseconds.
_COUNTED_DIGITS: Final = 6
# Powers of ten: nothing is counted finer than 10^-18.
_FINEST: Final = -18


class Kind(enum.Enum):
    """What holding the instrument means."""

    SPOT = "spot"
    PERP = "perp"


class Contract(enum.Enum):
    """What one contract is worth: a fixed amount of base (linear) or of quote (inverse)."""

    LINEAR = "linear"
    INVERSE = "inverse"


class FeeIn(enum.Enum):
    """What a venue takes its fee in: always the quote, or what the trade brought in (FIX 479)."""

    QUOTE = "quote"
    RECEIVED = "received"  # of a buy the base, of a sell the quote


class ReduceOnly(enum.Enum):
    """What a venue says of the reduce-only orders that stand there at once."""

    UNSAID = "unsaid"  # nothing: each is only known to be refused where it could not reduce
    CAPPED = "capped"  # together they never trade more than is held as they match
    SUMMED = "summed"  # they count together: one beyond what is held is refused


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One contract at one venue.

    Prices are quote per base on `tick_size`; order quantities are multiples of `lot_size`, in
    units of `contract_size` (base units per 1 for linear, quote units per 1 for inverse).
    Fees are fractions of notional, negative when the venue pays. All steps are > 0. `fee_in` other
    than QUOTE is for linear spot only, ValueError otherwise: a perp pays in what it settles in.
    `order_cost` (quote, >= 0) is what an order costs beside its fee (gas), charged once, with its
    first fill; only where fees are paid in quote, ValueError otherwise.
    `funding_interval_s` (> 0): seconds between two funding times of a perp.
    `stop_orders`: whether the venue holds stop-limit orders until their trigger. `order_lists`: whether
    it takes a post-only order and a stop as one list (`SubmitPair`); only with stop orders, ValueError
    otherwise. `reduce_only` other than UNSAID is for perps, ValueError otherwise: spot knows no position.
    """

    venue: VenueId
    symbol: Symbol
    kind: Kind
    tick_size: Decimal
    lot_size: Decimal
    min_quantity: Decimal
    min_notional: Decimal
    maker_fee: Decimal
    taker_fee: Decimal
    contract_size: Decimal = ONE
    contract: Contract = Contract.LINEAR
    fee_in: FeeIn = FeeIn.QUOTE
    order_cost: Decimal = ZERO
    funding_interval_s: int = FUNDING_INTERVAL_S
    stop_orders: bool = False
    order_lists: bool = False
    reduce_only: ReduceOnly = ReduceOnly.UNSAID

    def __post_init__(self) -> None:
        if self.fee_in is FeeIn.RECEIVED and not self.brings_base:
            raise ValueError(
                f"{self.venue} {self.symbol}: only linear spot brings in base for a fee"
            )
        if self.order_cost < ZERO:
            raise ValueError(f"{self.venue} {self.symbol}: an order costs {self.order_cost}")
        if self.order_cost and not self.pays_in_quote:
            raise ValueError(
                f"{self.venue} {self.symbol}: only fees paid in quote can have a cost per order"
            )
        if self.order_lists and not self.stop_orders:
            raise ValueError(f"{self.venue} {self.symbol}: order lists are of stop orders")
        if self.reduce_only is not ReduceOnly.UNSAID and self.kind is not Kind.PERP:
            raise ValueError(f"{self.venue} {self.symbol}: only a perp has a position to reduce")

    @property
    def pays_in_quote(self) -> bool:
        """Return whether every fee here is paid in the currency prices are in."""
        return self.settle == self.quote and self.fee_in is FeeIn.QUOTE

    @property
    def brings_base(self) -> bool:
        """Return whether a buy brings in the base asset itself, and no contract on it."""
        return self.kind is Kind.SPOT and self.contract is Contract.LINEAR

    @property
    def base(self) -> str:
        """Return the asset before the slash of the symbol."""
        return self.symbol.split("/", 1)[0]

    @property
    def quote(self) -> str:
        """Return the currency prices are in."""
        return self.symbol.split("/", 1)[-1].split(":", 1)[0]

    @property
    def settle(self) -> str:
        """Return what a perp pays profit, margin and fees in; spot: the quote."""
        if ":" in self.symbol:
            return self.symbol.split(":", 1)[-1]
        return self.base if self.contract is Contract.INVERSE else self.quote

    def fee_currency(self, side: Side) -> str:
        """Return the currency in which an order of `side` pays its fee."""
        return self.base if self.fee_in is FeeIn.RECEIVED and side is Side.BUY else self.settle

    def price_of(self, tick: int) -> Decimal:
        """Return the price of an integer tick."""
        return tick * self.tick_size

    def quantity_of(self, lots: int) -> Decimal:
        """Return the order quantity of an integer number of lots."""
        return lots * self.lot_size

    def base_quantity(self, quantity: Decimal, price: Decimal) -> Decimal:
        """Return the base asset behind `quantity` contracts at `price`."""
        match self.contract:
            case Contract.LINEAR:
                return MONEY.multiply(quantity, self.contract_size)
            case Contract.INVERSE:
                return MONEY.divide(MONEY.multiply(quantity, self.contract_size), price)
            case _:
                assert_never(self.contract)

    def notional(self, quantity: Decimal, price: Decimal) -> Decimal:
        """Return the quote value of `quantity` contracts at `price`."""
        match self.contract:
            case Contract.LINEAR:
                return MONEY.multiply(self.base_quantity(quantity, price), price)
            case Contract.INVERSE:
                return MONEY.multiply(quantity, self.contract_size)
            case _:
                assert_never(self.contract)

    def min_lots(self, price: Decimal) -> int:
        """Return the fewest lots an order at about `price` may have: both minimums, at least 1."""
        by_quantity = ceil_lots(self.min_quantity, self.lot_size)
        one_lot = self.notional(self.lot_size, price)
        by_notional = ceil_lots(self.min_notional, one_lot) if one_lot > 0 else 1
        return max(by_quantity, by_notional, 1)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument inside a market.

    `unit`: base units of the market in one base unit of the instrument (1000SHIB: 1000).
    `conversion`: market quote per instrument quote (USDC against USDT), > 0: a constant, or with
    `conversion_book` (venue and symbol of an instrument outside the market) what that book says.
    `counted`: the market units that one unit of an order in an inverse contract counts as. A
    contract is worth a fixed amount of quote, so how much base it is changes with the price, and
    what is conserved are contracts: each parent counts them at one price, `counted_at` its arrival.
    None until then.
    """

    instrument: Instrument
    unit: Decimal = ONE
    conversion: Decimal = ONE
    conversion_book: tuple[VenueId, Symbol] | None = None
    counted: Decimal | None = None

    def counted_at(self, price: Decimal) -> "Member":
        """Return this member with its contracts counted at a market price (> 0); linear: itself.

        To six digits, rounded down, and a whole number of 10^-18: ledgers stay exact.
        """
        i = self.instrument
        match i.contract:
            case Contract.LINEAR:
                return self
            case Contract.INVERSE:
                worth = MONEY.multiply(i.contract_size, self.unit)
                exact = MONEY.divide(worth, self.instrument_price(price))
                _, under = i.lot_size.as_integer_ratio()
                finest = _FINEST + len(str(under)) - 1  # a lot of it must be one of 10^-18, too
                step = ONE.scaleb(max(exact.adjusted() - _COUNTED_DIGITS + 1, finest))
                return msgspec.structs.replace(self, counted=floor_to(exact, step))
            case _:
                assert_never(i.contract)

    @property
    def sized(self) -> bool:
        """Return whether a lot is known in market units: linear, or counted for a parent."""
        return self.instrument.contract is Contract.LINEAR or self.counted is not None

    @property
    def order_unit(self) -> Decimal:
        """Return the market units in one unit of an order; ValueError before an inverse is counted."""
        i = self.instrument
        match i.contract:
            case Contract.LINEAR:
                return MONEY.multiply(i.contract_size, self.unit)
            case Contract.INVERSE:
                if self.counted is None:
                    raise ValueError(f"{i.venue} {i.symbol}: no parent counts its contracts here")
                return self.counted
            case _:
                assert_never(i.contract)

    def at(self, conversion: Decimal | None) -> "Member":
        """Return this member as a decision valued it; None: by its own constant."""
        if conversion is None:
            return self
        return msgspec.structs.replace(self, conversion=conversion)

    @property
    def lot(self) -> Decimal:
        """Return one lot in market units; ValueError as `order_unit`."""
        return MONEY.multiply(self.instrument.lot_size, self.order_unit)

    @property
    def order_cost(self) -> Decimal:
        """Return what one order costs beside its fee, market quote."""
        return MONEY.multiply(self.instrument.order_cost, self.conversion)

    def market_quantity(self, quantity: Decimal) -> Decimal:
        """Return an order quantity of the instrument in market units; ValueError as `order_unit`."""
        return MONEY.multiply(quantity, self.order_unit)

    def market_price(self, price: Decimal) -> Decimal:
        """Return an instrument price as market quote per market unit."""
        return MONEY.divide(MONEY.multiply(price, self.conversion), self.unit)

    def instrument_price(self, price: Decimal) -> Decimal:
        """Return a market price in the instrument's own terms, not rounded to its tick."""
        return MONEY.divide(MONEY.multiply(price, self.unit), self.conversion)


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """The asset a parent names: the instruments that count as one."""

    symbol: Symbol
    members: tuple[Member, ...]
