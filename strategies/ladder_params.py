"""What does a ladder ask for? Rungs at fixed prices below the market to buy, above it to sell."""

from decimal import Decimal

import msgspec


class LadderParams(msgspec.Struct, frozen=True, tag="ladder", kw_only=True, omit_defaults=True):
    """Orders that rest at fixed distances from the arrival price.

    `first_bps`, `step_bps`: distance of the first rung and between rungs; or `step_depth` (> 0): so
    much displayed depth of the own side, market units, from rung to rung, as the books stand at the
    start. `weights`: linear = each rung is larger by `growth` (>= 0) times the first; geometric = each
    is `growth` (> 0) times the one before. `repost_max`: how often a rung that its venue threw out is
    posted again. `deadline_s`: 0 = none; then what rests is withdrawn.
    """

    rungs: int
    first_bps: Decimal = Decimal(0)
    step_bps: Decimal = Decimal(0)
    step_depth: Decimal = Decimal(0)
    weights: str = "linear"
    growth: Decimal = Decimal(0)
    repost_max: int = 20
    deadline_s: int = 0
