"""What can be asked of and done to a book, from Python or from another kernel?

`mem` is the one int64 array, `b` where the book starts in it (see layout). `key` addresses a level:
tick * 2 + side, side 0 bid, 1 ask. Displayed = effective + own shown; net = displayed less own.
"""

import numpy as np

from venues.books.apply import book_apply, shown_bound
from venues.books.jit import jit, jit_flat
from venues.books.layout import (
    BLOCK_BITS,
    H_CROSSED,
    H_DERIV,
    H_DOUBT,
    H_EXCLUDED,
    H_FAULTS,
    H_FUNDING,
    H_FUNDING_NEXT,
    H_GAP,
    H_HAS_DERIV,
    H_HAS_SNAPSHOT,
    H_INSIDE,
    H_LAST_TICK,
    H_ORIGIN,
    H_OUTSIDE,
    H_PRINTS,
    H_SHOWN,
    H_SLOTS,
    H_TOUCHED,
    H_TS_LOCAL,
    H_VOLUME,
    H_WINDOW,
    HEADER,
    NO_ROOM,
    NO_TICK,
    NOT_SHOWN,
    OVERFLOW_STRIDE,
    STATE_BROKEN,
    STATE_LIVE,
    STATE_STALE,
    STATE_UNVERIFIED,
    T_EFFECTIVE,
    T_EXCLUDED,
    T_RECORDED,
    T_SHOWN,
    TOUCHED,
    TOUCHED_STRIDE,
)
from venues.books.levels import (
    displayed_in,
    most_entries,
    net_in,
    overflow_table,
    release_level,
    touch_level,
    touched_at,
    word_of,
)
from venues.books.net_best import book_best
from venues.books.touch import better, next_inside, note_crossed, settle
from venues.model.market import Int64s

__all__ = [
    "book_apply",
    "book_best",
    "book_deriv",
    "book_doubt",
    "book_dump",
    "book_effective",
    "book_gap",
    "book_init",
    "book_level_count",
    "book_levels",
    "book_net",
    "book_print",
    "book_set_own",
    "book_show_own",
    "book_shown_best",
    "book_size",
    "book_state",
    "book_take",
    "book_words",
]


@jit_flat
def book_words(window: int, slots: int) -> int:
    """Return how many words a book takes. `window` >= 256 ticks and `slots` are powers of two."""
    blocks = 2 * (window >> BLOCK_BITS)
    return HEADER + 2 * window + blocks + slots * (OVERFLOW_STRIDE + TOUCHED_STRIDE)


@jit_flat
def book_init(mem: Int64s, b: int, window: int, slots: int) -> None:
    """Lay out an empty book at `b`, whose words are all 0."""
    mem[b + H_WINDOW] = window
    mem[b + H_SLOTS] = slots
    mem[b + H_SHOWN] = NO_TICK
    mem[b + H_SHOWN + 1] = NO_TICK
    mem[b + H_LAST_TICK] = NO_TICK


@jit_flat
def room_to_touch(mem: Int64s, b: int) -> bool:
    """Return whether one more level fits both tables."""
    most = most_entries(mem[b + H_SLOTS])
    return bool(mem[b + H_TOUCHED] < most and mem[b + H_INSIDE] + mem[b + H_OUTSIDE] < most)


@jit_flat
def book_take(mem: Int64s, b: int, key: int, lots: int) -> int:
    """Consume up to `lots` (>= 0) of what is effectively there; return how many, or NO_ROOM."""
    effective = book_effective(mem, b, key)
    taken = min(lots, effective)
    if taken <= 0:
        return 0
    if word_of(mem, b, key) != TOUCHED and not room_to_touch(mem, b):
        return NO_ROOM
    mem[touch_level(mem, b, key) + T_EFFECTIVE] -= taken
    side = key & 1
    settle(mem, b, side, shown_bound(mem, b, side))
    note_crossed(mem, b)
    return taken


@jit_flat
def book_show_own(mem: Int64s, b: int, key: int, delta: int) -> int:
    """Show `delta` more (or fewer) of our own lots at a level.

    Returns 0, NO_ROOM, or NOT_SHOWN where less is shown than should go (a bug of the caller, counted
    as a fault); the last two change nothing.
    """
    if delta == 0:
        return 0
    touched = word_of(mem, b, key) == TOUCHED
    if delta < 0 and (not touched or mem[touched_at(mem, b, key) + T_SHOWN] + delta < 0):
        mem[b + H_FAULTS] += 1
        return NOT_SHOWN
    if not touched and not room_to_touch(mem, b):
        return NO_ROOM
    at = touch_level(mem, b, key)
    shown = mem[at + T_SHOWN] + delta
    mem[at + T_SHOWN] = shown
    release_level(mem, b, at)
    side = key & 1
    bound = shown_bound(mem, b, side)
    if shown > 0 and better(side, key >> 1, bound):
        bound = key >> 1
    settle(mem, b, side, bound)
    note_crossed(mem, b)
    return 0


@jit_flat
def book_set_own(mem: Int64s, b: int, key: int, lots: int) -> int:
    """Leave `lots` (>= 0) of our own out of what readers see at a level; return 0 or NO_ROOM."""
    touched = word_of(mem, b, key) == TOUCHED
    if lots == 0 and not touched:
        return 0
    if not touched and not room_to_touch(mem, b):
        return NO_ROOM
    at = touch_level(mem, b, key)
    mem[b + H_EXCLUDED] += (1 if lots > 0 else 0) - (1 if mem[at + T_EXCLUDED] > 0 else 0)
    mem[at + T_EXCLUDED] = lots
    release_level(mem, b, at)
    return 0


@jit_flat
def book_size(mem: Int64s, b: int, key: int) -> int:
    """Return the displayed lots of a level, own orders included."""
    return displayed_in(mem, b, key, word_of(mem, b, key))


@jit_flat
def book_net(mem: Int64s, b: int, key: int) -> int:
    """Return the displayed lots of a level, own orders left out."""
    return net_in(mem, b, key, word_of(mem, b, key))


@jit_flat
def book_effective(mem: Int64s, b: int, key: int) -> int:
    """Return what is left of the recorded lots of a level after what we took."""
    word = word_of(mem, b, key)
    if word != TOUCHED:
        return word
    return int(mem[touched_at(mem, b, key) + T_EFFECTIVE])


@jit_flat
def book_shown_best(mem: Int64s, b: int, side: int) -> int:
    """Return the best displayed tick, own orders included, or NO_TICK."""
    return int(mem[b + H_SHOWN + side])


@jit
def sorted_outside(mem: Int64s, b: int, side: int, beyond: int) -> Int64s:
    """Return the ticks of `side` outside the window and not better than `beyond`, best first.

    Bid ticks are returned negated, so that both sides sort the same way.
    """
    table = overflow_table(mem, b)
    found = np.empty(mem[b + H_OUTSIDE], np.int64)
    count = 0
    if mem[b + H_OUTSIDE] > 0:
        for slot in range(mem[b + H_SLOTS]):
            held = mem[table + slot * OVERFLOW_STRIDE]
            if held == 0 or ((held - 1) & 1) != side:
                continue
            tick = (held - 1) >> 1
            if not better(side, tick, beyond):
                found[count] = tick if side == 1 else -tick
                count += 1
    return np.sort(found[:count])


@jit
def book_levels(
    mem: Int64s,
    b: int,
    side: int,
    limit_tick: int,
    enough: int,
    out_ticks: Int64s,
    out_lots: Int64s,
) -> int:
    """Write the net levels of `side` best first and return how many.

    Stops at the first tick worse than `limit_tick` (NO_TICK for bids, FAR_TICK for asks: no limit),
    once `enough` lots are written (the level that reaches it is whole), or when `out_*` are full.
    """
    count = 0
    total = 0
    tick = mem[b + H_SHOWN + side]
    if tick == NO_TICK:
        return 0
    window = mem[b + H_WINDOW]
    step = -1 if side == 0 else 1
    origin = mem[b + H_ORIGIN + side]
    while total < enough and count < len(out_ticks) and 0 <= tick - origin < window:
        tick = next_inside(mem, b, side, tick)
        if tick == NO_TICK:
            break
        if better(side, limit_tick, tick):
            return count
        word = mem[b + HEADER + side * window + (tick & (window - 1))]
        net = net_in(mem, b, tick * 2 + side, word)
        if net > 0:
            out_ticks[count] = tick
            out_lots[count] = net
            total += net
            count += 1
        tick += step
    if total >= enough or count == len(out_ticks) or mem[b + H_OUTSIDE] == 0:
        return count
    outside = sorted_outside(mem, b, side, mem[b + H_SHOWN + side])
    for place in range(len(outside)):
        tick = outside[place] if side == 1 else -outside[place]
        if total >= enough or count == len(out_ticks) or better(side, limit_tick, tick):
            break
        net = book_net(mem, b, tick * 2 + side)
        if net > 0:
            out_ticks[count] = tick
            out_lots[count] = net
            total += net
            count += 1
    return count


@jit_flat
def book_level_count(mem: Int64s, b: int) -> int:
    """Return how many levels of both sides are held, displayed or not."""
    return int(mem[b + H_INSIDE] + mem[b + H_OUTSIDE])


@jit_flat
def dump_level(mem: Int64s, b: int, key: int, word: int, out: Int64s, row: int) -> None:
    """Write key, recorded, effective, shown and excluded lots of a level into out[row]."""
    out[row, 0] = key
    out[row, 1] = word
    out[row, 2] = word
    out[row, 3] = 0
    out[row, 4] = 0
    if word == TOUCHED:
        at = touched_at(mem, b, key)
        out[row, 1] = mem[at + T_RECORDED]
        out[row, 2] = mem[at + T_EFFECTIVE]
        out[row, 3] = mem[at + T_SHOWN]
        out[row, 4] = mem[at + T_EXCLUDED]


@jit_flat
def book_dump(mem: Int64s, b: int, out: Int64s) -> int:
    """Write every level into `out`, shape (book_level_count, 5), in no order; return how many."""
    window = mem[b + H_WINDOW]
    count = 0
    for side in range(2):
        origin = mem[b + H_ORIGIN + side]
        for tick in range(origin, origin + window):
            word = mem[b + HEADER + side * window + (tick & (window - 1))]
            if word != 0:
                dump_level(mem, b, tick * 2 + side, word, out, count)
                count += 1
    table = overflow_table(mem, b)
    for slot in range(mem[b + H_SLOTS]):
        at = table + slot * OVERFLOW_STRIDE
        if mem[at] != 0:
            dump_level(mem, b, mem[at] - 1, mem[at + 1], out, count)
            count += 1
    return count


@jit_flat
def book_print(mem: Int64s, b: int, tick: int, lots: int) -> None:
    """Note a public trade."""
    mem[b + H_LAST_TICK] = tick
    mem[b + H_VOLUME] += lots
    mem[b + H_PRINTS] += 1


@jit_flat
def book_deriv(mem: Int64s, b: int, kind: int, value_e12: int, next_ns: int) -> None:
    """Note a mark (0), an index (1) or a funding rate (2), in 10^-12 units."""
    mem[b + H_DERIV + kind] = value_e12
    mem[b + H_HAS_DERIV + kind] = 1
    if H_DERIV + kind == H_FUNDING:
        mem[b + H_FUNDING_NEXT] = next_ns


@jit_flat
def book_gap(mem: Int64s, b: int) -> None:
    """Note that something was missed: broken until the next snapshot."""
    mem[b + H_GAP] = 1


@jit_flat
def book_doubt(mem: Int64s, b: int, doubted: bool) -> None:
    """Doubt the book, or trust it again."""
    mem[b + H_DOUBT] = 1 if doubted else 0


@jit_flat
def book_state(mem: Int64s, b: int, now_ns: int, stale_after_ns: int) -> int:
    """Return STATE_UNVERIFIED, BROKEN, STALE or LIVE: the first that applies, in this order."""
    if mem[b + H_HAS_SNAPSHOT] == 0 or mem[b + H_DOUBT] != 0:
        return STATE_UNVERIFIED
    if mem[b + H_GAP] != 0 or mem[b + H_CROSSED] != 0:
        return STATE_BROKEN
    if now_ns - mem[b + H_TS_LOCAL] > stale_after_ns:
        return STATE_STALE
    return STATE_LIVE
