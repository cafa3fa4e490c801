"""What the engine asks a venue: imperative values, and the approval without which none leaves."""

from decimal import Decimal

import msgspec

from venues.model.ids import AccountId, ClientOrderId, ParentId, Symbol, VenueId
from venues.model.order import MarginMode, OrderType, Side, TimeInForce, Trigger


class Submit(msgspec.Struct, frozen=True, tag="submit", kw_only=True):
    """Place one child order: always a limit, at a price on the tick, a quantity on the lot.

    `quantity` is in the instrument's own units. `deadline_ns`: not to be sent after this engine
    time. `decided_ns`: engine time of the decision. `release_ns`: it is held until then, so that the
    legs of one plan arrive together; 0 = it leaves at once. `conversion`: market quote per
    instrument quote as the decision valued it, where a book says what that is. `trigger`: the venue
    holds it dormant until then, and only then does it become the limit order it says; it may trade
    from the moment it is there all the same.
    """

    client_order_id: ClientOrderId
    parent_id: ParentId
    child_no: int
    attempt: int
    account: AccountId
    venue: VenueId
    symbol: Symbol
    side: Side
    quantity: Decimal
    price: Decimal
    time_in_force: TimeInForce
    decided_ns: int
    deadline_ns: int
    leg: str = ""
    release_ns: int = 0
    conversion: Decimal | None = None
    order_type: OrderType = OrderType.LIMIT
    post_only: bool = False
    reduce_only: bool = False
    trigger: Trigger | None = None
    margin_mode: MarginMode = MarginMode.CASH

    @property
    def held(self) -> bool:
        """Return whether it leaves later than it was decided."""
        return self.release_ns > self.decided_ns


class Cancel(msgspec.Struct, frozen=True, tag="cancel", kw_only=True):
    """Ask for the end of one child order; a question, not a fact. `number` counts the asking."""

    client_order_id: ClientOrderId
    parent_id: ParentId
    account: AccountId
    venue: VenueId
    symbol: Symbol
    number: int


class Query(msgspec.Struct, frozen=True, tag="query", kw_only=True):
    """Ask what the venue knows of one child order, fills included. `number` counts the asking."""

    client_order_id: ClientOrderId
    parent_id: ParentId
    account: AccountId
    venue: VenueId
    symbol: Symbol
    number: int


Command = Submit | Cancel | Query


class Approved:
    """A command that risk has let pass: the only thing a gateway accepts.

    Built by `router.risk` alone (an architecture test keeps that).
    """

    __slots__ = ("command",)

    def __init__(self, command: Command) -> None:
        self.command = command
