"""What happened last? The tail of a run, kept as it is and written out only when it is wanted."""

from collections import deque
from typing import Final

from tests.faults.profile import S_NS, START_NS

_KEPT: Final = 100
_WIDTH: Final = 400


class Trace:
    """The last hundred events of one run."""

    def __init__(self) -> None:
        self._events: deque[tuple[int, str, object]] = deque(maxlen=_KEPT)
        self.count = 0

    def note(self, now_ns: int, who: str, what: object) -> None:
        """Keep an event; immutable values only, for they are printed later."""
        self.count += 1
        self._events.append((now_ns, who, what))

    def lines(self) -> list[str]:
        """Return the events kept, oldest first, with seconds since the start."""
        return [
            f"{(now_ns - START_NS) / S_NS:12.6f} {who:8} {str(what)[:_WIDTH]}"
            for now_ns, who, what in self._events
        ]
