"""Rest: post-only at a peg, re-pegged with bounds, with an optional deadline to cross or cancel."""

from collections.abc import Sequence
from random import Random
from typing import ClassVar

from strategies.base import ChildView, Started, State, StrategyEvent, View, Woke
from strategies.conditions import BookChanged, TouchMoved
from strategies.feasible import unworkable
from strategies.intents import Finish, Idle, Intent, Peg, Take, Unwake, WakeAt, WakeWhen, Withdraw
from strategies.intents import Rest as Post
from strategies.spec import ParentSpec, RestParams
from venues.model.numbers import ZERO

DEADLINE, MOVED, RETRY = "deadline", "moved", "retry"
MAKER, CROSS = "maker", "cross"
# A post that a venue refused or that found no venue is tried again after this.
RETRY_NS = 1_000_000_000
CROSS_ATTEMPTS = 5


class RestState(State, frozen=True, kw_only=True):
    """`posted_ns`: time of the last post; `over`: the deadline has passed, only crossing is left."""

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
            case Woke(tag="moved"):
                return _repeg(state, view)
            case _:  # progress, a retry, a restart: keep one order watched, or post again
                return _keep_posted(state, view)


def _post(state: RestState, view: View) -> tuple[RestState, Sequence[Intent]]:
    params = _params(view.spec)
    wanted = view.spec.quantity - view.filled - view.open_quantity
    if wanted < view.min_quantity():
        if view.children:
            return state, [Unwake(tag=MOVED), Idle(reason="what is left is in doubt or too small")]
        why = f"{view.spec.quantity - view.filled} left: below every venue's smallest order"
        return state, [Finish(reason=why, complete=False)]
    posted = RestState(repegs=state.repegs, posted_ns=view.now_ns)
    retry_ns = view.now_ns + max(RETRY_NS, params.repeg_interval_ms * 1_000_000)
    return posted, [
        Post(
            quantity=wanted,
            limit=view.limit,
            peg=Peg(params.peg),
            offset_ticks=params.offset_ticks,
            leg=MAKER,
        ),
        WakeAt(at_ns=retry_ns, tag=RETRY),
        Unwake(tag=MOVED),
        Idle(reason=f"resting at {params.peg}"),
    ]


def _keep_posted(state: RestState, view: View) -> tuple[RestState, Sequence[Intent]]:
    """Watch the order that rests; post again when there is none and the interval allows it."""
    working = _awaited(view)
    if working:
        return state, _watch(state, working[0], view)
    params = _params(view.spec)
    earliest_ns = state.posted_ns + params.repeg_interval_ms * 1_000_000
    if state.posted_ns and view.now_ns < earliest_ns:
        return state, [WakeAt(at_ns=earliest_ns, tag=RETRY), Unwake(tag=MOVED)]
    if not view.live_venues():
        reason = f"parked: {view.parked_reason()}"
        return state, [
            Idle(reason=reason, parked=True),
            WakeWhen(condition=BookChanged(), tag=RETRY),
        ]
    return _post(state, view)


def _watch(state: RestState, child: ChildView, view: View) -> Sequence[Intent]:
    params = _params(view.spec)
    if child.cancelling or state.repegs >= params.repeg_max:
        return [Unwake(tag=RETRY), Idle(reason=f"resting {child.quantity} at {child.price}")]
    # The peg is where the order would stand now; it moved when the touch left that place.
    watched = TouchMoved(
        venue=child.venue,
        side=view.spec.side,
        peg_tick=child.tick + view.spec.side.sign * params.offset_ticks,
        ticks=params.repeg_ticks,
    )
    return [
        Unwake(tag=RETRY),
        WakeWhen(condition=watched, tag=MOVED),
        Idle(reason=f"resting {child.quantity} at {child.price} on {child.venue}"),
    ]


def _repeg(state: RestState, view: View) -> tuple[RestState, Sequence[Intent]]:
    """Withdraw to post again at the new touch, not more often than the interval allows."""
    if not _awaited(view):
        return _keep_posted(state, view)  # what was watched has ended since
    params = _params(view.spec)
    earliest_ns = state.posted_ns + params.repeg_interval_ms * 1_000_000
    if view.now_ns < earliest_ns:
        return state, [WakeAt(at_ns=earliest_ns, tag=MOVED)]
    moved = RestState(repegs=state.repegs + 1, posted_ns=state.posted_ns)
    return moved, [Withdraw(leg=MAKER), Idle(reason="the touch moved: re-pegging")]


def _after_deadline(state: RestState, view: View) -> tuple[RestState, Sequence[Intent]]:
    quiet: list[Intent] = [Unwake(tag=MOVED), Unwake(tag=RETRY)]
    if _awaited(view):
        return state, [*quiet, Withdraw(leg=MAKER), Idle(reason="deadline: awaiting the cancel")]
    left = view.spec.quantity - view.filled - view.open_quantity
    cross = _params(view.spec).at_deadline == "cross" and state.crossings < CROSS_ATTEMPTS
    if cross and left > ZERO and view.available(view.spec.side, view.limit, left) > ZERO:
        crossed = RestState(
            repegs=state.repegs, posted_ns=state.posted_ns, over=True, crossings=state.crossings + 1
        )
        return crossed, [*quiet, Take(quantity=left, limit=view.limit, leg=CROSS)]
    if view.children:
        return state, [*quiet, Idle(reason="deadline over, a child is in doubt")]
    missing = view.spec.quantity - view.filled
    return state, [Finish(reason=f"{missing} left at the deadline", complete=False)]


def _finish_when_settled(view: View) -> Sequence[Intent]:
    if view.children:
        return [Unwake(tag=MOVED), Unwake(tag=RETRY), Idle(reason="filled; awaiting answers")]
    return [Finish(reason="filled", complete=True)]


def _awaited(view: View) -> Sequence[ChildView]:
    return [child for child in view.children if not child.in_doubt]


def _params(spec: ParentSpec) -> RestParams:
    assert isinstance(spec.params, RestParams)
    return spec.params
