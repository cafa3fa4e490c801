"""Where does a passive child wait? One venue and one tick, never at or through the other side.

Where fills are learned and enough has been seen of every venue it could rest at: the venue where
waiting is worth most (`router.routing.worth`). Else, and between equals: the best net price after maker
fee and order cost at the pegged tick; then the smaller queue there; then the venue listed first. A buy rounds
down and a sell up, so a peg never improves on what it names.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter
from typing import Final, assert_never

import msgspec

from router.depth.composite import Composite, Depth, Quote
from router.depth.fills import WHOLE
from router.depth.scale import Scale
from router.routing.offers import Terms, book_side, grains_needed, own_guard
from router.routing.worth import (
    CROSS_BELOW,
    Prospect,
    Weighed,
    Weighing,
    Worth,
    bps,
    known_enough,
    worth_of,
)
from strategies.intents import Peg, Pegging
from venues.books.probes import HORIZONS
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
    """The answer: a post, or None when no venue can hold one; `skipped` says why not elsewhere.

    `weighed`: why there, where fills are learned.
    """

    post: Post | None
    skipped: tuple[tuple[VenueId, str], ...]
    weighed: Weighed | None = None


class _Candidate(msgspec.Struct, frozen=True, gc=False):
    """A venue that could hold the child, and how it ranks without learning: less is better."""

    quote: Quote
    rank: tuple[int | Fraction, int, int]
    post: Post


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
    weighing: Weighing | None = None,
) -> Resting:
    """Return where up to `quantity` market units rest, not beyond market price `limit`.

    `behind`: for a cumulative peg, how much of the own side's depth stands before it, market units.
    """
    scale = composite.scale
    need = grains_needed(scale, quantity)
    skipped = list(scale.left_out)
    how = Pegging(peg=peg, offset_ticks=offset_ticks, behind=behind)
    candidates: list[_Candidate] = []
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
        post = _post(scale, quote, lots, tick, peg_tick, queue)
        candidates.append(_Candidate(quote, rank, post))
    by_rule = min(candidates, key=attrgetter("rank"), default=None)
    if by_rule is None or weighing is None:
        return Resting(post=None if by_rule is None else by_rule.post, skipped=tuple(skipped))
    return _weighed(composite, side, quantity, candidates, by_rule, weighing, tuple(skipped))


def _weighed(
    composite: Composite,
    side: Side,
    quantity: Decimal,
    candidates: Sequence[_Candidate],
    by_rule: _Candidate,
    weighing: Weighing,
    skipped: tuple[tuple[VenueId, str], ...],
) -> Resting:
    """Return the candidate where waiting is worth most, if all can be judged; else `by_rule`."""
    taking = _best_price(composite, side)
    judged = taking is not None and all(
        c.quote.best(side.opposite) is not None and known_enough(weighing.known(c.quote.book))
        for c in candidates
    )
    found = _worths(candidates, side, weighing, taking)
    takes = False
    if judged and weighing.instead is not None and found[0][0].worth < CROSS_BELOW:
        # Depth costs more than the best price says, which only makes waiting worth more.
        price = weighing.instead()
        if price is not None:
            over, under = price.as_integer_ratio()
            at_size = side.sign * (over * composite.scale.denominator // under)
            found = _worths(candidates, side, weighing, at_size)
            takes = found[0][0].worth < CROSS_BELOW
    chosen = found[0][1] if judged else by_rule
    weighed = Weighed(
        market=composite.scale.market.symbol,
        decided_ns=composite.now_ns,
        quantity=quantity,
        until_s=weighing.until_s,
        prospects=tuple([_prospect(c.post, worth) for worth, c in found]),
        venue=None if takes else chosen.post.venue,
        judged=judged,
        takes=takes,
        skipped=skipped,
    )
    return Resting(post=chosen.post, skipped=skipped, weighed=weighed)


def _worths(
    candidates: Sequence[_Candidate], side: Side, weighing: Weighing, taking: int | None
) -> list[tuple[Worth, _Candidate]]:
    """Return what waiting at each candidate is worth where a grain can be taken for `taking`.

    The best first; of equal worth as they rank without learning. Those that cannot be told are left out.
    """
    found: list[tuple[Worth, _Candidate]] = []
    for candidate in candidates:
        quote, post = candidate.quote, candidate.post
        near = quote.best(side.opposite)
        if taking is None or near is None:
            continue
        worth = worth_of(
            weighing.known(quote.book),
            side=book_side(side.opposite),
            near=near,
            tick=post.tick,
            # What it fills is between nothing and all: as an order in the middle of it would.
            ahead=post.queue_lots + post.lots // 2,
            saves=int((taking - candidate.rank[0]) * WHOLE // abs(taking)),
            until_s=weighing.until_s,
        )
        found.append((worth, candidate))
    found.sort(key=lambda of: (-of[0].worth, of[1].rank))
    return found


def _best_price(composite: Composite, side: Side) -> int | None:
    """Return what the best grain to be taken costs now with fee, negated for a sell."""
    taker, costs = composite.scale.taker(side), []
    for quote in composite.usable:
        at = quote.buys_at if side is Side.BUY else quote.sells_at
        if at is not None:
            costs.append(at * taker[quote.member] * side.sign)
    return min(costs, default=None)


def _prospect(post: Post, worth: Worth) -> Prospect:
    """Return what is expected of `post`, for people."""
    return Prospect(
        venue=post.venue,
        symbol=post.symbol,
        price=post.market_price,
        queue_lots=post.queue_lots,
        chance=Decimal(worth.chance).scaleb(-8),
        within_s=HORIZONS[worth.horizon],
        saves_bps=bps(worth.saves),
        against_bps=bps(worth.against),
        worth_bps=bps(worth.worth),
        orders=worth.orders,
    )


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
