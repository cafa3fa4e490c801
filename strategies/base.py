"""What a strategy is and sees: explicit state, `decide(state, event, view)`, a read-only view."""

import enum
from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Protocol

import msgspec

from strategies.conditions import PriceSource, TouchMoved
from strategies.intents import Intent, Pair, Pegging, Protect
from strategies.pacing import Schedule
from strategies.spec import ParentSpec
from venues.model.ids import ClientOrderId, Symbol, VenueId
from venues.model.order import Side


class StrategyFailed(Exception):
    """A strategy broke its contract, or raised: its parent fails with this sentence."""


class Started(msgspec.Struct, frozen=True, tag="started"):
    """The parent became ACTIVE: arrival price and limit are known to the view."""


class Woke(msgspec.Struct, frozen=True, tag="woke"):
    """A wake-up of the strategy's own fired."""

    tag: str


class Progressed(msgspec.Struct, frozen=True, tag="progressed"):
    """Something happened to children: accepted, filled, closed or in doubt; look at the view."""


class Resumed(msgspec.Struct, frozen=True, tag="resumed"):
    """The parent runs again after a restart, or after a trader's pause of `paused_ns` (> 0).

    Wake-ups outlive both: one that fell due meanwhile fires next, unless it is unset now. After a
    pause nothing rests any more.
    """

    paused_ns: int = 0


class Amended(msgspec.Struct, frozen=True, tag="amended"):
    """A trader changed quantity, limit or horizon: the view shows them as they are now.

    While orders still have to end, `spec.quantity` is above the total wanted and falls to it.
    """


StrategyEvent = Started | Woke | Progressed | Resumed | Amended


class State(msgspec.Struct, frozen=True):
    """Base of every strategy's state: a small frozen value of plain fields that serialises."""

    def schedule(self, spec: ParentSpec) -> Schedule | None:
        """Return where the parent should have stood when, for the report; None without a schedule."""
        del spec
        return None


class Listed(enum.Enum):
    """What is known of the order list that a child was sent in."""

    ALONE = "alone"  # it was sent in none
    UNSAID = "unsaid"  # its venue has not told that it has the order
    NAMED = "named"  # it has, and has named a list; not yet for the other order
    PROVEN = "proven"  # it has named the same list for both
    DENIED = "denied"  # its venue holds them as anything but one list


class ChildView(msgspec.Struct, frozen=True):
    """One child order as its strategy sees it, quantities in market units."""

    client_order_id: ClientOrderId
    leg: str
    venue: VenueId
    symbol: Symbol
    price: Decimal  # market price
    tick: int  # the venue's own tick
    quantity: Decimal
    filled: Decimal
    in_doubt: bool  # only the venue knows; its quantity stays reserved
    post_only: bool
    cancelling: bool
    dormant: bool = False  # a stop its venue holds, not woken as far as we know
    listed: Listed = Listed.ALONE


class Place(msgspec.Struct, frozen=True):
    """A place to rest, in the venue's ticks: where, and what the peg named before any bound.

    `near_tick`, `far_tick`: the touch of the own side and of the other one, None where it is empty.
    """

    tick: int
    peg_tick: int
    near_tick: int | None = None
    far_tick: int | None = None


class View(Protocol):
    """What a strategy may read at the moment it decides; own orders never count as depth.

    Prices are market prices, quantities market units; None means there is no such price now.
    """

    @property
    def now_ns(self) -> int: ...
    @property
    def spec(self) -> ParentSpec: ...
    @property
    def started_ns(self) -> int: ...
    @property
    def arrival_price(self) -> Decimal: ...
    @property
    def limit(self) -> Decimal:
        """The worst acceptable price: the parent's own limit; without one, its collar."""
        ...

    @property
    def lot(self) -> Decimal:
        """The finest lot of the market's allowed venues: every quantity is a multiple of it."""
        ...

    @property
    def filled(self) -> Decimal: ...
    def filled_by_leg(self) -> Mapping[str, Decimal]:
        """Return what the children of each leg have traded, market units; no entry for none."""
        ...

    @property
    def open_quantity(self) -> Decimal:
        """Reserved: working, sent or in doubt."""
        ...

    def open_by_leg(self) -> Mapping[str, Decimal]:
        """Return what the children of each leg may still trade, market units; no entry for none."""
        ...

    def why_apart(self) -> str:
        """Return why no two legs of a guarded group may be live at once now, "" = they may."""
        ...

    @property
    def held(self) -> str:
        """Why nothing may be sent now although it is wanted ("" = it may): others must end first."""
        ...

    @property
    def children(self) -> Sequence[ChildView]:
        """Every child that is not settled (closed, with all its fills known), oldest first."""
        ...

    def place(self, child: ChildView, how: Pegging) -> "Place | None":
        """Return where `child` would rest if it were posted now at its own venue.

        None when the book there cannot be used now.
        """
        ...

    def min_quantity(self, price: Decimal | None = None) -> Decimal:
        """Return the smallest quantity some allowed venue accepts at `price`, else at the arrival."""
        ...

    def live_venues(self) -> Sequence[VenueId]: ...
    def parked_reason(self) -> str:
        """Return why no venue can be used ("binance stale 3.1 s"), or ""."""
        ...

    def why_nothing(self, limit: Decimal) -> str:
        """Return why there is nothing to take within `limit`: a reason per allowed venue.

        Where every book is merely too dear it says "no depth within the limit" and no more.
        """
        ...

    def depth_price(self, side: Side, quantity: Decimal) -> Decimal | None:
        """Return the price down to which the usable books show `quantity` on `side`, best first.

        None where they do not show so much.
        """
        ...

    def rejections(self) -> str:
        """Return which venues refused the last child they got, and why ("alpha rejected: no"), or ""."""
        ...

    def touch(self, side: Side) -> Decimal | None:
        """Return the best LIVE price of the book's `side` (BUY = best bid)."""
        ...

    def price(self, source: PriceSource, venue: VenueId | None = None) -> Decimal | None:
        """Return the median price from `source` over the LIVE books of `venue`, or of the market."""
        ...

    def volume(self) -> Decimal:
        """Return what has been printed at the allowed venues since their feeds began, market units.

        The prints of others: in live trading our own must have been taken out.
        """
        ...

    def until_takeable(self, limit: Decimal) -> Sequence[TouchMoved]:
        """Return conditions of which one fires before anything can be taken within `limit`.

        One per allowed LIVE venue whose best price lies beyond it; they may fire too early.
        """
        ...

    def protectable(self, wanted: Protect | Pair) -> tuple[Decimal, str]:
        """Return how much of `wanted` venues would hold now, and why no more ("" = all of it)."""
        ...

    def available(self, side: Side, limit: Decimal, at_most: Decimal) -> Decimal:
        """Return how much an order of `side` could take within `limit`, counted up to `at_most`."""
        ...


class Strategy(Protocol):
    """A kind of parent: pure decisions over explicit state."""

    @property
    def kind(self) -> str: ...
    @property
    def state_type(self) -> type[State]: ...

    def refusal(self, spec: ParentSpec, view: View) -> str:
        """Return why `spec` can never work on this market, or "" ; asked once, at the start."""
        ...

    def start(self, spec: ParentSpec, view: View, rng: Random) -> tuple[State, Sequence[Intent]]:
        """Return the first state and intents; called once, when the parent becomes ACTIVE.

        `rng` is seeded from the run and the parent; it is not available later.
        """
        ...

    def decide(
        self, state: State, event: StrategyEvent, view: View
    ) -> tuple[State, Sequence[Intent]]:
        """Return the next state and intents; no clock, no randomness but the seed in `spec`."""
        ...
