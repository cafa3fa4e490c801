"""How does a scenario say what kind of parent it is? In seconds and words, money as text."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import structs

from strategies.ladder_params import LadderParams
from strategies.spec import (
    LegParams,
    LegSpec,
    OcoParams,
    Params,
    ParentSpec,
    RestParams,
    TakeParams,
    ThenSpec,
    TwapParams,
)
from strategies.stop_params import LimitStopParams


def twap(
    *,
    over_s: int,
    slices: int,
    passive: str = "0",
    catch_up: str = "3",
    leftover: str = "sweep_within_limit",
    size_jitter: str = "0",
    time_jitter: str = "0",
    pause: str = "stretch",
    mode: str = "capped",
    repeg_max: int = 10,
) -> TwapParams:
    """Say how a TWAP slices."""
    return TwapParams(
        horizon_s=over_s,
        slices=slices,
        passive_fraction=Decimal(passive),
        catch_up=Decimal(catch_up),
        leftover=leftover,
        size_jitter=Decimal(size_jitter),
        time_jitter=Decimal(time_jitter),
        pause=pause,
        catch_up_mode=mode,
        repeg_max=repeg_max,
    )


def ladder(
    rungs: int,
    *,
    first: str = "0",
    step: str = "0",
    depth: str = "0",
    weights: str = "linear",
    growth: str = "0",
    repost_max: int = 20,
    deadline_s: int = 0,
) -> LadderParams:
    """Say how rungs lie; distances in bps."""
    return LadderParams(
        rungs=rungs,
        first_bps=Decimal(first),
        step_bps=Decimal(step),
        step_depth=Decimal(depth),
        weights=weights,
        growth=Decimal(growth),
        repost_max=repost_max,
        deadline_s=deadline_s,
    )


def take() -> TakeParams:
    """Say that all is taken now."""
    return TakeParams()


def rest(
    *,
    offset_ticks: int = 0,
    repeg_ticks: int = 1,
    repeg_max: int = 1000,
    every_s: int = 1,
    deadline_s: int = 0,
    at_deadline: str = "cross",
    peg: str = "primary",
    depth: str = "0",
) -> RestParams:
    """Say how an order rests."""
    return RestParams(
        peg=peg,
        peg_depth=Decimal(depth),
        offset_ticks=offset_ticks,
        repeg_ticks=repeg_ticks,
        repeg_max=repeg_max,
        repeg_interval_ms=every_s * 1000,
        deadline_s=deadline_s,
        at_deadline=at_deadline,
    )


def limit_stop(
    trigger: str = "",
    *,
    slip: str = "50",
    source: str = "mid",
    venue: str = "",
    confirm: str = "",
    confirm_venue: str = "",
    debounce_ms: int = 0,
    trail: str = "",
    post_slip: str = "",
    behind: int = 0,
    repeg_max: int = 20,
    cross_after_s: int = 5,
    rest_after_s: int = 10,
    gap: str = "widen",
    catastrophe: str = "",
    naked_within_ms: int = 1000,
) -> LimitStopParams:
    """Say when a stop fires and how far it goes; slips and trail in bps.

    `catastrophe`: where venues hold another one, 100 bps wide.
    """
    return LimitStopParams(
        trigger_price=Decimal(trigger) if trigger else None,
        trail_bps=Decimal(trail) if trail else None,
        trigger_source=source,
        trigger_venue=venue,
        confirm_source=confirm,
        confirm_venue=confirm_venue,
        debounce_ms=debounce_ms,
        offset_ticks=behind,
        repeg_max=repeg_max,
        post_slip_bps=Decimal(post_slip) if post_slip else None,
        max_slip_bps=Decimal(slip),
        cross_after_s=cross_after_s,
        rest_after_s=rest_after_s,
        gap_policy=gap,
        catastrophe_price=Decimal(catastrophe) if catastrophe else None,
        naked_within_ms=naked_within_ms,
    )


def oco(*legs: LegSpec, naked_within_ms: int = 1000) -> OcoParams:
    """Say which legs share the quantity."""
    return OcoParams(legs=legs, naked_within_ms=naked_within_ms)


def guarded(*legs: LegSpec, naked_within_ms: int = 1000) -> OcoParams:
    """Say which legs share the quantity and stand beside each other, reduce-only."""
    return OcoParams(legs=legs, naked_within_ms=naked_within_ms, mode="guarded")


def native(profit: str, stop: LimitStopParams, *, naked_within_ms: int = 1000) -> OcoParams:
    """Say that a venue holds a profit and a stop as one list."""
    legs = (leg("take_profit", rest(), limit=profit), leg("stop", stop))
    return OcoParams(legs=legs, naked_within_ms=naked_within_ms, mode="native")


def leg(name: str, how: LegParams, *, limit: str = "") -> LegSpec:
    """Say what one leg does."""
    return LegSpec(name=name, params=how, limit_price=Decimal(limit) if limit else None)


def take_profit_or_stop(profit: str, stop: LimitStopParams, **more: int) -> OcoParams:
    """Say the usual pair: rest at a profit, or get out at a stop."""
    return oco(leg("take_profit", rest(), limit=profit), leg("stop", stop), **more)


def then(how: Params, *, limit: str = "") -> ThenSpec:
    """Say what protects what has been filled."""
    return ThenSpec(params=how, limit_price=Decimal(limit) if limit else None)


def with_fields(spec: ParentSpec, fields: Mapping[str, object]) -> ParentSpec:
    """Return `spec` with common fields by their own names, money as text."""
    values = {name: Decimal(v) if isinstance(v, str) else v for name, v in fields.items()}
    return structs.replace(spec, **values)
