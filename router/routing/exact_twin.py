"""Which venues to use? Branch and bound over them, in Python integers: the oracle of the kernel.

A node bounds every taking from below and above: a venue is in (below > 0), out (above 0) or open.
Its relaxation spreads the fixed cost of open venues over their steps and leaves their minimums out;
what the relaxation uses, taken in earnest, is a candidate.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from router.routing.exact_prune import pruned
from router.routing.exact_tables import Tables, Task, tables_of
from router.routing.lattice import fill


@dataclass(frozen=True, slots=True)
class Found:
    """The best takings found, and by how much cost at most they miss the best there are."""

    taken: tuple[int, ...]
    gap: int
    nodes: int
    exhausted: bool


@dataclass(slots=True)
class _Best:
    """The best split so far; at equal worth the one whose venues are listed first."""

    taken: list[int]
    worth: int

    def offer(self, tables: Tables, taken: list[int]) -> None:
        """Keep `taken` if it is allowed and better."""
        used = 0
        for n, t in enumerate(taken):
            if t and (t < tables.least[n] or t % tables.step[n]):
                return
            used += t > 0
        if used > tables.venues_most:
            return
        worth = tables.worth(taken)
        if worth < self.worth or (worth == self.worth and earlier(taken, self.taken)):
            self.taken, self.worth = taken, worth


def search(task: Task, start: Sequence[int], nodes_most: int, expired: Callable[[], bool]) -> Found:
    """Return the split of least worth; `start` is one that is allowed.

    What 64 bits would not hold is cut first to what an optimum can be made of: often it fits then.
    """
    tables = tables_of(task)
    if not tables.unit.narrow:
        return search_cut(*pruned(task, start), nodes_most, expired)
    return _search(tables, start, nodes_most, expired)


def search_cut(
    task: Task, start: Sequence[int], nodes_most: int, expired: Callable[[], bool]
) -> Found:
    """Return what `search` finds for a task that needs no cutting any more."""
    return _search(tables_of(task), start, nodes_most, expired)


def _search(
    tables: Tables, start: Sequence[int], nodes_most: int, expired: Callable[[], bool]
) -> Found:
    best = _Best(list(start), tables.worth(start))
    stack = [(0, [0] * len(start), list(tables.most))]
    _take_in_earnest(tables, [0] * len(start), tables.most, start, best)
    nodes = 0
    while stack:
        if nodes >= nodes_most or expired():
            bound = min(best.worth, *[b for b, _, _ in stack])
            gap = tables.unit.gap(best.worth, bound)
            return Found(tuple(best.taken), gap, nodes, exhausted=True)
        bound, low, high = stack.pop()
        if bound > best.worth or not _tightened(tables, low, high):
            continue
        if bound == best.worth and not _may_be_earlier(low, high, best.taken):
            continue
        nodes += 1
        relaxed = fill(tables, low, high)
        if relaxed is None:
            continue
        trial, fine = relaxed
        bound = max(bound, -(-fine >> tables.unit.shift))
        if bound > best.worth:
            continue
        _take_in_earnest(tables, low, high, trial, best)
        if bound == best.worth and not _may_be_earlier(low, high, best.taken):
            continue
        branch = _branch(tables, low, high, trial, bound < best.worth)
        if branch is None:
            continue
        n, floor, ceiling = branch
        down = (bound, list(low), _with(high, n, floor))
        up = (bound, _with(low, n, ceiling), list(high))
        stack.extend((down, up) if 2 * trial[n] >= floor + ceiling else (up, down))
    return Found(tuple(best.taken), 0, nodes, exhausted=False)


def earlier(one: Sequence[int], other: Sequence[int]) -> bool:
    """Return whether `one` uses venues listed before those of `other`, or takes more at the first."""
    for a, b in zip(one, other, strict=True):
        if (a > 0) != (b > 0):
            return a > 0
    return list(one) > list(other)


def _may_be_earlier(low: Sequence[int], high: Sequence[int], best: Sequence[int]) -> bool:
    """Return whether as many venues as `best` uses, listed before its own, are still allowed."""
    spare = sum([1 for t in best if t]) - sum([1 for x in low if x])
    for x, h, t in zip(low, high, best, strict=True):
        used = x > 0
        if not used and h and spare > 0:
            used = True
            spare -= 1
        if used != (t > 0):
            return used
    return False


def _tightened(tables: Tables, low: Sequence[int], high: list[int]) -> bool:
    """Close in `high` what cannot be used any more; return whether anything is possible."""
    room = tables.total - sum(low)
    used = sum([1 for x in low if x])
    if room < 0 or used > tables.venues_most:
        return False
    for n, x in enumerate(low):
        if x > high[n]:
            return False
        if not x and (used == tables.venues_most or tables.least[n] > min(room, high[n])):
            high[n] = 0
    return True


def _take_in_earnest(
    tables: Tables, low: Sequence[int], high: Sequence[int], trial: Sequence[int], best: _Best
) -> None:
    """Offer the best split over the venues of `trial` (the largest takings if they are too many)."""
    chosen = [n for n, t in enumerate(trial) if t]
    if len(chosen) > tables.venues_most:
        chosen.sort(key=lambda n: (not low[n], -trial[n], n))
        chosen = chosen[: tables.venues_most]
    floor, ceiling = [0] * len(low), [0] * len(low)
    for n in chosen:
        floor[n] = low[n] or tables.least[n]
        ceiling[n] = high[n]
    if sum(floor) <= tables.total:
        earnest = fill(tables, floor, ceiling)
        if earnest is not None:
            best.offer(tables, earnest[0])


def _branch(
    tables: Tables,
    low: Sequence[int],
    high: Sequence[int],
    trial: Sequence[int],
    cheaper: bool,
) -> tuple[int, int, int] | None:
    """Return the venue to decide next, the most of its lower part and the least of its upper part.

    The open venue whose fixed cost is spread thinnest or whose minimum is missed; then a taking off
    its lot; then, where only a tie is left to win, the first venue listed. None: nothing is open.
    """
    at, score = -1, -1
    if cheaper:
        for n, t in enumerate(trial):
            if t and not low[n]:
                most = tables.most[n]
                here = tables.fixed[n] // most * (most - t)
                if t < tables.least[n]:
                    here += tables.fixed[n]
                if here > score:
                    at, score = n, here
        if at < 0 or score == 0:
            off = [n for n, t in enumerate(trial) if t % tables.step[n]]
            if off:
                floor = trial[off[0]] - trial[off[0]] % tables.step[off[0]]
                return off[0], floor, floor + tables.step[off[0]]
    else:
        for n, h in enumerate(high):
            if h and not low[n]:
                at = n
                break
    return None if at < 0 else (at, 0, tables.least[at])


def _with(values: Sequence[int], at: int, value: int) -> list[int]:
    """Return `values` with another one at `at`."""
    out = list(values)
    out[at] = value
    return out
