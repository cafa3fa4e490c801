"""Ladder: rungs that rest, post-only, at fixed distances from the arrival price, on one bucket.

Rungs do not follow the market: they are where the trader wants to trade. A rung that its venue throws
out is posted again, a second later, so often and no more. Nothing here ever takes.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import ClassVar

from msgspec import structs

from strategies.base import State, StrategyEvent, View, Woke
from strategies.conditions import BookChanged
from strategies.feasible import unworkable
from strategies.intents import Finish, Idle, Intent, Peg, Rest, Unwake, WakeAt, WakeWhen, Withdraw
from strategies.ladder_params import LadderParams
from strategies.rungs import Rung, least_at, rungs_of, sizes_of
from strategies.spec import ParentSpec
from venues.model.numbers import ZERO, plain
from venues.model.order import Side

DEADLINE, RETRY = "deadline", "retry"
# A rung is posted again no sooner than this after the last time.
PACE_NS = 1_000_000_000


class LadderState(State, frozen=True, kw_only=True):
    """The rungs as they were laid out; how often and when each was last posted."""

    rungs: tuple[Rung, ...]
    posts: tuple[int, ...]
    posted_ns: tuple[int, ...]
    over: bool = False


class Ladder:
    """Decisions of a ladder."""

    kind: ClassVar[str] = "ladder"
    state_type: ClassVar[type[State]] = LadderState

    def refusal(self, spec: ParentSpec, view: View) -> str:
        """Return why the ladder is impossible from the start, or ""."""
        if why := unworkable(spec, view):
            return why
        params = _params(spec)
        if not rungs_of(view, params):
            deep = plain(params.step_depth * params.rungs)
            return f"the books do not show {deep} for {params.rungs} rungs of step_depth"
        far_bps = params.first_bps + params.step_bps * (params.rungs - 1)
        return "the last rung would be at or below 0" if far_bps >= 10_000 else ""

    def start(self, spec: ParentSpec, view: View, rng: Random) -> tuple[State, Sequence[Intent]]:
        """Lay the rungs out and post them all."""
        del rng
        params = _params(spec)
        rungs = rungs_of(view, params)
        none = (0,) * len(rungs)
        state, intents = _keep(LadderState(rungs=rungs, posts=none, posted_ns=none), view)
        if not params.deadline_s:
            return state, intents
        at_ns = view.now_ns + params.deadline_s * 1_000_000_000
        return state, [*intents, WakeAt(at_ns=at_ns, tag=DEADLINE)]

    def decide(
        self, state: State, event: StrategyEvent, view: View
    ) -> tuple[State, Sequence[Intent]]:
        """Return the next state and intents."""
        assert isinstance(state, LadderState)
        if view.filled >= view.spec.quantity:
            return state, _finish_when_settled(view)
        if event == Woke(DEADLINE):
            state = structs.replace(state, over=True)
        if state.over:
            return state, _withdrawn(state, view)
        return _keep(state, view)


def _keep(state: LadderState, view: View) -> tuple[LadderState, Sequence[Intent]]:
    """Post what a rung lacks: at first all, later what came back from its venue."""
    lacks = _lacks(state, view)
    if not lacks:
        return state, [Unwake(tag=RETRY), *_idle(state, view)]
    if why := view.parked_reason():
        again = WakeWhen(condition=BookChanged(), tag=RETRY)
        return state, [again, Idle(reason=f"parked: {why}", parked=True)]
    intents: list[Intent] = []
    posts, posted_ns, next_ns = list(state.posts), list(state.posted_ns), []
    for n, quantity in lacks.items():
        earliest_ns = state.posted_ns[n] + PACE_NS if state.posts[n] else view.now_ns
        if view.now_ns < earliest_ns:
            next_ns.append(earliest_ns)
            continue
        limit = _tighter(state.rungs[n].price, view)
        # At the rung's own price, or just behind the other side where that has come through it.
        intents.append(Rest(quantity=quantity, limit=limit, peg=Peg.OPPOSITE, leg=_leg(n)))
        posts[n], posted_ns[n] = posts[n] + 1, view.now_ns
    after = structs.replace(state, posts=tuple(posts), posted_ns=tuple(posted_ns))
    # What finds no place is tried again, too: nothing else would wake us.
    wake_ns = min([*next_ns, *([view.now_ns + PACE_NS] if intents else [])])
    return after, [*intents, WakeAt(at_ns=wake_ns, tag=RETRY), *_idle(state, view)]


def _lacks(state: LadderState, view: View) -> Mapping[int, Decimal]:
    """Return what each rung should post now; never more in all than is free.

    When nothing is open any more, what fills and amendments left over goes to the last rung.
    """
    free = view.spec.quantity - view.filled - view.open_quantity
    traded, most = view.filled_by_leg(), _params(view.spec).repost_max
    lacks: dict[int, Decimal] = {}
    for n, (rung, size) in enumerate(zip(state.rungs, sizes_of(view, state.rungs), strict=True)):
        mine = [c for c in view.children if c.leg == _leg(n)]
        still = sum((c.quantity - c.filled for c in mine), ZERO)
        quantity = min(size - traded.get(_leg(n), ZERO) - still, free)
        if any(c.cancelling for c in mine) or state.posts[n] > most:
            continue
        if quantity >= least_at(rung.price, view):
            lacks[n] = quantity
            free -= quantity
    last = len(state.rungs) - 1
    strays = not lacks and not view.children and state.posts[last] <= most
    if strays and free >= least_at(state.rungs[last].price, view):
        return {last: free}
    return lacks


def _idle(state: LadderState, view: View) -> Sequence[Intent]:
    """Say what rests; give up when nothing does and nothing may be posted any more."""
    resting = [c for c in view.children if not c.in_doubt]
    if resting:
        near = max if view.spec.side is Side.BUY else min
        at = plain(near(c.price for c in resting))
        return [Idle(reason=f"{len(resting)} orders rest, the nearest at {at}")]
    if view.children:
        return [Idle(reason="only the venue knows the rest: in doubt")]
    if not _lacks(state, view):
        left = view.spec.quantity - view.filled
        why = "below every venue's smallest order"
        if left >= least_at(state.rungs[-1].price, view):
            why = "its venues refused it too often"
        return [Finish(reason=f"{plain(left)} left: {why}", complete=False)]
    return [Idle(reason=f"posting {len(state.rungs)} rungs")]


def _withdrawn(state: LadderState, view: View) -> Sequence[Intent]:
    if view.children:
        every = [Withdraw(leg=_leg(n)) for n in range(len(state.rungs))]
        return [*every, Unwake(tag=RETRY), Idle(reason="deadline: awaiting the cancels")]
    left = plain(view.spec.quantity - view.filled)
    return [Finish(reason=f"{left} left: the deadline is over", complete=False)]


def _finish_when_settled(view: View) -> Sequence[Intent]:
    if view.children:
        return [Unwake(tag=RETRY), Idle(reason="filled; awaiting answers")]
    return [Finish(reason="filled", complete=True)]


def _tighter(price: Decimal, view: View) -> Decimal:
    return min(price, view.limit) if view.spec.side is Side.BUY else max(price, view.limit)


def _leg(number: int) -> str:
    return f"rung{number}"


def _params(spec: ParentSpec) -> LadderParams:
    assert isinstance(spec.params, LadderParams)
    return spec.params
