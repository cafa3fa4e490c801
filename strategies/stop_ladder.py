"""What does a limit-stop do once it has fired? Post, re-peg, cross within the slip, rest and alarm.

Every order it asks for has a limit: `post_slip_bps` beyond the trigger while it posts, `max_slip_bps`
while it crosses and rests; only the gap policy "cross" goes to the parent's own limit or collar.
"""

import enum
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import structs

from strategies.base import ChildView, Progressed, State, StrategyEvent, View, Woke
from strategies.conditions import BookChanged, Direction, PriceCrosses, PriceSource
from strategies.intents import (
    Alarm,
    Finish,
    Idle,
    Intent,
    Take,
    Unwake,
    WakeAt,
    WakeWhen,
    Withdraw,
)
from strategies.intents import Rest as Post
from strategies.native_stop import NativeState
from strategies.part import PartView
from strategies.rest import MAKER, MOVED, RETRY, Rest, RestState
from strategies.spec import ParentSpec, RestParams
from strategies.stop_params import LimitStopParams, slipped
from venues.model.numbers import MONEY, ZERO, plain
from venues.model.order import Side

ESCALATE, ADVERSE, AGAIN = "escalate", "adverse", "again"
LADDER_TAGS: Final = (ESCALATE, ADVERSE, AGAIN, MOVED, RETRY)
TAKER = "cross"
_S_NS = 1_000_000_000
# A crossing that got less than it asked for is tried again after this: books need time to be told.
AGAIN_NS = 500_000_000
# Finer than any tick: what lies beyond a level by this lies beyond it at all.
_EPSILON = Decimal("0.000000000001")
_REST = Rest()


class Phase(enum.Enum):
    """Which rung of the ladder it stands on."""

    ARMED = "armed"
    TRIGGERED = "triggered"  # fired, and not yet able to trade
    POSTING = "posting"
    CROSSING = "crossing"
    RESTING = "resting"  # at its worst price, until the market comes back


class LimitStopState(State, frozen=True, kw_only=True):
    """`peak`: best price a trailing trigger has seen, 0 = none. `since_ns`: at the trigger since then.

    `level`: the trigger that fired, at `triggered_ns`. `phase_ns`: when the rung was reached.
    `doubted`: somebody was told that it waits for an order in doubt.
    `gapped`: the price was beyond `post_slip_bps` then. `tried_ns`: time of the last crossing.
    `rest`: memory of what rests on this rung. `native`: of what venues hold.
    """

    phase: Phase = Phase.ARMED
    peak: Decimal = ZERO
    since_ns: int = 0
    triggered_ns: int = 0
    level: Decimal = ZERO
    phase_ns: int = 0
    gapped: bool = False
    tried_ns: int = 0
    doubted: bool = False
    rest: RestState = RestState()
    native: NativeState = NativeState()


def trade(
    state: LimitStopState, event: StrategyEvent, view: View
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Return what the ladder does after `event`; the first time in the step that fired it."""
    match state.phase:
        case Phase.POSTING:
            return _post(state, event, view)
        case Phase.CROSSING:
            return _cross(state, view)
        case Phase.RESTING:
            return _rest(state, event, view)
        case _:
            return _begin(state, view)


def _begin(state: LimitStopState, view: View) -> tuple[LimitStopState, Sequence[Intent]]:
    """Choose the first rung by where the market stands, as soon as there is quantity to trade."""
    at = f"triggered at {plain(state.level)}"
    if view.held:
        return state, [Idle(reason=f"{at}: {view.held}")]
    mid = view.price(PriceSource.MID)
    if mid is None:
        why = view.parked_reason() or "no LIVE book"
        return state, [
            WakeWhen(condition=BookChanged(), tag=AGAIN),
            Idle(reason=f"{at}, parked: {why}", parked=True),
        ]
    params, side = stop_params(view.spec), view.spec.side
    bound = slipped(state.level, params.post_slip, side)
    if (mid - bound) * side.sign <= ZERO:
        first = Phase.POSTING if params.cross_after_s else Phase.CROSSING
        return trade(_moved(state, first, view), Progressed(), view)
    state = structs.replace(state, gapped=True)
    resting = params.gap_policy == "rest"
    state = _moved(state, Phase.RESTING if resting else Phase.CROSSING, view)
    sentence = (
        f"gap: mid {plain(mid)} is beyond {plain(bound)} as the stop at {plain(state.level)} fires; "
        f"{params.gap_policy}: not beyond {plain(_bound(state, view))}"
    )
    state, intents = trade(state, Progressed(), view)
    return state, [Alarm(sentence=sentence), *intents]


def _post(
    state: LimitStopState, event: StrategyEvent, view: View
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Rest post-only at the touch, re-pegged within bounds, until time or price say to cross."""
    params, side = stop_params(view.spec), view.spec.side
    bound = slipped(state.level, params.post_slip, side)
    due_ns = state.phase_ns + params.cross_after_s * _S_NS
    mid = view.price(PriceSource.MID)
    if view.now_ns >= due_ns or (mid is not None and (mid - bound) * side.sign > ZERO):
        return _cross(_moved(state, Phase.CROSSING, view), view)
    adverse = PriceCrosses(
        source=PriceSource.MID,
        direction=Direction.ABOVE if side is Side.BUY else Direction.BELOW,
        level=past(bound, side),
    )
    how = RestParams(
        offset_ticks=params.offset_ticks,
        repeg_max=params.repeg_max,
        repeg_interval_ms=params.repeg_interval_ms,
    )
    state, intents = _posted(state, event, view, how, bound)
    return state, [
        WakeAt(at_ns=due_ns, tag=ESCALATE),
        WakeWhen(condition=adverse, tag=ADVERSE),
        *(structs.replace(i, until_ns=due_ns) if isinstance(i, Post) else i for i in intents),
    ]


def _cross(state: LimitStopState, view: View) -> tuple[LimitStopState, Sequence[Intent]]:
    """Take what is left through the router within the bound, again and again until the deadline."""
    quiet: list[Intent] = [Unwake(tag=MOVED), Unwake(tag=RETRY), Unwake(tag=ADVERSE)]
    waiting = _awaited(view)
    if any(child.leg == MAKER for child in waiting):
        return state, [*quiet, Withdraw(leg=MAKER), Idle(reason="crossing: awaiting the cancel")]
    if waiting:
        return state, [*quiet, Idle(reason="crossing: awaiting answers")]
    left = view.spec.quantity - view.filled - view.open_quantity
    if left < view.min_quantity():
        if view.children:
            return _in_doubt(state, view, quiet)
        return state, [*quiet, *_too_little(left)]
    bound = _bound(state, view)
    there = view.available(view.spec.side, bound, left) > ZERO
    due_ns = state.phase_ns + stop_params(view.spec).rest_after_s * _S_NS
    # A doubt may have held all of it back until now: what is there is tried once, however late it is.
    if view.now_ns >= due_ns and (state.tried_ns >= due_ns or not there):
        return _give_up_crossing(state, left, view, quiet)
    again_ns = min(state.tried_ns + AGAIN_NS, due_ns)
    if state.tried_ns and view.now_ns < again_ns:
        again = WakeAt(at_ns=again_ns, tag=AGAIN)
        return state, [*quiet, again, Idle(reason="crossing again in a moment")]
    state = structs.replace(state, tried_ns=view.now_ns)
    later_ns = view.now_ns + AGAIN_NS
    again = WakeAt(at_ns=min(later_ns, due_ns) if view.now_ns < due_ns else later_ns, tag=AGAIN)
    if not there:
        why = view.why_nothing(bound)
        return state, [*quiet, again, Idle(reason=f"crossing within {plain(bound)}: {why}")]
    take = Take(quantity=left, limit=bound, leg=TAKER, to_the_limit=True)
    return state, [*quiet, again, take, Idle(reason=f"crossing within {plain(bound)}")]


def _give_up_crossing(
    state: LimitStopState, left: Decimal, view: View, quiet: Sequence[Intent]
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Step on the last rung, and tell somebody: what is left is not protected until it trades."""
    state = _moved(state, Phase.RESTING, view)
    alarm = Alarm(
        sentence=f"{plain(left)} left of the stop at {plain(state.level)}: nothing to take within "
        f"{plain(_bound(state, view))}, it rests there"
    )
    state, intents = _rest(state, Progressed(), view)
    return state, [*quiet, alarm, *intents]


def _rest(
    state: LimitStopState, event: StrategyEvent, view: View
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Rest at the worst price there is, and stay there."""
    quiet: list[Intent] = [Unwake(tag=ESCALATE), Unwake(tag=ADVERSE), Unwake(tag=AGAIN)]
    how = RestParams(peg="opposite", repeg_max=0)
    state, intents = _posted(state, event, view, how, _bound(state, view))
    return state, [*quiet, *intents]


def _posted(
    state: LimitStopState, event: StrategyEvent, view: View, how: RestParams, bound: Decimal
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Let a `rest` keep one order of all that is left, not beyond `bound`."""
    own = isinstance(event, Woke) and event.tag not in {MOVED, RETRY}
    part = PartView(view, structs.replace(view.spec, params=how), worst=bound)
    memory, intents = _REST.decide(state.rest, Progressed() if own else event, part)
    assert isinstance(memory, RestState)
    at = f"triggered at {plain(state.level)}"
    said = [
        Idle(reason=f"{at}, {i.reason}", parked=i.parked) if isinstance(i, Idle) else i
        for i in intents
    ]
    return structs.replace(state, rest=memory), said


def _in_doubt(
    state: LimitStopState, view: View, quiet: Sequence[Intent]
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Wait for what only venues know, and tell somebody when that takes as long as crossing may."""
    waits = Idle(reason="crossing: what is left is in doubt or too small")
    due_ns = state.phase_ns + stop_params(view.spec).rest_after_s * _S_NS
    if state.doubted:
        return state, [*quiet, waits]
    if view.now_ns < due_ns:
        return state, [*quiet, WakeAt(at_ns=due_ns, tag=AGAIN), waits]
    alarm = Alarm(
        sentence=f"the stop at {plain(state.level)} fired "
        f"{(view.now_ns - state.triggered_ns) // _S_NS} s ago and {plain(view.open_quantity)} of it is "
        "in doubt: perhaps not protected"
    )
    return structs.replace(state, doubted=True), [*quiet, alarm, waits]


def _too_little(left: Decimal) -> Sequence[Intent]:
    why = f"{plain(left)} left: below every venue's smallest order"
    return [Alarm(sentence=f"the stop fired, {why}"), Finish(reason=why, complete=False)]


def _moved(state: LimitStopState, phase: Phase, view: View) -> LimitStopState:
    return structs.replace(state, phase=phase, phase_ns=view.now_ns, rest=RestState())


def _bound(state: LimitStopState, view: View) -> Decimal:
    """Return the worst price on the rungs after the first."""
    params = stop_params(view.spec)
    if state.gapped and params.gap_policy == "cross":
        return view.limit
    by = params.post_slip if state.gapped and params.gap_policy == "rest" else params.max_slip_bps
    return slipped(state.level, by, view.spec.side)


def past(level: Decimal, side: Side) -> Decimal:
    """Return a level that a price reaches only beyond `level`: above for a buy, below for a sell."""
    return MONEY.add(level, side.sign * _EPSILON)


def stop_params(spec: ParentSpec) -> LimitStopParams:
    """Return the parameters of a limit-stop."""
    assert isinstance(spec.params, LimitStopParams)
    return spec.params


def _awaited(view: View) -> Sequence[ChildView]:
    return [child for child in view.children if not child.in_doubt]
