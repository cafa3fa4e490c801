"""Where is liquidity cheapest now? Levels of several venues taken in the order of net price.

Greedy over convex curves: exact for one lot and slack minimums. Two implementations with one
meaning: the twin here, in Python integers without a bound, and the kernel, which hands over to
the twin where a net price would not fit its 64 bits.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from router.routing.cost import Curve

# (nets, steps, first, most, need) -> grains taken per curve. `nets`: price per tick, negated for a
# sell, so that the least tick x net is best. `first` is taken whatever it costs; then the cheapest
# levels, in multiples of the step and up to `most` (a multiple of it, within the depth) of each
# curve, until every curve is used up or its step is above what is left of `need`. At equal net
# price the curve listed first gives first.
Merge = Callable[[Sequence[int], Sequence[int], Sequence[int], Sequence[int], int], list[int]]

# The curves of one decision -> their merge; asked several times, prepared once.
Sweep = Callable[[Sequence[Curve]], Merge]


def twin(curves: Sequence[Curve]) -> Merge:
    """Return the merge of `curves` in plain Python."""

    def merge(
        nets: Sequence[int],
        steps: Sequence[int],
        first: Sequence[int],
        most: Sequence[int],
        need: int,
    ) -> list[int]:
        taken = list(first)
        left = need - sum(first)
        at = [bisect_right(c.upto, t) for c, t in zip(curves, taken, strict=True)]
        while left:
            best = -1
            best_net = 0
            for n, held in enumerate(curves):
                if steps[n] <= left and taken[n] + steps[n] <= most[n]:
                    net = held.ticks[at[n]] * nets[n]
                    if best < 0 or net < best_net:
                        best, best_net = n, net
            if best < 0:
                return taken
            end = curves[best].upto[at[best]]
            take = min(min(end, most[best]) - taken[best], left)
            take -= take % steps[best]
            taken[best] += take
            left -= take
            if taken[best] == end:
                at[best] += 1
        return taken

    return merge
