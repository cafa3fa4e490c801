"""Is what we expect to be left of displayed depth what is left? Slope, Brier score, reliability."""

from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from benchmarks.study_books import Doubles, Playing
from venues.books.known import change_in
from venues.books.layout import (
    CHANGES,
    COMES,
    GOES,
    HORIZON_NS,
    LEANS,
    O_LEAN,
    O_SHOWN,
    OUTCOME_BITS,
    OUTCOMES_LEAST,
    OUTCOMES_MOST,
    REACH_E6,
    REACHES,
    RINGS,
    WHOLE,
)
from venues.books.make import make_books
from venues.books.store import KernelBooks
from venues.model.market import Int64s

SAMPLES_LEAST: Final = 200
# "It is still there": at least so much of what was displayed.
STAYED: Final = 0.9
AS_IS: Final[Doubles] = np.ones((CHANGES, REACHES))
_BINS: Final = 10


class Bin(msgspec.Struct, frozen=True):
    """Predictions of about one probability: how many, their mean, and how often it came true."""

    samples: int
    predicted: float
    realised: float


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """One venue, way and distance, both sides together.

    `slope`: least squares of the depth that was there on the depth expected, each expected from what
    was known before; `slope_error`: its standard error, whatever the variance of each (White 1980, *A
    heteroskedasticity-consistent covariance matrix estimator*); `frozen_slope`: of the depth expected
    by what was known when scoring began. `brier`: mean squared
    error of the probability that at least nine tenths stayed; `brier_constant`: of the share that
    did, known afterwards and said every time.
    """

    venue: str
    way_ms: int
    within_bps: float
    samples: int
    realised_of_expected: float
    slope: float
    slope_error: float
    frozen_slope: float
    brier: float
    brier_constant: float
    reliability: tuple[Bin, ...]


@dataclass(slots=True)
class _Cell:
    expected: list[float] = field(default_factory=list)
    frozen: list[float] = field(default_factory=list)
    realised: list[float] = field(default_factory=list)
    chance: list[float] = field(default_factory=list)
    stayed: list[bool] = field(default_factory=list)


@dataclass(slots=True)
class Observer:
    """Follows the outcomes that a playing recording takes down, each foretold by those before it.

    As the product foretells, and by what had been learned when the scoring began and nothing since.
    """

    playing: Playing
    _scratch: KernelBooks = field(init=False)
    _known: dict[int, Int64s] = field(default_factory=dict)
    _frozen: dict[int, Int64s] = field(default_factory=dict)
    _cells: dict[tuple[int, int, int], _Cell] = field(default_factory=dict)

    def __post_init__(self) -> None:
        books = make_books(self.playing.view.instruments[:1], kernels=True)
        assert isinstance(books, KernelBooks), "the study plays on kernels"
        self._scratch = books

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
            frozen = self._frozen.setdefault(book, before)
            for ring in np.flatnonzero(dumped[:RINGS] == before[:RINGS] + 1).tolist():
                horizon, side, lean = ring // (2 * LEANS), ring // LEANS % 2, ring % LEANS
                if lean != mem[base + O_LEAN + side]:
                    continue
                shown = mem[base + O_SHOWN + side * REACHES :][:REACHES].tolist()
                known = self._foretold(before, horizon, side, lean, shown)
                if len(known) < OUTCOMES_LEAST:
                    continue
                newest = _kept(dumped, ring)[(int(dumped[ring]) - 1) % OUTCOMES_MOST].tolist()
                then = self._foretold(frozen, horizon, side, lean, shown)
                self._score(book, horizon, known, then, newest, shown)

    def _foretold(
        self, dumped: Int64s, horizon: int, side: int, lean: int, shown: list[int]
    ) -> Doubles:
        """Return the lots that are there by each outcome the product would go by: (n, REACHES)."""
        rings = [(horizon * 2 + side) * LEANS + each for each in range(LEANS)]
        known = _kept(dumped, rings[lean])
        if len(known) < OUTCOMES_LEAST:
            known = np.concatenate([_kept(dumped, ring) for ring in rings])
        self._scratch.restore_outcomes(0, dumped)
        mem, base = self._scratch.arena.mem, self._scratch.base(0)
        change = np.full((CHANGES, REACHES), WHOLE)
        if sum(int(dumped[ring]) for ring in rings) >= OUTCOMES_LEAST:
            for reach, size in enumerate(shown):
                change_in(mem, base, rings[0], lean, reach, size, change)
        return _there(np.array(shown), known, change / WHOLE)

    def _score(
        self,
        book: int,
        horizon: int,
        known: Doubles,
        then: Doubles,
        outcome: list[int],
        shown: list[int],
    ) -> None:
        realised = _there(np.array(shown), np.array([outcome]))[0].tolist()
        expected = known.mean(axis=0).tolist()
        frozen = then.mean(axis=0).tolist() if len(then) else expected
        chances = (known >= STAYED * np.array(shown)).mean(axis=0).tolist()
        for reach in range(REACHES):
            cell = self._cells.setdefault((book, horizon, reach), _Cell())
            cell.expected.append(expected[reach])
            cell.frozen.append(frozen[reach])
            cell.realised.append(realised[reach])
            cell.chance.append(chances[reach])
            cell.stayed.append(realised[reach] >= STAYED * shown[reach])

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


def _there(shown: Int64s, outcomes: Int64s, change: Doubles = AS_IS) -> Doubles:
    """Return the lots that are there of those `shown`, outcome by outcome: (n, REACHES)."""
    gone = shown * np.maximum(WHOLE - outcomes, 0) / WHOLE * change[GOES]
    there: Doubles = np.maximum(shown - gone, 0) + np.maximum(outcomes - WHOLE, 0) * change[COMES]
    return there


def _kept(dumped: Int64s, ring: int) -> Int64s:
    first = RINGS + ring * OUTCOMES_MOST * REACHES
    kept = min(int(dumped[ring]), OUTCOMES_MOST)
    words = dumped[first : first + kept * REACHES].reshape(kept, REACHES)
    outcomes: Int64s = words & ((1 << OUTCOME_BITS) - 1)
    return outcomes


def _calibration(venue: str, way_ms: int, within_bps: float, cell: _Cell) -> Calibration:
    expected, realised = np.array(cell.expected), np.array(cell.realised)
    chance, stayed = np.array(cell.chance), np.array(cell.stayed, float)
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
        slope=_slope(expected, realised),
        slope_error=_slope_error(expected, realised),
        frozen_slope=_slope(np.array(cell.frozen), realised),
        brier=float(((chance - stayed) ** 2).mean()),
        brier_constant=float(((stayed.mean() - stayed) ** 2).mean()),
        reliability=tuple(bins),
    )


def _slope(expected: Doubles, realised: Doubles) -> float:
    off = expected - expected.mean()
    return float((off * realised).sum() / max((off * off).sum(), 1e-12))


def _slope_error(expected: Doubles, realised: Doubles) -> float:
    off = expected - expected.mean()
    left = realised - realised.mean() - _slope(expected, realised) * off
    return float(np.sqrt(((off * left) ** 2).sum()) / max((off * off).sum(), 1e-12))
