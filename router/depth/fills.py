"""How likely is an order that rests to fill, and what does it cost when it does not?

Learned per venue from what became of virtual orders in its book (`venues.books.probes`). The chance
to be filled in an interval of age, given that it still waits, is a Beta-Bernoulli mean with a chain
of priors, each of which counts like so many orders: a cell of side, place, state and queue is thought
of as both its sides are, those as the place is in that state whatever the queue, that as the place
is in any state, and that as books are that were recorded. So where data is thin the prior speaks, and
where it is not it is drowned (Gelman et al. 2013, Bayesian Data Analysis, 5). The chance until a
horizon is one less the product of not being filled in each interval until then (Kaplan and Meier
1958, Nonparametric estimation from incomplete observations).

Probabilities and moves are integers in parts of `WHOLE`, 10^-8.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final

import msgspec

from venues.books.probes import (
    C_ADVERSE,
    C_FILLED,
    C_HELD,
    C_MARKS,
    C_MOVED,
    C_PEGGED,
    C_PEGGED_FILLED,
    CELL_WORDS,
    HORIZONS,
    ONE,
    PLACES,
    QUEUES,
    STATES,
    Probes,
    state_of,
)
from venues.model.market import ASK, BID, Int64s

WHOLE: Final = 10**8
# A chance below this is taken for this where it divides.
_LEAST: Final = WHOLE // 1000
# How many orders each prior counts like: of the place, of its state, of its queue, of its side.
_WEIGHTS: Final = (20, 20, 20, 100)
# Fewer orders than these have shown nothing: two minutes' worth of a venue that is watched.
ENOUGH_ORDERS: Final = 2 * PLACES * 120

# Chances to be filled in each interval, by place, as parts of `WHOLE`: what liquid books of 2024 and
# quiet ones of 2026 have in common, which is little.
_PRIOR: Final = (
    (20_000_000, 30_000_000, 30_000_000, 30_000_000),
    (12_000_000, 25_000_000, 25_000_000, 25_000_000),
    (10_000_000, 22_000_000, 22_000_000, 25_000_000),
    (4_000_000, 15_000_000, 20_000_000, 25_000_000),
)


class Fate(msgspec.Struct, frozen=True, gc=False):
    """What becomes of an order until each horizon, in parts of `WHOLE`.

    `filled`: the chance that it is filled if it stays where it is. `against`: how far the mid has gone
    against it by then, on average, where it is. `orders`: how many of its kind have been seen.
    """

    filled: tuple[int, ...]
    against: tuple[int, ...]
    orders: int


class Counted(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What has been counted of the virtual orders in one book, to be read at once.

    `table` is as `venues.books.probes` says, by side, place, state and queue; `flows` of bids, of
    asks; `swing`: how lively the mid is.
    """

    table: Int64s
    flows: tuple[int, int]
    swing: int

    @property
    def orders(self) -> int:
        """Return how many orders have been seen for their first interval, at all places."""
        return int(self.table[C_HELD::CELL_WORDS].sum()) // ONE


def counted(probes: Probes, i: int) -> Counted:
    """Return what has been learned of book `i` by now."""
    flows = (probes.flow(i, BID), probes.flow(i, ASK))
    return Counted(probes.table(i), flows, probes.swing(i))


def fate(known: Counted, side: int, place: int, queue: int) -> Fate:
    """Return what becomes of an order of book side `side` at `place` behind a `queue` now."""
    wider = _wider(known, side, place, queue)
    return Fate(
        filled=_until(wider, C_HELD, C_FILLED, place),
        against=_against(wider[:2], place),
        orders=wider[-1][C_HELD] // ONE,
    )


def pegged(known: Counted, side: int, place: int, queue: int) -> tuple[int, ...]:
    """Return the chance to be filled until each horizon if the touch never left the order."""
    return _until(_wider(known, side, place, queue), C_PEGGED, C_PEGGED_FILLED, place)


def adverse(known: Counted, side: int, place: int, queue: int) -> int:
    """Return how far the mid goes against an order in the seconds after its fill, over both sides."""
    return _mean(_wider(known, side, place, queue)[:3], C_ADVERSE, itemgetter(C_MARKS))


def away(known: Counted, side: int, place: int, queue: int) -> tuple[int, ...]:
    """Return how far the mid has gone by each horizon from those that still wait, over both sides."""
    cells = _wider(known, side, place, queue)[:3]
    return tuple([_mean(cells, C_MOVED + n, _waiting(n)) for n in range(len(HORIZONS))])


def _wider(known: Counted, side: int, place: int, queue: int) -> list[list[int]]:
    """Return sums of cells that say ever less about more, the widest first."""
    cells = known.table.reshape(2, PLACES, STATES, QUEUES, CELL_WORDS)
    state = state_of(known.swing)
    both = cells[BID, place] + cells[ASK, place]
    of_states = both.sum(axis=1)
    wider: list[list[int]] = [
        of_states.sum(axis=0).tolist(),
        of_states[state].tolist(),
        both[state, queue].tolist(),
        cells[side, place, state, queue].tolist(),
    ]
    return wider


def _until(wider: Sequence[Sequence[int]], stood: int, filled: int, place: int) -> tuple[int, ...]:
    """Return the chance to be filled until each horizon, from the chances in each interval."""
    waits = WHOLE
    chances = []
    for n in range(len(HORIZONS)):
        chance = _PRIOR[place][n]
        for cell, weight in zip(wider, _WEIGHTS, strict=False):
            seen, hits = cell[stood + n] + weight * ONE, cell[filled + n]
            chance = (hits * WHOLE + weight * ONE * chance) // seen
        waits = waits * (WHOLE - chance) // WHOLE
        chances.append(WHOLE - waits)
    return tuple(chances)


def _against(wider: Sequence[Sequence[int]], place: int) -> tuple[int, ...]:
    """Return how far the mid has gone against those filled until each horizon.

    A mid goes nowhere on average, so what it goes against the filled is what it goes away from the
    others: P(filled) E[against | filled] = P(not) E[away | not]. The right side is measured, of a place
    as a whole and over both sides, so that no trend of a recording and no thin cell is taken for a law.
    """
    chances = _until(wider, C_HELD, C_FILLED, place)
    return tuple(
        [
            (WHOLE - chance) * _mean(wider, C_MOVED + n, _waiting(n)) // max(chance, _LEAST)
            for n, chance in enumerate(chances)
        ]
    )


def _waiting(n: int) -> Callable[[Sequence[int]], int]:
    """Return how to count, in a cell, the orders that still wait at horizon `n`."""
    return lambda cell: cell[C_HELD + n] - cell[C_FILLED + n]


def _mean(wider: Sequence[Sequence[int]], word: int, orders: Callable[[Sequence[int]], int]) -> int:
    """Return the mean of a sum over some orders of a cell; each wider cell is a prior, 0 the last."""
    mean = 0
    for cell, weight in zip(wider, _WEIGHTS, strict=False):
        mean = (cell[word] + weight * ONE * mean) // (orders(cell) + weight * ONE)
    return mean
