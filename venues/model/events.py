"""What a venue answered: execution events in the past tense (FIX execution reports)."""

import enum
from decimal import Decimal

import msgspec

from venues.model.ids import ClientOrderId, VenueId
from venues.model.order import Liquidity


class Asked(enum.Enum):
    """Which kind of command an answer belongs to."""

    SUBMIT = "submit"
    CANCEL = "cancel"
    QUERY = "query"


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    """Common part: whose order, at which venue, when it happened there (ns, 0 = not known)."""

    client_order_id: ClientOrderId
    venue: VenueId
    ts_exchange_ns: int = 0


class Accepted(_Event, frozen=True, tag="accepted", kw_only=True):
    """The venue has the order; it rests or is being matched.

    `list_id`: the order list of the venue's that it belongs to, "" = none.
    """

    venue_order_id: str
    list_id: str = ""


class Activated(_Event, frozen=True, tag="activated", kw_only=True):
    """The trigger of a dormant order was reached: it is a limit order in the book from now on."""


class Filled(_Event, frozen=True, tag="filled", kw_only=True):
    """One execution: last quantity and price, fee (> 0 paid), and the venue's cumulative quantity."""

    exec_id: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    liquidity: Liquidity
    cum_quantity: Decimal


class Canceled(_Event, frozen=True, tag="canceled", kw_only=True):
    """The order ended by cancel after `cum_quantity` had traded."""

    cum_quantity: Decimal


class Expired(_Event, frozen=True, tag="expired", kw_only=True):
    """The order ended by its time in force after `cum_quantity` had traded."""

    cum_quantity: Decimal


class Rejected(_Event, frozen=True, tag="rejected", kw_only=True):
    """The venue proved that it never took the order; `reason` is its word."""

    reason: str


class CancelRejected(_Event, frozen=True, tag="cancel_rejected", kw_only=True):
    """The venue refused a cancel: the order was not (or no longer) open there. Proves nothing else."""

    reason: str


class NotSent(_Event, frozen=True, tag="not_sent", kw_only=True):
    """The command never left us: late, halted or refused by the gate after the commit."""

    asked: Asked
    reason: str


class AnswerLost(_Event, frozen=True, tag="answer_lost", kw_only=True):
    """A command was sent and no answer can be expected any more: the outcome is unknown."""

    asked: Asked


class Standing(enum.Enum):
    """What a venue says of an order it was asked about."""

    WORKING = "working"
    DORMANT = "dormant"  # open, and waiting for its trigger
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"
    ABSENT = "absent"  # not found: weak evidence, see router.orders.reconcile


class Reported(_Event, frozen=True, tag="reported", kw_only=True):
    """The answer to a query: standing, cumulative quantity, and every fill by id.

    `list_id`: the order list of the venue's that it belongs to, "" = none.
    """

    standing: Standing
    cum_quantity: Decimal
    fills: tuple[Filled, ...] = ()
    list_id: str = ""


ExecutionEvent = (
    Accepted
    | Activated
    | Filled
    | Canceled
    | Expired
    | Rejected
    | CancelRejected
    | NotSent
    | AnswerLost
    | Reported
)
