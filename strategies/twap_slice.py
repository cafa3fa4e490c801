"""What does one slice of a TWAP do: rest at the touch first, re-pegged within bounds, then cross."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import structs

from strategies.base import ChildView, View
from strategies.intents import (
    Idle,
    Intent,
    Peg,
    Pegging,
    Rest,
    Take,
    Unwake,
    WakeAt,
    WakeWhen,
    Withdraw,
)
from strategies.pegging import misplaced, too_little_to_move, watched
from strategies.twap_room import slice_room, smallest
from strategies.twap_state import TwapState, params_of, schedule_of
from venues.model.numbers import ZERO

SLICE, CROSS, RETRY, MOVED = "slice", "cross", "retry", "moved"
PASSIVE, TAKER = "passive", "taker"

# Not more often than this is a slice posted again, or tried again for volume to come.
PACE_NS = 1_000_000_000
# So many resting children are watched one by one; more are brought together in one.
_CHILDREN_MOST = 3

_WATCHES: Final = tuple(f"{MOVED}{n}" for n in range(_CHILDREN_MOST))
_UNWATCHED: Final = tuple(Unwake(tag=tag) for tag in (MOVED, *_WATCHES))

AT_THE_TOUCH = Pegging()

Decision = tuple[TwapState, Sequence[Intent]]


def begin(state: TwapState, view: View) -> Decision:
    """Trade what the schedule is ahead of us, at most as much as catching up allows."""
    following: list[Intent] = [next_wake(state, view)]
    if is_passive(view):
        state = structs.replace(state, repegs=0, crossing=False)
        return _post(structs.replace(state, resting=True), view, following)
    wanted = slice_room(state, view)
    if wanted.quantity <= ZERO:
        quiet = structs.replace(state, crossing=False)
        return quiet, [*following, *_waiting(quiet, view, wanted.why)]
    fraction = params_of(view.spec).passive_fraction
    resting = _restable(wanted.quantity, state, view) if fraction else ZERO
    if resting > ZERO and not awaited(view):
        cross_ns = view.now_ns + int(state.horizon_ns // state.count * fraction)
        state = structs.replace(state, repegs=0, crossing=False, resting=True, cross_ns=cross_ns)
        return _post(state, view, [*following, WakeAt(at_ns=cross_ns, tag=CROSS)])
    return cross(state, view, following)


def go_on(state: TwapState, view: View) -> Decision:
    """Decide what the present slice does after news of its children."""
    if state.crossing:
        return cross(state, view)
    if state.resting:
        return _keep_resting(state, view)
    return state, _waiting(state, view)


def cross(state: TwapState, view: View, also: Sequence[Intent] = ()) -> Decision:
    """End the passive part, await its answers, then take what the slice still lacks."""
    state = structs.replace(state, crossing=True, resting=False)
    quiet = _unwatched()
    if any(child.leg == PASSIVE for child in awaited(view)):
        waits = Idle(reason="awaiting the passive cancel")
        return state, [*also, *quiet, Withdraw(leg=PASSIVE), waits]
    done = structs.replace(state, crossing=False)
    wanted = slice_room(state, view)
    if wanted.quantity <= ZERO:
        return done, [*also, *quiet, *_waiting(done, view, wanted.why)]
    take, idle = taken(wanted.quantity, view, last=_is_last(state, view))
    return done, [*also, *quiet, *take, *([idle] if idle else _waiting(done, view))]


def moved(state: TwapState, view: View) -> Decision:
    """Withdraw what no longer stands at the touch, to post it again; within bounds."""
    if not state.resting:
        return state, _waiting(state, view)
    away = [
        c
        for c in _open_passive(view)
        if not too_little_to_move(c, view) and misplaced(c, view, AT_THE_TOUCH, 1)
    ]
    if not away or state.repegs >= params_of(view.spec).repeg_max:
        return _keep_resting(state, view)
    earliest_ns = state.posted_ns + PACE_NS
    if view.now_ns < earliest_ns:
        return state, [*_unwatched(), WakeAt(at_ns=earliest_ns, tag=MOVED)]
    return state, [*_unwatched(), Withdraw(leg=PASSIVE), Idle(reason="re-pegging the slice")]


def taken(wanted: Decimal, view: View, *, last: bool) -> tuple[Sequence[Take], Idle | None]:
    """Return the take of `wanted`, or that there is nothing to take from.

    The last one may go to the limit: what it leaves behind may be too small to trade at all.
    """
    if view.available(view.spec.side, view.limit, wanted) <= ZERO:
        why = view.why_nothing(view.limit)
        return [], Idle(reason=f"parked: {why}", parked=True)
    return [Take(quantity=wanted, limit=view.limit, leg=TAKER, to_the_limit=last)], None


def awaited(view: View) -> Sequence[ChildView]:
    """Return the children whose end will be answered soon; one in doubt may take minutes."""
    return [child for child in view.children if not child.in_doubt]


def is_passive(view: View) -> bool:
    """Return whether this parent never takes."""
    return view.spec.passive_only


def _keep_resting(state: TwapState, view: View) -> Decision:
    """Watch what rests; post again, not at once, what a venue threw out or what more may rest."""
    resting = _open_passive(view)
    if any(child.cancelling for child in resting):
        return state, [Idle(reason="re-pegging the slice")]
    if resting and len(resting) == len(awaited(view)):
        return state, _watching(state, resting, view)
    return _post(state, view)


def _post(state: TwapState, view: View, also: Sequence[Intent] = ()) -> Decision:
    """Post what the slice lacks, unless it was posted a moment ago or often enough."""
    resting = _open_passive(view)
    wanted = slice_room(state, view)
    quantity = _restable(wanted.quantity, state, view) if wanted.quantity > ZERO else ZERO
    if quantity <= ZERO:
        return state, [*also, *_watching(state, resting, view, wanted.why)]
    if len(resting) >= _CHILDREN_MOST:
        return state, [*also, Withdraw(leg=PASSIVE), Idle(reason="bringing the slices together")]
    fresh = bool(also)
    if not fresh and state.repegs >= params_of(view.spec).repeg_max:
        return state, _watching(state, resting, view, "re-pegged often enough: next slice")
    earliest_ns = state.posted_ns + PACE_NS
    if not fresh and state.posted_ns and view.now_ns < earliest_ns:
        again = WakeAt(at_ns=earliest_ns, tag=RETRY)
        return state, [*also, again, Idle(reason="posting again in a moment")]
    if why := view.parked_reason():
        again = WakeAt(at_ns=view.now_ns + PACE_NS, tag=RETRY)
        return state, [*also, again, Idle(reason=f"parked: {why}", parked=True)]
    repegs = state.repegs if fresh else state.repegs + 1
    posted = structs.replace(state, posted_ns=view.now_ns, repegs=repegs)
    return posted, [
        *also,
        Rest(
            quantity=quantity,
            limit=view.limit,
            peg=Peg.PRIMARY,
            leg=PASSIVE,
            until_ns=0 if is_passive(view) else state.cross_ns,
            cross_leg="" if is_passive(view) else TAKER,
        ),
        Unwake(tag=RETRY),
        Idle(reason="resting the slice at the touch"),
    ]


def _watching(
    state: TwapState, resting: Sequence[ChildView], view: View, why: str = ""
) -> Sequence[Intent]:
    """Watch the touch each child stands at; say why no more rests."""
    bound = params_of(view.spec).repeg_max
    watches: list[Intent] = [*_unwatched()]
    if state.repegs < bound:
        for n, child in enumerate(resting[:_CHILDREN_MOST]):
            if not too_little_to_move(child, view):
                (condition,) = watched(child, view, AT_THE_TOUCH, 1)
                watches.append(WakeWhen(condition=condition, tag=_WATCHES[n]))
    if resting:
        return [*watches, Idle(reason=why or "resting the slice at the touch")]
    return [*watches, *_waiting(state, view, why)]


def _unwatched() -> Sequence[Unwake]:
    return _UNWATCHED


def _open_passive(view: View) -> Sequence[ChildView]:
    return [child for child in awaited(view) if child.leg == PASSIVE]


def _restable(wanted: Decimal, state: TwapState, view: View) -> Decimal:
    """Return how much of `wanted` may rest: of the last slice enough is kept back to be crossed.

    A fill that leaves less than a venue's minimum would leave it for ever. Who never crosses has
    nothing to keep back for.
    """
    if is_passive(view) or not _is_last(state, view):
        return wanted
    rest = wanted - 2 * smallest(view)
    return rest if rest >= smallest(view) else ZERO


def _is_last(state: TwapState, view: View) -> bool:
    """Return whether no further slice will come: this one must not leave dust."""
    return schedule_of(state, params_of(view.spec)).next_ns(view.now_ns) is None


def next_wake(state: TwapState, view: View) -> WakeAt:
    """Return the wake-up for the next slice, or for the end."""
    next_ns = schedule_of(state, params_of(view.spec)).next_ns(view.now_ns)
    return WakeAt(at_ns=state.end_ns if next_ns is None else next_ns, tag=SLICE)


def _waiting(state: TwapState, view: View, why: str = "") -> Sequence[Intent]:
    """Say when the next slice comes; where only volume is missing, look again before."""
    if why and view.spec.max_participation is not None:
        again = WakeAt(at_ns=view.now_ns + PACE_NS, tag=RETRY)
        return [again, Idle(reason=f"waiting: {why}")]
    seconds = (next_wake(state, view).at_ns - view.now_ns) // 1_000_000_000
    asked = params_of(view.spec).slices
    merged = f", {state.count} slices instead of {asked}: none may be smaller"
    said = why or f"waiting: next slice in {seconds} s"
    return [Idle(reason=f"{said}{merged if state.count < asked else ''}")]
