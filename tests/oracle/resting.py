"""How much could each resting order of ours have got by now, at the least and at the most?

Everyone ahead of us at our price is a queue. At the least (pessimistic) it shrinks only by prints
at that price and is never longer than what the book shows; at the most (optimistic) every recorded
decrease of the level that prints do not explain was also somebody ahead of us.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from tests.oracle.claims import Order
from tests.oracle.venue_book import VenueBook


@dataclass(slots=True)
class Bound:
    """One way of counting: lots still ahead of us, and lots filled so far."""

    ahead: int
    filled: int = 0


@dataclass(slots=True, kw_only=True)
class Resting:
    """One order in the queue; lots are what was left when it joined."""

    order: Order
    tick: int
    lots: int
    least: Bound
    most: Bound
    explained: int = 0  # printed lots ahead of us that the level's next decrease only confirms
    level: int = 0  # what the recording showed at our price before the current message
    forced: int = 0  # lots the book traded through us at `forced_ns`
    forced_ns: int = -1
    fill_times_ns: list[int] = field(default_factory=list)
    fill_cums: list[int] = field(default_factory=list)

    def claimed_before(self, time_ns: int) -> int:
        """Return the maker lots claimed strictly before `time_ns`."""
        count = bisect_left(self.fill_times_ns, time_ns)
        return self.fill_cums[count - 1] if count else 0

    def claimed_by(self, time_ns: int) -> int:
        """Return the maker lots claimed up to and including `time_ns`."""
        count = bisect_right(self.fill_times_ns, time_ns)
        return self.fill_cums[count - 1] if count else 0

    def open_at(self, time_ns: int) -> int:
        """Return the lots really open, counting what the book has just traded through us."""
        forced = self.forced if self.forced_ns == time_ns else 0
        return max(0, self.lots - self.claimed_before(time_ns) - forced)


@dataclass(slots=True)
class Queue:
    """Our resting orders on one side of one instrument, best price first, then first come."""

    is_buy: bool
    orders: list[Resting] = field(default_factory=list)

    def join(self, resting: Resting) -> None:
        """Add an order behind ours at the same price."""
        self.orders.append(resting)
        self.orders.sort(key=lambda o: -o.tick if self.is_buy else o.tick)

    def leave(self, child: str) -> None:
        """Forget an order."""
        self.orders = [o for o in self.orders if o.order.child != child]

    def traded_through(self, book: VenueBook, time_ns: int) -> None:
        """Fill ours from opposite levels at or through them, and consume those levels."""
        if not self.orders:
            return
        levels = book.reachable(self.is_buy, self.orders[0].tick)
        if not levels:
            return
        least = self._share(levels, [o.lots - o.least.filled for o in self.orders])
        most = self._share(levels, [o.lots - o.most.filled for o in self.orders])
        real = self._share(levels, [o.open_at(time_ns) for o in self.orders])
        for i, order in enumerate(self.orders):
            order.least.filled += sum(lots for _, lots in least[i])
            order.most.filled += sum(lots for _, lots in most[i])
            order.forced = sum(lots for _, lots in real[i]) + (
                order.forced if order.forced_ns == time_ns else 0
            )
            order.forced_ns = time_ns
            for tick, lots in real[i]:
                book.against(self.is_buy).take(tick, lots)

    def remember_levels(self, book: VenueBook) -> None:
        """Note what is recorded at our prices before a message changes it."""
        for order in self.orders:
            order.level = book.beside(self.is_buy).recorded.get(order.tick, 0)

    def levels_changed(self, book: VenueBook) -> None:
        """Shorten the queues by what the message took away."""
        side = book.beside(self.is_buy)
        for order in self.orders:
            recorded = side.recorded.get(order.tick, 0)
            unexplained = max(0, order.level - recorded - order.explained)
            if recorded != order.level:
                order.explained = 0  # a print explains the next change, not the ones after it
            there = side.there(order.tick)
            order.most.ahead = min(max(0, order.most.ahead - unexplained), there)
            order.least.ahead = min(order.least.ahead, there)

    def printed(self, tick: int, lots: int) -> None:
        """Let one print on our side fill us: through our price at once, at it after the queue."""
        left_least = left_most = lots
        for order in self.orders:
            through = order.tick > tick if self.is_buy else order.tick < tick
            if not through and order.tick != tick:
                return
            queue_least = queue_most = 0
            if through:
                # A trade behind our price says that nobody is left before us.
                order.most.ahead = 0
            else:
                queue_least, queue_most = order.least.ahead, order.most.ahead
                # At the most, the recorded print hit the recorded queue whatever it also gave us.
                order.least.ahead -= min(queue_least, left_least)
                order.most.ahead -= min(queue_most, lots)
                order.explained += min(queue_most, lots)
            # The queue's part is not taken off for our next order: it has the same people ahead.
            left_least -= _fill(order, order.least, left_least - queue_least)
            left_most -= _fill(order, order.most, left_most - queue_most)

    def overtaken(self, book: VenueBook) -> None:
        """Shorten the queues where we ourselves have just taken what stood ahead of us."""
        for order in self.orders:
            there = book.beside(self.is_buy).there(order.tick)
            order.most.ahead = min(order.most.ahead, there)

    def _share(
        self, levels: list[tuple[int, int]], wanted: list[int]
    ) -> list[list[tuple[int, int]]]:
        """Deal `levels` (best first) to our orders in turn, each only at or through its price."""
        left = [[tick, lots] for tick, lots in levels]
        shares: list[list[tuple[int, int]]] = []
        for order, want in zip(self.orders, wanted, strict=True):
            share: list[tuple[int, int]] = []
            still = want
            for level in left:
                inside = level[0] <= order.tick if self.is_buy else level[0] >= order.tick
                part = min(still, level[1]) if inside else 0
                if part > 0:
                    share.append((level[0], part))
                    level[1] -= part
                    still -= part
            shares.append(share)
        return shares


def _fill(order: Resting, bound: Bound, lots: int) -> int:
    got = min(order.lots - bound.filled, max(0, lots))
    bound.filled += got
    return got
