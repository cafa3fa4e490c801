"""Where does each fact of a book lie in the one int64 array that holds all books?

A book starts at a base offset `b`:

    header     HEADER words, the H_* slots below and, from O_NEXT on, what became of displayed depth
    window     2 x window words: bid levels, then ask levels, addressed `tick & (window - 1)`
    blocks     2 x window / BLOCK words: how many levels each run of BLOCK ticks holds
    overflow   slots x OVERFLOW_STRIDE words: hash of the levels outside the window
    touched    slots x TOUCHED_STRIDE words: hash of the levels that are not just as recorded

A level is one word: its recorded lots, or TOUCHED when its facts are in the touched table.
Only numbers live here; kernels compile them in.
"""

from typing import Final

NO_TICK: Final = -1  # no such price: the side is empty
FAR_TICK: Final = 1 << 60  # above every tick: "no limit" for asks, as NO_TICK is for bids
NO_ROOM: Final = -1  # refused before anything changed: grow the book and ask again
NOT_SHOWN: Final = -2  # refused: less of ours is shown there than should be taken away

TOUCHED: Final = 1 << 62  # level word: look in the touched table
BLOCK: Final = 64
BLOCK_BITS: Final = 6

H_WINDOW: Final = 0  # ticks in the window of one side, a power of two
H_SLOTS: Final = 1  # entries of each hash table, a power of two
H_ORIGIN: Final = 2  # [2], [3]: first tick in the window of bids, asks
H_SHOWN: Final = 4  # [4], [5]: best displayed tick of bids, asks, or NO_TICK
H_INSIDE: Final = 6  # levels in the windows of both sides
H_OUTSIDE: Final = 7  # levels in the overflow table
H_TOUCHED: Final = 8  # entries in the touched table
H_MESSAGES: Final = 9  # book messages applied
H_ROWS: Final = 10  # book rows applied
H_TS_EXCHANGE: Final = 11  # of the last book message, ns
H_TS_LOCAL: Final = 12  # of the last book message, ns; 0 before the first
H_HAS_SNAPSHOT: Final = 13  # 1 once a snapshot has come
H_GAP: Final = 14  # 1 from a gap to the next snapshot
H_CROSSED: Final = 15  # 1 while the displayed touch is crossed or locked
H_DOUBT: Final = 16  # 1 while somebody doubts this book
H_LAST_TICK: Final = 17  # last print, or NO_TICK
H_VOLUME: Final = 18  # lots printed so far
H_PRINTS: Final = 19  # prints so far
H_DERIV: Final = 20  # [20] mark, [21] index, [22] funding, 10^-12 units
H_MARK: Final = 20
H_INDEX: Final = 21
H_FUNDING: Final = 22
H_HAS_DERIV: Final = 23  # [23] mark, [24] index, [25] funding: 1 once it has come
H_FUNDING_NEXT: Final = 26  # next funding time, ns
H_EXCLUDED: Final = 27  # levels with own orders to leave out
H_FAULTS: Final = 28  # calls that broke a promise of theirs; 0 in a sound book
H_LEARNS: Final = 29  # 1 where outcomes are taken down

# What of the depth displayed at one moment was there when an order would have arrived (`outcomes`).
LOOK_EVERY_NS: Final = 1_000_000_000
# Distances from the touch in hundredths of a bp: doubling, so that few of them say much.
REACH_E6: Final = (0, 10, 20, 40, 80, 160, 320, 640, 1280)
REACHES: Final = len(REACH_E6)
HORIZON_NS: Final = (5_000_000, 50_000_000, 200_000_000)  # ways to the venue
HORIZONS: Final = len(HORIZON_NS)
LEANS: Final = 3  # which side of the book is the heavier one: this, neither, the other
LEAN_REACH: Final = 3  # the distance at which that is asked
OUTCOMES_MOST: Final = 64  # kept per horizon, side and lean: a ring, the oldest goes
# What is displayed counts as so many outcomes of its own; less evidence of one lean is not enough.
OUTCOMES_LEAST: Final = 16
# A word of a ring: an outcome, and above it the lots that were displayed, as 24 bits and a shift.
OUTCOME_BITS: Final = 32
SHIFT_BITS: Final = 6
SHOWN_BITS: Final = 24
WHOLE: Final = 1 << 10  # an outcome up to this is a share of what was displayed; beyond, lots more
GOES: Final = 0  # rows of what is known of change: of what goes,
COMES: Final = 1  # and of what comes
CHANGES: Final = 2
CHANGE_MOST: Final = 4  # so many times more, or less
FITTED_LEAST: Final = 64  # so many outcomes as they are on average speak against what size says
FITTED_BITS: Final = 18  # lots are brought below this many bits where they are squared
MORE_MOST: Final = 1 << 30  # more lots than that are taken for that
LOTS_MOST: Final = 1 << 50  # more than that counts as that, so that shares stay exact
LEARNED_FROM: Final = 48
O_NEXT: Final = LEARNED_FROM  # when to look next, local ns
O_AT: Final = 49  # when we looked last and still wait for outcomes, local ns; 0 for no wait
O_DONE: Final = 50  # horizons of that look already known
O_LEAN: Final = 51  # [51], [52]: the lean that look saw, for bids and asks
O_LIMITS: Final = 53  # 2 x REACHES ticks looked at, bids then asks
O_SHOWN: Final = O_LIMITS + 2 * REACHES  # lots displayed within them
O_THERE: Final = O_SHOWN + 2 * REACHES  # lots within them when an order would have arrived
O_NOW: Final = O_THERE + 2 * REACHES  # ticks, then lots within them, as a decision sees them
RINGS: Final = HORIZONS * 2 * LEANS
O_COUNT: Final = O_NOW + 2 * REACHES  # outcomes ever taken down, by ring
O_RING: Final = O_COUNT + RINGS  # RINGS x OUTCOMES_MOST x REACHES words
RING_WORDS: Final = OUTCOMES_MOST * REACHES
HEADER: Final = O_RING + RINGS * RING_WORDS

OVERFLOW_STRIDE: Final = 2  # key + 1, level word
TOUCHED_STRIDE: Final = 6
T_KEY: Final = 0  # key + 1
T_RECORDED: Final = 1  # R: what the source said last
T_EFFECTIVE: Final = 2  # E: what of it is still there
T_SHOWN: Final = 3  # our own lots the venue's feed shows on top
T_EXCLUDED: Final = 4  # our own lots the engine leaves out when it reads
T_SEEN: Final = 5  # 1 once a row of the snapshot at hand has named the level

STATE_UNVERIFIED: Final = 0
STATE_LIVE: Final = 1
STATE_STALE: Final = 2
STATE_BROKEN: Final = 3
