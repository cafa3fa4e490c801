"""Who keeps the tasks alive: every task has a name, an owner, and a stated fate when it dies.

The weather (VenueUnreachable) is waited out and the task starts again. A venue that broke its own
rules (VenueProtocolError) loses that task only. Anything else is a bug of ours or the end of the
run: all tasks end, and the error comes out of the owner with the name of the task it killed.
"""

import asyncio
import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random
from types import MappingProxyType, TracebackType
from typing import Final, Self

from venues.errors import VenueProtocolError, VenueUnreachable
from venues.ports import RANK_TIMER, Clock

_SECOND_NS: Final = 1_000_000_000


class Fate(enum.Enum):
    """What a supervised task is doing, or how it ended."""

    RUNNING = "running"
    WAITING = "waiting"  # for the weather; it will start again
    FINISHED = "finished"
    STOPPED = "stopped"  # cancelled, by us or by the end of the others
    QUARANTINED = "quarantined"  # its venue broke its own rules; it stays down
    DIED = "died"  # of our bug; everything ends with it


@dataclass(frozen=True, slots=True)
class Change:
    """A task changed its fate; `error` says why, `wait_ns` how long until it starts again."""

    name: str
    fate: Fate
    error: BaseException | None = None
    restarts: int = 0
    wait_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait for the weather: doubling from `first_ns` up to `most_ns`.

    Up to half of each wait is taken off at random, so that venues behind one broken link do not
    come back in step. A life of `healthy_ns` starts the count again.
    """

    first_ns: int = _SECOND_NS // 4
    most_ns: int = 30 * _SECOND_NS
    healthy_ns: int = 60 * _SECOND_NS

    def wait_ns(self, failures: int, rng: Random) -> int:
        """Return the wait after `failures` (>= 1) deaths in a row."""
        # Bounded before it is shifted: a week of bad weather is not a number of 20,000 digits.
        whole_ns = min(self.first_ns << min(failures - 1, 40), self.most_ns)
        return whole_ns - rng.randrange(whole_ns // 2 + 1)


class Supervisor:
    """The owner of the tasks of a run; use it with `async with`, as an asyncio.TaskGroup.

    Leaving the block waits for all tasks; an error in the block, or a cancelled block, ends them.
    `report` is called at each change and must not raise.
    """

    def __init__(
        self,
        clock: Clock,
        rng: Random,
        report: Callable[[Change], None],
        *,
        backoff: Backoff | None = None,
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._report = report
        self._backoff = Backoff() if backoff is None else backoff
        self._group = asyncio.TaskGroup()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._fates: dict[str, Fate] = {}
        self._restarts: dict[str, int] = {}

    @property
    def fates(self) -> Mapping[str, Fate]:
        """Return how each task stands, in the order they were started."""
        return MappingProxyType(self._fates)

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work()` as the task `name`; it is called again for each life.

        ValueError if that name was used before: two feeds of one venue would be one too many.
        """
        if name in self._tasks:
            raise ValueError(f"there is already a task {name!r}")
        self._fates[name] = Fate.RUNNING
        self._restarts[name] = 0
        task = self._group.create_task(self._live(name, work), name=name)
        task.add_done_callback(partial(self._ended, name))
        self._tasks[name] = task

    def stop(self) -> None:
        """End all tasks; those outside wait for it by leaving the block."""
        for task in self._tasks.values():
            task.cancel()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self._group.__aexit__(kind, error, traceback)
        except BaseExceptionGroup as group:
            # The first one is the cause; callers decide by its type (exit code), not by a group's.
            raise group.exceptions[0] from None

    async def _live(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        failures = 0
        while True:
            began_ns = self._clock.now_ns()
            try:
                await work()
                return
            except VenueProtocolError as error:
                self._change(name, Fate.QUARANTINED, error)
                return
            except VenueUnreachable as error:
                now_ns = self._clock.now_ns()
                healthy = now_ns - began_ns >= self._backoff.healthy_ns
                failures = 1 if healthy else failures + 1
                self._restarts[name] += 1
                wait_ns = self._backoff.wait_ns(failures, self._rng)
                self._change(name, Fate.WAITING, error, wait_ns)
            await self._clock.sleep_until(now_ns + wait_ns, RANK_TIMER)
            self._change(name, Fate.RUNNING)

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        """Say how a task ended, also one that was cancelled before its first step."""
        if task.cancelled():
            self._change(name, Fate.STOPPED)
        elif (error := task.exception()) is not None:
            error.add_note(f"in the task {name!r}")
            self._change(name, Fate.DIED, error)
        elif self._fates[name] is not Fate.QUARANTINED:
            self._change(name, Fate.FINISHED)

    def _change(
        self, name: str, fate: Fate, error: BaseException | None = None, wait_ns: int = 0
    ) -> None:
        self._fates[name] = fate
        self._report(Change(name, fate, error, self._restarts[name], wait_ns))
