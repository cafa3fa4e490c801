"""Which faults strike by chance: every kind at its own rate, from one seed."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final, assert_never

from venues.model.commands import Command
from venues.model.events import Asked
from venues.paper.faults import (
    AnswerLate,
    AnswerMissing,
    ArrivalLate,
    CanceledUnasked,
    CumBehind,
    Doubled,
    Faded,
    Fault,
    FillLate,
    FillMissing,
    Overfilled,
    Refused,
    Reordered,
    RequestLost,
    Silence,
    asked_by,
)

_S: Final = 1_000_000_000
_REASONS: Final = ("insufficient funds", "price outside the band", "too many requests", "risk")


class FaultKind(enum.Enum):
    """The faults of `venues.paper.faults` as a list to draw from."""

    REQUEST_LOST = "request lost"
    ARRIVAL_LATE = "arrival late"
    ANSWER_MISSING = "answer missing"
    ANSWER_LATE = "answer late"
    DOUBLED = "doubled"
    REFUSED = "refused"
    FILL_LATE = "fill late"
    FILL_MISSING = "fill missing"
    REORDERED = "reordered"
    CANCELED_UNASKED = "canceled unasked"
    CUM_BEHIND = "cum behind"
    OVERFILLED = "overfilled"
    FADED = "faded"


# By these two a venue breaks its word: an excess that follows is the venue's, to be judged as such.
DISHONEST: Final = frozenset({FaultKind.CUM_BEHIND, FaultKind.OVERFILLED})

_ANY: Final = frozenset(
    {
        FaultKind.REQUEST_LOST,
        FaultKind.ARRIVAL_LATE,
        FaultKind.ANSWER_MISSING,
        FaultKind.ANSWER_LATE,
        FaultKind.DOUBLED,
    }
)
_ABLE: Final[Mapping[Asked, frozenset[FaultKind]]] = {
    Asked.SUBMIT: frozenset(FaultKind),
    Asked.CANCEL: _ANY | {FaultKind.REFUSED},
    Asked.QUERY: _ANY - {FaultKind.DOUBLED},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRate:
    """Silences of 1 ns to `longest_ns`, `every_ns` apart on average; `every_ns` 0: none."""

    every_ns: int = 0
    longest_ns: int = 30 * _S


class SeededFaults:
    """Faults drawn from a seed; each kind has a stream of its own.

    So a kind taken out leaves every other fault where it was: failures shrink kind by kind.
    `strikes` counts what has struck. Rates are probabilities, 0 to 1; a kind not named never strikes.
    """

    def __init__(self, rates: Mapping[FaultKind, float], rng: Random, silence: SilenceRate) -> None:
        self._dice = tuple(
            (kind, rates.get(kind, 0.0), Random(rng.getrandbits(64))) for kind in FaultKind
        )
        self._silence_rng = Random(rng.getrandbits(64))
        self._rate = silence
        self._silence = Silence(0, 0)
        self.strikes: dict[FaultKind, int] = dict.fromkeys(FaultKind, 0)
        if silence.every_ns > 0:
            self._next_silence()

    def of(self, command: Command) -> tuple[Fault, ...]:
        """Draw the fate of `command`: two draws of every stream, whatever strikes."""
        able = _ABLE[asked_by(command)]
        faults: list[Fault] = []
        for kind, rate, rng in self._dice:
            strikes, size = rng.random() < rate, rng.getrandbits(62)
            if strikes and kind in able:
                self.strikes[kind] += 1
                faults.append(_fault(kind, size))
        return tuple(faults)

    def silent_until_ns(self, now_ns: int) -> int:
        """Return when the silence around `now_ns` ends; call with times that never fall."""
        if self._rate.every_ns <= 0:
            return now_ns
        while self._silence.end_ns <= now_ns:
            self._next_silence()
        return self._silence.end_ns if self._silence.start_ns <= now_ns else now_ns

    def _next_silence(self) -> None:
        start = self._silence.end_ns + self._silence_rng.randrange(2 * self._rate.every_ns)
        lasts = 1 + self._silence_rng.randrange(self._rate.longest_ns)
        self._silence = Silence(start, start + lasts)


def swarm_rates(rng: Random) -> Mapping[FaultKind, float]:
    """Return a random profile of honest faults: half of the kinds off, the others up to 0.3.

    A run under few faults reaches depths that a run under all of them never sees.
    """
    drawn = {kind: (rng.random() < 0.5, rng.random() * 0.3) for kind in FaultKind}
    return {k: rate for k, (on, rate) in drawn.items() if on and k not in DISHONEST}


def _fault(kind: FaultKind, size: int) -> Fault:
    # `size` is 62 random bits; each fault reads its own measure from them.
    match kind:
        case FaultKind.REQUEST_LOST:
            return RequestLost()
        case FaultKind.ARRIVAL_LATE:
            return ArrivalLate(5 * _S + size % (115 * _S))
        case FaultKind.ANSWER_MISSING:
            return AnswerMissing()
        case FaultKind.ANSWER_LATE:
            return AnswerLate(size % (30 * _S))
        case FaultKind.DOUBLED:
            return Doubled(size % (5 * _S))
        case FaultKind.REFUSED:
            return Refused(_REASONS[size % len(_REASONS)])
        case FaultKind.FILL_LATE:
            return FillLate(size % (10 * _S))
        case FaultKind.FILL_MISSING:
            return FillMissing()
        case FaultKind.REORDERED:
            return Reordered(size)
        case FaultKind.CANCELED_UNASKED:
            return CanceledUnasked(size % (60 * _S))
        case FaultKind.FADED:
            return Faded(size % 1_000)
        case FaultKind.CUM_BEHIND:
            return CumBehind(size % (10 * _S))
        case FaultKind.OVERFILLED:
            return Overfilled(1 + size % 3)
        case _:
            assert_never(kind)
