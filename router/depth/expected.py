"""What will depth cost that may have changed when the order arrives? Expected prices of a book.

Each outcome that was taken down (`venues.books.outcomes`) is a scenario, all of them equally likely: of
the lots displayed within each distance from the touch such a share is there on arrival, or so many
more; deeper levels stay. What is displayed is a scenario as well, that counts OUTCOMES_LEAST times:
little evidence changes little. The price of the x-th grain is the mean over scenarios of the price at
which that scenario covers x; where it does not, or only beyond the price of waiting, the grain is
bought later at that price:

    E[min(p(x, D), R)]  with  D what is there of the displayed depth,  R the price of waiting

It never falls with x, so the curve stays convex and whatever is exact on displayed curves is exact
on this one (the cost of a random depth with a price for what is missed is the expectation of convex
functions; Cont, Kukanov 2017, *Optimal order placement in limit order markets*, price the miss the
same way). All in integers: prices in PARTS of a tick, rounded once to the dear side.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

import msgspec
import numpy as np

from venues.books.layout import MORE_MOST, OUTCOMES_LEAST, REACH_E6, REACHES, WHOLE
from venues.model.market import Int64s

# Expected prices lie between ticks: a tick of some venues is wide beside what waiting costs.
PARTS: Final = 16
# Grains times a share stay exact in int64.
_EXACT: Final = 1 << 50


class Shown(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One side of a book, best first: the grains that are priced, and all that a sweep may meet.

    `upto`: where each of the pieces ends that get a price, in grains; `prices`: the tick displayed for
    the last of each, negated for a sell. `deep`, `grains`: the levels up to the price of waiting,
    ticks the same way, and their own grains; a lot is `lot_grains`. `reach`: the price of waiting, in
    PARTS of a tick. `luck`: what our takers get of what is expected, in 1 / WHOLE.
    """

    prices: Sequence[int]
    upto: Sequence[int]
    deep: Int64s
    grains: Int64s
    lot_grains: int
    reach: int
    luck: int = WHOLE


# Levels of a book, its outcomes (n, REACHES) -> the expected price of each piece, in PARTS of a tick,
# never falling.
Expect = Callable[[Shown, Int64s], list[int]]


def reach_of(touch: int, tick: int) -> int:
    """Return the number of the shortest distance that `tick` is within, seen from `touch`."""
    far = abs(tick - touch)
    for reach in range(REACHES):
        if far <= touch * REACH_E6[reach] // 1_000_000:
            return reach
    return REACHES - 1


def there(displayed: int, outcome: int, shown: Shown) -> int:
    """Return how many grains are there of those `displayed`, if it comes to `outcome`."""
    less = displayed * min(outcome, WHOLE) // WHOLE
    more = max(outcome - WHOLE, 0) * shown.lot_grains
    return (less + more) * shown.luck // WHOLE


def twin(shown: Shown, outcomes: Int64s) -> list[int]:
    """Return expected prices in Python integers without a bound: the oracle of the kernel."""
    asked = [price * PARTS for price in shown.prices]
    dearest = [max(price, shown.reach) for price in asked]
    deep: list[int] = shown.deep.tolist()
    displayed = list(accumulate(shown.grains.tolist()))
    farthest = abs(deep[0]) * REACH_E6[-1] // 1_000_000 if deep else 0
    near = sum([abs(price - deep[0]) <= farthest for price in deep])
    reaches = [reach_of(abs(deep[0]), abs(price)) for price in deep]
    sums = [OUTCOMES_LEAST * price for price in asked]
    rows: list[list[int]] = outcomes.tolist()
    for row in rows:
        met = []
        for k, price in enumerate(deep):
            within = displayed[min(k, near - 1)]
            met.append(
                (price * PARTS, there(within, row[reaches[k]], shown) + displayed[k] - within)
            )
        for j, (upto, most) in enumerate(zip(shown.upto, dearest, strict=True)):
            covers = [price for price, grains in met if grains >= upto]
            sums[j] += min(covers[0], most) if covers else most
    return [-(-total // (len(rows) + OUTCOMES_LEAST)) for total in sums]


def expected_depth(shown: Shown, outcomes: Int64s, reach: int, displayed: int, most: int) -> int:
    """Return how many of the `displayed` grains within a distance are there, on the mean of outcomes.

    No outcome counts for more than `most` grains.
    """
    column = outcomes[:, reach]
    if max(displayed, shown.lot_grains * MORE_MOST) <= _EXACT:
        less = displayed * np.minimum(column, WHOLE) // WHOLE
        more = np.maximum(column - WHOLE, 0) * shown.lot_grains
        total = int(np.minimum((less + more) * shown.luck // WHOLE, min(most, _EXACT)).sum())
    else:
        total = sum([min(there(displayed, outcome, shown), most) for outcome in column.tolist()])
    return (total + OUTCOMES_LEAST * min(displayed, most)) // (len(column) + OUTCOMES_LEAST)
