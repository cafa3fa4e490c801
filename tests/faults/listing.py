"""Which groups of a seed ask for an order list, and which venues take one, and is it as was asked?"""

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Final

import msgspec

from router.orders.parent import Parent
from strategies.spec import NATIVE, LegSpec, OcoParams, ParentSpec, RestParams, ThenSpec
from strategies.stop_params import LimitStopParams, slipped
from tests.faults.guarded import entry_for
from venues.model.commands import Submit
from venues.model.ids import AccountId, ParentId
from venues.model.instrument import Member
from venues.model.numbers import ZERO
from venues.model.order import Side, TriggerDirection
from venues.synthetic.profile import BTC_USDT
from venues.tape.recording import Tape

S_NS: Final = 1_000_000_000
_MID: Final = Decimal(2_000)


def some_take_lists(tape: Tape, rng: Random) -> Tape:
    """Return `tape` with venues of which those that hold stops mostly take lists of them."""
    taking = [
        replace(
            r,
            instrument=msgspec.structs.replace(
                r.instrument, order_lists=r.instrument.stop_orders and rng.random() < 0.8
            ),
        )
        for r in tape.recordings
    ]
    return replace(tape, recordings=tuple(taking))


def listed(rng: Random) -> list[tuple[int, ParentSpec]]:
    """Return none to two native groups, alone or as exits, near the market, and when they begin."""
    made = []
    for n in range(rng.choice((0, 1, 1, 2))):
        side, entry = rng.choice((Side.BUY, Side.SELL)), rng.random() < 0.5
        group = _group(rng, side.opposite if entry else side)
        spec = ParentSpec(
            id=ParentId(f"l{n}"),
            symbol=BTC_USDT,
            side=side,
            quantity=Decimal(rng.randint(500, 10_000)).scaleb(-3),
            params=entry_for(rng) if entry else group,
            then=ThenSpec(params=group) if entry else None,
            account=AccountId("lists"),
        )
        made.append((rng.randrange(120 * S_NS), spec))
    return made


def _group(rng: Random, side: Side) -> OcoParams:
    stop = LimitStopParams(
        trigger_price=_MID + side.sign * Decimal(rng.randint(2, 12)) / 2,
        trigger_source="last",
        max_slip_bps=Decimal(rng.choice((1, 10, 100))),
        cross_after_s=rng.choice((0, 2)),
    )
    profit = _MID - side.sign * Decimal(rng.randint(2, 14)) / 2
    legs = (
        LegSpec(name="profit", params=RestParams(), limit_price=profit),
        LegSpec(name="stop", params=stop),
    )
    return OcoParams(legs=legs, naked_within_ms=rng.choice((0, 500, 5_000)), mode=NATIVE)


def not_as_listed(submit: Submit, parent: Parent, member: Member) -> str:
    """Return how the stop of a list differs from what its group asked for, "" if it does not."""
    trigger, params, sign = submit.trigger, parent.spec.params, submit.side.sign
    if trigger is None or not isinstance(params, OcoParams) or params.mode != NATIVE:
        return "a stop at a venue that nobody asked for"
    stop = next(leg.params for leg in params.legs if isinstance(leg.params, LimitStopParams))
    assert stop.trigger_price is not None
    if submit.post_only or not member.instrument.order_lists:
        return "a stop that would be cancelled in the gap it is for, or that nobody lists"
    if (trigger.direction is TriggerDirection.UP) != (submit.side is Side.BUY):
        return f"a {submit.side.value} woken as prices go {trigger.direction.value}"
    if abs(member.market_price(trigger.price) - stop.trigger_price) >= member.market_price(
        member.instrument.tick_size
    ):
        return f"woken at {trigger.price}, {stop.trigger_price} was asked for"
    worst = slipped(stop.trigger_price, stop.max_slip_bps, submit.side)
    if sign * (member.market_price(submit.price) - worst) > ZERO:
        return f"{submit.price} is beyond {worst}"
    return ""
