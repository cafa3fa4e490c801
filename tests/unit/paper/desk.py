"""A trading desk in front of one paper venue: orders in plain numbers, and what it was told."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from tests.fakes.market import FakeMarket
from venues.model.commands import Cancel, Command, Query, Submit
from venues.model.events import ExecutionEvent
from venues.model.ids import MAIN_ACCOUNT, AccountId, ClientOrderId, ParentId, Symbol, VenueId
from venues.model.instrument import Instrument, Kind
from venues.model.order import Side, TimeInForce, Trigger
from venues.paper.faults import FaultPlan, NoFaults
from venues.paper.holdings import Holding
from venues.paper.latency import Latency
from venues.paper.venue import PaperTerms, PaperVenue
from venues.ports import RANK_ARRIVAL

ALPHA = VenueId("alpha")
MS = 1_000_000
S = 1_000_000_000
FOREVER = 10**18

SPOT = Instrument(
    venue=ALPHA,
    symbol=Symbol("BTC/USDT"),
    kind=Kind.SPOT,
    tick_size=Decimal("0.5"),
    lot_size=Decimal("0.001"),
    min_quantity=Decimal("0.002"),
    min_notional=Decimal("0.2"),
    maker_fee=Decimal("-0.0001"),
    taker_fee=Decimal("0.0005"),
)


def perp(base: Instrument = SPOT) -> Instrument:
    return Instrument(
        venue=base.venue,
        symbol=Symbol("BTC/USDT:USDT"),
        kind=Kind.PERP,
        tick_size=base.tick_size,
        lot_size=base.lot_size,
        min_quantity=base.min_quantity,
        min_notional=base.min_notional,
        maker_fee=base.maker_fee,
        taker_fee=base.taker_fee,
    )


class Desk:
    """Sends at `now_ns`, collects (time, event) in `told`. Ticks of 0.5, lots of 0.001.

    The way there takes 10 ms, the way back 20 ms, unless `latency` says otherwise; we wait 3 s.
    """

    def __init__(
        self,
        book: str = "50@198 10@199 | 3@201 4@202 50@210",
        *,
        instrument: Instrument = SPOT,
        faults: FaultPlan | None = None,
        latency: Latency = Latency(entry_ns=10 * MS, response_ns=20 * MS),  # noqa: B008 -- frozen
        grace_ns: int = 0,
        holdings: Sequence[Holding] = (),
        seed: int = 1,
    ) -> None:
        self.market = FakeMarket()
        self.market.show(book)
        self.instrument = instrument
        self.venue = PaperVenue(
            ALPHA,
            [(0, instrument)],
            self.market,
            terms=PaperTerms(latency=latency, answer_timeout_ns=3 * S, grace_ns=grace_ns),
            rng=Random(seed),
            faults=faults or NoFaults(),
            holdings=holdings,
        )
        self.now_ns = 0
        self.told: list[tuple[int, ExecutionEvent]] = []
        self.batches: list[tuple[ExecutionEvent, ...]] = []
        self._asked = 0

    def submit(
        self,
        side: str,
        lots: int,
        tick: int,
        *,
        ioc: bool = True,
        name: str = "",
        deadline_ns: int = FOREVER,
        post_only: bool = False,
        reduce_only: bool = False,
        account: AccountId = MAIN_ACCOUNT,
        trigger: Trigger | None = None,
    ) -> ClientOrderId:
        self._asked += 1
        order = ClientOrderId(name or f"o{self._asked}")
        self.send(
            Submit(
                client_order_id=order,
                parent_id=ParentId("p"),
                child_no=self._asked,
                attempt=1,
                account=account,
                venue=ALPHA,
                symbol=self.instrument.symbol,
                side=Side(side),
                quantity=self.instrument.quantity_of(lots),
                price=self.instrument.price_of(tick),
                time_in_force=TimeInForce.IOC if ioc else TimeInForce.GTC,
                decided_ns=self.now_ns,
                deadline_ns=deadline_ns,
                post_only=post_only,
                reduce_only=reduce_only,
                trigger=trigger,
            )
        )
        return order

    def cancel(self, order: ClientOrderId) -> None:
        self._asked += 1
        self.send(
            Cancel(
                client_order_id=order,
                parent_id=ParentId("p"),
                account=MAIN_ACCOUNT,
                venue=ALPHA,
                symbol=self.instrument.symbol,
                number=self._asked,
            )
        )

    def query(self, order: ClientOrderId) -> None:
        self._asked += 1
        self.send(
            Query(
                client_order_id=order,
                parent_id=ParentId("p"),
                account=MAIN_ACCOUNT,
                venue=ALPHA,
                symbol=self.instrument.symbol,
                number=self._asked,
            )
        )

    def send(self, command: Command) -> None:
        self.venue.send(command, self.now_ns)

    def trade_into(self, order_no: int, lots: int) -> None:
        """Someone trades with our resting order now."""
        self.market.fill(order_no, lots)
        self.venue.maker_filled(0, order_no, lots, self.now_ns)

    def wait(self, until_ns: int) -> "Desk":
        """Let everything happen up to and including `until_ns`."""
        while (due := self.venue.next_due_ns()) is not None and due[0] <= until_ns:
            assert due[0] >= self.now_ns
            self.now_ns = due[0]
            if due[1] == RANK_ARRIVAL:
                self.venue.arrive(self.now_ns)
            else:
                batch = self.venue.deliver(self.now_ns)
                assert batch
                self.batches.append(batch)
                self.told += [(self.now_ns, event) for event in batch]
        self.now_ns = max(self.now_ns, until_ns)
        return self

    @property
    def events(self) -> list[ExecutionEvent]:
        return [event for _, event in self.told]

    @property
    def words(self) -> list[str]:
        """What was told, as kinds of event."""
        return [type(event).__name__ for event in self.events]
