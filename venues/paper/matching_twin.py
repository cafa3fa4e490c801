"""What trades against our orders at a recorded venue, in plain Python? Oracle and fallback.

Everyone else is the recording; only own orders are ours. Takers consume what stands there (E in
venues.books). A resting order waits behind what stood at its price when it joined:

- a print at its price eats the queue ahead, then fills own orders in time order with what is left;
- a print through its price fills it with no queue: everything ahead of it has gone;
- a recorded opposite level at or through its price would have traded with it, at our price.

`ahead_pessimistic` falls only by prints at that price and is never more than what stands there.
`ahead_optimistic` also falls by every decrease of the level that no print since its last change
explains. The prints of the recording hit the recorded queue whole, whatever they also gave us.

Every trade and rest of ours is an impact: what the venue's feed shows differently from then on. Its
`due` says when our view applies it: 2k before book message k, 2k + 1 right after it.
"""

from collections import deque
from dataclasses import dataclass, field

from venues.books.port import Books
from venues.model.market import BID, level_key
from venues.paper.played import CROSS_LEVELS, Bounds, MakerFill, QueueModel
from venues.paper.prices import RecordedPrices


@dataclass(frozen=True, slots=True)
class Impact:
    """One change of a feed by us: lots taken from a level, or (not `is_take`) own lots shown."""

    due: int
    is_take: bool
    key: int
    lots: int


@dataclass(slots=True)
class Resting:
    """One own resting order and its two places in the queue."""

    order_no: int
    side: int
    tick: int
    quantity: int
    ahead_pessimistic: int
    ahead_optimistic: int
    standing: int  # what stood at its price after the last change
    printed: int = 0  # lots printed ahead of it since that change
    filled_pessimistic: int = 0
    filled_optimistic: int = 0

    @property
    def key(self) -> int:
        """Return the address of its level."""
        return level_key(self.tick, self.side)

    @property
    def bounds(self) -> Bounds:
        """Return what either queue would have filled so far."""
        return Bounds(self.filled_pessimistic, self.filled_optimistic)

    def clamp(self, standing: int) -> None:
        """Let no queue ahead be longer than what stands there."""
        self.ahead_pessimistic = min(self.ahead_pessimistic, standing)
        self.ahead_optimistic = min(self.ahead_optimistic, standing)
        self.standing = standing


@dataclass(slots=True)
class _Venue:
    """One instrument at its venue."""

    applied: int = 0  # book messages
    # Bids, then asks: best price first, then the order they came in.
    resting: tuple[list[Resting], list[Resting]] = field(default_factory=lambda: ([], []))
    left: dict[int, Bounds] = field(default_factory=dict)  # bounds of orders that are gone
    impacts: deque[Impact] = field(default_factory=deque)


class TwinMatcher:
    """The venue side over any `Books` that stand in exchange time; see venues.paper.ports."""

    def __init__(
        self,
        books: Books,
        last_exchange_ns: tuple[int, ...],
        queue: QueueModel,
        prices: RecordedPrices,
    ) -> None:
        self.prices = prices
        self._books = books
        self._last_exchange_ns = last_exchange_ns
        self._optimistic = queue is QueueModel.OPTIMISTIC
        self._venues = tuple(_Venue() for _ in last_exchange_ns)

    # -- what a paper venue asks (venues.paper.ports.Matcher)

    def sweep(
        self, i: int, side: int, limit_tick: int, lots: int, now_ns: int
    ) -> list[tuple[int, int]]:
        """Take up to `lots` within `limit_tick`; return what traded as (tick, lots), best first."""
        venue = self._venues[i]
        return self._take(i, side, limit_tick, lots, due=2 * venue.applied)

    def would_cross(self, i: int, side: int, tick: int) -> bool:
        """Return whether an order at `tick` would trade at once."""
        best = self._books.best(i, 1 - side)
        return best is not None and _reaches(side, tick, best)

    def rest(self, i: int, order_no: int, side: int, tick: int, lots: int, now_ns: int) -> None:
        """Queue `lots` (> 0) at `tick`, behind all that stands there.

        ValueError: the number was used before, or the order would trade at once.
        """
        venue = self._venues[i]
        if lots <= 0 or self._known(venue, order_no) or self.would_cross(i, side, tick):
            raise ValueError(f"order {order_no}: {lots} lots at tick {tick} cannot rest")
        standing = self._books.size(i, level_key(tick, side))
        order = Resting(order_no, side, tick, lots, standing, standing, standing)
        queue = venue.resting[side]
        place = sum(1 for other in queue if _reaches(side, other.tick, tick))
        queue.insert(place, order)
        venue.impacts.append(Impact(2 * venue.applied, False, order.key, lots))

    def remove(self, i: int, order_no: int, now_ns: int) -> None:
        """Take a resting order out; a completely filled one has left by itself.

        ValueError: it never rested.
        """
        venue = self._venues[i]
        for queue in venue.resting:
            for place, order in enumerate(queue):
                if order.order_no == order_no:
                    del queue[place]
                    self._leave(venue, order, 2 * venue.applied, self._leaves(order))
                    return
        if order_no not in venue.left:
            raise ValueError(f"order {order_no} never rested")

    def bounds(self, i: int, order_no: int) -> Bounds:
        """Return the lots either queue would have filled of an order that rests or rested."""
        venue = self._venues[i]
        for queue in venue.resting:
            for order in queue:
                if order.order_no == order_no:
                    return order.bounds
        return venue.left[order_no]

    def last_exchange_ns(self, i: int) -> int | None:
        """Return the venue time of the last recorded event."""
        return self._last_exchange_ns[i]

    # -- what the recording does to us (venues.paper.advance_twin)

    def message_applied(self, i: int) -> list[MakerFill]:
        """Follow a recorded book message that the venue's book has just applied."""
        venue = self._venues[i]
        venue.applied += 1
        for queue in venue.resting:
            for order in queue:
                self._requeue(i, order)
        return [fill for side in (0, 1) for fill in self._cross(i, side)]

    def print_applied(self, i: int, taker_is_buy: bool, tick: int, lots: int) -> list[MakerFill]:
        """Let a recorded print trade with own orders on the other side."""
        venue = self._venues[i]
        side = 1 if taker_is_buy else BID
        fills: list[MakerFill] = []
        used_pessimistic = used_optimistic = 0
        for order in venue.resting[side]:
            if not _reaches(side, order.tick, tick):
                break
            at_price = order.tick == tick
            ahead = (order.ahead_pessimistic, order.ahead_optimistic) if at_price else (0, 0)
            before = (order.filled_pessimistic, order.filled_optimistic)
            traded = self._fill(
                order, lots - used_pessimistic - ahead[0], lots - used_optimistic - ahead[1]
            )
            used_pessimistic += order.filled_pessimistic - before[0]
            used_optimistic += order.filled_optimistic - before[1]
            if at_price:
                order.ahead_pessimistic -= min(order.ahead_pessimistic, lots)
                order.printed += min(order.ahead_optimistic, lots)
                order.ahead_optimistic -= min(order.ahead_optimistic, lots)
            else:
                order.ahead_optimistic = 0
            if traded > 0:
                fills.append(self._maker_fill(i, order, traded, 2 * venue.applied))
        self._drop_filled(venue, side)
        return fills

    def impact_due(self, i: int, due: int) -> Impact | None:
        """Return and forget the next impact of `i` due by `due`, None when there is none."""
        impacts = self._venues[i].impacts
        return impacts.popleft() if impacts and impacts[0].due <= due else None

    # -- inside

    def _known(self, venue: _Venue, order_no: int) -> bool:
        resting = any(o.order_no == order_no for queue in venue.resting for o in queue)
        return resting or order_no in venue.left

    def _leaves(self, order: Resting) -> int:
        filled = order.filled_optimistic if self._optimistic else order.filled_pessimistic
        return order.quantity - filled

    def _take(
        self, i: int, side: int, limit_tick: int, lots: int, *, due: int
    ) -> list[tuple[int, int]]:
        """Consume the other side, best first; own orders there were never part of it."""
        other = 1 - side
        taken: list[tuple[int, int]] = []
        while lots > 0:
            ticks, standing = self._books.levels(i, other, limit_tick=limit_tick, enough=lots)
            if not len(ticks):
                break
            for tick, there in zip(ticks.tolist(), standing.tolist(), strict=True):
                part = min(lots, there)
                key = level_key(tick, other)
                self._books.take(i, key, part)
                self._venues[i].impacts.append(Impact(due, True, key, part))
                taken.append((tick, part))
                lots -= part
        if taken:
            for order in self._venues[i].resting[other]:
                # What we took ourselves stood ahead of our own order: it is no cancel of others.
                order.clamp(self._books.size(i, order.key))
        return taken

    def _requeue(self, i: int, order: Resting) -> None:
        """Follow the level of an own order after a recorded message."""
        standing = self._books.size(i, order.key)
        if standing == order.standing:
            return
        unexplained = max(0, order.standing - standing - order.printed)
        order.ahead_optimistic = max(0, order.ahead_optimistic - unexplained)
        order.printed = 0
        order.clamp(standing)

    def _cross(self, i: int, side: int) -> list[MakerFill]:
        """Fill own orders of `side` that the recorded other side has come to or through."""
        venue = self._venues[i]
        best = self._books.best(i, 1 - side)
        crossed = [
            o for o in venue.resting[side] if best is not None and _reaches(side, o.tick, best)
        ]
        if not crossed:
            return []
        ticks, standing = self._books.levels(
            i,
            1 - side,
            limit_tick=crossed[0].tick,
            enough=sum(order.quantity for order in crossed),
            most=CROSS_LEVELS,
        )
        levels = list(zip(ticks.tolist(), standing.tolist(), strict=True))
        due = 2 * (venue.applied - 1)
        fills: list[MakerFill] = []
        used_pessimistic = used_optimistic = used = 0
        for order in crossed:
            depth = sum(there for tick, there in levels if _reaches(side, order.tick, tick))
            before = (order.filled_pessimistic, order.filled_optimistic)
            traded = self._fill(order, depth - used_pessimistic, depth - used_optimistic)
            used_pessimistic += order.filled_pessimistic - before[0]
            used_optimistic += order.filled_optimistic - before[1]
            used += traded
            if traded > 0:
                fills.append(self._maker_fill(i, order, traded, due))
        self._take(i, side, crossed[0].tick, used, due=due + 1)
        self._drop_filled(venue, side)
        return fills

    def _fill(self, order: Resting, room_pessimistic: int, room_optimistic: int) -> int:
        """Fill both bounds up to their room; return the lots that really trade."""
        leaves = order.quantity - order.filled_pessimistic
        pessimistic = min(leaves, max(0, room_pessimistic))
        leaves = order.quantity - order.filled_optimistic
        optimistic = min(leaves, max(0, room_optimistic))
        order.filled_pessimistic += pessimistic
        order.filled_optimistic += optimistic
        return optimistic if self._optimistic else pessimistic

    def _maker_fill(self, i: int, order: Resting, lots: int, due: int) -> MakerFill:
        self._venues[i].impacts.append(Impact(due, False, order.key, -lots))
        return MakerFill(i, order.order_no, lots, order.quantity - self._leaves(order))

    def _drop_filled(self, venue: _Venue, side: int) -> None:
        for order in venue.resting[side]:
            if self._leaves(order) == 0:
                venue.left[order.order_no] = order.bounds
        venue.resting[side][:] = [o for o in venue.resting[side] if self._leaves(o) > 0]

    def _leave(self, venue: _Venue, order: Resting, due: int, lots: int) -> None:
        venue.left[order.order_no] = order.bounds
        venue.impacts.append(Impact(due, False, order.key, -lots))


def _reaches(side: int, tick: int, other: int) -> bool:
    """Return whether a price of `side` is at or through `other`: a bid at or above it."""
    return tick >= other if side == BID else tick <= other
