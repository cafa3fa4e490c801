"""What is known, at a decision, of what becomes of the depth a book displays?

The outcomes taken down when the book leaned as it does now, and per distance how much more, or less,
than in them will change of what is displayed now. The mean of outcomes is a straight line: so many lots
come, and such a share of what is displayed stays. But what is large is large by chance for a part, and
more of it goes than that share would say. So what was there is regressed on what the line would have
foretold (Mincer, Zarnowitz 1969, *The evaluation of economic forecasts*), over all outcomes kept of the
side, each by the line of its own lean, and drawn towards the line as FITTED_LEAST outcomes on it would.
What goes and what comes are then taken so much more of, or less, that their mean is what the regression
foretells; what stayed as it was stays so.

All in integers: lots are brought below 2^18, which leaves room for their squares.
"""

from typing import Final

from venues.books.jit import jit_flat
from venues.books.layout import (
    CHANGE_MOST,
    COMES,
    FITTED_BITS,
    FITTED_LEAST,
    GOES,
    H_SHOWN,
    LEAN_REACH,
    LEANS,
    LOTS_MOST,
    NO_TICK,
    O_COUNT,
    O_NOW,
    O_RING,
    OUTCOME_BITS,
    OUTCOMES_LEAST,
    OUTCOMES_MOST,
    REACHES,
    RING_WORDS,
    SHIFT_BITS,
    WHOLE,
)
from venues.books.outcomes import heavier, reach_tick, ring_of
from venues.books.touch import better
from venues.books.within import book_within, book_within_each
from venues.model.market import Int64s

_OUTCOME: Final = (1 << OUTCOME_BITS) - 1
_SHIFT: Final = (1 << SHIFT_BITS) - 1


@jit_flat
def kept_in(mem: Int64s, b: int, ring: int) -> int:
    """Return how many outcomes a ring holds."""
    taken: int = mem[b + O_COUNT + ring]
    return min(taken, OUTCOMES_MOST)


@jit_flat
def size_in(word: int) -> int:
    """Return the lots that were displayed."""
    return word >> (OUTCOME_BITS + SHIFT_BITS) << (word >> OUTCOME_BITS & _SHIFT)


@jit_flat
def lots_in(word: int, shift: int) -> int:
    """Return the lots that were there of those displayed, in units of 2^`shift`."""
    outcome = word & _OUTCOME
    if outcome > WHOLE:
        return (size_in(word) + outcome - WHOLE) >> shift
    return (size_in(word) >> shift) * outcome // WHOLE


@jit_flat
def line_of(mem: Int64s, b: int, ring: int, reach: int) -> tuple[int, int, int]:
    """Return, over the outcomes of a ring, the sum of lots that came, of shares, and their number."""
    came = 0
    stayed = 0
    count = kept_in(mem, b, ring)
    at = b + O_RING + ring * RING_WORDS + reach
    for _ in range(count):
        outcome = mem[at] & _OUTCOME
        came += max(outcome - WHOLE, 0)
        stayed += min(outcome, WHOLE)
        at += REACHES
    return came, stayed, count


@jit_flat
def shift_of(mem: Int64s, b: int, first: int, reach: int) -> int:
    """Return by how much lots are to be shifted, so that all that were seen are small."""
    most = 0
    for lean in range(LEANS):
        at = b + O_RING + (first + lean) * RING_WORDS + reach
        for _ in range(kept_in(mem, b, first + lean)):
            most = max(most, size_in(mem[at]) + max((mem[at] & _OUTCOME) - WHOLE, 0))
            at += REACHES
    shift = 0
    while most >> shift >= 1 << (FITTED_BITS - 1):
        shift += 1
    return shift


@jit_flat
def foretold(came: int, stayed: int, count: int, size: int, shift: int) -> int:
    """Return what the line of a ring says of `size` lots; both in units of 2^`shift`."""
    return ((came >> shift) + stayed * size // WHOLE) // count


@jit_flat
def change_in(
    mem: Int64s, b: int, first: int, lean: int, reach: int, size: int, change: Int64s
) -> None:
    """Write how much of what goes, and of what comes, does so of `size` lots; see `book_outcomes`."""
    shift = shift_of(mem, b, first, reach)
    came = 0
    stayed = 0
    count = 0
    for each in range(LEANS):
        more, share, kept = line_of(mem, b, first + each, reach)
        came += more
        stayed += share
        count += kept
    said = 0  # what the lines say of what was displayed, and what was there
    was = 0
    said_said = 0
    said_was = 0
    now = 0
    changes = 0
    for each in range(LEANS):
        more, share, kept = line_of(mem, b, first + each, reach)
        if kept < OUTCOMES_LEAST:
            more, share, kept = came, stayed, count
        if each == lean:
            shown = min(size >> shift, 1 << FITTED_BITS)
            now = foretold(more, share, kept, shown, shift)
            changes = foretold(more, kept * WHOLE - share, kept, shown, shift)
        at = b + O_RING + (first + each) * RING_WORDS + reach
        for _ in range(kept_in(mem, b, first + each)):
            x = foretold(more, share, kept, size_in(mem[at]) >> shift, shift)
            y = lots_in(mem[at], shift)
            said += x
            was += y
            said_said += x * x
            said_was += x * y
            at += REACHES
    spread = said_said - said * said // count
    if changes == 0 or spread == 0:
        return
    mean = said // count
    drawn = count * (said_was - said * was // count) + FITTED_LEAST * spread
    slope = drawn // max((count + FITTED_LEAST) * spread // WHOLE, 1)
    level = (was + FITTED_LEAST * mean) // (count + FITTED_LEAST)
    fitted = level + min(max(slope, 0), 2 * WHOLE) * (now - mean) // WHOLE
    part = (fitted - now) * WHOLE // changes
    change[GOES, reach] = min(max(WHOLE - part, WHOLE // CHANGE_MOST), WHOLE * CHANGE_MOST)
    change[COMES, reach] = min(max(WHOLE + part, WHOLE // CHANGE_MOST), WHOLE * CHANGE_MOST)


@jit_flat
def sizes_now(mem: Int64s, b: int, side: int, limit_tick: int) -> int:
    """Write the lots within each distance into O_NOW, up to the one that holds `limit_tick`.

    Returns how many distances those are.
    """
    touch = mem[b + H_SHOWN + side]
    count = 0
    while count < REACHES:
        tick = reach_tick(touch, side, count)
        mem[b + O_NOW + count] = tick
        count += 1
        if count > LEAN_REACH and not better(side, tick, limit_tick):
            break
    limits = b + O_NOW
    book_within_each(mem, b, side, limits, count, limits + REACHES, LOTS_MOST)
    return count


@jit_flat
def book_outcomes(
    mem: Int64s, b: int, side: int, horizon: int, limit_tick: int, rows: Int64s, change: Int64s
) -> int:
    """Write outcomes and return how many: of the lean there is now, if enough, else of all leans.

    In no order of time. Into `change`, per distance up to that of `limit_tick`: how much more than in
    them goes (row GOES) or comes (row COMES), in 1 / WHOLE, between a quarter and four.
    """
    first = ring_of(horizon, side, 0)
    touches = mem[b + H_SHOWN + side] != NO_TICK
    count = sizes_now(mem, b, side, limit_tick) if touches else 0
    own = mem[b + O_NOW + REACHES + LEAN_REACH] if touches else 0
    far = mem[b + H_SHOWN + 1 - side]
    other = 0
    if far != NO_TICK:
        far = reach_tick(far, 1 - side, LEAN_REACH)
        other = book_within(mem, b, 1 - side, far, LOTS_MOST)
    lean = heavier(own, other)
    total = 0
    for each in range(LEANS):
        total += kept_in(mem, b, first + each)
    for reach in range(REACHES):
        change[GOES, reach] = WHOLE
        change[COMES, reach] = WHOLE
        if reach < count and total >= OUTCOMES_LEAST:
            size = mem[b + O_NOW + REACHES + reach]
            change_in(mem, b, first, lean, reach, size, change)
    alike = kept_in(mem, b, first + lean) >= OUTCOMES_LEAST
    taken = 0
    for each in range(LEANS):
        if alike and each != lean:
            continue
        at = b + O_RING + (first + each) * RING_WORDS
        for _ in range(kept_in(mem, b, first + each)):
            for reach in range(REACHES):
                rows[taken, reach] = mem[at + reach] & _OUTCOME
            at += REACHES
            taken += 1
    return taken
