"""When does a watch fire? The kernels over the book array; their oracle is `watch_twin`.

`rows` has shape (SLOTS, ROW_WORDS): what each slot watches. `active` has shape (N + 1, SLOTS) and
`counts` N + 1: the armed slots of each instrument in no order, and last those time can fire.
`grids` has shape (G, N): the scales of price rows. `scratch` is int64 of shape (2, MOST_LEVELS).
"""

from typing import Final

from venues.books.jit import jit, jit_flat
from venues.books.kernels import book_best, book_levels, book_state
from venues.books.layout import (
    H_HAS_DERIV,
    H_INDEX,
    H_LAST_TICK,
    H_MARK,
    H_TS_LOCAL,
    H_VOLUME,
    NO_TICK,
    STATE_LIVE,
)
from venues.books.watch import BAND, TOP
from venues.model.market import Int64s

ROW_WORDS: Final = 8
W_KIND: Final = 0
W_MASK: Final = 1  # bit i: instrument i is watched
W_1: Final = 2  # facts of the kind, as named below
W_2: Final = 3
W_3: Final = 4
W_4: Final = 5
W_5: Final = 6

NOTHING: Final = 0
PRICE: Final = 1  # reading, above, level, row of grids
TOUCH: Final = 2  # instrument, side, peg tick, ticks
DEPTH: Final = 3  # instrument, side, within, above, lots
VOLUME: Final = 4  # instrument, lots
STATE: Final = 5  # states of instruments 0-30, of 31-61, two bits each

READ_LAST: Final = 0
READ_MARK: Final = 1
READ_INDEX: Final = 2
STATES_PER_WORD: Final = 31
NO_PRICE: Final = -1


@jit_flat
def state_then(rows: Int64s, slot: int, i: int) -> int:
    """Return the state of instrument `i` when state row `slot` was armed."""
    low: int = rows[slot, W_1]
    high: int = rows[slot, W_2]
    if i < STATES_PER_WORD:
        return (low >> (2 * i)) & 3
    return (high >> (2 * (i - STATES_PER_WORD))) & 3


@jit
def mid_half_ticks(mem: Int64s, b: int) -> int:
    """Return best bid plus best ask, net of own orders, or NO_PRICE."""
    total = 0
    for side in range(2):
        best = book_best(mem, b, side)
        if best == NO_TICK:
            return NO_PRICE
        total += best
    return total


@jit
def half_steps(mem: Int64s, b: int, reading: int) -> int:
    """Return twice the price in steps of the instrument, or NO_PRICE."""
    if reading == READ_LAST:
        last: int = mem[b + H_LAST_TICK]
        return NO_PRICE if last == NO_TICK else 2 * last
    if reading == READ_MARK:
        mark: int = 2 * mem[b + H_MARK]
        return mark if mem[b + H_HAS_DERIV] != 0 else NO_PRICE
    if reading == READ_INDEX:
        index: int = 2 * mem[b + H_INDEX]
        return index if mem[b + H_HAS_DERIV + 1] != 0 else NO_PRICE
    return mid_half_ticks(mem, b)


@jit
def market_price(
    mem: Int64s,
    bases: Int64s,
    rows: Int64s,
    grids: Int64s,
    scratch: Int64s,
    slot: int,
    now_ns: int,
    stale_after_ns: int,
) -> int:
    """Return four times the median price over the LIVE members of a price row, or NO_PRICE."""
    mask = rows[slot, W_MASK]
    grid = rows[slot, W_4]
    count = 0
    i = 0
    while mask >> i != 0:
        watched = (mask >> i) & 1 != 0
        if watched and book_state(mem, bases[i], now_ns, stale_after_ns) == STATE_LIVE:
            price = half_steps(mem, bases[i], rows[slot, W_1])
            if price != NO_PRICE:
                scale = grids[grid, i]
                scaled = TOP if price > TOP // scale else price * scale
                place = count
                while place > 0 and scratch[0, place - 1] > scaled:
                    scratch[0, place] = scratch[0, place - 1]
                    place -= 1
                scratch[0, place] = scaled
                count += 1
        i += 1
    if count == 0:
        return NO_PRICE
    four_times: int = scratch[0, (count - 1) // 2] + scratch[0, count // 2]
    return four_times


@jit_flat
def price_holds(rows: Int64s, slot: int, four_times: int) -> bool:
    """Return whether a price is at or beyond the level of a price row."""
    if four_times == NO_PRICE:
        return False
    level: int = 4 * rows[slot, W_3]
    return four_times >= level if rows[slot, W_2] != 0 else four_times <= level


@jit_flat
def band_tick(half_ticks: int, side: int, within_e8: int) -> int:
    """Return `venues.books.watch.band_limit`, exactly."""
    whole = half_ticks // (2 * BAND)
    rest = half_ticks - whole * 2 * BAND
    if side == 0:
        factor = BAND - within_e8
        return whole * factor + (rest * factor + 2 * BAND - 1) // (2 * BAND)
    factor = BAND + within_e8
    return whole * factor + rest * factor // (2 * BAND)


@jit
def depth_holds(
    mem: Int64s,
    bases: Int64s,
    rows: Int64s,
    scratch: Int64s,
    slot: int,
    now_ns: int,
    stale_after_ns: int,
) -> bool:
    """Return whether depth near the mid is at or beyond the lots of the row."""
    b = bases[rows[slot, W_1]]
    side = rows[slot, W_2]
    wanted: int = rows[slot, W_5]
    if book_state(mem, b, now_ns, stale_after_ns) != STATE_LIVE:
        return False
    half_ticks = mid_half_ticks(mem, b)
    if half_ticks == NO_PRICE:
        return False
    limit = band_tick(half_ticks, side, rows[slot, W_3])
    count = book_levels(mem, b, side, limit, wanted + 1, scratch[0], scratch[1])
    standing: int = 0
    for place in range(count):
        standing += scratch[1, place]
    return standing >= wanted if rows[slot, W_4] != 0 else standing <= wanted


@jit
def touch_holds(mem: Int64s, bases: Int64s, rows: Int64s, slot: int) -> bool:
    """Return whether the touch has left its peg or is gone."""
    best = book_best(mem, bases[rows[slot, W_1]], rows[slot, W_2])
    return best == NO_TICK or abs(best - rows[slot, W_3]) >= rows[slot, W_4]


@jit_flat
def state_holds(
    mem: Int64s, bases: Int64s, rows: Int64s, slot: int, now_ns: int, stale_after_ns: int
) -> bool:
    """Return whether some member's state is not what it was."""
    mask = rows[slot, W_MASK]
    i = 0
    while mask >> i != 0:
        if (mask >> i) & 1 != 0:
            state = book_state(mem, bases[i], now_ns, stale_after_ns)
            if state != state_then(rows, slot, i):
                return True
        i += 1
    return False


@jit_flat
def disarm(rows: Int64s, active: Int64s, counts: Int64s, slot: int) -> None:
    """Empty `slot` and take it from every list it is on."""
    mask = rows[slot, W_MASK]
    lists = len(counts)
    for who in range(lists):
        listed = rows[slot, W_KIND] == STATE if who == lists - 1 else (mask >> who) & 1 != 0
        if not listed:
            continue
        for place in range(counts[who]):
            if active[who, place] == slot:
                counts[who] -= 1
                active[who, place] = active[who, counts[who]]
                break
    rows[slot, W_KIND] = NOTHING
    rows[slot, W_MASK] = 0


@jit_flat
def arm(rows: Int64s, active: Int64s, counts: Int64s, slot: int) -> None:
    """Put the row just written into `slot` on every list it belongs to."""
    mask = rows[slot, W_MASK]
    lists = len(counts)
    for who in range(lists):
        listed = rows[slot, W_KIND] == STATE if who == lists - 1 else (mask >> who) & 1 != 0
        if listed:
            active[who, counts[who]] = slot
            counts[who] += 1


@jit
def watches_fired(
    mem: Int64s,
    bases: Int64s,
    rows: Int64s,
    active: Int64s,
    counts: Int64s,
    grids: Int64s,
    scratch: Int64s,
    fired: Int64s,
    i: int,
    now_ns: int,
    stale_after_ns: int,
) -> int:
    """Write into `fired` and disarm the slots that hold after a message of `i`; return how many."""
    found = 0
    # Many parents of one market watch one price: find it once.
    grid = -1
    reading = -1
    price = NO_PRICE
    for place in range(counts[i]):
        slot = active[i, place]
        kind = rows[slot, W_KIND]
        if kind == PRICE:
            if grid != rows[slot, W_4] or reading != rows[slot, W_1]:
                grid = rows[slot, W_4]
                reading = rows[slot, W_1]
                price = market_price(mem, bases, rows, grids, scratch, slot, now_ns, stale_after_ns)
            holds = price_holds(rows, slot, price)
        elif kind == TOUCH:
            holds = touch_holds(mem, bases, rows, slot)
        elif kind == DEPTH:
            holds = depth_holds(mem, bases, rows, scratch, slot, now_ns, stale_after_ns)
        elif kind == VOLUME:
            holds = mem[bases[rows[slot, W_1]] + H_VOLUME] >= rows[slot, W_2]
        else:
            holds = state_holds(mem, bases, rows, slot, now_ns, stale_after_ns)
        if holds:
            fired[found] = slot
            found += 1
    for place in range(found):
        disarm(rows, active, counts, fired[place])
    return found


@jit_flat
def expiry_of(mem: Int64s, bases: Int64s, rows: Int64s, slot: int, stale_after_ns: int) -> int:
    """Return when the first LIVE member of state row `slot` turns STALE, or -1: none will."""
    mask = rows[slot, W_MASK]
    first = -1
    i = 0
    while mask >> i != 0:
        if (mask >> i) & 1 != 0 and state_then(rows, slot, i) == STATE_LIVE:
            last_ns = mem[bases[i] + H_TS_LOCAL]
            if book_state(mem, bases[i], last_ns, stale_after_ns) == STATE_LIVE:
                due = last_ns + stale_after_ns + 1
                first = due if first < 0 else min(first, due)
        i += 1
    return first


@jit_flat
def next_expiry(
    mem: Int64s,
    bases: Int64s,
    rows: Int64s,
    active: Int64s,
    counts: Int64s,
    stale_after_ns: int,
) -> int:
    """Return when the first watched book turns STALE, or -1: none will."""
    timed = len(counts) - 1
    first = -1
    for place in range(counts[timed]):
        due = expiry_of(mem, bases, rows, active[timed, place], stale_after_ns)
        if due >= 0:
            first = due if first < 0 else min(first, due)
    return first


@jit_flat
def watches_expired(
    mem: Int64s,
    bases: Int64s,
    rows: Int64s,
    active: Int64s,
    counts: Int64s,
    fired: Int64s,
    now_ns: int,
    stale_after_ns: int,
) -> int:
    """Write into `fired` and disarm the slots time has fired by `now_ns`; return how many."""
    timed = len(counts) - 1
    found = 0
    for place in range(counts[timed]):
        slot = active[timed, place]
        due = expiry_of(mem, bases, rows, slot, stale_after_ns)
        if 0 <= due <= now_ns:
            fired[found] = slot
            found += 1
    for place in range(found):
        disarm(rows, active, counts, fired[place])
    return found
