"""What does a depth frame of Binance say? Read by a kernel, by a slower and wider reader where it must.

Spot and USD-M: `<symbol>@depth` diffs, bare or in a combined stream, and the REST snapshot. Source:
Binance, 2025, "Diff. Depth Stream" and "How to manage a local order book correctly".
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
    read_name,
    read_pairs,
    read_same,
    rows_in,
    skip_plain,
)
from venues.live.frames.depth import (
    MOST_MS,
    UNNUMBERED,
    Depth,
    FrameError,
    Milliseconds,
    Number,
    rows,
)
from venues.live.frames.grid import Grid
from venues.model.market import Int64s

NS_PER_MS: Final = 1_000_000

# Where the kernel puts what a frame says beside its levels.
D_TIME: Final = 7
D_FIRST: Final = 8
D_LAST: Final = 9
D_BEFORE: Final = 10
D_SEEN: Final = 11  # which names have been met, a bit each


_STREAM: Final = packed("stream")
_DATA: Final = packed("data")
_EVENT: Final = packed("e")
_EVENT_TIME: Final = packed("E")
_MATCH_TIME: Final = packed("T")
_SYMBOL: Final = packed("s")
_FIRST: Final = packed("U")
_LAST: Final = packed("u")
_BEFORE: Final = packed("pu")
_BIDS: Final = packed("b")
_ASKS: Final = packed("a")

_B_DATA: Final = 1
_B_EVENT: Final = 2
_B_TIME: Final = 4
_B_SYMBOL: Final = 8
_B_FIRST: Final = 16
_B_LAST: Final = 32
_B_BEFORE: Final = 64
_B_BIDS: Final = 128
_B_ASKS: Final = 256
_B_STREAM: Final = 512
_NEEDED: Final = _B_EVENT | _B_TIME | _B_SYMBOL | _B_FIRST | _B_LAST | _B_BIDS | _B_ASKS

DEPTH_UPDATE: Final = np.frombuffer(b"depthUpdate", np.uint8)
# The book stamps of USD-M are in "T", those of spot in "E"; both are sent as "E".


class _Diff(msgspec.Struct):
    e: str
    E: Milliseconds
    s: str
    U: Number
    u: Number
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]
    pu: Number | None = None
    stream: str = ""


class _Combined(msgspec.Struct):
    stream: str
    data: msgspec.Raw


class _Snapshot(msgspec.Struct):
    lastUpdateId: Number  # noqa: N815 - the venue's own name
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]
    E: Milliseconds = 0


_diff = msgspec.json.Decoder(_Diff)
_snapshot = msgspec.json.Decoder(_Snapshot)
_combined = msgspec.json.Decoder(_Combined)


def read_diff(frame: bytes, symbol: str, grid: Grid) -> Depth | None:
    """Return what a depth diff says, None if it is about something else.

    `symbol`: the venue's own, as "BTCUSDT". FrameError for what is no such frame, OffGridError for
    prices off the grid.
    """
    try:
        inner = bytes(_combined.decode(frame).data) if frame.startswith(b'{"stream"') else frame
        diff = _diff.decode(inner)
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise FrameError(f"no depth frame: {wrong}") from wrong
    if diff.e != "depthUpdate" or diff.s != symbol:
        return None
    if diff.u < diff.U or diff.stream:
        raise FrameError(f"changes {diff.U} to {diff.u} {diff.stream}")
    keys, lots = rows(grid, diff.b, diff.a)
    before = UNNUMBERED if diff.pu is None else diff.pu
    return Depth(False, diff.U, diff.u, before, diff.E * NS_PER_MS, keys, lots)


def read_snapshot(body: bytes, grid: Grid) -> Depth:
    """Return what the REST snapshot says; `at_ns` is 0 on spot, which does not say."""
    try:
        said = _snapshot.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise FrameError(f"no snapshot: {wrong}") from wrong
    keys, lots = rows(grid, said.bids, said.asks)
    number = said.lastUpdateId
    return Depth(True, number, number, UNNUMBERED, said.E * NS_PER_MS, keys, lots)


def scan_diff(frame: bytes, symbol: Bytes, facts: Int64s) -> Depth | int:
    """Return what the kernel reads of a depth diff, or its fault: ODD or OFF_GRID.

    `facts`: of the grid. What it reads is what `read_diff` reads; where it says ODD, that one must.
    """
    most = rows_in(frame)
    keys, lots = np.empty(most, np.int64), np.empty(most, np.int64)
    count = scan(padded(frame), len(frame), symbol, facts, keys, lots)
    if count < 0:
        return int(count)
    return Depth(
        False,
        int(facts[D_FIRST]),
        int(facts[D_LAST]),
        int(facts[D_BEFORE]),
        int(facts[D_TIME]),
        keys[:count],
        lots[:count],
    )


@jit_flat
def scan(
    frame: Bytes,
    length: int,
    symbol: Bytes,
    facts: Int64s,
    keys: Int64s,
    lots: Int64s,
) -> int:
    """Read a depth diff into `head` (D_*), `keys` and `lots`; return the levels in it, or a fault."""
    facts[D_SEEN] = 0
    facts[D_BEFORE] = UNNUMBERED
    facts[C_ROWS] = 0
    if frame[0] != ord("{"):
        return ODD
    at = 1
    depth = 1
    while True:
        at = read_name(frame, at, facts)
        if at < 0:
            return at
        name = facts[C_VALUE]
        if name == _DATA and depth == 1:
            if facts[D_SEEN] != _B_STREAM or frame[at] != ord("{"):
                return ODD
            facts[D_SEEN] = _B_DATA
            depth = 2
            at += 1
            continue
        if name == _STREAM:
            if facts[D_SEEN] != 0:
                return ODD
            facts[D_SEEN] = _B_STREAM
            at = skip_plain(frame, at)
        else:
            at = read_field(frame, at, name, symbol, facts, keys, lots)
        if at < 0:
            return at
        if frame[at] == ord(","):
            at += 1
            continue
        if frame[at] != ord("}"):
            return ODD
        at += 1
        if depth == 2:
            if frame[at] != ord("}"):
                return ODD
            at += 1
        if at != length or facts[D_SEEN] & (_NEEDED | _B_STREAM) != _NEEDED:
            return ODD
        return int(facts[C_ROWS]) if 0 <= facts[D_FIRST] <= facts[D_LAST] else ODD


@jit_flat
def read_field(
    frame: Bytes,
    at: int,
    name: int,
    symbol: Bytes,
    facts: Int64s,
    keys: Int64s,
    lots: Int64s,
) -> int:
    """Read the value of one name; return where it ends, or a fault. A name comes once."""
    bit = bit_of(name)
    if bit == 0:
        return skip_plain(frame, at)
    if facts[D_SEEN] & bit != 0:
        return ODD
    facts[D_SEEN] |= bit
    if bit == _B_BIDS:
        return read_pairs(frame, at, 0, facts, keys, lots)
    if bit == _B_ASKS:
        # Bids first, as every venue sends them and every other reader reads them.
        if facts[D_SEEN] & _B_BIDS == 0:
            return ODD
        return read_pairs(frame, at, 1, facts, keys, lots)
    if bit in (_B_EVENT, _B_SYMBOL):
        end = read_same(frame, at, DEPTH_UPDATE if bit == _B_EVENT else symbol)
        return end if end >= 0 else ODD
    at = read_integer(frame, at, facts)
    if at < 0:
        return at
    if bit == _B_TIME:
        if facts[C_VALUE] >= MOST_MS:
            return ODD
        facts[D_TIME] = facts[C_VALUE] * NS_PER_MS
    elif bit == _B_FIRST:
        facts[D_FIRST] = facts[C_VALUE]
    elif bit == _B_LAST:
        facts[D_LAST] = facts[C_VALUE]
    else:
        facts[D_BEFORE] = facts[C_VALUE]
    return at


@jit_flat
def bit_of(name: int) -> int:
    """Return the bit of a name that matters, else 0."""
    if name == _BIDS:
        return _B_BIDS
    if name == _ASKS:
        return _B_ASKS
    if name == _EVENT:
        return _B_EVENT
    if name == _EVENT_TIME:
        return _B_TIME
    if name == _SYMBOL:
        return _B_SYMBOL
    if name == _FIRST:
        return _B_FIRST
    if name == _LAST:
        return _B_LAST
    if name == _BEFORE:
        return _B_BEFORE
    return 0
