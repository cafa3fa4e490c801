"""What goes wrong, how is it brought about at the paper venues, and how is it seen that it happened?

Each event bends the story of a kind around its first order, which leaves at second 10, arrives 50 ms
later and is answered 50 ms after that. `happened` asks the run, not the story, whether it came to that:
a cell in which nothing went wrong proves nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from router.engine.inputs import AmendParent, CancelParent, PauseParent, ResumeParent
from router.engine.records import ParentAmended, ParentMoved, Planned, RunOpened
from router.orders.parent import ParentState
from tests.matrix.first import First
from tests.matrix.kinds import CALM, ORDER_S, Kind
from tests.matrix.story import S_NS, STALE_S, Story, at_ns
from venues.model.events import (
    AnswerLost,
    Asked,
    Canceled,
    Filled,
)
from venues.model.numbers import plain
from venues.paper.listing import Refusal

FLIGHT_S: Final = ORDER_S + 0.02  # the first order has left and not arrived
SOON_S: Final = ORDER_S + 1  # it has been answered, and rests if it is one that does
CALM_S: Final = (
    ORDER_S + 2
)  # the first second in which others trade again, where nothing else is said
DUST: Final = Decimal("0.2")  # the venues take 0.5 at least


Bend = Callable[[Story, Kind], None]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that goes wrong: `bend` a story into it, see in a run that it `happened`.

    `says`: what a trader would say. `over_s`: when the market is kind again.
    """

    says: str
    bend: Bend
    happened: Callable[[First], bool]
    over_s: float = CALM_S


# -- part of it, and less than a venue takes -------------------------------------------------------


def _trade(story: Story, kind: Kind, quantity: str, second: float = SOON_S) -> None:
    """Let so much of the first order find somebody, and no more for now."""
    if kind.rests:
        story.prints("alpha", second + 0.02, kind.trades(quantity))
    else:
        story.book("alpha", FLIGHT_S, kind.thinned(quantity))
        story.book("alpha", CALM_S, kind.book)


def _partial(story: Story, kind: Kind) -> None:
    _trade(story, kind, "1")


def _part_traded(first: First) -> bool:
    return first.left_on_time and first.pieces[:1] == [1] and first.submit.quantity > 1


def _dust(story: Story, kind: Kind) -> None:
    _trade(story, kind, plain(Decimal(kind.size) - DUST))
    if kind.rests:
        _ends_unasked(story, kind)


def _dust_left(first: First) -> bool:
    return bool(first.ends) and first.pieces == [Decimal(first.kind.size) - DUST]


# -- a cancel, and what is told around it ----------------------------------------------------------


def _cancelled_under_way(story: Story, kind: Kind) -> None:
    story.says(SOON_S if kind.rests else FLIGHT_S, CancelParent(kind.parent))
    _trade(story, kind, "1")


def _traded_after_the_cancel(first: First) -> bool:
    said_ns = at_ns(SOON_S if first.kind.rests else FLIGHT_S)
    late = all(fill.ts_exchange_ns > said_ns for fill in first.traded)
    return late and first.pieces == [1] and first.asked_to_end()[:1] == [said_ns]


def _told_after_the_cancel(story: Story, kind: Kind) -> None:
    story.fault("alpha", "cum_behind", command="submit", number=kind.number, delay_ms=3000)
    _cancelled_under_way(story, kind)


def _told_after_the_end(story: Story, kind: Kind, late_ms: int = 3000) -> None:
    _trade(story, kind, "1")
    story.fault("alpha", "fill_late", command="submit", number=kind.number, delay_ms=late_ms)
    if kind.rests:
        _ends_unasked(story, kind)


def _ends_unasked(story: Story, kind: Kind) -> None:
    story.fault("alpha", "canceled_unasked", command="submit", number=kind.number, delay_ms=1500)


def _told_twice(story: Story, kind: Kind) -> None:
    story.fault("alpha", "doubled", command="submit", number=kind.number, delay_ms=700)
    _partial(story, kind)


def _heard_twice(first: First) -> bool:
    fills = [event for event in first.said if isinstance(event, Filled)]
    return len(fills) >= 2 and fills.count(fills[0]) == 2 and first.pieces[:1] == [1]


def _ended_without(first: First, *, counted: str) -> bool:
    """Return whether its end was told before its fill, with or without the fill in its total."""
    shown = [n for n, event in enumerate(first.said) if isinstance(event, Filled)]
    ended = [n for n, event in enumerate(first.said) if event in first.ends]
    totals = [end.cum_quantity for end in first.ends]
    return totals == [Decimal(counted)] and bool(shown) and shown[0] > ended[0]


def _venue_cancels(story: Story, kind: Kind) -> None:
    story.fault("alpha", "canceled_unasked", command="submit", number=kind.number, delay_ms=500)


def _canceled_unasked(first: First) -> bool:
    ended = [ns for ns, event in first.heard if isinstance(event, Canceled)]
    return len(ended) == 1 and not [ns for ns in first.asked_to_end() if ns < ended[0]]


# -- no answer, or a bad one -----------------------------------------------------------------------


def _answer_lost(story: Story, kind: Kind) -> None:
    story.fault("alpha", "answer_missing", command="submit", number=kind.number)


def _lost_though_taken(first: First) -> bool:
    return _was_lost(first) and first.truth is not None


def _was_lost(first: First) -> bool:
    return first.left_on_time and any(
        isinstance(e, AnswerLost) and e.asked is Asked.SUBMIT for e in first.said
    )


def _request_lost(story: Story, kind: Kind) -> None:
    story.fault("alpha", "request_lost", command="submit", number=kind.number)


def _never_arrived(first: First) -> bool:
    return _was_lost(first) and first.truth is None


def _rejected(story: Story, kind: Kind) -> None:
    story.fault(
        "alpha", "refused", command="submit", number=kind.number, reason="insufficient balance"
    )


def _moves_through(story: Story, kind: Kind) -> None:
    """Let the other side come to the order's price while it is on its way."""
    up = kind.side.value == "sell"
    price = Decimal(kind.price)
    near, far = (price, price + Decimal("0.1")) if up else (price - Decimal("0.1"), price)
    story.book("alpha", FLIGHT_S, f"10@{plain(near)} | 10@{plain(far)}")
    story.book("alpha", SOON_S, kind.book)


def _walks_away(story: Story, kind: Kind) -> None:
    """Let the price be gone when the order arrives: for now, or for good where it can be followed."""
    if kind.rests:
        story.everywhere(FLIGHT_S, kind.moved(Decimal("0.3") * kind.side.sign))
        return
    story.book("alpha", FLIGHT_S, kind.thinned(""))
    story.book("alpha", CALM_S, kind.book)


def _walked_away(first: First) -> bool:
    if first.kind.rests:
        moved_ns = at_ns(FLIGHT_S)
        changes = first.done.paper.tape.recordings[0].msg_exchange_ns
        return first.left_on_time and first.alive_at(SOON_S) and bool((changes == moved_ns).any())
    return [end.cum_quantity for end in first.ends] == [0]


def _stale(story: Story, kind: Kind) -> None:
    """Let alpha's book be old when an order is due, or soon after it rests."""
    story.silent("alpha", SOON_S if kind.rests else ORDER_S - 5, ORDER_S + 16)


def _was_stale(first: First) -> bool:
    """Return whether its plan went elsewhere for that, or what rests lived through it."""
    apart_ns = int(np.diff(first.done.paper.tape.recordings[0].msg_local_ns).max())
    if apart_ns < 10 * S_NS:
        return False
    skipped = [
        reason
        for _, r in first.done.records
        if isinstance(r, Planned)
        for venue, reason in r.plan.skipped
        if venue == "alpha" and "stale" in reason
    ]
    if first.kind.rests:
        return first.left_on_time and first.alive_at(SOON_S + STALE_S + 1)
    return bool(skipped) and first.submit.venue == "beta"


def _venue_silent(story: Story, kind: Kind) -> None:
    story.fault("alpha", "silence", from_ms=int(ORDER_S * 1000) + 20, for_ms=60_000)


def _nobody_answered(first: First) -> bool:
    answers = [ns for ns, event in first.heard if not isinstance(event, AnswerLost)]
    return _was_lost(first) and all(ns > at_ns(ORDER_S + 60) for ns in answers)


def _amended(by: str) -> Bend:
    def bend(story: Story, kind: Kind) -> None:
        total = Decimal(kind.quantity) * Decimal(by)
        word = AmendParent(parent_id=kind.parent, quantity=total)
        story.says(SOON_S if kind.rests else FLIGHT_S, word)

    return bend


def _was_amended(first: First) -> bool:
    return first.left_on_time and any(isinstance(r, ParentAmended) for _, r in first.done.records)


def _paused(story: Story, kind: Kind) -> None:
    story.says(SOON_S if kind.rests else FLIGHT_S, PauseParent(kind.parent))
    story.says(ORDER_S + 30, ResumeParent(kind.parent))


def _was_paused(first: First) -> bool:
    moves = [r.state for _, r in first.done.records if isinstance(r, ParentMoved)]
    return first.left_on_time and ParentState.PAUSED in moves


def _crash(story: Story, kind: Kind) -> None:
    story.dies(FLIGHT_S, back=ORDER_S + 3)


def _died_under_way(first: First) -> bool:
    told = [ns for ns, _ in first.heard]
    return first.left_on_time and _lives(first) == 2 and min(told, default=0) >= at_ns(ORDER_S + 3)


def _crash_afterwards(story: Story, kind: Kind) -> None:
    """Let 1 be told between the end of its order and any question about it, and die then."""
    _told_after_the_end(story, kind, late_ms=550 if kind.rests else 20)
    story.dies(ORDER_S + 4, back=ORDER_S + 5)


def _died_afterwards(first: First) -> bool:
    return _lives(first) == 2 and _ended_without(first, counted="1") and first.alive_at(ORDER_S + 4)


def _lives(first: First) -> int:
    return sum(isinstance(record, RunOpened) for _, record in first.done.records)


def _gap(story: Story, kind: Kind) -> None:
    """Let the market jump away from a taker, or through the price of what rests, and come back."""
    story.everywhere(SOON_S if kind.rests else FLIGHT_S, kind.gap)
    if kind.falls:
        story.prints("alpha", SOON_S, kind.falls)
    story.everywhere(ORDER_S + 16, CALM)


def _gapped(first: First) -> bool:
    gone = SOON_S if first.kind.rests else FLIGHT_S
    changes = first.done.paper.tape.recordings[0].msg_exchange_ns
    return first.left_on_time and first.alive_at(gone) and bool((changes == at_ns(gone)).any())


EVENTS: Final[Mapping[str, Event]] = {
    "nothing": Event(
        says="nothing goes wrong",
        bend=lambda story, kind: None,
        happened=lambda first: first.left_on_time,
    ),
    "partial fill": Event(
        says="only 1 of its first order trades for now", bend=_partial, happened=_part_traded
    ),
    "fill during cancel": Event(
        says="it is taken back, and 1 trades before the cancel arrives",
        bend=_cancelled_under_way,
        happened=_traded_after_the_cancel,
        over_s=ORDER_S + 6,
    ),
    "fill after cancel ack": Event(
        says="it is taken back, and 1 that the cancel did not count is told seconds later",
        bend=_told_after_the_cancel,
        happened=lambda first: _ended_without(first, counted="0"),
        over_s=ORDER_S + 6,
    ),
    "fill told late": Event(
        says="1 trades, the rest of its order ends, and only seconds later the 1 is told",
        bend=_told_after_the_end,
        happened=lambda first: _ended_without(first, counted="1"),
        over_s=ORDER_S + 6,
    ),
    "told twice": Event(
        says="only 1 of its first order trades for now, and all that is said of it is said again",
        bend=_told_twice,
        happened=_heard_twice,
    ),
    "lost answer": Event(
        says="the venue takes its first order and the answer is lost",
        bend=_answer_lost,
        happened=_lost_though_taken,
        over_s=ORDER_S + 6,
    ),
    "lost request": Event(
        says="its first order never arrives, and nobody says so",
        bend=_request_lost,
        happened=_never_arrived,
    ),
    "reject": Event(
        says="the venue refuses its first order for want of balance",
        bend=_rejected,
        happened=lambda first: first.left_on_time and first.refused("insufficient balance"),
    ),
    "venue cancels on its own": Event(
        says="the venue cancels its resting order unasked",
        bend=_venue_cancels,
        happened=_canceled_unasked,
    ),
    "post-only reject": Event(
        says="the other side comes to its price while its post-only order is under way",
        bend=_moves_through,
        happened=lambda first: first.left_on_time and first.refused(Refusal.POST_ONLY.value),
    ),
    "market walks away": Event(
        says="the price has gone when its first order arrives",
        bend=_walks_away,
        happened=_walked_away,
        over_s=ORDER_S + 8,
    ),
    "stale book": Event(
        says="the feed of its venue says nothing for a quarter of a minute",
        bend=_stale,
        happened=_was_stale,
        over_s=ORDER_S + 17,
    ),
    "venue silent": Event(
        says="the venue answers nothing for a minute",
        bend=_venue_silent,
        happened=_nobody_answered,
        over_s=ORDER_S + 61,
    ),
    "below minimum remainder": Event(
        says="all but 0.2 of its first order trades, less than any venue takes",
        bend=_dust,
        happened=_dust_left,
    ),
    "amend up": Event(
        says="it is to be half as much again", bend=_amended("1.5"), happened=_was_amended
    ),
    "amend down": Event(says="it is to be half of it", bend=_amended("0.5"), happened=_was_amended),
    "pause": Event(
        says="it is paused for half a minute",
        bend=_paused,
        happened=_was_paused,
        over_s=ORDER_S + 31,
    ),
    "crash and recover": Event(
        says="the process dies with its first order under way, and another one goes on",
        bend=_crash,
        happened=_died_under_way,
        over_s=ORDER_S + 8,
    ),
    "crash after a late fill": Event(
        says="1 is told after the end of its order, and then the process dies and another one goes on",
        bend=_crash_afterwards,
        happened=_died_afterwards,
        over_s=ORDER_S + 8,
    ),
    "gap through the price": Event(
        says="the market jumps ten percent through its price, and comes back",
        bend=_gap,
        happened=_gapped,
        over_s=ORDER_S + 17,
    ),
}
