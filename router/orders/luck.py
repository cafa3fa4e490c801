"""What did our takers get of what they were expected to get? Per book, the latest counting most."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

from router.orders.child import Child
from router.orders.lifecycle import Status
from venues.books.layout import WHOLE
from venues.model.ids import Symbol, VenueId

# An outcome counts 15/16 of the one after it, and eight that came as expected are there to begin with.
_KEPT: Final = 15
_OF: Final = 16
_PRIOR: Final = 8 * WHOLE
# Takers cannot tell how much more there was than they asked for.
_MOST: Final = WHOLE
_LEAST: Final = WHOLE // 2


class Foreseen(Protocol):
    """The part of a planned leg that says what it should get."""

    @property
    def venue(self) -> VenueId: ...
    @property
    def symbol(self) -> Symbol: ...
    @property
    def arriving(self) -> int | None: ...


@dataclass(slots=True)
class Luck:
    """Running sums per place of what was expected and what was got, both in 1 / WHOLE of an order.

    `foreseen`: which share the legs of the last plan should get, until they are issued.
    """

    rows: dict[tuple[VenueId, Symbol], tuple[int, int]] = field(default_factory=dict)
    foreseen: dict[tuple[VenueId, Symbol], int] = field(default_factory=dict)

    def foresee(self, legs: Iterable[Foreseen]) -> None:
        """Note what each leg of a plan should get."""
        told = {(leg.venue, leg.symbol): leg.arriving for leg in legs}
        self.foreseen = {place: share for place, share in told.items() if share is not None}

    def ended(self, child: Child) -> None:
        """Take in a child that is settled, if it was a taker that met its book."""
        if child.arriving is None or child.status is Status.REJECTED:
            return
        got = min(int(child.filled * WHOLE // child.quantity), WHOLE)
        expected_sum, got_sum = self.rows.get(child.place, (0, 0))
        self.rows[child.place] = (
            expected_sum * _KEPT // _OF + child.arriving,
            got_sum * _KEPT // _OF + got,
        )

    def share(self, place: tuple[VenueId, Symbol]) -> int:
        """Return what expected depth is to be multiplied by at `place`, in 1 / WHOLE."""
        expected, got = self.rows.get(place, (0, 0))
        return max(min((got + _PRIOR) * WHOLE // (expected + _PRIOR), _MOST), _LEAST)
