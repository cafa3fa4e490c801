"""Where does a passive child wait? One venue and one tick, never at or through the other side.

The rule, until queues and flow are priced: over the usable venues the best net price after maker
fee and order cost at the pegged tick; then the smaller queue there; then the venue listed first. A buy rounds
down and a sell up, so a peg never improves on what it names.
"""

from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction
from typing import Final, assert_never

import msgspec

from router.depth.composite import Composite, Depth, Quote
from router.depth.scale import Scale
from router.routing.offers import Terms, book_side, grains_needed, own_guard
from strategies.intents import Peg, Pegging
from venues.model.ids import Symbol, VenueId
from venues.model.market import level_key
from venues.model.numbers import ZERO
from venues.model.order import Side

# What an order that rests will be worth when it fills, nobody can say.
CONVERTED: Final = "its quote is converted by a book: taken from, not rested in"


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One passive child: `lots` at `tick` of the venue, `quantity` in market units.

    `book`: position in the book store. `market_price`: without fee. `queue_lots`: displayed there
    by others. `peg_tick`: what the peg said before offset, limit and the other side moved it.
    """

    venue: VenueId
    symbol: Symbol
    book: int
    lots: int
    quantity: Decimal
    tick: int
    price: Decimal
    market_price: Decimal
    peg_tick: int
    queue_lots: int


class Resting(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: a post, or None when no venue can hold one; `skipped` says why not elsewhere."""

    post: Post | None
    skipped: tuple[tuple[VenueId, str], ...]


def place_rest(
    depth: Depth,
    composite: Composite,
    *,
    side: Side,
    quantity: Decimal,
    limit: Decimal,
    peg: Peg,
    offset_ticks: int,
    terms: Terms,
    behind: Decimal = ZERO,
) -> Resting:
    """Return where up to `quantity` market units rest, not beyond market price `limit`.

    `behind`: for a cumulative peg, how much of the own side's depth stands before it, market units.
    """
    scale = composite.scale
    need = grains_needed(scale, quantity)
    skipped = list(scale.left_out)
    how = Pegging(peg=peg, offset_ticks=offset_ticks, behind=behind)
    best: tuple[tuple[int | Fraction, int, int], Post] | None = None
    for quote in composite.quotes:
        reason = terms.barred.get(quote.venue, quote.refusal)
        if reason:
            skipped.append((quote.venue, reason))
            continue
        if scale.conversion(quote.member) is not None:
            skipped.append((quote.venue, CONVERTED))
            continue
        own = terms.own.get(quote.book, ())
        found = resting_tick(depth, scale, quote, side, limit, how, own)
        if isinstance(found, str):
            skipped.append((quote.venue, found))
            continue
        peg_tick, tick = found
        lots, reason = _lots(scale, quote, tick, need, terms)
        if reason:
            skipped.append((quote.venue, reason))
            continue
        queue = depth.net(quote.book, level_key(tick, book_side(side.opposite)))
        rank = (_net(scale, quote, side, tick, lots), queue, quote.member)
        if best is None or rank < best[0]:
            best = (rank, _post(scale, quote, lots, tick, peg_tick, queue))
    return Resting(post=None if best is None else best[1], skipped=tuple(skipped))


def _net(scale: Scale, quote: Quote, side: Side, tick: int, lots: int) -> int | Fraction:
    """Return what a grain costs at `tick` with maker fee and its part of the order's cost.

    Negated for a sell; exact, so that equal prices stay equal.
    """
    net = tick * scale.maker(side)[quote.member] * side.sign
    cost = scale.members[quote.member].order_cost
    if not cost:
        return net
    return net + Fraction(scale.numerator(cost), lots * scale.grains[quote.member])


def resting_tick(
    depth: Depth,
    scale: Scale,
    quote: Quote,
    side: Side,
    limit: Decimal,
    how: Pegging,
    own: Collection[int],
) -> tuple[int, int] | str:
    """Return the pegged tick and the tick an order would rest at, or why there is none.

    `own`: level keys of our own orders in that book.
    """
    near, far, sign = quote.best(side.opposite), quote.best(side), side.sign
    if how.peg is Peg.CUMULATIVE:
        pegged = _behind_depth(depth, scale, quote, side, how.behind)
    else:
        pegged = _pegged(near, far, side, how.peg)
    if pegged is None:
        return "no price to peg to"
    # In ticks times sign more is more aggressive for both sides, so every guard is a minimum.
    bounds = [(pegged - how.offset_ticks * sign) * sign]
    if far is not None:
        bounds.append((far - sign) * sign)
    if (guard := own_guard(own, side)) is not None:
        bounds.append(guard * sign)
    bounds.append(scale.limit_tick(quote.member, side, limit) * sign)
    tick = min(bounds) * sign
    return (pegged, tick) if tick > 0 else "no price above zero"


def _behind_depth(
    depth: Depth, scale: Scale, quote: Quote, side: Side, behind: Decimal
) -> int | None:
    """Return the first tick of the own side with `behind` or more displayed up to and at it."""
    lots = -(-grains_needed(scale, behind) // scale.grains[quote.member])
    ticks, sizes = depth.levels(
        quote.book, book_side(side.opposite), limit_tick=None, enough=max(lots, 1)
    )
    enough = len(ticks) > 0 and int(sizes.sum()) >= lots
    return int(ticks[-1]) if enough else None


def _pegged(near: int | None, far: int | None, side: Side, peg: Peg) -> int | None:
    """Return the tick the peg names: `near` is the own side's touch, `far` the other's."""
    match peg:
        case Peg.PRIMARY:
            return near
        case Peg.CUMULATIVE:
            return None
        case Peg.OPPOSITE:
            return None if far is None else far - side.sign
        case Peg.MID:
            if near is None or far is None:
                return None
            return (near + far) // 2 if side is Side.BUY else -(-(near + far) // 2)
        case _:
            assert_never(peg)


def _lots(scale: Scale, quote: Quote, tick: int, need: int, terms: Terms) -> tuple[int, str]:
    """Return how many lots fit, or 0 and why none do."""
    step, grains = scale.grains[quote.member], need
    if quote.venue in terms.room:
        grains = min(grains, max(scale.floor_grains(terms.room[quote.venue]), 0))
    lots = grains // step
    if lots < scale.min_lots(quote.member, tick):
        return 0, "cap reached" if grains < need else "below minimum"
    return lots, ""


def _post(scale: Scale, quote: Quote, lots: int, tick: int, peg_tick: int, queue: int) -> Post:
    """Return the post in the terms of its venue and of the market."""
    instrument = scale.members[quote.member].instrument
    return Post(
        venue=quote.venue,
        symbol=instrument.symbol,
        book=quote.book,
        lots=lots,
        quantity=scale.quantity(lots * scale.grains[quote.member]),
        tick=tick,
        price=instrument.price_of(tick),
        market_price=scale.price(tick * scale.raw[quote.member]),
        peg_tick=peg_tick,
        queue_lots=queue,
    )
