"""What really happened at a paper venue, whatever was told: the measure of a fault run."""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from venues.model.commands import Command, Submit
from venues.model.events import Filled, Standing
from venues.model.order import TimeInForce
from venues.paper.faults import Faded, Fault, Overfilled
from venues.paper.listing import Listing

# An order that stands so may still trade.
OPEN: Final = frozenset({Standing.WORKING, Standing.DORMANT})


@dataclass(slots=True)
class PaperOrder:
    """One order the venue took; quantities in lots. `fills` are all of them, in venue order.

    `other`: the other order of the list `list_id`, none where it stands alone.
    """

    submit: Submit
    listing: Listing
    order_no: int
    tick: int
    lots: int
    faults: tuple[Fault, ...]
    standing: Standing = Standing.WORKING
    cum_lots: int = 0
    fills: list[Filled] = field(default_factory=list)
    other: "PaperOrder | None" = field(default=None, repr=False, compare=False)
    list_id: str = ""

    @property
    def leaves(self) -> int:
        """Return what may still trade, in lots; negative after a venue's overfill."""
        return self.lots - self.cum_lots if self.standing in OPEN else 0

    def would_trade(self, own: "PaperOrder") -> bool:
        """Return whether it would trade with `own`, an order of the same account that rests."""
        sign = self.submit.side.sign
        return (
            own.submit.side is not self.submit.side
            and own.submit.account == self.submit.account
            and sign * self.tick >= sign * own.tick
        )

    @property
    def sought(self) -> int:
        """Return the lots its sweep goes for, as its faults have it."""
        lots = self.lots + sum(f.lots for f in self.faults if isinstance(f, Overfilled))
        for fault in self.faults:
            # What is left of an order that may rest would cross the depth the fault pretends away.
            if isinstance(fault, Faded) and self.submit.time_in_force is TimeInForce.IOC:
                lots = lots * fault.thousandths // 1_000
        return lots


class Seen(msgspec.Struct, frozen=True, gc=False):
    """A request that arrived at `ts_ns`; `refusal` is the venue's word, empty when it obeyed."""

    ts_ns: int
    command: Command
    refusal: str


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything one venue saw and did.

    `requests` in order of arrival (lost and ignored ones never arrived); `orders` in order of
    acceptance; `trades` in order of execution, each also among the fills of its order.
    """

    requests: tuple[Seen, ...]
    orders: tuple[PaperOrder, ...]
    trades: tuple[Filled, ...]
