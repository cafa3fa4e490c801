"""How do kernels read the characters of a JSON frame?

Every reader starts at `at` and returns where it ended, or a fault below 0. A frame ends in PAD zero
bytes, which no reader passes: so none looks beyond its end. Only what venues really send is read:
no blanks, no escapes, no exponents. For everything else the answer is ODD, and a slower reader
decides.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from venues.books.jit import jit_flat
from venues.live.frames.grid import (
    G_PRICE_PLACES,
    G_PRICE_UNITS,
    G_SIZE_PLACES,
    G_SIZE_UNITS,
    MOST_STEPS,
)
from venues.model.market import Int64s

Bytes = npt.NDArray[np.uint8]

PAD: Final = 8
PADDING: Final = bytes(PAD)

ODD: Final = -1  # not spelled as expected
OFF_GRID: Final = -2  # a price that is no whole number of ticks, or out of range

# Kernels read the grid from the same small array into which they put what they read.
C_VALUE: Final = 4  # what was read
C_LEFT: Final = 5  # 1 where digits finer than asked for were not zero
C_ROWS: Final = 6  # levels read so far

_MOST: Final = 10**17  # one more digit always fits

_QUOTE: Final = ord('"')
_COLON: Final = ord(":")
_COMMA: Final = ord(",")
_POINT: Final = ord(".")
_MINUS: Final = ord("-")
_OPEN: Final = ord("[")
_CLOSE: Final = ord("]")
_ZERO: Final = ord("0")
_NINE: Final = ord("9")
_BACKSLASH: Final = ord("\\")
_BLANK: Final = ord(" ")
_DELETE: Final = 127
_LOWER_A: Final = ord("a")
_LOWER_Z: Final = ord("z")
_MOST_NAME: Final = 7  # characters of a name, packed into one integer


def packed(name: str) -> int:
    """Return a name of up to seven characters as the integer `read_name` gives."""
    value = 0
    for character in name:
        value = (value << 8) | ord(character)
    return value


def padded(frame: bytes) -> Bytes:
    """Return a frame as kernels read it."""
    return np.frombuffer(frame + PADDING, np.uint8)


@jit_flat
def read_name(frame: Bytes, at: int, facts: Int64s) -> int:
    """Read `"name":`, packed into the value."""
    if frame[at] != _QUOTE:
        return ODD
    at += 1
    value = 0
    length = 0
    while frame[at] != _QUOTE:
        character = int(frame[at])
        if character < _ZERO or character > _LOWER_Z or length == _MOST_NAME:
            return ODD
        value = (value << 8) | character
        length += 1
        at += 1
    if frame[at + 1] != _COLON:
        return ODD
    facts[C_VALUE] = value
    return at + 2


@jit_flat
def read_integer(frame: Bytes, at: int, facts: Int64s) -> int:
    """Read digits."""
    value = 0
    begun = at
    while _ZERO <= frame[at] <= _NINE:
        if value >= _MOST:
            return ODD
        value = value * 10 + int(frame[at]) - _ZERO
        at += 1
    if at == begun or (frame[begun] == _ZERO and at > begun + 1):
        return ODD
    facts[C_VALUE] = value
    return at


@jit_flat
def read_decimal(frame: Bytes, at: int, places: int, facts: Int64s) -> int:
    """Read a decimal as a whole number of 10^-places; what is finer is left out and noted."""
    value = 0
    after = -1  # digits behind the point, -1 before it
    left = 0
    begun = at
    while True:
        character = int(frame[at])
        if _ZERO <= character <= _NINE:
            if after >= places:
                left |= character - _ZERO
            else:
                if value >= _MOST:
                    return ODD
                value = value * 10 + character - _ZERO
            if after >= 0:
                after += 1
        elif character == _POINT and after < 0 and at > begun:
            after = 0
        else:
            break
        at += 1
    if at == begun or after == 0:
        return ODD
    for _ in range(places - max(after, 0)):
        if value >= _MOST:
            return ODD
        value *= 10
    facts[C_VALUE] = value
    facts[C_LEFT] = 1 if left != 0 else 0
    return at


@jit_flat
def skip_text(frame: Bytes, at: int) -> int:
    """Pass a string (`at`: its first quote) without escapes."""
    at += 1
    while frame[at] != _QUOTE:
        character = int(frame[at])
        if character < _BLANK or character >= _DELETE or character == _BACKSLASH:
            return ODD
        at += 1
    return at + 1


@jit_flat
def skip_plain(frame: Bytes, at: int) -> int:
    """Pass a value that is neither an object nor an array."""
    if frame[at] == _QUOTE:
        return skip_text(frame, at)
    begun = at
    while frame[at] not in (_COMMA, ord("}"), ord("]")):
        character = int(frame[at])
        letter = _LOWER_A <= character <= _LOWER_Z
        if not (letter or _ZERO <= character <= _NINE or character in (_POINT, _MINUS)):
            return ODD
        at += 1
    return at if at > begun else ODD


@jit_flat
def read_same(frame: Bytes, at: int, text: Bytes) -> int:
    """Pass a string that is exactly `text`."""
    if frame[at] != _QUOTE:
        return ODD
    at += 1
    for i in range(len(text)):
        if frame[at] != text[i]:
            return ODD
        at += 1
    return at + 1 if frame[at] == _QUOTE else ODD


@jit_flat
def read_tick(frame: Bytes, at: int, facts: Int64s) -> int:
    """Read `"price"` as ticks."""
    if frame[at] != _QUOTE:
        return ODD
    at = read_decimal(frame, at + 1, facts[G_PRICE_PLACES], facts)
    if at < 0 or frame[at] != _QUOTE:
        return ODD
    units = facts[G_PRICE_UNITS]
    tick = facts[C_VALUE] if units == 1 else facts[C_VALUE] // units
    if facts[C_LEFT] != 0 or tick * units != facts[C_VALUE] or not 0 < tick < MOST_STEPS:
        return OFF_GRID
    facts[C_VALUE] = tick
    return at + 1


@jit_flat
def read_lots(frame: Bytes, at: int, facts: Int64s) -> int:
    """Read `"size"` as whole lots, rounded down."""
    if frame[at] != _QUOTE:
        return ODD
    at = read_decimal(frame, at + 1, facts[G_SIZE_PLACES], facts)
    if at < 0 or frame[at] != _QUOTE:
        return ODD
    units = facts[G_SIZE_UNITS]
    lots = facts[C_VALUE] if units == 1 else facts[C_VALUE] // units
    if lots >= MOST_STEPS:
        return OFF_GRID
    facts[C_VALUE] = lots
    return at + 1


@jit_flat
def read_pairs(frame: Bytes, at: int, side: int, facts: Int64s, keys: Int64s, lots: Int64s) -> int:
    """Read `[["price","size"],...]` of one side into rows; a frame has room for all of its own."""
    if frame[at] != _OPEN:
        return ODD
    at += 1
    if frame[at] == _CLOSE:
        return at + 1
    while True:
        if frame[at] != _OPEN:
            return ODD
        at = read_tick(frame, at + 1, facts)
        if at < 0:
            return at
        row = facts[C_ROWS]
        keys[row] = facts[C_VALUE] * 2 + side
        if frame[at] != _COMMA:
            return ODD
        at = read_lots(frame, at + 1, facts)
        if at < 0:
            return at
        lots[row] = facts[C_VALUE]
        facts[C_ROWS] = row + 1
        if frame[at] != _CLOSE:
            return ODD
        at += 1
        if frame[at] == _CLOSE:
            return at + 1
        if frame[at] != _COMMA:
            return ODD
        at += 1


def rows_in(frame: bytes) -> int:
    """Return an upper bound of the levels a frame can name: each takes ten characters or more."""
    return len(frame) // 10 + 1
