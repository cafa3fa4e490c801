"""How asyncio runs in virtual time: when nothing is ready, the clock jumps to who is due next.

The code under it is ordinary asyncio, sockets and threads excepted: the operating system is never
asked, so nothing from outside can arrive and no real time passes.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from router.runtime.clocks import VirtualClock

T = TypeVar("T")


class Deadlock(AssertionError):
    """Every task waits for another and nobody for time: a bug of ours, told with their names."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop on `clock`: one sleeper wakes when all that was ready has run, then the next.

    The loop's own timers (asyncio.sleep, asyncio.timeout) count in the same time; at equal times
    they come after the clock's sleepers.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._start_ns = clock.now_ns()
        super().__init__(_Jump(clock, self))
        # The base class runs a timer that is less than this away. Its 1 ns vanishes in a float of
        # seconds after three months, and then a timer due exactly now would never run.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        # Since the start of the run: a float of ns since the epoch would be 240 ns wide.
        return (self._clock.now_ns() - self._start_ns) / 1e9


class _Jump(selectors.SelectSelector):
    """Answers "nothing came from outside" at once, after letting the next thing happen."""

    def __init__(self, clock: VirtualClock, loop: VirtualLoop) -> None:
        super().__init__()
        self._clock = clock
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return []  # something is ready: time stands still
        sleeper_ns = self._clock.next_ns()
        if timeout is None and sleeper_ns is None:
            names = sorted(task.get_name() for task in asyncio.all_tasks(self._loop))
            raise Deadlock(f"nothing is scheduled, all wait for each other: {', '.join(names)}")
        if timeout is not None:
            # To the nearest ns; the loop runs what is due within a microsecond.
            timer_ns = self._clock.now_ns() + max(1, int(timeout * 1e9 + 0.5))
            if sleeper_ns is None or timer_ns < sleeper_ns:
                self._clock.advance_to(timer_ns)
                return []
        self._clock.wake_next()
        return []


def run_virtual(main: Callable[[], Coroutine[Any, Any, T]], clock: VirtualClock) -> T:
    """Run `main()` to its end in virtual time and return its result; as asyncio.run otherwise."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        return runner.run(main())
