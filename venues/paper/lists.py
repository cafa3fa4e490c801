"""Which order lists does a paper venue take? A post-only order and a stop, either side of its last price."""

from collections.abc import Sequence

from venues.model.order import Side, Trigger, TriggerDirection
from venues.paper.listing import Refusal
from venues.paper.ports import Prices
from venues.paper.truth import PaperOrder


def joined(orders: Sequence[PaperOrder], prices: Prices, now_ns: int) -> str:
    """Make one list of `orders`, each of them in order, where there are two; return why not, or ""."""
    if len(orders) < 2:
        return ""
    maker, stop = orders
    why = _why_no_list(maker, stop, prices, now_ns)
    if not why:
        maker.other, stop.other = stop, maker
        maker.list_id = stop.list_id = f"{maker.submit.venue}-list-{maker.order_no}"
    return why


def _why_no_list(maker: PaperOrder, stop: PaperOrder, prices: Prices, now_ns: int) -> str:
    """Return why two orders are no list of this venue, or ""."""
    if not maker.listing.instrument.order_lists:
        return Refusal.NO_LISTS.value
    one, other = maker.submit, stop.submit
    alike = (one.account, one.symbol, one.side, maker.lots)
    trigger = other.trigger
    if (
        alike != (other.account, other.symbol, other.side, stop.lots)
        or trigger is None
        or one.trigger is not None
        or not one.post_only
        or other.post_only
    ):
        return Refusal.LIST.value
    sells = one.side is Side.SELL
    up = TriggerDirection.UP if sells else TriggerDirection.DOWN
    last_beyond = prices.reached(
        maker.listing.i, Trigger(price=one.price, direction=up), now_ns
    )  # the stop's own side of it has been looked at
    if one.side.sign * (trigger.price - one.price) <= 0 or last_beyond:
        return Refusal.LIST_PRICES.value
    return ""
