"""Is what we expect to be left of displayed depth what is left? Slope, Brier score, reliability."""

from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from benchmarks.study_books import Playing
from venues.books.layout import (
    HORIZON_NS,
    LEANS,
    O_LEAN,
    O_SHOWN,
    OUTCOMES_LEAST,
    OUTCOMES_MOST,
    REACH_E6,
    REACHES,
    RINGS,
    WHOLE,
)
from venues.books.store import KernelBooks
from venues.model.market import Int64s

SAMPLES_LEAST: Final = 200
# "It is still there": at least so much of what was displayed.
STAYED: Final = WHOLE * 9 // 10
_BINS: Final = 10


class Bin(msgspec.Struct, frozen=True):
    """Predictions of about one probability: how many, their mean, and how often it came true."""

    samples: int
    predicted: float
    realised: float


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """One venue, way and distance, both sides together.

    `slope`: least squares of the depth that was there on the depth expected. `brier`: mean squared
    error of the probability that at least nine tenths stayed; `brier_constant`: of the share that
    did, known afterwards and said every time.
    """

    venue: str
    way_ms: int
    within_bps: float
    samples: int
    realised_of_expected: float
    slope: float
    brier: float
    brier_constant: float
    reliability: tuple[Bin, ...]


@dataclass(slots=True)
class _Cell:
    expected: list[float] = field(default_factory=list)
    realised: list[float] = field(default_factory=list)
    chance: list[float] = field(default_factory=list)
    stayed: list[bool] = field(default_factory=list)


@dataclass(slots=True)
class Observer:
    """Follows the outcomes that a playing recording takes down, each foretold by those before it."""

    playing: Playing
    _known: dict[int, Int64s] = field(default_factory=dict)
    _cells: dict[tuple[int, int, int], _Cell] = field(default_factory=dict)

    def observe(self, *, scored: bool) -> None:
        """Take in what has become known since the last time."""
        books = self.playing.view
        assert isinstance(books, KernelBooks), "the study plays on kernels"
        for book in range(len(books.instruments)):
            mem, base = books.arena.mem, books.base(book)
            dumped = books.dump_outcomes(book)
            before = self._known.get(book)
            self._known[book] = dumped
            if before is None or not scored:
                continue
            for ring in np.flatnonzero(dumped[:RINGS] == before[:RINGS] + 1).tolist():
                horizon, side, lean = ring // (2 * LEANS), ring // LEANS % 2, ring % LEANS
                known = _alike(before, horizon, side, lean)
                if len(known) < OUTCOMES_LEAST or lean != mem[base + O_LEAN + side]:
                    continue
                newest = _kept(dumped, ring)[(int(dumped[ring]) - 1) % OUTCOMES_MOST].tolist()
                shown = mem[base + O_SHOWN + side * REACHES :][:REACHES].tolist()
                self._score(book, horizon, known, newest, shown)

    def _score(
        self, book: int, horizon: int, known: Int64s, outcome: list[int], shown: list[int]
    ) -> None:
        chances = (known >= STAYED).mean(axis=0).tolist()
        for reach in range(REACHES):
            cell = self._cells.setdefault((book, horizon, reach), _Cell())
            foretold = [_there(shown[reach], was) for was in known[:, reach].tolist()]
            cell.expected.append(sum(foretold) / len(foretold))
            cell.realised.append(_there(shown[reach], outcome[reach]))
            cell.chance.append(chances[reach])
            cell.stayed.append(outcome[reach] >= STAYED)

    def calibrations(self) -> tuple[Calibration, ...]:
        """Return how good the foretelling was, wherever there are samples enough."""
        instruments = self.playing.view.instruments
        return tuple(
            _calibration(
                f"{instruments[book].venue} {instruments[book].symbol}",
                HORIZON_NS[horizon] // 1_000_000,
                REACH_E6[reach] / 100,
                cell,
            )
            for (book, horizon, reach), cell in sorted(self._cells.items())
            if len(cell.stayed) >= SAMPLES_LEAST
        )


def _there(shown: int, outcome: int) -> float:
    """Return the lots that are there of those `shown`."""
    return shown * outcome / WHOLE if outcome <= WHOLE else shown + outcome - WHOLE


def _alike(dumped: Int64s, horizon: int, side: int, lean: int) -> Int64s:
    """Return what the product would have looked at: outcomes of this lean, else of all."""
    rings = [(horizon * 2 + side) * LEANS + each for each in range(LEANS)]
    alike = _kept(dumped, rings[lean])
    if len(alike) >= OUTCOMES_LEAST:
        return alike
    return np.concatenate([_kept(dumped, ring) for ring in rings])


def _kept(dumped: Int64s, ring: int) -> Int64s:
    first = RINGS + ring * OUTCOMES_MOST * REACHES
    kept = min(int(dumped[ring]), OUTCOMES_MOST)
    return dumped[first : first + kept * REACHES].reshape(kept, REACHES)


def _calibration(venue: str, way_ms: int, within_bps: float, cell: _Cell) -> Calibration:
    expected, realised = np.array(cell.expected), np.array(cell.realised)
    chance, stayed = np.array(cell.chance), np.array(cell.stayed, float)
    off = expected - expected.mean()
    bins = []
    place = np.minimum((chance * _BINS).astype(int), _BINS - 1)
    for number in range(_BINS):
        of = place == number
        if of.any():
            bins.append(Bin(int(of.sum()), float(chance[of].mean()), float(stayed[of].mean())))
    return Calibration(
        venue=venue,
        way_ms=way_ms,
        within_bps=within_bps,
        samples=len(stayed),
        realised_of_expected=float(realised.sum() / max(expected.sum(), 1e-12)),
        slope=float((off * realised).sum() / max((off * off).sum(), 1e-12)),
        brier=float(((chance - stayed) ** 2).mean()),
        brier_constant=float(((stayed.mean() - stayed) ** 2).mean()),
        reliability=tuple(bins),
    )
