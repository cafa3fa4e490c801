"""Which conditions are watched for whom: strategies' conditions as integer rows in numbered slots."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from operator import itemgetter
from typing import assert_never

from router.depth.scale import Scale
from strategies.conditions import (
    BookChanged,
    Condition,
    DepthReached,
    Direction,
    PriceCrosses,
    PriceSource,
    TouchMoved,
    VolumeReached,
)
from venues.books.watch import (
    BAND,
    SLOTS,
    DepthRow,
    PriceRow,
    Reading,
    StateRow,
    TouchRow,
    VolumeRow,
    Watches,
    WatchRow,
)
from venues.model.ids import ParentId, Symbol, VenueId
from venues.model.market import ASK, BID
from venues.model.numbers import BPS
from venues.model.order import Side

_READING = {
    PriceSource.LAST: Reading.LAST,
    PriceSource.MARK: Reading.MARK,
    PriceSource.INDEX: Reading.INDEX,
    PriceSource.MID: Reading.MID,
}


class CannotWatch(ValueError):
    """A condition that no kernel can look at, or one too many."""


@dataclass(slots=True)
class Watching:
    """Slots in use, by whom; the lowest free slot is used first, so that runs repeat."""

    watches: Watches
    scales: Mapping[Symbol, Scale]
    by_slot: dict[int, tuple[ParentId, str]] = field(default_factory=dict)
    by_name: dict[tuple[ParentId, str], int] = field(default_factory=dict)
    _books: dict[tuple[VenueId, Symbol], int] = field(init=False)

    def __post_init__(self) -> None:
        """Find books by venue and symbol; of several markets the first has them."""
        self._books = {}
        for scale in self.scales.values():
            for member, book in zip(scale.members, scale.books, strict=True):
                place = member.instrument.venue, member.instrument.symbol
                self._books.setdefault(place, book)

    def watch(
        self, parent_id: ParentId, tag: str, condition: Condition, symbol: Symbol, now_ns: int
    ) -> None:
        """Arm `condition` for the wake-up `tag` of a parent in the market `symbol`.

        CannotWatch when all slots are taken (more conditions than the engine is built for), or the
        condition names a venue that is not in the market.
        """
        self.forget(parent_id, tag)
        slot = next((n for n in range(SLOTS) if n not in self.by_slot), None)
        if slot is None:
            raise CannotWatch(f"all {SLOTS} watch slots are in use")
        self.by_slot[slot] = (parent_id, tag)
        self.by_name[parent_id, tag] = slot
        self.watches.set(slot, compile_row(condition, self.scales[symbol]), now_ns)

    def forget(self, parent_id: ParentId, tag: str) -> None:
        """Disarm a wake-up; unknown ones are ignored."""
        slot = self.by_name.pop((parent_id, tag), None)
        if slot is not None:
            del self.by_slot[slot]
            self.watches.clear(slot)

    def fired(self, slot: int) -> tuple[ParentId, str] | None:
        """Return whose wake-up a fired slot was, and free it."""
        owner = self.by_slot.pop(slot, None)
        if owner is not None:
            del self.by_name[owner]
        return owner

    def book_of(self, venue: VenueId, symbol: Symbol) -> int:
        """Return the index of the book of one instrument."""
        book = self._books.get((venue, symbol))
        if book is None:
            raise ValueError(f"no book for {symbol} at {venue}")
        return book


def compile_row(condition: Condition, scale: Scale) -> WatchRow:
    """Return `condition` over the books of one market as the row the kernel looks at."""
    match condition:
        case PriceCrosses():
            return _price_row(condition, scale)
        case TouchMoved():
            return TouchRow(
                _book(scale, condition.venue, condition.symbol),
                _book_side(condition.side),
                condition.peg_tick,
                condition.ticks,
            )
        case DepthReached():
            return DepthRow(
                _book(scale, condition.venue),
                _book_side(condition.side),
                int(condition.within_bps * BAND / BPS),
                condition.direction is Direction.ABOVE,
                condition.lots,
            )
        case VolumeReached():
            return VolumeRow(_book(scale, condition.venue), condition.lots)
        case BookChanged(venue=None):
            return StateRow(_states(scale, scale.books))
        case BookChanged(venue=venue):
            return StateRow(_states(scale, (_book(scale, venue),)))
        case _:
            assert_never(condition)


def _price_row(condition: PriceCrosses, scale: Scale) -> PriceRow:
    """Bring ticks (or 10^-12 units) of every member and the level to one integer grid."""
    members = sorted(
        (
            (book, member)
            for book, member in zip(scale.books, scale.members, strict=True)
            if condition.venue in {None, member.instrument.venue} and not member.conversion_book
        ),
        key=itemgetter(0),
    )
    in_ticks = condition.source in {PriceSource.LAST, PriceSource.MID}
    steps = [
        (Fraction(m.instrument.tick_size) if in_ticks else Fraction(1, 10**12))
        * Fraction(m.conversion)
        / Fraction(m.unit)
        for _, m in members
    ]
    common = math.lcm(*(step.denominator for step in steps))
    level = Fraction(condition.level) * common
    above = condition.direction is Direction.ABOVE
    return PriceRow(
        reading=_READING[condition.source],
        members=tuple(book for book, _ in members),
        scales=tuple(int(step * common) for step in steps),
        above=above,
        # A level between two grid points is reached at the far one.
        level=math.ceil(level) if above else math.floor(level),
    )


def _states(scale: Scale, books: Collection[int]) -> tuple[int, ...]:
    """Return `books` with those that convert their quotes: either may become usable or cease to."""
    by = zip(scale.books, scale.conversions, strict=True) if scale.conversions else ()
    also = {c.book for book, c in by if c is not None and book in books}
    return tuple(sorted({*books, *also}))


def _book(scale: Scale, venue: VenueId | None, symbol: str = "") -> int:
    for member, book in zip(scale.members, scale.books, strict=True):
        if member.instrument.venue == venue and symbol in {"", member.instrument.symbol}:
            return book
    for by in scale.conversions:
        if by is not None and (by.venue, by.symbol) == (venue, symbol):
            return by.book
    raise CannotWatch(f"{venue} is not in the market {scale.market.symbol}")


def _book_side(side: Side) -> int:
    return BID if side is Side.BUY else ASK
