"""What does each venue offer to one taker? Its levels, cut by limit, cap, minimum and own orders."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec
import numpy as np

from router.depth.composite import Composite, Depth, Quote
from router.depth.conversion import Conversion, rated
from router.depth.scale import Scale
from router.routing.cost import Curve, curve, rated_curve
from router.routing.plan import BookSeen, level_rows
from router.routing.split import Offer
from venues.model.ids import VenueId
from venues.model.market import ASK, BID, Int64s
from venues.model.order import Side

# One book is read at most this deep; what lies beyond is not counted on.
LEVELS_MOST: Final = 4096
# More lots than any walk needs.
_EVERYTHING: Final = 2**60
_GRAINS_MOST: Final = 2**60


class Terms(msgspec.Struct, frozen=True, eq=False):
    """What binds one decision beside the limit.

    `barred`: venues not to use, each with the reason to report. `room`: market quantity a venue
    may still get. `own`: book position -> level keys of our own resting orders there. At most
    `venues_most` legs.
    `ways_ns`: how long an order travels to a venue, as measured; a leg is held at most
    `release_within_ns` so that all arrive together.
    """

    barred: Mapping[VenueId, str] = msgspec.field(default_factory=dict)
    room: Mapping[VenueId, Decimal] = msgspec.field(default_factory=dict)
    own: Mapping[int, Collection[int]] = msgspec.field(default_factory=dict)
    venues_most: int | None = None
    ways_ns: Mapping[VenueId, int] = msgspec.field(default_factory=dict)
    release_within_ns: int = 0


class Sight(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One usable book as a decision sees it; `rows` are the bytes of its ticks and lots."""

    quote: Quote
    curve: Curve
    seen: BookSeen
    rows: bytes


class Offered(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What one sight may give: the offer (closed when there is a `refusal`), its worst tick.

    `limit_tick` is a tick times its rate, `guard` the worst tick of the venue that does not meet
    our own orders there.
    `shortened`: why it cannot give all it shows within the limit, or "".
    """

    offer: Offer
    limit_tick: int
    guard: int | None
    refusal: str
    shortened: str


def allowed_by(
    venues: Sequence[VenueId], *, allow: Collection[VenueId], deny: Collection[VenueId]
) -> dict[VenueId, str]:
    """Return the venues that a parent's allow (empty = all) and deny lists bar, with the reason."""
    barred = {v: "not among the allowed venues" for v in venues if allow and v not in allow}
    barred.update({v: "denied" for v in venues if v in deny})
    return barred


def book_side(side: Side) -> int:
    """Return the side of the book an order of `side` takes."""
    return ASK if side is Side.BUY else BID


def grains_needed(scale: Scale, quantity: Decimal) -> int:
    """Return `quantity` in whole grains, rounded down; ValueError beyond 2^60 of them or below 0."""
    grains = scale.floor_grains(quantity)
    if not 0 <= grains <= _GRAINS_MOST:
        raise ValueError(f"{quantity} is not a quantity that can be routed")
    return grains


def look(
    depth: Depth,
    composite: Composite,
    *,
    side: Side,
    grains: int,
    barred: Collection[VenueId],
    together: bool = True,
) -> list[Sight]:
    """Return what the usable books show an order of `side` for `grains`, limit or not.

    `together`: members with one conversion book share its levels; else each has it for itself,
    which is never dearer than what they can get.
    """
    sights = []
    for quote in composite.usable:
        if quote.venue in barred or quote.best(side) is None:
            continue
        lot_grains = composite.scale.grains[quote.member]
        enough = grains // lot_grains + 1
        ticks, lots = depth.levels(
            quote.book, book_side(side), limit_tick=None, enough=enough, most=LEVELS_MOST
        )
        by = composite.scale.conversion(quote.member)
        if by is not None:
            counted = by if together else msgspec.structs.replace(by, share=1)
            sight = _converted(depth, composite, quote, counted, side, (ticks, lots), enough)
            if sight is not None:
                sights.append(sight)
            continue
        held = curve(ticks, lots, lot_grains=lot_grains, enough=enough)
        seen = BookSeen(
            venue=quote.venue,
            symbol=composite.scale.members[quote.member].instrument.symbol,
            member=quote.member,
            local_ns=quote.local_ns,
            ticks=tuple(held.ticks),
            lots=tuple(lots.tolist()),
            near_lots=_near_lots(depth, quote, side),
        )
        sights.append(Sight(quote, held, seen, ticks.tobytes() + lots.tobytes()))
    return sights


def _converted(
    depth: Depth,
    composite: Composite,
    quote: Quote,
    by: Conversion,
    side: Side,
    shown: tuple[Int64s, Int64s],
    enough: int,
) -> Sight | None:
    """Return the sight of a member whose quote a book converts; None where that shows nothing."""
    levels = depth.levels(
        by.book, book_side(side), limit_tick=None, enough=_EVERYTHING, most=LEVELS_MOST
    )
    out = rated(
        by,
        side,
        (shown[0].tolist(), np.minimum(shown[1], enough).tolist()),
        (levels[0].tolist(), levels[1].tolist()),
    )
    if not out.ticks:
        return None
    held = rated_curve(
        out.ticks,
        out.rates,
        out.lots,
        lot_grains=composite.scale.grains[quote.member],
        enough=enough,
    )
    seen = BookSeen(
        venue=quote.venue,
        symbol=composite.scale.members[quote.member].instrument.symbol,
        member=quote.member,
        local_ns=quote.local_ns,
        ticks=tuple(out.ticks),
        lots=tuple(out.lots),
        near_lots=_near_lots(depth, quote, side),
        rates=tuple(out.rates),
        rate_parts=by.parts,
    )
    return Sight(quote, held, seen, level_rows(seen))


def offers_of(
    composite: Composite,
    sights: Sequence[Sight],
    *,
    side: Side,
    grains: int,
    limit: Decimal,
    terms: Terms,
) -> list[Offered]:
    """Return what every sight may give towards `grains` within `limit`, in their order."""
    out = []
    capped: set[VenueId] = set()
    for sight in sights:
        venue = sight.quote.venue
        offered = _offered(composite.scale, sight, side, grains, limit, terms, capped)
        if offered.offer.most and venue in terms.room:
            capped.add(venue)
        out.append(offered)
    return out


def _offered(
    scale: Scale,
    sight: Sight,
    side: Side,
    grains: int,
    limit: Decimal,
    terms: Terms,
    capped: Collection[VenueId],
) -> Offered:
    """Return what one sight may give; the cap of a venue in `capped` is given away already."""
    quote, held = sight.quote, sight.curve
    member = quote.member
    step = scale.grains[member]
    limit_tick = scale.limit_tick(member, side, limit)
    most = within = held.depth_within(limit_tick, side.sign)
    reason = "" if within else "no depth within limit"
    guard = own_guard(terms.own[quote.book], side) if quote.book in terms.own else None
    if guard is not None:
        most = min(within, held.own_within(guard, side.sign))
        reason = "own order in the way" if most < within else reason
    if quote.venue in capped:
        most, reason = 0, "cap given to the member listed first"
    elif quote.venue in terms.room:
        room = max(scale.floor_grains(terms.room[quote.venue]), 0)
        if room < min(most, grains):
            most, reason = room, "cap reached"
    most = min(most, grains)
    most -= most % step
    # A venue takes its minimum notional at the order's own price: for a sell the worst it may have.
    worst = held.last_own(most) if most and side is Side.SELL else held.own_ticks[0]
    least = scale.min_lots(member, worst) * step
    net = scale.taker(side)[member] * side.sign
    cost = scale.members[member].order_cost
    fixed = scale.numerator(cost) if cost else 0
    counted = scale.members[member].counted is not None
    if most < least:
        refusal = reason or "below minimum"
        return Offered(
            Offer(held, net, step, least, 0, fixed, counted), limit_tick, guard, refusal, ""
        )
    return Offered(
        Offer(held, net, step, least, most, fixed, counted), limit_tick, guard, "", reason
    )


def own_guard(keys: Collection[int], side: Side) -> int | None:
    """Return the worst tick an order of `side` may have and not meet our own orders at `keys`."""
    other = book_side(side)
    ticks = [key // 2 for key in keys if key % 2 == other]
    if not ticks:
        return None
    return min(ticks) - 1 if side is Side.BUY else max(ticks) + 1


def _near_lots(depth: Depth, quote: Quote, side: Side) -> int:
    """Return the lots shown to an order of `side` within 10 bps of the book's own mid."""
    best = quote.best(side)
    assert best is not None, "only books with depth are looked at"
    behind = quote.best(side.opposite)
    doubled = best + (best if behind is None else behind)
    # Rounded to the inside: down for asks, up for bids.
    limit = doubled * 10_010 // 20_000 if side is Side.BUY else -(-doubled * 9_990 // 20_000)
    return depth.within(quote.book, book_side(side), limit_tick=limit, enough=_EVERYTHING)
