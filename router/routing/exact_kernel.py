"""Which venues to use, decided fast? The branch and bound of `exact_twin` over int64 arrays."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from router.routing.exact_arrays import laid
from router.routing.exact_prune import pruned
from router.routing.exact_tables import Task
from router.routing.exact_twin import Found, search_cut
from router.routing.exact_twin import search as twin
from router.routing.lattice_kernel import (
    CLASS_ROWS,
    CURSOR_ROWS,
    FIXED,
    FROM,
    LEAST,
    MOST,
    NONE,
    STEP,
    fill,
    value,
)
from venues.books.jit import jit
from venues.model.market import Int64s

# Nodes between two looks at the time.
_NODES_A_CALL: Final = 512
# Beyond so many runs of steps, and for deeper stacks, the twin takes over.
_RUNS_MOST: Final = 1 << 18
# Up to so many levels the twin has answered before a kernel call is prepared.
_FEW_LEVELS: Final = 8

# Places in `head`.
_DEPTH: Final = 0
_NODES: Final = 1
_BEST: Final = 2
_TOTAL: Final = 3
_VENUES_MOST: Final = 4
_SHIFT: Final = 5
_OVERRUN: Final = 6
_HEAD: Final = 7
# Rows of `work`.
_TRIAL: Final = 0
_FLOOR: Final = 1
_CEILING: Final = 2
_EARNEST: Final = 3
_TAKEN: Final = 4
_WORK_ROWS: Final = 5


@jit
def tighten(venues: Int64s, low: Int64s, high: Int64s, total: int, venues_most: int) -> bool:
    """Close in `high` what cannot be used any more; return whether anything is possible."""
    room = total
    used = 0
    for n in range(len(low)):
        room -= low[n]
        used += low[n] > 0
    if room < 0 or used > venues_most:
        return False
    for n in range(len(low)):
        if low[n] > high[n]:
            return False
        if low[n] == 0 and (used == venues_most or venues[LEAST, n] > min(room, high[n])):
            high[n] = 0
    return True


@jit
def may_be_earlier(low: Int64s, high: Int64s, best: Int64s) -> bool:
    """Return whether as many venues as `best` uses, listed before its own, are still allowed."""
    spare = 0
    for n in range(len(low)):
        spare += best[n] > 0
        spare -= low[n] > 0
    for n in range(len(low)):
        used = bool(low[n] > 0)
        if not used and high[n] > 0 and spare > 0:
            used = True
            spare -= 1
        if used != (best[n] > 0):
            return used
    return False


@jit
def offer(levels: Int64s, venues: Int64s, head: Int64s, work: Int64s) -> None:
    """Keep the earnest takings if they are allowed and better."""
    used, fine, more = 0, 0, 0
    earlier, differs = False, False
    for n in range(venues.shape[1]):
        t = work[_EARNEST, n]
        if t > 0:
            if t < venues[LEAST, n] or t % venues[STEP, n] != 0:
                return
            used += 1
            first = venues[FROM, n]
            fine += value(levels, first, first, t) + venues[FIXED, n]
        if not differs and (t > 0) != (work[_TAKEN, n] > 0):
            differs = True
            earlier = t > 0
        if more == 0:
            more = t - work[_TAKEN, n]
    if not differs:
        earlier = more > 0
    worth = fine >> head[_SHIFT]
    if used > head[_VENUES_MOST] or worth > head[_BEST] or (worth == head[_BEST] and not earlier):
        return
    head[_BEST] = worth
    work[_TAKEN] = work[_EARNEST]


@jit
def choose(venues: Int64s, low: Int64s, high: Int64s, head: Int64s, work: Int64s) -> bool:
    """Set the bounds that take the venues of the trial in earnest; return whether they can be met."""
    left, room = head[_VENUES_MOST], head[_TOTAL]
    for n in range(len(low)):
        work[_FLOOR, n] = 0
        work[_CEILING, n] = 0
    while left > 0:
        best = -1
        for n in range(len(low)):
            if work[_TRIAL, n] == 0 or work[_CEILING, n] > 0:
                continue
            inside, holder = low[n] > 0, best >= 0 and low[best] > 0
            larger = best < 0 or work[_TRIAL, n] > work[_TRIAL, best]
            if (inside and not holder) or (inside == holder and larger):
                best = n
        if best < 0:
            break
        work[_FLOOR, best] = low[best] if low[best] > 0 else venues[LEAST, best]
        work[_CEILING, best] = high[best]
        room -= work[_FLOOR, best]
        left -= 1
    return bool(room >= 0)


@jit
def branch(venues: Int64s, low: Int64s, high: Int64s, trial: Int64s, cheaper: bool) -> int:
    """Return the venue to decide next, as `exact_twin` does; -1: none, -2 - n: its lots."""
    at, score = -1, -1
    if not cheaper:
        for n in range(len(low)):
            if high[n] > 0 and low[n] == 0:
                return n
        return -1
    for n in range(len(low)):
        if trial[n] > 0 and low[n] == 0:
            here = venues[FIXED, n] // venues[MOST, n] * (venues[MOST, n] - trial[n])
            if trial[n] < venues[LEAST, n]:
                here += venues[FIXED, n]
            if here > score:
                at = n
                score = here
    if at < 0 or score == 0:
        for n in range(len(low)):
            if trial[n] % venues[STEP, n] != 0:
                return -2 - n
    return at


@jit
def push(stack: Int64s, head: Int64s, low: Int64s, high: Int64s, bound: int) -> int:
    """Put one node on the stack; return its place."""
    count = len(low)
    at = head[_DEPTH]
    stack[at, 0] = bound
    stack[at, 1 : count + 1] = low
    stack[at, count + 1 :] = high
    head[_DEPTH] = at + 1
    return int(at)


@jit
def take_in_earnest(
    levels: Int64s,
    venues: Int64s,
    sizes: Int64s,
    low: Int64s,
    high: Int64s,
    head: Int64s,
    work: Int64s,
    cursor: Int64s,
    blocks: Int64s,
    runs: Int64s,
    classes: Int64s,
) -> None:
    """Offer the best split over the venues of the trial (the largest takings if they are too many)."""
    if choose(venues, low, high, head, work):
        floor, ceiling, earnest, total = (
            work[_FLOOR],
            work[_CEILING],
            work[_EARNEST],
            head[_TOTAL],
        )
        fine = fill(
            levels, venues, sizes, floor, ceiling, total, earnest, cursor, blocks, runs, classes
        )
        if fine != NONE:
            offer(levels, venues, head, work)


@jit
def visit(
    levels: Int64s,
    venues: Int64s,
    sizes: Int64s,
    head: Int64s,
    stack: Int64s,
    work: Int64s,
    cursor: Int64s,
    blocks: Int64s,
    runs: Int64s,
    classes: Int64s,
    nodes_most: int,
) -> None:
    """Look at nodes until none is open or `nodes_most` have been looked at."""
    count = venues.shape[1]
    low, high = np.empty(count, np.int64), np.empty(count, np.int64)
    trial, total = work[_TRIAL], head[_TOTAL]
    if head[_NODES] == 0:
        low[:] = 0
        high[:] = venues[MOST]
        trial[:] = work[_TAKEN]
        take_in_earnest(levels, venues, sizes, low, high, head, work, cursor, blocks, runs, classes)
    while head[_DEPTH] > 0 and head[_NODES] < nodes_most:
        if head[_DEPTH] + 2 > len(stack):
            head[_OVERRUN] = 1
            return
        head[_DEPTH] -= 1
        at = head[_DEPTH]
        bound = stack[at, 0]
        low[:] = stack[at, 1 : count + 1]
        high[:] = stack[at, count + 1 :]
        if bound > head[_BEST] or not tighten(venues, low, high, total, head[_VENUES_MOST]):
            continue
        if bound == head[_BEST] and not may_be_earlier(low, high, work[_TAKEN]):
            continue
        head[_NODES] += 1
        fine = fill(levels, venues, sizes, low, high, total, trial, cursor, blocks, runs, classes)
        if fine == NONE:
            continue
        bound = max(bound, -(-fine >> head[_SHIFT]))
        if bound > head[_BEST]:
            continue
        take_in_earnest(levels, venues, sizes, low, high, head, work, cursor, blocks, runs, classes)
        if bound == head[_BEST] and not may_be_earlier(low, high, work[_TAKEN]):
            continue
        n = branch(venues, low, high, trial, bound < head[_BEST])
        if n == -1:
            continue
        below, above = 0, 0
        if n < 0:
            n = -2 - n
            below = trial[n] - trial[n] % venues[STEP, n]
            above = below + venues[STEP, n]
        else:
            above = venues[LEAST, n]
        up_first = 2 * trial[n] >= below + above
        for upper in (not up_first, up_first):
            place = push(stack, head, low, high, bound)
            if upper:
                stack[place, 1 + n] = above
            else:
                stack[place, 1 + count + n] = below


@jit
def begin(
    levels: Int64s, venues: Int64s, head: Int64s, stack: Int64s, work: Int64s, start: Int64s
) -> None:
    """Open the first node, and hold `start` as the best so far."""
    count = venues.shape[1]
    fine = 0
    for n in range(count):
        if start[n] > 0:
            first = venues[FROM, n]
            fine += value(levels, first, first, start[n]) + venues[FIXED, n]
    work[_TAKEN] = start
    head[_BEST] = fine >> head[_SHIFT]
    stack[0, : count + 1] = 0
    stack[0, count + 1 :] = venues[MOST]
    head[_DEPTH] = 1


def fastest(
    task: Task, start: Sequence[int], nodes_most: int, expired: Callable[[], bool]
) -> Found:
    """Return what the twin returns: of a few levels by the twin, of more by the kernel."""
    few = sum([len(c.ticks) for c in task.curves]) <= _FEW_LEVELS
    return (twin if few else search)(task, start, nodes_most, expired)


def search(task: Task, start: Sequence[int], nodes_most: int, expired: Callable[[], bool]) -> Found:
    """Return what the twin returns, by the kernel where the numbers fit its 64 bits."""
    made, way = laid(task), twin
    if made is None:
        # As the twin does it; cut, the sums of realistic books fit.
        (task, start), way = pruned(task, start), search_cut
        made = laid(task)
    if made is None or made.runs_most > _RUNS_MOST:
        return way(task, start, nodes_most, expired)
    count, levels, venues, sizes = len(start), made.levels, made.venues, made.sizes
    head = np.array([0, 0, 0, task.total, task.venues_most, made.unit.shift, 0], np.int64)
    work = np.zeros((_WORK_ROWS, count), np.int64)
    stack = np.empty((4 * count + 64, 2 * count + 1), np.int64)
    cursor = np.empty((CURSOR_ROWS, count), np.int64)
    blocks = np.empty((2, made.runs_most), np.int64)
    runs = np.empty((3, made.runs_most), np.int64)
    classes = np.zeros((CLASS_ROWS, len(sizes)), np.int64)
    begin(levels, venues, head, stack, work, np.array(start, np.int64))
    while True:
        until = min(int(head[_NODES]) + _NODES_A_CALL, nodes_most)
        visit(levels, venues, sizes, head, stack, work, cursor, blocks, runs, classes, until)
        if head[_OVERRUN]:
            return way(task, start, nodes_most, expired)
        if not head[_DEPTH] or head[_NODES] >= nodes_most or expired():
            break
    worth, open_ = int(head[_BEST]), int(head[_DEPTH])
    gap = made.unit.gap(worth, min([worth, *stack[:open_, 0].tolist()])) if open_ else 0
    return Found(tuple(work[_TAKEN].tolist()), gap, int(head[_NODES]), exhausted=open_ > 0)
