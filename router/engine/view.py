"""What a strategy sees: the market and its own parent at one instant, read-only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from router.depth.composite import Quote
from router.engine.core import Core
from router.engine.guarding import why_apart
from router.engine.terms import stops_of, terms_of
from router.orders.child import Child
from router.orders.lifecycle import Status
from router.orders.parent import Parent
from router.routing.offers import book_side, own_guard
from router.routing.preview import available, depth_price
from router.routing.rest import resting_tick
from strategies.base import ChildView, Listed, Place
from strategies.conditions import PriceSource, TouchMoved
from strategies.intents import Pair, Pegging, Protect
from strategies.spec import ParentSpec
from venues.model.ids import VenueId
from venues.model.instrument import Member
from venues.model.market import BookState
from venues.model.numbers import MONEY, ZERO, ceil_to, floor_to
from venues.model.order import Side

_E12 = Decimal(10) ** 12


@dataclass(slots=True, eq=False)
class EngineView:
    """The `strategies.base.View` of one parent at one decision."""

    core: Core
    parent: Parent
    # Asked for again and again, and nothing moves while a strategy decides.
    now_ns: int = field(init=False)
    spec: ParentSpec = field(init=False)
    _children: Sequence[ChildView] | None = None

    def __post_init__(self) -> None:
        """Note engine time and what was asked for."""
        self.now_ns = self.core.now_ns
        self.spec = self.parent.spec

    @property
    def started_ns(self) -> int:
        """Return when the parent became ACTIVE."""
        return self.parent.started_ns

    @property
    def arrival_price(self) -> Decimal:
        """Return the median LIVE mid at the start."""
        return self.parent.arrival_price

    @property
    def limit(self) -> Decimal:
        """Return the worst acceptable market price."""
        return self.core.markets.limit_of(self.parent)

    @property
    def lot(self) -> Decimal:
        """Return the finest lot of the market."""
        return self.parent.lot

    @property
    def filled(self) -> Decimal:
        """Return what has traded."""
        return self.parent.filled

    def filled_by_leg(self) -> Mapping[str, Decimal]:
        """Return what the children of each leg have traded."""
        traded: dict[str, Decimal] = {}
        for child in self.parent.children.values():
            if child.filled:
                quantity = child.member.market_quantity(child.filled)
                traded[child.submit.leg] = traded.get(child.submit.leg, ZERO) + quantity
        return traded

    @property
    def open_quantity(self) -> Decimal:
        """Return what children may still trade."""
        return self.parent.reserved

    def open_by_leg(self) -> Mapping[str, Decimal]:
        """Return what the children of each leg may still trade."""
        open_: dict[str, Decimal] = {}
        for child in self.parent.unsettled.values():
            quantity = child.member.market_quantity(child.reserved)
            open_[child.submit.leg] = open_.get(child.submit.leg, ZERO) + quantity
        return open_

    def why_apart(self) -> str:
        """Return why no two legs may be live at once now, "" if their venues cap them."""
        return why_apart(self.core, self.parent)

    @property
    def held(self) -> str:
        """Return "": a whole parent waits for nobody."""
        return ""

    @property
    def children(self) -> Sequence[ChildView]:
        """Return the children that are not settled, oldest first."""
        if self._children is None:
            self._children = [_child_view(child) for child in self.parent.unsettled.values()]
        return self._children

    def place(self, child: ChildView, how: Pegging) -> Place | None:
        """Return where `child` would rest if it were posted now at its own venue."""
        core, side = self.core, self.spec.side
        composite = core.markets.of(self.parent)
        scale = composite.scale
        for q in composite.quotes:
            if q.venue != child.venue or q.refusal:
                continue
            if scale.members[q.member].instrument.symbol != child.symbol:
                continue
            own = core.own.get(q.book, ())
            found = resting_tick(core.books, scale, q, side, self.limit, how, own)
            if not isinstance(found, str):
                peg_tick, tick = found
                return Place(tick, peg_tick, q.best(side.opposite), q.best(side))
        return None

    def min_quantity(self, price: Decimal | None = None) -> Decimal:
        """Return the smallest order some allowed venue takes at `price`, else at the arrival price."""
        asked = (self.spec.id, self.parent.arrival_price if price is None else price)
        known = self.core.smallest.get(asked)
        if known is None:
            known = self.core.smallest[asked] = self._smallest(asked[1])
        return known

    def _members(self) -> list[Member]:
        members = self.core.markets.scale_of(self.parent).members
        return [m for m in members if allowed(self.spec, m.instrument.venue)]

    def _smallest(self, price: Decimal) -> Decimal:
        smallest = []
        for m in sized(self._members()):
            on_tick = floor_to(m.instrument_price(price), m.instrument.tick_size)
            lots = m.instrument.min_lots(max(on_tick, m.instrument.tick_size))
            smallest.append(m.market_quantity(m.instrument.quantity_of(lots)))
        return ceil_to(min(smallest), self.parent.lot)

    def live_venues(self) -> Sequence[VenueId]:
        """Return the allowed venues whose depth counts now."""
        usable = self.core.markets.composite(self.spec.symbol).usable
        return [q.venue for q in usable if allowed(self.spec, q.venue)]

    def parked_reason(self) -> str:
        """Return why no allowed venue can be used, or "" when one can."""
        live, full = self.live_venues(), {}
        if self.spec.venue_caps or self.spec.reduces or self.core.state.guarded:
            terms = terms_of(self.core, self.parent)
            room = terms.room
            full = {v: self._full for v in live if v in room and room[v] < self.parent.lot}
            full |= {v: why for v, why in terms.barred.items() if v in live}
        if len(full) < len(live):
            return ""
        refusals = self.core.markets.composite(self.spec.symbol).refusals
        reasons = [f"{v} {why}" for v, why in refusals if allowed(self.spec, v)]
        return ", ".join([*reasons, *(f"{v} {why}" for v, why in full.items())])

    def why_nothing(self, limit: Decimal) -> str:
        """Return why there is nothing to take within `limit`: a reason per allowed venue."""
        composite = self.core.markets.composite(self.spec.symbol)
        terms, side, scale = terms_of(self.core, self.parent), self.spec.side, composite.scale
        refused = [f"{v} {why}" for v, why in composite.refusals if allowed(self.spec, v)]
        too_dear = []
        for q in composite.usable:
            if not allowed(self.spec, q.venue):
                continue
            best, guard = (
                q.buys_at if side is Side.BUY else q.sells_at,
                own_guard(terms.own.get(q.book, ()), side),
            )
            limit_tick = scale.limit_tick(q.member, side, limit)
            if q.venue in terms.barred:
                refused.append(f"{q.venue} {terms.barred[q.venue]}")
            elif terms.room.get(q.venue, self.parent.lot) < self.parent.lot:
                refused.append(f"{q.venue} {self._full}")
            elif best is None or (best - limit_tick) * side.sign > 0 or guard is None:
                too_dear.append(f"{q.venue} no depth within the limit")
            else:
                refused.append(f"{q.venue} own order in the way")
        if not refused:
            return "no depth within the limit"
        return ", ".join([*refused, *too_dear])

    def depth_price(self, side: Side, quantity: Decimal) -> Decimal | None:
        """Return the price down to which the usable books show `quantity` on `side`."""
        composite = self.core.markets.composite(self.spec.symbol)
        barred = terms_of(self.core, self.parent).barred
        return depth_price(self.core.books, composite, side=side, quantity=quantity, barred=barred)

    def rejections(self) -> str:
        """Return which venues refused the last child they got, and why, or ""."""
        last = {child.submit.venue: child for child in self.parent.children.values()}
        return ", ".join(
            f"{venue} rejected: {child.closed_reason}"
            for venue, child in last.items()
            if child.status is Status.REJECTED
        )

    @property
    def _full(self) -> str:
        return "holds nothing to reduce" if self.spec.reduces else "cap reached"

    def touch(self, side: Side) -> Decimal | None:
        """Return the best usable price of the book's `side`."""
        return self.core.markets.composite(self.spec.symbol).touch(side)

    def price(self, source: PriceSource, venue: VenueId | None = None) -> Decimal | None:
        """Return the median price from `source` over the LIVE books of `venue`, or of the market.

        The same price that a `PriceCrosses` condition watches.
        """
        composite = self.core.markets.composite(self.spec.symbol)
        prices = sorted(
            price
            for q in composite.quotes
            if q.state is BookState.LIVE and venue in {None, q.venue}
            if composite.scale.conversion(q.member) is None
            if (price := self._price(q, composite.scale.members[q.member], source)) is not None
        )
        if not prices:
            return None
        lower, upper = prices[(len(prices) - 1) // 2], prices[len(prices) // 2]
        return MONEY.divide(MONEY.add(lower, upper), Decimal(2))

    def _price(self, q: Quote, member: Member, source: PriceSource) -> Decimal | None:
        """Return what one LIVE book says, as a market price."""
        books, instrument = self.core.books, member.instrument
        match source:
            case PriceSource.MID:
                if q.bid is None or q.ask is None:
                    return None
                return member.market_price((q.bid + q.ask) * instrument.tick_size / 2)
            case PriceSource.LAST:
                last = books.last_tick(q.book)
                return None if last is None else member.market_price(instrument.price_of(last))
            case PriceSource.MARK | PriceSource.INDEX:
                e12 = books.mark(q.book) if source is PriceSource.MARK else books.index(q.book)
                if e12 is None:
                    return None
                return member.market_price(MONEY.divide(Decimal(e12), _E12))
            case _:
                assert_never(source)

    def volume(self) -> Decimal:
        """Return what has been printed at the allowed venues, market units."""
        scale, books = self.core.markets.scale_of(self.parent), self.core.books
        return sum(
            (
                m.market_quantity(m.instrument.quantity_of(books.volume(book)))
                for m, book in zip(scale.members, scale.books, strict=True)
                if allowed(self.spec, m.instrument.venue)
            ),
            ZERO,
        )

    def until_takeable(self, limit: Decimal) -> Sequence[TouchMoved]:
        """Return one condition per allowed venue that fires before it offers anything in `limit`."""
        composite, side = self.core.markets.composite(self.spec.symbol), self.spec.side
        waits = []
        for q in composite.usable:
            best, rate = q.best(side), q.rate(side)
            limit_tick = composite.scale.limit_tick(q.member, side, limit)
            if best is None or not allowed(self.spec, q.venue) or best * rate == limit_tick:
                continue
            if (best * rate - limit_tick) * side.sign <= 0:
                continue
            instrument = composite.scale.members[q.member].instrument
            by = composite.scale.conversion(q.member)
            waits.append(
                TouchMoved(
                    venue=q.venue,
                    symbol=instrument.symbol,
                    side=side.opposite,
                    peg_tick=best,
                    ticks=abs(best - limit_tick) if by is None else 1,
                )
            )
            if by is not None and (there := self.core.books.best(by.book, book_side(side))):
                # It gets cheaper as well when its currency does: any move of that is looked at.
                waits.append(
                    TouchMoved(
                        venue=by.venue,
                        symbol=by.symbol,
                        side=side.opposite,
                        peg_tick=there,
                        ticks=1,
                    )
                )
        return waits

    def protectable(self, wanted: Protect | Pair) -> tuple[Decimal, str]:
        """Return how much of `wanted` venues would hold now, and why no more."""
        found = stops_of(self.core, self.parent, wanted)
        return found.quantity, "; ".join(f"{venue} {why}" for venue, why in found.skipped)

    def available(self, side: Side, limit: Decimal, at_most: Decimal) -> Decimal:
        """Return how much an order of `side` could take within `limit`, counted up to `at_most`."""
        if at_most <= ZERO:
            return ZERO  # a venue has filled more than it was asked for: nothing is wanted any more
        return available(
            self.core.books,
            self.core.markets.of(self.parent),
            side=side,
            limit=limit,
            at_most=at_most,
            terms=terms_of(self.core, self.parent),
        )


def sized(mine: Sequence[Member]) -> Sequence[Member]:
    """Return those of a parent's members that say how small an order may be at a market price.

    Those with a conversion book do only where there are no others, at a rate of one.
    """
    return [m for m in mine if m.conversion_book is None] or mine


def allowed(spec: ParentSpec, venue: VenueId) -> bool:
    """Return whether a parent may trade at `venue` at all."""
    if spec.venues_allow and venue not in spec.venues_allow:
        return False
    return venue not in spec.venues_deny


def _child_view(child: Child) -> ChildView:
    member, submit = child.member, child.submit
    return ChildView(
        client_order_id=submit.client_order_id,
        leg=submit.leg,
        venue=submit.venue,
        symbol=submit.symbol,
        price=member.market_price(submit.price),
        tick=int(submit.price / member.instrument.tick_size),
        quantity=member.market_quantity(submit.quantity),
        filled=member.market_quantity(child.filled),
        in_doubt=child.status is Status.IN_DOUBT or child.closed,
        post_only=submit.post_only,
        cancelling=child.cancelling,
        dormant=child.dormant,
        listed=_listed(child),
    )


def _listed(child: Child) -> Listed:
    pair = child.listed
    if pair is None:
        return Listed.ALONE
    if pair.denied:
        return Listed.DENIED
    if child.list_id is None:
        return Listed.UNSAID
    return Listed.PROVEN if pair.proven else Listed.NAMED
