"""What does each venue offer to one taker? Its levels, cut by limit, cap, minimum and own orders."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from router.depth.composite import Composite, Depth, Quote
from router.depth.scale import Scale
from router.routing.cost import Curve, curve
from router.routing.plan import BookSeen
from router.routing.sweep import Offer
from venues.model.ids import VenueId
from venues.model.market import ASK, BID
from venues.model.order import Side

# One book is read at most this deep; what lies beyond is not counted on.
LEVELS_MOST: Final = 4096
# More lots than any walk needs, and few enough that their sum with one more level fits an int64.
_EVERYTHING: Final = 2**60
_GRAINS_MOST: Final = 2**60


@dataclass(frozen=True, slots=True)
class Terms:
    """What binds one decision beside the limit.

    `barred`: venues not to use, each with the reason to report. `room`: market quantity a venue
    may still get. `own`: book position -> level keys of our own resting orders there.
    """

    barred: Mapping[VenueId, str] = field(default_factory=dict)
    room: Mapping[VenueId, Decimal] = field(default_factory=dict)
    own: Mapping[int, Collection[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One usable book as a decision sees it."""

    quote: Quote
    curve: Curve
    seen: BookSeen


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A sight with the worst tick allowed there and what may be taken."""

    sight: Sight
    limit_tick: int
    offer: Offer


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
    depth: Depth, composite: Composite, *, side: Side, grains: int, barred: Collection[VenueId]
) -> list[Sight]:
    """Return what the usable books show an order of `side` for `grains`, limit or not."""
    sights = []
    for quote in composite.usable:
        if quote.venue in barred or quote.best(side) is None:
            continue
        lot_grains = composite.scale.grains[quote.member]
        enough = grains // lot_grains + 1
        ticks, lots = depth.levels(
            quote.book, book_side(side), limit_tick=None, enough=enough, most=LEVELS_MOST
        )
        held = curve(ticks.copy(), lots, lot_grains=lot_grains, enough=enough)
        lots_seen = tuple(lots.tolist())
        seen = BookSeen(
            venue=quote.venue,
            symbol=composite.scale.members[quote.member].instrument.symbol,
            member=quote.member,
            local_ns=quote.local_ns,
            ticks=tuple(held.ticks),
            lots=lots_seen,
            near_lots=_near_lots(depth, quote, side),
        )
        sights.append(Sight(quote, held, seen))
    return sights


def candidates(
    composite: Composite,
    sights: Sequence[Sight],
    *,
    side: Side,
    grains: int,
    limit: Decimal,
    terms: Terms,
) -> tuple[list[Candidate], list[tuple[VenueId, str]], list[tuple[VenueId, str]]]:
    """Return who may take part, who may not and why, and who only in part and why."""
    found, skipped, limited = [], [], []
    capped: set[VenueId] = set()
    for sight in sights:
        venue = sight.quote.venue
        if venue in terms.room and venue in capped:
            skipped.append((venue, "cap given to the member listed first"))
            continue
        candidate, reason = _candidate(composite.scale, sight, side, grains, limit, terms)
        if candidate is None:
            skipped.append((venue, reason))
            continue
        capped.add(venue)
        found.append(candidate)
        if reason:
            limited.append((venue, reason))
    return found, skipped, limited


def _candidate(
    scale: Scale, sight: Sight, side: Side, grains: int, limit: Decimal, terms: Terms
) -> tuple[Candidate | None, str]:
    """Return the candidate of one sight and what cut it short, or None and why not."""
    quote, held = sight.quote, sight.curve
    member, step = quote.member, scale.grains[quote.member]
    limit_tick = scale.limit_tick(member, side, limit)
    within = held.depth_within(limit_tick, side.sign)
    if not within:
        return None, "no depth within limit"
    reason = ""
    guard = own_guard(terms.own.get(quote.book, ()), side)
    if guard is not None and (limit_tick - guard) * side.sign > 0:
        limit_tick = guard
        if (clear := held.depth_within(guard, side.sign)) < within:
            within, reason = clear, "own order in the way"
    if not within:
        return None, reason
    most = min(within, grains - grains % step)
    if quote.venue in terms.room:
        room = scale.floor_grains(terms.room[quote.venue])
        if room < most:
            most, reason = max(room - room % step, 0), "cap reached"
    instrument = scale.members[member].instrument
    least = instrument.min_lots(instrument.price_of(held.ticks[0])) * step
    if most < least:
        return None, reason or "below minimum"
    net = scale.taker(side)[member] * side.sign
    offer = Offer(curve=held, net=net, step=step, least=least, most=most)
    return Candidate(sight, limit_tick, offer), reason


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
    _, lots = depth.levels(
        quote.book, book_side(side), limit_tick=limit, enough=_EVERYTHING, most=LEVELS_MOST
    )
    return int(lots.sum())
