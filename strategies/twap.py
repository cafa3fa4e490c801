"""TWAP: a parent in slices over a horizon, each first passive if asked, then crossing.

The schedule is arithmetic (`strategies.schedule`); this file decides what a slice does about the
distance between the schedule and what is filled or still open. A slice that could not trade is not
lost: the next one carries it, capped at `catch_up` times the nominal size, and after the horizon the
leftover policy sweeps within the limit or gives up. Nothing here can trade beyond the limit.
"""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import ClassVar, assert_never

from msgspec import structs

from strategies.base import (
    Amended,
    ChildView,
    Progressed,
    Resumed,
    Started,
    State,
    StrategyEvent,
    View,
    Woke,
)
from strategies.feasible import unworkable
from strategies.intents import (
    Finish,
    Idle,
    Intent,
    Peg,
    Rest,
    Take,
    Unwake,
    WakeAt,
    Withdraw,
)
from strategies.pacing import Schedule
from strategies.schedule import feasible_count
from strategies.spec import ParentSpec
from strategies.twap_state import (
    TwapState,
    brought_up_to_date,
    first_state,
    params_of,
    schedule_of,
)
from venues.model.numbers import ZERO, ceil_lots, lots_in, plain

SLICE, CROSS, LEFTOVER = "slice", "cross", "leftover"
PASSIVE, TAKER = "passive", "taker"

# A leftover sweep that fades is tried again this often, this many times: then it is given up.
LEFTOVER_RETRY_NS = 1_000_000_000
LEFTOVER_ATTEMPTS = 20


class Twap:
    """Decisions of a TWAP parent."""

    kind: ClassVar[str] = "twap"
    state_type: ClassVar[type[State]] = TwapState

    def refusal(self, spec: ParentSpec, view: View) -> str:
        """Return why this TWAP is impossible from the start, or ""."""
        return unworkable(spec, view)

    def start(self, spec: ParentSpec, view: View, rng: Random) -> tuple[State, Sequence[Intent]]:
        """Lay out the slices, merged up to the venue minimum, and begin the first."""
        params = params_of(spec)
        count = feasible_count(
            lots_in(spec.quantity, view.lot),
            count=params.slices,
            min_lots=ceil_lots(view.min_quantity() * Decimal("1.1"), view.lot),
            size_jitter=params.size_jitter,
        )
        state = first_state(view, count, rng.getrandbits(53))
        return _begin_slice(state, view)

    def decide(
        self, state: State, event: StrategyEvent, view: View
    ) -> tuple[State, Sequence[Intent]]:
        """Return the next state and intents."""
        assert isinstance(state, TwapState)
        state = brought_up_to_date(state, event, view)
        if view.filled >= view.spec.quantity:
            return state, _finish_when_closed(view)
        match event:
            case Woke(tag="slice"):
                return _begin_slice(state, view)
            case Woke(tag="cross"):
                return _cross(_with(state, crossing=True), view)
            case Woke(tag="leftover") if view.now_ns >= state.end_ns:
                return _sweep_leftover(state, view)
            case Progressed():
                if view.now_ns >= state.end_ns:
                    return _after_the_end(state, view)
                if state.crossing:
                    return _cross(state, view)
                return state, [_waiting(state, view)]
            case Started() | Woke():
                return state, []
            case Resumed() | Amended():  # the schedule goes on from what is due now
                return _begin_slice(state, view)
            case _:
                assert_never(event)


def _begin_slice(state: TwapState, view: View) -> tuple[State, Sequence[Intent]]:
    """Trade what the schedule is ahead of us, at most `catch_up` slices of it."""
    if view.now_ns >= state.end_ns:
        return _after_the_end(state, view)
    following = [_next_wake(state, view)]
    wanted = _behind(state, view)
    if wanted <= ZERO:
        return _with(state, crossing=False), [*following, _waiting(state, view)]
    fraction = params_of(view.spec).passive_fraction
    resting = _restable(wanted, state, view) if fraction else ZERO
    if resting > ZERO and not _awaited(view):
        cross_ns = view.now_ns + int(state.horizon_ns // state.count * fraction)
        post = Rest(quantity=resting, limit=view.limit, peg=Peg.PRIMARY, leg=PASSIVE)
        return _with(state, crossing=False), [
            *following,
            post,
            WakeAt(at_ns=cross_ns, tag=CROSS),
            Idle(reason="resting the slice at the touch"),
        ]
    return _cross(_with(state, crossing=True), view, following)


def _cross(
    state: TwapState, view: View, also: Sequence[Intent] = ()
) -> tuple[State, Sequence[Intent]]:
    """End the passive part, await its answers, then take what the slice still lacks."""
    if any(child.leg == PASSIVE for child in _awaited(view)):
        return state, [*also, Withdraw(leg=PASSIVE), Idle(reason="awaiting the passive cancel")]
    done = _with(state, crossing=False)
    wanted = _behind(state, view)
    if wanted <= ZERO:
        return done, [*also, _waiting(state, view)]
    take, idle = _take(wanted, view, last=_is_last(state, view))
    return done, [*also, *take, idle or _waiting(state, view)]


def _after_the_end(state: TwapState, view: View) -> tuple[State, Sequence[Intent]]:
    """After the horizon: withdraw what rests, await every answer, then the leftover policy."""
    if _awaited(view):
        return state, [Withdraw(leg=PASSIVE), Unwake(tag=CROSS), Idle(reason="awaiting answers")]
    if view.children and view.filled + view.open_quantity >= view.spec.quantity:
        return state, [Idle(reason="only the venue knows the rest: in doubt")]
    if state.forfeited_lots and _to_do(state, view) <= ZERO:
        if view.children:
            return state, [Idle(reason="horizon over, a child is in doubt")]
        return state, [Finish(reason=_left(view, "forfeited while paused"), complete=False)]
    if view.children and params_of(view.spec).leftover == "cancel":
        return state, [Idle(reason="horizon over, a child is in doubt")]
    if params_of(view.spec).leftover == "cancel":
        return state, [Finish(reason=_left(view, "horizon over"), complete=False)]
    if state.leftover_attempts == 0:
        return _sweep_leftover(state, view)
    retry_ns = view.now_ns + LEFTOVER_RETRY_NS
    return state, [WakeAt(at_ns=retry_ns, tag=LEFTOVER), Idle(reason="waiting for depth to return")]


def _sweep_leftover(state: TwapState, view: View) -> tuple[State, Sequence[Intent]]:
    if _awaited(view):
        return state, [Idle(reason="awaiting answers")]
    if state.leftover_attempts >= LEFTOVER_ATTEMPTS:
        if view.children:
            return state, [Idle(reason="gave up on depth, a child is in doubt")]
        why = view.why_nothing(view.limit)
        return state, [Finish(reason=_left(view, why), complete=False)]
    tried = _with(state, leftover_attempts=state.leftover_attempts + 1)
    left = _to_do(state, view)
    if not view.children and left < view.min_quantity():
        return state, [Finish(reason=_left(view, "less than any venue takes"), complete=False)]
    take, idle = _take(left, view, last=True)
    if take:
        return tried, [*take, Idle(reason="sweeping the leftover within the limit")]
    retry_ns = view.now_ns + LEFTOVER_RETRY_NS
    return tried, [WakeAt(at_ns=retry_ns, tag=LEFTOVER), *([idle] if idle else [])]


def _take(wanted: Decimal, view: View, *, last: bool) -> tuple[Sequence[Take], Idle | None]:
    """Return the take of `wanted`, or why it cannot be: too small yet, or nothing to take from.

    The last one may go to the limit: what it leaves behind may be too small to trade at all.
    """
    if wanted < view.min_quantity() and wanted < view.spec.quantity - view.filled:
        return [], Idle(reason="carrying less than a minimum to the next slice")
    if view.available(view.spec.side, view.limit, wanted) <= ZERO:
        why = view.why_nothing(view.limit)
        return [], Idle(reason=f"parked: {why}", parked=True)
    take = Take(quantity=wanted, limit=view.limit, leg=TAKER, to_the_limit=last)
    return [take], None


def _is_last(state: TwapState, view: View) -> bool:
    """Return whether no further slice will come: this one must not leave dust."""
    return _plan(state, view).next_ns(view.now_ns) is None


def _restable(wanted: Decimal, state: TwapState, view: View) -> Decimal:
    """Return how much of `wanted` may rest: of the last slice enough is kept back to be crossed.

    A fill that leaves less than a venue's minimum would leave it for ever.
    """
    if not _is_last(state, view):
        return wanted
    rest = wanted - 2 * view.min_quantity()
    return rest if rest >= view.min_quantity() else ZERO


def _behind(state: TwapState, view: View) -> Decimal:
    """Return what the schedule wants beyond what is filled or open, capped by catch-up.

    The cap never cuts the slice that is due itself, nor leaves the parent less than a minimum.
    """
    table, open_or_filled = _plan(state, view), view.filled + view.open_quantity
    behind = table.due_lots(view.now_ns) * view.lot - open_or_filled
    nominal_lots = max(state.lots // state.count, 1)
    cap_lots = int(params_of(view.spec).catch_up * nominal_lots)  # rounded down
    cap = max(cap_lots, table.latest_lots(view.now_ns)) * view.lot
    wanted = min(behind, max(cap, view.min_quantity()))
    left = _to_do(state, view)
    return left if ZERO < wanted < left < wanted + view.min_quantity() else wanted


def _to_do(state: TwapState, view: View) -> Decimal:
    """Return what is neither filled nor open nor forfeited by a pause."""
    return view.spec.quantity - state.forfeited_lots * view.lot - view.filled - view.open_quantity


def _awaited(view: View) -> Sequence[ChildView]:
    """Return the children whose end will be answered soon; one in doubt may take minutes."""
    return [child for child in view.children if not child.in_doubt]


def _plan(state: TwapState, view: View) -> Schedule:
    return schedule_of(state, params_of(view.spec))


def _next_wake(state: TwapState, view: View) -> WakeAt:
    next_ns = _plan(state, view).next_ns(view.now_ns)
    return WakeAt(at_ns=state.end_ns if next_ns is None else next_ns, tag=SLICE)


def _waiting(state: TwapState, view: View) -> Idle:
    seconds = (_next_wake(state, view).at_ns - view.now_ns) // 1_000_000_000
    asked = params_of(view.spec).slices
    merged = f", {state.count} slices instead of {asked}: no venue takes less"
    return Idle(reason=f"waiting: next slice in {seconds} s{merged if state.count < asked else ''}")


def _finish_when_closed(view: View) -> Sequence[Intent]:
    if view.children:
        return [Withdraw(leg=PASSIVE), Idle(reason="filled; awaiting answers")]
    return [Finish(reason="filled", complete=True)]


def _left(view: View, why: str) -> str:
    return f"{plain(view.spec.quantity - view.filled)} left: {why}"


def _with(
    state: TwapState, *, crossing: bool | None = None, leftover_attempts: int | None = None
) -> TwapState:
    return structs.replace(
        state,
        crossing=state.crossing if crossing is None else crossing,
        leftover_attempts=(
            state.leftover_attempts if leftover_attempts is None else leftover_attempts
        ),
    )
