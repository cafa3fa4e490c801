"""What is expected to be left of each offer when the order arrives? The curves a split is made on.

Nothing but the curve of an offer changes: what may be taken where, lots and minimums stay as
displayed. A venue without outcomes, or priced through another book, stays as displayed too.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import mul, sub
from typing import Final

import msgspec
import numpy as np

from router.depth.composite import Depth
from router.depth.expected import PARTS, Expect, Shown, expected_depth, reach_of
from router.depth.scale import Scale
from router.routing.cost import Curve
from router.routing.offers import book_side
from router.routing.plan import Arrival, BookSeen
from router.routing.split import Offer
from router.routing.sweep import Merge
from venues.books.layout import REACHES, WHOLE
from venues.books.port import horizon_of
from venues.model.ids import VenueId
from venues.model.market import Int64s
from venues.model.order import Side

# The way to a venue nothing was sent to yet.
UNKNOWN_WAY_NS: Final = 50_000_000
# A level counts for at most so many times what is asked for: more tells no scenario from another.
_TIMES_ENOUGH: Final = 16
_BLOCKS: Final = 32
_DEEP_MOST: Final = 4096
_ALL: Final = 2**60
_EXACT: Final = 2**50
_MILLION: Final = 1_000_000
_NOTHING: Final = np.zeros((0, REACHES), np.int64)
_NO_LEVELS: Final = np.zeros(0, np.int64)
_UNSEEN: Final = Shown((), (), _NO_LEVELS, _NO_LEVELS, 1, 0)


class Learning(msgspec.Struct, frozen=True, eq=False):
    """How a decision uses what was learned of depth.

    `waiting_e6`: what a grain bought later costs above the dearest one bought now, in millionths.
    `luck`: what our own takers got of what they were expected to get, per book, in 1 / WHOLE.
    """

    waiting_e6: int
    expect: Expect
    luck: Mapping[int, int] = {}


class Expected(msgspec.Struct, frozen=True, eq=False):
    """One offer as expected: `offer` for the split, in PARTS of a tick, and what it was made from.

    `outcomes`: none where nothing is known. `shown`: its levels up to the price of waiting, which
    hold `displayed` grains in all.
    """

    offer: Offer
    way_ns: int
    outcomes: Int64s
    shown: Shown
    displayed: int = 0

    @property
    def known(self) -> bool:
        """Return whether anything is known of what becomes of this book."""
        return len(self.outcomes) > 0


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
        outcomes = depth.outcomes(book, book_side(side), horizon_of(way_ns))
        if not len(outcomes) or seen.rates or not offer.most:
            out.append(Expected(_in_parts(offer), way_ns, _NOTHING, _UNSEEN))
            continue
        # In the ticks of this venue; prices are negated for a sell, so that less is always better.
        reach = waiting * PARTS // abs(offer.net)
        ticks, lots = depth.levels(
            book,
            book_side(side),
            limit_tick=reach // PARTS * side.sign,
            enough=_ALL,
            most=_DEEP_MOST,
        )
        lot_grains = scale.grains[seen.member]
        prices, upto = _pieces(offer, min(need, offer.most), side)
        shown = Shown(
            prices=prices,
            upto=upto,
            deep=ticks * side.sign,
            grains=np.minimum(lots, (need // lot_grains + 1) * _TIMES_ENOUGH) * lot_grains,
            lot_grains=lot_grains,
            reach=reach,
            luck=learning.luck.get(book, WHOLE),
        )
        expected = [side.sign * price for price in learning.expect(shown, outcomes)]
        counted = _with(offer, _priced(expected, upto))
        displayed = sum(lots.tolist()) * lot_grains
        out.append(Expected(counted, way_ns, outcomes, shown, displayed))
    return out if any(e.known for e in out) else []


def arrivals(
    scale: Scale, books: Sequence[BookSeen], expected: Sequence[Expected]
) -> tuple[Arrival, ...]:
    """Return, for each book something is known of, what is displayed and expected within reach."""
    told = []
    for seen, found in zip(books, expected, strict=True):
        if not found.known:
            continue
        reach = _reach(found, found.shown.reach // PARTS)
        there = expected_depth(found.shown, found.outcomes, reach, found.displayed, _ALL)
        told.append(
            Arrival(
                venue=seen.venue,
                symbol=seen.symbol,
                way_ns=found.way_ns,
                outcomes=len(found.outcomes),
                displayed=scale.quantity(found.displayed),
                expected=scale.quantity(there),
            )
        )
    return tuple(told)


def arriving(found: Expected, grains: int, limit_tick: int) -> int | None:
    """Return which share of `grains` should fill within `limit_tick`, None where nothing is known."""
    if not found.known:
        return None
    shown = found.shown
    price = limit_tick if found.offer.net > 0 else -limit_tick
    displayed = int(shown.grains[shown.deep <= price].sum())
    reach = _reach(found, price)
    return expected_depth(shown, found.outcomes, reach, displayed, grains) * WHOLE // grains


def _reach(found: Expected, price: int) -> int:
    """Return the number of the distance that `price` is within."""
    touch = found.shown.prices[0]
    return reach_of(abs(touch), abs(touch) + max(price - touch, 0))


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


def _pieces(offer: Offer, need: int, side: Side) -> tuple[list[int], list[int]]:
    """Return the displayed price and the end of every piece that gets a price of its own.

    The first grains of a level are surer than its last: no piece has more than a 32nd of `need`.
    """
    block = -(-need // (_BLOCKS * offer.step)) * offer.step
    prices: list[int] = []
    ends: list[int] = []
    before = 0
    for tick, upto in zip(offer.curve.ticks, offer.curve.upto, strict=True):
        cuts = [*range(before + block, upto, block), upto]
        prices += [side.sign * tick] * len(cuts)
        ends += cuts
        before = upto
    return prices, ends


def _priced(prices: list[int], upto: list[int]) -> Curve:
    """Return the curve of pieces that end at `upto` grains and cost `prices`."""
    sizes = [upto[0], *map(sub, upto[1:], upto)]
    return Curve(prices, upto, list(accumulate(map(mul, prices, sizes))))


def _in_parts(offer: Offer) -> Offer:
    """Return `offer` as it is, in PARTS of a tick."""
    held = offer.curve
    ticks = [tick * PARTS for tick in held.ticks]
    worth = [total * PARTS for total in held.worth]
    return _with(offer, Curve(ticks, held.upto, worth))


def _with(offer: Offer, curve: Curve) -> Offer:
    """Return `offer` with a curve in PARTS of a tick."""
    return msgspec.structs.replace(offer, curve=curve, fixed=offer.fixed * PARTS)
