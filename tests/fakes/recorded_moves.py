"""How do properties make random recorded markets, and random things to do in them?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.fakes.recordings import STALE_AFTER_NS, Script
from venues.books.watch import (
    DepthRow,
    PriceRow,
    Reading,
    StateRow,
    TouchRow,
    VolumeRow,
    WatchRow,
)
from venues.model.market import level_key
from venues.paper.market import RecordedMarket
from venues.paper.played import Bounds, Stop

MIDDLE = 100
INSTRUMENTS = 2


def random_script(rng: Random, *, lasts_ns: int) -> Script:
    """Return a book around MIDDLE that wanders, gets crossed at times, and is traded."""
    script = Script()
    at_ns, known_ns, middle = 1, 1, MIDDLE
    while at_ns < lasts_ns:
        middle += rng.choice((-1, 0, 0, 0, 1))
        rows = [_row(rng, middle) for _ in range(rng.randrange(6))]
        snapshot = not script.books or rng.random() < 0.1
        stamp_ns = at_ns - rng.choice((0, 0, 0, 3))  # the venue's clock steps back at times
        known_ns = max(known_ns + 1, at_ns + rng.randrange(-2, 12))
        script.book(stamp_ns, *dict(rows).items(), snapshot=snapshot, known_ns=known_ns)
        for _ in range(rng.choice((0, 0, 1, 2))):
            traded_ns = at_ns + rng.randrange(8)
            tick = middle + rng.randrange(-3, 4)
            lots = rng.randrange(1, 12)
            known = traded_ns + rng.randrange(10)
            script.trade(traded_ns, rng.random() < 0.5, tick, lots, known_ns=known)
        if rng.random() < 0.2:
            script.deriv(at_ns + 9, rng.randrange(3), rng.randrange(90, 110))
        at_ns += rng.choice((1, 3, 8, 20, STALE_AFTER_NS // 2))
    return script


def _row(rng: Random, middle: int) -> tuple[int, int]:
    side = rng.randrange(2)
    away = rng.randrange(-1, 6)  # -1: through the middle, onto the other side's ground
    tick = middle - away if side == 0 else middle + 1 + away
    return level_key(tick, side), rng.choice((0, 0, 1, 3, 8, 8, 15))


@dataclass(slots=True)
class Deeds:
    """A run over a market: random deeds of ours at random times, and all that was seen of it."""

    market: RecordedMarket
    play: Callable[[RecordedMarket, int, int], list[Stop]]
    seen: list[object]

    def run(self, seed: int, *, lasts_ns: int, pause_ns: int) -> None:
        """Act every `pause_ns` or so; the same seed does the same whatever the market answers."""
        rng = Random(seed)
        now_ns, order_no, resting = 0, 0, list[tuple[int, int]]()
        while now_ns < lasts_ns:
            now_ns += rng.randrange(1, pause_ns)
            rank = rng.choice((0, 3, 4, 5, 6))
            self.seen.extend(self.play(self.market, now_ns, rank))
            order_no += 1
            self._act(rng, order_no, now_ns, resting)
        self.seen.extend(self.play(self.market, 1 << 61, 6))
        self.seen.append([self.bounds(i, n) for i, n in resting])
        self.seen.append(self.market.market_events)

    def bounds(self, i: int, order_no: int) -> Bounds:
        """Return the bounds of an order that rested."""
        return self.market.matcher.bounds(i, order_no)

    def _act(self, rng: Random, order_no: int, now_ns: int, resting: list[tuple[int, int]]) -> None:
        matcher = self.market.matcher
        i, side = rng.randrange(INSTRUMENTS), rng.randrange(2)
        tick, lots = MIDDLE + rng.randrange(-5, 6), rng.randrange(1, 12)
        deed = rng.randrange(8)
        # Drawn whatever happens, so that two runs stay in step even where they differ.
        which, slot, row = rng.random(), rng.randrange(12), random_row(rng)
        if deed in {0, 1, 2}:
            if matcher.would_cross(i, side, tick):
                self.seen.append(("crosses", i, side, tick))
            else:
                matcher.rest(i, order_no, side, tick, lots, now_ns)
                resting.append((i, order_no))
        elif deed == 3:
            self.seen.append(matcher.sweep(i, side, tick, lots, now_ns))
        elif deed == 4 and resting:
            of, number = resting[int(which * len(resting))]
            self.seen.append(self.bounds(of, number))
            matcher.remove(of, number, now_ns)
        elif deed == 5:
            self.market.view.set_own(i, {level_key(tick, side): lots})
        elif deed == 6:
            self.market.watches.clear(slot)
        else:
            self.market.watches.set(slot, row, now_ns)


def random_row(rng: Random) -> WatchRow:
    """Return any watch over the two instruments."""
    i, side, above = rng.randrange(INSTRUMENTS), rng.randrange(2), rng.random() < 0.5
    both = tuple(range(INSTRUMENTS))
    members = rng.choice(((0,), (1,), both))
    reading = rng.choice(list(Reading))
    scales = tuple(rng.choice((1, 3)) for _ in members)
    level = rng.choice((1, 2, 3)) * MIDDLE + rng.randrange(-4, 5)
    rows: Sequence[WatchRow] = (
        PriceRow(reading, members, scales, above, level),
        TouchRow(i, side, MIDDLE + rng.randrange(-3, 4), rng.randrange(1, 4)),
        DepthRow(i, side, rng.randrange(1, 5) * 10**6, above, rng.randrange(40)),
        VolumeRow(i, rng.randrange(60)),
        StateRow(members),
    )
    return rng.choice(rows)
