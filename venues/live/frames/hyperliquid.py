"""What does an l2Book frame of Hyperliquid say? Read by a kernel, by a wider reader where it must.

Every frame is the whole book the venue shows: twenty levels a side. Source: Hyperliquid, 2025,
"API: Websocket subscriptions".
"""

from typing import Final

import msgspec
import numpy as np

from venues.books.jit import jit_flat
from venues.live.frames.characters import (
    C_ROWS,
    C_VALUE,
    ODD,
    Bytes,
    packed,
    padded,
    read_integer,
    read_lots,
    read_name,
    read_same,
    read_tick,
    rows_in,
    skip_plain,
)
from venues.live.frames.depth import MOST_MS, UNNUMBERED, Depth, FrameError, Milliseconds, rows
from venues.live.frames.grid import Grid
from venues.model.market import Int64s

NS_PER_MS: Final = 1_000_000

L_TIME: Final = 7
L_SEEN: Final = 8

_CHANNEL: Final = packed("channel")
_DATA: Final = packed("data")
_COIN: Final = packed("coin")
_TIME: Final = packed("time")
_LEVELS: Final = packed("levels")
_PRICE: Final = packed("px")
_SIZE: Final = packed("sz")

_B_CHANNEL: Final = 1
_B_DATA: Final = 2
_B_COIN: Final = 4
_B_TIME: Final = 8
_B_LEVELS: Final = 16
_NEEDED: Final = _B_CHANNEL | _B_DATA | _B_COIN | _B_TIME | _B_LEVELS

L2_BOOK: Final = np.frombuffer(b"l2Book", np.uint8)


class _Level(msgspec.Struct):
    px: str
    sz: str


class _Book(msgspec.Struct):
    coin: str
    time: Milliseconds
    levels: tuple[list[_Level], list[_Level]]


class _Frame(msgspec.Struct):
    channel: str
    data: msgspec.Raw


_frame = msgspec.json.Decoder(_Frame)
_book = msgspec.json.Decoder(_Book)


def read_book(frame: bytes, coin: str, grid: Grid) -> Depth | None:
    """Return the whole book a frame shows, None if it is about something else.

    `coin`: the venue's own name, as "BTC". FrameError for what is no such frame, OffGridError for
    prices off the grid.
    """
    try:
        outer = _frame.decode(frame)
        if outer.channel != "l2Book":
            return None
        book = _book.decode(outer.data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise FrameError(f"no l2Book frame: {wrong}") from wrong
    if book.coin != coin:
        return None
    bids, asks = ([(level.px, level.sz) for level in side] for side in book.levels)
    keys, lots = rows(grid, bids, asks)
    return Depth(True, UNNUMBERED, UNNUMBERED, UNNUMBERED, book.time * NS_PER_MS, keys, lots)


def scan_book(frame: bytes, coin: Bytes, facts: Int64s) -> Depth | int:
    """Return what the kernel reads of an l2Book frame, or its fault: ODD or OFF_GRID.

    `facts`: of the grid. What it reads is what `read_book` reads; where it says ODD, that one must.
    """
    most = rows_in(frame)
    keys, lots = np.empty(most, np.int64), np.empty(most, np.int64)
    count = scan(padded(frame), len(frame), coin, facts, keys, lots)
    if count < 0:
        return int(count)
    at_ns = int(facts[L_TIME])
    return Depth(True, UNNUMBERED, UNNUMBERED, UNNUMBERED, at_ns, keys[:count], lots[:count])


@jit_flat
def scan(
    frame: Bytes,
    length: int,
    coin: Bytes,
    facts: Int64s,
    keys: Int64s,
    lots: Int64s,
) -> int:
    """Read an l2Book frame into `head` (L_*), `keys` and `lots`; return its levels, or a fault."""
    facts[L_SEEN] = 0
    facts[C_ROWS] = 0
    if frame[0] != ord("{"):
        return ODD
    at = 1
    inside = False
    while True:
        at = read_name(frame, at, facts)
        if at < 0:
            return at
        name = facts[C_VALUE]
        bit = bit_of(name, inside)
        if facts[L_SEEN] & bit != 0:
            return ODD
        facts[L_SEEN] |= bit
        if bit == _B_DATA:
            if frame[at] != ord("{"):
                return ODD
            inside = True
            at += 1
            continue
        at = read_field(frame, at, bit, coin, facts, keys, lots)
        if at < 0:
            return at
        if inside and frame[at] == ord("}"):
            inside = False
            at += 1
        if frame[at] == ord(","):
            at += 1
            continue
        if inside or frame[at] != ord("}") or at + 1 != length:
            return ODD
        return int(facts[C_ROWS]) if facts[L_SEEN] == _NEEDED else ODD


@jit_flat
def bit_of(name: int, inside: bool) -> int:
    """Return the bit of a name that matters where it stands, else 0."""
    if not inside:
        if name == _CHANNEL:
            return _B_CHANNEL
        return _B_DATA if name == _DATA else 0
    if name == _COIN:
        return _B_COIN
    if name == _TIME:
        return _B_TIME
    return _B_LEVELS if name == _LEVELS else 0


@jit_flat
def read_field(
    frame: Bytes,
    at: int,
    bit: int,
    coin: Bytes,
    facts: Int64s,
    keys: Int64s,
    lots: Int64s,
) -> int:
    """Read the value of one name; return where it ends, or a fault."""
    if bit == _B_CHANNEL:
        return read_same(frame, at, L2_BOOK)
    if bit == _B_COIN:
        return read_same(frame, at, coin)
    if bit == _B_TIME:
        at = read_integer(frame, at, facts)
        if at < 0 or facts[C_VALUE] >= MOST_MS:
            return ODD
        facts[L_TIME] = facts[C_VALUE] * NS_PER_MS
        return at
    if bit != _B_LEVELS:
        return skip_plain(frame, at)
    if frame[at] != ord("["):
        return ODD
    at = read_levels(frame, at + 1, 0, facts, keys, lots)
    if at < 0 or frame[at] != ord(","):
        return min(at, ODD)
    at = read_levels(frame, at + 1, 1, facts, keys, lots)
    if at < 0 or frame[at] != ord("]"):
        return min(at, ODD)
    return at + 1


@jit_flat
def read_levels(frame: Bytes, at: int, side: int, facts: Int64s, keys: Int64s, lots: Int64s) -> int:
    """Read `[{"px":"price","sz":"size","n":orders},...]` of one side into rows."""
    if frame[at] != ord("["):
        return ODD
    at += 1
    if frame[at] == ord("]"):
        return at + 1
    while True:
        if frame[at] != ord("{"):
            return ODD
        at = read_level(frame, at + 1, side, facts, keys, lots)
        if at < 0:
            return at
        if frame[at] == ord("]"):
            return at + 1
        if frame[at] != ord(","):
            return ODD
        at += 1


@jit_flat
def read_level(frame: Bytes, at: int, side: int, facts: Int64s, keys: Int64s, lots: Int64s) -> int:
    """Read the names of one level, in any order, up to and with its closing brace."""
    tick = -1
    size = -1
    while True:
        at = read_name(frame, at, facts)
        if at < 0:
            return at
        name = facts[C_VALUE]
        if name == _PRICE and tick < 0:
            at = read_tick(frame, at, facts)
            tick = facts[C_VALUE]
        elif name == _SIZE and size < 0:
            at = read_lots(frame, at, facts)
            size = facts[C_VALUE]
        elif name in (_PRICE, _SIZE):
            return ODD
        else:
            at = skip_plain(frame, at)
        if at < 0:
            return at
        if frame[at] == ord(","):
            at += 1
            continue
        if frame[at] != ord("}") or tick < 0 or size < 0:
            return ODD
        keys[facts[C_ROWS]] = tick * 2 + side
        lots[facts[C_ROWS]] = size
        facts[C_ROWS] += 1
        return at + 1
