"""How is an exact quantity filled fast? `lattice.fill` over int64 arrays, step by step the same."""

from typing import Final

from venues.books.jit import jit
from venues.model.market import Int64s

# Rows of `levels`: all venues laid end to end.
PRICE: Final = 0
UPTO: Final = 1
BEFORE: Final = 2
# Rows of `venues`.
FROM: Final = 0  # where the levels of a venue begin
FIXED: Final = 1
SPREAD: Final = 2
STEP: Final = 3
LATTICE: Final = 4
LEAST: Final = 5
MOST: Final = 6
VENUE_ROWS: Final = 7
# Rows of `cursor`: where each venue stands while its class is merged, and its next run.
X: Final = 0
AT: Final = 1
END: Final = 2
WORTH: Final = 3
COUNT: Final = 4
CURSOR_ROWS: Final = 5
# Rows of `runs`: worth of one step, source (the number of venues: blocks of the finer class), count.
RUN_WORTH: Final = 0
RUN_SOURCE: Final = 1
RUN_COUNT: Final = 2
# Rows of `classes`: size of a step, runs from and to, steps of the remainder, steps in a block.
SIZE: Final = 0
START: Final = 1
STOP: Final = 2
FIRST: Final = 3
RATIO: Final = 4
CLASS_ROWS: Final = 5
# There are no takings that sum to the total.
NONE: Final = -1
# A venue that has nothing left: dearer than any step.
_SPENT: Final = 2**63 - 1


@jit
def value(levels: Int64s, first: int, at: int, grains: int) -> int:
    """Return the worth of `grains` of the venue whose levels begin at `first`; start to look at `at`."""
    while levels[UPTO, at] < grains:
        at += 1
    start = levels[UPTO, at - 1] if at > first else 0
    return int(levels[BEFORE, at] + levels[PRICE, at] * (grains - start))


@jit
def next_run(levels: Int64s, venues: Int64s, cursor: Int64s, n: int, extra: int) -> None:
    """Set the run that follows where venue `n` stands; `extra` is added to each step."""
    x, end, size = cursor[X, n], cursor[END, n], venues[LATTICE, n]
    if x >= end:
        cursor[WORTH, n] = _SPENT
        return
    at = cursor[AT, n]
    while levels[UPTO, at] <= x:
        at += 1
    cursor[AT, n] = at
    whole = (min(levels[UPTO, at], end) - x) // size
    if whole > 0:
        cursor[WORTH, n] = levels[PRICE, at] * size + extra
        cursor[COUNT, n] = whole
    else:  # a step over the end of a level
        first = venues[FROM, n]
        over = value(levels, first, at, x + size) - value(levels, first, at, x)
        cursor[WORTH, n] = over + extra
        cursor[COUNT, n] = 1


@jit
def blocks_of(runs: Int64s, classes: Int64s, finer: int, blocks: Int64s) -> int:
    """Group what `finer` has behind its remainder into steps of the next class; return how many runs."""
    skip, ratio = classes[FIRST, finer], classes[RATIO, finer]
    filled = partly = found = 0
    for r in range(classes[START, finer], classes[STOP, finer]):
        worth = runs[RUN_WORTH, r]
        skipped = min(skip, runs[RUN_COUNT, r])
        skip -= skipped
        left = runs[RUN_COUNT, r] - skipped
        if filled > 0:
            more = min(ratio - filled, left)
            filled += more
            partly += worth * more
            left -= more
            if filled == ratio:
                blocks[0, found] = partly
                blocks[1, found] = 1
                found += 1
                filled = 0
                partly = 0
        if left >= ratio:
            blocks[0, found] = worth * ratio
            blocks[1, found] = left // ratio
            found += 1
            left %= ratio
        if left > 0:
            filled += left
            partly += worth * left
    return found


@jit
def merge_class(
    levels: Int64s,
    venues: Int64s,
    low: Int64s,
    high: Int64s,
    size: int,
    units: int,
    cursor: Int64s,
    blocks: Int64s,
    found: int,
    runs: Int64s,
    start: int,
) -> int:
    """Write the cheapest `units` steps of one size to `runs` from `start`; return where they end."""
    count = venues.shape[1]
    for n in range(count):
        cursor[WORTH, n] = _SPENT
        if venues[LATTICE, n] == size and high[n] > low[n]:
            cursor[X, n], cursor[END, n] = low[n], high[n]
            cursor[AT, n] = venues[FROM, n]
            next_run(levels, venues, cursor, n, 0 if low[n] > 0 else venues[SPREAD, n])
    stop, block, left = start, 0, units
    nexts = cursor[WORTH]
    while left > 0:
        best = -1
        worth = _SPENT
        for n in range(count):
            if nexts[n] < worth:
                best = n
                worth = nexts[n]
        if block < found and blocks[0, block] < worth:
            best = count
            worth = blocks[0, block]
        if best < 0:
            return stop
        take = min(blocks[1, block] if best == count else cursor[COUNT, best], left)
        runs[RUN_WORTH, stop] = worth
        runs[RUN_SOURCE, stop] = best
        runs[RUN_COUNT, stop] = take
        stop += 1
        left -= take
        if best == count:
            block += 1
        else:
            cursor[X, best] += take * size
            next_run(levels, venues, cursor, best, 0 if low[best] > 0 else venues[SPREAD, best])
    return stop


@jit
def worth_of_first(runs: Int64s, start: int, stop: int, units: int) -> int:
    """Return the worth of the first `units` steps, NONE where there are not so many."""
    worth = 0
    for r in range(start, stop):
        if units <= 0:
            break
        take = min(runs[RUN_COUNT, r], units)
        worth += runs[RUN_WORTH, r] * take
        units -= take
    return NONE if units > 0 else worth


@jit
def fill(
    levels: Int64s,
    venues: Int64s,
    sizes: Int64s,
    low: Int64s,
    high: Int64s,
    total: int,
    taken: Int64s,
    cursor: Int64s,
    blocks: Int64s,
    runs: Int64s,
    classes: Int64s,
) -> int:
    """Do `lattice.fill`: write the takings, return their fine worth or NONE."""
    count = venues.shape[1]
    worth, left = 0, total
    for n in range(count):
        taken[n] = low[n]
        left -= low[n]
        if low[n] > 0:
            first = venues[FROM, n]
            worth += value(levels, first, first, low[n]) + venues[FIXED, n]
    if left <= 0:
        return worth if left == 0 else NONE
    held, stop, units = 0, 0, 0
    for s in range(len(sizes)):
        size = sizes[s]
        present = False
        for n in range(count):
            present = present or (venues[LATTICE, n] == size and high[n] > low[n])
        if not present:
            continue
        found = 0
        if held == 0:
            if left % size != 0:
                return NONE
            units = left // size
        else:
            below = held - 1
            ratio = size // classes[SIZE, below]
            classes[RATIO, below] = ratio
            classes[FIRST, below] = units % ratio
            more = worth_of_first(runs, classes[START, below], stop, units % ratio)
            if more == NONE:
                return NONE
            worth += more
            found = blocks_of(runs, classes, below, blocks)
            units //= ratio
        classes[SIZE, held] = size
        classes[START, held] = stop
        stop = merge_class(
            levels, venues, low, high, size, units, cursor, blocks, found, runs, stop
        )
        classes[STOP, held] = stop
        classes[FIRST, held] = units
        classes[RATIO, held] = 0
        held += 1
    if held == 0:
        return NONE
    more = worth_of_first(runs, classes[START, held - 1], stop, units)
    if more == NONE:
        return NONE
    hand_out(runs, classes, held, count, taken)
    return worth + more


@jit
def hand_out(runs: Int64s, classes: Int64s, held: int, count: int, taken: Int64s) -> None:
    """Add to `taken` what every class takes, the coarsest first: its blocks are steps of the finer."""
    wanted = 0
    for c in range(held - 1, -1, -1):
        units = classes[FIRST, c] + wanted * classes[RATIO, c]
        wanted = 0
        for r in range(classes[START, c], classes[STOP, c]):
            if units <= 0:
                break
            take = min(runs[RUN_COUNT, r], units)
            units -= take
            if runs[RUN_SOURCE, r] == count:
                wanted += take
            else:
                taken[runs[RUN_SOURCE, r]] += take * classes[SIZE, c]
