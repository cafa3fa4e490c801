"""How does a book move to a place with larger tables?"""

from venues.books.hashing import entry_at
from venues.books.jit import jit_flat
from venues.books.layout import (
    BLOCK_BITS,
    H_SLOTS,
    H_WINDOW,
    HEADER,
    OVERFLOW_STRIDE,
    TOUCHED_STRIDE,
)
from venues.books.levels import overflow_table, touched_table
from venues.model.market import Int64s


@jit_flat
def copy_table(
    old: Int64s, here: int, old_slots: int, new: Int64s, there: int, new_slots: int, stride: int
) -> None:
    """Enter every entry of one table into another of the same stride."""
    for slot in range(old_slots):
        at = here + slot * stride
        if old[at] != 0:
            to = entry_at(new, there, new_slots - 1, stride, old[at] - 1)
            for word in range(stride):
                new[to + word] = old[at + word]


@jit_flat
def book_copy(old: Int64s, b: int, new: Int64s, n: int) -> None:
    """Copy the book at `b` of `old` to the empty one at `n` of `new`: same window, no fewer slots."""
    window = old[b + H_WINDOW]
    slots = new[n + H_SLOTS]
    for word in range(HEADER + 2 * window + 2 * (window >> BLOCK_BITS)):
        new[n + word] = old[b + word]
    new[n + H_SLOTS] = slots
    copy_table(
        old,
        overflow_table(old, b),
        old[b + H_SLOTS],
        new,
        overflow_table(new, n),
        slots,
        OVERFLOW_STRIDE,
    )
    copy_table(
        old,
        touched_table(old, b),
        old[b + H_SLOTS],
        new,
        touched_table(new, n),
        slots,
        TOUCHED_STRIDE,
    )
