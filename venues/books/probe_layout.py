"""Where do the virtual orders of one instrument lie in the array their kernels keep?

First the header, the P_* words. Then the generations: the second in which each was posted + 1 (0 =
none), the mid then (bid + ask), the touch of bids and of asks, and for each side the
best tick at which one of them is not filled. Then the orders: for each
word of O_* those of bids, then of asks, by generation and place. At last the table of what has been
counted.
"""

from typing import Final

from venues.books.probes import PLACES, TABLE_WORDS

P_SECOND: Final = 0  # the last second of the clock that was seen, + 1; 0 before the first
P_FLOW: Final = 1  # [1], [2]: what prints take from bids, asks in a second
P_HIT: Final = 3  # [3], [4]: lots they took in this one
P_REACH: Final = 5  # [5], [6]: best tick at which a virtual bid, ask is not filled
P_ON: Final = 7  # 1 where virtual orders are posted at all
P_SWING: Final = 8  # how lively the mid is
P_LAST_MID: Final = 9  # the mid at the last second of the clock, 0 = not known
P_HEADER: Final = 10

# Orders are followed for the last horizon, and a fill in its last second for its mark.
LAST_AGE: Final = 65
GENERATIONS: Final = 66
SLOTS: Final = GENERATIONS * PLACES

P_BORN: Final = P_HEADER
P_MID: Final = P_BORN + GENERATIONS
P_TOUCH: Final = P_MID + GENERATIONS
P_NEAREST: Final = P_TOUCH + 2 * GENERATIONS
P_ORDERS: Final = P_NEAREST + 2 * GENERATIONS
O_TICK: Final = 0  # where it stands while it is not filled, else a tick nothing reaches
O_AHEAD: Final = 1
O_CELL: Final = 2
O_STATUS: Final = 3
O_FILLED_NS: Final = 4
O_FILLED_MID: Final = 5
ORDER_WORDS: Final = 6
P_TABLE: Final = P_ORDERS + ORDER_WORDS * 2 * SLOTS
PROBE_WORDS: Final = P_TABLE + TABLE_WORDS

FILLED: Final = 1
LEFT: Final = 2
HELD_DONE: Final = 4  # what it became is counted
PEGGED_DONE: Final = 8
MARKED: Final = 16
ALL_DONE: Final = HELD_DONE | PEGGED_DONE | MARKED
USED: Final = 32  # an order stands, or stood, in this slot
