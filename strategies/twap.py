"""TWAP: a parent in slices over a horizon, each first passive if asked, then crossing.

The schedule is arithmetic (`strategies.schedule`, stretched by `strategies.pacing`); a slice decides
about the distance between it and what is filled or still open (`strategies.twap_slice`). A slice that
could not trade is not lost: later ones catch up as asked, and after the horizon the leftover policy
rules (`strategies.twap_end`). What goes first when rules collide: limit, passive_only, then
participation, clips and catch-up, then completion. Nothing here can trade beyond the limit.
"""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import ClassVar, assert_never

from msgspec import structs

from strategies.base import (
    Amended,
    Progressed,
    Resumed,
    Started,
    State,
    StrategyEvent,
    View,
    Woke,
)
from strategies.conditions import BookChanged
from strategies.feasible import unworkable
from strategies.intents import Finish, Idle, Intent, Take, Unwake, WakeAt, WakeWhen, Withdraw
from strategies.schedule import feasible_count
from strategies.spec import ParentSpec
from strategies.twap_end import LAST, after_the_end
from strategies.twap_room import room, smallest, to_do
from strategies.twap_slice import (
    CROSS,
    PACE_NS,
    PASSIVE,
    RETRY,
    TAKER,
    Decision,
    begin,
    cross,
    go_on,
    moved,
    next_wake,
)
from strategies.twap_state import TwapState, brought_up_to_date, first_state, params_of
from venues.model.numbers import ZERO, ceil_lots, floor_to, lots_in, plain

WOULD = "would"


class Twap:
    """Decisions of a TWAP parent."""

    kind: ClassVar[str] = "twap"
    state_type: ClassVar[type[State]] = TwapState

    def refusal(self, spec: ParentSpec, view: View) -> str:
        """Return why this TWAP is impossible from the start, or ""."""
        return unworkable(spec, view) or _clips_refused(spec, view)

    def start(self, spec: ParentSpec, view: View, rng: Random) -> tuple[State, Sequence[Intent]]:
        """Lay out the slices, merged up to the venue minimum, and begin the first."""
        state = first_state(view, _count(spec, view), rng.getrandbits(53))
        return _decide(state, Started(), view)

    def decide(
        self, state: State, event: StrategyEvent, view: View
    ) -> tuple[State, Sequence[Intent]]:
        """Return the next state and intents."""
        assert isinstance(state, TwapState)
        return _decide(brought_up_to_date(state, event, view), event, view)


def _decide(state: TwapState, event: StrategyEvent, view: View) -> Decision:
    if view.filled >= view.spec.quantity:
        return state, _finish_when_closed(view)
    if view.now_ns >= state.end_ns:
        return after_the_end(state, view)
    if view.spec.would_price is not None and not view.spec.passive_only:
        return _would(state, event, view, view.spec.would_price)
    return _scheduled(state, event, view)


def _scheduled(state: TwapState, event: StrategyEvent, view: View) -> Decision:
    """Decide what the schedule asks for."""
    match event:
        case Resumed():
            state, intents = begin(state, view)
            return state, [*(Unwake(tag=tag) for tag in (CROSS, RETRY)), *intents]
        case Woke(tag="slice") | Started() | Amended():
            return begin(state, view)
        case Woke(tag="cross"):
            return cross(state, view)
        case Woke(tag="retry"):
            return go_on(state, view) if state.resting or state.crossing else cross(state, view)
        case Woke(tag=tag) if tag.startswith("moved"):
            return moved(state, view)
        case Progressed() | Woke():
            return go_on(state, view)
        case _:
            assert_never(event)


def _would(state: TwapState, event: StrategyEvent, view: View, price: Decimal) -> Decision:
    """Take at once what is there at the would-price or better, whatever the schedule says."""
    if event == Woke(CROSS):
        state = structs.replace(state, crossing=True, resting=False)
    sign, now_ns = view.spec.side.sign, view.now_ns
    limit = min(price * sign, view.limit * sign) * sign
    free, least = max(to_do(state, view), ZERO), smallest(view)
    there = view.available(view.spec.side, limit, free + view.open_quantity)
    touch = view.touch(view.spec.side.opposite)
    near = touch is not None and (limit - touch) * sign >= ZERO
    # What rests keeps quantity and stands in its own way.
    passive = near and any(c.leg == PASSIVE and not c.in_doubt for c in view.children)
    holding = passive and (there > free or there < least)
    earliest_ns = max(state.would_ns + PACE_NS, now_ns)
    if there < least and not holding:
        state, intents = _scheduled(state, event, view)
        watches: list[Intent] = [
            WakeWhen(condition=c, tag=f"{WOULD}{n}")
            for n, c in enumerate(view.until_takeable(limit))
        ]
        watches.append(WakeWhen(condition=BookChanged(), tag=f"{WOULD} book"))
        if there > ZERO:
            watches.append(WakeAt(at_ns=now_ns + PACE_NS, tag=WOULD))
        return state, [*intents, *watches]
    allowed = room(min(there, free), state, view)
    if earliest_ns > now_ns or not (allowed.quantity or holding):
        state, intents = _scheduled(state, event, view)
        return state, [*intents, WakeAt(at_ns=max(earliest_ns, now_ns + PACE_NS), tag=WOULD)]
    tried = structs.replace(
        state,
        would_ns=now_ns if allowed.quantity else state.would_ns,
        resting=state.resting and not holding,
    )
    ready: list[Intent] = [next_wake(state, view), WakeAt(at_ns=now_ns + PACE_NS, tag=WOULD)]
    if holding:
        ready.append(Withdraw(leg=PASSIVE))
    if allowed.quantity:
        ready.append(Take(quantity=allowed.quantity, limit=limit, leg=TAKER))
    return tried, [*ready, Idle(reason=f"taking what is there at {plain(limit)} or better")]


def _count(spec: ParentSpec, view: View) -> int:
    """Return how many slices there will be: merged until each is worth an order."""
    params = params_of(spec)
    least = max(view.min_quantity() * Decimal("1.1"), spec.clip_min or ZERO)
    return feasible_count(
        lots_in(spec.quantity, view.lot),
        count=params.slices,
        min_lots=ceil_lots(least, view.lot),
        size_jitter=params.size_jitter,
    )


def _clips_refused(spec: ParentSpec, view: View) -> str:
    """Return why clip_max cannot work here, or ""."""
    if spec.clip_max is None:
        return ""
    most, count = floor_to(spec.clip_max, view.lot), _count(spec, view)
    if most < view.min_quantity():
        least = plain(view.min_quantity())
        return (
            f"clip_max {plain(spec.clip_max)} is below the smallest order any venue takes, {least}"
        )
    if most * count < spec.quantity:
        return (
            f"clip_max {plain(spec.clip_max)} allows {plain(most * count)} in {count} slices: "
            "more slices or a larger clip_max are needed"
        )
    return ""


def _finish_when_closed(view: View) -> Sequence[Intent]:
    if view.children:
        idle = Idle(reason="filled; awaiting answers")
        return [Withdraw(leg=PASSIVE), Withdraw(leg=LAST), idle]
    return [Finish(reason="filled", complete=True)]
