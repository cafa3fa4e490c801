"""In which words does a paper venue tell what became of an order?"""

from decimal import Decimal

from venues.model.commands import Cancel, Query, Submit
from venues.model.events import (
    Accepted,
    Activated,
    Canceled,
    CancelRejected,
    Expired,
    Filled,
    Rejected,
    Reported,
    Standing,
)
from venues.model.numbers import ZERO
from venues.model.order import Liquidity
from venues.paper.faults import CumBehind
from venues.paper.truth import PaperOrder


def accepted(order: PaperOrder, now_ns: int) -> Accepted:
    """Say that the venue has the order."""
    submit = order.submit
    return Accepted(
        client_order_id=submit.client_order_id,
        venue=submit.venue,
        ts_exchange_ns=now_ns,
        venue_order_id=f"{submit.venue}-{order.order_no}",
        list_id=order.list_id,
    )


def rejected(submit: Submit, reason: str, now_ns: int) -> Rejected:
    """Say that the venue never took the order."""
    return Rejected(
        client_order_id=submit.client_order_id,
        venue=submit.venue,
        ts_exchange_ns=now_ns,
        reason=reason,
    )


def activated(order: PaperOrder, now_ns: int) -> Activated:
    """Say that the trigger of a dormant order was reached."""
    submit = order.submit
    return Activated(
        client_order_id=submit.client_order_id, venue=submit.venue, ts_exchange_ns=now_ns
    )


def filled(
    order: PaperOrder, tick: int, lots: int, fee: tuple[Decimal, str], liquidity: Liquidity, ts: int
) -> Filled:
    """Say that `lots` of the order, counted already, traded at `tick` for `fee` and its currency."""
    submit, listed = order.submit, order.listing
    return Filled(
        client_order_id=submit.client_order_id,
        venue=submit.venue,
        ts_exchange_ns=ts,
        exec_id=f"{submit.venue}-{order.order_no}-{len(order.fills) + 1}",
        quantity=listed.quantity(lots),
        price=listed.price(tick),
        fee=fee[0],
        fee_currency=fee[1],
        liquidity=liquidity,
        cum_quantity=listed.quantity(order.cum_lots),
    )


def expired(order: PaperOrder, now_ns: int) -> Expired:
    """Say that the order ended by its own terms."""
    submit = order.submit
    return Expired(
        client_order_id=submit.client_order_id,
        venue=submit.venue,
        ts_exchange_ns=now_ns,
        cum_quantity=_told_cum(order),
    )


def canceled(order: PaperOrder, now_ns: int) -> Canceled:
    """Say that the order was taken out."""
    submit = order.submit
    return Canceled(
        client_order_id=submit.client_order_id,
        venue=submit.venue,
        ts_exchange_ns=now_ns,
        cum_quantity=_told_cum(order),
    )


def cancel_rejected(cancel: Cancel, reason: str, now_ns: int) -> CancelRejected:
    """Say that there was nothing to cancel, or that the venue will not."""
    return CancelRejected(
        client_order_id=cancel.client_order_id,
        venue=cancel.venue,
        ts_exchange_ns=now_ns,
        reason=reason,
    )


def reported(order: PaperOrder, now_ns: int) -> Reported:
    """Say all that is known of an order the venue took."""
    submit = order.submit
    return Reported(
        client_order_id=submit.client_order_id,
        venue=submit.venue,
        ts_exchange_ns=now_ns,
        standing=order.standing,
        cum_quantity=order.listing.quantity(order.cum_lots),
        fills=tuple(order.fills),
        list_id=order.list_id,
    )


def unknown(query: Query, standing: Standing | None, now_ns: int) -> Reported:
    """Say that an order is not there: refused, or (None) never heard of."""
    return Reported(
        client_order_id=query.client_order_id,
        venue=query.venue,
        ts_exchange_ns=now_ns,
        standing=standing or Standing.ABSENT,
        cum_quantity=ZERO,
    )


def _told_cum(order: PaperOrder) -> Decimal:
    cum = order.listing.quantity(order.cum_lots)
    if order.fills and any(isinstance(f, CumBehind) for f in order.faults):
        return cum - order.fills[-1].quantity
    return cum
