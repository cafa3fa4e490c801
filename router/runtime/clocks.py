"""What time is it, and who waits for it? The only module that reads a clock."""

import asyncio
import time
from collections.abc import Callable

from router.runtime.sleepers import Sleepers


class WallClock:
    """Real time. Engine time counts monotonic ns from the wall time at the start.

    So it reads like ns since the epoch, but a step of the wall clock moves neither it nor a
    deadline. `not_before_ns`: the last engine time of an earlier life, which this one continues
    even if the wall clock was set back in between.
    """

    def __init__(
        self,
        *,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        wall_ns: Callable[[], int] = time.time_ns,
        not_before_ns: int = 0,
    ) -> None:
        self._monotonic_ns = monotonic_ns
        self._read_wall_ns = wall_ns
        self._anchor_ns = max(wall_ns(), not_before_ns) - monotonic_ns()
        self._sleepers = Sleepers()
        self._armed: asyncio.TimerHandle | None = None
        self._armed_ns = 0

    def now_ns(self) -> int:
        return self._monotonic_ns() + self._anchor_ns

    def wall_ns(self) -> int:
        return self._read_wall_ns()

    async def sleep_until(self, deadline_ns: int, rank: int, order: int = 0) -> None:
        future = self._sleepers.add(deadline_ns, rank, order)
        self._arm()
        try:
            await self._sleepers.sleep(future)
        finally:
            self._arm()

    def _arm(self) -> None:
        """Keep one timer of the loop on the next deadline: the order of waking is ours, not its."""
        due_ns = self._sleepers.next_ns()
        if self._armed is not None:
            if due_ns == self._armed_ns:
                return
            self._armed.cancel()
            self._armed = None
        if due_ns is not None:
            left_s = max(due_ns - self.now_ns(), 0) / 1e9
            self._armed = asyncio.get_running_loop().call_later(left_s, self._ring)
            self._armed_ns = due_ns

    def _ring(self) -> None:
        """Wake whoever is due by our clock: loops may ring early (uvloop: every third time)."""
        self._armed = None
        now_ns = self.now_ns()
        while (due_ns := self._sleepers.next_ns()) is not None and due_ns <= now_ns:
            self._sleepers.wake_next()
        self._arm()


class VirtualClock:
    """Simulated time: it stands still until somebody advances it, and then goes to a deadline.

    Starts at `start_ns`; engine time and wall time are the same. Sleepers wake only where
    `wake_next` is called: by the loop of `router.runtime.virtual`, one at a time when all is idle.
    """

    def __init__(self, start_ns: int) -> None:
        self._now_ns = start_ns
        self._sleepers = Sleepers()

    def now_ns(self) -> int:
        return self._now_ns

    def wall_ns(self) -> int:
        return self._now_ns

    async def sleep_until(self, deadline_ns: int, rank: int, order: int = 0) -> None:
        await self._sleepers.sleep(self._sleepers.add(deadline_ns, rank, order))

    def next_ns(self) -> int | None:
        """Return when the next sleeper is due, never before now; None when nobody sleeps."""
        due_ns = self._sleepers.next_ns()
        return None if due_ns is None else max(due_ns, self._now_ns)

    def wake_next(self) -> None:
        """Go to the next deadline and wake one sleeper; ValueError when nobody sleeps."""
        due_ns = self.next_ns()
        if due_ns is not None:
            self._now_ns = due_ns
        self._sleepers.wake_next()

    def advance_to(self, time_ns: int) -> None:
        """Go to `time_ns` without waking anybody; a time already past changes nothing."""
        self._now_ns = max(self._now_ns, time_ns)
