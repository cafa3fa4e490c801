"""What goes wrong, and when: a list of faults, each for the requests or frames it names.

Written by tests and rehearsals, in process or through the control endpoint. A fault is spent after
`times` hits; where several match, the first in the list is taken. `chance` draws from a seeded Random.
"""

import enum
from collections.abc import Callable, Iterable
from random import Random

import msgspec


class Does(enum.Enum):
    """What a fault does. Requests first, then frames, then the venue itself."""

    HANG = "hang"  # takes the request, never answers
    RESET = "reset"  # takes the request, then resets the connection
    CUT = "cut"  # takes the request, then ends in the middle of the answer
    EMPTY = "empty"  # takes the request, answers 200 with nothing
    GARBAGE = "garbage"  # takes the request, answers 200 with a web page
    STATUS = "status"  # answers `status` with `code` and `text`, or with a web page where code is 0
    SLOW = "slow"  # answers, `delay_ms` late; `unseen`: takes the request that late

    DROP = "drop"  # the frame never comes: a lost user event, a gap in depth
    TWICE = "twice"  # the frame comes twice
    LATE = "late"  # the frame comes after the next one of its channel
    POISON = "poison"  # a frame that is no JSON comes before this one
    SILENCE = "silence"  # nothing more comes on this connection, which stays open
    HALF_OPEN = "half open"  # as silence, and pings are not answered either
    CLOSE = "close"  # the connection is reset instead

    POST_ONLY_REJECT = "post-only reject"  # a post-only order is refused as if it would take


class Channel(enum.Enum):
    """What a frame or request belongs to."""

    REQUEST = "request"  # HTTP
    ORDER_ENTRY = "order entry"  # what a websocket is asked, and answers
    BOOK = "book"
    TRADES = "trades"
    PRICES = "prices"  # mark, index, funding
    USER = "user"  # orders, fills, balances of one account


REQUEST_FAULTS = frozenset(
    {Does.HANG, Does.RESET, Does.CUT, Does.EMPTY, Does.GARBAGE, Does.STATUS, Does.SLOW}
)


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that goes wrong.

    `method` and `path` (a prefix) choose requests, of Hyperliquid `path` may go on with the action
    ("/exchange/order"); `channel` chooses frames. `unseen`: the venue never gets the request.
    Of the matching ones `skip` are spared first. `status`, `code`, `text` are for STATUS.
    """

    does: Does
    channel: Channel = Channel.REQUEST
    method: str = ""
    path: str = ""
    skip: int = 0
    times: int = 1
    chance: float = 1.0
    unseen: bool = False
    delay_ms: int = 0
    status: int = 500
    code: int = 0
    text: str = ""
    retry_after_s: int = 0


class _Loaded:
    """A fault with what is left of it."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.skip = fault.skip
        self.left = fault.times


class Faults:
    """The faults still to come, and how often each kind has happened."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._loaded: list[_Loaded] = []
        self.counts: dict[str, int] = {}
        self.skew_ms = 0  # how far the venue's clock is ahead of the world's
        self.maintenance = False  # every request is answered 503, every socket closed

    def load(self, faults: Iterable[Fault]) -> None:
        """Add to the end of the list."""
        self._loaded.extend(_Loaded(fault) for fault in faults)

    def clear(self) -> None:
        """Forget what has not happened yet; counts stay."""
        self._loaded.clear()
        self.skew_ms, self.maintenance = 0, False

    def left(self) -> int:
        """Return how many faults are not spent."""
        return len(self._loaded)

    def for_request(self, method: str, path: str) -> Fault | None:
        """Return what happens to this request, if anything, and count it as happened."""
        return self._take(
            lambda f: (
                f.channel is Channel.REQUEST
                and f.does in REQUEST_FAULTS
                and f.method in {"", method}
                and path.startswith(f.path)
            )
        )

    def for_frame(self, channel: Channel) -> Fault | None:
        """Return what happens to this frame of a websocket, if anything."""
        return self._take(lambda f: f.channel is channel and f.does is not Does.POST_ONLY_REJECT)

    def rejects_post_only(self) -> bool:
        """Return whether this post-only order is refused for no reason."""
        return self._take(lambda f: f.does is Does.POST_ONLY_REJECT) is not None

    def _take(self, matches: Callable[[Fault], bool]) -> Fault | None:
        for loaded in self._loaded:
            fault = loaded.fault
            if not matches(fault):
                continue
            if loaded.skip:
                loaded.skip -= 1
                continue
            if fault.chance < 1 and self._chance.random() >= fault.chance:
                continue
            loaded.left -= 1
            if loaded.left <= 0:
                self._loaded.remove(loaded)
            self.counts[fault.does.value] = self.counts.get(fault.does.value, 0) + 1
            return fault
        return None
