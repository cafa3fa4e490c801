"""What should the book kernels answer? The same books in dicts and sorted lists, written apart.

Both the oracle of the property tests and the fallback where numba is missing. Consumption is kept
as what we took and has not been released: it stays when the source shows more, and a recorded
decrease releases it first. (The kernel keeps what is left instead; the two must agree.)
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping

import numpy as np

from venues.books.layout import LOTS_MOST
from venues.books.outcomes_twin import TwinOutcomes
from venues.books.port import DEFAULT_MOST
from venues.model.instrument import Instrument
from venues.model.market import ASK, BID, BookMessage, BookState, DerivKind, Int64s


class _Book:
    """One book. `shelf[side]` lists the displayed ticks in rising order."""

    __slots__ = (
        "derivs",
        "displayed",
        "doubted",
        "gapped",
        "last_local_ns",
        "last_tick",
        "outcomes",
        "own",
        "recorded",
        "shelf",
        "shown",
        "taken",
        "verified",
        "volume",
    )

    def __init__(self) -> None:
        self.recorded: dict[int, int] = {}
        self.taken: dict[int, int] = {}
        self.shown: dict[int, int] = {}
        self.own: dict[int, int] = {}
        self.displayed: dict[int, int] = {}
        self.shelf: tuple[list[int], list[int]] = ([], [])
        self.verified = False
        self.gapped = False
        self.doubted = False
        self.last_local_ns = 0
        self.last_tick: int | None = None
        self.volume = 0
        self.derivs: dict[DerivKind, tuple[int, int]] = {}
        self.outcomes = TwinOutcomes()

    def record(self, key: int, lots: int) -> None:
        """Apply one recorded row."""
        if key in self.taken:
            fallen = self.recorded.get(key, 0) - lots
            if fallen > 0:
                left = self.taken[key] - fallen
                if left > 0:
                    self.taken[key] = left
                else:
                    del self.taken[key]
        if lots:
            self.recorded[key] = lots
        else:
            self.recorded.pop(key, None)
        self.display(key)

    def display(self, key: int) -> None:
        """Bring the displayed size of a level up to date."""
        lots = self.recorded.get(key, 0) - self.taken.get(key, 0) + self.shown.get(key, 0)
        if lots > 0:
            if key not in self.displayed:
                insort(self.shelf[key & 1], key >> 1)
            self.displayed[key] = lots
        elif key in self.displayed:
            del self.displayed[key]
            shelf = self.shelf[key & 1]
            del shelf[bisect_left(shelf, key >> 1)]

    def net(self, key: int) -> int:
        """Return what is displayed of a level less what is ours."""
        lots = self.displayed.get(key, 0)
        return lots - min(self.own.get(key, 0), lots)

    def ticks(self, side: int, limit_tick: int | None) -> Iterator[int]:
        """Return the displayed ticks no worse than `limit_tick`, best first."""
        shelf = self.shelf[side]
        if side == BID:
            first = 0 if limit_tick is None else bisect_left(shelf, limit_tick)
            return (shelf[place] for place in range(len(shelf) - 1, first - 1, -1))
        end = len(shelf) if limit_tick is None else bisect_right(shelf, limit_tick)
        return (shelf[place] for place in range(end))

    def observed(self, ts_exchange_ns: int, ts_local_ns: int) -> None:
        """Take down what became of displayed depth, before a message with these stamps."""
        bids, asks = self.shelf
        sound = self.verified and not self.gapped and bids and asks and not self.crossed()

        touch = (bids[-1], asks[0]) if sound else None
        stamps_ns = ts_exchange_ns, ts_local_ns
        self.outcomes.observed(touch, self.within, self.last_local_ns, stamps_ns)

    def within(self, side: int, tick: int) -> int:
        """Return the net lots of `side` no worse than `tick`, at most LOTS_MOST."""
        return min(sum(self.net(t * 2 + side) for t in self.ticks(side, tick)), LOTS_MOST)

    def crossed(self) -> bool:
        """Return whether the displayed touch is crossed or locked."""
        bids, asks = self.shelf
        return bool(bids) and bool(asks) and bids[-1] >= asks[0]


class TwinBooks:
    """Books (`venues.books.port`) in plain Python."""

    __slots__ = ("_books", "instruments")

    def __init__(self, instruments: tuple[Instrument, ...]) -> None:
        self.instruments = instruments
        self._books = [_Book() for _ in instruments]

    def apply(self, i: int, message: BookMessage) -> None:
        """Apply one book message; a snapshot is its rows, then size 0 for each level not named."""
        book = self._books[i]
        if book.outcomes.on:
            book.observed(message.ts_exchange_ns, message.ts_local_ns)
        keys = message.keys.tolist()
        for key, lots in zip(keys, message.lots.tolist(), strict=True):
            book.record(key, lots)
        if message.is_snapshot:
            for key in book.recorded.keys() - set(keys):
                book.record(key, 0)
            book.verified = True
            book.gapped = False
        book.last_local_ns = message.ts_local_ns

    def print_(self, i: int, tick: int, lots: int) -> None:
        """Note a public trade."""
        self._books[i].last_tick = tick
        self._books[i].volume += lots

    def deriv(self, i: int, kind: DerivKind, value_e12: int, next_ns: int) -> None:
        """Note a mark, an index or a funding rate in 10^-12 units."""
        self._books[i].derivs[kind] = (value_e12, next_ns)

    def gap(self, i: int) -> None:
        """Note that something was missed: BROKEN until the next snapshot."""
        self._books[i].gapped = True

    def doubt(self, i: int) -> None:
        """Make the book UNVERIFIED until `trust`."""
        self._books[i].doubted = True

    def trust(self, i: int) -> None:
        """Take a doubt back."""
        self._books[i].doubted = False

    def take(self, i: int, key: int, lots: int) -> int:
        """Consume up to `lots` (>= 0) of a level; return how many were there to take."""
        if lots < 0:
            raise ValueError(f"cannot take {lots} lots")
        book = self._books[i]
        before = book.taken.get(key, 0)
        there = book.recorded.get(key, 0) - before
        taken = min(lots, there)
        if taken:
            book.taken[key] = before + taken
            book.display(key)
        return taken

    def show_own(self, i: int, key: int, delta: int) -> None:
        """Show more (or fewer) of our own lots at a level; ValueError below nothing."""
        book = self._books[i]
        shown = book.shown.get(key, 0) + delta
        if shown < 0:
            raise ValueError(f"fewer than {-delta} own lots are shown at level {key}")
        book.shown[key] = shown
        if not shown:
            del book.shown[key]
        book.display(key)

    def set_own(self, i: int, own: Mapping[int, int]) -> None:
        """Leave exactly these own lots (key -> lots > 0) out of what is read from now on."""
        for key, lots in own.items():
            if lots < 0:
                raise ValueError(f"own lots {lots} at level {key} are negative")
        self._books[i].own = {key: lots for key, lots in own.items() if lots}

    def best(self, i: int, side: int) -> int | None:
        """Return the best tick net of own orders."""
        ticks, _ = self.levels(i, side, limit_tick=None, enough=1, most=1)
        return int(ticks[0]) if len(ticks) else None

    def size(self, i: int, key: int) -> int:
        """Return the displayed lots of a level; 0 where nothing is known."""
        return self._books[i].displayed.get(key, 0)

    def net(self, i: int, key: int) -> int:
        """Return the displayed lots of a level less own orders."""
        return self._books[i].net(key)

    def levels(
        self, i: int, side: int, *, limit_tick: int | None, enough: int, most: int = DEFAULT_MOST
    ) -> tuple[Int64s, Int64s]:
        """Return ticks and net lots of `side`, best first; see `Books.levels`."""
        book = self._books[i]
        ticks: list[int] = []
        lots: list[int] = []
        total = 0
        for tick in book.ticks(side, limit_tick):
            if total >= enough or len(ticks) == most:
                break
            net = book.net(tick * 2 + side)
            if net:
                ticks.append(tick)
                lots.append(net)
                total += net
        return np.array(ticks, np.int64), np.array(lots, np.int64)

    def within(self, i: int, side: int, *, limit_tick: int | None, enough: int) -> int:
        """Return the net lots of `side` no worse than `limit_tick`, counted up to `enough`."""
        book = self._books[i]
        return min(sum(book.net(t * 2 + side) for t in book.ticks(side, limit_tick)), enough)

    def all_levels(self, i: int) -> Int64s:
        """Return every level held, ordered by key; see `Books.all_levels`."""
        book = self._books[i]
        rows = [
            (
                key,
                book.recorded.get(key, 0),
                book.recorded.get(key, 0) - book.taken.get(key, 0),
                book.shown.get(key, 0),
                book.own.get(key, 0),
            )
            for key in sorted(book.recorded.keys() | book.shown.keys() | book.own.keys())
        ]
        return np.array(rows, np.int64).reshape(len(rows), 5)

    def crossed(self, i: int) -> bool:
        """Return whether the displayed touch is crossed or locked."""
        return self._books[i].crossed()

    def state(self, i: int, now_ns: int, stale_after_ns: int) -> BookState:
        """Return UNVERIFIED, BROKEN, STALE or LIVE: the first that applies."""
        book = self._books[i]
        if not book.verified or book.doubted:
            return BookState.UNVERIFIED
        if book.gapped or book.crossed():
            return BookState.BROKEN
        late = now_ns - book.last_local_ns > stale_after_ns
        return BookState.STALE if late else BookState.LIVE

    def quote(
        self, i: int, now_ns: int, stale_after_ns: int
    ) -> tuple[BookState, int | None, int | None, int]:
        """Return state, best bid, best ask and local time at once."""
        state = self.state(i, now_ns, stale_after_ns)
        return state, self.best(i, BID), self.best(i, ASK), self._books[i].last_local_ns

    def last_local_ns(self, i: int) -> int:
        """Return when we knew the last book message; 0 before the first."""
        return self._books[i].last_local_ns

    def last_tick(self, i: int) -> int | None:
        """Return the price of the last print."""
        return self._books[i].last_tick

    def volume(self, i: int) -> int:
        """Return the lots printed so far."""
        return self._books[i].volume

    def mark(self, i: int) -> int | None:
        """Return the mark price in 10^-12 units."""
        value = self._books[i].derivs.get(DerivKind.MARK)
        return None if value is None else value[0]

    def index(self, i: int) -> int | None:
        """Return the index price in 10^-12 units."""
        value = self._books[i].derivs.get(DerivKind.INDEX)
        return None if value is None else value[0]

    def funding(self, i: int) -> tuple[int, int] | None:
        """Return the funding rate in 10^-12 units and when it is next paid."""
        return self._books[i].derivs.get(DerivKind.FUNDING)

    def learn(self, i: int) -> None:
        """Take down from now on what becomes of displayed depth."""
        self._books[i].outcomes.on = True

    def disturbed(self, i: int, now_ns: int) -> None:
        """Note that an order of ours leaves for this book."""
        self._books[i].outcomes.disturbed(now_ns)

    def outcomes(self, i: int, side: int, horizon: int, limit_tick: int) -> tuple[Int64s, Int64s]:
        """Return outcomes of a side and how they change; see `Books.outcomes`."""
        book = self._books[i]
        bids, asks = book.shelf
        touch = [bids[-1] if bids else None, asks[0] if asks else None]
        return book.outcomes.outcomes(touch, book.within, side, horizon, limit_tick)

    def dump_outcomes(self, i: int) -> Int64s:
        """Return all that has been learned of book `i`."""
        return self._books[i].outcomes.dump()

    def restore_outcomes(self, i: int, dumped: Int64s) -> None:
        """Put back what was learned; ValueError for anything of another size."""
        self._books[i].outcomes.restore(dumped)
