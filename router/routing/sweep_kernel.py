"""How is the sweep done fast? The merge of levels as one kernel call over int64 arrays."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from router.routing.cost import INT64_MOST, Curve
from router.routing.sweep import Merge, twin
from venues.books.jit import jit
from venues.model.market import Int64s

# Up to so many looks at a curve the twin is done before a kernel is called.
_FEW_STEPS: Final = 48

# Rows of `terms`.
_NET: Final = 0
_STEP: Final = 1
_MOST: Final = 2
_TAKEN: Final = 3
_START: Final = 4  # where the levels of each curve begin


@jit
def take_cheapest(ticks: Int64s, upto: Int64s, terms: Int64s, need: int) -> None:
    """Do one `sweep.Merge` of curves laid end to end; the taken row holds `first`, then the answer."""
    count = terms.shape[1]
    at = terms[_START].copy()
    left = need
    for n in range(count):
        left -= terms[_TAKEN, n]
        end = terms[_START, n + 1] if n + 1 < count else len(ticks)
        while at[n] < end and upto[at[n]] <= terms[_TAKEN, n]:
            at[n] += 1
    while True:
        best = -1
        best_net = 0
        for n in range(count):
            if terms[_STEP, n] <= left and terms[_TAKEN, n] + terms[_STEP, n] <= terms[_MOST, n]:
                net = ticks[at[n]] * terms[_NET, n]
                if best < 0 or net < best_net:
                    best = n
                    best_net = net
        if best < 0:
            return
        end = upto[at[best]]
        take = min(min(end, terms[_MOST, best]) - terms[_TAKEN, best], left)
        take -= take % terms[_STEP, best]
        terms[_TAKEN, best] += take
        left -= take
        if terms[_TAKEN, best] == end:
            at[best] += 1


def fastest(curves: Sequence[Curve]) -> Merge:
    """Return the merge of `curves`: of a few levels in plain Python, of more as a kernel call."""
    steps = len(curves) * sum([len(c.ticks) for c in curves])  # every level looks at every curve
    return twin(curves) if steps <= _FEW_STEPS else kernel(curves)


def kernel(curves: Sequence[Curve]) -> Merge:
    """Return the merge of `curves` as a kernel call."""
    if not curves:
        return twin(curves)
    rows = [c.as_rows() for c in curves]
    ticks = np.concatenate([row for row, _ in rows])
    upto = np.concatenate([row for _, row in rows])
    start = [0]
    for held in curves[:-1]:
        start.append(start[-1] + len(held.ticks))
    highest = [c.highest for c in curves]

    def merge(
        nets: Sequence[int],
        steps: Sequence[int],
        first: Sequence[int],
        most: Sequence[int],
        need: int,
    ) -> list[int]:
        for tick, net in zip(highest, nets, strict=True):
            if tick * abs(net) > INT64_MOST:
                return twin(curves)(nets, steps, first, most, need)
        terms = np.array((nets, steps, most, first, start), np.int64)
        take_cheapest(ticks, upto, terms, need)
        taken: list[int] = terms[_TAKEN].tolist()
        return taken

    return merge
