"""What goes wrong on purpose: the fate of each command, scripted or drawn from a seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, assert_never

from venues.model.commands import Cancel, Command, Query, Submit, SubmitPair
from venues.model.events import Asked


@dataclass(frozen=True, slots=True)
class RequestLost:
    """The command never arrives; we hear nothing."""


@dataclass(frozen=True, slots=True)
class ArrivalLate:
    """The command arrives `delay_ns` later than it should; later ones overtake it."""

    delay_ns: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The venue refuses a submit or a cancel with this word; a query it leaves unanswered."""

    reason: str

    def __post_init__(self) -> None:
        """Insist on a word: a refusal without one could not be told from obedience."""
        if not self.reason:
            raise ValueError("a venue that refuses says why: give a reason")


@dataclass(frozen=True, slots=True)
class AnswerMissing:
    """The command is executed, but nothing of what it caused at once is ever told."""


@dataclass(frozen=True, slots=True)
class AnswerLate:
    """The command is executed; what it caused is told `delay_ns` late, perhaps after we gave up."""

    delay_ns: int


@dataclass(frozen=True, slots=True)
class FillLate:
    """Fills are told `delay_ns` late, after the closing report: the last one of a sweep, every maker one."""

    delay_ns: int


@dataclass(frozen=True, slots=True)
class CumBehind:
    """As FillLate, and the closing report leaves the late fill out of its cumulative quantity."""

    delay_ns: int


@dataclass(frozen=True, slots=True)
class FillMissing:
    """The last fill of a sweep, or every maker fill, is never told; only a query shows it."""


@dataclass(frozen=True, slots=True)
class Doubled:
    """Everything told of the command is told once more, `delay_ns` later."""

    delay_ns: int


@dataclass(frozen=True, slots=True)
class Reordered:
    """The events of the answer come one by one, in the `permutation`-th order of them all."""

    permutation: int


@dataclass(frozen=True, slots=True)
class CanceledUnasked:
    """The venue cancels the order by itself `delay_ns` after it arrived, if it is still open."""

    delay_ns: int


@dataclass(frozen=True, slots=True)
class Faded:
    """The depth is gone when an IOC arrives: it gets `thousandths` of its lots at most."""

    thousandths: int


@dataclass(frozen=True, slots=True)
class Overfilled:
    """The venue trades up to `lots` more than asked while sweeping."""

    lots: int


Fault = (
    RequestLost
    | ArrivalLate
    | Refused
    | AnswerMissing
    | AnswerLate
    | FillLate
    | CumBehind
    | FillMissing
    | Doubled
    | Reordered
    | CanceledUnasked
    | Faded
    | Overfilled
)


@dataclass(frozen=True, slots=True)
class Silence:
    """From `start_ns` until before `end_ns` the venue ignores requests and holds back fills."""

    start_ns: int
    end_ns: int


class FaultPlan(Protocol):
    """What shall go wrong at one venue."""

    def of(self, command: Command) -> tuple[Fault, ...]:
        """Return the fate of `command`; asked exactly once for each, in the order sent."""
        ...

    def silent_until_ns(self, now_ns: int) -> int:
        """Return when the silence around `now_ns` ends; `now_ns` itself when there is none."""
        ...


class NoFaults:
    """A venue that always works."""

    def of(self, command: Command) -> tuple[Fault, ...]:
        """Return no faults."""
        return ()

    def silent_until_ns(self, now_ns: int) -> int:
        """Return `now_ns`."""
        return now_ns


class ScriptedFaults:
    """Faults by kind of command and its number from 1, and silences by time."""

    def __init__(
        self,
        scripts: Mapping[tuple[Asked, int], tuple[Fault, ...]] = MappingProxyType({}),
        silences: tuple[Silence, ...] = (),
    ) -> None:
        self._scripts = scripts
        self._silences = silences
        self._counts = dict.fromkeys(Asked, 0)

    def of(self, command: Command) -> tuple[Fault, ...]:
        """Return what the script says of the n-th command of its kind."""
        asked = asked_by(command)
        self._counts[asked] += 1
        return self._scripts.get((asked, self._counts[asked]), ())

    def silent_until_ns(self, now_ns: int) -> int:
        """Return the latest end of the silences that hold `now_ns`."""
        ends = [s.end_ns for s in self._silences if s.start_ns <= now_ns < s.end_ns]
        return max(ends, default=now_ns)


def asked_by(command: Command) -> Asked:
    """Return the kind of `command`."""
    match command:
        case Submit() | SubmitPair():
            return Asked.SUBMIT
        case Cancel():
            return Asked.CANCEL
        case Query():
            return Asked.QUERY
        case _:
            assert_never(command)
