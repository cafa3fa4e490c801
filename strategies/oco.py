"""OCO: how do several exits share one quantity, so that one fills and the others give way?

Strict: at most one leg is live, the others are armed here and send nothing. When an armed leg fires,
every other leg is withdrawn and every answer awaited, doubts included; then it trades what is left. So a
fill and a trigger in the same instant can never add up to more than the quantity. The price of that is a
window without protection: beyond `naked_within_ms` it raises an alarm, and still waits.
Guarded: see `strategies.guarded`. Native: see `strategies.order_list`; where that cannot be, strict.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import ClassVar

import msgspec
from msgspec import structs

from strategies.base import (
    Amended,
    ChildView,
    Progressed,
    Resumed,
    Started,
    State,
    Strategy,
    StrategyEvent,
    View,
    Woke,
)
from strategies.feasible import unworkable
from strategies.guarded import BesideView, surplus, waiting, wants
from strategies.intents import (
    Alarm,
    Finish,
    Idle,
    Intent,
    Protect,
    Rest,
    Take,
    Triggered,
    Unprotect,
    Unwake,
    WakeAt,
    WakeWhen,
    Withdraw,
)
from strategies.order_list import (
    ListsState,
    impossible,
    keep_listed,
    legs_of,
    may_part,
    terms_of,
    worst_of,
)
from strategies.part import PartView
from strategies.rest import RestState
from strategies.spec import GUARDED, NATIVE, LegSpec, OcoParams, ParentSpec
from strategies.stop_ladder import LimitStopState, Phase
from strategies.stop_params import LimitStopParams, slipped
from venues.model.numbers import ZERO, plain

NAKED = "naked"
_MS_NS = 1_000_000
_encode = msgspec.json.Encoder().encode


class LegMemory(msgspec.Struct, frozen=True, kw_only=True):
    """One leg: its strategy's state as JSON, and why it is over ("" = it is not)."""

    memory: str
    over: str = ""


class OcoState(State, frozen=True, kw_only=True):
    """`fired`: which leg has fired, -1 = none yet, at `fired_ns`. `alarmed`: said that it waits too long.

    `lists`: of a native group, as long as its venue holds it; then it has no legs of its own.
    """

    legs: tuple[LegMemory, ...]
    fired: int = -1
    fired_ns: int = 0
    alarmed: bool = False
    lists: ListsState | None = None


class Oco:
    """Decisions of a group; `strategies` are the kinds a leg may be."""

    kind: ClassVar[str] = "oco"
    state_type: ClassVar[type[State]] = OcoState

    def __init__(self, strategies: Mapping[str, Strategy]) -> None:
        self._strategies = strategies

    def refusal(self, spec: ParentSpec, view: View) -> str:
        """Return why the group is impossible from the start, or ""."""
        params = _params(spec)
        whole = params.refusal or _unreduced(spec) or unworkable(spec, view)
        if not whole and params.mode == NATIVE:
            limit = spec.limit_price
            if spec.limit_bps is not None:
                limit = slipped(view.arrival_price, spec.limit_bps, spec.side)
            whole = impossible(params, limit, view)
        if whole:
            return whole
        for n, leg in enumerate(params.legs):
            part = _part(n, view)
            if why := self._of(leg).refusal(part.spec, part):
                return f"{leg.name}: {why}"
        return ""

    def start(self, spec: ParentSpec, view: View, rng: Random) -> tuple[State, Sequence[Intent]]:
        """Start every leg; armed ones send nothing."""
        if _params(spec).mode == NATIVE:
            return self.decide(OcoState(legs=(), lists=ListsState()), Started(), view)
        parts: list[_Said] = []
        for n in _armed_first(_params(spec)):
            leg = _params(spec).legs[n]
            if any(_fires(said) for said in parts):
                parts.append(_Said(n, leg, LegMemory(memory=""), ()))
                continue
            part = _part(n, view)
            memory, intents = self._of(leg).start(part.spec, part, rng)
            parts.append(_Said(n, leg, LegMemory(memory=_text(memory)), intents))
        return _gathered(OcoState(legs=()), _abreast(parts, view), view)

    def decide(
        self, state: State, event: StrategyEvent, view: View
    ) -> tuple[State, Sequence[Intent]]:
        """Return the next state and intents; every leg that is not over looks at what happened."""
        assert isinstance(state, OcoState)
        left = view.spec.quantity - view.filled
        if left <= ZERO or (left < view.min_quantity() and not view.children):
            return state, _over(left, view)
        before: Sequence[Intent] = ()
        if state.lists is not None:
            afresh = isinstance(event, Resumed | Amended)
            lists, before = keep_listed(state.lists, _params(view.spec), view, afresh=afresh)
            state = structs.replace(state, lists=lists)
            if not may_part(lists, view):
                return state, before
            state, event = _apart(lists, _params(view.spec), view), Progressed()
        parts: list[_Said] = []
        for n in _armed_first(_params(view.spec)):
            leg, known = _params(view.spec).legs[n], state.legs[n]
            # A leg that fires in this very step has the others give way before they want anything.
            gives_way = state.fired not in {-1, n} or any(_fires(said) for said in parts)
            if known.over or gives_way:
                parts.append(_Said(n, leg, known, ()))
                continue
            part = _part(n, view)
            strategy = self._of(leg)
            memory = msgspec.json.decode(known.memory, type=strategy.state_type)
            memory, intents = strategy.decide(memory, _for_leg(event, part.prefix), part)
            parts.append(_Said(n, leg, structs.replace(known, memory=_text(memory)), intents))
        state, intents = _gathered(state, _abreast(parts, view), view)
        return state, [*before, *intents]

    def _of(self, leg: LegSpec) -> Strategy:
        return self._strategies[leg.kind]


class _Said(msgspec.Struct, frozen=True):
    """What one leg is and wants after a decision."""

    number: int
    leg: LegSpec
    memory: LegMemory
    intents: Sequence[Intent]


def _armed_first(params: OcoParams) -> Sequence[int]:
    """Return the legs in the order in which they look: those that may fire before the live one."""
    numbers = range(len(params.legs))
    return sorted(numbers, key=lambda n: not isinstance(params.legs[n].params, LimitStopParams))


def _part(n: int, view: View) -> PartView:
    """Return what leg `n` sees; held while another leg has an order that it may not stand beside."""
    params = _params(view.spec)
    leg = params.legs[n]
    guarded = params.mode == GUARDED
    others = [one.name for one in params.legs if one is not leg and _children(one, view)]
    why = view.why_apart() if guarded and others else ""
    apart = not guarded or bool(why)
    return (BesideView if guarded else PartView)(
        view,
        structs.replace(view.spec, params=leg.params),
        worst=worst_of(leg, view),
        prefix=_prefix(leg),
        held=_awaits(others, why) if apart else "",
    )


def _apart(lists: ListsState, params: OcoParams, view: View) -> OcoState:
    """Return the strict group that a native one goes on as: armed, or with a stop that has fired."""
    maker, stop = legs_of(params)
    terms = terms_of(params, view)
    firing = LimitStopState()
    if lists.fired:
        now_ns = view.now_ns
        firing = LimitStopState(
            phase=Phase.TRIGGERED, triggered_ns=now_ns, phase_ns=now_ns, level=terms.trigger
        )
    gave_way = f"gave way to {stop.name}" if lists.fired else ""
    memories = {
        maker.name: LegMemory(memory=_text(RestState()), over=gave_way),
        stop.name: LegMemory(memory=_text(firing)),
    }
    return OcoState(
        legs=tuple(memories[leg.name] for leg in params.legs),
        fired=params.legs.index(stop) if lists.fired else -1,
        fired_ns=view.now_ns if lists.fired else 0,
    )


def _awaits(others: Sequence[str], why: str) -> str:
    if not others:
        return ""
    return f"awaiting the end of {' and '.join(others)}" + (f": {why}" if why else "")


def _unreduced(spec: ParentSpec) -> str:
    if spec.guarded and not spec.reduces:
        return "guarded legs are reduce-only: add reduce_only = true"
    return ""


def _abreast(parts: Sequence[_Said], view: View) -> Sequence[_Said]:
    """Return what guarded legs want, less what may not stand beside another leg and what is too large."""
    if _params(view.spec).mode != GUARDED:
        return parts
    why, live = view.why_apart(), [s.leg.name for s in parts if _children(s.leg, view)]
    kept: list[_Said] = []
    for said in parts:
        others = [name for name in live if name != said.leg.name]
        intents = [*said.intents, *surplus(_part(said.number, view))]
        stays = _children(said.leg, view) or isinstance(said.leg.params, LimitStopParams)
        if why and others and (wants(intents) or not (stays or said.memory.over)):
            intents = list(waiting(intents, _awaits(others, why)))
        elif wants(intents) and said.leg.name not in live:
            live.append(said.leg.name)
        kept.append(structs.replace(said, intents=intents))
    return kept


def _gathered(
    state: OcoState, parts: Sequence[_Said], view: View
) -> tuple[OcoState, Sequence[Intent]]:
    """Return the group's state and what its legs want, in its own names."""
    parts = sorted(parts, key=lambda said: said.number)
    fired = next((s.number for s in parts if _fires(s)), -1) if state.fired < 0 else state.fired
    newly = fired >= 0 and state.fired < 0
    legs = []
    intents: list[Intent] = []
    idles: list[Idle] = []
    for said in parts:
        memory = said.memory
        if fired >= 0 and said.number != fired:
            # It gives way, whatever it wanted in this very step.
            name = parts[fired].leg.name
            legs.append(structs.replace(memory, over=memory.over or f"gave way to {name}"))
            intents.extend(_withdrawn(said.leg, view))
            continue
        for intent in said.intents:
            match intent:
                case Idle():
                    idles.append(_named(said.leg, intent))
                case Finish(complete=False, reason=reason):
                    memory = structs.replace(memory, over=reason)
                case Withdraw() if _params(view.spec).mode == NATIVE:
                    # What its venue has left of a list goes by the name it was listed under.
                    intents.extend(_withdrawn(said.leg, view))
                case _:
                    intents.append(_renamed(said.leg, intent))
        legs.append(memory)
    state = structs.replace(state, legs=tuple(legs), fired=fired)
    if newly:
        state = structs.replace(state, fired_ns=view.now_ns)
    state, waiting = _watch_the_gap(state, parts, view)
    if all(memory.over for memory in legs):
        why = legs[fired].over if fired >= 0 else "; ".join(m.over for m in legs)
        return state, [*intents, Finish(reason=why, complete=False)]
    return state, [*intents, *waiting, *_idle(idles)]


def _watch_the_gap(
    state: OcoState, parts: Sequence[_Said], view: View
) -> tuple[OcoState, Sequence[Intent]]:
    """Count how long a fired leg has been waiting for the others; say so once when it is too long."""
    if state.fired < 0:
        return state, []
    open_ = [c for said in parts if said.number != state.fired for c in _children(said.leg, view)]
    guarded = any(_children(said.leg, view) for said in parts if said.number == state.fired)
    if not open_ or guarded:
        return state, [Unwake(tag=NAKED)]
    due_ns = state.fired_ns + _params(view.spec).naked_within_ms * _MS_NS
    if state.alarmed or view.now_ns < due_ns:
        return state, [] if state.alarmed else [WakeAt(at_ns=due_ns, tag=NAKED)]
    left = view.spec.quantity - view.filled
    waits_ms = (view.now_ns - state.fired_ns) // _MS_NS
    alarm = Alarm(
        sentence=f"{parts[state.fired].leg.name} fired {waits_ms} ms ago and awaits the end of "
        f"{len(open_)} order(s): {plain(left)} is not protected"
    )
    return structs.replace(state, alarmed=True), [alarm]


def _fires(said: _Said) -> bool:
    return any(isinstance(intent, Triggered) for intent in said.intents)


def _withdrawn(leg: LegSpec, view: View) -> Sequence[Intent]:
    """Return what ends every child of a leg, by the names its strategy gave them."""
    return [Withdraw(leg=name) for name in dict.fromkeys(c.leg for c in _children(leg, view))]


def _renamed(leg: LegSpec, intent: Intent) -> Intent:
    prefix = _prefix(leg)
    match intent:
        case Rest(leg=name, cross_leg=cross):
            return structs.replace(intent, leg=prefix + name, cross_leg=cross and prefix + cross)
        case Take() | Protect() | Unprotect() | Withdraw():
            return structs.replace(intent, leg=prefix + intent.leg)
        case WakeAt() | WakeWhen() | Unwake():
            return structs.replace(intent, tag=prefix + intent.tag)
        case Alarm(sentence=sentence):
            return Alarm(sentence=f"{leg.name}: {sentence}")
        case _:
            return intent


def _named(leg: LegSpec, idle: Idle) -> Idle:
    return Idle(reason=f"{leg.name}: {idle.reason}", parked=idle.parked)


def _idle(idles: Sequence[Idle]) -> Sequence[Idle]:
    if not idles:
        return []
    return [Idle(reason="; ".join(i.reason for i in idles), parked=all(i.parked for i in idles))]


def _over(left: Decimal, view: View) -> Sequence[Intent]:
    if view.children:
        open_ = dict.fromkeys(child.leg for child in view.children)
        return [*(Withdraw(leg=name) for name in open_), Idle(reason="filled; awaiting answers")]
    if left <= ZERO:
        return [Finish(reason="filled", complete=True)]
    return [
        Finish(reason=f"{plain(left)} left: below every venue's smallest order", complete=False)
    ]


def _for_leg(event: StrategyEvent, prefix: str) -> StrategyEvent:
    """Return the event in a leg's own names; what is meant for another one is mere progress to it."""
    if isinstance(event, Woke):
        return Woke(event.tag[len(prefix) :]) if event.tag.startswith(prefix) else Progressed()
    return event


def _children(leg: LegSpec, view: View) -> Sequence[ChildView]:
    return [child for child in view.children if child.leg.startswith(_prefix(leg))]


def _prefix(leg: LegSpec) -> str:
    return f"{leg.name}/"


def _text(memory: State) -> str:
    return _encode(memory).decode()


def _params(spec: ParentSpec) -> OcoParams:
    assert isinstance(spec.params, OcoParams)
    return spec.params
