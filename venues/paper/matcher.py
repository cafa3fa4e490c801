"""How does Python reach the own orders that the matching kernels fill?"""

from dataclasses import dataclass

import numpy as np

from venues.books.layout import NO_ROOM
from venues.books.store import KernelBooks
from venues.model.market import BID, Int64s, level_key
from venues.paper.advance import tell_venue
from venues.paper.desk import (
    C_LEFT,
    C_NEXT,
    C_SHORT_AT,
    D_APPLIED,
    D_HEAD,
    D_RESTING,
    D_TAIL,
    D_TOLD,
    DESK_WORDS,
    F_FILLED,
    F_INSTRUMENT,
    F_LEAVES,
    F_LOTS,
    F_NUMBER,
    FILL_WORDS,
    IMPACT_WORDS,
    O_AHEAD,
    O_FILLED,
    O_NUMBER,
    O_QUANTITY,
    O_STANDING,
    O_TICK,
    OWN_WORDS,
)
from venues.paper.played import CROSS_LEVELS, Bounds, MakerFill, QueueModel
from venues.paper.prices import RecordedPrices
from venues.paper.schedule import FIRST, SECOND, Schedule
from venues.paper.sweeping import sweep_once


@dataclass(slots=True)
class _Place:
    """Where an order rests, and how much of it rested at first."""

    side: int
    quantity: int


class KernelMatcher:
    """The venue side (venues.paper.ports) over kernel books that stand in exchange time.

    `desk`, `own`, `impacts` and `fills` are the arrays of `venues.paper.desk`. Own orders join and
    leave here; the kernels of `venues.paper.matching` fill them. `control` says how far the schedule
    has been played; the book of a venue nobody looks at lags behind it, and is told the rest first.
    """

    def __init__(
        self, books: KernelBooks, schedule: Schedule, queue: QueueModel, prices: RecordedPrices
    ) -> None:
        n = len(schedule.last_exchange_ns)
        self.prices = prices
        self._books = books
        self._schedule = schedule
        self.control: Int64s = np.append(np.zeros(C_NEXT, np.int64), schedule.streams[:-1])
        self.control[C_LEFT] = len(schedule.entries)
        self._resting: tuple[dict[int, _Place], ...] = tuple({} for _ in range(n))
        self._left: tuple[dict[int, Bounds], ...] = tuple({} for _ in range(n))
        self.model = 1 if queue is QueueModel.OPTIMISTIC else 0
        self.desk: Int64s = np.zeros((n, DESK_WORDS), np.int64)
        self.desk[:, D_TOLD] = schedule.streams[:n]
        self.own: Int64s = np.zeros((2 * n, 16, OWN_WORDS), np.int64)
        self.impacts: Int64s = np.zeros((n, 4 * CROSS_LEVELS, IMPACT_WORDS), np.int64)
        self.fills: Int64s = np.zeros((32, FILL_WORDS), np.int64)
        self._scratch: Int64s = np.zeros((2, CROSS_LEVELS), np.int64)

    def sweep(
        self, i: int, side: int, limit_tick: int, lots: int, now_ns: int
    ) -> list[tuple[int, int]]:
        """Take up to `lots` within `limit_tick`; return what traded as (tick, lots), best first."""
        taken: list[tuple[int, int]] = []
        self._tell(i)
        while lots > 0:
            self._compact(i, CROSS_LEVELS)
            levels = sweep_once(
                self._books.arena.mem,
                self._books.base(i),
                self.desk,
                self.own,
                self.impacts,
                self._scratch,
                i,
                side,
                limit_tick,
                lots,
            )
            if levels == NO_ROOM:
                self._books.grow(i, CROSS_LEVELS)
                continue
            traded: list[list[int]] = self._scratch[:, :levels].T.tolist()
            for tick, part in traded:
                taken.append((tick, part))
                lots -= part
            if levels < CROSS_LEVELS:
                break
        return taken

    def would_cross(self, i: int, side: int, tick: int) -> bool:
        """Return whether an order at `tick` would trade at once."""
        self._tell(i)
        best = self._books.best(i, 1 - side)
        return best is not None and (tick >= best if side == BID else tick <= best)

    def rest(self, i: int, order_no: int, side: int, tick: int, lots: int, now_ns: int) -> None:
        """Queue `lots` (> 0) at `tick`, behind all that stands there.

        ValueError: the number was used before, or the order would trade at once.
        """
        used = order_no in self._resting[i] or order_no in self._left[i]
        if lots <= 0 or used or self.would_cross(i, side, tick):
            raise ValueError(f"order {order_no}: {lots} lots at tick {tick} cannot rest")
        count = int(self.desk[i, D_RESTING + side])
        if count == self.own.shape[1]:
            self.own = np.concatenate([self.own, np.zeros_like(self.own)], axis=1)
            self.fills = np.concatenate([self.fills, np.zeros_like(self.fills)])
        queue = self.own[2 * i + side]
        ticks: list[int] = queue[:count, O_TICK].tolist()
        place = sum([1 for t in ticks if (t >= tick if side == BID else t <= tick)])
        if place < count:
            queue[place + 1 : count + 1] = queue[place:count].copy()
        standing = self._books.size(i, level_key(tick, side))
        order = [0] * OWN_WORDS
        order[O_NUMBER] = order_no
        order[O_TICK] = tick
        order[O_QUANTITY] = lots
        order[O_STANDING] = order[O_AHEAD] = order[O_AHEAD + 1] = standing
        queue[place] = order
        self.desk[i, D_RESTING + side] = count + 1
        self._resting[i][order_no] = _Place(side, lots)
        self._impact(i, 0, level_key(tick, side), lots)

    def remove(self, i: int, order_no: int, now_ns: int) -> None:
        """Take a resting order out; a completely filled one has left by itself.

        ValueError: it never rested.
        """
        if order_no not in self._resting[i]:
            if order_no not in self._left[i]:
                raise ValueError(f"order {order_no} never rested")
            return
        place = self._resting[i].pop(order_no)
        queue, at = self._find(i, order_no, place)
        order = queue[at].tolist()
        self._left[i][order_no] = Bounds(order[O_FILLED], order[O_FILLED + 1])
        count = int(self.desk[i, D_RESTING + place.side])
        if at < count - 1:
            queue[at : count - 1] = queue[at + 1 : count].copy()
        self.desk[i, D_RESTING + place.side] = count - 1
        leaves = order[O_QUANTITY] - order[O_FILLED + self.model]
        self._impact(i, 0, level_key(order[O_TICK], place.side), -leaves)

    def bounds(self, i: int, order_no: int) -> Bounds:
        """Return the lots either queue would have filled of an order that rests or rested."""
        place = self._resting[i].get(order_no)
        if place is None:
            return self._left[i][order_no]
        queue, at = self._find(i, order_no, place)
        return Bounds(int(queue[at, O_FILLED]), int(queue[at, O_FILLED + 1]))

    def last_exchange_ns(self, i: int) -> int | None:
        """Return the venue time of the last recorded event."""
        return self._schedule.last_exchange_ns[i]

    def maker_fills(self, count: int) -> tuple[MakerFill, ...]:
        """Return the first `count` rows of `fills`, and forget the orders they completed."""
        made: list[MakerFill] = []
        for row in self.fills[:count].tolist():
            i, order_no = row[F_INSTRUMENT], row[F_NUMBER]
            cum = self._resting[i][order_no].quantity - row[F_LEAVES]
            made.append(MakerFill(i, order_no, row[F_LOTS], cum))
            if row[F_LEAVES] == 0:
                del self._resting[i][order_no]
                self._left[i][order_no] = Bounds(row[F_FILLED], row[F_FILLED + 1])
        return tuple(made)

    def make_room(self) -> None:
        """Make room for the impacts of one more entry: every own order filled, and its takes."""
        for i, resting in enumerate(self._resting):
            if resting:
                self._compact(i, len(resting) + 2 * CROSS_LEVELS)

    def _tell(self, i: int) -> None:
        """Tell the book of `i` at its venue all that has happened there."""
        if self.desk[i, D_TOLD] == self.control[C_NEXT + i]:
            return
        schedule, arena = self._schedule, self._books.arena
        while not tell_venue(
            self.control,
            schedule.entries,
            schedule.keys,
            schedule.lots,
            arena.mem,
            arena.starts,
            self.desk,
            i,
        ):
            self.make_venue_room(i)

    def make_venue_room(self, i: int) -> None:
        """Give the book of `i` at its venue room for the entry it is short of, and what we do then."""
        words = self._schedule.entries[self.control[C_SHORT_AT]]
        self._books.grow(i, int(words[SECOND]) - int(words[FIRST]) + 2 * CROSS_LEVELS)

    def _find(self, i: int, order_no: int, place: _Place) -> tuple[Int64s, int]:
        """Return the queue an order rests in and where; it does rest."""
        queue = self.own[2 * i + place.side]
        numbers: list[int] = queue[:, O_NUMBER].tolist()
        return queue, numbers.index(order_no)

    def _impact(self, i: int, is_take: int, key: int, lots: int) -> None:
        """Append one impact, due before the next book message."""
        self._compact(i, 1)
        tail = int(self.desk[i, D_TAIL])
        self.impacts[i, tail] = (2 * int(self.desk[i, D_APPLIED]), is_take, key, lots)
        self.desk[i, D_TAIL] = tail + 1

    def _compact(self, i: int, needed: int) -> None:
        """Make sure that `needed` more impacts of `i` fit."""
        head, tail = int(self.desk[i, D_HEAD]), int(self.desk[i, D_TAIL])
        if tail + needed <= self.impacts.shape[1]:
            return
        self.impacts[i, : tail - head] = self.impacts[i, head:tail].copy()
        self.desk[i, D_HEAD], self.desk[i, D_TAIL] = 0, tail - head
        while tail - head + needed > self.impacts.shape[1]:
            self.impacts = np.concatenate([self.impacts, np.zeros_like(self.impacts)], axis=1)
