"""Which book messages does everyone apply? One seeded stream of 20 rows a message, known to nobody.

A thousand levels a side around a price that stays; seven of ten rows lie within the best 25 ticks,
one in five deletes. Only numpy is used, for a peer runs this file in an environment of its own.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

ROWS: Final = 20  # a message
MESSAGES: Final = 10_000
LEVELS: Final = 1000  # a side, at most
NEAR: Final = 25
MIDDLE: Final = 600_000  # ticks
TICK_SIZE: Final = 0.1
LOT_SIZE: Final = 0.001

_Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Rows in the order of time, ROWS to a message but the first, which fills the book.

    `side` is 0 for bids and 1 for asks; `lots` 0 deletes. Rows of message m are `start[m]` to
    `start[m + 1]`.
    """

    start: _Int64s
    side: _Int64s
    tick: _Int64s
    lots: _Int64s


def make_stream() -> Stream:
    """Return the stream; the same on every machine."""
    bits = np.random.PCG64(20)
    count = MESSAGES * ROWS

    def draw(below: int) -> _Int64s:
        # Raw bits, whose stream numpy promises; the bias of the remainder does not matter here.
        return (bits.random_raw(count) >> np.uint64(16)).astype(np.int64) % below

    away = np.where(draw(10) < 7, draw(NEAR), draw(LEVELS))
    side = np.tile(np.repeat(np.array([0, 1]), ROWS // 2), MESSAGES)
    lots = np.where(draw(100) < 21, 0, 1 + draw(50_000))
    # The worst level is never deleted, so that no side is ever empty.
    lots = np.where(away == LEVELS - 1, 1, lots)
    filled = np.arange(LEVELS, dtype=np.int64)
    away = np.concatenate([filled, filled, away])
    side = np.concatenate([np.zeros(LEVELS), np.ones(LEVELS), side]).astype(np.int64)
    return Stream(
        start=np.concatenate([[0], 2 * LEVELS + ROWS * np.arange(MESSAGES + 1)]).astype(np.int64),
        side=side,
        tick=np.where(side == 0, MIDDLE - 1 - away, MIDDLE + 1 + away).astype(np.int64),
        lots=np.concatenate([np.full(2 * LEVELS, 1000), lots]).astype(np.int64),
    )
