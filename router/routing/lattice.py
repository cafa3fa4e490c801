"""What is the least worth of an exact quantity when every venue gives within bounds, in its lots?

Exact for nested lots: what the next coarser lot does not divide comes from the cheapest finer lots,
and the rest of those is as good as coarse lots of its own, each as dear as the fine ones in it. A
convex curve stays convex so; merging by price is exact on every lattice in turn.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from router.routing.exact_tables import Tables

# (worth of one step, source, how many): the steps of a venue, or of all finer venues as one source.
_Run = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class _Class:
    """The steps of one size, cheapest first; source -1 are blocks of the next finer class.

    `first` of them go to the remainder that the next coarser size does not divide; `ratio` of them
    are one of its steps.
    """

    size: int
    runs: list[_Run]
    first: int
    ratio: int


def fill(tables: Tables, low: Sequence[int], high: Sequence[int]) -> tuple[list[int], int] | None:
    """Return takings between `low` and `high` that sum to the total, and their relaxed worth.

    Fine worth: the fixed cost of a venue with `low` 0 is spread over its steps, else in full. None
    when no such takings are.
    """
    taken = list(low)
    worth = 0
    for n, start in enumerate(low):
        if start:
            worth += tables.value(n, start) + tables.fixed[n]
    left = tables.total - sum(low)
    sizes = sorted({tables.lattice[n] for n, h in enumerate(high) if h > low[n]})
    if left == 0:
        return taken, worth
    if left < 0 or not sizes or left % sizes[0]:
        return None
    classes: list[_Class] = []
    units = left // sizes[0]
    for at, size in enumerate(sizes):
        below = classes[-1] if classes else None
        runs = [] if below is None else _blocks(below)
        for n, h in enumerate(high):
            if tables.lattice[n] == size and h > low[n]:
                runs += _steps(tables, n, low[n], h, units)
        runs.sort(key=_cheapest_first)
        ratio = sizes[at + 1] // size if at + 1 < len(sizes) else 0
        first = units % ratio if ratio else units
        if sum(count for _, _, count in runs) < first:
            return None
        worth += sum(w * count for w, _, count in _upto(runs, first))
        classes.append(_Class(size, runs, first, ratio))
        units = (units - first) // ratio if ratio else 0
    wanted = 0
    for held in reversed(classes):
        finer = 0
        for _, source, count in _upto(held.runs, held.first + wanted * held.ratio):
            if source < 0:
                finer += count
            else:
                taken[source] += count * held.size
        wanted = finer
    return taken, worth


def _cheapest_first(run: _Run) -> tuple[int, bool, int]:
    """Return the order of a merge: by worth, then venues as listed, the finer class last."""
    worth, source, _ = run
    return worth, source < 0, source


def _steps(tables: Tables, n: int, low: int, high: int, units: int) -> list[_Run]:
    """Return the steps of venue `n` from `low` to `high`, at most `units`, cheapest first."""
    size, upto, price = tables.lattice[n], tables.upto[n], tables.price[n]
    extra = 0 if low else tables.spread[n]
    out: list[_Run] = []
    at = bisect_right(upto, low)
    x = low
    end = min(high, low + units * size)
    while x < end:
        whole = (min(upto[at], end) - x) // size
        if whole:
            out.append((price[at] * size + extra, n, whole))
            x += whole * size
        else:  # a step over the end of a level
            out.append((tables.value(n, x + size) - tables.value(n, x) + extra, n, 1))
            x += size
        while at < len(upto) and upto[at] <= x:
            at += 1
    return out


def _upto(runs: Sequence[_Run], units: int) -> list[_Run]:
    """Return the first `units` steps of `runs`."""
    out: list[_Run] = []
    for worth, source, count in runs:
        if units <= 0:
            break
        out.append((worth, source, min(count, units)))
        units -= count
    return out


def _blocks(finer: _Class) -> list[_Run]:
    """Return the steps of a class behind its remainder as blocks of `ratio`, cheapest first."""
    out: list[_Run] = []
    skip, ratio = finer.first, finer.ratio
    filled = partly = 0  # steps and worth in the block being filled
    for worth, _, count in finer.runs:
        left = count - min(skip, count)
        skip -= count - left
        if filled:
            more = min(ratio - filled, left)
            filled, partly, left = filled + more, partly + worth * more, left - more
            if filled == ratio:
                out.append((partly, -1, 1))
                filled = partly = 0
        if left >= ratio:
            out.append((worth * ratio, -1, left // ratio))
            left %= ratio
        if left:
            filled, partly = filled + left, partly + worth * left
    return out
