"""How do I write a strategy as a script? Post at the touch for a while, then take what is left.

    [order]
    kind = "patient:post_then_take"
    [order.params]
    rounds = 3
    wait_s = 5

Each `await` and each question to `ctx` is journalled. After a crash the script runs again from its
first line over the answers it had, so nothing is asked or sent twice.
"""

import msgspec

from strategies.script import Script


class Params(msgspec.Struct, frozen=True):
    """The keys of [order.params]."""

    rounds: int
    wait_s: int


async def post_then_take(ctx: Script, params: Params) -> None:
    """Post an even part of what is left, `rounds` times; cross the remainder."""
    for round_no in range(params.rounds):
        done = ctx.bought()
        part = ctx.left() / (params.rounds - round_no)
        ctx.say(f"round {round_no + 1} of {params.rounds}: posted at the touch")
        ctx.post(part)
        await ctx.filled(done + part, within_s=params.wait_s)
        ctx.withdraw()
        await ctx.settled()
    await ctx.take(ctx.left())
