"""Which is the best level of a side that others show, found without creating an array?"""

from venues.books.jit import jit_flat
from venues.books.layout import (
    H_EXCLUDED,
    H_ORIGIN,
    H_OUTSIDE,
    H_SHOWN,
    H_SLOTS,
    H_WINDOW,
    HEADER,
    NO_TICK,
    OVERFLOW_STRIDE,
)
from venues.books.levels import net_in, overflow_table
from venues.books.touch import better, next_inside, no_tick
from venues.model.market import Int64s


@jit_flat
def net_outside(mem: Int64s, b: int, side: int) -> int:
    """Return the best tick in the overflow table that is not all ours, or NO_TICK."""
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
        if better(side, tick, best) and net_in(mem, b, held - 1, mem[at + 1]) > 0:
            best = tick
            found = True
    return best if found else NO_TICK


@jit_flat
def book_best(mem: Int64s, b: int, side: int) -> int:
    """Return the best tick net of own orders, or NO_TICK."""
    tick: int = mem[b + H_SHOWN + side]
    if tick == NO_TICK or mem[b + H_EXCLUDED] == 0:
        return tick
    window = mem[b + H_WINDOW]
    step = -1 if side == 0 else 1
    origin = mem[b + H_ORIGIN + side]
    while 0 <= tick - origin < window:
        tick = next_inside(mem, b, side, tick)
        if tick == NO_TICK:
            break
        word = mem[b + HEADER + side * window + (tick & (window - 1))]
        if net_in(mem, b, tick * 2 + side, word) > 0:
            return tick
        tick += step
    return net_outside(mem, b, side)
