"""How likely is an order that rests to fill, and what does it cost when it does not?

Learned per venue from what became of virtual orders in its book (`venues.books.probes`). The chance
to be filled in an interval of age, given that it still waits, is a Beta-Bernoulli mean with three
priors, each of which counts like so many orders: a cell of side, place, state and queue is thought
of as both its sides are, those as the place is in that state whatever the queue, that as the place
is in any, and that as books are that were recorded. So where data is thin the prior speaks, and where it is not it is drowned (Gelman et al. 2013, Bayesian
Data Analysis, 5). The chance until a horizon is one less the product of not being filled in each
interval until then (Kaplan and Meier 1958).

Probabilities and moves are integers in parts of `WHOLE`, 10^-8.
"""

from collections.abc import Sequence
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
    QUEUES,
    STATES,
    TABLE_WORDS,
    cell_at,
    state_of,
)
from venues.model.market import ASK, BID

WHOLE: Final = 10**8
# How many orders each prior counts like: of the place, of its state, of its queue, of its side.
_WEIGHTS: Final = (20, 20, 20, 100)
# Fewer orders than these have shown nothing: a venue of which no more is known is not judged.
ENOUGH_ORDERS: Final = 240

# Chances to be filled in each interval, by place, as parts of `WHOLE`: what liquid books of 2024 and
# quiet ones of 2026 have in common, which is little.
_PRIOR: Final = (
    (20_000_000, 30_000_000, 30_000_000, 30_000_000),
    (12_000_000, 25_000_000, 25_000_000, 25_000_000),
    (10_000_000, 22_000_000, 22_000_000, 25_000_000),
    (4_000_000, 15_000_000, 20_000_000, 25_000_000),
)


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of an order until each horizon, in parts of `WHOLE`.

    `filled`: the chance that it is filled if it stays where it is. `pegged`: if it is never left by
    the touch. `moved`: how far the mid has gone away on average where it is not filled. `adverse`:
    how far it goes against it soon after a fill. `orders`: how many of its kind have been seen.
    """

    filled: tuple[int, ...]
    pegged: tuple[int, ...]
    moved: tuple[int, ...]
    adverse: int
    orders: int


class Counted(msgspec.Struct, frozen=True, gc=False):
    """What has been counted of the virtual orders in one book, and what prints take in a second.

    `table` is as `venues.books.probes` says, by side, place, state and queue; `flows` of bids, of
    asks; `swing`: how lively the mid is.
    """

    table: tuple[int, ...]
    flows: tuple[int, int]
    swing: int

    @property
    def orders(self) -> int:
        """Return how many orders have been seen for their first interval."""
        firsts = range(C_HELD, TABLE_WORDS, CELL_WORDS)
        return sum(self.table[at] for at in firsts) // ONE


def fate(counted: Counted, side: int, place: int, queue: int) -> Fate:
    """Return what becomes of an order of book side `side` at `place` behind a `queue` now."""
    table, state = counted.table, state_of(counted.swing)
    alone = [cell_at(side, place, state, queue)]
    both = [cell_at(s, place, state, queue) for s in (BID, ASK)]
    any_queue = [cell_at(s, place, state, q) for s in (BID, ASK) for q in range(QUEUES)]
    any_state = [
        cell_at(s, place, x, q) for s in (BID, ASK) for x in range(STATES) for q in range(QUEUES)
    ]
    wider = (any_state, any_queue, both, alone)
    return Fate(
        filled=_until(table, C_HELD, C_FILLED, place, wider),
        pegged=_until(table, C_PEGGED, C_PEGGED_FILLED, place, wider),
        moved=tuple([_mean_moved(table, wider, n) for n in range(len(HORIZONS))]),
        adverse=_mean_adverse(table, wider),
        orders=_sum(table, alone, C_HELD) // ONE,
    )


def _until(
    table: Sequence[int], stood: int, filled: int, place: int, wider: Sequence[Sequence[int]]
) -> tuple[int, ...]:
    """Return the chance to be filled until each horizon, from the chances in each interval.

    `wider`: cells that say ever less about more, the widest first.
    """
    waits = WHOLE
    chances = []
    for n in range(len(HORIZONS)):
        chance = _PRIOR[place][n]
        for cells, weight in zip(wider, _WEIGHTS, strict=True):
            seen, hits = _sum(table, cells, stood + n), _sum(table, cells, filled + n)
            chance = (hits * WHOLE + weight * ONE * chance) // (seen + weight * ONE)
        waits = waits * (WHOLE - chance) // WHOLE
        chances.append(WHOLE - waits)
    return tuple(chances)


def _mean_moved(table: Sequence[int], wider: Sequence[Sequence[int]], n: int) -> int:
    """Return how far the mid has gone from those who still wait at horizon `n`.

    Over both sides, so that no trend of a recording is taken for a law.
    """
    mean = 0
    for cells, weight in zip(wider[:-1], _WEIGHTS[:-1], strict=True):
        orders = _sum(table, cells, C_HELD + n) - _sum(table, cells, C_FILLED + n)
        mean = (_sum(table, cells, C_MOVED + n) + weight * ONE * mean) // (orders + weight * ONE)
    return mean


def _mean_adverse(table: Sequence[int], wider: Sequence[Sequence[int]]) -> int:
    """Return how far the mid goes against those who were filled, over both sides."""
    mean = 0
    for cells, weight in zip(wider[:-1], _WEIGHTS[:-1], strict=True):
        orders = _sum(table, cells, C_MARKS)
        mean = (_sum(table, cells, C_ADVERSE) + weight * ONE * mean) // (orders + weight * ONE)
    return mean


def _sum(table: Sequence[int], cells: Sequence[int], word: int) -> int:
    return sum([table[cell + word] for cell in cells])
