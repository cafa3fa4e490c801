"""What may wake a strategy: a closed list of conditions on market data, as plain data.

They are evaluated after every market message of the instruments they watch, first after the message
that follows their registration, by the live loop and the replay kernel alike. A condition fires once.
Market-wide forms (`venue is None`) look at the LIVE books of the parent's market.
"""

import enum
from decimal import Decimal

import msgspec

from venues.model.ids import Symbol, VenueId
from venues.model.order import Side


class PriceSource(enum.Enum):
    """Which price is meant."""

    LAST = "last"
    MARK = "mark"
    INDEX = "index"
    MID = "mid"


class Direction(enum.Enum):
    """Which way a level is reached: at or above it, at or below it."""

    ABOVE = "above"
    BELOW = "below"


class PriceCrosses(msgspec.Struct, frozen=True, tag="price_crosses", kw_only=True):
    """The price from `source` is at or beyond `level` (market quote per market unit)."""

    source: PriceSource
    direction: Direction
    level: Decimal
    venue: VenueId | None = None


class TouchMoved(msgspec.Struct, frozen=True, tag="touch_moved", kw_only=True):
    """The best price of `side` at `venue`, own orders not counted, is `ticks` or more from `peg_tick`.

    `symbol`: which instrument, where the venue has several in the market; "" = its first.
    """

    venue: VenueId
    side: Side
    peg_tick: int
    ticks: int
    symbol: Symbol = Symbol("")


class DepthReached(msgspec.Struct, frozen=True, tag="depth_reached", kw_only=True):
    """Depth of `side` at `venue` within `within_bps` of its mid is at or beyond `quantity` lots."""

    venue: VenueId
    side: Side
    within_bps: Decimal
    lots: int
    direction: Direction


class VolumeReached(msgspec.Struct, frozen=True, tag="volume_reached", kw_only=True):
    """Lots traded at `venue` since the run began have reached `lots`."""

    venue: VenueId
    lots: int


class BookChanged(msgspec.Struct, frozen=True, tag="book_changed", kw_only=True):
    """The state of the book of `venue` (None: any of the market) is not what it was at registration."""

    venue: VenueId | None = None


Condition = PriceCrosses | TouchMoved | DepthReached | VolumeReached | BookChanged
