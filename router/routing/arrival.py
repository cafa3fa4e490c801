"""What is expected to be left of each offer when the order arrives? The curves a split is made on.

Nothing but the curve of an offer changes: what may be taken where, lots and minimums stay as
displayed. A venue without outcomes, or priced through another book, stays as displayed too.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from router.depth.composite import Depth
from router.depth.expected import PARTS, Expect, Foreseen, Shown
from router.depth.scale import Scale
from router.routing.cost import Curve
from router.routing.offers import book_side
from router.routing.plan import Arrival, BookSeen
from router.routing.split import Offer
from router.routing.sweep import Merge
from venues.books.layout import WHOLE
from venues.books.port import horizon_of
from venues.model.ids import VenueId
from venues.model.order import Side

# The way to a venue nothing was sent to yet.
UNKNOWN_WAY_NS: Final = 50_000_000
# A level counts for at most so many times what is asked for: more tells no scenario from another.
_TIMES_ENOUGH: Final = 16
# The first grains of a level are surer than its last: no piece has more than such a part of all.
_BLOCKS: Final = 32
_DEEP_MOST: Final = 4096
_ALL: Final = 2**60
_EXACT: Final = 2**50
_MILLION: Final = 1_000_000


class Learning(msgspec.Struct, frozen=True, eq=False):
    """How a decision uses what was learned of depth.

    `waiting_e6`: what a grain bought later costs above the dearest one bought now, in millionths.
    `luck`: what our own takers got of what they were expected to get, per book, in 1 / WHOLE.
    """

    waiting_e6: int
    expect: Expect
    luck: Mapping[int, int] = {}


class Expected(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One offer as expected: `offer` for the split, in PARTS of a tick, and how it was made from what.

    `shown`, `foreseen`: None where nothing is known.
    """

    offer: Offer
    way_ns: int
    expect: Expect
    shown: Shown | None = None
    foreseen: Foreseen | None = None


def expected_offers(
    depth: Depth,
    scale: Scale,
    books: Sequence[BookSeen],
    offers: Sequence[Offer],
    *,
    places: Sequence[int],
    side: Side,
    need: int,
    merge: Merge,
    ways_ns: Mapping[VenueId, int],
    learning: Learning,
) -> list[Expected]:
    """Return every offer as expected on arrival, [] where nothing is wanted or nothing known.

    `places`: the position of each book in the store.
    """
    waiting = _price_of_waiting(offers, need, merge, learning.waiting_e6)
    if waiting is None or max(need, *[scale.grains[seen.member] for seen in books]) > _EXACT:
        return []  # sums would not fit 64 bits
    out = []
    for seen, offer, book in zip(books, offers, places, strict=True):
        way_ns = ways_ns.get(seen.venue, UNKNOWN_WAY_NS)
        shown = None
        if not seen.rates and offer.most:
            lot_grains = scale.grains[seen.member]
            reach = waiting * PARTS // abs(offer.net)
            luck = learning.luck.get(book, WHOLE)
            horizon = horizon_of(way_ns)
            shown = _shown(depth, book, offer, side, need, lot_grains, horizon, reach, luck)
        if shown is None:
            out.append(Expected(_in_parts(offer), way_ns, learning.expect))
            continue
        foreseen = learning.expect.foresee(shown)
        curve = Curve(foreseen.ticks, foreseen.upto, foreseen.worth, foreseen.rows)
        out.append(Expected(_with(offer, curve), way_ns, learning.expect, shown, foreseen))
    return out if any(e.shown is not None for e in out) else []


def _shown(
    depth: Depth,
    book: int,
    offer: Offer,
    side: Side,
    need: int,
    lot_grains: int,
    horizon: int,
    reach: int,
    luck: int,
) -> Shown | None:
    """Return what a book shows up to the price of waiting, and what is known of it, if anything.

    Prices are in the ticks of this venue and negated for a sell, so that less is always better.
    """
    limit_tick = reach // PARTS * side.sign
    outcomes, change = depth.outcomes(book, book_side(side), horizon, limit_tick)
    if not len(outcomes):
        return None
    deep, lots = depth.levels(
        book, book_side(side), limit_tick=limit_tick, enough=_ALL, most=_DEEP_MOST
    )
    ticks, upto = offer.curve.as_rows()
    most = min(need, offer.most)
    return Shown(
        ticks=ticks,
        upto=upto,
        most=most,
        block=-(-most // (_BLOCKS * offer.step)) * offer.step,
        deep=deep,
        lots=lots,
        enough=(need // lot_grains + 1) * _TIMES_ENOUGH,
        lot_grains=lot_grains,
        sign=side.sign,
        reach=reach,
        outcomes=outcomes,
        change=change,
        luck=luck,
    )


def arrivals(
    scale: Scale, books: Sequence[BookSeen], expected: Sequence[Expected]
) -> tuple[Arrival, ...]:
    """Return, for each book something is known of, what is displayed and expected within reach."""
    told = []
    for seen, found in zip(books, expected, strict=True):
        if found.shown is None or found.foreseen is None:
            continue
        told.append(
            Arrival(
                venue=seen.venue,
                symbol=seen.symbol,
                way_ns=found.way_ns,
                outcomes=len(found.shown.outcomes),
                displayed=scale.quantity(found.foreseen.displayed * found.shown.lot_grains),
                expected=scale.quantity(found.foreseen.there),
            )
        )
    return tuple(told)


def arriving(found: Expected, grains: int, limit_tick: int) -> int | None:
    """Return which share of `grains` should fill within `limit_tick`, None where nothing is known."""
    if found.shown is None:
        return None
    return found.expect.filled(found.shown, grains, limit_tick) * WHOLE // grains


def _price_of_waiting(
    offers: Sequence[Offer], need: int, merge: Merge, waiting_e6: int
) -> int | None:
    """Return what a grain costs that is bought later, in tick x net; None where none is wanted."""
    most = [o.most for o in offers]
    need = min(need, sum(most))
    if not need:
        return None
    swept = merge([o.net for o in offers], [o.step for o in offers], [0] * len(offers), most, need)
    paid = [o.curve.last_tick(t) * o.net for o, t in zip(offers, swept, strict=True) if t]
    return max(paid) + abs(max(paid)) * waiting_e6 // _MILLION if paid else None


def _in_parts(offer: Offer) -> Offer:
    """Return `offer` as it is, in PARTS of a tick."""
    held = offer.curve
    ticks = [tick * PARTS for tick in held.ticks]
    worth = [total * PARTS for total in held.worth]
    return _with(offer, Curve(ticks, held.upto, worth))


def _with(offer: Offer, curve: Curve) -> Offer:
    """Return `offer` with a curve in PARTS of a tick."""
    return msgspec.structs.replace(offer, curve=curve, fixed=offer.fixed * PARTS)
