"""What does the market of a scenario look like: venues, and books written as text?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from router.depth.scale import Scale, market_scale
from venues.books.probe_twin import TwinProbes
from venues.books.twin import TwinBooks
from venues.books.watch_twin import TwinWatches
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Contract, FeeIn, Instrument, Kind, Market, Member, ReduceOnly
from venues.model.market import ASK, BID, BookMessage, DerivKind, Int64s, level_key
from venues.model.order import Side

SYMBOL = Symbol("BTC/USDT")
STALE_AFTER_NS = 2_000_000_000


@dataclass(frozen=True)
class Venue:
    """Terms of one venue; prices on 0.1, lots of 0.1 and no minimums unless the test says so."""

    name: str
    lot: str = "0.1"
    tick: str = "0.1"
    minimum: str = "0"
    min_notional: str = "0"
    taker: str = "0"
    maker: str = "0"
    fee_in: FeeIn = FeeIn.QUOTE
    order_cost: str = "0"
    kind: Kind = Kind.SPOT
    contract_size: str = "1"
    contract: Contract = Contract.LINEAR
    reduce_only: ReduceOnly = ReduceOnly.UNSAID
    stop_orders: bool = False
    order_lists: bool = False

    def instrument(self) -> Instrument:
        """Return its instrument."""
        return Instrument(
            venue=VenueId(self.name),
            symbol=SYMBOL,
            kind=self.kind,
            tick_size=Decimal(self.tick),
            lot_size=Decimal(self.lot),
            min_quantity=Decimal(self.minimum),
            min_notional=Decimal(self.min_notional),
            maker_fee=Decimal(self.maker),
            taker_fee=Decimal(self.taker),
            fee_in=self.fee_in,
            contract_size=Decimal(self.contract_size),
            contract=self.contract,
            reduce_only=self.reduce_only,
            order_cost=Decimal(self.order_cost),
            stop_orders=self.stop_orders,
            order_lists=self.order_lists,
        )


class SceneMarket:
    """Twin books and watches over a few venues; nothing changes unless the test says so."""

    def __init__(self, venues: Sequence[Venue], side: Side) -> None:
        self.instruments = tuple(v.instrument() for v in venues)
        self.books = TwinBooks(self.instruments)
        self.watches = TwinWatches(self.books, STALE_AFTER_NS)
        self.probes = TwinProbes(self.books, learn=True)
        self.silent: set[int] = set()
        self._side = side
        self._known: set[int] = set()

    def scales(self) -> Mapping[Symbol, Scale]:
        """Return the one market they make."""
        members = tuple(Member(instrument=i) for i in self.instruments)
        return {SYMBOL: market_scale(Market(symbol=SYMBOL, members=members), self.instruments)}

    def place(self, venue: str) -> int:
        """Return the position of a venue's book."""
        return [i.venue for i in self.instruments].index(VenueId(venue))

    def show(self, venue: str, text: str, now_ns: int) -> tuple[int, ...]:
        """Replace a book by `text`; return the watches that fired.

        "5@99.5 | 0.4@99.9 9@100.5" is bids | asks, best first. Without a bar it is what the parent
        could take; then plenty stands two ticks away on the other side.
        """
        i = self.place(venue)
        instrument = self.instruments[i]
        if "|" in text:
            bids, asks = (self._levels(instrument, part) for part in text.split("|"))
        else:
            shown = self._levels(instrument, text)
            near = int(1000 / instrument.lot_size)
            other = [(shown[0][0] - 2 * self._side.sign, near)] if shown else []
            bids, asks = (other, shown) if self._side is Side.BUY else (shown, other)
        rows = [(level_key(t, BID), q) for t, q in bids] + [(level_key(t, ASK), q) for t, q in asks]
        self._known.add(i)
        return self._apply(i, rows, now_ns, is_snapshot=True)

    def confirm(self, now_ns: int) -> tuple[int, ...]:
        """Let every venue that speaks say that nothing changed; return the watches that fired."""
        fired = list(self.watches.expired(now_ns))
        for i in sorted(self._known - self.silent):
            fired.extend(self._apply(i, [], now_ns, is_snapshot=False))
        return tuple(fired)

    def lose(self, venue: str, now_ns: int) -> tuple[int, ...]:
        """Miss a message of a venue: BROKEN until the next snapshot."""
        i = self.place(venue)
        self.books.gap(i)
        return self.watches.fired(i, now_ns)

    def next_expiry_ns(self) -> int | None:
        """Return when the first watched book goes STALE, if nobody confirms it before."""
        due_ns = self.watches.next_expiry_ns()
        return due_ns if self.silent else None

    def _apply(
        self, i: int, rows: Sequence[tuple[int, int]], now_ns: int, *, is_snapshot: bool
    ) -> tuple[int, ...]:
        message = BookMessage(
            venue=self.instruments[i].venue,
            symbol=SYMBOL,
            ts_exchange_ns=now_ns,
            ts_local_ns=now_ns,
            is_snapshot=is_snapshot,
            keys=_column([key for key, _ in rows]),
            lots=_column([lots for _, lots in rows]),
        )
        self.books.apply(i, message)
        self.probes.looked(i, now_ns)
        return self.watches.fired(i, now_ns)

    def funding(self, venue: str, rate: str, next_ns: int) -> None:
        """Say a funding rate and when it is next paid."""
        e12 = int(Decimal(rate) * 10**12)
        self.books.deriv(self.place(venue), DerivKind.FUNDING, e12, next_ns)

    def _levels(self, instrument: Instrument, text: str) -> list[tuple[int, int]]:
        pairs = (level.split("@") for level in text.split())
        return [
            (int(Decimal(price) / instrument.tick_size), int(Decimal(size) / instrument.lot_size))
            for size, price in pairs
        ]


def _column(values: Sequence[int]) -> Int64s:
    return np.array(values, np.int64)
