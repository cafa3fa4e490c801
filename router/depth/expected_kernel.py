"""How are expected prices computed fast? One pass of two pointers per outcome, over int64 arrays."""

from typing import Final

import numpy as np

from router.depth.expected import PARTS, Shown, twin
from venues.books.jit import jit_flat
from venues.books.layout import MORE_MOST, OUTCOMES_LEAST, REACH_E6, REACHES, WHOLE
from venues.model.market import Int64s

# Grains times a share, lots that came in grains, and sums of prices over outcomes stay exact.
_GRAINS_MOST: Final = (1 << 61) // WHOLE
_LOT_MOST: Final = _GRAINS_MOST // MORE_MOST
_PRICE_MOST: Final = 1 << 50


@jit_flat
def mean_prices(
    prices: Int64s,
    upto: Int64s,
    deep: Int64s,
    grains: Int64s,
    lot_grains: int,
    reach: int,
    luck: int,
    outcomes: Int64s,
    scratch: Int64s,
    out: Int64s,
) -> None:
    """Write the expected price of each piece; `scratch` has 2 words per deep level."""
    levels = len(deep)
    total = 0
    near = 0
    at = 0
    for k in range(levels):
        total += grains[k]
        far = abs(deep[k] - deep[0])
        while at < REACHES - 1 and far > abs(deep[0]) * REACH_E6[at] // 1_000_000:
            at += 1
        if far <= abs(deep[0]) * REACH_E6[REACHES - 1] // 1_000_000:
            near = total
        scratch[k] = total
        scratch[levels + k] = at
    for j in range(len(prices)):
        out[j] = OUTCOMES_LEAST * prices[j] * PARTS
    for row in range(len(outcomes)):
        covered = 0
        k = 0
        for j in range(len(prices)):
            while k < levels and covered < upto[j]:
                came = outcomes[row, scratch[levels + k]]
                within = min(scratch[k], near)
                more = (came - WHOLE) * lot_grains
                met = within * came // WHOLE if came <= WHOLE else within + more
                covered = max(covered, met * luck // WHOLE + scratch[k] - within)
                k += 1
            dearest = max(prices[j] * PARTS, reach)
            out[j] += min(deep[k - 1] * PARTS, dearest) if covered >= upto[j] else dearest
    count = len(outcomes) + OUTCOMES_LEAST
    for j in range(len(prices)):
        out[j] = -(-out[j] // count)


def kernel(shown: Shown, outcomes: Int64s) -> list[int]:
    """Return what the twin does; what would not fit 64 bits is left to it."""
    top = max(abs(shown.prices[0]), abs(shown.prices[-1]), abs(shown.reach) // PARTS)
    if (
        int(shown.grains.sum()) > _GRAINS_MOST
        or shown.upto[-1] > _GRAINS_MOST
        or shown.lot_grains > _LOT_MOST
        or top > _PRICE_MOST
    ):
        return twin(shown, outcomes)
    out = np.empty(len(shown.prices), np.int64)
    mean_prices(
        np.array(shown.prices, np.int64),
        np.array(shown.upto, np.int64),
        shown.deep,
        shown.grains,
        shown.lot_grains,
        shown.reach,
        shown.luck,
        outcomes,
        np.empty(2 * len(shown.grains), np.int64),
        out,
    )
    expected: list[int] = out.tolist()
    return expected
