"""Which is the best level of a side, and does the dense window still lie around it?

Kept true between calls: a side shows nothing at all, or its best displayed level is inside its
window. So readers start at the touch and walk away from it; what lies beyond the far edge of the
window is in the overflow table.
"""

from venues.books.hashing import drop_entry
from venues.books.jit import jit_flat
from venues.books.layout import (
    BLOCK,
    BLOCK_BITS,
    FAR_TICK,
    H_CROSSED,
    H_INSIDE,
    H_ORIGIN,
    H_OUTSIDE,
    H_SHOWN,
    H_SLOTS,
    H_WINDOW,
    HEADER,
    NO_TICK,
    OVERFLOW_STRIDE,
    TOUCHED,
)
from venues.books.levels import displayed_in, overflow_table, put_inside, put_overflow
from venues.model.market import Int64s


@jit_flat
def better(side: int, tick: int, other: int) -> bool:
    """Return whether `tick` is a better price than `other` on `side` (0 bid, 1 ask)."""
    return tick > other if side == 0 else tick < other


@jit_flat
def no_tick(side: int) -> int:
    """Return a tick worse than every other on `side`."""
    return NO_TICK if side == 0 else FAR_TICK


@jit_flat
def next_inside(mem: Int64s, b: int, side: int, tick: int) -> int:
    """Return the first tick with a level inside the window, from `tick` on and worse, or NO_TICK.

    `tick` is inside the window. Runs of BLOCK ticks without a level are stepped over whole.
    """
    window = mem[b + H_WINDOW]
    mask = window - 1
    origin = mem[b + H_ORIGIN + side]
    levels = b + HEADER + side * window
    blocks = b + HEADER + 2 * window + side * (window >> BLOCK_BITS)
    if side == 0:
        while tick >= origin:
            if mem[blocks + ((tick & mask) >> BLOCK_BITS)] == 0:
                tick = (tick & -BLOCK) - 1
                continue
            stop = max(tick & -BLOCK, origin)
            while tick >= stop:
                if mem[levels + (tick & mask)] != 0:
                    return tick
                tick -= 1
        return NO_TICK
    end = origin + window
    while tick < end:
        if mem[blocks + ((tick & mask) >> BLOCK_BITS)] == 0:
            tick = (tick & -BLOCK) + BLOCK
            continue
        stop = min((tick & -BLOCK) + BLOCK, end)
        while tick < stop:
            if mem[levels + (tick & mask)] != 0:
                return tick
            tick += 1
    return NO_TICK


@jit_flat
def next_displayed(mem: Int64s, b: int, side: int, tick: int) -> int:
    """Return the first displayed tick inside the window, from `tick` on and worse, or NO_TICK."""
    window = mem[b + H_WINDOW]
    step = -1 if side == 0 else 1
    origin = mem[b + H_ORIGIN + side]
    while 0 <= tick - origin < window:
        tick = next_inside(mem, b, side, tick)
        if tick == NO_TICK:
            return NO_TICK
        word = mem[b + HEADER + side * window + (tick & (window - 1))]
        if displayed_in(mem, b, tick * 2 + side, word) > 0:
            return tick
        tick += step
    return NO_TICK


@jit_flat
def best_outside(mem: Int64s, b: int, side: int) -> int:
    """Return the best displayed tick in the overflow table, or NO_TICK."""
    if mem[b + H_OUTSIDE] == 0:
        return NO_TICK
    table = overflow_table(mem, b)
    best = no_tick(side)
    found = False
    for slot in range(mem[b + H_SLOTS]):
        at = table + slot * OVERFLOW_STRIDE
        held = mem[at]
        if held == 0 or ((held - 1) & 1) != side:
            continue
        tick = (held - 1) >> 1
        if better(side, tick, best) and displayed_in(mem, b, held - 1, mem[at + 1]) > 0:
            best = tick
            found = True
    return best if found else NO_TICK


@jit_flat
def evict(mem: Int64s, b: int, side: int, first: int, end: int) -> None:
    """Move the levels at ticks [first, end) of the window to the overflow table.

    `first` and `end` are multiples of BLOCK.
    """
    window = mem[b + H_WINDOW]
    mask = window - 1
    levels = b + HEADER + side * window
    blocks = b + HEADER + 2 * window + side * (window >> BLOCK_BITS)
    for start in range(first, end, BLOCK):
        block = blocks + ((start & mask) >> BLOCK_BITS)
        if mem[block] == 0:
            continue
        mem[b + H_INSIDE] -= mem[block]
        mem[block] = 0
        for tick in range(start, start + BLOCK):
            at = levels + (tick & mask)
            if mem[at] != 0:
                put_overflow(mem, b, tick * 2 + side, mem[at])
                mem[at] = 0


@jit_flat
def adopt(mem: Int64s, b: int, side: int) -> None:
    """Move every level of `side` in the overflow table that lies inside the window into it."""
    table = overflow_table(mem, b)
    slots = mem[b + H_SLOTS]
    window = mem[b + H_WINDOW]
    origin = mem[b + H_ORIGIN + side]
    slot = 0
    while slot < slots and mem[b + H_OUTSIDE] > 0:
        at = table + slot * OVERFLOW_STRIDE
        held = mem[at]
        key = held - 1
        if held != 0 and (key & 1) == side and 0 <= (key >> 1) - origin < window:
            put_inside(mem, b, key, mem[at + 1])
            mem[b + H_OUTSIDE] -= 1
            # The hole may be filled from behind: look at the same slot again.
            drop_entry(mem, table, slots - 1, OVERFLOW_STRIDE, at)
        else:
            slot += 1


@jit_flat
def recentre(mem: Int64s, b: int, side: int, tick: int) -> None:
    """Lay the window of `side` around `tick`: five eighths of it away from the touch."""
    window = mem[b + H_WINDOW]
    room = window >> 3
    first = (tick - (5 * room if side == 0 else 3 * room)) & -BLOCK
    old = mem[b + H_ORIGIN + side]
    if first == old:
        return
    mem[b + H_ORIGIN + side] = first
    if first > old:
        evict(mem, b, side, old, min(first, old + window))
    else:
        evict(mem, b, side, max(first + window, old), old + window)
    adopt(mem, b, side)


@jit_flat
def touch_stands(mem: Int64s, b: int, side: int, bound: int) -> bool:
    """Return whether `bound` (see settle) is the touch of before and still a plain level.

    So it is after nearly every message; settling would change nothing.
    """
    window = mem[b + H_WINDOW]
    if bound != mem[b + H_SHOWN + side]:
        return False
    return bool(0 < mem[b + HEADER + side * window + (bound & (window - 1))] < TOUCHED)


@jit_flat
def settle(mem: Int64s, b: int, side: int, bound: int) -> None:
    """Find the displayed touch of `side` and keep its window around it.

    `bound`: no displayed level is better than this tick; no_tick(side) = none is displayed.
    """
    window = mem[b + H_WINDOW]
    best = NO_TICK
    if bound != no_tick(side):
        inside = bound - mem[b + H_ORIGIN + side]
        if inside < 0 or inside >= window:
            recentre(mem, b, side, bound)
        best = next_displayed(mem, b, side, bound)
        if best == NO_TICK:
            best = best_outside(mem, b, side)
            if best != NO_TICK:
                recentre(mem, b, side, best)
    if best != NO_TICK:
        eighth = window >> 3
        inside = best - mem[b + H_ORIGIN + side]
        middle = 5 * eighth if side == 0 else 3 * eighth
        if abs(inside - middle) > 2 * eighth:
            recentre(mem, b, side, best)
    mem[b + H_SHOWN + side] = best


@jit_flat
def note_crossed(mem: Int64s, b: int) -> None:
    """Set the crossed flag from the displayed touch of both sides."""
    bid = mem[b + H_SHOWN]
    ask = mem[b + H_SHOWN + 1]
    mem[b + H_CROSSED] = 1 if bid >= ask and ask != NO_TICK else 0  # so bid is one, too
