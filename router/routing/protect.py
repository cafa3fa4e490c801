"""Where does a stop stand that venues hold? Where the quantity is, as a stop-limit order of each venue.

What an exit may sell at a venue bounds what may stand there. A parent that is bound nowhere has its stop
at the venue that shows the most depth to whoever takes, and beyond its cap at the next. A sell rounds
trigger and limit up and a buy down, so that neither is further from the market than was asked.
"""

from decimal import Decimal
from typing import Final

import msgspec

from router.depth.composite import Composite, Depth, Quote
from router.depth.scale import Scale
from router.routing.offers import Terms, book_side, grains_needed
from strategies.conditions import PriceSource
from strategies.intents import Protect
from venues.model.ids import VenueId
from venues.model.instrument import Kind
from venues.model.market import Int64s
from venues.model.numbers import ZERO
from venues.model.order import Side

# Levels that say how deep a book is; one order of two venues' books needs no more.
_LEVELS: Final = 50


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """One stop of `lots` at a venue, prices in its own terms, `quantity` in market units."""

    book: int
    lots: int
    quantity: Decimal
    trigger_price: Decimal
    limit_price: Decimal
    profit_price: Decimal | None = None  # of the post-only order of its list, where it is of one


class Guards(msgspec.Struct, frozen=True, kw_only=True):
    """The stops to place now; `skipped`: why nothing (more) stands elsewhere."""

    guards: tuple[Guard, ...]
    skipped: tuple[tuple[VenueId, str], ...]

    @property
    def quantity(self) -> Decimal:
        """Return what they protect, market units."""
        return sum((guard.quantity for guard in self.guards), ZERO)


def place_stops(
    depth: Depth,
    composite: Composite,
    wanted: Protect,
    *,
    side: Side,
    terms: Terms,
    profit: Decimal | None = None,
) -> Guards:
    """Return the stops that `wanted` asks for, as far as venues, room and minimums allow.

    `profit`: each is one of an order list, beside a post-only order at this price or better.
    """
    scale, left = composite.scale, grains_needed(composite.scale, wanted.quantity)
    skipped = list(scale.left_out)
    places = []
    for quote in composite.quotes:
        reason = terms.barred.get(quote.venue, quote.refusal) or _unable(scale, quote, wanted)
        if not reason and profit is not None:
            instrument = scale.members[quote.member].instrument
            reason = "" if instrument.order_lists else "takes no order lists"
        if reason:
            skipped.append((quote.venue, reason))
        else:
            places.append(quote)
    places.sort(key=lambda quote: -_shown(depth, scale, quote, side))
    guards = []
    for quote in places:
        if left <= 0:
            break
        room = left
        if quote.venue in terms.room:
            room = min(left, max(scale.floor_grains(terms.room[quote.venue]), 0))
        guard = _guard(scale, quote, wanted, side, room)
        if guard is not None and profit is not None:
            guard = _with_profit(guard, scale, quote, profit, side)
        if guard is None:
            skipped.append((quote.venue, "below minimum" if room == left else "nothing held there"))
            continue
        guards.append(guard)
        left -= guard.lots * scale.grains[quote.member]
    return Guards(guards=tuple(guards), skipped=tuple(skipped))


def _unable(scale: Scale, quote: Quote, wanted: Protect) -> str:
    """Return why a venue cannot hold such a stop at all, or ""."""
    instrument = scale.members[quote.member].instrument
    if not instrument.stop_orders:
        return "holds no stop orders"
    if scale.conversion(quote.member) is not None:
        return "its quote is converted by a book"
    if wanted.source is PriceSource.MARK and instrument.kind is not Kind.PERP:
        return "has no mark price"
    return ""


def _guard(scale: Scale, quote: Quote, wanted: Protect, side: Side, room: int) -> Guard | None:
    """Return the stop of at most `room` grains at one venue, None where it would be too small."""
    member = quote.member
    instrument = scale.members[member].instrument
    trigger = scale.limit_tick(member, side, wanted.trigger_price)
    limit = scale.limit_tick(member, side, wanted.limit)
    if min(trigger, limit) <= 0 or (limit - trigger) * side.sign < 0:
        return None
    lots = room // scale.grains[member]
    if lots < scale.min_lots(member, limit):
        return None
    return Guard(
        book=quote.book,
        lots=lots,
        quantity=scale.quantity(lots * scale.grains[member]),
        trigger_price=instrument.price_of(trigger),
        limit_price=instrument.price_of(limit),
    )


def _with_profit(
    guard: Guard, scale: Scale, quote: Quote, profit: Decimal, side: Side
) -> Guard | None:
    """Return the list of a stop and a post-only order at `profit`, or at the touch beyond it.

    None where the latter would be too small: at a lower price an order is worth less.
    """
    tick = scale.limit_tick(quote.member, side, profit)
    touch = quote.best(side.opposite)
    if touch is not None and (touch - tick) * side.sign < 0:
        tick = touch
    if tick <= 0 or guard.lots < scale.min_lots(quote.member, tick):
        return None
    price = scale.members[quote.member].instrument.price_of(tick)
    return msgspec.structs.replace(guard, profit_price=price)


def _shown(depth: Depth, scale: Scale, quote: Quote, side: Side) -> int:
    """Return the grains that the first levels of a book show to an order of `side`."""
    lots: Int64s
    _, lots = depth.levels(quote.book, book_side(side), limit_tick=None, enough=2**60, most=_LEVELS)
    return int(lots.sum()) * scale.grains[quote.member]
