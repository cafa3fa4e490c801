"""Which part of a replay takes the time? Stopwatches around its functions, put on for one run."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from router.engine import carry, core, view
from router.engine.engine import Engine
from router.reports.follow import Follower
from router.runtime.desk import Desk
from router.runtime.replay import Replay
from strategies.twap import Twap
from venues.paper.market import RecordedMarket
from venues.paper.venue import PaperVenue

P = ParamSpec("P")
R = TypeVar("R")

KERNEL: Final = "books and matching kernel"
DECISION: Final = "strategy and routing"
ENGINE: Final = "engine and ledger"
VENUE: Final = "paper venue"
JOURNAL: Final = "journal"
REPORT: Final = "report rows"
DRIVER: Final = "driver"

# What is measured where; time spent in a part inside another part counts for the inner one only.
_PARTS: Final[tuple[tuple[object, str, str], ...]] = (
    (Replay, "run", DRIVER),
    (RecordedMarket, "advance", KERNEL),
    (Engine, "step", ENGINE),
    (core, "observe", DECISION),
    (Twap, "start", DECISION),
    (Twap, "decide", DECISION),
    (view, "available", DECISION),
    (carry, "plan_take", DECISION),
    (carry, "place_rest", DECISION),
    (PaperVenue, "send", VENUE),
    (PaperVenue, "arrive", VENUE),
    (PaperVenue, "deliver", VENUE),
    (PaperVenue, "maker_filled", VENUE),
    (Desk, "_commit", JOURNAL),
    (Follower, "followed", REPORT),
)


@dataclass(slots=True)
class Stages:
    """Seconds spent in each stage so far; `open` are the stages at hand, the innermost last."""

    seconds: dict[str, float] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    since: float = 0.0

    def enter(self, stage: str) -> None:
        """Begin a part of `stage`; what was at hand waits."""
        self._turn()
        self.open.append(stage)

    def leave(self) -> None:
        """End the part begun last."""
        self._turn()
        self.open.pop()

    def _turn(self) -> None:
        now = time.perf_counter()
        if self.open:
            stage = self.open[-1]
            self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self.since
        self.since = now


@contextmanager
def stopwatches() -> Iterator[Stages]:
    """Put a stopwatch on every part until the block ends."""
    stages = Stages()
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in _PARTS]
    for owner, name, stage in _PARTS:
        setattr(owner, name, _timed(getattr(owner, name), stage, stages))
    try:
        yield stages
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)


def _timed(function: Callable[P, R], stage: str, stages: Stages) -> Callable[P, R]:
    @wraps(function)
    def timed(*args: P.args, **kwargs: P.kwargs) -> R:
        stages.enter(stage)
        try:
            return function(*args, **kwargs)
        finally:
            stages.leave()

    return timed
