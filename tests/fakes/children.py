"""How do tests make a parent, its children and what a venue says of them, from a few words?"""

from decimal import Decimal

from router.orders.child import Child
from router.orders.parent import Parent, ParentState
from strategies.spec import ParentSpec, TakeParams
from venues.model.commands import Submit
from venues.model.events import Canceled, Expired, Filled, Rejected, Reported, Standing
from venues.model.ids import (
    MAIN_ACCOUNT,
    ClientOrderId,
    ParentId,
    Symbol,
    VenueId,
)
from venues.model.instrument import Instrument, Kind, Member
from venues.model.order import Liquidity, Side, TimeInForce

VENUE = VenueId("alpha")
SYMBOL = Symbol("BTC/USDT")
PARENT = ParentId("parent")
SPEC = ParentSpec(
    id=PARENT, symbol=SYMBOL, side=Side.BUY, quantity=Decimal(10), params=TakeParams()
)


def member(contract_size: str = "1", unit: str = "1") -> Member:
    """Return an instrument on 0.1 and lots of 0.1, and what it is worth in its market."""
    instrument = Instrument(
        venue=VENUE,
        symbol=SYMBOL,
        kind=Kind.SPOT,
        tick_size=Decimal("0.1"),
        lot_size=Decimal("0.1"),
        min_quantity=Decimal("0.1"),
        min_notional=Decimal(0),
        maker_fee=Decimal("0.0001"),
        taker_fee=Decimal("0.0004"),
        contract_size=Decimal(contract_size),
    )
    return Member(instrument=instrument, unit=Decimal(unit))


def parent(quantity: str = "10") -> Parent:
    """Return an ACTIVE parent without children."""
    spec = ParentSpec(
        id=PARENT, symbol=SYMBOL, side=Side.BUY, quantity=Decimal(quantity), params=TakeParams()
    )
    return Parent(spec=spec, received_ns=0, state=ParentState.ACTIVE)


def submit(number: int, quantity: str, price: str = "100", side: Side = Side.BUY) -> Submit:
    """Return the command for the child of this number."""
    return Submit(
        client_order_id=ClientOrderId(f"child-{number}"),
        parent_id=PARENT,
        child_no=number,
        attempt=1,
        account=MAIN_ACCOUNT,
        venue=VENUE,
        symbol=SYMBOL,
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        time_in_force=TimeInForce.IOC,
        decided_ns=1_000,
        deadline_ns=2_000,
    )


def child(number: int, quantity: str, of: Member | None = None) -> Child:
    """Return a child that has just been sent."""
    return Child(submit=submit(number, quantity), member=of or member())


def filled(
    number: int,
    quantity: str,
    *,
    cum: str,
    exec_id: str = "",
    price: str = "100",
    fee: str = "0",
    fee_currency: str = "USDT",
    liquidity: Liquidity = Liquidity.TAKER,
) -> Filled:
    """Return a fill of a child."""
    return Filled(
        client_order_id=ClientOrderId(f"child-{number}"),
        venue=VENUE,
        ts_exchange_ns=5_000,
        exec_id=exec_id or f"child-{number}-{cum}",
        quantity=Decimal(quantity),
        price=Decimal(price),
        fee=Decimal(fee),
        fee_currency=fee_currency,
        liquidity=liquidity,
        cum_quantity=Decimal(cum),
    )


def expired(number: int, cum: str = "0") -> Expired:
    """Return that an IOC is over."""
    return Expired(
        client_order_id=ClientOrderId(f"child-{number}"), venue=VENUE, cum_quantity=Decimal(cum)
    )


def canceled(number: int, cum: str = "0") -> Canceled:
    """Return that a resting order is over."""
    return Canceled(
        client_order_id=ClientOrderId(f"child-{number}"), venue=VENUE, cum_quantity=Decimal(cum)
    )


def rejected(number: int) -> Rejected:
    """Return that a child was never taken."""
    return Rejected(client_order_id=ClientOrderId(f"child-{number}"), venue=VENUE, reason="no")


def reported(
    number: int, standing: Standing, cum: str = "0", fills: tuple[Filled, ...] = ()
) -> Reported:
    """Return the answer to a query."""
    return Reported(
        client_order_id=ClientOrderId(f"child-{number}"),
        venue=VENUE,
        standing=standing,
        cum_quantity=Decimal(cum),
        fills=fills,
    )
