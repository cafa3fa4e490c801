"""What does a strategy see that runs inside another one? The same market, its own part of the parent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from msgspec import structs

from strategies.base import ChildView, Place, View
from strategies.conditions import PriceSource, TouchMoved
from strategies.intents import Pair, Pegging, Protect
from strategies.spec import ParentSpec
from venues.model.ids import VenueId
from venues.model.numbers import MONEY, ceil_lots, floor_lots
from venues.model.order import Side


@dataclass(frozen=True, slots=True)
class PartView:
    """A view with terms of its own: `spec`, a `worst` price, and the children of its legs alone.

    Legs of the part are called `prefix` + its own name for them. Filled and open quantity are those of
    the whole parent: one bucket. `held`: see `View.held`. `without`: a leg whose children it does not see.
    """

    whole: View
    spec: ParentSpec
    worst: Decimal | None = None
    prefix: str = ""
    held: str = ""
    without: str | None = None

    @property
    def now_ns(self) -> int:
        """Return engine time."""
        return self.whole.now_ns

    @property
    def started_ns(self) -> int:
        """Return when the parent became ACTIVE."""
        return self.whole.started_ns

    @property
    def arrival_price(self) -> Decimal:
        """Return the parent's arrival price."""
        return self.whole.arrival_price

    @property
    def limit(self) -> Decimal:
        """Return the tighter of the part's worst price and the parent's."""
        if self.worst is None:
            return self.whole.limit
        pick = min if self.spec.side is Side.BUY else max
        return pick(self.worst, self.whole.limit)

    @property
    def lot(self) -> Decimal:
        """Return the finest lot of the market."""
        return self.whole.lot

    @property
    def filled(self) -> Decimal:
        """Return what the whole parent has traded."""
        return self.whole.filled

    def filled_by_leg(self) -> Mapping[str, Decimal]:
        """Return what the part's own legs have traded, under its own names."""
        cut = len(self.prefix)
        legs = self.whole.filled_by_leg().items()
        return {leg[cut:]: traded for leg, traded in legs if leg.startswith(self.prefix)}

    def open_by_leg(self) -> Mapping[str, Decimal]:
        """Return what the part's own legs may still trade, under its own names."""
        cut = len(self.prefix)
        legs = self.whole.open_by_leg().items()
        return {leg[cut:]: open_ for leg, open_ in legs if leg.startswith(self.prefix)}

    def why_apart(self) -> str:
        """Return the same as the whole parent."""
        return self.whole.why_apart()

    @property
    def open_quantity(self) -> Decimal:
        """Return what all children of the parent may still trade."""
        return self.whole.open_quantity

    @property
    def children(self) -> Sequence[ChildView]:
        """Return the part's own unsettled children under its own names."""
        cut = len(self.prefix)
        return [
            structs.replace(child, leg=child.leg[cut:])
            for child in self.whole.children
            if child.leg.startswith(self.prefix) and child.leg != self.without
        ]

    def rejections(self) -> str:
        """Return the same as the whole parent."""
        return self.whole.rejections()

    def place(self, child: ChildView, how: Pegging) -> Place | None:
        """Return where `child` would rest, not beyond the part's own worst price."""
        found = self.whole.place(child, how)
        if found is None or self.worst is None:
            return found
        step = MONEY.divide(child.price, Decimal(child.tick))
        if self.spec.side is Side.BUY:
            return structs.replace(found, tick=min(found.tick, floor_lots(self.worst, step)))
        return structs.replace(found, tick=max(found.tick, ceil_lots(self.worst, step)))

    def min_quantity(self, price: Decimal | None = None) -> Decimal:
        """Return the smallest order some allowed venue takes."""
        return self.whole.min_quantity(price)

    def live_venues(self) -> Sequence[VenueId]:
        """Return the venues whose depth counts now."""
        return self.whole.live_venues()

    def parked_reason(self) -> str:
        """Return why no venue can be used, or ""."""
        return self.whole.parked_reason()

    def why_nothing(self, limit: Decimal) -> str:
        """Return why there is nothing to take within `limit`."""
        return self.whole.why_nothing(limit)

    def depth_price(self, side: Side, quantity: Decimal) -> Decimal | None:
        """Return the price down to which the usable books show `quantity`."""
        return self.whole.depth_price(side, quantity)

    def touch(self, side: Side) -> Decimal | None:
        """Return the best usable price of the book's `side`."""
        return self.whole.touch(side)

    def price(self, source: PriceSource, venue: VenueId | None = None) -> Decimal | None:
        """Return the price from `source`."""
        return self.whole.price(source, venue)

    def volume(self) -> Decimal:
        """Return what others have traded since their feeds began."""
        return self.whole.volume()

    def until_takeable(self, limit: Decimal) -> Sequence[TouchMoved]:
        """Return conditions that fire before anything can be taken within `limit`."""
        return self.whole.until_takeable(limit)

    def protectable(self, wanted: Protect | Pair) -> tuple[Decimal, str]:
        """Return how much of `wanted` venues would hold now, and why no more."""
        return self.whole.protectable(wanted)

    def available(self, side: Side, limit: Decimal, at_most: Decimal) -> Decimal:
        """Return how much could be taken within `limit`."""
        return self.whole.available(side, limit, at_most)
