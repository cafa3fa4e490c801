"""Which books of a market may be trusted now, and what is its price over them?

Skipped with a sentence: UNVERIFIED, BROKEN and STALE books, and the older of two books that are
crossed beyond both taker fees. A smaller cross is normal: fees and lag keep venues apart. Spot and
perpetuals are not held against each other: a basis between them is a price, not an error.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol, assert_never

import msgspec

from router.depth.conversion import Conversion
from router.depth.scale import Scale
from venues.model.ids import VenueId
from venues.model.market import BookState, Int64s
from venues.model.numbers import MONEY
from venues.model.order import Side

_TENTH_S_NS = 100_000_000


class Depth(Protocol):
    """The part of the book store that routing reads; sizes are net of own orders."""

    def best(self, i: int, side: int, /) -> int | None:
        """Return the best tick of `side` (BID or ASK) of book `i`, None when it is empty."""
        ...

    def levels(
        self, i: int, side: int, /, *, limit_tick: int | None, enough: int, most: int = 512
    ) -> tuple[Int64s, Int64s]:
        """Return ticks and lots, best first, until `enough` lots, the limit or `most` levels."""
        ...

    def within(self, i: int, side: int, /, *, limit_tick: int | None, enough: int) -> int:
        """Return the lots of `side` no worse than `limit_tick`, counted up to `enough` (<= 2^60)."""
        ...

    def net(self, i: int, key: int, /) -> int:
        """Return the lots others show at one level."""
        ...

    def outcomes(
        self, i: int, side: int, horizon: int, limit_tick: int, /
    ) -> tuple[Int64s, Int64s]:
        """Return what became of displayed depth, and how it changes; see `venues.books.known`."""
        ...

    def crossed(self, i: int, /) -> bool: ...
    def quote(
        self, i: int, now_ns: int, stale_after_ns: int, /
    ) -> tuple[BookState, int | None, int | None, int]:
        """Return state, best bid, best ask, and when we knew (ns)."""
        ...


class Quote(msgspec.Struct, frozen=True, gc=False):
    """One member's touch: ticks of its own, None for an empty side; `refusal` "" = usable depth.

    `bid_rate`, `ask_rate`: the best rates of its conversion book for who sells and who buys; 1
    where a constant converts.
    """

    member: int
    book: int
    venue: VenueId
    state: BookState
    bid: int | None
    ask: int | None
    local_ns: int
    refusal: str
    bid_rate: int = 1
    ask_rate: int = 1

    def best(self, side: Side) -> int | None:
        """Return the best tick an order of `side` would take."""
        return self.ask if side is Side.BUY else self.bid

    def rate(self, side: Side) -> int:
        """Return the best rate for an order of `side`, 1 where a constant converts."""
        return self.ask_rate if side is Side.BUY else self.bid_rate

    @property
    def sells_at(self) -> int | None:
        """Return bid x rate."""
        return None if self.bid is None else self.bid * self.bid_rate

    @property
    def buys_at(self) -> int | None:
        """Return ask x rate."""
        return None if self.ask is None else self.ask * self.ask_rate


class Composite(msgspec.Struct, frozen=True, eq=False):
    """A market at one instant: a quote per member of `scale`, in its order."""

    scale: Scale
    now_ns: int
    quotes: tuple[Quote, ...]
    mid: Decimal | None  # median of the mids of LIVE books, market price
    uncounted: tuple[tuple[VenueId, str], ...] = ()  # perps whose expected funding is not known

    @property
    def usable(self) -> list[Quote]:
        """Return the quotes whose depth counts, as listed."""
        return [q for q in self.quotes if not q.refusal]

    @property
    def refusals(self) -> list[tuple[VenueId, str]]:
        """Return every venue whose depth does not count, with the reason."""
        return [*self.scale.left_out, *((q.venue, q.refusal) for q in self.quotes if q.refusal)]

    def touch(self, side: Side) -> Decimal | None:
        """Return the best usable market price of the book's `side` (BUY = best bid)."""
        prices = [
            price * self.scale.raw[q.member]
            for q in self.quotes
            if not q.refusal
            and (price := q.sells_at if side is Side.BUY else q.buys_at) is not None
        ]
        if not prices:
            return None
        return self.scale.price(max(prices) if side is Side.BUY else min(prices))


def observe(depth: Depth, scale: Scale, *, now_ns: int, stale_after_ns: int) -> Composite:
    """Return the composite of one market at `now_ns`; a book older than `stale_after_ns` is STALE."""
    quotes: list[Quote] = []
    for member, book in enumerate(scale.books):
        state, bid, ask, local_ns = depth.quote(book, now_ns, stale_after_ns)
        live = state is BookState.LIVE
        refusal = "" if live else _refusal(depth, book, state, now_ns - local_ns)
        venue = scale.members[member].instrument.venue
        quotes.append(Quote(member, book, venue, state, bid, ask, local_ns, refusal))
        if scale.conversions and (by := scale.conversions[member]) is not None:
            quotes[-1] = _converted(depth, quotes[-1], by, now_ns, stale_after_ns)
    for member, reason in _suspects(scale, quotes):
        quotes[member] = msgspec.structs.replace(quotes[member], refusal=reason)
    return Composite(scale=scale, now_ns=now_ns, quotes=tuple(quotes), mid=_mid(scale, quotes))


def _converted(
    depth: Depth, quote: Quote, by: Conversion, now_ns: int, stale_after_ns: int
) -> Quote:
    """Return `quote` with the touch of its conversion book; what is wrong there is wrong here."""
    state, bid, ask, local_ns = depth.quote(by.book, now_ns, stale_after_ns)
    wrong = _refusal(depth, by.book, state, now_ns - local_ns)
    refusal = quote.refusal or (wrong and f"conversion {by.venue} {by.symbol} {wrong}")
    return msgspec.structs.replace(
        quote,
        state=state if quote.state is BookState.LIVE else quote.state,
        refusal=refusal,
        bid=None if bid is None else quote.bid,
        ask=None if ask is None else quote.ask,
        bid_rate=0 if bid is None else by.rate(Side.SELL, bid),
        ask_rate=0 if ask is None else by.rate(Side.BUY, ask),
    )


def _refusal(depth: Depth, book: int, state: BookState, age_ns: int) -> str:
    """Return why a book in `state` is not depth, or ""."""
    match state:
        case BookState.LIVE:
            return ""
        case BookState.STALE:
            return f"stale {_tenths(age_ns // _TENTH_S_NS)} s"
        case BookState.UNVERIFIED:
            return "unverified: no snapshot yet"
        case BookState.BROKEN:
            return "broken: crossed" if depth.crossed(book) else "broken: gap"
        case _:
            assert_never(state)


def _suspects(scale: Scale, quotes: Sequence[Quote]) -> list[tuple[int, str]]:
    """Return members to distrust: of the pair crossed most beyond both fees the older, repeated.

    At equal age the one listed later.
    """
    live = [q for q in quotes if not q.refusal]
    found = []
    while (pair := _widest_cross(scale, live)) is not None:
        bidder, asker, tenths_bps = pair
        older, newer = sorted((bidder, asker), key=lambda q: (q.local_ns, -q.member))
        reason = f"suspect: crossed {newer.venue} by {_tenths(tenths_bps)} bps beyond fees"
        found.append((older.member, reason))
        live = [q for q in live if q.member != older.member]
    return found


def _widest_cross(scale: Scale, live: Sequence[Quote]) -> tuple[Quote, Quote, int] | None:
    """Return bidder, asker and excess (tenths of a bps) of the worst cross, the first at a tie."""
    sell, buy = scale.taker_sell, scale.taker_buy
    gets = [q.bid * q.bid_rate * sell[q.member] for q in live if q.bid is not None]
    pays = [q.ask * q.ask_rate * buy[q.member] for q in live if q.ask is not None]
    if not gets or not pays or max(gets) <= min(pays):
        return None
    worst = None
    for bidder in live:
        for asker in live:
            bid, ask = bidder.sells_at, asker.buys_at
            if bid is None or ask is None or not _alike(scale, bidder, asker):
                continue
            gets_now = bid * scale.taker_sell[bidder.member]
            pays_now = ask * scale.taker_buy[asker.member]
            if gets_now > pays_now:
                excess = (gets_now - pays_now) * 100_000 // pays_now
                if worst is None or excess > worst[2]:
                    worst = (bidder, asker, excess)
    return worst


def _alike(scale: Scale, a: Quote, b: Quote) -> bool:
    """Return whether `a` and `b` are two books of one kind."""
    one, other = scale.members[a.member].instrument, scale.members[b.member].instrument
    return a.member != b.member and one.kind is other.kind


def _mid(scale: Scale, quotes: Sequence[Quote]) -> Decimal | None:
    """Return the median mid of the LIVE books; of an even count the mean of the middle two.

    A book whose quote another book converts has no say: it would bring the errors of two.
    """
    raw, converted = scale.raw, scale.conversions
    doubled = [
        (q.bid + q.ask) * raw[q.member]
        for q in quotes
        if q.state is BookState.LIVE and q.bid is not None and q.ask is not None
        if not converted or converted[q.member] is None
    ]
    if not doubled:
        return None
    doubled.sort()
    lower, upper = doubled[(len(doubled) - 1) // 2], doubled[len(doubled) // 2]
    return MONEY.divide(Decimal(lower + upper), Decimal(4 * scale.denominator))


def _tenths(value: int) -> str:
    """Return an integer number of tenths as "3.1"."""
    return f"{value // 10}.{value % 10}"
