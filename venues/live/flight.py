"""What is known of one call to a venue: what it was meant to say, whether it left, what came back."""

from dataclasses import dataclass

from venues.errors import VenueError
from venues.live.wire import Write


class WireRefused(VenueError):
    """A request was not what was meant, or meant for nobody: it did not leave."""


@dataclass(slots=True)
class Flight:
    """One call under way. `meant`: the only write it may make; None for a question.

    `left`: a request was handed to the network. `writes`: how many of them may have changed
    something (never above one). `http_status` (0 = no answer) and `body` are the last answer's.
    """

    meant: Write | None
    left: bool = False
    writes: int = 0
    http_status: int = 0
    body: str = ""
    retry_after_s: int = 0


@dataclass(frozen=True, slots=True)
class Landed:
    """How a flight ended: ccxt's value or ccxt's error, beside what was really said and answered."""

    flight: Flight
    value: object
    error: BaseException | None
