"""A clock that moves when told to: sleepers wake by time, rank and order, one after the other."""

import asyncio
import heapq

_SETTLE = 12  # turns of the loop after which whoever was woken has gone to sleep again


class FakeClock:
    """Virtual time in ns for `venues.ports.Clock`."""

    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns
        self._sleepers: list[tuple[int, int, int, int, asyncio.Future[None]]] = []
        self._count = 0

    def now_ns(self) -> int:
        return self._now_ns

    def wall_ns(self) -> int:
        return 1_700_000_000_000_000_000 + self._now_ns

    async def sleep_until(self, deadline_ns: int, rank: int, order: int = 0) -> None:
        future = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (deadline_ns, rank, order, self._count, future))
        await future

    async def run_until(self, end_ns: int) -> None:
        """Let everything happen up to and including `end_ns`."""
        while True:
            for _ in range(_SETTLE):
                await asyncio.sleep(0)
            while self._sleepers and self._sleepers[0][4].cancelled():
                heapq.heappop(self._sleepers)
            if not self._sleepers or self._sleepers[0][0] > end_ns:
                self._now_ns = max(self._now_ns, end_ns)
                return
            deadline_ns, *_, future = heapq.heappop(self._sleepers)
            self._now_ns = max(self._now_ns, deadline_ns)
            future.set_result(None)
