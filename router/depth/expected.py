"""What will depth cost that may have changed when the order arrives? Expected prices of a book.

Each outcome that was taken down (`venues.books.outcomes`) is a scenario, all of them equally likely:
of the lots displayed within each distance from the touch such a share is there on arrival. The
price of the x-th grain is the mean over scenarios of the price at which that scenario covers x; where
it does not, or only beyond the price of waiting, the grain is bought later at that price:

    E[min(p(x, D), R)]  with  D = displayed x share,  R = the price of waiting

It never falls with x, so the curve stays convex and whatever is exact on displayed curves is exact
on this one (the cost of a random depth with a price for what is missed is the expectation of convex
functions; Cont, Kukanov 2017, *Optimal order placement in limit order markets*, price the miss the
same way). All in integers: prices in ticks, rounded once to the dear side, shares in 1 / WHOLE.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

import msgspec

from venues.books.layout import REACH_E6, REACHES, WHOLE
from venues.model.market import Int64s

# Fewer outcomes than this are filled up with what is displayed: so much evidence it takes.
OUTCOMES_LEAST: Final = 16


class Shown(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One side of a book, best first: the curve that is offered, and all that a sweep may meet.

    `prices`, `upto`: ticks of the curve's levels, negated for a sell, and the grains up to and with
    each. `deep`, `grains`: the levels up to the price of waiting, prices the same way, and their own
    grains. `reach`: the price of waiting, in the same ticks.
    """

    prices: Sequence[int]
    upto: Sequence[int]
    deep: Sequence[int]
    grains: Sequence[int]
    reach: int


# Levels of a book, its outcomes (n, REACHES) -> the expected price of each level of the curve, in
# ticks, never falling.
Expect = Callable[[Shown, Int64s], list[int]]


def reach_of(touch: int, tick: int) -> int:
    """Return the number of the shortest distance that `tick` is within, seen from `touch`."""
    far = abs(tick - touch)
    for reach in range(REACHES):
        if far <= touch * REACH_E6[reach] // 1_000_000:
            return reach
    return REACHES - 1


def twin(shown: Shown, shares: Int64s) -> list[int]:
    """Return expected prices in Python integers without a bound: the oracle of the kernel."""
    dearest = [max(price, shown.reach) for price in shown.prices]
    displayed = list(accumulate(shown.grains))
    touch = abs(shown.deep[0]) if shown.deep else 0
    reaches = [reach_of(touch, abs(price)) for price in shown.deep]
    rows = shares.tolist()
    missing = max(OUTCOMES_LEAST - len(rows), 0)
    sums = [missing * price for price in shown.prices]
    for row in rows:
        there = [all_ * row[reach] // WHOLE for all_, reach in zip(displayed, reaches, strict=True)]
        for j, (upto, most) in enumerate(zip(shown.upto, dearest, strict=True)):
            covers = [p for p, lots in zip(shown.deep, there, strict=True) if lots >= upto]
            sums[j] += min(covers[0], most) if covers else most
    return [-(-total // (len(rows) + missing)) for total in sums]


def mean_share(shares: Int64s, reach: int) -> int:
    """Return which share of what is displayed within a distance is there on arrival, on average."""
    missing = max(OUTCOMES_LEAST - len(shares), 0)
    there: list[int] = shares[:, reach].tolist()
    return (sum(there) + missing * WHOLE) // (len(there) + missing)


def filled_share(shares: Int64s, reach: int, displayed: int, asked: int) -> int:
    """Return which share of `asked` (> 0) grains fills, on average, where `displayed` are shown."""
    missing = max(OUTCOMES_LEAST - len(shares), 0)
    at_reach: list[int] = shares[:, reach].tolist()
    there = [min(displayed * share // WHOLE, asked) for share in at_reach]
    filled: int = sum(there) + missing * min(displayed, asked)
    return filled * WHOLE // (asked * (len(there) + missing))
