"""How do prices move and who trades: the common path, each venue's touch, times and prints?"""

import math
from dataclasses import dataclass

import numpy as np

from venues.model.market import Int64s
from venues.synthetic.draws import Doubles, Draws, growth
from venues.synthetic.profile import MID_PRICE, Profile
from venues.tape.recording import Bools

CELL_NS = 10_000_000  # the common path moves on a grid of 10 ms

_JUMPS_PER_S = 1.6
_JUMP_BPS = 0.6
_OFFSET_BPS = 0.42
_OFFSET_STEP_BPS = 0.2
_BURST_CELLS = 15  # prints crowd into the 150 ms before a jump
_STALLS_PER_S = 1 / 60


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """What all venues share, per cell of 10 ms from `begin_ns` on."""

    begin_ns: int
    move_bps: Doubles  # distance of the price from MID_PRICE
    flow: Doubles  # -1 to 1: leaning of the takers, > 0 buyers
    heat: Doubles  # >= 1: how much more than usual they trade


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """One venue's messages: times in ns and best ticks, bid < ask."""

    exchange_ns: Int64s
    local_ns: Int64s
    bid: Int64s
    ask: Int64s


@dataclass(frozen=True, slots=True, eq=False)
class Prints:
    """One venue's trades, sorted by local time."""

    exchange_ns: Int64s
    local_ns: Int64s
    is_buy: Bools
    tick: Int64s
    lots: Int64s


def common_path(draws: Draws, begin_ns: int, end_ns: int) -> Common:
    """Return the common path from `begin_ns` to past `end_ns`: rare jumps, prints ahead of them."""
    cells = (end_ns - begin_ns) // CELL_NS + _BURST_CELLS + 2
    jumps = draws.uniform(cells) < _JUMPS_PER_S * CELL_NS * 1e-9
    jump_bps = np.where(jumps, draws.bell(cells) * _JUMP_BPS, 0.0)
    leaning = draws.uniform(cells // 100 + 1) * 0.6 - 0.3  # one mood a second
    flow, heat = np.repeat(leaning, 100)[:cells], np.ones(cells)
    for ahead in range(1, _BURST_CELLS):
        soon = jump_bps[ahead:]
        flow[:-ahead] = np.where(soon != 0, np.sign(soon) * 0.8, flow[:-ahead])
        heat[:-ahead] = np.where(soon != 0, 4.0, heat[:-ahead])
    return Common(begin_ns, np.cumsum(jump_bps), flow, heat)


def venue_touch(
    draws: Draws, profile: Profile, common: Common, begin_ns: int, end_ns: int
) -> Touch:
    """Return the venue's messages with exchange times from `begin_ns` on, the last before end."""
    interval_ns = profile.message_ms * 1_000_000
    count = (end_ns - begin_ns) // interval_ns
    wobble_ns = draws.whole(interval_ns // 8, count)
    wobble_ns[0] = 0
    exchange_ns = begin_ns + np.arange(count, dtype=np.int64) * interval_ns + wobble_ns
    cell = (exchange_ns - profile.behind_ms * 1_000_000 - common.begin_ns) // CELL_NS
    move_bps = common.move_bps[np.maximum(cell, 0)] + _offset(draws, profile, count)
    price = MID_PRICE * (1.0 + move_bps * 1e-4)
    bid = np.floor(price / float(profile.tick_size)).astype(np.int64)
    spread = np.where(draws.uniform(count) < 0.9, 1, 2 + draws.whole(3, count))
    moved = np.append(True, bid[1:] != bid[:-1])
    since = np.maximum.accumulate(np.where(moved, np.arange(count), 0))
    local_ns = exchange_ns + _delay_ns(draws, profile, count)
    return Touch(exchange_ns, rising(local_ns), bid, bid + spread[since])


def venue_prints(draws: Draws, profile: Profile, common: Common, touch: Touch) -> Prints:
    """Return the venue's trades, all at the touch of its last message before."""
    cells = len(common.flow)
    chance = profile.trades_per_s * CELL_NS * 1e-9 * common.heat
    hit = np.flatnonzero(draws.uniform(cells) < chance)
    exchange_ns = common.begin_ns + hit * CELL_NS + draws.whole(CELL_NS, len(hit))
    is_buy = draws.uniform(len(hit)) * 2.0 - 1.0 < common.flow[hit]
    size = 0.03 * growth(1.3 * draws.bell(len(hit)))
    lots = np.maximum(np.rint(size / float(profile.lot_size)), 1).astype(np.int64)
    local_ns = exchange_ns + _delay_ns(draws, profile, len(hit))
    keep = (exchange_ns > touch.exchange_ns[0]) & (exchange_ns < touch.exchange_ns[-1])
    seen = np.searchsorted(touch.exchange_ns, exchange_ns[keep], side="right") - 1
    tick = np.where(is_buy[keep], touch.ask[seen], touch.bid[seen])
    order = np.argsort(local_ns[keep], kind="stable")
    columns = (exchange_ns[keep], local_ns[keep], tick, lots[keep])
    exchange_ns, local_ns, tick, lots = (column[order] for column in columns)
    return Prints(exchange_ns, local_ns, is_buy[keep][order], tick, lots)


def _offset(draws: Draws, profile: Profile, count: int) -> Doubles:
    """Return the venue's own distance from the common price in bps: it wanders, in steps."""
    # 1 - ln 2 * dt / half-life: the first terms of the exponential are near enough.
    keep = 1.0 - 0.6931 * profile.message_ms * 1e-3 / profile.offset_half_life_s
    shocks = (draws.bell(count) * _OFFSET_BPS).tolist()
    spread = math.sqrt(1.0 - keep * keep)
    level = shown = shocks[0]
    steps: list[float] = []
    for shock in shocks:
        level = level * keep + shock * spread
        if abs(level - shown) > _OFFSET_STEP_BPS:
            shown = level
        steps.append(shown)
    return np.array(steps)


def _delay_ns(draws: Draws, profile: Profile, count: int) -> Int64s:
    """Return ns from exchange to us: the lag, a jitter with a tail, and now and then a stall."""
    jitter_ms = profile.jitter_ms * growth(0.75 * draws.bell(count))
    stall = draws.uniform(count) < _STALLS_PER_S * profile.message_ms * 1e-3
    stall_ms = np.where(stall, 200.0 + 200.0 * draws.uniform(count), 0.0)
    return np.rint((profile.lag_ms + jitter_ms + stall_ms) * 1e6).astype(np.int64)


def rising(local_ns: Int64s) -> Int64s:
    """Return the times made strictly rising: what would overtake waits, 1 ns apart."""
    steps = np.arange(len(local_ns), dtype=np.int64)
    return np.maximum.accumulate(local_ns - steps) + steps
