"""What does a limit-stop ask for? When it fires, how it trades then, and how far it may go."""

from decimal import Decimal

import msgspec

from venues.model.numbers import BPS, MONEY, ZERO, plain
from venues.model.order import Side


class LimitStopParams(
    msgspec.Struct, frozen=True, tag="limit_stop", kw_only=True, omit_defaults=True
):
    """Armed until a price is reached, then post-only, then IOC within a slip, then resting there.

    `trigger_price`: reached from above by a sell, from below by a buy. `trail_bps`: the trigger
    follows the best price seen at this distance, in steps of `trail_step_bps`; with both the one
    nearer to the market counts. `trigger_source`, `confirm_source`: last | mark | index | mid,
    `confirm_source` "" = none; a venue "" = the median over the LIVE books of the market.
    `debounce_ms`: how long the price must stay there.
    `post_slip_bps`, `max_slip_bps` (>= it): how far beyond the trigger it posts, and trades at all.
    `cross_after_s`, `rest_after_s`: how long it posts, and then tries to cross.
    `gap_policy`: rest | widen | cross, when the price is beyond `post_slip_bps` as it fires.
    `catastrophe_price`: while it is armed, venues hold a stop-limit order there, woken by their own
    `catastrophe_source` (last | mark), that trades at most `catastrophe_slip_bps` beyond it; None = none.
    `naked_within_ms`: an alarm is raised when something stands nowhere, or is not given back, for longer.
    """

    max_slip_bps: Decimal
    trigger_price: Decimal | None = None
    trail_bps: Decimal | None = None
    trail_step_bps: Decimal = Decimal(1)
    trigger_source: str = "mid"
    trigger_venue: str = ""
    confirm_source: str = ""
    confirm_venue: str = ""
    debounce_ms: int = 0
    offset_ticks: int = 0
    repeg_max: int = 20
    repeg_interval_ms: int = 1000
    post_slip_bps: Decimal | None = None
    cross_after_s: int = 5
    rest_after_s: int = 10
    gap_policy: str = "widen"
    catastrophe_price: Decimal | None = None
    catastrophe_slip_bps: Decimal = Decimal(100)
    catastrophe_source: str = "last"
    naked_within_ms: int = 1000

    @property
    def post_slip(self) -> Decimal:
        """Return how far beyond the trigger it posts, bps."""
        return self.max_slip_bps if self.post_slip_bps is None else self.post_slip_bps

    def catastrophe_refusal(self, side: Side, limit: Decimal | None) -> str:
        """Return why its stop at the venues can never work, or ""; `limit`: the order's own."""
        at = self.catastrophe_price
        if at is None:
            return ""
        if self.trigger_price is not None:
            inner = slipped(self.trigger_price, self.max_slip_bps, side)
            if (at - inner) * side.sign <= ZERO:
                return f"is not beyond {plain(inner)}, where the stop itself still trades"
        if limit is not None and (limit - at) * side.sign < ZERO:
            return f"is beyond the limit {plain(limit)}, nothing may trade there"
        return ""


def slipped(price: Decimal, bps: Decimal, side: Side) -> Decimal:
    """Return the price `bps` worse than `price` for an order of `side`; exact."""
    return MONEY.add(price, MONEY.divide(MONEY.multiply(price * side.sign, bps), BPS))
