"""What is asked on one line: a quantity to split over the books of several venues."""

from dataclasses import dataclass
from decimal import Decimal

from venues.model.order import Side


@dataclass(frozen=True, slots=True, eq=False)
class VenueAsk:
    """One venue of a line: the side of its book that can be taken, best first, and its terms.

    `prices` are strictly sorted; a size of 0 is no depth. `taker_fee` is a fraction, negative for a
    rebate. `fixed_cost` is paid once if the venue is used. `cap`: most that it may get, or None.
    """

    name: str
    prices: tuple[Decimal, ...]
    sizes: tuple[Decimal, ...]
    taker_fee: Decimal
    lot: Decimal
    min_qty: Decimal
    min_notional: Decimal
    fixed_cost: Decimal
    cap: Decimal | None


@dataclass(frozen=True, slots=True, eq=False)
class RouteAsk:
    """One line: `quantity` (> 0) to buy or sell, no level beyond `limit_price`.

    `reference_price` turns a minimum notional into a quantity; without one a venue's best level
    does.
    """

    id: str
    side: Side
    quantity: Decimal
    limit_price: Decimal | None
    reference_price: Decimal | None
    venues: tuple[VenueAsk, ...]


class LineError(Exception):
    """A line that asks nothing sensible: which field, what is wrong, and the id if it has one."""

    def __init__(self, field: str, message: str, ask_id: str | None = None) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
        self.ask_id = ask_id
