"""What trades against our orders at a recorded venue? The kernels; `matching_twin` is their oracle.

The rules are written there. Arrays as in `venues.paper.desk`; `model` is 0 where the pessimistic
queue decides what happens, 1 where the optimistic one does.
"""

from venues.books.jit import jit, jit_flat
from venues.books.kernels import book_best, book_levels, book_size, book_take
from venues.books.layout import NO_TICK
from venues.model.market import Int64s
from venues.paper.desk import (
    D_APPLIED,
    D_FILLS,
    D_RESTING,
    D_TAIL,
    F_FILLED,
    F_INSTRUMENT,
    F_LEAVES,
    F_LOTS,
    F_NUMBER,
    I_DUE,
    I_IS_TAKE,
    I_KEY,
    I_LOTS,
    O_AHEAD,
    O_FILLED,
    O_NUMBER,
    O_PRINTED,
    O_QUANTITY,
    O_STANDING,
    O_TICK,
    OWN_WORDS,
)
from venues.paper.played import CROSS_LEVELS


@jit_flat
def reaches(side: int, tick: int, other: int) -> bool:
    """Return whether a price of `side` is at or through `other`: a bid at or above it."""
    return tick >= other if side == 0 else tick <= other


@jit_flat
def push_impact(
    desk: Int64s, impacts: Int64s, i: int, due: int, is_take: int, key: int, lots: int
) -> None:
    """Append one impact; the caller has made sure of room."""
    at = desk[i, D_TAIL]
    impacts[i, at, I_DUE] = due
    impacts[i, at, I_IS_TAKE] = is_take
    impacts[i, at, I_KEY] = key
    impacts[i, at, I_LOTS] = lots
    desk[i, D_TAIL] = at + 1


@jit_flat
def fill_bounds(own: Int64s, q: int, at: int, room0: int, room1: int, model: int) -> int:
    """Fill both bounds of one order up to their room; return the lots that really trade."""
    quantity = own[q, at, O_QUANTITY]
    part0: int = min(quantity - own[q, at, O_FILLED], max(0, room0))
    part1: int = min(quantity - own[q, at, O_FILLED + 1], max(0, room1))
    own[q, at, O_FILLED] += part0
    own[q, at, O_FILLED + 1] += part1
    return part1 if model == 1 else part0


@jit_flat
def note_fill(
    desk: Int64s,
    own: Int64s,
    impacts: Int64s,
    fills: Int64s,
    i: int,
    side: int,
    at: int,
    lots: int,
    due: int,
    model: int,
) -> None:
    """Append one maker fill and the impact it has on what the feed shows."""
    q = 2 * i + side
    count = desk[i, D_FILLS]
    desk[i, D_FILLS] = count + 1
    fills[count, F_INSTRUMENT] = i
    fills[count, F_NUMBER] = own[q, at, O_NUMBER]
    fills[count, F_LOTS] = lots
    fills[count, F_LEAVES] = own[q, at, O_QUANTITY] - own[q, at, O_FILLED + model]
    fills[count, F_FILLED] = own[q, at, O_FILLED]
    fills[count, F_FILLED + 1] = own[q, at, O_FILLED + 1]
    push_impact(desk, impacts, i, due, 0, own[q, at, O_TICK] * 2 + side, -lots)


@jit_flat
def drop_filled(desk: Int64s, own: Int64s, i: int, side: int, model: int) -> None:
    """Close the ranks behind orders that are completely filled."""
    q = 2 * i + side
    kept = 0
    for at in range(desk[i, D_RESTING + side]):
        if own[q, at, O_QUANTITY] == own[q, at, O_FILLED + model]:
            continue
        if kept != at:
            for word in range(OWN_WORDS):
                own[q, kept, word] = own[q, at, word]
        kept += 1
    desk[i, D_RESTING + side] = kept


@jit_flat
def clamp(own: Int64s, q: int, at: int, standing: int) -> None:
    """Let no queue ahead of an order be longer than what stands there."""
    own[q, at, O_AHEAD] = min(own[q, at, O_AHEAD], standing)
    own[q, at, O_AHEAD + 1] = min(own[q, at, O_AHEAD + 1], standing)
    own[q, at, O_STANDING] = standing


@jit_flat
def print_applied(
    desk: Int64s,
    own: Int64s,
    impacts: Int64s,
    fills: Int64s,
    model: int,
    i: int,
    taker_is_buy: int,
    tick: int,
    lots: int,
) -> int:
    """Let a recorded print trade with own orders on the other side; return the number of fills."""
    side = taker_is_buy  # what a buyer hits is an ask
    resting = desk[i, D_RESTING + side]
    q = 2 * i + side
    due = 2 * desk[i, D_APPLIED]
    used0 = 0
    used1 = 0
    desk[i, D_FILLS] = 0
    for at in range(resting):
        if not reaches(side, own[q, at, O_TICK], tick):
            break
        before0 = own[q, at, O_FILLED]
        before1 = own[q, at, O_FILLED + 1]
        ahead0: int = 0
        ahead1: int = 0
        if own[q, at, O_TICK] == tick:
            ahead0 = own[q, at, O_AHEAD]
            ahead1 = own[q, at, O_AHEAD + 1]
            own[q, at, O_AHEAD] -= min(ahead0, lots)
            own[q, at, O_AHEAD + 1] -= min(ahead1, lots)
            own[q, at, O_PRINTED] += min(ahead1, lots)
        else:
            own[q, at, O_AHEAD + 1] = 0
        traded = fill_bounds(own, q, at, lots - used0 - ahead0, lots - used1 - ahead1, model)
        used0 += own[q, at, O_FILLED] - before0
        used1 += own[q, at, O_FILLED + 1] - before1
        if traded > 0:
            note_fill(desk, own, impacts, fills, i, side, at, traded, due, model)
    count: int = desk[i, D_FILLS]
    if count > 0:
        drop_filled(desk, own, i, side, model)
    return count


@jit_flat
def requeue(mem: Int64s, b: int, desk: Int64s, own: Int64s, i: int, side: int) -> None:
    """Follow the levels of own orders after a recorded message."""
    q = 2 * i + side
    for at in range(desk[i, D_RESTING + side]):
        standing = book_size(mem, b, own[q, at, O_TICK] * 2 + side)
        if standing == own[q, at, O_STANDING]:
            continue
        unexplained = max(0, own[q, at, O_STANDING] - standing - own[q, at, O_PRINTED])
        own[q, at, O_AHEAD + 1] = max(0, own[q, at, O_AHEAD + 1] - unexplained)
        own[q, at, O_PRINTED] = 0
        clamp(own, q, at, standing)


@jit_flat
def depth_within(scratch: Int64s, levels: int, side: int, tick: int) -> int:
    """Return the lots of the first `levels` rows of `scratch` that an order at `tick` reaches."""
    depth = 0
    for at in range(levels):
        if not reaches(side, tick, scratch[0, at]):
            break
        depth += scratch[1, at]
    return depth


@jit_flat
def take_levels(
    mem: Int64s,
    b: int,
    desk: Int64s,
    own: Int64s,
    impacts: Int64s,
    scratch: Int64s,
    i: int,
    side: int,
    lots: int,
    due: int,
) -> None:
    """Consume `lots` of the levels in `scratch`, best first; they are the side opposite `side`."""
    other = 1 - side
    at = 0
    while lots > 0:
        key = scratch[0, at] * 2 + other
        part = min(lots, scratch[1, at])
        book_take(mem, b, key, part)
        push_impact(desk, impacts, i, due, 1, key, part)
        lots -= part
        at += 1
    q = 2 * i + other
    for place in range(desk[i, D_RESTING + other]):
        clamp(own, q, place, book_size(mem, b, own[q, place, O_TICK] * 2 + other))


@jit
def cross(
    mem: Int64s,
    b: int,
    desk: Int64s,
    own: Int64s,
    impacts: Int64s,
    fills: Int64s,
    scratch: Int64s,
    model: int,
    i: int,
    side: int,
) -> None:
    """Fill own orders of `side` that the recorded other side reaches."""
    q = 2 * i + side
    resting = desk[i, D_RESTING + side]
    if resting == 0:
        return
    best = book_best(mem, b, 1 - side)
    if best == NO_TICK or not reaches(side, own[q, 0, O_TICK], best):
        return
    enough = 0
    crossed = 0
    while crossed < resting and reaches(side, own[q, crossed, O_TICK], best):
        enough += own[q, crossed, O_QUANTITY]
        crossed += 1
    levels = book_levels(
        mem,
        b,
        1 - side,
        own[q, 0, O_TICK],
        enough,
        scratch[0][:CROSS_LEVELS],
        scratch[1][:CROSS_LEVELS],
    )
    due = 2 * (desk[i, D_APPLIED] - 1)
    used0 = 0
    used1 = 0
    used = 0
    for at in range(crossed):
        depth = depth_within(scratch, levels, side, own[q, at, O_TICK])
        before0 = own[q, at, O_FILLED]
        before1 = own[q, at, O_FILLED + 1]
        traded = fill_bounds(own, q, at, depth - used0, depth - used1, model)
        used0 += own[q, at, O_FILLED] - before0
        used1 += own[q, at, O_FILLED + 1] - before1
        if traded > 0:
            note_fill(desk, own, impacts, fills, i, side, at, traded, due, model)
            used += traded
    if used > 0:
        take_levels(mem, b, desk, own, impacts, scratch, i, side, used, due + 1)
        drop_filled(desk, own, i, side, model)


@jit
def message_applied(
    mem: Int64s,
    b: int,
    desk: Int64s,
    own: Int64s,
    impacts: Int64s,
    fills: Int64s,
    scratch: Int64s,
    model: int,
    i: int,
) -> int:
    """Follow a book message that the venue's book at `b` has applied; return the number of fills.

    `scratch` is int64 of shape (2, at least CROSS_LEVELS).
    """
    desk[i, D_APPLIED] += 1
    if desk[i, D_RESTING] + desk[i, D_RESTING + 1] == 0:
        return 0
    # Loops, not two calls with a constant side: numba would compile each constant on its own.
    for side in range(2):
        requeue(mem, b, desk, own, i, side)
    desk[i, D_FILLS] = 0
    for side in range(2):
        cross(mem, b, desk, own, impacts, fills, scratch, model, i, side)
    count: int = desk[i, D_FILLS]
    return count
