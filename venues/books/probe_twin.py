"""What becomes of virtual orders, in plain Python? Written apart from the kernels, and their oracle."""

from dataclasses import dataclass, field

import numpy as np

from venues.books.port import Books
from venues.books.probes import (
    C_ADVERSE,
    C_FILLED,
    C_HELD,
    C_MARKS,
    C_MOVED,
    C_PEGGED,
    C_PEGGED_FILLED,
    FLOW_ONE,
    FLOW_SHIFT,
    FORGET_S,
    FORGET_SHIFT,
    HORIZONS,
    MARK_NS,
    MOST_LOTS,
    NS_PER_S,
    ONE,
    PLACES,
    SILENT_S,
    SWING_ONE,
    SWING_SHIFT,
    TABLE_WORDS,
    behind_ticks,
    cell_at,
    moved_e8,
    queue_of,
    state_of,
)
from venues.model.market import ASK, BID, BookState, Int64s, level_key

_EVER_NS = 1 << 62
_LAST_AGE_S = HORIZONS[-1] + MARK_NS // NS_PER_S


@dataclass(slots=True)
class _Order:
    """One virtual order; `cell` is where what becomes of it is counted."""

    side: int
    tick: int
    touch: int
    ahead: int
    cell: int
    filled_ns: int | None = None
    filled_mid: int = 0
    left: bool = False
    held_done: bool = False
    pegged_done: bool = False
    marked: bool = False

    def reached(self, tick: int) -> bool:
        """Return whether `tick` of the other side is at or through it, and it still waits."""
        waits = self.filled_ns is None
        return waits and (self.tick >= tick if self.side == BID else self.tick <= tick)


@dataclass(slots=True)
class _Generation:
    """What was posted in one second."""

    second: int
    mid: int
    orders: list[_Order]


@dataclass(slots=True)
class _Instrument:
    second: int | None = None
    mid: int = 0
    swing: int = 0
    flow: list[int] = field(default_factory=lambda: [0, 0])
    hit: list[int] = field(default_factory=lambda: [0, 0])
    generations: list[_Generation] = field(default_factory=list)
    table: list[int] = field(default_factory=lambda: [0] * TABLE_WORDS)


class TwinProbes:
    """`venues.books.probes.Probes` over any books."""

    def __init__(self, books: Books, *, learn: bool) -> None:
        self._books = books
        self._learn = learn
        self._all = [_Instrument() for _ in books.instruments]

    def looked(self, i: int, now_ns: int) -> None:
        """Follow book `i` after a message that became known at `now_ns`."""
        if not self._learn:
            return
        it, bid, ask = self._all[i], self._books.best(i, BID), self._books.best(i, ASK)
        for generation in it.generations:
            for order in generation.orders:
                other = ask if order.side == BID else bid
                if other is not None and order.reached(other):
                    self._fill(i, generation, order, now_ns)
        second = now_ns // NS_PER_S
        if it.second is None or second > it.second:
            self._second(i, it, second, now_ns)

    def printed(self, i: int, taker_is_buy: bool, tick: int, lots: int, now_ns: int) -> None:
        """Follow a public trade of instrument `i`."""
        if not self._learn:
            return
        it, side = self._all[i], ASK if taker_is_buy else BID
        it.hit[side] = min(it.hit[side] + lots, MOST_LOTS)
        standing = self._books.net(i, level_key(tick, side))
        for generation in it.generations:
            for order in generation.orders:
                if order.side != side or not order.reached(tick):
                    continue
                ahead = min(order.ahead, standing) if order.tick == tick else -1
                if lots > ahead:
                    self._fill(i, generation, order, now_ns)
                else:
                    order.ahead = ahead - lots

    def table(self, i: int) -> Int64s:
        """Return what has been counted, cell by cell."""
        return np.array(self._all[i].table, np.int64)

    def flow(self, i: int, side: int) -> int:
        """Return the lots, in parts of `FLOW_ONE`, that prints take from `side` in a second."""
        return self._all[i].flow[side]

    def swing(self, i: int) -> int:
        """Return the mean move of the mid in a second, in parts of `SWING_ONE` x 10^-8 of it."""
        return self._all[i].swing

    def teach(self, i: int, table: Int64s, flows: tuple[int, int], swing: int) -> None:
        """Go on from what was counted before, where nothing has been counted yet."""
        it = self._all[i]
        it.table, it.flow, it.swing = table.tolist(), list(flows), swing

    def _mid(self, i: int) -> int:
        """Return bid + ask, 0 where a side is empty."""
        bid, ask = self._books.best(i, BID), self._books.best(i, ASK)
        return 0 if bid is None or ask is None else bid + ask

    def _fill(self, i: int, generation: _Generation, order: _Order, now_ns: int) -> None:
        order.filled_ns = now_ns
        order.filled_mid = self._mid(i) or generation.mid

    def _second(self, i: int, it: _Instrument, second: int, now_ns: int) -> None:
        before, it.second = it.second, second
        hit, it.hit = it.hit, [0, 0]
        last_mid, mid = it.mid, self._mid(i)
        live = self._books.state(i, now_ns, _EVER_NS) is BookState.LIVE and mid > 0
        it.mid = mid if live else 0
        if before is None or not last_mid or second - before > SILENT_S or not live:
            it.generations = []
        else:
            it.swing += (abs(moved_e8(last_mid, mid)) * SWING_ONE - it.swing) >> SWING_SHIFT
            for side in (BID, ASK):
                now = hit[side] * FLOW_ONE // (second - before)
                it.flow[side] += (now - it.flow[side]) >> FLOW_SHIFT
            for generation in it.generations:
                self._follow(i, it, generation, before, now_ns)
            young = [g for g in it.generations if second - g.second < _LAST_AGE_S]
            it.generations = young
            if second // FORGET_S != before // FORGET_S:
                it.table = [word - (word >> FORGET_SHIFT) for word in it.table]
        if live:
            it.generations.append(self._posted(i, it, second))

    def _posted(self, i: int, it: _Instrument, second: int) -> _Generation:
        orders = []
        for side in (BID, ASK):
            touch = self._books.best(i, side)
            assert touch is not None
            for place in range(PLACES):
                behind = behind_ticks(place, touch)
                tick = touch - behind if side == BID else touch + behind
                if tick > 0:
                    ahead = self._books.net(i, level_key(tick, side))
                    queue, state = queue_of(ahead, it.flow[side]), state_of(it.swing)
                    cell = cell_at(side, place, state, queue)
                    orders.append(_Order(side, tick, touch, ahead, cell))
        return _Generation(second, self._mid(i), orders)

    def _follow(
        self, i: int, it: _Instrument, generation: _Generation, before: int, now_ns: int
    ) -> None:
        """Bring the orders of one second up to date and count the intervals that are over."""
        assert it.second is not None
        mid = self._mid(i)
        moved = moved_e8(generation.mid, mid)
        ages = range(before - generation.second + 1, it.second - generation.second + 1)
        over = [n for n, horizon in enumerate(HORIZONS) if horizon in ages]
        for order in generation.orders:
            if order.filled_ns is None:
                standing = self._books.net(i, level_key(order.tick, order.side))
                order.ahead = min(order.ahead, standing)
                touch = self._books.best(i, order.side)
                assert touch is not None
                if touch > order.touch if order.side == BID else touch < order.touch:
                    order.left = True
            elif not order.marked and now_ns - order.filled_ns >= MARK_NS:
                order.marked = True
                move = moved_e8(order.filled_mid, mid)
                it.table[order.cell + C_MARKS] += ONE
                it.table[order.cell + C_ADVERSE] += ONE * (-move if order.side == BID else move)
            for interval in over:
                _count(it.table, order, interval, moved)


def _count(table: list[int], order: _Order, interval: int, moved: int) -> None:
    """Count what an interval has made of an order; `moved`: of the mid since it was posted."""
    filled, cell = order.filled_ns is not None, order.cell
    if not order.held_done:
        table[cell + C_HELD + interval] += ONE
        if filled:
            table[cell + C_FILLED + interval] += ONE
            order.held_done = True
        else:
            away = moved if order.side == BID else -moved
            table[cell + C_MOVED + interval] += ONE * away
    if not order.pegged_done:
        part = ONE // 2 if order.left else ONE
        table[cell + C_PEGGED + interval] += part
        if filled and not order.left:
            table[cell + C_PEGGED_FILLED + interval] += ONE
        order.pegged_done = filled or order.left
