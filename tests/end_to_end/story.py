"""What is traded: a TWAP in, and an OCO out whose stop is reached once all is bought."""

from decimal import Decimal

from strategies.spec import LegSpec, OcoParams, ParentSpec, RestParams, ThenSpec, TwapParams
from strategies.stop_params import LimitStopParams
from tests.end_to_end.floor import PLACES, SYMBOL
from venues.model.ids import ParentId, VenueId
from venues.model.order import Side


def entry(mid: Decimal, quantity: Decimal, horizon_s: int) -> ParentSpec:
    """Return the order. The stop is beyond its trigger at once, and waits out the TWAP to be sure."""
    stop = LimitStopParams(
        trigger_price=mid * Decimal("1.02") // 1,
        trigger_source="mid",
        debounce_ms=(horizon_s + 3) * 1_000,
        max_slip_bps=Decimal(400),
        post_slip_bps=Decimal(10),
        cross_after_s=2,
        rest_after_s=5,
        gap_policy="cross",
    )
    legs = (
        LegSpec(name="take_profit", params=RestParams(), limit_price=mid * Decimal("1.05") // 1),
        LegSpec(name="stop", params=stop),
    )
    return ParentSpec(
        id=ParentId("entry"),
        symbol=SYMBOL,
        side=Side.BUY,
        quantity=quantity,
        params=TwapParams(
            horizon_s=horizon_s, slices=max(horizon_s // 3, 3), passive_fraction=Decimal("0.5")
        ),
        then=ThenSpec(params=OcoParams(legs=legs)),
        # The cheapest venue would get it all.
        venue_caps=tuple((VenueId(name), quantity * 2 / 5) for name in PLACES),
    )
