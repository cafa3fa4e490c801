"""What is still there for us at a venue: the recorded book minus what we took from it."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class BookSide:
    """One side of one book, by tick, in lots.

    `recorded` is what the source said last. `effective` holds only the levels we took from, and
    what is left there; everywhere else all that is recorded is there.
    """

    recorded: dict[int, int] = field(default_factory=dict)
    effective: dict[int, int] = field(default_factory=dict)

    def record(self, tick: int, lots: int) -> None:
        """Apply one recorded row: decreases release what we took, increases are fresh, repeats nothing."""
        if tick in self.effective:
            fresh = max(0, lots - self.recorded.get(tick, 0))
            self.effective[tick] = min(lots, self.effective[tick] + fresh)
            if lots == 0:
                del self.effective[tick]
        if lots:
            self.recorded[tick] = lots
        else:
            self.recorded.pop(tick, None)

    def there(self, tick: int) -> int:
        """Return the lots that can be taken at `tick`."""
        return self.effective.get(tick, self.recorded.get(tick, 0))

    def take(self, tick: int, lots: int) -> None:
        """Remove at most `lots` at `tick`."""
        there = self.there(tick)
        if there:
            self.effective[tick] = max(0, there - lots)


@dataclass(slots=True)
class VenueBook:
    """Both sides of one instrument's book at the venue."""

    bids: BookSide = field(default_factory=BookSide)
    asks: BookSide = field(default_factory=BookSide)

    def against(self, is_buy: bool) -> BookSide:
        """Return the side an order trades with."""
        return self.asks if is_buy else self.bids

    def beside(self, is_buy: bool) -> BookSide:
        """Return the side an order queues on."""
        return self.bids if is_buy else self.asks

    def message(self, is_snapshot: bool, rows: list[tuple[bool, int, int]]) -> None:
        """Apply the rows (is_bid, tick, lots) of one message; a snapshot deletes what it omits."""
        for is_bid, tick, lots in rows:
            (self.bids if is_bid else self.asks).record(tick, lots)
        if is_snapshot:
            for side, wanted in ((self.bids, True), (self.asks, False)):
                named = {tick for is_bid, tick, _ in rows if is_bid == wanted}
                for tick in [tick for tick in side.recorded if tick not in named]:
                    side.record(tick, 0)

    def reachable(self, is_buy: bool, limit: int) -> list[tuple[int, int]]:
        """Return (tick, lots) an order with this limit could take, best first."""
        side = self.against(is_buy)
        within = [t for t in side.recorded if (t <= limit if is_buy else t >= limit)]
        within.sort(reverse=not is_buy)
        return [(tick, side.there(tick)) for tick in within if side.there(tick)]


def walk(levels: list[tuple[int, int]], lots: int) -> list[tuple[int, int]]:
    """Return what an order for `lots` gets from `levels`, one (tick, lots) per level."""
    got: list[tuple[int, int]] = []
    for tick, there in levels:
        if lots == 0:
            break
        part = min(lots, there)
        got.append((tick, part))
        lots -= part
    return got
