"""What will depth cost that may have changed when the order arrives? Expected prices of a book.

Each outcome that was taken down (`venues.books.outcomes`) is a scenario, all of them equally likely: of
the lots displayed within each distance from the touch such a share is gone on arrival, or so many
more are there, both as much more, or less, as is known of what is displayed now; deeper levels stay.
What is displayed is a scenario as well, that counts OUTCOMES_LEAST times: little evidence changes
little. The price of the x-th grain is the mean over scenarios of the price at which that scenario
covers x; where it does not, or only beyond the price of waiting, the grain is bought later at that
price:

    E[min(p(x, D), R)]  with  D what is there of the displayed depth,  R the price of waiting

It never falls with x, so the curve stays convex and whatever is exact on displayed curves is exact
on this one (the cost of a random depth with a price for what is missed is the expectation of convex
functions; Cont, Kukanov 2017, *Optimal order placement in limit order markets*, price the miss the
same way). All in integers: prices in PARTS of a tick, rounded once to the dear side.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate, compress
from operator import mul, sub
from typing import Final

import msgspec

from venues.books.layout import LOTS_MOST, OUTCOMES_LEAST, REACH_E6, REACHES, WHOLE
from venues.model.market import Int64s

# Expected prices lie between ticks: a tick of some venues is wide beside what waiting costs.
PARTS: Final = 16


class Shown(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One side of a book, best first, and what is known of it.

    `ticks`, `upto`: the levels to be priced and the grains up to and with each; the first `most`
    grains in pieces of at most `block`, because the first grains of a level are surer than its last.
    `deep`, `lots`: all levels up to the price of waiting. No level counts for more than `enough`
    lots of `lot_grains` grains; `sign`: +1 for a buy, -1 for a sell, whose prices count negated.
    `reach`: the price of waiting, in PARTS of a tick, negated for a sell. `outcomes`: shape (n,
    REACHES), and `change`, shape (CHANGES, REACHES): see `venues.books.port`. `luck`: what our takers
    get of what is expected, in 1 / WHOLE.
    """

    ticks: Int64s
    upto: Int64s
    most: int
    block: int
    deep: Int64s
    lots: Int64s
    enough: int
    lot_grains: int
    sign: int
    reach: int
    outcomes: Int64s
    change: Int64s
    luck: int = WHOLE


class Foreseen(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What is expected of one side of a book.

    The curve, a piece per price: `ticks` in PARTS of a tick, `upto` grains, `worth` the running sum of
    tick x grains, and `rows`, ticks and upto as arrays, where they were made so. Up to the price of
    waiting `displayed` lots are shown and `there` grains expected.
    """

    ticks: list[int]
    upto: list[int]
    worth: list[int]
    rows: tuple[Int64s, Int64s] | None
    displayed: int
    there: int


class Expect(msgspec.Struct, frozen=True):
    """How what is expected is computed: by twin or by kernel, with equal answers.

    `foresee`: what is expected of a book. `filled`: of so many grains within a tick of the venue, how
    many should fill.
    """

    foresee: Callable[[Shown], Foreseen]
    filled: Callable[[Shown, int, int], int]


def reach_of(touch: int, tick: int) -> int:
    """Return the number of the shortest distance that `tick` is within, seen from `touch`."""
    far = abs(tick - touch)
    for reach in range(REACHES):
        if far <= touch * REACH_E6[reach] // 1_000_000:
            return reach
    return REACHES - 1


def pieces(shown: Shown) -> tuple[list[int], list[int]]:
    """Return the displayed tick and the end of every piece that gets a price of its own."""
    ticks: list[int] = []
    ends: list[int] = []
    before = 0
    levels = zip(shown.ticks.tolist(), shown.upto.tolist(), strict=True)
    for tick, upto in levels:
        cuts = range(before + shown.block, min(upto, shown.most + shown.block), shown.block)
        ticks += [tick] * (len(cuts) + 1)
        ends += [*cuts, upto]
        before = upto
    return ticks, ends


def foresee(shown: Shown) -> Foreseen:
    """Return what is expected, in Python integers without a bound: the oracle of the kernel."""
    ticks, upto = pieces(shown)
    asked = [shown.sign * tick * PARTS for tick in ticks]
    dearest = [max(price, shown.reach) for price in asked]
    deep = [shown.sign * tick for tick in shown.deep.tolist()]
    displayed = list(accumulate(_grains(shown)))
    touch = abs(deep[0]) if deep else 0
    farthest = touch * REACH_E6[-1] // 1_000_000
    near = sum([abs(abs(price) - touch) <= farthest for price in deep])
    reaches = [reach_of(touch, abs(price)) for price in deep]
    changes: list[list[int]] = shown.change.T.tolist()
    sums = [OUTCOMES_LEAST * price for price in asked]
    rows: list[list[int]] = shown.outcomes.tolist()
    for row in rows:
        met = []
        for k, price in enumerate(deep):
            within = displayed[min(k, near - 1)]
            there = _there(shown, within, row[reaches[k]], changes[reaches[k]])
            met.append((price * PARTS, there + displayed[k] - within))
        for j, (end, most) in enumerate(zip(upto, dearest, strict=True)):
            covers = [price for price, grains in met if grains >= end]
            sums[j] += min(covers[0], most) if covers else most
    count = len(rows) + OUTCOMES_LEAST
    means = [shown.sign * -(-total // count) for total in sums]
    # Pieces of one price are one piece.
    last = [n + 1 == len(means) or means[n + 1] != price for n, price in enumerate(means)]
    found, upto = list(compress(means, last)), list(compress(upto, last))
    sizes = [upto[0], *map(sub, upto[1:], upto)]
    lots = sum([min(size, LOTS_MOST) for size in shown.lots.tolist()])
    reach = reach_of(touch, touch + max(shown.reach // PARTS - deep[0], 0)) if deep else 0
    return Foreseen(
        ticks=found,
        upto=upto,
        worth=list(accumulate(map(mul, found, sizes))),
        rows=None,
        displayed=lots,
        there=_mean(shown, reach, lots * shown.lot_grains, None) if deep else 0,
    )


def filled(shown: Shown, grains: int, limit_tick: int) -> int:
    """Return how many of `grains` wanted within `limit_tick` should fill, on the mean of outcomes."""
    limit = shown.sign * limit_tick
    deep = [shown.sign * tick for tick in shown.deep.tolist()]
    sizes = zip(deep, _grains(shown), strict=True)
    displayed = sum([size for price, size in sizes if price <= limit])
    touch = abs(deep[0]) if deep else 0
    reach = reach_of(touch, touch + max(limit - deep[0], 0)) if deep else 0
    return _mean(shown, reach, displayed, grains)


def _grains(shown: Shown) -> list[int]:
    """Return the grains that each level counts for."""
    return [min(size, shown.enough) * shown.lot_grains for size in shown.lots.tolist()]


def _there(shown: Shown, displayed: int, outcome: int, change: Sequence[int]) -> int:
    """Return how many grains are there of those `displayed`, if it comes to `outcome`."""
    goes, comes = change
    gone = displayed * max(WHOLE - outcome, 0) // WHOLE * goes // WHOLE
    came = max(outcome - WHOLE, 0) * shown.lot_grains * comes // WHOLE
    return max(displayed - gone + came, 0) * shown.luck // WHOLE


def _mean(shown: Shown, reach: int, displayed: int, most: int | None) -> int:
    """Return the mean of what is there of `displayed` grains, no outcome for more than `most`."""
    change = shown.change[:, reach].tolist()
    found = [_there(shown, displayed, o, change) for o in shown.outcomes[:, reach].tolist()]
    found += [displayed] * OUTCOMES_LEAST
    return sum(found if most is None else [min(each, most) for each in found]) // len(found)


TWIN: Final = Expect(foresee=foresee, filled=filled)
