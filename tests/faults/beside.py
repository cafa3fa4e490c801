"""Which guarded groups does a seed have, and who else trades the position they stand on?"""

from decimal import Decimal
from random import Random
from typing import Final

from strategies.spec import (
    LegSpec,
    OcoParams,
    ParentSpec,
    RestParams,
    TakeParams,
    ThenSpec,
    TwapParams,
)
from tests.faults.guarded import entry_for, stop_for
from venues.model.ids import MAIN_ACCOUNT, AccountId, ParentId, VenueId
from venues.model.order import Side
from venues.synthetic.profile import BTC_USDT

S_NS: Final = 1_000_000_000
_MID = Decimal(2_000)


def beside(rng: Random, names: list[VenueId]) -> list[tuple[int, ParentSpec]]:
    """Return parents and when they begin, ns after the start: an entry with its guarded exit, or a
    group of its own behind a position, and others in the same account; drawn apart from all else.
    """
    if rng.random() < 0.4:
        return []
    account = rng.choice((AccountId("beside"), AccountId("beside"), MAIN_ACCOUNT))
    side = rng.choice((Side.BUY, Side.SELL))
    quantity = Decimal(2 * rng.randint(500, 10_000)).scaleb(-3)
    there = (names[-1],) if rng.random() < 0.8 else ()
    entry = ParentSpec(
        id=ParentId("b0"),
        symbol=BTC_USDT,
        side=side,
        quantity=quantity,
        params=TakeParams() if rng.random() < 0.5 else entry_for(rng),
        venues_allow=there,
        account=account,
    )
    begins_ns = rng.randrange(60 * S_NS)
    legs = _legs(rng, side.opposite, names)
    made: list[tuple[int, ParentSpec]] = []
    if rng.random() < 0.6:
        made.append((begins_ns, _with(entry, then=ThenSpec(params=legs))))
    else:
        out = _with(
            entry,
            id=ParentId("b1"),
            side=side.opposite,
            params=legs,
            reduce_only=True,
            quantity=quantity * rng.choice((1, 2, 2, 4)) / 2,
        )
        made += [(begins_ns, entry), (begins_ns + rng.randrange(60 * S_NS), out)]
    for n in range(rng.choice((0, 1, 3, 5))):
        others = _with(
            entry,
            id=ParentId(f"b{n + 2}"),
            side=rng.choice((side, side, side.opposite)),
            quantity=Decimal(rng.randint(500, 10_000)).scaleb(-3),
            params=_other(rng),
        )
        made.append((begins_ns + rng.randrange(120 * S_NS), others))
    return made


def _with(spec: ParentSpec, **terms: object) -> ParentSpec:
    return ParentSpec(**{name: getattr(spec, name) for name in spec.__struct_fields__} | terms)


def _other(rng: Random) -> TakeParams | RestParams | TwapParams:
    match rng.randrange(3):
        case 0:
            return TakeParams()
        case 1:
            return RestParams()
        case _:
            return TwapParams(horizon_s=200, slices=20, passive_fraction=Decimal("0.5"))


def _legs(rng: Random, side: Side, names: list[VenueId]) -> OcoParams:
    """Return two or three legs that the market may reach: rests near the mid, and often a stop."""
    rests = tuple(
        LegSpec(
            name=f"rest{n}",
            params=RestParams(repeg_interval_ms=rng.choice((200, 1_000))),
            limit_price=_MID - side.sign * Decimal(rng.randint(-2, 14)) / 2,
        )
        for n in range(rng.choice((1, 2, 2)))
    )
    stop = LegSpec(name="stop", params=stop_for(rng, side, names))
    with_stop = len(rests) == 1 or rng.random() < 0.4
    return OcoParams(
        legs=(*rests, stop) if with_stop else rests,
        naked_within_ms=rng.choice((0, 500, 5_000)),
        mode="guarded",
    )
