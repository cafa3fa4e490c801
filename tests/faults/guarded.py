"""Which stops, groups and entries with exits does a seed have, beside its other parents?"""

from decimal import Decimal
from random import Random

from strategies.spec import (
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
from venues.model.ids import MAIN_ACCOUNT, AccountId, ParentId, VenueId
from venues.model.order import Side
from venues.synthetic.profile import BTC_USDT

_MID = Decimal(2_000)


def guarded(rng: Random, names: list[VenueId]) -> list[ParentSpec]:
    """Return none to three parents that guard something, or are guarded; prices are about 2 000."""
    return [_spec(rng, n, names) for n in range(rng.choice((0, 0, 1, 3)))]


def _spec(rng: Random, n: int, names: list[VenueId]) -> ParentSpec:
    side = rng.choice((Side.BUY, Side.SELL))
    params: Params
    then = None
    match rng.randrange(4):
        case 0:
            params = stop_for(rng, side, names)
        case 1:
            params = _group(rng, side, names)
        case _:
            params = entry_for(rng)
            then = ThenSpec(params=_exit(rng, side.opposite, names))
    return ParentSpec(
        id=ParentId(f"g{n}"),
        symbol=BTC_USDT,
        side=side,
        quantity=Decimal(rng.randint(500, 20_000)).scaleb(-3),
        params=params,
        then=then,
        account=rng.choice((MAIN_ACCOUNT, AccountId("guards"))),
        venues_deny=(rng.choice(names),) if rng.random() < 0.1 else (),
    )


def entry_for(rng: Random) -> Params:
    match rng.randrange(3):
        case 0:
            return TakeParams()
        case 1:
            return RestParams(deadline_s=rng.choice((30, 120)))
        case _:
            return TwapParams(
                horizon_s=rng.choice((30, 120, 300)),
                slices=rng.choice((3, 20)),
                passive_fraction=rng.choice((Decimal(0), Decimal("0.5"))),
            )


def _exit(rng: Random, side: Side, names: list[VenueId]) -> Params:
    match rng.randrange(4):
        case 0:
            return stop_for(rng, side, names)
        case 1:
            return RestParams()
        case _:
            return _group(rng, side, names)


def _group(rng: Random, side: Side, names: list[VenueId]) -> OcoParams:
    profit = _MID - side.sign * Decimal(rng.randint(-2, 8)) / 2
    live = LegSpec(name="profit", params=RestParams(), limit_price=profit)
    return OcoParams(
        legs=(live, LegSpec(name="stop", params=stop_for(rng, side, names))),
        naked_within_ms=rng.choice((0, 500, 5_000)),
    )


def stop_for(rng: Random, side: Side, names: list[VenueId]) -> LimitStopParams:
    slip = Decimal(rng.choice((1, 10, 100)))
    trails = rng.random() < 0.4
    return LimitStopParams(
        trigger_price=None if trails else _MID + side.sign * Decimal(rng.randint(-1, 8)) / 2,
        trail_bps=Decimal(rng.choice((2, 10, 30))) if trails else None,
        trigger_source=rng.choice(("mid", "mid", "last")),
        trigger_venue=rng.choice(("", "", *names)),
        confirm_source=rng.choice(("", "", "last")),
        confirm_venue=names[0],
        debounce_ms=rng.choice((0, 0, 300, 4_000)),
        offset_ticks=rng.choice((0, 0, 2)),
        repeg_max=rng.choice((0, 2, 20)),
        post_slip_bps=rng.choice((None, slip / 2)),
        max_slip_bps=slip,
        cross_after_s=rng.choice((0, 2, 5)),
        rest_after_s=rng.choice((0, 3, 30)),
        gap_policy=rng.choice(("rest", "widen", "cross")),
    )
