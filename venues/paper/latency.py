"""How long a command and its answer travel: a fixed way each, plus seeded jitter."""

from dataclasses import dataclass
from random import Random
from typing import Final

_BITS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Ways to and from a venue in ns; each journey adds a jitter of 0 .. `jitter_ns`, evenly."""

    entry_ns: int
    response_ns: int
    jitter_ns: int = 0

    def __post_init__(self) -> None:
        """Refuse a journey into the past."""
        if min(self.entry_ns, self.response_ns, self.jitter_ns) < 0:
            raise ValueError(f"{self} is negative: nothing arrives before it is sent")


class Journeys:
    """Draws journeys from one seed: two per command in the order sent, one per unasked message.

    The two kinds have streams of their own, so that fills do not move the fate of commands.
    """

    __slots__ = ("_commands", "_entry_ns", "_response_ns", "_span", "_stream")

    def __init__(self, latency: Latency, rng: Random) -> None:
        self._entry_ns = latency.entry_ns
        self._response_ns = latency.response_ns
        self._span = latency.jitter_ns + 1
        self._commands = Random(rng.getrandbits(_BITS))
        self._stream = Random(rng.getrandbits(_BITS))

    def of_command(self) -> tuple[int, int]:
        """Return how long the next command travels there, and its answer back, in ns."""
        there = self._entry_ns + _below(self._commands, self._span)
        return there, self._response_ns + _below(self._commands, self._span)

    def of_message(self) -> int:
        """Return how long the next unasked message (a maker fill, a cancel) travels, in ns."""
        return self._response_ns + _below(self._stream, self._span)


def _below(rng: Random, span: int) -> int:
    # Multiply and shift: one draw whatever the span, unlike randrange, which may draw again.
    return (rng.getrandbits(_BITS) * span) >> _BITS
