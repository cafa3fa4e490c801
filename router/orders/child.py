"""One child order: what was asked, what came back, and what is still reserved for it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from router.orders.lifecycle import CLOSED, Report, Status, after
from venues.model.commands import Submit
from venues.model.events import Filled
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Member
from venues.model.numbers import MONEY, ZERO
from venues.model.order import Liquidity


@dataclass(slots=True)
class Child:
    """A child order and its fills; `quantity`, `filled` and `reported` in the instrument's units.

    `reported`: the largest cumulative quantity the venue has stated. The child is settled when it is
    closed and every fill the venue stated has been booked. `burned`: it was released as proven
    absent; `risen`: its venue shows it alive all the same, so it reserves again until it has gone, and
    is `buried`: what is told of it later is old news. `list_id`: the order list of its venue's that it was
    told to belong to, "" = it was told that it stands alone, None = nothing was told. `listed`: the pair
    it was sent in.
    """

    submit: Submit
    member: Member
    status: Status = Status.SENT
    filled: Decimal = ZERO
    reported: Decimal = ZERO
    turnover: Decimal = ZERO  # sum of price x quantity, instrument units
    fees: Decimal = ZERO
    base_fees: Decimal = ZERO  # taken from what was bought, instrument units
    maker_filled: Decimal = ZERO
    exec_ids: set[str] = field(default_factory=set)
    left_ns: int = 0  # engine time at which it was let go, 0 = it has not left
    cancels: int = 0  # how often a cancel was asked
    cancelling: bool = False
    cancelled_ns: int = 0  # engine time at which the last one was asked
    queries: int = 0
    absent_since_ns: int = 0  # engine time of the first counted negative look
    closed_reason: str = ""
    arriving: int | None = None  # what share of it should fill, in 1 / 1024, if learned
    activated: bool = False  # the trigger of a stop was reached, as far as the venue said
    ground: Decimal = ZERO  # of a guarded leg: see `Guard.ground`, as it was when it was sent
    burned: bool = False
    risen: bool = False
    buried: bool = False
    list_id: str | None = None
    listed: "OrderList | None" = field(default=None, compare=False, repr=False)

    @property
    def quantity(self) -> Decimal:
        """Return what was asked for."""
        return self.submit.quantity

    @property
    def closed(self) -> bool:
        """Return whether it can no longer trade, as far as the venue said."""
        return self.status in CLOSED

    @property
    def place(self) -> tuple[VenueId, Symbol]:
        """Return where it trades."""
        return self.submit.venue, self.submit.symbol

    @property
    def dormant(self) -> bool:
        """Return whether it is not in its venue's book: a stop whose trigger was not reached."""
        return self.submit.trigger is not None and not self.activated

    @property
    def kept(self) -> Decimal:
        """Return what its fills left in the account: less a fee in base, never more than they were."""
        return max(min(MONEY.subtract(self.filled, self.base_fees), self.filled), ZERO)

    @property
    def settled(self) -> bool:
        """Return whether it is closed and nothing it traded is missing here."""
        return self.closed and not self.risen and self.filled >= self.reported

    @property
    def reserved(self) -> Decimal:
        """Return what it may still add to the parent's fills, in instrument units, >= 0."""
        if self.settled:
            return ZERO
        ceiling = self.reported if self.closed and not self.risen else self.quantity
        return max(ceiling - self.filled, ZERO)

    def book(self, fill: Filled) -> bool:
        """Book `fill` once; return whether it was new. A repeat changes nothing."""
        if fill.exec_id in self.exec_ids:
            return False
        self.exec_ids.add(fill.exec_id)
        self.filled += fill.quantity
        # Price x quantity of real markets has more digits than the default context keeps.
        self.turnover = MONEY.fma(fill.quantity, fill.price, self.turnover)
        self.fees = MONEY.add(self.fees, fill.fee)
        instrument = self.member.instrument
        if instrument.brings_base and fill.fee_currency == instrument.base:
            paid = MONEY.divide(fill.fee, instrument.contract_size)
            self.base_fees = MONEY.add(self.base_fees, paid)
        if fill.liquidity is Liquidity.MAKER:
            self.maker_filled += fill.quantity
        self.reported = max(self.reported, fill.cum_quantity)
        return True

    def report(self, report: Report, *, cum_quantity: Decimal = ZERO) -> bool:
        """Move to the status after `report`; return False where the table forbids it."""
        following = after(self.status, report)
        if following is None:
            return False
        self.status = following
        self.reported = max(self.reported, cum_quantity)
        if following is not Status.IN_DOUBT:
            self.absent_since_ns = 0
        if self.closed:
            self.cancelling = False
        return True


@dataclass(slots=True, eq=False)
class OrderList:
    """Two children sent as one list: one of them trades, and their venue ends the other.

    What they may still trade is counted once as long as their venue has not denied that they are one:
    a leg that it calls by no list, or by another one than the other leg, stands for itself.
    """

    maker: Child
    stop: Child

    @property
    def denied(self) -> bool:
        """Return whether the venue holds them as anything but one list."""
        told = [c.list_id for c in (self.maker, self.stop) if c.list_id is not None]
        return "" in told or len(set(told)) > 1

    @property
    def proven(self) -> bool:
        """Return whether the venue has named the same list for both."""
        return not self.denied and None not in {self.maker.list_id, self.stop.list_id}

    @property
    def reserved(self) -> Decimal:
        """Return what they may still add together to the parent's fills, instrument units, >= 0."""
        each = self.maker.reserved + self.stop.reserved
        if self.denied:
            return each
        left = self.maker.quantity - self.maker.filled - self.stop.filled
        return min(each, max(left, ZERO))


def together(children: Iterable[Child]) -> Iterator[tuple[Child, Decimal]]:
    """Yield children with what they may still trade together, instrument units: a list counts once."""
    counted: list[OrderList] = []
    for child in children:
        pair = child.listed
        if pair is None:
            yield child, child.reserved
        elif not any(pair is one for one in counted):
            counted.append(pair)
            yield child, pair.reserved
