"""How is the sweep done fast? The merge of levels as one kernel call over int64 arrays."""

import struct
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
_HIGHEST: Final = 5  # the highest tick of each curve
_ROWS: Final = 6


@jit
def take_cheapest(ticks: Int64s, upto: Int64s, terms: Int64s, need: int) -> bool:
    """Do one `sweep.Merge` of curves laid end to end; the taken row holds `first`, then the answer.

    False, and nothing done, where a net price would not fit 64 bits.
    """
    count = terms.shape[1]
    for n in range(count):
        most_net = INT64_MOST // max(terms[_HIGHEST, n], 1)
        if not -most_net <= terms[_NET, n] <= most_net:
            return False
    at = terms[_START].copy()
    head = terms[_NET].copy()  # the net price of the level each curve is at
    left = need
    for n in range(count):
        left -= terms[_TAKEN, n]
        end = terms[_START, n + 1] if n + 1 < count else len(ticks)
        while at[n] < end and upto[at[n]] <= terms[_TAKEN, n]:
            at[n] += 1
        if at[n] < end:
            head[n] *= ticks[at[n]]
    while True:
        best = -1
        best_net = 0
        for n in range(count):
            if best >= 0 and head[n] >= best_net:
                continue
            if terms[_STEP, n] <= left and terms[_TAKEN, n] + terms[_STEP, n] <= terms[_MOST, n]:
                best = n
                best_net = head[n]
        if best < 0:
            return True
        end = upto[at[best]]
        take = min(min(end, terms[_MOST, best]) - terms[_TAKEN, best], left)
        take -= take % terms[_STEP, best]
        terms[_TAKEN, best] += take
        left -= take
        if terms[_TAKEN, best] == end:
            at[best] += 1
            if at[best] < len(ticks):
                head[best] = ticks[at[best]] * terms[_NET, best]


def fastest(curves: Sequence[Curve]) -> Merge:
    """Return the merge of `curves`: of a few levels in plain Python, of more as a kernel call."""
    steps = len(curves) * sum([len(c.ticks) for c in curves])  # every level looks at every curve
    return twin(curves) if steps <= _FEW_STEPS else kernel(curves)


def kernel(curves: Sequence[Curve]) -> Merge:
    """Return the merge of `curves` as a kernel call."""
    if not curves or max([c.highest for c in curves]) > INT64_MOST:
        return twin(curves)  # a price times a rate has as many digits as the two have together
    rows = [c.as_rows() for c in curves]
    ticks = np.concatenate([row for row, _ in rows])
    upto = np.concatenate([row for _, row in rows])
    start = [0]
    for held in curves[:-1]:
        start.append(start[-1] + len(held.ticks))
    count = len(curves)
    # Integers travel as bytes of one buffer: of a call, making arrays would take the most time.
    asked = struct.Struct(f"{_TAKEN * count + count}q")
    answer = struct.Struct(f"{count}q")
    held_bytes = bytearray(8 * _ROWS * count)
    terms = np.frombuffer(held_bytes, np.int64).reshape(_ROWS, count)
    terms[_START] = start
    terms[_HIGHEST] = [c.highest for c in curves]

    def merge(
        nets: Sequence[int],
        steps: Sequence[int],
        first: Sequence[int],
        most: Sequence[int],
        need: int,
    ) -> list[int]:
        try:
            asked.pack_into(held_bytes, 0, *nets, *steps, *most, *first)
        except struct.error:  # beyond 64 bits
            return twin(curves)(nets, steps, first, most, need)
        if not take_cheapest(ticks, upto, terms, need):
            return twin(curves)(nets, steps, first, most, need)
        return list(answer.unpack_from(held_bytes, 8 * _TAKEN * count))

    return merge
