"""Limit-stop: when does it fire, and how does it trade then without ever being unpriced?

A venue cancels a native post-only stop in the very gap it was for, so it is kept here as a ladder:
armed -> post-only at the touch -> IOC within the slip -> resting at the slip, with an alarm. The rungs
are in `strategies.stop_ladder`; this file watches for the trigger.
"""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import ClassVar

from msgspec import structs

from strategies.base import Resumed, State, StrategyEvent, View
from strategies.conditions import BookChanged, Direction, PriceCrosses, PriceSource
from strategies.feasible import unworkable
from strategies.intents import Finish, Idle, Intent, Protect, Triggered, Unwake, WakeAt, WakeWhen
from strategies.native_stop import (
    GUARD_TAGS,
    Natives,
    inside,
    keep_guarded,
    natives_of,
    not_yet_over,
    take_back,
    tell_woken,
)
from strategies.spec import ParentSpec
from strategies.stop_ladder import (
    LADDER_TAGS,
    LimitStopState,
    Phase,
    past,
    stop_params,
    trade,
)
from strategies.stop_params import LimitStopParams, slipped
from venues.model.ids import VenueId
from venues.model.numbers import ZERO, plain
from venues.model.order import Side

TRIGGER, CONFIRM, PEAK, HOLD, BACK, PRICE = "trigger", "confirm", "peak", "hold", "back", "price"
_ARMED_TAGS = (TRIGGER, CONFIRM, PEAK, HOLD, BACK, PRICE)
_MS_NS = 1_000_000
# A source that has no price at all is looked at again after this.
_LOOK_NS = 1_000_000_000


class LimitStop:
    """Decisions of a limit-stop parent."""

    kind: ClassVar[str] = "limit_stop"
    state_type: ClassVar[type[State]] = LimitStopState

    def refusal(self, spec: ParentSpec, view: View) -> str:
        """Return why the stop is impossible from the start, or ""."""
        limit = spec.limit_price
        if spec.limit_bps is not None:
            limit = slipped(view.arrival_price, spec.limit_bps, spec.side)
        why = stop_params(spec).catastrophe_refusal(spec.side, limit)
        return f"catastrophe_price {why}" if why else unworkable(spec, view)

    def start(self, spec: ParentSpec, view: View, rng: Random) -> tuple[State, Sequence[Intent]]:
        """Arm it; a price that is already there fires it in the same step."""
        del rng
        state, intents = _armed(LimitStopState(), view)
        if stop_params(spec).catastrophe_price is None or state.phase is not Phase.ARMED:
            return state, intents
        return _armed_and_guarded(state, intents, natives_of(view), view)

    def decide(
        self, state: State, event: StrategyEvent, view: View
    ) -> tuple[State, Sequence[Intent]]:
        """Return the next state and intents."""
        assert isinstance(state, LimitStopState)
        if view.filled >= view.spec.quantity:
            return state, _finish_when_settled(view)
        if stop_params(view.spec).catastrophe_price is None:
            return _unguarded(state, event, view)
        return _guarded(state, event, view)


def _unguarded(
    state: LimitStopState, event: StrategyEvent, view: View
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Watch for the trigger, or trade once it has fired."""
    if state.phase is not Phase.ARMED:
        return trade(state, event, view)
    if isinstance(event, Resumed):
        # Nobody looked meanwhile: whether the price stayed there is not known.
        state = structs.replace(state, since_ns=0)
    return _armed(state, view)


def _guarded(
    state: LimitStopState, event: StrategyEvent, view: View
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Do the same inside the stops that venues hold meanwhile."""
    params, natives = stop_params(view.spec), natives_of(view)
    native, alarms = tell_woken(state.native, natives, params)
    state = structs.replace(state, native=native)
    fires: Sequence[Intent] = []
    if state.phase is Phase.ARMED and natives.woken:
        state, fires = _fired_at_the_venues(state, params, view)
    if state.phase is not Phase.ARMED:
        state, back = _given_back(state, params, natives, view)
        state, intents = _unguarded(state, event, inside(state.native, natives, view))
        return state, [*fires, *alarms, *back, *not_yet_over(natives, intents)]
    state, intents = _unguarded(state, event, inside(state.native, natives, view))
    if state.phase is Phase.ARMED:
        return _armed_and_guarded(state, intents, natives, view)
    state, back = _given_back(state, params, natives, view)
    return state, [*back, *not_yet_over(natives, intents)]


def _given_back(
    state: LimitStopState, params: LimitStopParams, natives: Natives, view: View
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Take back what venues hold of a stop that has fired."""
    native, back = take_back(state.native, params, state.triggered_ns, natives, view)
    return structs.replace(state, native=native), back


def _armed_and_guarded(
    state: LimitStopState, intents: Sequence[Intent], natives: Natives, view: View
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Keep the stops at the venues in step with what an armed stop is for."""
    params = stop_params(view.spec)
    native, more = keep_guarded(state.native, params, natives, view)
    if any(isinstance(intent, Protect) for intent in more) and _is_there(params, view):
        # A venue would refuse it: whoever comes so late has ours fire instead.
        state, fires = _fired_at_the_venues(state, params, view)
        state, orders = trade(state, Resumed(), inside(state.native, natives, view))
        state, back = _given_back(state, params, natives, view)
        return state, [*fires, *back, *not_yet_over(natives, orders)]
    return structs.replace(state, native=native), [*intents, *more]


def _is_there(params: LimitStopParams, view: View) -> bool:
    """Return whether the price that venues go by is at the catastrophe price already."""
    price, level = _price(params.catastrophe_source, "", view), params.catastrophe_price
    return price is not None and level is not None and reached(price, level, view.spec.side)


def _fired_at_the_venues(
    state: LimitStopState, params: LimitStopParams, view: View
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Fire with the venues: their own price came to the catastrophe price before ours to the trigger."""
    level = params.catastrophe_price
    assert level is not None
    fired = structs.replace(
        state, phase=Phase.TRIGGERED, triggered_ns=view.now_ns, phase_ns=view.now_ns, level=level
    )
    why = f"the venues' own {params.catastrophe_source} price is at {plain(level)}"
    return fired, [*_quiet(*_ARMED_TAGS), Triggered(reason=why)]


def _armed(state: LimitStopState, view: View) -> tuple[LimitStopState, Sequence[Intent]]:
    """Follow the price; fire once it is at the trigger, confirmed, and has stayed there."""
    params, side = stop_params(view.spec), view.spec.side
    price = _price(params.trigger_source, params.trigger_venue, view)
    state = _with_peak(state, params, price, side)
    level = _level(state, params, side)
    if price is None or level is None:
        state = structs.replace(state, since_ns=0)
        return state, [
            *_quiet(HOLD, BACK, CONFIRM),
            *([] if level is None else [_crosses(params, level, view, TRIGGER)]),
            *_follow_peak(state, params, side),
            # Where no book is LIVE, there is none before one changes.
            WakeAt(at_ns=view.now_ns + _LOOK_NS, tag=PRICE)
            if view.live_venues()
            else WakeWhen(condition=BookChanged(), tag=PRICE),
            Idle(reason=f"armed: no {params.trigger_source} price of a LIVE book to trigger on"),
        ]
    if not reached(price, level, side):
        state = structs.replace(state, since_ns=0)
        return state, [
            *_quiet(HOLD, BACK, CONFIRM, PRICE),
            _crosses(params, level, view, TRIGGER),
            *_follow_peak(state, params, side),
            Idle(reason=_says_armed(params, price, level, side)),
        ]
    if params.confirm_source:
        other = _price(params.confirm_source, params.confirm_venue, view)
        if other is None or not reached(other, level, side):
            return structs.replace(state, since_ns=0), _unconfirmed(params, level, view)
    return _at_the_trigger(state, params, price, level, view)


def _at_the_trigger(
    state: LimitStopState, params: LimitStopParams, price: Decimal, level: Decimal, view: View
) -> tuple[LimitStopState, Sequence[Intent]]:
    """Wait out the debounce, then fire."""
    since_ns = state.since_ns or view.now_ns
    due_ns = since_ns + params.debounce_ms * _MS_NS
    where = f"{params.trigger_source} {plain(price)} at trigger {plain(level)}"
    if view.now_ns < due_ns:
        away = _away(view.spec.side)
        back = [_back(params.trigger_source, params.trigger_venue, level, away, BACK)]
        if params.confirm_source:
            back.append(_back(params.confirm_source, params.confirm_venue, level, away, CONFIRM))
        return structs.replace(state, since_ns=since_ns), [
            *_quiet(TRIGGER, PEAK, PRICE),
            *back,
            WakeAt(at_ns=due_ns, tag=HOLD),
            Idle(reason=f"armed: {where}, fires if it stays for {params.debounce_ms} ms"),
        ]
    fired = structs.replace(
        state, phase=Phase.TRIGGERED, triggered_ns=view.now_ns, phase_ns=view.now_ns, level=level
    )
    following, intents = trade(fired, Resumed(), view)
    return following, [*_quiet(*_ARMED_TAGS), Triggered(reason=where), *intents]


def reached(price: Decimal, level: Decimal, side: Side) -> bool:
    """Return whether `price` is at `level` or beyond: above for a buy, below for a sell."""
    return (price - level) * side.sign >= ZERO


def _with_peak(
    state: LimitStopState, params: LimitStopParams, price: Decimal | None, side: Side
) -> LimitStopState:
    """Remember the best price a trailing trigger follows: highest to sell, lowest to buy."""
    if params.trail_bps is None or price is None:
        return state
    if state.peak and (price - state.peak) * side.sign >= ZERO:
        return state
    return structs.replace(state, peak=price)


def _level(state: LimitStopState, params: LimitStopParams, side: Side) -> Decimal | None:
    """Return the trigger as it stands: the fixed one or the trailing one, nearer to the market."""
    levels = [] if params.trigger_price is None else [params.trigger_price]
    if params.trail_bps is not None and state.peak:
        levels.append(slipped(state.peak, params.trail_bps, side))
    if not levels:
        return None
    return min(levels) if side is Side.BUY else max(levels)


def _follow_peak(
    state: LimitStopState, params: LimitStopParams, side: Side
) -> Sequence[WakeWhen | Unwake]:
    """Wake when the price is better than the peak by a step; smaller steps are not worth a record."""
    if params.trail_bps is None or not state.peak:
        return []
    better = slipped(state.peak, params.trail_step_bps, side.opposite)
    return [_back(params.trigger_source, params.trigger_venue, better, _away(side), PEAK, ZERO)]


def _unconfirmed(params: LimitStopParams, level: Decimal, view: View) -> Sequence[Intent]:
    """Wait for the second source alone: the first is there already."""
    crosses = PriceCrosses(
        source=PriceSource(params.confirm_source),
        direction=_towards(view.spec.side),
        level=level,
        venue=_venue(params.confirm_venue),
    )
    return [
        *_quiet(TRIGGER, HOLD, BACK, PEAK, PRICE),
        WakeWhen(condition=crosses, tag=CONFIRM),
        Idle(
            reason=f"armed: {params.trigger_source} at trigger {plain(level)}, "
            f"{params.confirm_source} does not confirm it"
        ),
    ]


def _crosses(params: LimitStopParams, level: Decimal, view: View, tag: str) -> WakeWhen:
    crosses = PriceCrosses(
        source=PriceSource(params.trigger_source),
        direction=_towards(view.spec.side),
        level=level,
        venue=_venue(params.trigger_venue),
    )
    return WakeWhen(condition=crosses, tag=tag)


def _back(
    source: str, venue: str, level: Decimal, away: Direction, tag: str, by: Decimal | None = None
) -> WakeWhen:
    """Wake when a price leaves `level` on the good side, by the least step there is."""
    side = Side.BUY if away is Direction.ABOVE else Side.SELL
    crosses = PriceCrosses(
        source=PriceSource(source),
        direction=away,
        level=past(level, side) if by is None else level,
        venue=_venue(venue),
    )
    return WakeWhen(condition=crosses, tag=tag)


def _says_armed(params: LimitStopParams, price: Decimal, level: Decimal, side: Side) -> str:
    where = "below" if side is Side.BUY else "above"
    trails = "" if params.trail_bps is None else f", trailing {plain(params.trail_bps)} bps"
    return f"armed: {params.trigger_source} {plain(price)} {where} trigger {plain(level)}{trails}"


def _price(source: str, venue: str, view: View) -> Decimal | None:
    return view.price(PriceSource(source), _venue(venue))


def _venue(name: str) -> VenueId | None:
    return VenueId(name) if name else None


def _towards(side: Side) -> Direction:
    return Direction.ABOVE if side is Side.BUY else Direction.BELOW


def _away(side: Side) -> Direction:
    return _towards(side.opposite)


def _quiet(*tags: str) -> list[Intent]:
    return [Unwake(tag=tag) for tag in tags]


def _finish_when_settled(view: View) -> Sequence[Intent]:
    quiet = _quiet(*_ARMED_TAGS, *LADDER_TAGS, *GUARD_TAGS)
    if view.children:
        return [*quiet, Idle(reason="filled; awaiting answers")]
    return [*quiet, Finish(reason="filled", complete=True)]
