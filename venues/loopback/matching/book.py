"""Who trades next: prices from the best on, and within a price whoever came first."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from decimal import Decimal

from venues.loopback.matching.values import Order
from venues.model.numbers import MONEY, ZERO
from venues.model.order import Side

# Orders of accounts have ids above zero; the crowd's, who never ask for theirs, below.
Entries = dict[int, Decimal]  # id to what it may still trade, oldest first


class HalfBook:
    """One side of a book; quantities are leaves in base units, each above zero."""

    def __init__(self, side: Side) -> None:
        self._worse = -side.sign  # a key rises from the best price on
        self._levels: dict[Decimal, Entries] = {}
        self._keys: list[Decimal] = []

    def best(self) -> Decimal | None:
        return self._keys[0] * self._worse if self._keys else None

    def prices(self) -> Iterator[Decimal]:
        """Yield prices, best first."""
        return (key * self._worse for key in self._keys)

    def at(self, price: Decimal) -> Entries:
        """Return the queue at `price`, oldest first; empty where nobody stands."""
        return self._levels.get(price, {})

    def total(self, price: Decimal) -> Decimal:
        return sum(self.at(price).values(), ZERO)

    def put(self, price: Decimal, number: int, leaves: Decimal) -> None:
        """Put an order behind all others at `price`."""
        if price not in self._levels:
            self._levels[price] = {}
            insort(self._keys, price * self._worse)
        self._levels[price][number] = leaves

    def cut(self, price: Decimal, number: int, leaves: Decimal) -> None:
        """Leave an order `leaves` in its place; zero takes it out. KeyError if it is not there."""
        entries = self._levels[price]
        if leaves > ZERO:
            entries[number] = leaves
            return
        del entries[number]
        if not entries:
            del self._levels[price]
            del self._keys[bisect_left(self._keys, price * self._worse)]


class Book:
    """Both sides of one symbol, and what changed since somebody last asked."""

    def __init__(self) -> None:
        self.bids = HalfBook(Side.BUY)
        self.asks = HalfBook(Side.SELL)
        self.last: Decimal | None = None
        self.sequence = 1
        self._changed: dict[tuple[Side, Decimal], None] = {}
        self._crowd_count = 0

    def half(self, side: Side) -> HalfBook:
        return self.bids if side is Side.BUY else self.asks

    def reaches(self, side: Side, price: Decimal) -> bool:
        """Return whether an order of `side` at `price` would trade with what rests."""
        best = self.half(side.opposite).best()
        return best is not None and side.sign * price >= side.sign * best

    def best_is(self, side: Side, price: Decimal, quantity: Decimal) -> bool:
        """Return whether `quantity` at `price` is the best of `side`."""
        return self.depth(side, 1) == [(price, quantity)]

    def rest(self, order: Order) -> None:
        self._put(order.ask.side, order.ask.price, order.order_id, order.leaves)

    def rest_crowd(self, side: Side, price: Decimal, quantity: Decimal) -> None:
        self._crowd_count += 1
        self._put(side, price, -self._crowd_count, quantity)

    def _put(self, side: Side, price: Decimal, number: int, leaves: Decimal) -> None:
        self.half(side).put(price, number, leaves)
        self._touch(side, price)

    def cut(self, side: Side, price: Decimal, number: int, leaves: Decimal) -> None:
        self.half(side).cut(price, number, leaves)
        self._touch(side, price)

    def _touch(self, side: Side, price: Decimal) -> None:
        self.sequence += 1
        self._changed[side, price] = None

    @property
    def has_news(self) -> bool:
        """Return whether something changed since the last `drain`."""
        return bool(self._changed)

    def drain(self) -> list[tuple[Side, Decimal, Decimal]]:
        """Return changed levels since the last call, with what stands there now; 0 = gone."""
        changed = [(side, price, self.half(side).total(price)) for side, price in self._changed]
        self._changed.clear()
        return changed

    def depth(self, side: Side, limit: int) -> list[tuple[Decimal, Decimal]]:
        """Return up to `limit` levels, best first."""
        half = self.half(side)
        return [(price, half.total(price)) for price, _ in zip(half.prices(), range(limit))]  # noqa: B905 - the shorter ends it

    def crowd_at(self, side: Side, price: Decimal) -> Decimal:
        """Return what the crowd has at `price`."""
        return sum((q for number, q in self.half(side).at(price).items() if number < 0), ZERO)

    def shrink_crowd(self, side: Side, price: Decimal, by: Decimal) -> None:
        """Take `by` of the crowd's out at `price`, youngest first: who came early keeps his place."""
        entries = self.half(side).at(price)
        for number in [n for n in reversed(entries) if n < 0]:
            if by <= ZERO:
                return
            taken = min(by, entries[number])
            self.cut(side, price, number, MONEY.subtract(entries[number], taken))
            by = MONEY.subtract(by, taken)
