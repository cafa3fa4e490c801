"""What does one message about a book say, whoever spelled it?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
import numpy as np

from venues.live.frames.grid import Grid
from venues.model.market import ASK, BID, Int64s, level_key

UNNUMBERED: Final = -1

# Above them nothing is a time or a number: kernels count in 64 bits, times in ns.
MOST_MS: Final = 9 * 10**12
MOST_NUMBER: Final = 2**62
Milliseconds = Annotated[int, msgspec.Meta(ge=0, lt=MOST_MS)]
Number = Annotated[int, msgspec.Meta(ge=0, lt=MOST_NUMBER)]


class FrameError(ValueError):
    """A frame that is not what the venue's documents promise: nothing of it is believed."""


@dataclass(frozen=True, slots=True, eq=False)
class Depth:
    """Sizes of levels, all at once: changes, or with `whole` all that the venue shows.

    `first`, `last`: numbers of the first and last change in it; `before`: number of the last change
    of the message before, UNNUMBERED where the venue does not say. `at_ns`: the venue's clock.
    """

    whole: bool
    first: int
    last: int
    before: int
    at_ns: int
    keys: Int64s
    lots: Int64s


def rows(
    grid: Grid, bids: Iterable[tuple[str, str]], asks: Iterable[tuple[str, str]]
) -> tuple[Int64s, Int64s]:
    """Return the levels of both sides as keys and lots, in the order given, bids first."""
    keys: list[int] = []
    lots: list[int] = []
    for side, levels in ((BID, bids), (ASK, asks)):
        for price, size in levels:
            keys.append(level_key(grid.ticks(price), side))
            lots.append(grid.lots(size))
    return np.array(keys, np.int64), np.array(lots, np.int64)
