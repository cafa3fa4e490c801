"""How money and quantity are parsed and rounded: Decimal from strings, rounding with a direction.

Every function is exact in the 60-digit context below or raises; nothing here takes a float.
"""

import re
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Final

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
BPS: Final = Decimal(10_000)

# Sixty digits: price (18) x quantity (18) x fee (10) stays exact with room for sums.
MONEY: Final = Context(prec=60, traps=[InvalidOperation, DivisionByZero, Overflow])

# The most digits a number may have before the point, and after it.
DECIMALS_MAX: Final = 30

# No exponent: "1e999" would be a legal Decimal and an absurd order.
_DECIMAL = re.compile(rf"[+-]?[0-9]{{1,{DECIMALS_MAX}}}(\.[0-9]{{1,{DECIMALS_MAX}}})?")


def decimal(text: str) -> Decimal:
    """Parse plain decimal `text` ("0.10", "-3"); no exponent, NaN, infinity or blanks.

    Raises ValueError naming the text. Bounds: 30 digits before and after the point.
    """
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text!r} is not a plain decimal number in quotes")
    return Decimal(text)


def lots_in(quantity: Decimal, lot: Decimal) -> int:
    """Return how many whole lots `quantity` is; ValueError if it is not a whole number of them."""
    lots = MONEY.divide(quantity, lot)
    whole = int(lots)
    if whole != lots:
        raise ValueError(f"{quantity} is not a whole number of lots of {lot}")
    return whole


def floor_lots(quantity: Decimal, lot: Decimal) -> int:
    """Return the number of whole lots in `quantity`, rounded towards minus infinity."""
    return int(MONEY.divide(quantity, lot).to_integral_value(rounding=ROUND_FLOOR))


def ceil_lots(quantity: Decimal, lot: Decimal) -> int:
    """Return the number of whole lots that cover `quantity`, rounded towards plus infinity."""
    return int(MONEY.divide(quantity, lot).to_integral_value(rounding=ROUND_CEILING))


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of `step` (> 0) not above `value`."""
    return floor_lots(value, step) * step


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """Return the smallest multiple of `step` (> 0) not below `value`."""
    return ceil_lots(value, step) * step


def plain(value: Decimal) -> str:
    """Return `value` without exponent and trailing zeros: the spelling of every output."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def bps_of(part: Decimal, whole: Decimal) -> Decimal:
    """Return `part / whole` in basis points, to 60 digits."""
    return MONEY.divide(MONEY.multiply(part, BPS), whole)
