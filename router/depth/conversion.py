"""What does the quote currency of one member cost in that of its market, at size?

A member priced in USDC joins a market in USDT through a second book, USDC/USDT: what buying at the
member takes in USDC is bought there level by level, what selling brings is sold there, its taker
fee in. Walks over a book are convex, so net cost curves stay convex: each level of the member is
split where the conversion's levels end. Nobody trades the conversion; it only says what a trade is
worth.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

import msgspec

from venues.model.ids import Symbol, VenueId
from venues.model.instrument import FeeIn, Instrument
from venues.model.order import Side

# Of a rate as a Decimal; finer than any tick times any fee.
_RATE_DIGITS: Final = 18


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """A conversion book as one member of a market sees it, in integers.

    A unit of the member's quote costs tick x `pay` / `parts` of the market's quote, and brings
    tick x `get` / `parts`. One lot of the member at one of its ticks takes (buy) or brings (sell)
    `needs_buy`, `needs_sell` lots of the book, as fractions. Of each level it counts on a part:
    one of `share` members that use this book.
    """

    venue: VenueId
    symbol: Symbol
    book: int
    pay: int
    get: int
    parts: int
    needs_buy: tuple[int, int]
    needs_sell: tuple[int, int]
    share: int = 1

    def rate(self, side: Side, tick: int) -> int:
        """Return what an order of `side` at the member multiplies its price by, in 1 / `parts`."""
        return tick * (self.pay if side is Side.BUY else self.get)


class Rated(msgspec.Struct, frozen=True, gc=False):
    """Levels of a member split at those of its conversion, best first."""

    ticks: list[int]
    rates: list[int]
    lots: list[int]


def conversion(of: Instrument, by: Instrument, book: int, share: int) -> Conversion:
    """Return the conversion of the quote of `of` through `by`, which stands at `book`."""
    pay = Fraction(by.tick_size)
    taken = by.fee_in is FeeIn.RECEIVED
    pay = pay / (1 - Fraction(by.taker_fee)) if taken else pay * (1 + Fraction(by.taker_fee))
    get = Fraction(by.tick_size) * (1 - Fraction(by.taker_fee))
    under = math.lcm(pay.denominator, get.denominator)
    parts = under // math.gcd(int(pay * under), int(get * under), under)
    one = Fraction(of.tick_size) * Fraction(of.lot_size) * Fraction(of.contract_size)
    one /= Fraction(by.lot_size) * Fraction(by.contract_size)
    fee = Fraction(of.taker_fee)
    return Conversion(
        venue=by.venue,
        symbol=by.symbol,
        book=book,
        pay=int(pay * parts),
        get=int(get * parts),
        parts=parts,
        needs_buy=(one if of.fee_in is FeeIn.RECEIVED else one * (1 + fee)).as_integer_ratio(),
        needs_sell=(one * (1 - fee)).as_integer_ratio(),
        share=share,
    )


def rated(
    by: Conversion,
    side: Side,
    member: tuple[Sequence[int], Sequence[int]],
    book: tuple[Sequence[int], Sequence[int]],
) -> Rated:
    """Return the member's levels (ticks, lots) with the rates at which `book` converts them.

    A lot that straddles two levels of the book is priced whole at the worse one: never too cheap.
    Where the book ends, so does what the member offers.
    """
    over, under = by.needs_buy if side is Side.BUY else by.needs_sell
    over *= by.share
    out = Rated([], [], [])
    levels = iter(zip(*book, strict=True))
    rate = left = 0
    for tick, shown in zip(*member, strict=True):
        one, lots = tick * over, shown
        while lots:
            whole = min(lots, left // one)
            if whole:
                _add(out, tick, rate, whole)
                left -= whole * one
                lots -= whole
                continue
            while left < one:
                following = next(levels, None)
                if following is None:
                    return out
                rate = by.rate(side, following[0])
                left += following[1] * under
            _add(out, tick, rate, 1)
            left -= one
            lots -= 1
    return out


def _add(out: Rated, tick: int, rate: int, lots: int) -> None:
    """Append lots at a price, to the last level where it is the same."""
    if out.ticks and out.ticks[-1] == tick and out.rates[-1] == rate:
        out.lots[-1] += lots
        return
    out.ticks.append(tick)
    out.rates.append(rate)
    out.lots.append(lots)


def average_rate(by: Conversion, side: Side, over: int, under: int) -> Decimal:
    """Return the rate over / (under x parts), rounded where it makes a trade look no worse.

    The worst rate of a walk bounds its average: what is within a limit at the one stays so at this.
    """
    scaled, parts = over * 10**_RATE_DIGITS, under * by.parts
    digits = scaled // parts if side is Side.BUY else -(-scaled // parts)
    return Decimal(digits).scaleb(-_RATE_DIGITS)
