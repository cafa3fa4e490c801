"""What of the depth a book displays is still there when an order would arrive? Kept as it happens.

Once a second (of the local clock) a book is looked at: how many lots stand within each of REACHES
distances of the touch. An order decided then would meet the venue's book after each of HORIZON_NS, so
the first message stamped later by the venue finds, before it changes anything, the book that order
would have met. What stands within the same ticks then is one outcome. Less than was displayed is kept
as a share: whoever leaves was part of it. More is kept as lots: who comes has not asked how much there
was. Outcomes are kept apart by which side of the book was the heavier one, which says most of where
the price goes next (Cao, Hansch, Wang 2009, *The information content of an open limit-order book*).

Nothing of ours may be in it: `book_disturbed` drops the look at hand when an order of ours leaves.
"""

from venues.books.jit import jit_flat
from venues.books.layout import (
    H_CROSSED,
    H_GAP,
    H_HAS_SNAPSHOT,
    H_LEARNS,
    H_SHOWN,
    H_TS_LOCAL,
    HEADER,
    HORIZON_NS,
    HORIZONS,
    LEAN_REACH,
    LEANS,
    LOOK_EVERY_NS,
    LOTS_MOST,
    MORE_MOST,
    NO_TICK,
    O_AT,
    O_COUNT,
    O_DONE,
    O_LEAN,
    O_LIMITS,
    O_NEXT,
    O_RING,
    O_SHOWN,
    O_THERE,
    OUTCOME_BITS,
    OUTCOMES_MOST,
    REACH_E6,
    REACHES,
    RING_WORDS,
    SHIFT_BITS,
    SHOWN_BITS,
    WHOLE,
)
from venues.books.within import book_within_each
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
def heavier(own: int, other: int) -> int:
    """Return 2 where `own` is more than twice `other`, 0 the other way round, else 1."""
    return 2 if own > 2 * other else 0 if other > 2 * own else 1


@jit_flat
def ring_of(horizon: int, side: int, lean: int) -> int:
    """Return the number of the ring that holds these outcomes."""
    return (horizon * 2 + side) * LEANS + lean


@jit_flat
def look(mem: Int64s, b: int, at_ns: int) -> None:
    """Note what is displayed at local time `at_ns`."""
    for side in range(2):
        touch = mem[b + H_SHOWN + side]
        for reach in range(REACHES):
            mem[b + O_LIMITS + side * REACHES + reach] = reach_tick(touch, side, reach)
        count_within(mem, b, side, b + O_SHOWN)
    for side in range(2):
        own = mem[b + O_SHOWN + side * REACHES + LEAN_REACH]
        other = mem[b + O_SHOWN + (1 - side) * REACHES + LEAN_REACH]
        mem[b + O_LEAN + side] = heavier(own, other)
    mem[b + O_AT] = at_ns
    mem[b + O_DONE] = 0


@jit_flat
def count_within(mem: Int64s, b: int, side: int, out: int) -> None:
    """Write what is within the ticks looked at, a side's place in `out`."""
    first = side * REACHES
    book_within_each(mem, b, side, b + O_LIMITS + first, REACHES, out + first, LOTS_MOST)


@jit_flat
def outcome_of(shown: int, there: int) -> int:
    """Return what became of `shown` lots: a share in 1 / WHOLE, or WHOLE and the lots that came."""
    if there >= shown:
        return WHOLE + min(there - shown, MORE_MOST)
    return there * WHOLE // shown


@jit_flat
def word_of(shown: int, there: int) -> int:
    """Return the word of a ring: what became of `shown` lots, and how many they were."""
    shift = 0
    while shown >> shift >= 1 << SHOWN_BITS:
        shift += 1
    size = shown >> shift << SHIFT_BITS | shift
    return size << OUTCOME_BITS | outcome_of(shown, there)


@jit_flat
def take_down(mem: Int64s, b: int, horizon: int) -> None:
    """Enter what was counted as an outcome of `horizon`, for both sides."""
    for side in range(2):
        ring = ring_of(horizon, side, mem[b + O_LEAN + side])
        slot = mem[b + O_COUNT + ring] % OUTCOMES_MOST
        at = b + O_RING + ring * RING_WORDS + slot * REACHES
        for reach in range(REACHES):
            place = side * REACHES + reach
            mem[at + reach] = word_of(mem[b + O_SHOWN + place], mem[b + O_THERE + place])
        mem[b + O_COUNT + ring] += 1


@jit_flat
def count_there(mem: Int64s, b: int) -> None:
    """Count what is there now of what was displayed."""
    for side in range(2):
        count_within(mem, b, side, b + O_THERE)


@jit_flat
def nothing_changed(mem: Int64s, b: int) -> None:
    """Count what is there where all of it is, without looking again."""
    for place in range(2 * REACHES):
        mem[b + O_THERE + place] = mem[b + O_SHOWN + place]


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
    begins = mem[b + O_AT] == 0
    if begins:
        begin_look(mem, b, ts_local)
    at_ns = mem[b + O_AT]
    if at_ns == 0 or ts_exchange <= at_ns + HORIZON_NS[0]:
        return
    if not sound(mem, b):
        mem[b + O_AT] = 0
        return
    done = mem[b + O_DONE]
    # Counting is what all this costs: once for all horizons that end with one message.
    if ts_exchange > at_ns + HORIZON_NS[done]:
        if begins:
            nothing_changed(mem, b)
        else:
            count_there(mem, b)
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


def dump_outcomes(mem: Int64s, b: int) -> Int64s:
    """Return all that has been learned of a book: counts, then the rings."""
    return mem[b + O_COUNT : b + HEADER].copy()


def restore_outcomes(mem: Int64s, b: int, dumped: Int64s) -> None:
    """Put back what `dump_outcomes` returned; ValueError for anything of another size."""
    if len(dumped) != HEADER - O_COUNT:
        raise ValueError(f"{len(dumped)} words are not what a book has learned")
    mem[b + O_COUNT : b + HEADER] = dumped
