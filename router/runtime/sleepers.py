"""Who is woken next: coroutines waiting for a time, in one total order.

Earliest deadline first; at equal deadlines the lower rank (venues.ports), then the lower order
of the caller, then who came first.
"""

import asyncio
import heapq
import itertools
from typing import Final

# Cancelled sleepers stay in the heap until they surface or outnumber the live ones.
_FEWEST_TO_SWEEP: Final = 64


class Sleepers:
    """A heap of futures by due time (ns); it knows no clock."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, int, int, asyncio.Future[None]]] = []
        self._sequence = itertools.count()
        self._cancelled = 0

    def __len__(self) -> int:
        return len(self._heap) - self._cancelled

    def add(self, deadline_ns: int, rank: int, order: int) -> asyncio.Future[None]:
        """Return a future of the running loop that `wake_next` will complete in its turn."""
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._heap, (deadline_ns, rank, order, next(self._sequence), future))
        return future

    async def sleep(self, future: asyncio.Future[None]) -> None:
        """Wait for a future that `add` returned; a cancelled wait leaves the queue."""
        try:
            await future
        except asyncio.CancelledError:
            # Not cancelled itself: it was woken first, and has left the heap already.
            if future.cancelled():
                self._cancelled += 1
                self._sweep()
            raise

    def next_ns(self) -> int | None:
        """Return the deadline of the next live sleeper, None when nobody sleeps."""
        while self._heap:
            if not self._heap[0][4].cancelled():
                return self._heap[0][0]
            heapq.heappop(self._heap)
            self._cancelled -= 1
        return None

    def wake_next(self) -> None:
        """Complete the next live sleeper's future; ValueError when nobody sleeps."""
        if self.next_ns() is None:
            raise ValueError("nobody sleeps")
        heapq.heappop(self._heap)[4].set_result(None)

    def _sweep(self) -> None:
        if self._cancelled < _FEWEST_TO_SWEEP or self._cancelled * 2 < len(self._heap):
            return
        live = [entry for entry in self._heap if not entry[4].cancelled()]
        self._cancelled -= len(self._heap) - len(live)
        heapq.heapify(live)
        self._heap = live
