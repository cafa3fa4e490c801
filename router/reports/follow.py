"""What happened, row by row: executions, orders and plans gathered from committed records."""

from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from router.engine.records import (
    Flagged,
    Issued,
    ParentStarted,
    Placed,
    Planned,
    ProvenAbsent,
    Received,
    Record,
    Released,
)
from router.engine.state import Members
from router.routing.plan import Plan
from router.routing.worth import Weighed
from venues.model.commands import Submit, SubmitPair, orders_of
from venues.model.events import (
    Accepted,
    Activated,
    Asked,
    Canceled,
    ExecutionEvent,
    Expired,
    Filled,
    NotSent,
    Rejected,
    Reported,
    Standing,
)
from venues.model.ids import ClientOrderId, ParentId, Symbol, VenueId
from venues.model.instrument import Member
from venues.model.numbers import ZERO
from venues.model.order import Liquidity, Side


class Execution(msgspec.Struct, frozen=True, gc=False):
    """One fill in market units.

    `ts_ns`: when we knew; `ts_exchange_ns`: when it happened; `arrived_ns`: when the child met the
    venue's book.
    """

    ts_ns: int
    parent: ParentId
    child: ClientOrderId
    venue: VenueId
    symbol: Symbol
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_currency: str
    liquidity: Liquidity
    exec_id: str
    arrived_ns: int
    ts_exchange_ns: int
    contracts: Decimal | None = None  # of an inverse contract: as many as the venue counts


@dataclass(slots=True)
class OrderRow:
    """One child as the venue saw it; times are the venue's, 0 = never known.

    `taken_ns`: a stop came to its venue, which held it; it meets the book when it is activated.
    `released_ns`: engine time at which it left us, 0 = it has not.

    `list_of`: the name of the order list that it was sent in: that of the list's maker.
    `state`: open, then the last word on it: filled, canceled, expired, rejected.
    """

    submit: Submit
    member: Member
    released_ns: int = 0
    taken_ns: int = 0
    arrived_ns: int = 0
    closed_ns: int = 0
    state: str = "open"
    filled: Decimal = ZERO
    executions: list[Execution] = field(default_factory=list)
    exec_ids: set[str] = field(default_factory=set)
    list_of: ClientOrderId | None = None

    def end(self, state: str, ts_ns: int) -> None:
        """Note how and when it ended; the first word counts."""
        if self.state == "open":
            self.state = state
            self.closed_ns = self.closed_ns or ts_ns


_ENDS = {
    Standing.FILLED: "filled",
    Standing.CANCELED: "canceled",
    Standing.EXPIRED: "expired",
    Standing.REJECTED: "rejected",
}


class PlanRow(msgspec.Struct, frozen=True, gc=False):
    """One routing decision of a parent."""

    parent: ParentId
    plan_no: int
    at_ns: int
    plan: Plan


class PlaceRow(msgspec.Struct, frozen=True):
    """A decision where to rest; kept beside the plans, and numbered with them."""

    parent: ParentId
    plan_no: int
    at_ns: int
    weighed: Weighed


@dataclass(slots=True)
class Follower:
    """Gathers rows in the order in which things became true."""

    members: Members
    orders: dict[ClientOrderId, OrderRow] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    plans: list[PlanRow] = field(default_factory=list)
    places: list[PlaceRow] = field(default_factory=list)
    flags: list[Flagged] = field(default_factory=list)
    # What one unit of an order in an inverse contract counts as, for each parent.
    counted: dict[tuple[ParentId, VenueId, Symbol], Decimal] = field(default_factory=dict)

    def followed(self, records: list[Record], now_ns: int) -> None:
        """Take in committed records."""
        del now_ns
        for record in records:
            match record:
                case Received(event=event, at_ns=at_ns):
                    self._event(event, at_ns)
                case Issued(command=command, at_ns=at_ns):
                    for submit in orders_of(command):
                        member = self._member(submit)
                        left_ns = 0 if submit.held else at_ns
                        self.orders[submit.client_order_id] = OrderRow(submit, member, left_ns)
                    if isinstance(command, SubmitPair):
                        self.orders[command.stop.client_order_id].list_of = command.client_order_id
                        self.orders[command.client_order_id].list_of = command.client_order_id
                case Released(client_order_id=order_id, at_ns=at_ns):
                    self.orders[order_id].released_ns = at_ns
                case ParentStarted(parent_id=parent_id, counted=counted):
                    self.counted.update({(parent_id, c.venue, c.symbol): c.units for c in counted})
                case Planned(parent_id=parent_id, plan_no=plan_no, at_ns=at_ns, plan=plan):
                    self.plans.append(PlanRow(parent_id, plan_no, at_ns, plan))
                case Placed(parent_id=parent_id, plan_no=plan_no, at_ns=at_ns, weighed=weighed):
                    self.places.append(PlaceRow(parent_id, plan_no, at_ns, weighed))
                case ProvenAbsent(client_order_id=order_id):
                    self.orders[ClientOrderId(order_id)].end("rejected", 0)
                case Flagged():
                    self.flags.append(record)
                case _:
                    pass

    def _member(self, submit: Submit) -> Member:
        """Return the instrument of an order as its parent counts it."""
        member = self.members[submit.venue, submit.symbol].at(submit.conversion)
        units = self.counted.get((submit.parent_id, submit.venue, submit.symbol))
        return member if units is None else msgspec.structs.replace(member, counted=units)

    def _event(self, event: ExecutionEvent, at_ns: int) -> None:
        row = self.orders.get(event.client_order_id)
        if row is None:
            return
        match event:
            case Filled():
                self._fill(row, event, at_ns)
            case Reported(fills=fills, standing=standing):
                for fill in fills:
                    self._fill(row, fill, at_ns)
                # When it ended is not said, only that it has.
                row.end(_ENDS.get(standing, "open"), 0)
            case Accepted(ts_exchange_ns=ts_ns) if row.submit.trigger is not None:
                row.taken_ns = min(row.taken_ns or ts_ns, ts_ns)
            case Accepted(ts_exchange_ns=ts_ns) | Activated(ts_exchange_ns=ts_ns):
                row.arrived_ns = min(row.arrived_ns or ts_ns, ts_ns)
            case Canceled(ts_exchange_ns=ts_ns):
                row.end("canceled", ts_ns)
            case Expired(ts_exchange_ns=ts_ns):
                row.end("expired", ts_ns)
            case NotSent(asked=Asked.SUBMIT):
                row.released_ns = 0
                row.end("rejected", 0)
            case Rejected():
                row.end("rejected", 0)
            case _:
                pass

    def _fill(self, row: OrderRow, fill: Filled, at_ns: int) -> None:
        if fill.exec_id in row.exec_ids:
            return
        row.exec_ids.add(fill.exec_id)
        member, submit = row.member, row.submit
        row.filled += fill.quantity
        row.arrived_ns = row.arrived_ns or fill.ts_exchange_ns
        if row.filled >= submit.quantity:
            row.state = "open"
            row.end("filled", fill.ts_exchange_ns)
        execution = Execution(
            ts_ns=at_ns,
            parent=submit.parent_id,
            child=submit.client_order_id,
            venue=submit.venue,
            symbol=submit.symbol,
            side=submit.side,
            price=member.market_price(fill.price),
            quantity=member.market_quantity(fill.quantity),
            fee=fill.fee,
            fee_currency=fill.fee_currency,
            liquidity=fill.liquidity,
            exec_id=fill.exec_id,
            arrived_ns=row.arrived_ns,
            ts_exchange_ns=fill.ts_exchange_ns,
            contracts=None if member.counted is None else fill.quantity,
        )
        row.executions.append(execution)
        self.executions.append(execution)
