"""Where do our orders and impacts lie in the arrays that the matching kernels share with Python?

    control   (C_NEXT + 5N,)             how far the market has been played, the C_* words
    desk      (N, DESK_WORDS)            per instrument, the D_* words
    own       (2N, room, OWN_WORDS)      resting orders at 2 x instrument + side, best price first,
                                         then the order they came in; the O_* words
    impacts   (N, room, IMPACT_WORDS)    what our view has still to be shown, from head to tail
    fills     (room, FILL_WORDS)         maker fills of the entry just played, the F_* words

A bound is word + 0 for the pessimistic and + 1 for the optimistic queue.
"""

from typing import Final

DESK_WORDS: Final = 8
D_APPLIED: Final = 0  # book messages the venue has applied
D_SEEN: Final = 1  # book messages our view has applied
D_HEAD: Final = 2  # first impact not yet shown
D_TAIL: Final = 3  # impact after the last
D_RESTING: Final = 4  # [4], [5]: own bids, own asks
D_FILLS: Final = 6  # maker fills of the entry at hand
D_TOLD: Final = 7  # the entry its venue's book is told next; those up to C_NEXT are owed to it

O_NUMBER: Final = 0
O_TICK: Final = 1
O_QUANTITY: Final = 2
O_STANDING: Final = 3  # what stood at its price after the last change
O_PRINTED: Final = 4  # lots printed ahead of it since that change
O_AHEAD: Final = 5  # [5], [6]: lots ahead of it
O_FILLED: Final = 7  # [7], [8]: lots filled
OWN_WORDS: Final = 9

IMPACT_WORDS: Final = 4
I_DUE: Final = 0  # 2k: before book message k, 2k + 1: right after it
I_IS_TAKE: Final = 1
I_KEY: Final = 2
I_LOTS: Final = 3

FILL_WORDS: Final = 6
F_INSTRUMENT: Final = 0
F_NUMBER: Final = 1
F_LOTS: Final = 2
F_LEAVES: Final = 3
F_FILLED: Final = 4  # [4], [5]

C_EVENTS: Final = 0  # book rows and prints our view has applied
C_TIME: Final = 1  # time of the last thing that could stop, ns
C_FIRED: Final = 2  # slots fired by it
C_FILLS: Final = 3  # maker fills made by it
C_SHORT: Final = 4  # instrument whose book is short of room
C_SHORT_AT: Final = 5  # entry it is short of room for
C_CUT_SET: Final = 6  # 1 while some streams still have to be played up to the cut
C_CUT_TIME: Final = 7  # the cut: entries before this time, or at it and of a stream below ...
C_CUT_STREAM: Final = 8  # ... this one, are played
C_VERDICT: Final = 9  # what to say once all are
C_LEFT: Final = 10  # entries not yet played
C_NEXT: Final = 16  # on from here: the entry each stream plays next

PLAYED: Final = 0  # everything asked for has been played
STOPPED: Final = 1  # watches fired or orders filled
VIEW_SHORT: Final = 2  # the view's book of C_SHORT must grow before the next entry
VENUE_SHORT: Final = 3  # the venue's book of C_SHORT must grow before the next entry
