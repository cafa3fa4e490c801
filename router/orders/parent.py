"""How much of a parent may still be sent: one bucket, reserved before a send, released on proof.

Promise 1 lives here: `filled + reserved` never exceeds the quantity by anything we permit. What a
venue proves beyond it is booked, shows up as `excess`, and stops the parent.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from msgspec import Raw, Struct, structs

from router.orders.child import Child, together
from router.orders.guarded import Guard
from strategies.base import State
from strategies.intents import WakeAt, WakeWhen
from strategies.spec import ParentSpec
from venues.model.ids import ClientOrderId, Symbol, VenueId
from venues.model.instrument import Member
from venues.model.numbers import MONEY, ZERO


class ParentState(enum.Enum):
    """Where a parent order stands."""

    __hash__ = object.__hash__  # members are singletons

    PENDING = "pending"
    ACTIVE = "active"
    PARKED = "parked"
    PAUSED = "paused"  # by a trader: nothing new until it is resumed
    CANCELLING = "cancelling"  # winding down: nothing new, awaiting every answer
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


class Traded(Struct, frozen=True):
    """What a parent has traded in one instrument, its units; `kept`: less fees taken in base."""

    filled: Decimal
    kept: Decimal


_NOTHING = Traded(ZERO, ZERO)

ENDED = frozenset(
    {ParentState.DONE, ParentState.CANCELLED, ParentState.EXPIRED, ParentState.FAILED}
)


@dataclass(slots=True)
class Parent:
    """One parent order, its bucket and its strategy's memory; quantities in market units.

    `spec`: what it is to do now; `ordered`: what was handed over, before any amendment. `wanted`: an
    amended total below what has traded or still may: the quantity falls to it as children end.
    """

    spec: ParentSpec
    received_ns: int
    state: ParentState = ParentState.PENDING
    reason: str = ""
    started_ns: int = 0
    ended_ns: int = 0
    arrival_price: Decimal = ZERO
    limit: Decimal | None = None  # None: the collar around the current mid
    lot: Decimal = ZERO
    # Inverse instruments, their contracts counted for this parent.
    counted: Mapping[tuple[VenueId, Symbol], Member] = field(default_factory=dict)
    filled: Decimal = ZERO  # kept in step with the children by `booked`
    children: dict[ClientOrderId, Child] = field(default_factory=dict)
    unsettled: dict[ClientOrderId, Child] = field(default_factory=dict)
    traded: dict[tuple[VenueId, Symbol], Traded] = field(default_factory=dict)
    memory: State | None = None
    spelled: Raw = field(default_factory=Raw)  # the memory as records spell it
    wakes: dict[str, WakeAt | WakeWhen] = field(default_factory=dict)
    then: ParentState | None = None  # what it becomes once its last child is settled
    idle: str = ""  # why nothing is being done now; a remark, not part of the state
    wanted: Decimal | None = None
    guard: Guard | None = None  # of a guarded group alone: what its legs may trade together
    paused_ns: int = 0  # engine time of the last pause
    ordered: ParentSpec = field(init=False)

    def __post_init__(self) -> None:
        """Remember what was handed over."""
        self.ordered = self.spec

    @property
    def ended(self) -> bool:
        """Return whether the parent reached a final state."""
        return self.state in ENDED

    @property
    def running(self) -> bool:
        """Return whether its strategy may still ask for children."""
        return self.state is ParentState.ACTIVE or self.state is ParentState.PARKED

    @property
    def reserved(self) -> Decimal:
        """Return what open and doubtful children may still fill, market units."""
        return self.reserved_by(self.unsettled.values())

    def reserved_by(self, children: Iterable[Child]) -> Decimal:
        """Return what `children` of it, were they the only ones, may still fill together."""
        if self.guard is not None:
            return self.guard.reserved(self.spec, children, lambda at: self.traded_at(at).filled)
        return sum((c.member.market_quantity(open_) for c, open_ in together(children)), ZERO)

    @property
    def free(self) -> Decimal:
        """Return what may still be permitted, >= 0."""
        return max(self.spec.quantity - self.filled - self.reserved, ZERO)

    @property
    def excess(self) -> Decimal:
        """Return what venues have proven, or may still fill, beyond the quantity, >= 0.

        We never permit it; it comes of a venue that fills more than it was asked for, that fills what
        was proven absent, or that holds as two orders what it was asked to hold as one list.
        """
        return max(self.filled + self.reserved - self.spec.quantity, ZERO)

    def amend(self, spec: ParentSpec, limit: Decimal | None) -> None:
        """Take over new terms; the quantity never falls below what has traded or still may."""
        before = self.spec.quantity
        self.spec, self.limit, self.wanted = spec, limit, spec.quantity
        self._shrink(before)

    def _shrink(self, most: Decimal) -> None:
        """Let the quantity, `most` by now, fall to what is wanted, as far as children allow."""
        if self.wanted is None:
            return
        # Never up to what a venue filled too much: that is an excess and must show as one.
        permitted = self.filled + self.reserved
        quantity = max(self.wanted, min(most, permitted))
        if quantity != self.spec.quantity:
            self.spec = structs.replace(self.spec, quantity=quantity)
        if quantity == self.wanted or not self.unsettled:
            self.wanted = None

    def reserve(self, *new: Child) -> None:
        """Reserve the whole of a new child, or of the two of a list at once.

        ValueError if it does not fit: that is a bug of ours.
        """
        if self.filled + self.reserved_by([*self.unsettled.values(), *new]) > self.spec.quantity:
            first = new[0]
            raise ValueError(
                f"child {first.submit.client_order_id} wants "
                f"{first.member.market_quantity(first.quantity)}, "
                f"parent {self.spec.id} has {self.free} free"
            )
        for child in new:
            self.children[child.submit.client_order_id] = child
            self.unsettled[child.submit.client_order_id] = child

    def booked(self, child: Child, quantity: Decimal, kept: Decimal) -> None:
        """Count a new fill of `child`, `quantity` and what was `kept` in its instrument's units."""
        self.filled += child.member.market_quantity(quantity)
        here = self.traded_at(child.place)
        filled, kept = here.filled + quantity, MONEY.add(here.kept, kept)
        self.traded[child.place] = Traded(filled, kept)

    def traded_at(self, place: tuple[VenueId, Symbol]) -> Traded:
        """Return what has traded at one place."""
        return self.traded.get(place, _NOTHING)

    def settle(self, child: Child) -> None:
        """Release what a settled child no longer needs; a late fill may reserve it again."""
        if child.settled:
            self.unsettled.pop(child.submit.client_order_id, None)
            self._shrink(self.spec.quantity)
        else:
            self.unsettled[child.submit.client_order_id] = child
