"""How do compiled kernels follow virtual orders? `probe_twin` is their oracle."""

from venues.books.jit import jit_flat
from venues.books.kernels import book_net, book_state
from venues.books.layout import FAR_TICK, H_SHOWN, NO_TICK, STATE_LIVE
from venues.books.net_best import book_best
from venues.books.probe_layout import (
    ALL_DONE,
    FILLED,
    GENERATIONS,
    HELD_DONE,
    LAST_AGE,
    LEFT,
    MARKED,
    O_AHEAD,
    O_CELL,
    O_FILLED_MID,
    O_FILLED_NS,
    O_STATUS,
    O_TICK,
    P_BORN,
    P_FLOW,
    P_HIT,
    P_LAST_MID,
    P_MID,
    P_NEAREST,
    P_ORDERS,
    P_REACH,
    P_SECOND,
    P_SWING,
    P_TABLE,
    P_TOUCH,
    PEGGED_DONE,
    SLOTS,
    USED,
)
from venues.books.probes import (
    BEHIND,
    C_ADVERSE,
    C_FILLED,
    C_HELD,
    C_MARKS,
    C_MOVED,
    C_PEGGED,
    C_PEGGED_FILLED,
    CELL_WORDS,
    FLOW_ONE,
    FLOW_SHIFT,
    FORGET_S,
    FORGET_SHIFT,
    HORIZONS,
    MARK_NS,
    MOST_LOTS,
    MOST_MID,
    NS_PER_S,
    ONE,
    PLACES,
    QUEUES,
    SILENT_S,
    STATES,
    SWING_LEAST,
    SWING_ONE,
    SWING_SHIFT,
    TABLE_WORDS,
)
from venues.model.market import Int64s


@jit_flat
def word_at(word: int, side: int) -> int:
    """Return where the words of the orders of one side begin."""
    return P_ORDERS + (2 * word + side) * SLOTS


@jit_flat
def no_reach(side: int) -> int:
    """Return the tick that nothing of the other side comes to."""
    return NO_TICK if side == 0 else FAR_TICK


@jit_flat
def mid_of(mem: Int64s, b: int) -> int:
    """Return bid + ask, 0 where a side is empty."""
    bid = book_best(mem, b, 0)
    ask = book_best(mem, b, 1)
    return bid + ask if min(bid, ask) != NO_TICK else 0


@jit_flat
def move_between(before: int, now: int) -> int:
    """Return `probes.moved_e8`."""
    while before >= MOST_MID:
        before = before >> 1
        now = now >> 1
    return max(-before, min(now - before, before)) * 10**8 // before


@jit_flat
def fill_probe(p: Int64s, side: int, slot: int, now_ns: int, mid: int) -> None:
    """Fill one virtual order; without a mid the one it was posted at stands for it."""
    p[word_at(O_TICK, side) + slot] = no_reach(side)
    p[word_at(O_STATUS, side) + slot] |= FILLED
    p[word_at(O_FILLED_NS, side) + slot] = now_ns
    p[word_at(O_FILLED_MID, side) + slot] = mid if mid > 0 else p[P_MID + slot // PLACES]


@jit_flat
def probes_printed(
    p: Int64s, mem: Int64s, b: int, taker_is_buy: int, tick: int, lots: int, now_ns: int
) -> None:
    """Let a print trade with virtual orders on the other side."""
    side = 1 if taker_is_buy != 0 else 0
    p[P_HIT + side] = min(p[P_HIT + side] + lots, MOST_LOTS)
    reach = p[P_REACH + side]
    if reach < tick if side == 0 else reach > tick:
        return
    ticks = word_at(O_TICK, side)
    aheads = word_at(O_AHEAD, side)
    standing = book_net(mem, b, tick * 2 + side)
    mid = mid_of(mem, b)
    reach = no_reach(side)
    for born in range(GENERATIONS):
        nearest = p[P_NEAREST + side * GENERATIONS + born]
        if nearest < tick if side == 0 else nearest > tick:
            reach = max(reach, nearest) if side == 0 else min(reach, nearest)
            continue
        nearest = no_reach(side)
        for slot in range(born * PLACES, (born + 1) * PLACES):
            stands = p[ticks + slot]
            if stands == no_reach(side):
                continue
            if stands > tick if side == 0 else stands < tick:
                fill_probe(p, side, slot, now_ns, mid)
                continue
            if stands == tick:
                ahead = min(p[aheads + slot], standing)
                if lots > ahead:
                    fill_probe(p, side, slot, now_ns, mid)
                    continue
                p[aheads + slot] = ahead - lots
            nearest = max(nearest, stands) if side == 0 else min(nearest, stands)
        p[P_NEAREST + side * GENERATIONS + born] = nearest
        reach = max(reach, nearest) if side == 0 else min(reach, nearest)
    p[P_REACH + side] = reach


@jit_flat
def come_through(p: Int64s, side: int, other: int, now_ns: int, mid: int) -> None:
    """Fill the virtual orders of `side` that the book's other side, at tick `other`, has come to."""
    ticks = word_at(O_TICK, side)
    reach = no_reach(side)
    for born in range(GENERATIONS):
        nearest = p[P_NEAREST + side * GENERATIONS + born]
        if nearest >= other if side == 0 else nearest <= other:
            nearest = no_reach(side)
            for slot in range(born * PLACES, (born + 1) * PLACES):
                stands = p[ticks + slot]
                if stands == no_reach(side):
                    continue
                if stands >= other if side == 0 else stands <= other:
                    fill_probe(p, side, slot, now_ns, mid)
                    continue
                nearest = max(nearest, stands) if side == 0 else min(nearest, stands)
            p[P_NEAREST + side * GENERATIONS + born] = nearest
        reach = max(reach, nearest) if side == 0 else min(reach, nearest)
    p[P_REACH + side] = reach


@jit_flat
def count_interval(p: Int64s, side: int, slot: int, interval: int, moved: int) -> None:
    """Count what one interval, now over, made of a virtual order; `moved`: of the mid, bids up."""
    statuses = word_at(O_STATUS, side)
    status = p[statuses + slot]
    cell = P_TABLE + p[word_at(O_CELL, side) + slot]
    if status & HELD_DONE == 0:
        p[cell + C_HELD + interval] += ONE
        if status & FILLED != 0:
            p[cell + C_FILLED + interval] += ONE
            status |= HELD_DONE
        else:
            p[cell + C_MOVED + interval] += (moved if side == 0 else -moved) * ONE
    if status & PEGGED_DONE == 0:
        if status & LEFT != 0:
            p[cell + C_PEGGED + interval] += ONE // 2
            status |= PEGGED_DONE
        else:
            p[cell + C_PEGGED + interval] += ONE
            if status & FILLED != 0:
                p[cell + C_PEGGED_FILLED + interval] += ONE
                status |= PEGGED_DONE
    p[statuses + slot] = status


@jit_flat
def follow_probe(
    p: Int64s, mem: Int64s, b: int, side: int, slot: int, gone: bool, mid: int, now_ns: int
) -> None:
    """Bring one virtual order up to date at a second of the clock; `gone`: the touch left it."""
    at = word_at(O_STATUS, side) + slot
    if p[at] & FILLED == 0:
        tick = p[word_at(O_TICK, side) + slot]
        standing = book_net(mem, b, tick * 2 + side)
        ahead = word_at(O_AHEAD, side) + slot
        p[ahead] = min(p[ahead], standing)
        if gone:
            p[at] |= LEFT
    elif p[at] & MARKED == 0:
        filled_ns = p[word_at(O_FILLED_NS, side) + slot]
        if now_ns - filled_ns >= MARK_NS:
            before = p[word_at(O_FILLED_MID, side) + slot]
            move = move_between(before, mid)
            cell = P_TABLE + p[word_at(O_CELL, side) + slot]
            p[cell + C_MARKS] += ONE
            p[cell + C_ADVERSE] += (-move if side == 0 else move) * ONE
            p[at] |= MARKED


@jit_flat
def follow_generation(
    p: Int64s, mem: Int64s, b: int, born: int, before: int, second: int, now_ns: int
) -> None:
    """Bring the virtual orders of one second up to date; `before`: the second last seen."""
    age = second + 1 - p[P_BORN + born]
    was = before + 1 - p[P_BORN + born]
    mid = mid_of(mem, b)
    moved = move_between(p[P_MID + born], mid)
    for side in range(2):
        away = book_best(mem, b, side) - p[P_TOUCH + side * GENERATIONS + born]
        gone = away > 0 if side == 0 else away < 0
        for slot in range(born * PLACES, (born + 1) * PLACES):
            status = p[word_at(O_STATUS, side) + slot]
            if status & USED == 0 or status & ALL_DONE == ALL_DONE:
                continue
            follow_probe(p, mem, b, side, slot, gone, mid, now_ns)
            for interval in range(len(HORIZONS)):
                if was < HORIZONS[interval] <= age:
                    count_interval(p, side, slot, interval, moved)
    if age >= LAST_AGE:
        drop_generation(p, born)


@jit_flat
def drop_generation(p: Int64s, born: int) -> None:
    """Forget the virtual orders of one second; the reach may stay too far, which costs a look."""
    p[P_BORN + born] = 0
    for side in range(2):
        p[P_NEAREST + side * GENERATIONS + born] = no_reach(side)
        for slot in range(born * PLACES, (born + 1) * PLACES):
            p[word_at(O_TICK, side) + slot] = no_reach(side)
            p[word_at(O_STATUS, side) + slot] = 0


@jit_flat
def queue_class(ahead: int, flow: int) -> int:
    """Return `probes.queue_of`."""
    wanted = 2 * min(ahead, MOST_LOTS) * FLOW_ONE
    for queue in range(QUEUES - 1):
        if wanted <= flow << 2 * queue:
            return queue
    return QUEUES - 1


@jit_flat
def state_class(swing: int) -> int:
    """Return `probes.state_of`."""
    for state in range(STATES - 1):
        if swing < SWING_LEAST * SWING_ONE << state:
            return state
    return STATES - 1


@jit_flat
def post_generation(p: Int64s, mem: Int64s, b: int, second: int) -> None:
    """Imagine an order of the least size at every place of both sides."""
    born = second % GENERATIONS
    p[P_BORN + born] = second + 1
    p[P_MID + born] = mid_of(mem, b)
    state = state_class(p[P_SWING])
    for side in range(2):
        touch = book_best(mem, b, side)
        p[P_TOUCH + side * GENERATIONS + born] = touch
        for place in range(PLACES):
            part = BEHIND[place][1]
            share = touch // 10**8 * part + touch % 10**8 * part // 10**8
            behind = max(BEHIND[place][0], share)
            tick = touch - behind if side == 0 else touch + behind
            slot = born * PLACES + place
            p[word_at(O_STATUS, side) + slot] = 0
            if tick <= 0:
                continue
            ahead = book_net(mem, b, tick * 2 + side)
            queue = queue_class(ahead, p[P_FLOW + side])
            p[word_at(O_TICK, side) + slot] = tick
            p[word_at(O_AHEAD, side) + slot] = ahead
            cell = ((side * PLACES + place) * STATES + state) * QUEUES + queue
            p[word_at(O_CELL, side) + slot] = cell * CELL_WORDS
            p[word_at(O_STATUS, side) + slot] = USED
        # The one at the touch is the best of them: the touch, which is above zero.
        p[P_NEAREST + side * GENERATIONS + born] = touch
        reach = p[P_REACH + side]
        p[P_REACH + side] = max(reach, touch) if side == 0 else min(reach, touch)


@jit_flat
def forget_some(p: Int64s) -> None:
    """Let all that has been counted count a little less."""
    for word in range(P_TABLE, P_TABLE + TABLE_WORDS):
        p[word] -= p[word] >> FORGET_SHIFT


@jit_flat
def second_passed(p: Int64s, mem: Int64s, b: int, second: int, sane: bool, now_ns: int) -> None:
    """Follow everything at a new second of the instrument's clock, and post anew."""
    before = p[P_SECOND] - 1
    p[P_SECOND] = second + 1
    elapsed = second - before
    if p[P_LAST_MID] == 0 or elapsed > SILENT_S or not sane:
        for born in range(GENERATIONS):
            drop_generation(p, born)
        p[P_REACH] = no_reach(0)
        p[P_REACH + 1] = no_reach(1)
    else:
        swing = abs(move_between(p[P_LAST_MID], mid_of(mem, b))) * SWING_ONE
        p[P_SWING] += (swing - p[P_SWING]) >> SWING_SHIFT
        for side in range(2):
            hit = p[P_HIT + side] * FLOW_ONE // elapsed
            p[P_FLOW + side] += (hit - p[P_FLOW + side]) >> FLOW_SHIFT
        for born in range(GENERATIONS):
            if p[P_BORN + born] != 0:
                follow_generation(p, mem, b, born, before, second, now_ns)
        if second // FORGET_S != before // FORGET_S:
            forget_some(p)
    p[P_HIT] = 0
    p[P_HIT + 1] = 0
    p[P_LAST_MID] = 0
    if sane:
        p[P_LAST_MID] = mid_of(mem, b)
        post_generation(p, mem, b, second)


@jit_flat
def probes_looked(p: Int64s, mem: Int64s, b: int, now_ns: int) -> None:
    """Follow a book after a message that became known at `now_ns`."""
    bid = mem[b + H_SHOWN]
    ask = mem[b + H_SHOWN + 1]
    if (ask <= p[P_REACH] and ask != NO_TICK) or bid >= p[P_REACH + 1]:
        mid = mid_of(mem, b)
        other = book_best(mem, b, 1)
        if other != NO_TICK and other <= p[P_REACH]:
            come_through(p, 0, other, now_ns, mid)
        other = book_best(mem, b, 0)
        if other >= p[P_REACH + 1]:
            come_through(p, 1, other, now_ns, mid)
    second = now_ns // NS_PER_S
    if second >= p[P_SECOND]:
        sane = book_state(mem, b, now_ns, 1 << 62) == STATE_LIVE and mid_of(mem, b) > 0
        second_passed(p, mem, b, second, sane, now_ns)
