"""How do thousands of seeds run on all cores, and what did they meet? Counts, and what failed."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import pytest

from tests.faults.planted import BUGS, Bug
from tests.faults.profile import Point
from tests.faults.run import Outcome, run_seed
from venues.paper.chance import FaultKind

# A planted bug that survives so many seeds has not been caught.
SEEDS_PER_BUG: Final = 120
PROMISE: Final = "promise broken"

Say = Callable[[str], None]


@dataclass(slots=True)
class Tally:
    """What a campaign has met so far."""

    seeds: int = 0
    live: int = 0
    events: int = 0
    fills: int = 0
    strikes: Counter[FaultKind] = field(default_factory=Counter)
    crashes: Counter[Point] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        """Add one seed."""
        self.seeds += 1
        self.live += outcome.live
        self.events += outcome.events
        self.fills += outcome.fills
        self.strikes.update(outcome.strikes)
        self.crashes.update(outcome.crashes)
        if outcome.violation:
            self.failed.append(outcome)

    def never(self) -> list[str]:
        """Return the faults and crash points that have not struck once: a harness with holes."""
        kinds = [kind.value for kind in FaultKind if not self.strikes[kind]]
        return kinds + [point.value for point in Point if not self.crashes[point]]


@dataclass(frozen=True, slots=True)
class Catch:
    """Whether one planted bug was caught, after how many seeds, and by which check."""

    bug: str
    seeds: int
    by: str

    @property
    def caught(self) -> bool:
        """Return whether a promise was seen broken; merely falling over does not count."""
        return self.by.startswith(PROMISE)


def hunt(bug: Bug) -> Catch:
    """Run seeds with `bug` planted until one notices, at most `SEEDS_PER_BUG`."""
    with pytest.MonkeyPatch.context() as patch:
        bug.plant(patch)
        for tried, seed in enumerate(range(bug.first, bug.first + SEEDS_PER_BUG), start=1):
            outcome = run_seed(seed)
            if outcome.violation:
                return Catch(bug.name, tried, outcome.violation)
    return Catch(bug.name, SEEDS_PER_BUG, "")


def hunt_number(number: int) -> Catch:
    """Hunt for the planted bug of this number: what a worker process is told."""
    return hunt(BUGS[number])


def campaign(seeds: Sequence[int], processes: int, say: Say) -> Tally:
    """Run all `seeds`; say how it goes about every ten seconds."""
    run_seed(seeds[0])  # compiles what is to be compiled, once for all workers
    tally, began = Tally(), time.monotonic()
    said = began
    for outcome in _spread(seeds, processes):
        tally.count(outcome)
        if outcome.violation:
            say(failure(outcome))
        if time.monotonic() - said >= 10 or tally.seeds == len(seeds):
            said = time.monotonic()
            rate = tally.seeds / max(said - began, 1e-9) * 60
            say(
                f"{tally.seeds}/{len(seeds)} seeds, {rate:.0f} a minute, "
                f"{tally.events} events, {tally.fills} fills, "
                f"{tally.crashes.total()} crashes, {len(tally.failed)} violations"
            )
    return tally


def hunts(processes: int) -> Iterator[Catch]:
    """Yield the hunt for each planted bug, in their order."""
    with _pool(processes) as pool:
        yield from pool.imap(hunt_number, range(len(BUGS)))


def failure(outcome: Outcome) -> str:
    """Return the report of a failed seed: its number, what broke, and what happened last."""
    return "\n".join(
        [
            f"SEED {outcome.seed}: {outcome.violation}",
            *(f"  {line}" for line in outcome.trace),
            f"SEED {outcome.seed}: {outcome.violation}",
            f"again with: python -m tests.faults {outcome.seed}",
        ]
    )


def _spread(seeds: Sequence[int], processes: int) -> Iterable[Outcome]:
    if processes <= 1:
        yield from map(run_seed, seeds)
        return
    with _pool(processes) as pool:
        yield from pool.imap_unordered(run_seed, seeds, chunksize=4)


def _pool(processes: int) -> "multiprocessing.pool.Pool":
    # Forked workers share what has been compiled; each is replaced before its memory grows.
    return multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=25)
