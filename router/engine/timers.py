"""What is due when: a heap of named timers where setting a name again replaces it."""

import heapq
from dataclasses import dataclass, field

import msgspec

from venues.model.ids import ClientOrderId, ParentId


class StrategyTimer(msgspec.Struct, frozen=True, gc=False):
    """A strategy's own `WakeAt`."""

    parent_id: ParentId
    tag: str


class StartTimer(msgspec.Struct, frozen=True, gc=False):
    """Look again whether a parent can start."""

    parent_id: ParentId


class QueryTimer(msgspec.Struct, frozen=True, gc=False):
    """Ask the venue again about a child in doubt."""

    client_order_id: ClientOrderId


class SilenceTimer(msgspec.Struct, frozen=True, gc=False):
    """Ask the venue whether an order that works, and of which nothing is heard, is still there."""

    client_order_id: ClientOrderId


class CancelTimer(msgspec.Struct, frozen=True, gc=False):
    """Ask the venue again to cancel a child."""

    client_order_id: ClientOrderId


class ReleaseTimer(msgspec.Struct, frozen=True, gc=False):
    """Let a held child leave."""

    client_order_id: ClientOrderId


class AgainTimer(msgspec.Struct, frozen=True, gc=False):
    """Ask a strategy again that wanted what could not be had."""

    parent_id: ParentId


Timer = (
    StrategyTimer | StartTimer | QueryTimer | SilenceTimer | CancelTimer | ReleaseTimer | AgainTimer
)


@dataclass(slots=True)
class Timers:
    """Timers by due time; equal times in the order they were set."""

    _heap: list[tuple[int, int, Timer]] = field(default_factory=list)
    _live: dict[Timer, int] = field(default_factory=dict)
    _set: int = 0

    def set(self, timer: Timer, due_ns: int) -> None:
        """Set `timer` for `due_ns`, instead of what it was set for before."""
        self._set += 1
        self._live[timer] = self._set
        heapq.heappush(self._heap, (due_ns, self._set, timer))

    def forget(self, timer: Timer) -> None:
        """Unset `timer`; unknown ones are ignored."""
        self._live.pop(timer, None)

    @property
    def only_silence(self) -> bool:
        """Return whether nothing is left but asking about orders that work."""
        return all(isinstance(timer, SilenceTimer) for timer in self._live)

    def next_ns(self) -> int | None:
        """Return when the earliest timer is due."""
        self._drop_dead()
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now_ns: int) -> Timer | None:
        """Remove and return the earliest timer that is due at `now_ns`."""
        self._drop_dead()
        if not self._heap or self._heap[0][0] > now_ns:
            return None
        _, _, timer = heapq.heappop(self._heap)
        del self._live[timer]
        return timer

    def _drop_dead(self) -> None:
        while self._heap and self._live.get(self._heap[0][2]) != self._heap[0][1]:
            heapq.heappop(self._heap)
