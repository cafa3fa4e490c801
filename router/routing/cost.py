"""What does a quantity cost at one venue? The net cost curve of a book side, in exact integers."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from operator import mul
from typing import Final

import msgspec
import numpy as np

from venues.model.market import Int64s

# Products up to here stay exact in int64; beyond it the same sums are done in Python integers.
INT64_MOST: Final = 2**63 - 1
# Up to so many levels plain integers are faster than arrays, which take a while to make.
_FEW_LEVELS: Final = 32


# gc=False, here and for all that every decision makes: none of it can be part of a cycle.
class Curve(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One side of one book, best first, as running sums.

    `ticks[j]` is the price of level j, `upto[j]` the grains up to and with it, `worth[j]` the sum
    of tick x grains up to and with it. `rows`: ticks and upto as arrays, where they were made so.
    Of a member with a conversion book `ticks` are its `own` ticks times `rates`.
    """

    ticks: list[int]
    upto: list[int]
    worth: list[int]
    rows: tuple[Int64s, Int64s] | None = None
    own: list[int] | None = None
    rates: list[int] | None = None

    @property
    def own_ticks(self) -> list[int]:
        """Return the ticks of the venue itself."""
        return self.ticks if self.own is None else self.own

    def last_own(self, grains: int) -> int:
        """Return the venue's own tick of the last of the best `grains`; 0 < grains <= depth."""
        return self.own_ticks[bisect_left(self.upto, grains)]

    def last_rate(self, grains: int) -> int:
        """Return the rate, never better before, of the last of the best `grains`."""
        return 1 if self.rates is None else self.rates[bisect_left(self.upto, grains)]

    def own_within(self, tick: int, sign: int) -> int:
        """Return the grains at the venue's own `tick` or better."""
        return _within(self.own_ticks, self.upto, tick, sign)

    def own_value(self, grains: int) -> int:
        """Return the sum of own tick x grains of the best `grains`."""
        total = before = 0
        for tick, upto in zip(self.own_ticks, self.upto, strict=True):
            here = min(upto, grains) - before
            if here <= 0:
                break
            total += tick * here
            before = upto
        return total

    def as_rows(self) -> tuple[Int64s, Int64s]:
        """Return `ticks` and `upto` as arrays."""
        if self.rows is not None:
            return self.rows
        return np.array(self.ticks, np.int64), np.array(self.upto, np.int64)

    @property
    def depth(self) -> int:
        """Return all grains known."""
        return self.upto[-1] if self.upto else 0

    @property
    def highest(self) -> int:
        """Return the highest tick, 0 of an empty curve."""
        return max(self.ticks[0], self.ticks[-1]) if self.ticks else 0

    def value(self, grains: int) -> int:
        """Return the sum of tick x grains of the best `grains`; 0 <= grains <= depth."""
        if grains == 0:
            return 0
        at = bisect_left(self.upto, grains)
        if at == 0:
            return self.ticks[0] * grains
        return self.worth[at - 1] + self.ticks[at] * (grains - self.upto[at - 1])

    def last_tick(self, grains: int) -> int:
        """Return the price of the last of the best `grains`; 0 < grains <= depth."""
        return self.ticks[bisect_left(self.upto, grains)]

    def next_tick(self, grains: int) -> int:
        """Return the price of the grain after the best `grains`; grains < depth."""
        return self.ticks[bisect_right(self.upto, grains)]

    def depth_within(self, limit_tick: int, sign: int) -> int:
        """Return the grains at `limit_tick` or better; `sign` +1 for a buy, -1 for a sell."""
        return _within(self.ticks, self.upto, limit_tick, sign)


def _within(ticks: Sequence[int], upto: Sequence[int], limit: int, sign: int) -> int:
    """Return the grains at `limit` or better; `sign` +1 where lower ticks are better."""
    at = bisect_right(ticks, limit) if sign > 0 else bisect_right(ticks, -limit, key=int.__neg__)
    return upto[at - 1] if at else 0


def rated_curve(
    own: Sequence[int], rates: Sequence[int], lots: Sequence[int], *, lot_grains: int, enough: int
) -> Curve:
    """Return the curve of levels whose prices are own tick x rate; see `curve`."""
    sizes = [min(size, enough) * lot_grains for size in lots]
    ticks = list(map(mul, own, rates))
    return Curve(
        ticks,
        list(accumulate(sizes)),
        _running(ticks, sizes),
        own=list(own),
        rates=list(rates),
    )


def curve(ticks: Int64s, lots: Int64s, *, lot_grains: int, enough: int) -> Curve:
    """Return the curve of levels (best first), whose lots are `lot_grains` grains each.

    No level counts for more than `enough` lots, so that `enough` x `lot_grains` bounds all sums.
    """
    prices: list[int] = ticks.tolist()
    if len(prices) <= _FEW_LEVELS:
        few = [min(size, enough) * lot_grains for size in lots.tolist()]
        return Curve(prices, list(accumulate(few)), _running(prices, few))
    sizes: Int64s = np.minimum(lots, enough)
    if lot_grains != 1:
        sizes *= lot_grains
    upto: Int64s = sizes.cumsum()
    bounds: list[int] = upto.tolist()
    if max(prices[0], prices[-1]) * bounds[-1] <= INT64_MOST:
        worth = (ticks * sizes).cumsum().tolist()
    else:
        worth = _running(prices, sizes.tolist())
    return Curve(prices, bounds, worth, (ticks, upto))


def _running(ticks: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """Return the running sum of tick x size in integers without a bound."""
    return list(accumulate(map(mul, ticks, sizes)))
