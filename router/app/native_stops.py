"""Can the venues of a market hold the stop that an order wants to stand there?"""

from collections.abc import Iterator

from router.settings.fields import Settings
from strategies.spec import Params, ParentSpec
from strategies.stop_params import LimitStopParams
from venues.model.instrument import Kind, Market
from venues.model.numbers import plain


def stop_problems(
    at: str, spec: ParentSpec, params: Params, market: Market, settings: Settings
) -> Iterator[tuple[str, object, str]]:
    """Yield field, value and remedy of what cannot be; `at`: what the section stands in."""
    if not isinstance(params, LimitStopParams) or params.catastrophe_price is None:
        return
    field = f"{at}limit_stop"
    mine = [
        m.instrument
        for m in market.members
        if m.instrument.venue not in spec.venues_deny
        and (not spec.venues_allow or m.instrument.venue in spec.venues_allow)
        and m.conversion_book is None
    ]
    if not any(i.stop_orders for i in mine):
        remedy = "no venue it may use holds stop orders (stop_orders of its terms); leave it out"
        yield f"{field}.catastrophe_price", plain(params.catastrophe_price), remedy
    elif params.catastrophe_source == "mark" and not any(
        i.stop_orders and i.kind is Kind.PERP for i in mine
    ):
        remedy = "only perpetuals have it, and none here holds stop orders; use last"
        yield f"{field}.catastrophe_source", "mark", remedy
    collar = settings.risk.collar_bps
    if params.catastrophe_slip_bps > collar:
        remedy = f"is above the collar of the config, collar_bps = {plain(collar)}"
        yield f"{field}.catastrophe_slip_bps", plain(params.catastrophe_slip_bps), remedy
