"""What can be watched on books: conditions as rows of integers, each armed in a numbered slot.

A watch fires once and leaves its slot. It is looked at after each message, print or derivative value
of an instrument it watches, never at registration. Prices are read in half steps, so that the mid of
an odd spread is exact; the integer `scale` of an instrument brings its steps to the common grid.
"""

import enum
from dataclasses import dataclass
from typing import Final, Protocol, assert_never

SLOTS: Final = 4096
# Instruments are bits of one word, and their states two bits each of two words.
MOST_INSTRUMENTS: Final = 62
# A scaled price above this is as good as this: sums of two stay far from 2^63.
TOP: Final = 1 << 61
# Depth is counted over at most this many levels.
MOST_LEVELS: Final = 1 << 14
# Depth bands are fractions of the mid in units of 10^-8 (0.0001 bps).
BAND: Final = 10**8


class Reading(enum.IntEnum):
    """Which price of a book is read: last and mid in ticks, mark and index in units of 10^-12."""

    LAST = 0
    MARK = 1
    INDEX = 2
    MID = 3


@dataclass(frozen=True, slots=True)
class PriceRow:
    """The median price over the LIVE books of `members` is at or beyond `level`.

    Of an even number of prices the median is the middle of the two in the middle. `scales[n]` (> 0)
    turns one step of member n into the grid of `level`. `above`: at or above, else at or below.
    """

    reading: Reading
    members: tuple[int, ...]
    scales: tuple[int, ...]
    above: bool
    level: int


@dataclass(frozen=True, slots=True)
class TouchRow:
    """The best tick of `side`, own orders left out, is `ticks` or more from `peg_tick`, or gone."""

    i: int
    side: int
    peg_tick: int
    ticks: int


@dataclass(frozen=True, slots=True)
class DepthRow:
    """Lots of `side` within `within_e8` x 10^-8 of the mid of a LIVE book, own orders left out.

    `above`: `lots` or more stand there; else `lots` or fewer.
    """

    i: int
    side: int
    within_e8: int
    above: bool
    lots: int


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """Lots printed since the run began have reached `lots`."""

    i: int
    lots: int


@dataclass(frozen=True, slots=True)
class StateRow:
    """The state of some book of `members` is not what it was when the watch was set.

    The one watch that time alone can fire: a LIVE book turns STALE without a message.
    """

    members: tuple[int, ...]


WatchRow = PriceRow | TouchRow | DepthRow | VolumeRow | StateRow


class Watches(Protocol):
    """Armed watches over the books of one view."""

    def set(self, slot: int, row: WatchRow, now_ns: int) -> None:
        """Arm `row` in `slot` (0 <= slot < SLOTS), replacing what was there.

        ValueError: a slot, instrument, scale or level out of bounds.
        """
        ...

    def clear(self, slot: int) -> None:
        """Disarm `slot`; an empty slot stays empty."""
        ...

    def fired(self, i: int, now_ns: int) -> tuple[int, ...]:
        """Return and disarm the slots that hold after a message of instrument `i`, rising."""
        ...

    def next_expiry_ns(self) -> int | None:
        """Return when the first watched book turns STALE if nothing comes before; None: never."""
        ...

    def expired(self, now_ns: int) -> tuple[int, ...]:
        """Return and disarm the slots whose book has turned STALE by `now_ns`, rising."""
        ...


def watched(row: WatchRow) -> tuple[int, ...]:
    """Return the instruments a row looks at."""
    match row:
        case PriceRow() | StateRow():
            return row.members
        case TouchRow() | DepthRow() | VolumeRow():
            return (row.i,)
        case _:
            assert_never(row)


def check_watch(slot: int, row: WatchRow, instruments: int) -> None:
    """Raise ValueError where `row` cannot be armed in `slot` over this many instruments."""
    if not 0 <= slot < SLOTS:
        raise ValueError(f"watch slot {slot} is not in [0, {SLOTS})")
    members = watched(row)
    if not members or sorted(set(members)) != list(members):
        raise ValueError(f"watched instruments {members} are not rising")
    if members[0] < 0 or members[-1] >= instruments:
        raise ValueError(f"watched instruments {members} are not all in [0, {instruments})")
    match row:
        case PriceRow():
            if len(row.scales) != len(members) or not all(0 < s < TOP for s in row.scales):
                raise ValueError(f"scales {row.scales} do not fit instruments {members}")
            if not 0 <= row.level < TOP // 2:
                raise ValueError(f"level {row.level} is not in [0, 2^60)")
        case DepthRow():
            if not 0 < row.within_e8 <= BAND or row.lots < 0:
                raise ValueError(f"depth of {row.lots} lots within {row.within_e8} makes no sense")
        case TouchRow():
            if row.ticks <= 0:
                raise ValueError(f"a touch moves by at least one tick, not {row.ticks}")
        case VolumeRow() | StateRow():
            pass
        case _:
            assert_never(row)


def band_limit(half_ticks: int, side: int, within_e8: int) -> int:
    """Return the last tick of `side` within the band around a mid of `half_ticks` (bid + ask).

    Exact: bids round up, asks down; split so that no product leaves 63 bits.
    """
    whole, rest = divmod(half_ticks, 2 * BAND)
    if side == 0:
        factor = BAND - within_e8
        return whole * factor - (-rest * factor) // (2 * BAND)
    factor = BAND + within_e8
    return whole * factor + rest * factor // (2 * BAND)
