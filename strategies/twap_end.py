"""What does a TWAP do with what is left after its horizon: cancel, rest at the limit, or sweep?"""

from collections.abc import Sequence

from msgspec import structs

from strategies.base import View
from strategies.intents import Finish, Idle, Intent, Peg, Rest, Unwake, WakeAt, Withdraw
from strategies.twap_room import room, smallest, to_do
from strategies.twap_slice import CROSS, PACE_NS, PASSIVE, RETRY, Decision, awaited, taken
from strategies.twap_state import TwapState, params_of
from venues.model.numbers import ZERO, plain

LEFTOVER = "leftover"
LAST = "last"

# What finds no depth, no volume or no venue is tried so often in vain, then it is given up.
ATTEMPTS = 20
# A sweep that gets a little each time ends, too: after a second horizon, but no sooner than this.
SWEEP_NS_LEAST = 60_000_000_000


def after_the_end(state: TwapState, view: View) -> Decision:
    """After the horizon: withdraw the last slice, await every answer, then the leftover policy."""
    if any(child.leg != LAST for child in awaited(view)):
        quiet: list[Intent] = [Unwake(tag=CROSS), Unwake(tag=RETRY)]
        return state, [*quiet, Withdraw(leg=PASSIVE), Idle(reason="awaiting answers")]
    left = to_do(state, view)
    if view.children and left <= ZERO:
        if awaited(view):
            return state, [Idle(reason="horizon over: the rest waits at the limit")]
        return _untried(state), [Idle(reason="only the venue knows the rest: in doubt")]
    if state.forfeited_lots and left <= ZERO:
        return state, [_given_up(view, "forfeited while paused")]
    leftover = params_of(view.spec).leftover
    if view.spec.passive_only and leftover == "sweep_within_limit":
        leftover = "cancel"
    if leftover == "cancel":
        if view.children:
            return state, [Idle(reason="horizon over, a child is in doubt")]
        return state, [_given_up(view, "horizon over")]
    if left < smallest(view):
        if view.children:
            return state, [Idle(reason="the rest is in doubt or too small")]
        if left < view.min_quantity():
            return state, [_given_up(view, "less than any venue takes")]
    return _try(state, view)


def _try(state: TwapState, view: View) -> Decision:
    """Rest or sweep what is left, a second after the last time; `ATTEMPTS` times without a fill."""
    if view.filled > state.leftover_filled:
        tries = min(state.leftover_attempts, 1)
        state = structs.replace(state, leftover_attempts=tries, leftover_filled=view.filled)
    earliest_ns = state.posted_ns + PACE_NS
    if state.leftover_attempts and view.now_ns < earliest_ns:
        again = WakeAt(at_ns=earliest_ns, tag=LEFTOVER)
        return state, [again, Idle(reason="waiting for depth to return")]
    allowed = room(to_do(state, view), state, view)
    if state.leftover_attempts >= ATTEMPTS or _too_late(state, view):
        if view.children:
            return _untried(state), [Idle(reason="gave up on depth, a child is open or in doubt")]
        return state, [_given_up(view, allowed.why or _why_left(view))]
    tried = structs.replace(
        state, leftover_attempts=state.leftover_attempts + 1, posted_ns=view.now_ns
    )
    again = WakeAt(at_ns=view.now_ns + PACE_NS, tag=LEFTOVER)
    if allowed.quantity <= ZERO:
        return tried, [again, Idle(reason=f"waiting: {allowed.why}")]
    if params_of(view.spec).leftover == "rest_at_limit":
        # One tick behind the other side where the limit lies beyond it: an order that rests.
        post = Rest(quantity=allowed.quantity, limit=view.limit, peg=Peg.OPPOSITE, leg=LAST)
        return tried, [post, again, Idle(reason="resting the leftover at the limit")]
    take, idle = taken(allowed.quantity, view, last=True)
    sweeping: Sequence[Intent] = [Idle(reason="sweeping the leftover within the limit")]
    return tried, [*take, *([again] if not take else []), *([idle] if idle else sweeping)]


def _too_late(state: TwapState, view: View) -> bool:
    """Return whether a sweep has had its time; what rests at the limit may wait.

    What a doubt held back until now has not: it is tried once, however late it is.
    """
    if params_of(view.spec).leftover == "rest_at_limit":
        return False
    if not state.posted_ns and not view.children:
        return False
    return view.now_ns >= state.end_ns + max(state.horizon_ns, SWEEP_NS_LEAST)


def _untried(state: TwapState) -> TwapState:
    """Return the state of a parent that waits for a doubt: what that gives back is yet to be tried."""
    return structs.replace(state, posted_ns=0)


def _why_left(view: View) -> str:
    """Return why nothing more was traded: what is there to take now came too late."""
    if view.available(view.spec.side, view.limit, view.spec.quantity - view.filled) > ZERO:
        return "the time to sweep is over"
    return view.why_nothing(view.limit)


def _given_up(view: View, why: str) -> Finish:
    left = plain(view.spec.quantity - view.filled)
    return Finish(reason=f"{left} left: {why}", complete=False)
