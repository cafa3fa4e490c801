"""Is this file a valid order or config, and what would it do."""

from decimal import Decimal
from pathlib import Path
from typing import assert_never

from router.documents.document import read_document
from router.order_files.parser import parse_order
from router.settings.fields import Settings
from router.settings.reader import parse_settings
from strategies.ladder_params import LadderParams
from strategies.spec import (
    STRICT,
    LegSpec,
    OcoParams,
    OwnParams,
    Params,
    ParentSpec,
    RestParams,
    TakeParams,
    ThenSpec,
    TwapParams,
)
from strategies.stop_params import LimitStopParams
from venues.model.numbers import plain


def check(path: Path) -> str:
    """Return one line that says what the file asks for.

    A file with a table [order] is an order, every other one a config. Raises InputError.
    """
    document = read_document(path)
    if "order" in document.tree:
        return f"{path}: order {_order(parse_order(document).spec)}"
    return f"{path}: config {_config(parse_settings(document))}"


def _order(spec: ParentSpec) -> str:
    then = "" if spec.then is None else f"; then {_exit(spec.then)}"
    what = f"{spec.id}: {spec.side.value} {plain(spec.quantity)} {spec.symbol}"
    return f"{what}, {_how(spec.params)}, {_limit(spec.limit_price, spec.limit_bps)}{then}"


def _how(params: Params) -> str:
    match params:
        case TakeParams():
            return "take now"
        case RestParams():
            return f"rest at the {params.peg} peg"
        case TwapParams():
            return f"twap over {params.horizon_s} s in {params.slices} slices"
        case LadderParams():
            apart = f"{plain(params.step_bps)} bps"
            if params.step_depth:
                apart = f"{plain(params.step_depth)} of depth"
            return f"ladder of {params.rungs} rungs, {apart} apart"
        case OwnParams(strategy=strategy):
            return f"strategy {strategy}"
        case LimitStopParams():
            return _stop(params)
        case OcoParams():
            how = "" if params.mode == STRICT else f"{params.mode} "
            return f"{how}oco of " + " and ".join(_leg(leg) for leg in params.legs)
        case _:
            assert_never(params)


def _exit(exit_: ThenSpec) -> str:
    return f"{_how(exit_.params)}, {_limit(exit_.limit_price, exit_.limit_bps)}"


def _leg(leg: LegSpec) -> str:
    limited = leg.limit_price is not None or leg.limit_bps is not None
    limit = f", {_limit(leg.limit_price, leg.limit_bps)}" if limited else ""
    return f"{leg.name} ({_how(leg.params)}{limit})"


def _stop(params: LimitStopParams) -> str:
    fires = [] if params.trigger_price is None else [f"at {plain(params.trigger_price)}"]
    if params.trail_bps is not None:
        fires.append(f"{plain(params.trail_bps)} bps behind the best price")
    where = params.trigger_venue or "the market"
    stands = ""
    if params.catastrophe_price is not None:
        stands = (
            f", a stop at the venues at {plain(params.catastrophe_price)}, "
            f"at most {plain(params.catastrophe_slip_bps)} bps beyond"
        )
    return (
        f"limit_stop on the {params.trigger_source} of {where} {' or '.join(fires)}, "
        f"at most {plain(params.max_slip_bps)} bps beyond{stands}"
    )


def _limit(price: Decimal | None, bps: Decimal | None) -> str:
    if price is not None:
        return f"limit {plain(price)}"
    if bps is not None:
        return f"limit {plain(bps)} bps from the arrival price"
    return "no limit but the collar"


def _config(settings: Settings) -> str:
    return (
        f"seed {settings.run.seed}, collar {plain(settings.risk.collar_bps)} bps, "
        f"{settings.paper.queue.value} queue, {len(settings.market)} declared markets, "
        f"{len(settings.paper.fault)} faults"
    )
