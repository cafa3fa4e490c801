"""What does a market look like when a test says it level by level?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from router.depth.composite import Composite, observe
from router.depth.scale import Scale, market_scale
from venues.books.layout import CHANGES, REACHES, WHOLE
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Contract, FeeIn, Instrument, Kind, Market, Member
from venues.model.market import ASK, BID, BookState, Int64s

SYMBOL = Symbol("BTC/USDT")
SECOND = 1_000_000_000
Levels = Sequence[tuple[str, str]]


@dataclass
class FakeBook:
    """One book: (tick, lots) best first, its state, and when we last heard of it."""

    bids: list[tuple[int, int]] = field(default_factory=list)
    asks: list[tuple[int, int]] = field(default_factory=list)
    state: BookState = BookState.LIVE
    local_ns: int = 10 * SECOND
    funding: tuple[int, int] | None = None
    shares: list[list[int]] = field(default_factory=list)
    change: int = WHOLE


class FakeDepth:
    """A book store that shows exactly what it was given."""

    def __init__(self, books: Sequence[FakeBook]) -> None:
        self.books = books

    def best(self, i: int, side: int) -> int | None:
        levels = self._side(i, side)
        return levels[0][0] if levels else None

    def levels(
        self, i: int, side: int, *, limit_tick: int | None, enough: int, most: int = 512
    ) -> tuple[Int64s, Int64s]:
        ticks: list[int] = []
        lots: list[int] = []
        for tick, size in self._side(i, side):
            beyond = limit_tick is not None and (
                tick < limit_tick if side == BID else tick > limit_tick
            )
            if beyond or sum(lots) >= enough or len(ticks) == most:
                break
            ticks.append(tick)
            lots.append(size)
        return np.array(ticks, np.int64), np.array(lots, np.int64)

    def within(self, i: int, side: int, *, limit_tick: int | None, enough: int) -> int:
        _, lots = self.levels(i, side, limit_tick=limit_tick, enough=enough, most=1 << 20)
        return min(int(lots.sum()), enough)

    def net(self, i: int, key: int) -> int:
        return dict(self._side(i, key % 2)).get(key // 2, 0)

    def funding(self, i: int) -> tuple[int, int] | None:
        return self.books[i].funding

    def outcomes(self, i: int, side: int, horizon: int, limit_tick: int) -> tuple[Int64s, Int64s]:
        shares = self.books[i].shares
        rows = np.array(shares, np.int64).reshape(len(shares), REACHES)
        return rows, np.full((CHANGES, REACHES), self.books[i].change, np.int64)

    def crossed(self, i: int) -> bool:
        bid, ask = self.best(i, BID), self.best(i, ASK)
        return bid is not None and ask is not None and bid >= ask

    def state(self, i: int, now_ns: int, stale_after_ns: int) -> BookState:
        book = self.books[i]
        if book.state is BookState.LIVE and now_ns - book.local_ns > stale_after_ns:
            return BookState.STALE
        return book.state

    def quote(
        self, i: int, now_ns: int, stale_after_ns: int
    ) -> tuple[BookState, int | None, int | None, int]:
        state = self.state(i, now_ns, stale_after_ns)
        return state, self.best(i, BID), self.best(i, ASK), self.books[i].local_ns

    def _side(self, i: int, side: int) -> list[tuple[int, int]]:
        return self.books[i].bids if side == BID else self.books[i].asks


def instrument(
    venue: str,
    *,
    tick: str = "0.1",
    lot: str = "0.001",
    taker: str = "0.0005",
    maker: str = "0.0001",
    min_quantity: str | None = None,
    min_notional: str = "0",
    contract_size: str = "1",
    kind: Kind = Kind.SPOT,
    fee_in: FeeIn = FeeIn.QUOTE,
    contract: Contract = Contract.LINEAR,
    order_cost: str = "0",
    stop_orders: bool = False,
    order_lists: bool = False,
) -> Instrument:
    return Instrument(
        venue=VenueId(venue),
        symbol=SYMBOL,
        kind=kind,
        tick_size=Decimal(tick),
        lot_size=Decimal(lot),
        min_quantity=Decimal(lot if min_quantity is None else min_quantity),
        min_notional=Decimal(min_notional),
        maker_fee=Decimal(maker),
        taker_fee=Decimal(taker),
        contract_size=Decimal(contract_size),
        fee_in=fee_in,
        contract=contract,
        order_cost=Decimal(order_cost),
        stop_orders=stop_orders,
        order_lists=order_lists,
    )


def book(
    of: Instrument,
    *,
    bids: Levels = (),
    asks: Levels = (),
    state: BookState = BookState.LIVE,
    local_ns: int = 10 * SECOND,
    funding: tuple[int, int] | None = None,
) -> FakeBook:
    """A book from prices and order quantities as a screen shows them."""

    def grid(levels: Levels) -> list[tuple[int, int]]:
        return [(int(Decimal(p) / of.tick_size), int(Decimal(q) / of.lot_size)) for p, q in levels]

    return FakeBook(grid(bids), grid(asks), state, local_ns, funding)


def market(*members: Instrument | Member) -> Market:
    return Market(
        symbol=SYMBOL,
        members=tuple(m if isinstance(m, Member) else Member(instrument=m) for m in members),
    )


def scale_of(*members: Instrument | Member) -> Scale:
    whole = market(*members)
    return market_scale(whole, [m.instrument for m in whole.members])


def seen(
    scale: Scale,
    books: Sequence[FakeBook],
    *,
    now_ns: int = 11 * SECOND,
    stale_after_ns: int = 3 * SECOND,
) -> tuple[FakeDepth, Composite]:
    depth = FakeDepth(books)
    return depth, observe(depth, scale, now_ns=now_ns, stale_after_ns=stale_after_ns)
