"""How much stands within a price? A sum over a side of a book, without listing its levels."""

import numpy as np

from venues.books.jit import jit_flat
from venues.books.layout import (
    BLOCK,
    BLOCK_BITS,
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
from venues.books.levels import net_in, overflow_table
from venues.books.touch import better
from venues.model.market import Int64s


@jit_flat
def touched_within(mem: Int64s, b: int, side: int, first: int, end: int) -> int:
    """Return the net lots of the touched levels at ticks [first, end) of one block."""
    window = mem[b + H_WINDOW]
    levels = b + HEADER + side * window
    total = 0
    for tick in range(first, end):
        word = mem[levels + (tick & (window - 1))]
        if word == TOUCHED:
            total += net_in(mem, b, tick * 2 + side, word)
    return total


@jit_flat
def inside_within(mem: Int64s, b: int, side: int, first: int, end: int, enough: int) -> int:
    """Return the net lots at ticks [first, end) of the window, counted up to about `enough`."""
    window = mem[b + H_WINDOW]
    mask = window - 1
    levels = b + HEADER + side * window
    blocks = b + HEADER + 2 * window + side * (window >> BLOCK_BITS)
    total = 0
    tick = first
    while tick < end and total < enough:
        stop = min((tick & -BLOCK) + BLOCK, end)
        if mem[blocks + ((tick & mask) >> BLOCK_BITS)] != 0:
            at = levels + (tick & mask)
            seen = 0
            # No branch inside and no index from the end: the compiler adds several words at once.
            for place in range(at, at + stop - tick):
                word = mem[np.uint64(place)]
                total += word & (TOUCHED - 1)
                seen |= word
            if seen & TOUCHED != 0:
                total += touched_within(mem, b, side, tick, stop)
        tick = stop
    return total


@jit_flat
def book_within(mem: Int64s, b: int, side: int, limit_tick: int, enough: int) -> int:
    """Return the net lots of `side` no worse than `limit_tick`, at most `enough` (<= 2^60).

    `limit_tick` is NO_TICK for bids or FAR_TICK for asks where there is no limit.
    """
    best = mem[b + H_SHOWN + side]
    if best == NO_TICK or better(side, limit_tick, best):
        return 0
    window = mem[b + H_WINDOW]
    origin = mem[b + H_ORIGIN + side]
    first = max(limit_tick, origin) if side == 0 else best
    end = best + 1 if side == 0 else min(limit_tick + 1, origin + window)
    total = inside_within(mem, b, side, first, end, enough)
    beyond = limit_tick < origin if side == 0 else limit_tick >= origin + window
    if beyond and mem[b + H_OUTSIDE] > 0:
        table = overflow_table(mem, b)
        for slot in range(mem[b + H_SLOTS]):
            held = mem[table + slot * OVERFLOW_STRIDE]
            if held == 0 or ((held - 1) & 1) != side or total >= enough:
                continue
            if not better(side, limit_tick, (held - 1) >> 1):
                word = mem[table + slot * OVERFLOW_STRIDE + 1]
                total += net_in(mem, b, held - 1, word)
    return min(total, enough)


@jit_flat
def book_within_each(
    mem: Int64s, b: int, side: int, limits: int, count: int, out: int, enough: int
) -> None:
    """Write, for `count` ticks ever farther from the touch, what `book_within` says of each.

    `limits` and `out` are offsets into `mem`. Each run of ticks is looked at once.
    """
    best = mem[b + H_SHOWN + side]
    window = mem[b + H_WINDOW]
    origin = mem[b + H_ORIGIN + side]
    edge = best + 1 if side == 0 else best  # of what is counted already
    total = 0
    for n in range(count):
        limit = mem[limits + n]
        if best == NO_TICK or better(side, limit, best):
            mem[out + n] = 0
            continue
        beyond = limit < origin if side == 0 else limit >= origin + window
        if beyond and mem[b + H_OUTSIDE] > 0:
            mem[out + n] = book_within(mem, b, side, limit, enough)
            continue
        first = max(limit, origin) if side == 0 else edge
        end = edge if side == 0 else min(limit + 1, origin + window)
        total += inside_within(mem, b, side, first, end, enough)
        edge = first if side == 0 else end
        mem[out + n] = min(total, enough)
