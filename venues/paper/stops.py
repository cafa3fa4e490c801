"""Which stop orders does a paper venue hold? Those its terms, its grid and its own prices allow."""

from venues.model.order import Trigger, TriggerSource
from venues.paper.listing import Listing, Refusal
from venues.paper.ports import Prices


def why_not_dormant(listed: Listing, trigger: Trigger, prices: Prices, now_ns: int) -> str:
    """Return why the venue does not hold an order until `trigger`, or ""."""
    if not listed.instrument.stop_orders:
        return Refusal.NO_STOPS.value
    if not listed.on_tick(trigger.price):
        return Refusal.TICK.value
    if trigger.source is TriggerSource.MARK and listed.is_spot:
        return Refusal.NO_MARK.value
    if prices.reached(listed.i, trigger, now_ns):
        return Refusal.TRIGGERED.value
    return ""
