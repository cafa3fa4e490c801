"""What becomes of an order that rests here? Virtual ones are watched, at no cost to anybody.

Once a second of an instrument's own local clock one order of the least size is imagined at each of
a few prices behind the touch, on both sides, behind all that stands there. What our view is told
then happens to it: prints eat the queue, the book comes through it, or time passes. What became of
them is counted in a table per instrument, which forgets slowly:

- a print at its price eats the queue ahead, which is never longer than what is shown there; the
  order fills with the first print that is larger. One through its price fills it, and so does a
  book whose other side comes to it. That is the pessimistic queue of a paper venue.
- The touch of its side moved away from where it was: the order has been *left*. One that is pegged
  is posted again then, so that what it would have become is not known: censored (Kaplan and Meier
  1958, Nonparametric estimation from incomplete observations).
- A second or more without a word, a gap, a crossed book: all virtual orders are dropped.

Times are of the view, so that a live run and its replay count the same. Everything is an integer:
counts in parts of `ONE`, moves of the mid in 10^-8 of it, times `ONE`.
"""

from typing import Final, Protocol

from venues.model.market import Int64s

NS_PER_S: Final = 1_000_000_000
ONE: Final = 1 << 10

# Seconds after which it is counted what has become of an order; a move after a fill is read later.
HORIZONS: Final = (1, 5, 15, 60)
MARK_NS: Final = 5 * NS_PER_S
# A book that was silent for so many seconds of the clock has been out of sight.
SILENT_S: Final = 2

# Where virtual orders stand behind the touch: so many ticks, or so much of the price in 10^-8,
# whichever is more.
BEHIND: Final = ((0, 0), (1, 1_000), (2, 5_000), (4, 15_000))
PLACES: Final = 4
# Queues ahead in seconds of what prints of the other side take: up to 1/2, 2, 8, 32, or more.
QUEUES: Final = 5
# How lively the mid is, which is most of why orders fill sooner at one time than at another: the
# mean of its moves from second to second below 1/8 bps, 1/4, 1/2, or not, in 10^-8 of it.
STATES: Final = 4
SWING_LEAST: Final = 1_250
SWING_ONE: Final = 1 << 8
SWING_SHIFT: Final = 4
# What prints take a second is a mean that forgets: a 32nd of it a second, in parts of 2^16 lots.
FLOW_SHIFT: Final = 5
FLOW_ONE: Final = 1 << 16
# More lots than this, printed in a second or queueing, are this many; so everything fits 63 bits.
MOST_LOTS: Final = 1 << 36
# Mids are brought below this before they are divided, and no move is more than all of the price.
MOST_MID: Final = 1 << 35
# The table loses a 32nd each 64 seconds: half of it in 23 minutes.
FORGET_S: Final = 64
FORGET_SHIFT: Final = 5

# One cell of the table, by side, place, state and queue. An interval is what lies between two horizons.
C_HELD: Final = 0  # [4]: orders that stood at the beginning of each interval
C_FILLED: Final = 4  # [4]: those of them that were filled in it
C_PEGGED: Final = 8  # [4]: the same of orders that were not left: half of one that was counts
C_PEGGED_FILLED: Final = 12  # [4]
C_MOVED: Final = 16  # [4]: moves of the mid away from those not filled, since they were posted
C_MARKS: Final = 20  # orders whose mid some time after the fill is known
C_ADVERSE: Final = 21  # moves of it against them
CELL_WORDS: Final = 22
CELLS: Final = 2 * PLACES * STATES * QUEUES
TABLE_WORDS: Final = CELLS * CELL_WORDS


class Probes(Protocol):
    """The virtual orders in the books of one view."""

    def looked(self, i: int, now_ns: int) -> None:
        """Follow book `i` after a message that became known at `now_ns`."""
        ...

    def printed(self, i: int, taker_is_buy: bool, tick: int, lots: int, now_ns: int) -> None:
        """Follow a public trade of instrument `i`."""
        ...

    def table(self, i: int) -> Int64s:
        """Return what has been counted: `TABLE_WORDS` integers, cell by cell.

        To be read at once, and not written to: it may go on counting.
        """
        ...

    def flow(self, i: int, side: int) -> int:
        """Return the lots, in parts of `FLOW_ONE`, that prints take from `side` in a second."""
        ...

    def swing(self, i: int) -> int:
        """Return the mean move of the mid in a second, in parts of `SWING_ONE` x 10^-8 of it."""
        ...

    def teach(self, i: int, table: Int64s, flows: tuple[int, int], swing: int) -> None:
        """Go on from what was counted before, where nothing has been counted yet."""
        ...


def place_of(tick: int, touch: int) -> int:
    """Return which place behind the `touch` is nearest to `tick` and not nearer to the touch."""
    away = abs(touch - tick)
    found = 0
    for place in range(PLACES):
        if away >= behind_ticks(place, touch):
            found = place
    return found


def behind_ticks(place: int, touch: int) -> int:
    """Return how many ticks behind `touch` a place is."""
    ticks, part_e8 = BEHIND[place]
    return max(ticks, touch * part_e8 // 10**8)


def queue_of(ahead: int, flow: int) -> int:
    """Return the class of a queue of `ahead` lots where prints take `flow` a second."""
    wanted = 2 * min(ahead, MOST_LOTS) * FLOW_ONE
    for queue in range(QUEUES - 1):
        if wanted <= flow << 2 * queue:
            return queue
    return QUEUES - 1


def state_of(swing: int) -> int:
    """Return the class of a mean move of the mid in a second, in parts of `SWING_ONE` x 10^-8."""
    for state in range(STATES - 1):
        if swing < SWING_LEAST * SWING_ONE << state:
            return state
    return STATES - 1


def moved_e8(before: int, now: int) -> int:
    """Return the move from one mid (> 0) to another in 10^-8 of it, rounded down, at most all."""
    while before >= MOST_MID:
        before, now = before >> 1, now >> 1
    return max(-before, min(now - before, before)) * 10**8 // before


def cell_at(side: int, place: int, state: int, queue: int) -> int:
    """Return where the cell begins in a table."""
    return (((side * PLACES + place) * STATES + state) * QUEUES + queue) * CELL_WORDS
