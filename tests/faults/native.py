"""Stops that venues hold: which seeds have them, and do they stand where, and as wide as, was asked?"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

import msgspec
from msgspec import structs

from router.engine.state import EngineState
from router.orders.parent import Parent, ParentState
from strategies.spec import ParentSpec, ThenSpec, TwapParams
from strategies.stop_ladder import LimitStopState, Phase
from strategies.stop_params import LimitStopParams
from tests.faults.listing import not_as_listed
from venues.books.port import Books
from venues.model.commands import Submit
from venues.model.ids import AccountId, ParentId
from venues.model.instrument import Member
from venues.model.numbers import BPS, ZERO
from venues.model.order import Side, TriggerDirection
from venues.synthetic.profile import BTC_USDT
from venues.tape.recording import Tape

_MID = Decimal(2_000)


def some_hold_stops(tape: Tape, rng: Random) -> Tape:
    """Return `tape` with venues of which most hold stops."""
    holding = [
        replace(r, instrument=msgspec.structs.replace(r.instrument, stop_orders=rng.random() < 0.8))
        for r in tape.recordings
    ]
    return replace(tape, recordings=tuple(holding))


def stands_at_venues(spec: ParentSpec, rng: Random) -> ParentSpec:
    """Return `spec`, its stop with another one at the venues more often than not."""
    if rng.random() < 0.3:
        return spec
    if isinstance(spec.params, LimitStopParams):
        return structs.replace(spec, params=_wide(spec.params, spec.side, rng))
    then = spec.then
    if then is None or not isinstance(then.params, LimitStopParams):
        return spec
    params = _wide(then.params, spec.side.opposite, rng)
    return structs.replace(spec, then=structs.replace(then, params=params))


def left_to_venues(rng: Random) -> list[ParentSpec]:
    """Return none to two parents whose stop at the venues is near, and ours far from everything."""
    return [_left(rng, n) for n in range(rng.choice((0, 1, 1, 2)))]


def _left(rng: Random, n: int) -> ParentSpec:
    side, entry = rng.choice((Side.BUY, Side.SELL)), rng.random() < 0.5
    guards = side.opposite if entry else side
    stop = LimitStopParams(
        trail_bps=Decimal(rng.choice((30, 300, 300))),
        max_slip_bps=Decimal(5),
        cross_after_s=rng.choice((0, 2)),
        catastrophe_price=_MID * (BPS + guards.sign * rng.choice((1, 3, 8))) / BPS,
        catastrophe_slip_bps=Decimal(rng.choice((0, 2, 40))),
        naked_within_ms=rng.choice((0, 500, 5_000)),
    )
    bought = TwapParams(horizon_s=rng.choice((30, 120)), slices=rng.choice((3, 20)))
    return ParentSpec(
        id=ParentId(f"v{n}"),
        symbol=BTC_USDT,
        side=side,
        quantity=Decimal(rng.randint(500, 20_000)).scaleb(-3),
        params=bought if entry else stop,
        then=ThenSpec(params=stop) if entry else None,
        account=AccountId("venues"),
    )


def _wide(params: LimitStopParams, side: Side, rng: Random) -> LimitStopParams:
    near = _MID if params.trigger_price is None else params.trigger_price
    beyond = params.max_slip_bps + Decimal(rng.choice((1, 5, 20)))
    return structs.replace(
        params,
        catastrophe_price=near * (BPS + side.sign * beyond) / BPS,
        catastrophe_slip_bps=Decimal(rng.choice((0, 5, 60))),
        naked_within_ms=rng.choice((0, 500, 5_000)),
    )


def not_as_asked(submit: Submit, parent: Parent, member: Member) -> str:
    """Return how a stop at a venue differs from what its parent asked for, "" if it does not."""
    params, trigger, sign = parent.spec.params, submit.trigger, submit.side.sign
    if trigger is None:
        return ""
    if not isinstance(params, LimitStopParams) or params.catastrophe_price is None:
        return not_as_listed(submit, parent, member)
    if submit.post_only or not member.instrument.stop_orders:
        return "a stop that would be cancelled in the gap it is for, or that nobody holds"
    if (trigger.direction is TriggerDirection.UP) != (submit.side is Side.BUY):
        return f"a {submit.side.value} woken as prices go {trigger.direction.value}"
    off = abs(member.market_price(trigger.price) - params.catastrophe_price)
    if off >= member.market_price(member.instrument.tick_size):
        return f"woken at {trigger.price}, {params.catastrophe_price} was asked for"
    worst = params.catastrophe_price * (BPS + sign * params.catastrophe_slip_bps) / BPS
    if sign * (member.market_price(submit.price) - worst) > ZERO:
        return f"{submit.price} is beyond {worst}"
    return ""


def has_woken(parent: Parent) -> bool:
    """Return whether a venue has said that a stop of this parent has woken."""
    return any(c.submit.trigger is not None and c.activated for c in parent.children.values())


def is_there(parent: Parent, level: Decimal, view: Books) -> bool:
    """Return whether a stop fired at its catastrophe price, where some venue's last price is."""
    params, sign = parent.spec.params, parent.spec.side.sign
    if not isinstance(params, LimitStopParams) or level != params.catastrophe_price:
        return False
    told = [(i, tick) for i in range(len(view.instruments)) if (tick := view.last_tick(i))]
    return any(sign * (view.instruments[i].price_of(tick) - level) >= ZERO for i, tick in told)


def bare(state: EngineState, books: Books) -> Iterator[str]:
    """Yield what an armed stop could have at a venue and has not, once nothing fails any more."""
    for parent in state.parents.values():
        params = parent.spec.params
        if not isinstance(params, LimitStopParams) or params.catastrophe_price is None:
            continue
        armed = isinstance(parent.memory, LimitStopState) and parent.memory.phase is Phase.ARMED
        if parent.state is not ParentState.ACTIVE or not armed:
            continue
        at, sign = params.catastrophe_price, parent.spec.side.sign
        if parent.limit is not None and sign * (parent.limit - at) < ZERO:
            continue  # amended: nothing may trade there
        for i, member in enumerate(state.members.values()):
            last = books.last_tick(i)
            if last is None or sign * (member.instrument.price_of(last) - at) >= ZERO:
                continue  # its venue would refuse it: the price is there
            free = _could_stand(parent, state, member)
            price = member.instrument_price(at)
            least = member.instrument.quantity_of(member.instrument.min_lots(price / 2))
            if free >= member.market_quantity(least):
                yield f"{parent.spec.id}: {free} could stand at {member.instrument.venue}"


def _could_stand(parent: Parent, state: EngineState, member: Member) -> Decimal:
    spec, venue = parent.spec, member.instrument.venue
    if not member.instrument.stop_orders or venue in spec.venues_deny:
        return ZERO
    free = parent.free
    if spec.reduces:
        free = min(free, member.market_quantity(state.exit_room(parent, member)))
    return free
