"""What the engine asks a venue: imperative values, and the approval without which none leaves."""

from decimal import Decimal
from typing import assert_never

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


class SubmitPair(msgspec.Struct, frozen=True, tag="submit_pair", kw_only=True):
    """Place two orders as one order list: one of them trades, and the venue ends the other itself.

    `maker` is post-only at the better price, `stop` has a trigger on the other side of the market; both
    are for the same quantity of the same instrument. The venue takes both or neither. The first fill of
    the maker ends the stop, whatever is left of the maker; the trigger of the stop ends the maker; the
    end of one, however it came, ends the other. It goes by the name of its maker.
    """

    maker: Submit
    stop: Submit

    @property
    def client_order_id(self) -> ClientOrderId:
        """Return the name of its maker."""
        return self.maker.client_order_id

    @property
    def parent_id(self) -> ParentId:
        """Return whose orders they are."""
        return self.maker.parent_id

    @property
    def account(self) -> AccountId:
        """Return the account both trade in."""
        return self.maker.account

    @property
    def venue(self) -> VenueId:
        """Return where both go."""
        return self.maker.venue

    @property
    def symbol(self) -> Symbol:
        """Return what both trade."""
        return self.maker.symbol

    @property
    def deadline_ns(self) -> int:
        """Return the engine time after which neither is sent."""
        return min(self.maker.deadline_ns, self.stop.deadline_ns)


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


Command = Submit | SubmitPair | Cancel | Query


def orders_of(command: Command) -> tuple[Submit, ...]:
    """Return the orders that a command places: none, one, or the two of a list."""
    match command:
        case Submit():
            return (command,)
        case SubmitPair(maker=maker, stop=stop):
            return maker, stop
        case Cancel() | Query():
            return ()
        case _:
            assert_never(command)


class Approved:
    """A command that risk has let pass: the only thing a gateway accepts.

    Built by `router.risk` alone (an architecture test keeps that).
    """

    __slots__ = ("command",)

    def __init__(self, command: Command) -> None:
        self.command = command
