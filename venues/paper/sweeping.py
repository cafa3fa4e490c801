"""What does an order of ours take at a recorded venue? The kernel; `matching_twin` is its oracle."""

from venues.books.jit import jit
from venues.books.kernels import book_levels
from venues.books.layout import NO_ROOM
from venues.model.market import Int64s
from venues.paper.desk import D_APPLIED
from venues.paper.entries import has_room
from venues.paper.matching import take_levels
from venues.paper.played import CROSS_LEVELS


@jit
def sweep_once(
    mem: Int64s,
    b: int,
    desk: Int64s,
    own: Int64s,
    impacts: Int64s,
    scratch: Int64s,
    i: int,
    side: int,
    limit_tick: int,
    lots: int,
) -> int:
    """Take up to `lots` over up to CROSS_LEVELS levels; return how many levels, or NO_ROOM.

    What traded is in the columns of `scratch`, int64 of shape (2, at least CROSS_LEVELS): tick,
    lots; best first. `impacts` has room for CROSS_LEVELS more. NO_ROOM has changed nothing.
    """
    levels = book_levels(
        mem,
        b,
        1 - side,
        limit_tick,
        lots,
        scratch[0][:CROSS_LEVELS],
        scratch[1][:CROSS_LEVELS],
    )
    if levels == 0:
        return 0
    if not has_room(mem, b, levels):
        return NO_ROOM
    beyond = -lots
    for at in range(levels):
        beyond += scratch[1, at]
    if beyond > 0:
        scratch[1, levels - 1] -= beyond
    total = lots + min(beyond, 0)
    take_levels(mem, b, desk, own, impacts, scratch, i, side, total, 2 * desk[i, D_APPLIED])
    return levels
