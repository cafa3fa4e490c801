"""Can the venues of a market hold the stop, or the order list, that an order wants to stand there?"""

from collections.abc import Iterator, Sequence

from router.settings.fields import Settings
from strategies.spec import NATIVE, OcoParams, Params, ParentSpec
from strategies.stop_params import LimitStopParams
from venues.model.instrument import Instrument, Kind, Market
from venues.model.numbers import plain


def stop_problems(
    at: str, spec: ParentSpec, params: Params, market: Market, settings: Settings
) -> Iterator[tuple[str, object, str]]:
    """Yield field, value and remedy of what cannot be; `at`: what the section stands in."""
    mine = [
        m.instrument
        for m in market.members
        if m.instrument.venue not in spec.venues_deny
        and (not spec.venues_allow or m.instrument.venue in spec.venues_allow)
        and m.conversion_book is None
    ]
    if isinstance(params, OcoParams) and params.mode == NATIVE:
        yield from _list_problems(f"{at}oco", params, mine, settings)
    if not isinstance(params, LimitStopParams) or params.catastrophe_price is None:
        return
    field = f"{at}limit_stop"
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


def _list_problems(
    field: str, params: OcoParams, mine: Sequence[Instrument], settings: Settings
) -> Iterator[tuple[str, object, str]]:
    """Yield what keeps every venue from holding the legs of a native group as one list."""
    lists = [i for i in mine if i.order_lists]
    if not lists:
        remedy = "no venue it may use takes order lists (order_lists of its terms); use strict"
        yield f"{field}.mode", NATIVE, remedy
    collar = settings.risk.collar_bps
    for leg in params.legs:
        if not isinstance(leg.params, LimitStopParams):
            continue
        if leg.params.trigger_source == "mark" and all(i.kind is not Kind.PERP for i in lists):
            remedy = "only perpetuals have it, and none here takes order lists; use last"
            yield f"{field}.{leg.name}.trigger_source", "mark", remedy
        if leg.params.max_slip_bps > collar:
            remedy = f"is above the collar of the config, collar_bps = {plain(collar)}"
            yield f"{field}.{leg.name}.max_slip_bps", plain(leg.params.max_slip_bps), remedy
