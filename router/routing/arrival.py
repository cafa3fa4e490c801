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
from router.depth.expected import Expect, Shown, filled_share, mean_share, reach_of
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
_DEEP_MOST: Final = 4096
_ALL: Final = 2**60
_PARTS: Final = 1_000_000
_NOTHING: Final = np.zeros((0, REACHES), np.int64)
_UNSEEN: Final = Shown((), (), (), (), 0)


class Learning(msgspec.Struct, frozen=True, eq=False):
    """How a decision uses what was learned of depth.

    `waiting_e6`: what a grain bought later costs above the dearest one bought now, in millionths.
    `luck`: what our own takers got of what they were expected to get, per book, in 1 / WHOLE.
    """

    waiting_e6: int
    expect: Expect
    luck: Mapping[int, int] = {}


class Expected(msgspec.Struct, frozen=True, eq=False):
    """One offer as expected: `offer` for the split, and what it was made from.

    `shares`: outcomes, none where nothing is known. `shown`: its levels up to the price of waiting,
    which hold `displayed` grains in all.
    """

    offer: Offer
    way_ns: int
    shares: Int64s
    shown: Shown
    displayed: int = 0

    @property
    def known(self) -> bool:
        """Return whether anything is known of what becomes of this book."""
        return len(self.shares) > 0


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
    if waiting is None:
        return []
    out = []
    for seen, offer, book in zip(books, offers, places, strict=True):
        way_ns = ways_ns.get(seen.venue, UNKNOWN_WAY_NS)
        shares = depth.outcomes(book, book_side(side), horizon_of(way_ns))
        if not len(shares) or seen.rates or not offer.most:
            out.append(Expected(offer, way_ns, _NOTHING, _UNSEEN))
            continue
        luck = learning.luck.get(book, WHOLE)
        if luck != WHOLE:
            shares = shares * luck // WHOLE
        # In the ticks of this venue; prices are negated for a sell, so that less is always better.
        reach = waiting // abs(offer.net)
        lot_grains = scale.grains[seen.member]
        ticks, lots = depth.levels(
            book, book_side(side), limit_tick=reach * side.sign, enough=_ALL, most=_DEEP_MOST
        )
        most = (need // lot_grains + 1) * _TIMES_ENOUGH
        held = offer.curve
        shown = Shown(
            prices=held.ticks if side is Side.BUY else [-tick for tick in held.ticks],
            upto=held.upto,
            deep=(ticks * side.sign).tolist(),
            grains=(np.minimum(lots, most) * lot_grains).tolist(),
            reach=reach,
        )
        prices = [side.sign * price for price in learning.expect(shown, shares)]
        counted = msgspec.structs.replace(offer, curve=_priced(prices, held.upto))
        displayed = sum(lots.tolist()) * lot_grains
        out.append(Expected(counted, way_ns, shares, shown, displayed))
    return out if any(e.known for e in out) else []


def arrivals(
    scale: Scale, books: Sequence[BookSeen], expected: Sequence[Expected]
) -> tuple[Arrival, ...]:
    """Return, for each book something is known of, what is displayed and expected within reach."""
    told = []
    for seen, found in zip(books, expected, strict=True):
        if not found.known:
            continue
        share = mean_share(found.shares, _reach(found, found.shown.reach))
        told.append(
            Arrival(
                venue=seen.venue,
                symbol=seen.symbol,
                way_ns=found.way_ns,
                outcomes=len(found.shares),
                displayed=scale.quantity(found.displayed),
                expected=scale.quantity(found.displayed * share // WHOLE),
            )
        )
    return tuple(told)


def arriving(found: Expected, grains: int, limit_tick: int) -> int | None:
    """Return which share of `grains` should fill within `limit_tick`, None where nothing is known."""
    if not found.known:
        return None
    shown = found.shown
    price = limit_tick if found.offer.net > 0 else -limit_tick
    displayed = sum(
        [lots for at, lots in zip(shown.deep, shown.grains, strict=True) if at <= price]
    )
    return filled_share(found.shares, _reach(found, price), displayed, grains)


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
    return max(paid) + abs(max(paid)) * waiting_e6 // _PARTS if paid else None


def _priced(prices: list[int], upto: list[int]) -> Curve:
    """Return the curve of levels that hold `upto` grains and cost `prices`."""
    sizes = [upto[0], *map(sub, upto[1:], upto)]
    return Curve(prices, upto, list(accumulate(map(mul, prices, sizes))))
