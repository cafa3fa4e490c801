"""Which fields of rarer use does a parent of a seed have?"""

from decimal import Decimal
from random import Random

from msgspec import structs

from strategies.ladder_params import LadderParams
from strategies.spec import ParentSpec, RestParams, TwapParams


def dressed(spec: ParentSpec, rng: Random) -> ParentSpec:
    """Return `spec`, every other TWAP with caps, clips, a would-price or its own idea of the end.

    Of those that rest, some rest behind depth and some on the rungs of a ladder.
    """
    match spec.params:
        case TwapParams() as how if rng.random() < 0.5:
            return _twap(spec, how, rng)
        case RestParams() as how if rng.random() < 0.3:
            return structs.replace(spec, params=_ladder(how, rng))
        case RestParams() as how if rng.random() < 0.4:
            depth = Decimal(rng.choice((1, 5, 20)))
            behind = structs.replace(how, peg="cumulative", peg_depth=depth)
            return structs.replace(spec, params=behind)
        case _:
            return spec


def _ladder(how: RestParams, rng: Random) -> LadderParams:
    weights = rng.choice(("linear", "geometric"))
    by_depth = rng.random() < 0.3
    return LadderParams(
        rungs=rng.choice((1, 3, 8)),
        first_bps=Decimal(0 if by_depth else rng.choice((0, 2, 10))),
        step_bps=Decimal(0 if by_depth else rng.choice((1, 5))),
        step_depth=Decimal(rng.choice((1, 3)) if by_depth else 0),
        weights=weights,
        growth=Decimal("1.5"),
        repost_max=rng.choice((0, 3, 20)),
        deadline_s=how.deadline_s,
    )


def _twap(spec: ParentSpec, how: TwapParams, rng: Random) -> ParentSpec:
    params = structs.replace(
        how,
        repeg_max=rng.choice((0, 1, 10)),
        catch_up=rng.choice((Decimal(1), Decimal(3))),
        catch_up_mode=rng.choice(("none", "capped", "spread")),
        pause=rng.choice(("stretch", "compress", "forfeit")),
        leftover=rng.choice(("sweep_within_limit", "cancel", "rest_at_limit")),
    )
    quantity = spec.quantity
    spec = structs.replace(
        spec,
        params=params,
        clip_max=rng.choice((None, None, quantity / 2)),
        clip_min=rng.choice((None, None, quantity / 20)),
        max_participation=rng.choice((None, None, Decimal("0.05"), Decimal("0.5"))),
    )
    if rng.random() < 0.3:
        return structs.replace(spec, passive_only=True)
    if rng.random() < 0.4:
        would = Decimal(2_000) - spec.side.sign * Decimal(rng.randint(-2, 4)) / 2
        return structs.replace(spec, would_price=would)
    return spec
