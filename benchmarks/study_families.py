"""Which differences remain when as many cells are looked at as a study has? Holm's correction."""

import math
from collections.abc import Sequence

import msgspec

from benchmarks.study_scores import Interval

LEVEL = 0.05


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """All cells in which one router was compared with learned depth.

    `above`, `below`: cells whose own 95 % interval lies above or below zero, that is, learned was surely
    better or worse if it were the only cell; `chance` of either are expected where nothing differs.
    `still_above`, `still_below`: those left at 5 % for the whole family (Holm 1979, *A simple
    sequentially rejective multiple test procedure*, two-sided, normal with the bootstrap's error).
    """

    router: str
    cells: int
    above: int
    below: int
    chance: float
    still_above: int
    still_below: int


def family(router: str, saved: Sequence[Interval]) -> Family:
    """Return what becomes of the differences `saved` of one router, a cell each."""
    kept = [each for each, p in zip(saved, adjusted(saved), strict=True) if p <= LEVEL]
    return Family(
        router=router,
        cells=len(saved),
        above=sum(each.low > 0 for each in saved),
        below=sum(each.high < 0 for each in saved),
        chance=len(saved) * LEVEL / 2,
        still_above=sum(each.mean > 0 for each in kept),
        still_below=sum(each.mean < 0 for each in kept),
    )


def adjusted(saved: Sequence[Interval]) -> list[float]:
    """Return the probability of each difference, or a larger one, by chance in any cell of all."""
    alone = [math.erfc(abs(each.mean) / max(each.error, 1e-300) / math.sqrt(2)) for each in saved]
    out = [1.0] * len(saved)
    most = 0.0
    for rank, at in enumerate(sorted(range(len(saved)), key=alone.__getitem__)):
        most = max(most, min(alone[at] * (len(saved) - rank), 1.0))
        out[at] = most
    return out


def told(one: Family) -> str:
    """Return a line of one family."""
    return (
        f"{one.router}: {one.cells} cells; alone {one.above} surely dearer than learned and {one.below}"
        f" cheaper ({one.chance:.1f} of each by chance); together (Holm, 5 %) {one.still_above} and"
        f" {one.still_below}"
    )
