"""When does a resting order no longer stand where its peg says?"""

from collections.abc import Sequence

from strategies.base import ChildView, Place, View
from strategies.conditions import TouchMoved
from strategies.intents import Peg, Pegging
from venues.model.order import Side


def watched(child: ChildView, view: View, how: Pegging, ticks: int) -> Sequence[TouchMoved]:
    """Return conditions of which one fires when the peg of `child` has moved by `ticks` or more.

    They may fire too early: `misplaced` decides. Depth inside a book can move without its touch, so
    a cumulative peg has to be looked at from time to time as well.
    """
    place, side = view.place(child, how), view.spec.side
    settled = place is not None and place.tick == child.tick
    if how.peg is Peg.PRIMARY or place is None or place.near_tick is None:
        tick = child.tick + side.sign * how.offset_ticks
        if place is not None and settled:
            # Held back by its limit (or another bound) it stands elsewhere than the touch says.
            tick = place.peg_tick
        return [_moved(child, side, tick, ticks)]
    # Away from its place by less than `ticks`: any further move may be the one that counts.
    step = ticks if settled else 1
    near, far = _touches(place, child, side, step)
    match how.peg:
        case Peg.CUMULATIVE:
            return [near]
        case Peg.OPPOSITE:
            return [far]
        case _:
            return [near, far]


def misplaced(child: ChildView, view: View, how: Pegging, ticks: int) -> bool:
    """Return whether `child` would rest `ticks` or more elsewhere if it were posted now.

    A touch that came back, or one beyond the limit, is no reason to lose the queue; a book that
    cannot be trusted any more is one.
    """
    place = view.place(child, how)
    return place is None or abs(place.tick - child.tick) >= ticks


def too_little_to_move(child: ChildView, view: View) -> bool:
    """Return whether what is left of `child` could not be posted again: it stays where it is."""
    return child.quantity - child.filled < view.min_quantity()


def _touches(
    place: Place, child: ChildView, side: Side, ticks: int
) -> tuple[TouchMoved, TouchMoved]:
    near = child.tick if place.near_tick is None else place.near_tick
    far = near if place.far_tick is None else place.far_tick
    return _moved(child, side, near, ticks), _moved(child, side.opposite, far, ticks)


def _moved(child: ChildView, side: Side, tick: int, ticks: int) -> TouchMoved:
    return TouchMoved(venue=child.venue, symbol=child.symbol, side=side, peg_tick=tick, ticks=ticks)
