"""Which router cost less, and is that more than noise? Paired differences, block bootstrap."""

from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from benchmarks.study_books import Doubles
from venues.model.market import Int64s

BLOCK_NS: Final = 10_000_000_000
DRAWS: Final = 4_000
DECISIONS_LEAST: Final = 200


class Interval(msgspec.Struct, frozen=True):
    """A mean in bps, where 95 % of its bootstrap draws lie, and their standard deviation."""

    mean: float
    low: float
    high: float
    error: float = 0.0


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One size and one way on one tape; all in bps of the mid at the decision.

    `cost` by router. `saved` by every other router: what it cost more than learned depth, paired.
    `gap`: displayed exact less clairvoyant; `closed`: the share of it that learning closes.
    """

    usd: int
    way_ms: int
    decisions: int
    missed: float
    cost: dict[str, float]
    saved: dict[str, Interval]
    gap: float
    closed: float | None


@dataclass(slots=True)
class Tally:
    """The costs of one cell, decision by decision."""

    at_ns: list[int] = field(default_factory=list)
    missed: list[float] = field(default_factory=list)
    bps: dict[str, list[float]] = field(default_factory=dict)

    def add(self, at_ns: int, missed: float, bps: dict[str, float]) -> None:
        """Take in one decision that every router could make."""
        self.at_ns.append(at_ns)
        self.missed.append(missed)
        for name, value in bps.items():
            self.bps.setdefault(name, []).append(value)

    def cell(self, usd: int, way_ms: int, ours: str, exact: str, clairvoyant: str) -> Cell:
        """Return what it comes to; `ours`, `exact` and `clairvoyant` name routers."""
        costs = {name: np.array(values) for name, values in self.bps.items()}
        blocks = np.array(self.at_ns) // BLOCK_NS
        saved = {}
        for name, values in costs.items():
            able = ~np.isnan(values)  # a venue alone may be too small for the largest sizes
            if name not in (ours, clairvoyant) and able.sum() >= DECISIONS_LEAST:
                saved[name] = interval((values - costs[ours])[able], blocks[able])
        gap = float((costs[exact] - costs[clairvoyant]).mean())
        return Cell(
            usd=usd,
            way_ms=way_ms,
            decisions=len(self.at_ns),
            missed=float(np.mean(self.missed)),
            cost={name: float(np.nanmean(values)) for name, values in costs.items()},
            saved=saved,
            gap=gap,
            closed=saved[exact].mean / gap if gap > 0 else None,
        )


def interval(values: Doubles, blocks: Int64s) -> Interval:
    """Return mean and 95 % interval of `values`, drawing whole blocks of time with replacement.

    Künsch 1989, *The jackknife and the bootstrap for general stationary observations*.
    """
    names, whose = np.unique(blocks, return_inverse=True)
    sums = np.bincount(whose, values)
    sizes = np.bincount(whose)
    drawn = np.random.default_rng(1).integers(0, len(names), (DRAWS, len(names)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(values.mean()), float(low), float(high), float(means.std()))
