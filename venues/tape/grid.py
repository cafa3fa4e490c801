"""Which whole number of steps is this double, and which double is this number of steps?

Exact both ways: a double is on the grid only if it is the one nearest to the decimal
`steps x step`; nothing is accepted because it is close.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from venues.model.market import Int64s

Doubles = npt.NDArray[np.float64]

# From here on neighbouring doubles are more than one step apart.
MOST_STEPS: Final = 2**53
# Below it one multiplication and one division cannot round to the wrong step.
_SAFE_STEPS: Final = 2**50
# 10^22 is the largest power of ten that is a double.
MOST_PLACES: Final = 22


@dataclass(frozen=True, slots=True)
class Step:
    """A price or size step, `units / 10^places`, both whole: 0.25 is 25 / 10^2."""

    units: int
    places: int

    @property
    def decimal(self) -> Decimal:
        """Return the step as a decimal."""
        return Decimal(self.units).scaleb(-self.places)


def step_of(value: Decimal) -> Step | None:
    """Return `value` (> 0) as a step, None if it needs more than 22 places or 2^53 units."""
    ratio = Fraction(value)
    places = 0
    while (10**places * ratio).denominator != 1 and places <= MOST_PLACES:
        places += 1
    units = 10**places * ratio
    if units.denominator != 1 or places > MOST_PLACES or not 0 < units < MOST_STEPS:
        return None
    return Step(int(units), places)


def doubles_of(steps: Int64s, step: Step) -> Doubles:
    """Return the doubles nearest to the decimals `steps x step`, each correctly rounded."""
    # Dividend and divisor are exact doubles here, so the quotient is rounded once.
    values: Doubles = steps.astype(np.float64) * float(step.units) / float(10**step.places)
    for i in np.flatnonzero(np.abs(steps) > MOST_STEPS // step.units):
        values[i] = int(steps[i]) * step.units / 10**step.places  # Python rounds int / int once
    return values


@dataclass(frozen=True, slots=True, eq=False)
class OnGrid:
    """Steps per value, and the first row (or None) that is no step, or too many steps."""

    steps: Int64s
    off_row: int | None
    large_row: int | None


def steps_of(values: Doubles, step: Step) -> OnGrid:
    """Return the whole steps of each value; finite doubles only, NaN and infinity are off the grid.

    `steps` means nothing where a row is named.
    """
    finite = np.isfinite(values)
    with np.errstate(over="ignore"):
        scaled = np.rint(np.where(finite, values, 0.0) * float(10**step.places) / step.units)
    large = np.abs(scaled) >= MOST_STEPS
    steps = np.where(large, 0.0, scaled).astype(np.int64)
    for i in np.flatnonzero(finite & ~large & (np.abs(scaled) > _SAFE_STEPS)):
        steps[i] = round(Fraction(float(values[i])) * 10**step.places / step.units)
        large[i] = abs(int(steps[i])) >= MOST_STEPS
    off = ~large & ((doubles_of(steps, step) != values) | ~finite)
    return OnGrid(steps, _first(off), _first(large))


def _first(marked: npt.NDArray[np.bool_]) -> int | None:
    if not marked.any():
        return None
    return int(np.argmax(marked))
