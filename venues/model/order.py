"""The words of an order: side, type, time in force, trigger, margin mode, liquidity."""

import enum
from decimal import Decimal

import msgspec


class Side(enum.Enum):
    """Which way a parent or child trades."""

    BUY = "buy"
    SELL = "sell"

    sign: int  # +1 for a buy and -1 for a sell, so that both are one path

    def __init__(self, word: str) -> None:
        """Give the member its sign: asked for too often to be worked out."""
        self.sign = 1 if word == "buy" else -1

    @property
    def opposite(self) -> "Side":
        """Return the other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(enum.Enum):
    """What a child order is; there is no unpriced order anywhere."""

    LIMIT = "limit"


class TimeInForce(enum.Enum):
    """How long a child order may wait (FIX 59)."""

    GTC = "gtc"
    IOC = "ioc"


class TriggerSource(enum.Enum):
    """Which price of its own a venue holds against a trigger (FIX 1107)."""

    LAST = "last"
    MARK = "mark"


class TriggerDirection(enum.Enum):
    """Which way the price has to come to a trigger (FIX 1109)."""

    UP = "up"
    DOWN = "down"


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """What wakes an order that a venue holds dormant: its own `source` price at `price` or beyond."""

    price: Decimal
    direction: TriggerDirection
    source: TriggerSource = TriggerSource.LAST


class MarginMode(enum.Enum):
    """Which collateral a position may draw on."""

    CASH = "cash"
    CROSS = "cross"
    ISOLATED = "isolated"


class Liquidity(enum.Enum):
    """Whether a fill removed or added liquidity (FIX 851)."""

    MAKER = "maker"
    TAKER = "taker"
