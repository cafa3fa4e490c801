"""What is open and what is held at one place, in integers: what may a venue be relied on to cap?

Counted from the orders that left and from the cumulative quantities of venues alone, in atoms of the
instrument's units; no line of this is shared with the ledger's view of the same rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from venues.model.ids import AccountId, ClientOrderId, ParentId, Symbol, VenueId

PlaceKey = tuple[AccountId, VenueId, Symbol]


@dataclass(slots=True)
class Sent:
    """One order: atoms sent and traded, of the market and of its instrument's own units.

    `over`: it has ended; `burned`: proven never to have arrived; `gone`: its venue said that it has
    ended. `capped`: its venue lets it and the other legs of its guarded group trade no more than is held.
    `sign`: +1 adds, -1 takes away. `ground`: atoms its parent had traded and could trade there as it left.
    `other`: the other order of its list, `told`: how its venue calls that.
    """

    parent_id: ParentId
    factor: Decimal  # market units in one instrument unit
    sent: int
    place: PlaceKey
    sign: int
    units: int
    capped: bool = False
    traded: int = 0
    units_traded: int = 0
    over: bool = False
    burned: bool = False
    gone: bool = False
    ground: int = 0
    told: str | None = None
    other: "Sent | None" = field(default=None, compare=False, repr=False)

    @property
    def with_other(self) -> int:
        """Return the market atoms that it and the other order of its list have traded or still may.

        Its venue lets one of them trade; where it says that they are no list, both count in full.
        """
        if self.other is None:
            return self.counted
        both = self.counted + self.other.counted
        said = {self.told, self.other.told} - {None}
        if "" in said or len(said) > 1:
            return both
        return min(both, max(self.sent, self.traded + self.other.traded))

    @property
    def counted(self) -> int:
        """Return the market atoms that have traded or still may."""
        return self.traded if self.over else max(self.sent, self.traded)

    @property
    def open_units(self) -> int:
        """Return the instrument atoms that may still trade."""
        return 0 if self.over else max(self.units - self.units_traded, 0)


@dataclass(slots=True)
class Ground:
    """One place: the net position in atoms, the orders that may still move it, and who has moved it."""

    net: int = 0
    open: dict[ClientOrderId, Sent] = field(default_factory=dict)
    traded: dict[ParentId, int] = field(default_factory=dict)

    def begun(self, order_id: ClientOrderId, entry: Sent) -> None:
        """Take in an order that leaves."""
        entry.ground = max(-entry.sign * self.net, 0) + self.traded.get(entry.parent_id, 0)
        self.moved(order_id, entry, 0)

    def moved(self, order_id: ClientOrderId, entry: Sent, traded: int) -> None:
        """Take in that `entry` has traded so many more atoms, or has ended or come back."""
        self.net += entry.sign * traded
        if traded:
            self.traded[entry.parent_id] = self.traded.get(entry.parent_id, 0) + traded
        if entry.open_units:
            self.open[order_id] = entry
        else:
            self.open.pop(order_id, None)

    def of(self, parent_id: ParentId) -> list[Sent]:
        """Return what one parent has open here."""
        return [e for e in self.open.values() if e.parent_id == parent_id]

    def surplus(self, parent_id: ParentId, more: int = 0, sign: int = 0) -> int:
        """Return what of a group's open atoms, and `more` of `sign`, its venue will not let trade.

        0 where anything open adds to the position: then no cap can be relied on. What others have
        taken from it since a leg left may have gone after a fill that has not been told yet.
        """
        mine = self.of(parent_id)
        way = sign or (mine[0].sign if mine else 0)
        traded = self.traded.get(parent_id, 0)
        held = max(-way * self.net, *(e.ground - traded for e in mine), 0)
        return self._beyond(mine, way, held, more)

    def guards(self, sign: int) -> Iterable[ParentId]:
        """Return the groups that rely on the cap here and would be undone by an order of `sign`."""
        for parent_id in dict.fromkeys(
            e.parent_id for e in self.open.values() if e.capped and e.sign != sign
        ):
            mine = self.of(parent_id)
            if self._beyond(mine, -sign, max(sign * self.net, 0), 0):
                yield parent_id

    def _beyond(self, mine: list[Sent], way: int, held: int, more: int) -> int:
        """Return what of `mine` and `more` atoms of sign `way` is beyond `held`, if that is a cap."""
        if not way or any(e.sign != way for e in self.open.values()):
            return 0
        if not all(e.capped for e in mine):
            return 0
        return max(sum(e.open_units for e in mine) + more - held, 0)
