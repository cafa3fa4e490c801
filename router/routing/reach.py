"""How much of a quantity can be placed at all when lots and minimums bind?

Coarse lots before fine ones reach the largest sum of nested lots; a venue that this leaves below its
minimum is decided one way, then the other, until nothing above the best sum is open.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """Takings that place as much as was found possible; none can place more than `most`."""

    taken: tuple[int, ...]
    most: int
    nodes: int
    exhausted: bool


def nested(steps: Sequence[int], mosts: Sequence[int]) -> tuple[int, ...]:
    """Return for each step the largest divisor that keeps all of them nested; itself if they are.

    Steps of closed venues (most 0) do not count.
    """
    used = {s for s, m in zip(steps, mosts, strict=True) if m}
    if len(used) == 1:
        return tuple(steps)
    chain = [math.gcd(*used) or 1]
    for step in sorted(used):
        if step % chain[-1] == 0:
            chain.append(step)
    return tuple(max((c for c in chain if s % c == 0), default=1) for s in steps)


def reach(
    mosts: Sequence[int],
    leasts: Sequence[int],
    steps: Sequence[int],
    *,
    need: int,
    venues_most: int,
    nodes_most: int,
    expired: Callable[[], bool],
) -> Reach:
    """Return the largest sum <= `need` of takings that are 0 or multiples of their step."""
    lattice = nested(steps, mosts)
    order = sorted(range(len(mosts)), key=lambda n: (-lattice[n], -mosts[n], n))
    best = [0] * len(mosts)
    stack = [(need, [0] * len(mosts), list(mosts))]
    nodes = 0
    while stack:
        if stack[-1][0] <= sum(best):
            stack.pop()
            continue
        if nodes >= nodes_most or expired():
            return Reach(tuple(best), max(b for b, _, _ in stack), nodes, exhausted=True)
        bound, low, high = stack.pop()
        nodes += 1
        if not _tightened(low, high, leasts, need, venues_most):
            continue
        trial = _coarse_first(low, high, lattice, order, need)
        bound = min(bound, sum(trial), _widest(low, high, venues_most))
        if bound <= sum(best):
            continue
        broken = _broken(trial, leasts, steps, low, venues_most)
        if broken is None:
            best = trial
            continue
        n, floor, ceiling = broken
        down = (bound, list(low), _with(high, n, floor))
        up = (bound, _with(low, n, ceiling), list(high))
        # The way that keeps more is looked at first.
        stack.extend((down, up) if 2 * trial[n] >= floor + ceiling else (up, down))
    return Reach(tuple(best), sum(best), nodes, exhausted=False)


def _tightened(
    low: Sequence[int], high: list[int], leasts: Sequence[int], need: int, venues_most: int
) -> bool:
    """Close in `high` what cannot be used any more; return whether anything is possible."""
    room = need - sum(low)
    used = sum(1 for x in low if x)
    if room < 0 or used > venues_most:
        return False
    for n, x in enumerate(low):
        if x > high[n]:
            return False
        if not x and (used == venues_most or leasts[n] > min(room, high[n])):
            high[n] = 0
    return True


def _coarse_first(
    low: Sequence[int], high: Sequence[int], lattice: Sequence[int], order: Sequence[int], need: int
) -> list[int]:
    """Return the largest sum of bounded multiples, minimums of venues not decided left out."""
    out = list(low)
    left = need - sum(low)
    for n in order:
        more = min(high[n] - low[n], left)
        more -= more % lattice[n]
        out[n] += more
        left -= more
    return out


def _widest(low: Sequence[int], high: Sequence[int], venues_most: int) -> int:
    """Return what the venues in use and the largest others, up to `venues_most`, can give."""
    used = [h for x, h in zip(low, high, strict=True) if x]
    others = sorted((h for x, h in zip(low, high, strict=True) if not x), reverse=True)
    return sum(used) + sum(others[: max(venues_most - len(used), 0)])


def _broken(
    trial: Sequence[int],
    leasts: Sequence[int],
    steps: Sequence[int],
    low: Sequence[int],
    venues_most: int,
) -> tuple[int, int, int] | None:
    """Return a venue whose taking is not allowed and the nearest allowed below and above it."""
    for n, t in enumerate(trial):
        if 0 < t < leasts[n]:
            return n, 0, leasts[n]
        if t % steps[n]:
            return n, t - t % steps[n], t - t % steps[n] + steps[n]
    used = [n for n, t in enumerate(trial) if t]
    if len(used) > venues_most:
        n = max((n for n in used if not low[n]), key=lambda n: (trial[n], -n))
        return n, 0, leasts[n]
    return None


def _with(values: Sequence[int], at: int, value: int) -> list[int]:
    """Return `values` with another one at `at`."""
    out = list(values)
    out[at] = value
    return out
