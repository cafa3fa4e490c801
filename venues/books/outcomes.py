"""What of the depth a book displays is still there when an order would arrive? Kept as it happens.

Once a second (of the local clock) a book is looked at: how many lots stand within each of REACHES
distances of the touch. An order decided then would meet the venue's book after each of HORIZON_NS, so
the first message stamped later by the venue finds, before it changes anything, the book that order
would have met. What stands within the same ticks then, as a share of what was displayed, is one
outcome: levels cancelled or traded away lower it, new ones raise it.

Nothing of ours may be in it: `book_disturbed` drops the look at hand when an order of ours leaves.
"""

import numpy as np

from venues.books.jit import jit_flat
from venues.books.layout import (
    H_CROSSED,
    H_GAP,
    H_HAS_SNAPSHOT,
    H_LEARNS,
    H_SHOWN,
    H_TS_LOCAL,
    HORIZON_NS,
    HORIZONS,
    LOOK_EVERY_NS,
    LOTS_MOST,
    NO_TICK,
    O_AT,
    O_COUNT,
    O_DONE,
    O_LIMITS,
    O_NEXT,
    O_RING,
    O_SHOWN,
    OUTCOME_WORDS,
    OUTCOMES_MOST,
    REACH_E6,
    REACHES,
    SHARE_MOST,
    WHOLE,
)
from venues.books.within import book_within
from venues.model.market import Int64s


@jit_flat
def reach_tick(touch: int, side: int, reach: int) -> int:
    """Return the worst tick within distance number `reach` of `touch`."""
    far = touch * REACH_E6[reach] // 1_000_000
    return touch - far if side == 0 else touch + far


@jit_flat
def sound(mem: Int64s, b: int) -> bool:
    """Return whether what the book shows may be believed."""
    return bool(
        mem[b + H_HAS_SNAPSHOT] != 0
        and mem[b + H_GAP] == 0
        and mem[b + H_CROSSED] == 0
        and mem[b + H_SHOWN] != NO_TICK
        and mem[b + H_SHOWN + 1] != NO_TICK
    )


@jit_flat
def look(mem: Int64s, b: int, at_ns: int) -> None:
    """Note what is displayed at local time `at_ns`."""
    for side in range(2):
        touch = mem[b + H_SHOWN + side]
        for reach in range(REACHES):
            place = side * REACHES + reach
            tick = reach_tick(touch, side, reach)
            mem[b + O_LIMITS + place] = tick
            mem[b + O_SHOWN + place] = book_within(mem, b, side, tick, LOTS_MOST)
    mem[b + O_AT] = at_ns
    mem[b + O_DONE] = 0


@jit_flat
def take_down(mem: Int64s, b: int, horizon: int) -> None:
    """Enter what is there now of what was displayed as an outcome of `horizon`."""
    slot = mem[b + O_COUNT + horizon] % OUTCOMES_MOST
    ring = b + O_RING + horizon * OUTCOME_WORDS + slot * 2 * REACHES
    for place in range(2 * REACHES):
        side = 1 if place >= REACHES else 0
        shown = mem[b + O_SHOWN + place]
        there = book_within(mem, b, side, mem[b + O_LIMITS + place], LOTS_MOST)
        share = WHOLE if shown == 0 else there * WHOLE // shown
        mem[ring + place] = min(share, SHARE_MOST)
    mem[b + O_COUNT + horizon] += 1


@jit_flat
def begin_look(mem: Int64s, b: int, ts_local: int) -> None:
    """Look at the book as it stood when a look was due, if one is due before `ts_local`."""
    due = mem[b + O_NEXT]
    if ts_local <= due:
        return
    # A book nobody has heard of for as long as a look lasts says nothing of the moment it was due.
    if due != 0 and sound(mem, b) and mem[b + H_TS_LOCAL] > due - LOOK_EVERY_NS:
        look(mem, b, due)
    mem[b + O_NEXT] = (ts_local // LOOK_EVERY_NS + 1) * LOOK_EVERY_NS


@jit_flat
def book_observed(mem: Int64s, b: int, ts_exchange: int, ts_local: int) -> None:
    """Look at the book, or take outcomes down, before a message with these stamps changes it."""
    if mem[b + O_AT] == 0:
        begin_look(mem, b, ts_local)
    at_ns = mem[b + O_AT]
    if at_ns == 0 or ts_exchange <= at_ns + HORIZON_NS[0]:
        return
    if not sound(mem, b):
        mem[b + O_AT] = 0
        return
    done = mem[b + O_DONE]
    while done < HORIZONS and ts_exchange > at_ns + HORIZON_NS[done]:
        take_down(mem, b, done)
        done += 1
    mem[b + O_DONE] = done
    if done == HORIZONS:
        mem[b + O_AT] = 0


@jit_flat
def book_disturbed(mem: Int64s, b: int, now_ns: int) -> None:
    """Note that an order of ours leaves for the venue at `now_ns`: look again when it is through."""
    mem[b + O_AT] = 0
    again = (now_ns // LOOK_EVERY_NS + 2) * LOOK_EVERY_NS
    mem[b + O_NEXT] = max(mem[b + O_NEXT], again)


@jit_flat
def book_learn(mem: Int64s, b: int) -> None:
    """Take outcomes down from now on."""
    mem[b + H_LEARNS] = 1


@jit_flat
def outcomes_known(mem: Int64s, b: int, horizon: int) -> int:
    """Return how many outcomes of `horizon` are kept."""
    count: int = mem[b + O_COUNT + horizon]
    return min(count, OUTCOMES_MOST)


def shares(mem: Int64s, b: int, horizon: int, side: int) -> Int64s:
    """Return the outcomes of a side, shape (n, REACHES), in 1 / WHOLE; in no order of time."""
    first = b + O_RING + horizon * OUTCOME_WORDS
    kept = mem[first : first + OUTCOME_WORDS].reshape(OUTCOMES_MOST, 2, REACHES)
    return np.ascontiguousarray(kept[: outcomes_known(mem, b, horizon), side])


def dump_outcomes(mem: Int64s, b: int) -> Int64s:
    """Return all that has been learned of a book: counts, then the rings."""
    counts = mem[b + O_COUNT : b + O_COUNT + HORIZONS]
    return np.concatenate((counts, mem[b + O_RING : b + O_RING + HORIZONS * OUTCOME_WORDS]))


def restore_outcomes(mem: Int64s, b: int, dumped: Int64s) -> None:
    """Put back what `dump_outcomes` returned; ValueError for anything of another size."""
    if len(dumped) != HORIZONS + HORIZONS * OUTCOME_WORDS:
        raise ValueError(f"{len(dumped)} words are not what a book has learned")
    mem[b + O_COUNT : b + O_COUNT + HORIZONS] = dumped[:HORIZONS]
    mem[b + O_RING : b + O_RING + HORIZONS * OUTCOME_WORDS] = dumped[HORIZONS:]
