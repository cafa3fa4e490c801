"""How much room does a whole recording need, so that a batch run never has to stop and grow?"""

import numpy as np
import numpy.typing as npt

from venues.books.hashing import drop_entry, entry_at
from venues.books.jit import jit
from venues.books.port import DEFAULT_CAPACITY, Capacity
from venues.model.market import Int64s

# Levels that only our own orders hold open.
_OWN_LEVELS = 1 << 10
# Wider gains nothing on any recording we have, and a snapshot has to clear it.
_WIDEST_WINDOW = 1 << 17
_NARROWEST_WINDOW = 1 << 9


def capacity_of(
    keys: Int64s, lots: Int64s, msg_start: Int64s, msg_snapshot: npt.NDArray[np.bool_]
) -> Capacity:
    """Return room for a recording given by its rows, row offsets (M + 1) and snapshot marks (M).

    Sufficient for any number of consumed levels and for 1024 levels that only we hold open.
    """
    if len(keys) == 0:
        return DEFAULT_CAPACITY
    largest = int(np.diff(msg_start).max())
    levels = peak_levels(keys, lots, msg_start, msg_snapshot) + largest + _OWN_LEVELS
    span = (int(keys.max()) - int(keys.min())) // 2 + 1
    window = min(max(_power_of_two(2 * span), _NARROWEST_WINDOW), _WIDEST_WINDOW)
    return Capacity(window=window, slots=_power_of_two(levels + levels // 3 + 4))


def _power_of_two(least: int) -> int:
    """Return the smallest power of two that is not below `least` (> 0)."""
    return 1 << (least - 1).bit_length()


@jit
def enlarged(table: Int64s) -> Int64s:
    """Return the same set of keys in twice the slots."""
    larger = np.zeros(2 * len(table), np.int64)
    for slot in range(len(table)):
        if table[slot] != 0:
            larger[entry_at(larger, 0, len(larger) - 1, 1, table[slot] - 1)] = table[slot]
    return larger


@jit
def peak_levels(
    keys: Int64s, lots: Int64s, msg_start: Int64s, msg_snapshot: npt.NDArray[np.bool_]
) -> int:
    """Return the most levels the recording ever holds at once."""
    table = np.zeros(1 << 12, np.int64)
    count = 0
    peak = 0
    for message in range(len(msg_snapshot)):
        if msg_snapshot[message]:
            table[:] = 0
            count = 0
        for row in range(msg_start[message], msg_start[message + 1]):
            at = entry_at(table, 0, len(table) - 1, 1, keys[row])
            if table[at] != 0 and lots[row] == 0:
                drop_entry(table, 0, len(table) - 1, 1, at)
                count -= 1
            elif table[at] == 0 and lots[row] != 0:
                table[at] = keys[row] + 1
                count += 1
                if 2 * count > len(table):
                    table = enlarged(table)
            peak = max(peak, count)
    return peak
