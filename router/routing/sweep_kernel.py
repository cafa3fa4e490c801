"""How is the sweep done fast? The merge of levels as one kernel call over int64 arrays."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from router.routing.sweep import Offer, twin
from venues.books.jit import jit
from venues.model.market import Int64s

_INT64_MOST: Final = 2**63 - 1
# Rows of `terms`.
_NET: Final = 0
_STEP: Final = 1
_MOST: Final = 2
_TAKEN: Final = 3


@jit
def merge(ticks: Int64s, upto: Int64s, start: Int64s, terms: Int64s, need: int) -> None:
    """Take the cheapest levels until `need` grains (less than each open step) are left.

    Rows of `terms` (4 x K): net price per tick, step, most, taken (in: taken first; out: all).
    `ticks` and `upto` (running grains) of offer n lie at start[n]:start[n + 1].
    """
    count = terms.shape[1]
    at = start[:-1].copy()
    left = need
    for n in range(count):
        left -= terms[_TAKEN, n]
        while at[n] < start[n + 1] and upto[at[n]] <= terms[_TAKEN, n]:
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


def kernel(
    offers: Sequence[Offer], first: Sequence[int], most: Sequence[int], need: int
) -> list[int]:
    """Return grains per offer, as `sweep.twin` does."""
    for o in offers:
        ticks = o.curve.ticks
        if ticks and max(ticks[0], ticks[-1]) * abs(o.net) > _INT64_MOST:
            return twin(offers, first, most, need)
    sizes = [len(o.curve.ticks) for o in offers]
    start = np.zeros(len(offers) + 1, np.int64)
    start[1:] = np.cumsum(sizes)
    terms = np.array([[o.net for o in offers], [o.step for o in offers], most, first], np.int64)
    ticks_all = np.concatenate([o.curve.tick_row for o in offers])
    upto_all = np.concatenate([o.curve.upto_row for o in offers])
    merge(ticks_all, upto_all, start, terms, need)
    taken: list[int] = terms[_TAKEN].tolist()
    return taken
