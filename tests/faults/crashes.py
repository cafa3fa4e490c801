"""When does the process die? At boundaries drawn from the seed, and again while it recovers."""

from collections.abc import Mapping
from random import Random
from typing import Final

from tests.faults.profile import Point

_AFTERSHOCK: Final = 12  # boundaries passed after a recovery at which it may well die again
_IN_A_ROW: Final = 5
_MOST: Final = 15


class Crash(Exception):
    """The process is gone, with everything that was not committed."""


class Dice:
    """Decides at every passing of a boundary; `hits` counts the deaths at each."""

    def __init__(self, rates: Mapping[Point, float], again: float, rng: Random) -> None:
        self._rates = rates
        self._again = again
        self._rng = rng
        self._shocks = 0
        self._row = 0  # deaths since the last time that a process got out of its recovery
        self._armed = True
        self.hits: dict[Point, int] = dict.fromkeys(Point, 0)

    @property
    def crashes(self) -> int:
        """Return how often the process has died."""
        return sum(self.hits.values())

    def recovering(self) -> None:
        """Note that a new process begins to recover."""
        self._row += 1
        self._shocks = _AFTERSHOCK

    def calm(self) -> None:
        """Let nobody die any more."""
        self._armed = False

    def passing(self, point: Point) -> None:
        """Raise Crash if the process dies here."""
        if not self._armed or not self._rates or self.crashes >= _MOST:
            return
        rate = self._rates.get(point, 0.0)
        if self._shocks:
            self._shocks -= 1
            rate = max(rate, self._again) if self._row < _IN_A_ROW else 0.0
        else:
            self._row = 0
        if rate and self._rng.random() < rate:
            self.hits[point] += 1
            raise Crash(point.value)
