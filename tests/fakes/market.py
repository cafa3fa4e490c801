"""A book one can write down: what a paper venue matches against in tests."""

from dataclasses import dataclass, field
from decimal import Decimal

from venues.model.market import BID
from venues.model.order import Trigger, TriggerDirection, TriggerSource


@dataclass
class FakePrices:
    """Last and mark prices one can write down: (ns, price) by source, rising in time."""

    told: dict[TriggerSource, list[tuple[int, Decimal]]] = field(default_factory=dict)

    def say(self, ns: int, price: str, source: TriggerSource = TriggerSource.LAST) -> None:
        self.told.setdefault(source, []).append((ns, Decimal(price)))

    def reached(self, i: int, trigger: Trigger, now_ns: int) -> bool:
        known = [p for ns, p in self.told.get(trigger.source, []) if ns <= now_ns]
        return bool(known) and _at(known[-1], trigger)

    def reached_ns(self, i: int, trigger: Trigger, after_ns: int) -> int | None:
        told = self.told.get(trigger.source, [])
        return next((ns for ns, p in told if ns > after_ns and _at(p, trigger)), None)


def _at(price: Decimal, trigger: Trigger) -> bool:
    up = trigger.direction is TriggerDirection.UP
    return price >= trigger.price if up else price <= trigger.price


@dataclass
class FakeMarket:
    """One book per instrument from text: lots@tick, bids | asks, as in "5@99 4@100 | 3@101".

    Nobody trades unless the test says so; `resting` holds own orders as (side, tick, lots).
    """

    ends_ns: int | None = None
    books: dict[int, tuple[dict[int, int], dict[int, int]]] = field(default_factory=dict)
    resting: dict[tuple[int, int], tuple[int, int, int]] = field(default_factory=dict)
    prices: FakePrices = field(default_factory=FakePrices)

    def show(self, text: str, i: int = 0) -> None:
        bids, asks = text.split("|")
        self.books[i] = (_levels(bids), _levels(asks))

    def sweep(
        self, i: int, side: int, limit_tick: int, lots: int, now_ns: int
    ) -> list[tuple[int, int]]:
        levels = self._opposite(i, side)
        taken = []
        for tick in self._within(i, side, limit_tick):
            part = min(lots, levels[tick])
            if part == 0:
                break
            taken.append((tick, part))
            lots -= part
            levels[tick] -= part
            if levels[tick] == 0:
                del levels[tick]
        return taken

    def would_cross(self, i: int, side: int, tick: int) -> bool:
        return bool(self._within(i, side, tick))

    def rest(self, i: int, order_no: int, side: int, tick: int, lots: int, now_ns: int) -> None:
        assert lots > 0
        assert (i, order_no) not in self.resting
        assert not self.would_cross(i, side, tick)
        self.resting[i, order_no] = (side, tick, lots)

    def remove(self, i: int, order_no: int, now_ns: int) -> None:
        self.resting.pop((i, order_no), None)  # a completely filled one has left by itself

    def fill(self, order_no: int, lots: int, i: int = 0) -> None:
        """Someone trades with our resting order."""
        side, tick, leaves = self.resting.pop((i, order_no))
        assert lots <= leaves
        if lots < leaves:
            self.resting[i, order_no] = (side, tick, leaves - lots)

    def last_exchange_ns(self, i: int) -> int | None:
        return self.ends_ns

    def _opposite(self, i: int, side: int) -> dict[int, int]:
        return self.books[i][1 if side == BID else 0]

    def _within(self, i: int, side: int, limit: int) -> list[int]:
        ticks = sorted(self._opposite(i, side), reverse=side != BID)
        return [tick for tick in ticks if (tick <= limit if side == BID else tick >= limit)]


def _levels(text: str) -> dict[int, int]:
    pairs = (level.split("@") for level in text.split())
    return {int(tick): int(lots) for lots, tick in pairs}
