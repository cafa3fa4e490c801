"""On which whole numbers do the decimals of a frame lie?"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from venues.model.market import Int64s
from venues.tape.grid import step_of

# Where each fact of a grid lies in the array that kernels read.
G_PRICE_PLACES: Final = 0
G_PRICE_UNITS: Final = 1
G_SIZE_PLACES: Final = 2
G_SIZE_UNITS: Final = 3
FACTS: Final = 12  # words of that array; those behind the grid are the readers' own

# From here on a tick or a size is no longer told from its neighbour elsewhere (tapes hold doubles).
MOST_STEPS: Final = 2**53


class OffGridError(ValueError):
    """A price that is no whole number of ticks, or out of range: the frame is not believed."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The steps of one book, as its venue spells prices and sizes.

    `tick`: quote per base. `lot`: in the units the venue displays sizes in.
    """

    tick: Decimal
    lot: Decimal

    def ticks(self, text: str) -> int:
        """Return a price as ticks; OffGridError unless it is one, > 0 and below 2^53."""
        ticks, rest = _steps(text, self.tick)
        if rest or not 0 < ticks < MOST_STEPS:
            raise OffGridError(f"price {text} is no multiple of the tick {self.tick} below 2^53")
        return ticks

    def lots(self, text: str) -> int:
        """Return a displayed size as whole lots, rounded down: less than shown is never too much."""
        lots, _ = _steps(text, self.lot)
        if not 0 <= lots < MOST_STEPS:
            raise OffGridError(f"size {text} is out of range in lots of {self.lot}")
        return lots

    def facts(self) -> Int64s:
        """Return an array for kernels with the grid in it; ValueError for steps finer than 10^-15."""
        words = []
        for name, step in (("tick", self.tick), ("lot", self.lot)):
            found = step_of(step)
            if found is None or found.places > 15:
                raise ValueError(f"{name} {step} is not a step kernels can count in")
            words += [found.places, found.units]
        return np.array(words + [0] * (FACTS - len(words)), np.int64)


def _steps(text: str, step: Decimal) -> tuple[int, bool]:
    """Return the whole steps in a decimal spelled in digits, and whether something is left."""
    digits = text.replace(".", "", 1)
    if not digits.isdecimal() or not digits.isascii() or text[0] == "." or text[-1] == ".":
        raise OffGridError(f"{text!r} is not a decimal number")
    whole, rest = divmod(Decimal(text), step)
    return int(whole), bool(rest)
