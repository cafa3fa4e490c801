"""What does a request say to a venue, and how does that differ from what was meant?"""

from decimal import Decimal

import msgspec

from venues.live.client_ids import written
from venues.live.dialect import Dialect, Family
from venues.model.commands import Cancel, Submit
from venues.model.instrument import Kind
from venues.model.numbers import plain
from venues.model.order import Side, TimeInForce, TriggerDirection, TriggerSource


class WireTrigger(msgspec.Struct, frozen=True, kw_only=True):
    """What wakes the order there."""

    price: Decimal
    direction: TriggerDirection
    source: TriggerSource


class WireOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as a request says it, in the venue's own names: `quantity` in its order units."""

    instrument: str
    side: Side
    quantity: Decimal
    price: Decimal
    time_in_force: TimeInForce
    post_only: bool
    reduce_only: bool
    client_order_id: str
    trigger: WireTrigger | None = None


class WireCancel(msgspec.Struct, frozen=True, kw_only=True):
    """A cancel as a request says it; `instrument` "" where the venue is told none."""

    instrument: str
    client_order_id: str


class WireRead(msgspec.Struct, frozen=True, kw_only=True):
    """A request that changes nothing at the venue."""


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """A request that may change something, and that nobody can vouch for; `why` says so."""

    why: str


Write = WireOrder | WireCancel
Wire = Write | WireRead | Unreadable


def instrument_named(family: Family, market_id: str, kind: Kind) -> str:
    """Return how requests of a family name an instrument, `market_id` being the venue's name."""
    if family is Family.BYBIT:  # one name for spot and perp; the category tells them apart
        return f"{'spot' if kind is Kind.SPOT else 'linear'}/{market_id}"
    return market_id


def meant_order(submit: Submit, dialect: Dialect, market_id: str, kind: Kind) -> WireOrder:
    """Return what the request for `submit` has to say; ValueError for an id it cannot carry."""
    t = submit.trigger
    trigger = None
    if t is not None:
        trigger = WireTrigger(price=t.price, direction=t.direction, source=t.source)
    return WireOrder(
        instrument=instrument_named(dialect.family, market_id, kind),
        side=submit.side,
        quantity=submit.quantity,
        price=submit.price,
        time_in_force=submit.time_in_force,
        post_only=submit.post_only,
        reduce_only=submit.reduce_only,
        client_order_id=written(submit.client_order_id, dialect.client_ids),
        trigger=trigger,
    )


def meant_cancel(cancel: Cancel, dialect: Dialect, market_id: str, kind: Kind) -> WireCancel:
    """Return what the request for `cancel` has to say; ValueError for an id it cannot carry."""
    named = instrument_named(dialect.family, market_id, kind)
    return WireCancel(
        instrument="" if dialect.family is Family.KRAKEN else named,
        client_order_id=written(cancel.client_order_id, dialect.client_ids),
    )


def difference(meant: Write, said: Wire) -> str:
    """Return in one sentence why a request does not say what was meant; "" when it does."""
    match said:
        case Unreadable(why=why):
            return why
        case WireRead():
            return "the request changes nothing where an order or a cancel was meant"
        case WireOrder() | WireCancel():
            if type(said) is not type(meant):
                return f"a {_what(meant)} was meant, the request is a {_what(said)}"
    fields = [
        f"{name} {_told(getattr(said, name))} where {_told(getattr(meant, name))} was meant"
        for name in meant.__struct_fields__
        if getattr(said, name) != getattr(meant, name)
    ]
    return f"the request says {', '.join(fields)}" if fields else ""


def _what(write: Write) -> str:
    return "cancel" if isinstance(write, WireCancel) else "order"


def _told(value: object) -> str:
    match value:
        case Decimal():
            return plain(value)
        case WireTrigger(price=price, direction=direction, source=source):
            return f"{source.value} {direction.value} to {plain(price)}"
        case Side() | TimeInForce():
            return str(value.value)
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case _:
            return repr(value)
