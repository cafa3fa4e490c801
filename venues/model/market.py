"""What a feed says: book messages on integer ticks and lots, prints, derivative values, gaps."""

import enum
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from venues.model.ids import Symbol, VenueId

Int64s = npt.NDArray[np.int64]

BID = 0
ASK = 1


def level_key(tick: int, side: int) -> int:
    """Return the packed address of a level: twice the tick, plus 0 for a bid and 1 for an ask."""
    return tick * 2 + side


class BookState(enum.Enum):
    """Whether depth may be trusted."""

    UNVERIFIED = "unverified"  # no snapshot yet, or trust not earned
    LIVE = "live"
    STALE = "stale"  # too old to decide on
    BROKEN = "broken"  # a gap, or crossed within one venue


@dataclass(frozen=True, slots=True, eq=False)
class BookMessage:
    """One atomic book change; a snapshot replaces the book.

    `keys[i] = level_key(tick, side)`, `lots[i]` the new size of that level, 0 = delete. Row order
    counts. Times are ns: when it happened at the venue, when we knew.
    """

    venue: VenueId
    symbol: Symbol
    ts_exchange_ns: int
    ts_local_ns: int
    is_snapshot: bool
    keys: Int64s
    lots: Int64s


@dataclass(frozen=True, slots=True)
class Print:
    """One public trade; `taker_is_buy` says which side removed liquidity."""

    venue: VenueId
    symbol: Symbol
    ts_exchange_ns: int
    ts_local_ns: int
    taker_is_buy: bool
    tick: int
    lots: int


class DerivKind(enum.Enum):
    """Which derivative value a venue published."""

    MARK = "mark"
    INDEX = "index"
    FUNDING = "funding"


@dataclass(frozen=True, slots=True)
class Deriv:
    """A mark or index price, or a funding rate, as 10^-12 units; `next_ns` = next funding time."""

    venue: VenueId
    symbol: Symbol
    ts_exchange_ns: int
    ts_local_ns: int
    kind: DerivKind
    value_e12: int
    next_ns: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Something was missed: the book is BROKEN until the next snapshot."""

    venue: VenueId
    symbol: Symbol
    ts_local_ns: int
    reason: str


MarketEvent = BookMessage | Print | Deriv | Gap
