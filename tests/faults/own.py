"""What does a strategy of the user's look like in a fault run? A script that uses all a script can do."""

from decimal import Decimal
from random import Random
from typing import Final

import msgspec
from msgspec import structs

from strategies.conditions import Direction, PriceCrosses, PriceSource
from strategies.script import Script
from strategies.scripted import ScriptStrategy
from strategies.spec import OwnParams, ParentSpec, TakeParams
from venues.model.order import Side

KIND: Final = "faults:in_and_out"


class Params(msgspec.Struct, frozen=True):
    """How patient it is, in seconds, and in how many rounds it posts."""

    rounds: int
    wait_s: int


async def in_and_out(ctx: Script, params: Params) -> None:
    """Post in rounds, wait for a price between them, and take what is left until it is there."""
    low = PriceCrosses(source=PriceSource.MID, direction=Direction.BELOW, level=ctx.arrival_price())
    for n in range(params.rounds):
        ctx.post(ctx.left() / (params.rounds - n))
        await ctx.filled(ctx.quantity(), within_s=params.wait_s)
        ctx.withdraw()
        await ctx.settled()
        await ctx.until(low, within_s=params.wait_s)
    for _ in range(20):
        if not ctx.left() or ctx.touch(Side.SELL) is None:
            break
        await ctx.take(min(ctx.left(), ctx.available(ctx.left()) or Decimal(1)))
        await ctx.sleep(1)


SCRIPT: Final = ScriptStrategy(KIND, in_and_out, "faults", Params)


def scripted(spec: ParentSpec, rng: Random) -> ParentSpec:
    """Return `spec`, every third take as the script instead."""
    if not isinstance(spec.params, TakeParams) or rng.random() < 0.67:
        return spec
    params = Params(rounds=rng.choice((1, 3)), wait_s=rng.choice((2, 30)))
    values = msgspec.json.encode(params).decode()
    return structs.replace(spec, params=OwnParams(strategy=KIND, values=values))
