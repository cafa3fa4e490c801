"""How good were foretold chances to be filled? Slope, Brier score and reliability, as plain numbers."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from benchmarks.resting_orders import Posted, Watched
from router.depth.fills import WHOLE, Counted, Fate, fate, pegged
from venues.books.probes import HORIZONS, NS_PER_S, state_of

LEAST = 200
_BINS = 10


class Bin(msgspec.Struct, frozen=True):
    """Orders of about the same foretold chance: the mean of it, the share filled, how many."""

    foretold: float
    filled: float
    orders: int


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One way to foretell, judged on the second half of a tape.

    `slope` of filled on foretold, over `buckets` of at least 200 orders (venue, place, state of the
    market, queue, horizon), and `slope_of_bins` over the bins; None where there are too few. `brier`
    against that of a constant, the share filled in the first half by venue and horizon.
    """

    how: str
    judged_by: str
    orders: int
    buckets: int
    slope: float | None
    slope_of_bins: float | None
    brier: float
    brier_constant: float
    foretold: tuple[float, ...]  # by horizon
    filled: tuple[float, ...]
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    order: Posted
    horizon: int
    foretold: float
    filled: bool
    constant: float


Outcome = Callable[[Posted, int], bool]


def halves(watched: Watched) -> tuple[list[Posted], list[Posted]]:
    """Return the orders whose fate was known by half of the tape, and those posted after it."""
    longest_ns = HORIZONS[-1] * NS_PER_S
    first = [o for o in watched.orders if o.at_ns + longest_ns <= watched.half_ns]
    return first, [o for o in watched.orders if o.at_ns >= watched.half_ns]


def frozen(learned: Sequence[Counted]) -> Callable[[Posted], Fate]:
    """Return how an order was foretold by what had been learned by half of the tape, no more."""
    known: dict[tuple[int, int, int, int, int], Fate] = {}

    def foretell(o: Posted) -> Fate:
        at = (o.instrument, o.side, o.place, o.queue, state_of(o.swing))
        if at not in known:
            then = msgspec.structs.replace(learned[o.instrument], swing=o.swing)
            known[at] = fate(then, o.side, o.place, o.queue)
        return known[at]

    return foretell


def online(order: Posted) -> Fate:
    """Return how an order was foretold when it was posted, by all that had been learned then."""
    return order.foretold


def score(
    watched: Watched, how: str, foretell: Callable[[Posted], Fate], by: str, outcome: Outcome
) -> Score:
    """Return how well `foretell` did on the second half, judged by `outcome`."""
    first, second = halves(watched)
    share: dict[tuple[int, int], float] = {}
    for h in HORIZONS:
        every = _mean([float(outcome(o, h)) for o in first])
        for i in {o.instrument for o in second}:
            of_it = [float(outcome(o, h)) for o in first if o.instrument == i]
            share[i, h] = _mean(of_it) if of_it else every
    cases = [
        _Case(o, n, foretell(o).filled[n] / WHOLE, outcome(o, h), share[o.instrument, h])
        for o in second
        for n, h in enumerate(HORIZONS)
    ]
    buckets = _buckets(cases)
    bins = _bins(cases)
    by_horizon = [[c for c in cases if c.horizon == n] for n in range(len(HORIZONS))]
    return Score(
        how=how,
        judged_by=by,
        orders=len(second),
        buckets=len(buckets),
        slope=_slope(buckets),
        slope_of_bins=_slope(bins),
        brier=_mean([(c.foretold - c.filled) ** 2 for c in cases]),
        brier_constant=_mean([(c.constant - c.filled) ** 2 for c in cases]),
        foretold=tuple(_mean([c.foretold for c in of]) for of in by_horizon),
        filled=tuple(_mean([float(c.filled) for c in of]) for of in by_horizon),
        bins=bins,
    )


def _buckets(cases: Sequence[_Case]) -> tuple[Bin, ...]:
    groups: dict[tuple[int, ...], list[_Case]] = defaultdict(list)
    for c in cases:
        o = c.order
        groups[o.instrument, o.place, o.queue, state_of(o.swing), c.horizon].append(c)
    return tuple(_bin(of) for of in groups.values() if len(of) >= LEAST)


def _bins(cases: Sequence[_Case]) -> tuple[Bin, ...]:
    groups: dict[int, list[_Case]] = defaultdict(list)
    for c in cases:
        groups[min(int(c.foretold * _BINS), _BINS - 1)].append(c)
    return tuple(_bin(groups[n]) for n in sorted(groups) if len(groups[n]) >= LEAST)


def _bin(cases: Sequence[_Case]) -> Bin:
    filled = _mean([float(c.filled) for c in cases])
    return Bin(_mean([c.foretold for c in cases]), filled, len(cases))


def _slope(bins: Sequence[Bin]) -> float | None:
    """Return the weighted least-squares slope of filled on foretold."""
    if len(bins) < 3:
        return None
    total = sum(b.orders for b in bins)
    x = sum(b.foretold * b.orders for b in bins) / total
    y = sum(b.filled * b.orders for b in bins) / total
    spread = sum(b.orders * (b.foretold - x) ** 2 for b in bins)
    return sum(b.orders * (b.foretold - x) * (b.filled - y) for b in bins) / spread


class Pegged(msgspec.Struct, frozen=True):
    """Orders that are posted again once the touch leaves them: foretold and Kaplan-Meier, by horizon."""

    venue: str
    foretold: tuple[float, ...]
    estimated: tuple[float, ...]
    left: float


def pegged_orders(watched: Watched) -> tuple[Pegged, ...]:
    """Return, per venue, what orders at the touch come to while it has not left them."""
    _, second = halves(watched)
    told: list[Pegged] = []
    for i, instrument in enumerate(watched.tape.instruments):
        mine = [o for o in second if o.instrument == i and o.place == 0]
        if len(mine) < LEAST:
            continue
        guesses = []
        for o in mine:
            then = msgspec.structs.replace(watched.learned[i], swing=o.swing)
            guesses.append(pegged(then, o.side, o.place, o.queue))
        foretold = tuple(_mean([g[n] / WHOLE for g in guesses]) for n in range(len(HORIZONS)))
        left = _mean([float(o.left_ns is not None) for o in mine])
        told.append(Pegged(instrument.venue, foretold, kaplan_meier(mine), left))
    return tuple(told)


def kaplan_meier(orders: Sequence[Posted]) -> tuple[float, ...]:
    """Return the share filled by each horizon, orders that were left censored at that moment."""
    longest_ns = HORIZONS[-1] * NS_PER_S
    ends: list[tuple[int, bool]] = []
    for o in orders:
        fill_ns = longest_ns + 1 if o.filled_ns is None else o.filled_ns
        left_ns = longest_ns + 1 if o.left_ns is None else o.left_ns
        ends.append((min(fill_ns, left_ns), fill_ns <= min(left_ns, longest_ns)))
    ends.sort()
    waits, at, shares = 1.0, 0, []
    for h in HORIZONS:
        while at < len(ends) and ends[at][0] <= h * NS_PER_S:
            waits *= 1 - ends[at][1] / (len(ends) - at)
            at += 1
        shares.append(1 - waits)
    return tuple(shares)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
