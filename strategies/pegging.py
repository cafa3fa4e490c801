"""When does a resting order no longer stand where its peg says?"""

from strategies.base import ChildView, View
from strategies.conditions import TouchMoved
from strategies.intents import Peg


def watched(child: ChildView, view: View, peg: Peg, offset_ticks: int, ticks: int) -> TouchMoved:
    """Return the condition under which the peg of `child` has moved by `ticks` or more."""
    touch_tick = child.tick + view.spec.side.sign * offset_ticks
    place = view.place(child, peg, offset_ticks)
    if place is not None and place.tick == child.tick:
        # Held back by its limit (or another bound) it stands elsewhere than the touch says.
        touch_tick = place.peg_tick
    return TouchMoved(
        venue=child.venue,
        symbol=child.symbol,
        side=view.spec.side,
        peg_tick=touch_tick,
        ticks=ticks,
    )


def misplaced(child: ChildView, view: View, peg: Peg, offset_ticks: int, ticks: int) -> bool:
    """Return whether `child` would rest `ticks` or more elsewhere if it were posted now.

    A touch that came back, or one beyond the limit, is no reason to lose the queue; a book that
    cannot be trusted any more is one.
    """
    place = view.place(child, peg, offset_ticks)
    return place is None or abs(place.tick - child.tick) >= ticks


def too_little_to_move(child: ChildView, view: View) -> bool:
    """Return whether what is left of `child` could not be posted again: it stays where it is."""
    return child.quantity - child.filled < view.min_quantity()
