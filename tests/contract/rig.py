"""What must a test be able to arrange at a venue, so that any gateway to it can be examined?"""

from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Protocol

from venues.model.commands import Approved, Cancel, Command, Query, Submit
from venues.model.events import Asked, ExecutionEvent, Filled
from venues.model.ids import MAIN_ACCOUNT, ClientOrderId, ParentId
from venues.model.instrument import Instrument
from venues.model.order import Side, TimeInForce
from venues.ports import Gateway


class Rig(Protocol):
    """One venue that does as the test says, and the gateway to it.

    Books are text, lots@tick: "5@99 4@100 | 3@101". Orders are in lots and ticks of `instrument`.
    """

    @property
    def gateway(self) -> Gateway:
        """Return who is examined."""
        ...

    @property
    def instrument(self) -> Instrument:
        """Return what is traded."""
        ...

    @property
    def in_order(self) -> bool:
        """Return whether commands arrive in the order sent: HTTP requests go side by side."""
        ...

    @property
    def expires(self) -> bool:
        """Return whether an order that arrives after its deadline is refused there."""
        ...

    @property
    def fee_rounding(self) -> Decimal:
        """Return by how much fees may be rounded there."""
        ...

    @property
    def long_ns(self) -> int:
        """Return how long is long here: no answer is waited for six times as long."""
        ...

    def now_ns(self) -> int:
        """Return engine time."""
        ...

    def show(self, book: str) -> None:
        """Have the venue stand at this book, own orders apart."""
        ...

    def trade_into(self, order: ClientOrderId, lots: int) -> None:
        """Have someone trade with our resting order now."""
        ...

    def lose_answer(self, asked: Asked) -> None:
        """Have the venue execute the next command of that kind, and its answer get lost."""
        ...

    def lose_request(self, asked: Asked) -> None:
        """Have the next command of that kind get lost before the venue sees it."""
        ...

    def delay_arrival(self, asked: Asked, delay_ns: int) -> None:
        """Have the next command of that kind reach the venue that much later."""
        ...

    async def settle(self) -> None:
        """Return when nothing is under way any more and every patience has run out."""
        ...

    def arrived(self) -> list[tuple[Asked, ClientOrderId]]:
        """Return what the venue really saw, in order."""
        ...

    def traded(self) -> list[Filled]:
        """Return what the venue really traded with us, in order."""
        ...


class Listener:
    """Sends through a gateway and collects what it yields."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.batches: list[tuple[ExecutionEvent, ...]] = []
        self._sent = 0

    @property
    def events(self) -> list[ExecutionEvent]:
        return [event for batch in self.batches for event in batch]

    @property
    def words(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    async def submit(
        self,
        side: str,
        lots: int,
        tick: int,
        *,
        ioc: bool = True,
        name: str = "",
        post_only: bool = False,
        reduce_only: bool = False,
        patience_ns: int = 10**18,
        off: Decimal = Decimal(0),
    ) -> ClientOrderId:
        """Send an order; `off` is added to its quantity, `patience_ns` sets its deadline."""
        self._sent += 1
        order = ClientOrderId(name or f"fa{self._sent:016d}")
        instrument = self.rig.instrument
        await self._send(
            Submit(
                client_order_id=order,
                parent_id=ParentId("p"),
                child_no=self._sent,
                attempt=1,
                account=MAIN_ACCOUNT,
                venue=instrument.venue,
                symbol=instrument.symbol,
                side=Side(side),
                quantity=instrument.quantity_of(lots) + off,
                price=instrument.price_of(tick),
                time_in_force=TimeInForce.IOC if ioc else TimeInForce.GTC,
                decided_ns=self.rig.now_ns(),
                deadline_ns=self.rig.now_ns() + patience_ns,
                post_only=post_only,
                reduce_only=reduce_only,
            )
        )
        return order

    async def cancel(self, order: ClientOrderId) -> None:
        self._sent += 1
        instrument = self.rig.instrument
        await self._send(
            Cancel(
                client_order_id=order,
                parent_id=ParentId("p"),
                account=MAIN_ACCOUNT,
                venue=instrument.venue,
                symbol=instrument.symbol,
                number=self._sent,
            )
        )

    async def query(self, order: ClientOrderId) -> None:
        self._sent += 1
        instrument = self.rig.instrument
        await self._send(
            Query(
                client_order_id=order,
                parent_id=ParentId("p"),
                account=MAIN_ACCOUNT,
                venue=instrument.venue,
                symbol=instrument.symbol,
                number=self._sent,
            )
        )

    async def listen(self) -> None:
        """Collect for ever; cancel to stop."""
        async for batch in self.rig.gateway.events():
            self.batches.append(batch)

    async def _send(self, command: Command) -> None:
        await self.rig.gateway.send(Approved(command))


class RigMaker(Protocol):
    """Builds a rig inside a running loop and takes it down again."""

    def __call__(self) -> AbstractAsyncContextManager[Rig]:
        """Return the rig as a context."""
        ...
