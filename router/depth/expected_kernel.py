"""How are expected prices computed fast? One pass of two pointers per outcome, over int64 arrays."""

from typing import Final

import numpy as np

from router.depth.expected import OUTCOMES_LEAST, Shown, twin
from venues.books.jit import jit_flat
from venues.books.layout import REACH_E6, REACHES, SHARE_MOST, WHOLE
from venues.model.market import Int64s

# Sums of so many grains, times a share, and of so many outcomes of a price, stay exact in int64.
_GRAINS_MOST: Final = (1 << 62) // SHARE_MOST
_PRICE_MOST: Final = 1 << 54


@jit_flat
def mean_prices(
    prices: Int64s,
    upto: Int64s,
    deep: Int64s,
    grains: Int64s,
    reach: int,
    shares: Int64s,
    scratch: Int64s,
    out: Int64s,
) -> None:
    """Write the expected price of each level of `prices`; `scratch` has 2 words per deep level."""
    levels = len(deep)
    total = 0
    at = 0
    for k in range(levels):
        total += grains[k]
        far = abs(deep[k] - deep[0])
        while at < REACHES - 1 and far > abs(deep[0]) * REACH_E6[at] // 1_000_000:
            at += 1
        scratch[k] = total
        scratch[levels + k] = at
    missing = max(OUTCOMES_LEAST - len(shares), 0)
    for j in range(len(prices)):
        out[j] = missing * prices[j]
    for row in range(len(shares)):
        covered = 0
        k = 0
        for j in range(len(prices)):
            while k < levels and covered < upto[j]:
                covered = max(covered, scratch[k] * shares[row, scratch[levels + k]] // WHOLE)
                k += 1
            dearest = max(prices[j], reach)
            out[j] += min(deep[k - 1], dearest) if covered >= upto[j] else dearest
    count = len(shares) + missing
    for j in range(len(prices)):
        out[j] = -(-out[j] // count)


def kernel(shown: Shown, shares: Int64s) -> list[int]:
    """Return what the twin does; what would not fit 64 bits is left to it."""
    grains = np.array(shown.grains, np.int64)
    top = max(abs(shown.prices[0]), abs(shown.prices[-1]), abs(shown.reach))
    if sum(shown.grains) > _GRAINS_MOST or top > _PRICE_MOST or shown.upto[-1] > _GRAINS_MOST:
        return twin(shown, shares)
    out = np.empty(len(shown.prices), np.int64)
    mean_prices(
        np.array(shown.prices, np.int64),
        np.array(shown.upto, np.int64),
        np.array(shown.deep, np.int64),
        grains,
        shown.reach,
        shares,
        np.empty(2 * len(grains), np.int64),
        out,
    )
    expected: list[int] = out.tolist()
    return expected
