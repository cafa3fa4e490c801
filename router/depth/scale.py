"""What is a tick or a lot of each venue worth in one market, as exact integers?

Prices of different venues compare, and costs of different venues add, without a rounding: every
member gets an integer multiplier over one common denominator. Decimal appears once, at the end.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final, assert_never

from router.depth.conversion import Conversion, conversion
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Contract, FeeIn, Instrument, Market, Member
from venues.model.numbers import MONEY, ceil_lots
from venues.model.order import Side

# Charges are in parts of it: 10^-8 of a price is a ten-thousandth of a bp.
CHARGE_ONE: Final = 10**8


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """One market in integers; tuples are by member position, in the order of the market.

    market price = tick * multiplier / denominator (of a member with a conversion book: tick * rate
    * multiplier / denominator), where the multiplier is `raw` (no fee), `taker`
    or `maker` of a side: fee in, and expected funding if it is counted; `funding`, which a buyer
    pays and a seller gets, is part of both, `paid` leaves it out. One lot is `grains` grains of
    `grain` market units, the largest step that divides every lot. `books` are positions in
    `Books.instruments`. `left_out` are the members that cannot be routed, each with a sentence.
    """

    market: Market
    members: tuple[Member, ...]
    books: tuple[int, ...]
    left_out: tuple[tuple[VenueId, str], ...]
    denominator: int
    raw: tuple[int, ...]
    taker_buy: tuple[int, ...]
    taker_sell: tuple[int, ...]
    maker_buy: tuple[int, ...]
    maker_sell: tuple[int, ...]
    grain: Decimal
    grains: tuple[int, ...]
    lot: Decimal  # the finest lot, in market units
    grain_ratio: tuple[int, int]
    min_quantity_lots: tuple[int, ...]
    min_tick_lots: tuple[tuple[int, int], ...]  # least tick x lots of min_notional, a fraction
    funding: tuple[int, ...] | None = None  # None: not counted
    conversions: tuple[Conversion | None, ...] = ()  # by member; empty: constants alone

    def conversion(self, member: int) -> Conversion | None:
        """Return the book that converts the quote of a member, None where a constant does."""
        return self.conversions[member] if self.conversions else None

    def taker(self, side: Side) -> tuple[int, ...]:
        """Return the multipliers of prices net of the taker fee."""
        return self.taker_buy if side is Side.BUY else self.taker_sell

    def paid(self, side: Side) -> tuple[int, ...]:
        """Return the multipliers of what a taker pays or gets now: expected funding left out."""
        taker = self.taker(side)
        if self.funding is None:
            return taker
        return tuple([t - f for t, f in zip(taker, self.funding, strict=True)])

    def maker(self, side: Side) -> tuple[int, ...]:
        """Return the multipliers of prices net of the maker fee."""
        return self.maker_buy if side is Side.BUY else self.maker_sell

    def price(self, numerator: int) -> Decimal:
        """Return the market price of `tick * multiplier`."""
        return MONEY.divide(Decimal(numerator), Decimal(self.denominator))

    def amount(self, numerator: int) -> Decimal:
        """Return the quote amount of a sum of `tick * multiplier * grains`; exact to 60 digits."""
        over, under = self.grain_ratio
        return MONEY.divide(Decimal(numerator * over), Decimal(self.denominator * under))

    def numerator(self, amount: Decimal) -> int:
        """Return the least numerator worth a quote `amount` at least; see `amount`."""
        over, under = self.grain_ratio
        money, parts = amount.as_integer_ratio()
        return -(-money * self.denominator * under // (parts * over))

    def quantity(self, grains: int) -> Decimal:
        """Return the market quantity of `grains`."""
        return MONEY.multiply(Decimal(grains), self.grain)

    def floor_grains(self, quantity: Decimal) -> int:
        """Return the whole grains in `quantity` market units, rounded down."""
        over, under = quantity.as_integer_ratio()
        grain_over, grain_under = self.grain_ratio
        return over * grain_under // (under * grain_over)

    def limit_tick(self, member: int, side: Side, limit: Decimal) -> int:
        """Return the worst tick within market price `limit`: rounded down to buy, up to sell."""
        over, under = limit.as_integer_ratio()
        above, below = over * self.denominator, under * self.raw[member]
        return above // below if side is Side.BUY else -(-above // below)

    def least_tick(self, member: int, lots: int) -> int:
        """Return the lowest tick at which an order of `lots` (> 0) has the minimum notional."""
        over, under = self.min_tick_lots[member]
        return -(-over // (under * lots))

    def min_lots(self, member: int, tick: int) -> int:
        """Return the fewest lots an order at about `tick` (> 0) may have: both minimums."""
        over, under = self.min_tick_lots[member]
        return max(self.min_quantity_lots[member], -(-over // (under * tick)))


def charged(scale: Scale, charges: Sequence[int]) -> Scale:
    """Return `scale` with a charge per member on every price, in 1 / `CHARGE_ONE` of it.

    Where it is above zero a buyer pays it on top and a seller gets it on top: expected funding.
    """
    kinds = (scale.raw, scale.taker_buy, scale.taker_sell, scale.maker_buy, scale.maker_sell)
    funding = [r * c for r, c in zip(scale.raw, charges, strict=True)]
    finer = [[m * CHARGE_ONE for m in kind] for kind in kinds]
    nets = [[m + f for m, f in zip(kind, funding, strict=True)] for kind in finer[1:]]
    rows = [finer[0], *nets, funding]
    denominator = scale.denominator * CHARGE_ONE
    # As small as they can be: large integers are slow, and kernels have 64 bits.
    common = math.gcd(denominator, *(m for row in rows for m in row))
    least = [tuple([m // common for m in row]) for row in rows]
    return replace(
        scale,
        denominator=denominator // common,
        raw=least[0],
        taker_buy=least[1],
        taker_sell=least[2],
        maker_buy=least[3],
        maker_sell=least[4],
        funding=least[5],
    )


def market_scale(market: Market, instruments: Sequence[Instrument]) -> Scale:
    """Return `market` in integers over the books of `instruments`.

    Inverse members that no parent has counted yet have prices and no lots: 0 grains. ValueError
    when a member has no book.
    """
    at = {(i.venue, i.symbol): n for n, i in enumerate(instruments)}
    left_out = _left_out(market, at)
    members = tuple(
        m for m in market.members if (m.instrument.venue, m.instrument.symbol) not in left_out
    )
    if not members:
        raise ValueError(f"market {market.symbol} has no member to route to")
    missing = [m for m in members if (m.instrument.venue, m.instrument.symbol) not in at]
    if missing:
        raise ValueError(f"market {market.symbol}: no book for {missing[0].instrument.venue}")
    conversions = _conversions(members, instruments, at)
    raw = [_raw(m, by) for m, by in zip(members, conversions, strict=True)]
    takers = [Fraction(m.instrument.taker_fee) for m in members]
    makers = [Fraction(m.instrument.maker_fee) for m in members]
    kinds = (
        raw,
        [r * _buying(m, f) for r, f, m in zip(raw, takers, members, strict=True)],
        [r * (1 - f) for r, f in zip(raw, takers, strict=True)],
        [r * _buying(m, f) for r, f, m in zip(raw, makers, members, strict=True)],
        [r * (1 - f) for r, f in zip(raw, makers, strict=True)],
    )
    denominator = math.lcm(*(f.denominator for kind in kinds for f in kind))
    scaled = [tuple(int(f * denominator) for f in kind) for kind in kinds]
    lots = [Fraction(m.lot) if m.sized else Fraction(0) for m in members]
    grain = _common_step([lot for lot in lots if lot]) or Fraction(1)
    return Scale(
        market=market,
        members=members,
        books=tuple(at[m.instrument.venue, m.instrument.symbol] for m in members),
        left_out=tuple((venue, why) for (venue, _), why in left_out.items()),
        denominator=denominator,
        raw=scaled[0],
        taker_buy=scaled[1],
        taker_sell=scaled[2],
        maker_buy=scaled[3],
        maker_sell=scaled[4],
        grain=_exact(grain),
        grains=tuple(int(lot / grain) for lot in lots),
        lot=_exact(min([lot for lot in lots if lot], default=Fraction(1))),
        grain_ratio=(grain.numerator, grain.denominator),
        min_quantity_lots=tuple(_min_lots(m.instrument) for m in members),
        min_tick_lots=tuple(_min_tick_lots(m.instrument) for m in members),
        conversions=conversions if any(conversions) else (),
    )


def _left_out(
    market: Market, at: Mapping[tuple[VenueId, Symbol], int]
) -> dict[tuple[VenueId, Symbol], str]:
    """Return the members that cannot be routed, each with a sentence."""
    out = {}
    for m in market.members:
        key, by = (m.instrument.venue, m.instrument.symbol), m.conversion_book
        if by is not None and by not in at:
            out[key] = "its conversion book is not in the market data"
        elif by is not None and m.instrument.contract is not Contract.LINEAR:
            out[key] = "inverse contracts are converted by a constant, not by a book"
    return out


def _raw(member: Member, by: Conversion | None) -> Fraction:
    """Return what a tick (with a conversion book: a tick times a rate) is worth, market price."""
    converts = Fraction(member.conversion) if by is None else Fraction(1, by.parts)
    return Fraction(member.instrument.tick_size) * converts / Fraction(member.unit)


def _conversions(
    members: Sequence[Member],
    instruments: Sequence[Instrument],
    at: Mapping[tuple[VenueId, Symbol], int],
) -> tuple[Conversion | None, ...]:
    """Return the conversion book of each member, None where a constant converts."""
    used = [m.conversion_book for m in members]
    return tuple(
        None
        if (by := m.conversion_book) is None
        else conversion(m.instrument, instruments[at[by]], at[by], used.count(by))
        for m in members
    )


def _buying(member: Member, fee: Fraction) -> Fraction:
    """Return what buying one unit costs in units of its price, `fee` in.

    A fee that is taken from what was bought is worth what it costs to buy that much again: of one
    unit bought 1 - fee remains.
    """
    match member.instrument.fee_in:
        case FeeIn.QUOTE:
            return 1 + fee
        case FeeIn.RECEIVED:
            return 1 / (1 - fee)
        case _:
            assert_never(member.instrument.fee_in)


def _common_step(steps: Iterable[Fraction]) -> Fraction:
    """Return the largest step of which every one of `steps` (> 0) is a whole multiple."""
    common = Fraction(0)
    for step in steps:
        under = math.lcm(common.denominator, step.denominator)
        over = math.gcd(int(common * under), int(step * under))
        common = Fraction(over, under)
    return common


def _min_lots(of: Instrument) -> int:
    """Return the fewest lots whatever the price; inverse contracts have all their minimum here."""
    lots = max(ceil_lots(of.min_quantity, of.lot_size), 1)
    match of.contract:
        case Contract.LINEAR:
            return lots
        case Contract.INVERSE:
            return max(lots, ceil_lots(of.min_notional, of.lot_size * of.contract_size))
        case _:
            assert_never(of.contract)


def _min_tick_lots(of: Instrument) -> tuple[int, int]:
    """Return what tick x lots must reach for the minimum notional; 0 where no price decides it."""
    match of.contract:
        case Contract.LINEAR:
            one = Fraction(of.tick_size) * Fraction(of.lot_size) * Fraction(of.contract_size)
            return (Fraction(of.min_notional) / one).as_integer_ratio()
        case Contract.INVERSE:
            return 0, 1
        case _:
            assert_never(of.contract)


def _exact(value: Fraction) -> Decimal:
    """Return `value` as Decimal; lots are Decimals, so their common step is one exactly."""
    return MONEY.divide(Decimal(value.numerator), Decimal(value.denominator))
