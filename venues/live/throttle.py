"""Who may ask a venue now? One dispatcher per venue: cancels first, within every quota at once."""

import asyncio
import enum
import heapq
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from asyncio_throttle.throttler import Throttler

from venues.live.dialect import Quota
from venues.live.proofs import Pace
from venues.ports import RANK_TIMER, Clock

_S: Final = 1_000_000_000
# How long all stands still after a venue said so without saying for how long.
_LIMITED_S: Final = 10
_BANNED_S: Final = 120


class Urgency(enum.IntEnum):
    """What goes first when not all may go: the end of a risk, then less of it, then more of it."""

    CANCEL = 0
    REDUCE = 1
    ASK = 2
    NEW = 3


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A request that waits for its turn; `go` is called once, when it may leave, and returns at once.

    `weight`: what it costs where requests are counted.
    """

    urgency: Urgency
    go: Callable[[], None]
    weight: int = 1

    @property
    def places(self) -> bool:
        """Return whether it is an order, which venues count apart."""
        return self.urgency in {Urgency.REDUCE, Urgency.NEW}


class _Window(Throttler):
    """A sliding window of asyncio-throttle on our clock; who takes has looked that there is room."""

    def __init__(self, quota: Quota, clock: Clock) -> None:
        super().__init__(rate_limit=quota.limit, period=quota.period_s * _S)
        self.quota = quota
        self._clock = clock

    def flush(self) -> None:
        """Forget what is older than the period."""
        now_ns = self._clock.now_ns()
        while self._task_logs and now_ns - self._task_logs[0] > self.period:
            self._task_logs.popleft()

    async def acquire(self) -> None:
        """Take one unit; the dispatcher asks only where `free_ns` says that there is one."""
        self._task_logs.append(self._clock.now_ns())

    def units(self, turn: Turn) -> int:
        """Return how much of this quota a request takes."""
        return int(turn.places) if self.quota.orders_only else turn.weight

    def free_ns(self, turn: Turn) -> int:
        """Return when the request fits: 0 = now. ValueError for one that never does."""
        units = self.units(turn)
        limit = self.rate_limit - (0 if turn.urgency is Urgency.CANCEL else self.quota.kept)
        if not units:
            return 0
        if units > limit:
            raise ValueError(f"a request of weight {units} never fits into {limit}")
        self.flush()
        # As many of the oldest have to go as are too many.
        over = len(self._task_logs) + units - limit
        return int(self._task_logs[over - 1]) + self.period + 1 if over > 0 else 0


class Dispatcher:
    """Lets requests of one venue leave in order of urgency, never more than its quotas allow.

    `put` from anywhere; one task runs `run`. A venue that says it is asked too often is left alone
    for as long as it says: cancels still go, but not to one that has shut us out.
    """

    def __init__(self, quotas: Sequence[Quota], clock: Clock) -> None:
        self._windows = [_Window(quota, clock) for quota in quotas]
        self._clock = clock
        self._waiting: list[tuple[Urgency, int, Turn]] = []
        self._count = 0
        self._changed = asyncio.Event()
        self._limited_until_ns = 0
        self._banned_until_ns = 0

    @property
    def waiting(self) -> int:
        """Return how many requests wait for their turn."""
        return len(self._waiting)

    def put(self, turn: Turn) -> None:
        """Have a request leave as soon as it may; ValueError for one heavier than a quota."""
        for window in self._windows:
            window.free_ns(turn)
        self._count += 1
        heapq.heappush(self._waiting, (turn.urgency, self._count, turn))
        self._changed.set()

    def slowed(self, pace: Pace, retry_after_s: int = 0) -> None:
        """Take note of what an answer said of our pace; times only ever grow."""
        now_ns = self._clock.now_ns()
        match pace:
            case Pace.FINE:
                return
            case Pace.LIMITED:
                until_ns = now_ns + (retry_after_s or _LIMITED_S) * _S
                self._limited_until_ns = max(self._limited_until_ns, until_ns)
            case Pace.BANNED:
                until_ns = now_ns + (retry_after_s or _BANNED_S) * _S
                self._banned_until_ns = max(self._banned_until_ns, until_ns)
        self._changed.set()

    async def run(self) -> None:
        """Let requests leave, for ever."""
        while True:
            self._changed.clear()
            if not self._waiting:
                await self._changed.wait()
                continue
            turn = self._waiting[0][2]
            free_ns = self._free_ns(turn)
            if free_ns > self._clock.now_ns():
                await self._until(free_ns)
                continue
            heapq.heappop(self._waiting)
            for window in self._windows:
                for _ in range(window.units(turn)):
                    await window.acquire()
            turn.go()

    def _free_ns(self, turn: Turn) -> int:
        limited_ns = 0 if turn.urgency is Urgency.CANCEL else self._limited_until_ns
        free = [window.free_ns(turn) for window in self._windows]
        return max(self._banned_until_ns, limited_ns, *free)

    async def _until(self, time_ns: int) -> None:
        """Sleep, unless something more urgent comes or the venue says something of our pace."""
        sleeper = asyncio.ensure_future(self._clock.sleep_until(time_ns, RANK_TIMER))
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait({sleeper, changed}, return_when=asyncio.FIRST_COMPLETED)
            if sleeper.done():
                sleeper.result()  # a clock that failed fails us
        finally:
            sleeper.cancel()
            changed.cancel()
