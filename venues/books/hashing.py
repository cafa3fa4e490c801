"""How is a level found by its key in a table of the book array?

Open addressing with linear probing and deletion by shifting back: no tombstones, so the layout of
a table depends only on what it holds and in which order that came, never on what has left a mark.
An entry of `stride` words starts with key + 1; 0 is a free slot. `mask` is slots - 1. One slot is
always free (callers stop at three quarters), so every probe ends.
"""

from venues.books.jit import jit_flat
from venues.model.market import Int64s


@jit_flat
def slot_of(key: int, mask: int) -> int:
    """Return the home slot of `key` (>= 0). Stays below 2^63, so plain Python agrees."""
    mixed = (key ^ (key >> 17) ^ (key >> 34)) & 0x7FFFFFFF
    return ((mixed * 0x9E3779B1) >> 21) & mask


@jit_flat
def entry_at(mem: Int64s, table: int, mask: int, stride: int, key: int) -> int:
    """Return the offset of the entry of `key`, or of the free slot it would take."""
    slot = slot_of(key, mask)
    while True:
        at = table + slot * stride
        held = mem[at]
        if held == key + 1 or held == 0:
            return at
        slot = (slot + 1) & mask


@jit_flat
def drop_entry(mem: Int64s, table: int, mask: int, stride: int, at: int) -> None:
    """Free the entry at offset `at`, moving later entries of its run back over the hole."""
    hole = (at - table) // stride
    probe = (hole + 1) & mask
    while True:
        here = table + probe * stride
        held = mem[here]
        if held == 0:
            break
        home = slot_of(held - 1, mask)
        if ((probe - home) & mask) >= ((probe - hole) & mask):
            there = table + hole * stride
            for word in range(stride):
                mem[there + word] = mem[here + word]
            hole = probe
        probe = (probe + 1) & mask
    there = table + hole * stride
    for word in range(stride):
        mem[there + word] = 0
