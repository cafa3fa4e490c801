"""What stands at one level of a book: recorded, effective, shown and left-out lots?

Each level has a recorded size R (what the source said last) and an effective size E (what is still
there after we took some). Our own lots the feed shows come on top: displayed D = E + shown. Lots the
engine leaves out are subtracted on reading: net = D - min(excluded, D). A level with R = E and
nothing of ours is one plain word; any other lives in the touched table.
"""

from venues.books.hashing import drop_entry, entry_at
from venues.books.jit import jit_flat
from venues.books.layout import (
    BLOCK_BITS,
    H_FAULTS,
    H_INSIDE,
    H_ORIGIN,
    H_OUTSIDE,
    H_SLOTS,
    H_TOUCHED,
    H_WINDOW,
    HEADER,
    OVERFLOW_STRIDE,
    T_EFFECTIVE,
    T_EXCLUDED,
    T_RECORDED,
    T_SEEN,
    T_SHOWN,
    TOUCHED,
    TOUCHED_STRIDE,
)
from venues.model.market import Int64s


@jit_flat
def overflow_table(mem: Int64s, b: int) -> int:
    """Return the offset of the overflow table."""
    window = mem[b + H_WINDOW]
    return int(b + HEADER + 2 * window + 2 * (window >> BLOCK_BITS))


@jit_flat
def touched_table(mem: Int64s, b: int) -> int:
    """Return the offset of the touched table."""
    return int(overflow_table(mem, b) + mem[b + H_SLOTS] * OVERFLOW_STRIDE)


@jit_flat
def most_entries(slots: int) -> int:
    """Return how many entries a table of `slots` takes before it counts as full."""
    return slots - (slots >> 2)


@jit_flat
def word_of(mem: Int64s, b: int, key: int) -> int:
    """Return the level word of `key`, 0 where there is no level."""
    side = key & 1
    tick = key >> 1
    window = mem[b + H_WINDOW]
    inside = tick - mem[b + H_ORIGIN + side]
    if 0 <= inside < window:
        return int(mem[b + HEADER + side * window + (tick & (window - 1))])
    if mem[b + H_OUTSIDE] == 0:
        return 0
    table = overflow_table(mem, b)
    at = entry_at(mem, table, mem[b + H_SLOTS] - 1, OVERFLOW_STRIDE, key)
    return mem[at + 1] if mem[at] != 0 else 0


@jit_flat
def put_overflow(mem: Int64s, b: int, key: int, word: int) -> None:
    """Set the word of a level outside the window; 0 forgets it."""
    table = overflow_table(mem, b)
    slots = mem[b + H_SLOTS]
    at = entry_at(mem, table, slots - 1, OVERFLOW_STRIDE, key)
    if mem[at] != 0:
        if word == 0:
            drop_entry(mem, table, slots - 1, OVERFLOW_STRIDE, at)
            mem[b + H_OUTSIDE] -= 1
        else:
            mem[at + 1] = word
    elif word != 0:
        if mem[b + H_OUTSIDE] >= most_entries(slots):
            mem[b + H_FAULTS] += 1  # a caller went past NO_ROOM
            return
        mem[at] = key + 1
        mem[at + 1] = word
        mem[b + H_OUTSIDE] += 1


@jit_flat
def put_inside(mem: Int64s, b: int, key: int, word: int) -> None:
    """Set the word of a level inside the window; 0 forgets it."""
    side = key & 1
    window = mem[b + H_WINDOW]
    place = side * window + ((key >> 1) & (window - 1))
    at = b + HEADER + place
    change = (1 if word != 0 else 0) - (1 if mem[at] != 0 else 0)
    mem[at] = word
    if change != 0:
        mem[b + HEADER + 2 * window + (place >> BLOCK_BITS)] += change
        mem[b + H_INSIDE] += change


@jit_flat
def put_word(mem: Int64s, b: int, key: int, word: int) -> None:
    """Set the level word of `key`; 0 forgets the level."""
    inside = (key >> 1) - mem[b + H_ORIGIN + (key & 1)]
    if 0 <= inside < mem[b + H_WINDOW]:
        put_inside(mem, b, key, word)
    else:
        put_overflow(mem, b, key, word)


@jit_flat
def touched_at(mem: Int64s, b: int, key: int) -> int:
    """Return the offset of the touched entry of `key`, which must exist."""
    return entry_at(mem, touched_table(mem, b), mem[b + H_SLOTS] - 1, TOUCHED_STRIDE, key)


@jit_flat
def touch_level(mem: Int64s, b: int, key: int) -> int:
    """Return the offset of the touched entry of `key`, made from its plain word if need be.

    The caller has made sure of room.
    """
    word = word_of(mem, b, key)
    at = touched_at(mem, b, key)
    if word != TOUCHED:
        mem[at] = key + 1
        mem[at + T_RECORDED] = word
        mem[at + T_EFFECTIVE] = word
        mem[at + T_SHOWN] = 0
        mem[at + T_EXCLUDED] = 0
        mem[at + T_SEEN] = 1
        mem[b + H_TOUCHED] += 1
        put_word(mem, b, key, TOUCHED)
    return at


@jit_flat
def release_level(mem: Int64s, b: int, at: int) -> bool:
    """Make the touched entry at offset `at` a plain word again if it may be; return whether."""
    recorded = mem[at + T_RECORDED]
    if mem[at + T_EFFECTIVE] != recorded or mem[at + T_SHOWN] != 0 or mem[at + T_EXCLUDED] != 0:
        return False
    key = mem[at] - 1
    drop_entry(mem, touched_table(mem, b), mem[b + H_SLOTS] - 1, TOUCHED_STRIDE, at)
    mem[b + H_TOUCHED] -= 1
    put_word(mem, b, key, recorded)
    return True


@jit_flat
def record_touched(mem: Int64s, b: int, at: int, lots: int) -> bool:
    """Apply a recorded size to the touched entry at `at`; return whether it was released.

    A decrease releases what we consumed, an increase adds fresh size, a repeat restores nothing.
    """
    recorded = mem[at + T_RECORDED]
    effective = mem[at + T_EFFECTIVE]
    if lots > recorded:
        effective += lots - recorded
    mem[at + T_EFFECTIVE] = min(effective, lots)
    mem[at + T_RECORDED] = lots
    mem[at + T_SEEN] = 1
    return release_level(mem, b, at)


@jit_flat
def displayed_in(mem: Int64s, b: int, key: int, word: int) -> int:
    """Return the displayed lots behind a level word of `key`."""
    if word != TOUCHED:
        return word
    at = touched_at(mem, b, key)
    return int(mem[at + T_EFFECTIVE] + mem[at + T_SHOWN])


@jit_flat
def net_in(mem: Int64s, b: int, key: int, word: int) -> int:
    """Return the displayed lots behind a level word of `key`, own orders left out."""
    if word != TOUCHED:
        return word
    at = touched_at(mem, b, key)
    displayed = mem[at + T_EFFECTIVE] + mem[at + T_SHOWN]
    return int(max(displayed - mem[at + T_EXCLUDED], 0))
