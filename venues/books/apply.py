"""How does one recorded book message change a book?"""

import numpy as np

from venues.books.hashing import drop_entry, entry_at
from venues.books.jit import jit_flat
from venues.books.layout import (
    BLOCK,
    BLOCK_BITS,
    FAR_TICK,
    H_GAP,
    H_HAS_SNAPSHOT,
    H_INSIDE,
    H_LEARNS,
    H_MESSAGES,
    H_ORIGIN,
    H_OUTSIDE,
    H_ROWS,
    H_SHOWN,
    H_SLOTS,
    H_TOUCHED,
    H_TS_EXCHANGE,
    H_TS_LOCAL,
    H_WINDOW,
    HEADER,
    NO_ROOM,
    NO_TICK,
    OVERFLOW_STRIDE,
    T_KEY,
    T_SEEN,
    TOUCHED,
    TOUCHED_STRIDE,
)
from venues.books.levels import (
    most_entries,
    overflow_table,
    put_word,
    record_touched,
    touched_at,
    touched_table,
)
from venues.books.outcomes import book_observed
from venues.books.touch import better, no_tick, note_crossed, recentre, settle, touch_stands
from venues.model.market import Int64s


@jit_flat
def shown_bound(mem: Int64s, b: int, side: int) -> int:
    """Return the displayed touch of `side`, or no_tick(side)."""
    tick = mem[b + H_SHOWN + side]
    return tick if tick >= 0 else no_tick(side)


@jit_flat
def record_outside(mem: Int64s, b: int, table: int, mask: int, key: int, lots: int) -> None:
    """Apply one recorded size to a level in the overflow table (at `table`, slots - 1 = `mask`)."""
    at = entry_at(mem, table, mask, OVERFLOW_STRIDE, key)
    if mem[at] == 0:
        if lots > 0:  # deleting what nobody knows is normal
            mem[at] = key + 1
            mem[at + 1] = lots
            mem[b + H_OUTSIDE] += 1
    elif mem[at + 1] == TOUCHED:
        record_touched(mem, b, touched_at(mem, b, key), lots)
    elif lots > 0:
        mem[at + 1] = lots
    else:
        drop_entry(mem, table, mask, OVERFLOW_STRIDE, at)
        mem[b + H_OUTSIDE] -= 1


@jit_flat
def record_rows(
    mem: Int64s, b: int, keys: Int64s, lots: Int64s, lo: int, hi: int, bid: int, ask: int
) -> None:
    """Apply rows [lo, hi) in order, then find the touch; `bid`, `ask` bound it from before."""
    window = mem[b + H_WINDOW]
    mask = window - 1
    bid_origin = mem[b + H_ORIGIN]
    ask_origin = mem[b + H_ORIGIN + 1]
    levels = b + HEADER
    blocks = levels + 2 * window
    table = overflow_table(mem, b)
    slot_mask = mem[b + H_SLOTS] - 1
    grown = 0
    # A signed index may count from the end, which numba checks at every access: these never do.
    for row in range(lo, hi):
        key = keys[np.uint64(row)]
        size = lots[np.uint64(row)]
        tick = key >> 1
        side = key & 1
        inside = tick - (ask_origin if side else bid_origin)
        bid = max(bid, tick if size > 0 and side == 0 else NO_TICK)
        ask = min(ask, tick if size > 0 and side == 1 else FAR_TICK)
        if inside < 0 or inside >= window:
            record_outside(mem, b, table, slot_mask, key, size)
            continue
        place = side * window + (tick & mask)
        at = np.uint64(levels + place)
        old = mem[at]
        if old == TOUCHED:
            record_touched(mem, b, touched_at(mem, b, key), size)
            continue
        mem[at] = size
        # Counted without a branch: half of all rows come or go, and no processor guesses which.
        change = (1 if size != 0 else 0) - (1 if old != 0 else 0)
        mem[np.uint64(blocks + (place >> BLOCK_BITS))] += change
        grown += change
    mem[b + H_INSIDE] += grown
    if touch_stands(mem, b, 0, bid) and touch_stands(mem, b, 1, ask):
        return
    settle(mem, b, 0, bid)
    settle(mem, b, 1, ask)
    note_crossed(mem, b)


@jit_flat
def clear_levels(mem: Int64s, b: int) -> None:
    """Forget every plain level; touched ones stay and are marked as not yet seen."""
    window = mem[b + H_WINDOW]
    levels = b + HEADER
    blocks = levels + 2 * window
    for block in range(2 * window >> BLOCK_BITS):
        if mem[blocks + block] != 0:
            mem[blocks + block] = 0
            first = levels + (block << BLOCK_BITS)
            for at in range(first, first + BLOCK):
                mem[at] = 0
    mem[b + H_INSIDE] = 0
    slots = mem[b + H_SLOTS]
    if mem[b + H_OUTSIDE] > 0:
        table = overflow_table(mem, b)
        for at in range(table, table + slots * OVERFLOW_STRIDE):
            mem[at] = 0
        mem[b + H_OUTSIDE] = 0
    if mem[b + H_TOUCHED] > 0:
        table = touched_table(mem, b)
        for slot in range(slots):
            at = table + slot * TOUCHED_STRIDE
            if mem[at] != 0:
                mem[at + T_SEEN] = 0
                put_word(mem, b, mem[at + T_KEY] - 1, TOUCHED)


@jit_flat
def forget_unseen(mem: Int64s, b: int) -> None:
    """Apply size 0 to every touched level the snapshot did not name."""
    if mem[b + H_TOUCHED] == 0:
        return
    table = touched_table(mem, b)
    slot = 0
    while slot < mem[b + H_SLOTS]:
        at = table + slot * TOUCHED_STRIDE
        # A released entry leaves a hole that may be filled from behind: look again.
        if mem[at] != 0 and mem[at + T_SEEN] == 0 and record_touched(mem, b, at, 0):
            continue
        slot += 1


@jit_flat
def record_snapshot(mem: Int64s, b: int, keys: Int64s, lots: Int64s, lo: int, hi: int) -> None:
    """Replace the book by rows [lo, hi), level by level where we consumed or show something."""
    bid = no_tick(0)
    ask = no_tick(1)
    for row in range(lo, hi):
        tick = keys[row] >> 1
        side = keys[row] & 1
        bid = max(bid, tick if lots[row] > 0 and side == 0 else NO_TICK)
        ask = min(ask, tick if lots[row] > 0 and side == 1 else FAR_TICK)
    touched = mem[b + H_TOUCHED] > 0
    clear_levels(mem, b)
    if bid != no_tick(0):
        recentre(mem, b, 0, bid)
    if ask != no_tick(1):
        recentre(mem, b, 1, ask)
    if touched:  # our own shown lots may be all that is left up there
        if better(0, shown_bound(mem, b, 0), bid):
            bid = shown_bound(mem, b, 0)
        if better(1, shown_bound(mem, b, 1), ask):
            ask = shown_bound(mem, b, 1)
    record_rows(mem, b, keys, lots, lo, hi, bid, ask)
    if touched:
        forget_unseen(mem, b)
        settle(mem, b, 0, shown_bound(mem, b, 0))
        settle(mem, b, 1, shown_bound(mem, b, 1))
        note_crossed(mem, b)
    mem[b + H_HAS_SNAPSHOT] = 1
    mem[b + H_GAP] = 0


@jit_flat
def book_apply(
    mem: Int64s,
    b: int,
    keys: Int64s,
    lots: Int64s,
    lo: int,
    hi: int,
    is_snapshot: bool,
    ts_exchange: int,
    ts_local: int,
) -> int:
    """Apply one message, rows [lo, hi) of `keys` and `lots`; times in ns.

    Returns 0, or NO_ROOM and changes nothing when the tables might fill up: then lay the book out
    larger and ask again.
    """
    held = mem[b + H_TOUCHED] if is_snapshot else mem[b + H_INSIDE] + mem[b + H_OUTSIDE]
    if held + (hi - lo) > most_entries(mem[b + H_SLOTS]):
        return NO_ROOM
    if mem[b + H_LEARNS] != 0:
        book_observed(mem, b, ts_exchange, ts_local)
    if is_snapshot:
        record_snapshot(mem, b, keys, lots, lo, hi)
    else:
        bid = shown_bound(mem, b, 0)
        ask = shown_bound(mem, b, 1)
        record_rows(mem, b, keys, lots, lo, hi, bid, ask)
    mem[b + H_MESSAGES] += 1
    mem[b + H_ROWS] += hi - lo
    mem[b + H_TS_EXCHANGE] = ts_exchange
    mem[b + H_TS_LOCAL] = ts_local
    return 0
