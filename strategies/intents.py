"""What a strategy wants: take, rest, withdraw, be woken, finish; never a venue's name.

Quantities are Decimal in market units and multiples of `View.lot`; limits are market prices, the
worst acceptable. Wake intents are keyed by `tag`: a new one with the same tag replaces the old one.
"""

import enum
from decimal import Decimal

import msgspec

from strategies.conditions import Condition, PriceSource


class Peg(enum.Enum):
    """What a resting order follows."""

    PRIMARY = "primary"  # the own side's touch
    MID = "mid"
    OPPOSITE = "opposite"  # one tick behind the other side's touch
    CUMULATIVE = "cumulative"  # where enough of the own side's depth stands before it


class Pegging(msgspec.Struct, frozen=True, kw_only=True):
    """Where an order rests: `offset_ticks` behind `peg`; CUMULATIVE: behind so much displayed."""

    peg: Peg = Peg.PRIMARY
    offset_ticks: int = 0
    behind: Decimal = Decimal(0)  # market units


class Take(msgspec.Struct, frozen=True, tag="take", kw_only=True):
    """Take up to `quantity` now, routed by depth, never beyond `limit`.

    `to_the_limit`: follow books that move away up to `limit`, not only to the planned price.
    """

    quantity: Decimal
    limit: Decimal
    leg: str = ""
    to_the_limit: bool = False


class Rest(msgspec.Struct, frozen=True, tag="rest", kw_only=True):
    """Post up to `quantity` post-only at `peg` plus `offset_ticks` behind it, never beyond `limit`.

    `behind`: see `Pegging`. `until_ns`: when what has not traded is wanted otherwise, 0 = never:
    where fills are learned, routing weighs the venues by it. `cross_leg`: the leg as which routing
    may take at once, within the limit, where that is expected to cost less than waiting; "" = never.
    """

    quantity: Decimal
    limit: Decimal
    peg: Peg = Peg.PRIMARY
    offset_ticks: int = 0
    behind: Decimal = Decimal(0)
    leg: str = ""
    until_ns: int = 0
    cross_leg: str = ""


class Protect(msgspec.Struct, frozen=True, tag="protect", kw_only=True):
    """Have venues hold a stop-limit order for up to `quantity`: at `trigger_price`, never beyond `limit`.

    It stands where the quantity is held, and there its venue's own `source` price (last or mark) wakes
    it. It has the quantity reserved, for it may fill at any time.
    """

    quantity: Decimal
    trigger_price: Decimal
    limit: Decimal
    source: PriceSource = PriceSource.LAST
    leg: str = ""


class Pair(msgspec.Struct, frozen=True, tag="pair", kw_only=True):
    """Have a venue hold a post-only order at `profit` or better and the stop `protect` as one order list.

    One of them trades, and the venue ends the other itself: their quantity, that of `protect`, is
    reserved once. `leg`: the name of the post-only order; the stop goes by that of `protect`.
    """

    protect: Protect
    profit: Decimal
    leg: str


class Unprotect(msgspec.Struct, frozen=True, tag="unprotect", kw_only=True):
    """Cancel every stop of `leg` that venues hold and that has not woken."""

    leg: str = ""


class Withdraw(msgspec.Struct, frozen=True, tag="withdraw", kw_only=True):
    """Cancel every open child of `leg`."""

    leg: str = ""


class WakeAt(msgspec.Struct, frozen=True, tag="wake_at", kw_only=True):
    """Wake the strategy at engine time `at_ns`."""

    at_ns: int
    tag: str


class WakeWhen(msgspec.Struct, frozen=True, tag="wake_when", kw_only=True):
    """Wake the strategy when `condition` holds."""

    condition: Condition
    tag: str


class Unwake(msgspec.Struct, frozen=True, tag="unwake", kw_only=True):
    """Forget the wake-up called `tag`; unknown tags are ignored."""

    tag: str


class Idle(msgspec.Struct, frozen=True, tag="idle", kw_only=True):
    """Say why nothing is being done; `parked` when something outside must change first."""

    reason: str
    parked: bool = False


class Alarm(msgspec.Struct, frozen=True, tag="alarm", kw_only=True):
    """Tell a human, once: something is not protected as was asked."""

    sentence: str


class Triggered(msgspec.Struct, frozen=True, tag="triggered", kw_only=True):
    """Say that a stop has fired: whatever shares its quantity gives way."""

    reason: str


class Finish(msgspec.Struct, frozen=True, tag="finish", kw_only=True):
    """End the parent once its children are closed; `complete` when it did what was asked."""

    reason: str
    complete: bool


Intent = (
    Take
    | Rest
    | Protect
    | Pair
    | Unprotect
    | Withdraw
    | WakeAt
    | WakeWhen
    | Unwake
    | Idle
    | Alarm
    | Triggered
    | Finish
)
