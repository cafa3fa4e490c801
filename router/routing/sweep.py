"""Where is liquidity cheapest now? Levels of several venues taken in the order of net price.

Greedy over convex curves: exact for one lot and slack minimums. Two implementations with one
meaning: `twin` in Python integers without a bound, and the kernel, which hands over to the twin
where a net price would not fit its 64 bits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from router.routing.cost import Curve


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """What may be taken at one venue: its curve and terms, in grains.

    `net`: price per tick with fee, negated for a sell, so that the least `tick * net` is best.
    Takings are multiples of `step`, at most `most` (a multiple of it, within the depth), and
    not below `least` unless zero.
    """

    curve: Curve
    net: int
    step: int
    least: int
    most: int


# (offers, first, most, need) -> grains per offer. `first` is taken whatever it costs, within
# `most`; then the cheapest levels until less than every open step of `need` is left.
Sweep = Callable[[Sequence[Offer], Sequence[int], Sequence[int], int], list[int]]


def twin(
    offers: Sequence[Offer], first: Sequence[int], most: Sequence[int], need: int
) -> list[int]:
    """Return grains per offer; at equal net price the offer listed first gives first."""
    taken = list(first)
    left = need - sum(first)
    at = [_level_after(o.curve, t) for o, t in zip(offers, taken, strict=True)]
    while True:
        best = -1
        best_net = 0
        for n, o in enumerate(offers):
            if o.step <= left and taken[n] + o.step <= most[n]:
                net = o.curve.ticks[at[n]] * o.net
                if best < 0 or net < best_net:
                    best, best_net = n, net
        if best < 0:
            return taken
        o = offers[best]
        here = min(o.curve.upto[at[best]], most[best]) - taken[best]
        take = min(here, left)
        take -= take % o.step
        taken[best] += take
        left -= take
        if taken[best] == o.curve.upto[at[best]]:
            at[best] += 1


def _level_after(curve: Curve, taken: int) -> int:
    """Return the level the next grain after `taken` comes from."""
    at = 0
    while at < len(curve.upto) and curve.upto[at] <= taken:
        at += 1
    return at
