"""What does playing a recorded market bring: a stop, with the watches fired and the maker fills."""

import enum
from typing import Final

import msgspec

# A recorded book that comes through own orders trades with them over at most this many levels per
# message; what is left trades after the next one.
CROSS_LEVELS: Final = 512


class QueueModel(enum.Enum):
    """Which bound of the queue ahead decides the maker fills that happen.

    A recording says how much stood at a price, not who: a level that shrinks without a print may
    have shrunk ahead of our order or behind it. Pessimistic: always behind. Optimistic: always
    ahead. Both bounds are tracked whichever decides.
    """

    PESSIMISTIC = "pessimistic"
    OPTIMISTIC = "optimistic"


class MakerFill(msgspec.Struct, frozen=True, gc=False):
    """A resting order of ours traded `lots` at its own price; `cum` lots since it joined."""

    i: int
    order_no: int
    lots: int
    cum: int


class Bounds(msgspec.Struct, frozen=True, gc=False):
    """Lots a resting order would have traded so far with either queue; pessimistic <= optimistic."""

    pessimistic: int
    optimistic: int


class Stop(msgspec.Struct, frozen=True, gc=False):
    """Why playing stopped: at `time_ns`, watches fired (slots, rising) or maker fills (in order).

    With neither, everything before the time asked for has been played and `time_ns` is that time.
    """

    time_ns: int
    fired: tuple[int, ...] = ()
    fills: tuple[MakerFill, ...] = ()
