"""Rest: post-only at a peg, re-pegged with bounds, with an optional deadline to cross or cancel."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import ClassVar

from msgspec import structs

from strategies.base import Amended, ChildView, Started, State, StrategyEvent, View, Woke
from strategies.conditions import BookChanged
from strategies.feasible import unworkable
from strategies.intents import (
    Finish,
    Idle,
    Intent,
    Peg,
    Pegging,
    Take,
    Unwake,
    WakeAt,
    WakeWhen,
    Withdraw,
)
from strategies.intents import Rest as Post
from strategies.pegging import misplaced, too_little_to_move, watched
from strategies.spec import ParentSpec, RestParams
from venues.model.numbers import ZERO, plain

DEADLINE, MOVED, FAR, LOOK, RETRY = "deadline", "moved", "far", "look", "retry"
_WATCHES = (MOVED, FAR, LOOK)
MAKER, CROSS = "maker", "cross"
# A post that a venue refused or that found no venue is tried again after this.
RETRY_NS = 1_000_000_000
CROSS_ATTEMPTS = 20


class RestState(State, frozen=True, kw_only=True):
    """`posted_ns`: time of the last post or crossing; `over`: the deadline has passed: only crossing."""

    repegs: int = 0
    posted_ns: int = 0
    over: bool = False
    crossings: int = 0


class Rest:
    """Decisions of a resting parent."""

    kind: ClassVar[str] = "rest"
    state_type: ClassVar[type[State]] = RestState

    def refusal(self, spec: ParentSpec, view: View) -> str:
        """Return why resting is impossible from the start, or ""."""
        return unworkable(spec, view)

    def start(self, spec: ParentSpec, view: View, rng: Random) -> tuple[State, Sequence[Intent]]:
        """Post the whole quantity."""
        del rng
        params = _params(spec)
        state, intents = _post(RestState(), view)
        if params.deadline_s:
            at_ns = view.now_ns + params.deadline_s * 1_000_000_000
            return state, [*intents, WakeAt(at_ns=at_ns, tag=DEADLINE)]
        return state, intents

    def decide(
        self, state: State, event: StrategyEvent, view: View
    ) -> tuple[State, Sequence[Intent]]:
        """Return the next state and intents."""
        assert isinstance(state, RestState)
        if view.filled >= view.spec.quantity:
            return state, _finish_when_settled(view)
        if isinstance(event, Woke) and event.tag == DEADLINE:
            state = RestState(repegs=state.repegs, posted_ns=state.posted_ns, over=True)
        if state.over:
            return _after_deadline(state, view)
        match event:
            case Started():
                return state, []
            case Woke(tag="moved" | "far" | "look"):
                return _repeg(state, view)
            case Amended():
                return _amended(state, view)
            case _:  # progress, a retry, a restart: keep one order watched, or post again
                return _keep_posted(state, view)


def _post(state: RestState, view: View) -> tuple[RestState, Sequence[Intent]]:
    params = _params(view.spec)
    wanted = view.spec.quantity - view.filled - view.open_quantity
    if wanted < view.min_quantity():
        if view.children:
            return state, [*_unwatched(), Idle(reason="what is left is in doubt or too small")]
        return state, [_give_up("below every venue's smallest order", view)]
    posted = RestState(repegs=state.repegs, posted_ns=view.now_ns)
    retry_ns = view.now_ns + max(RETRY_NS, params.repeg_interval_ms * 1_000_000)
    return posted, [
        _wanted(wanted, view),
        WakeAt(at_ns=retry_ns, tag=RETRY),
        *_unwatched(),
        Idle(reason=f"resting at {params.peg}"),
    ]


def _keep_posted(state: RestState, view: View) -> tuple[RestState, Sequence[Intent]]:
    """Watch the order that rests; post again when there is none and the interval allows it."""
    working = _awaited(view)
    if working:
        return _topped_up(state, working, view)
    params = _params(view.spec)
    earliest_ns = state.posted_ns + params.repeg_interval_ms * 1_000_000
    if state.posted_ns and view.now_ns < earliest_ns:
        return state, [
            WakeAt(at_ns=earliest_ns, tag=RETRY),
            *_unwatched(),
            Idle(reason="posting again in a moment"),
        ]
    if why := view.parked_reason():
        return state, [
            Idle(reason=f"parked: {why}", parked=True),
            WakeWhen(condition=BookChanged(), tag=RETRY),
        ]
    return _post(state, view)


def _topped_up(
    state: RestState, working: Sequence[ChildView], view: View
) -> tuple[RestState, Sequence[Intent]]:
    """Watch what rests, and post beside it what the parent grew by or one venue could not hold."""
    keeping = _watch(state, working[0], view)
    more = view.spec.quantity - view.filled - view.open_quantity
    if more < view.min_quantity() or any(child.cancelling for child in working):
        return state, keeping
    params = _params(view.spec)
    earliest_ns = state.posted_ns + params.repeg_interval_ms * 1_000_000
    if view.now_ns < earliest_ns:
        return state, [*keeping, WakeAt(at_ns=earliest_ns, tag=RETRY)]
    return structs.replace(state, posted_ns=view.now_ns), [*keeping, _wanted(more, view)]


def _wanted(quantity: Decimal, view: View) -> Post:
    """Return the intent to rest `quantity`; who crosses at a deadline may be made to cross before."""
    params = _params(view.spec)
    crosses = bool(params.deadline_s) and params.at_deadline == "cross"
    deadline_ns = view.started_ns + params.deadline_s * 1_000_000_000
    return Post(
        quantity=quantity,
        limit=view.limit,
        peg=Peg(params.peg),
        offset_ticks=params.offset_ticks,
        behind=params.peg_depth,
        leg=MAKER,
        until_ns=deadline_ns if params.deadline_s else 0,
        cross_leg=CROSS if crosses and not view.spec.passive_only else "",
    )


def _watch(state: RestState, child: ChildView, view: View) -> Sequence[Intent]:
    params = _params(view.spec)
    says = Idle(reason=f"resting {plain(child.quantity)} at {plain(child.price)} on {child.venue}")
    if child.cancelling or state.repegs >= params.repeg_max or too_little_to_move(child, view):
        return [Unwake(tag=RETRY), *_unwatched(), says]
    watches: list[Intent] = [
        WakeWhen(condition=condition, tag=tag)
        for condition, tag in zip(
            watched(child, view, _pegging(params), params.repeg_ticks), (MOVED, FAR), strict=False
        )
    ]
    if params.peg == Peg.CUMULATIVE.value:
        # Depth behind an unmoved touch comes and goes without a sign.
        later_ns = view.now_ns + max(params.repeg_interval_ms * 1_000_000, RETRY_NS)
        watches.append(WakeAt(at_ns=later_ns, tag=LOOK))
    return [Unwake(tag=RETRY), *watches, says]


def _repeg(state: RestState, view: View) -> tuple[RestState, Sequence[Intent]]:
    """Withdraw to post again at the new touch, not more often than the interval allows.

    Only for another place: a touch that came back, or one beyond the limit, is no reason to lose
    the queue. A book that cannot be trusted any more is one.
    """
    working = _awaited(view)
    if not working:
        return _keep_posted(state, view)  # what was watched has ended since
    params, child = _params(view.spec), working[0]
    if child.cancelling or too_little_to_move(child, view):
        return state, _watch(state, child, view)
    if not misplaced(child, view, _pegging(params), params.repeg_ticks):
        return state, _watch(state, child, view)
    earliest_ns = state.posted_ns + params.repeg_interval_ms * 1_000_000
    if view.now_ns < earliest_ns:
        return state, [WakeAt(at_ns=earliest_ns, tag=MOVED)]
    moved = RestState(repegs=state.repegs + 1, posted_ns=state.posted_ns)
    return moved, [Withdraw(leg=MAKER), Idle(reason="the touch moved: re-pegging")]


def _amended(state: RestState, view: View) -> tuple[RestState, Sequence[Intent]]:
    """Rest for the new quantity at the new limit: as one order, once the old one has gone."""
    more = view.spec.quantity - view.filled - view.open_quantity
    if _awaited(view) and more >= view.min_quantity():
        again = RestState(repegs=state.repegs)
        return again, [Withdraw(leg=MAKER), Idle(reason="amended: posting again")]
    return _repeg(state, view)


def _after_deadline(state: RestState, view: View) -> tuple[RestState, Sequence[Intent]]:
    quiet: list[Intent] = [*_unwatched(), Unwake(tag=RETRY)]
    if _awaited(view):
        return state, [*quiet, Withdraw(leg=MAKER), Idle(reason="deadline: awaiting the cancel")]
    left = view.spec.quantity - view.filled - view.open_quantity
    crosses = _params(view.spec).at_deadline == "cross" and left >= view.min_quantity()
    if crosses and state.crossings < CROSS_ATTEMPTS:
        return _cross(state, view, left, quiet)
    if view.children:
        return state, [*quiet, Idle(reason="deadline over, a child is in doubt")]
    why = "the deadline is over"
    if ZERO < left < view.min_quantity():
        why = "below every venue's smallest order"
    elif crosses:
        why = view.why_nothing(view.limit)
    return state, [_give_up(why, view)]


def _cross(
    state: RestState, view: View, left: Decimal, quiet: Sequence[Intent]
) -> tuple[RestState, Sequence[Intent]]:
    """Take what is left, after a while again: what faded may come back, the view needs time."""
    earliest_ns = state.posted_ns + RETRY_NS
    if state.crossings and view.now_ns < earliest_ns:
        again = WakeAt(at_ns=earliest_ns, tag=RETRY)
        return state, [*quiet, again, Idle(reason="deadline: crossing again in a moment")]
    crossed = RestState(
        repegs=state.repegs, posted_ns=view.now_ns, over=True, crossings=state.crossings + 1
    )
    again = WakeAt(at_ns=view.now_ns + RETRY_NS, tag=RETRY)
    if view.available(view.spec.side, view.limit, left) <= ZERO:
        why = view.why_nothing(view.limit)
        return crossed, [*quiet, again, Idle(reason=f"parked: {why}", parked=True)]
    take = Take(quantity=left, limit=view.limit, leg=CROSS)
    return crossed, [*quiet, again, take, Idle(reason="deadline: crossing within the limit")]


def _give_up(why: str, view: View) -> Finish:
    return Finish(reason=f"{plain(view.spec.quantity - view.filled)} left: {why}", complete=False)


def _finish_when_settled(view: View) -> Sequence[Intent]:
    if view.children:
        return [*_unwatched(), Unwake(tag=RETRY), Idle(reason="filled; awaiting answers")]
    return [Finish(reason="filled", complete=True)]


def _awaited(view: View) -> Sequence[ChildView]:
    return [child for child in view.children if not child.in_doubt]


def _pegging(params: RestParams) -> Pegging:
    return Pegging(peg=Peg(params.peg), offset_ticks=params.offset_ticks, behind=params.peg_depth)


def _unwatched() -> Sequence[Unwake]:
    return [Unwake(tag=tag) for tag in _WATCHES]


def _params(spec: ParentSpec) -> RestParams:
    assert isinstance(spec.params, RestParams)
    return spec.params
