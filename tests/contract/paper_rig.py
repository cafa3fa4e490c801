"""How the paper gateway is put on the examiner's table: a written book and a virtual clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from random import Random

from tests.contract.rig import Rig
from tests.fakes.clock import FakeClock
from tests.fakes.market import FakeMarket
from venues.model.commands import Command
from venues.model.events import Asked, Filled
from venues.model.ids import ClientOrderId, Symbol, VenueId
from venues.model.instrument import Instrument, Kind
from venues.paper.faults import AnswerMissing, ArrivalLate, Fault, RequestLost, asked_by
from venues.paper.gateway import PaperGateway
from venues.paper.latency import Latency
from venues.paper.venue import PaperTerms, PaperVenue

_MS = 1_000_000
_S = 1_000_000_000
_PAPER = Instrument(
    venue=VenueId("paper"),
    symbol=Symbol("BTC/USDT"),
    kind=Kind.SPOT,
    tick_size=Decimal("0.1"),
    lot_size=Decimal("0.001"),
    min_quantity=Decimal("0.001"),
    min_notional=Decimal(0),
    maker_fee=Decimal("-0.0001"),
    taker_fee=Decimal("0.0004"),
)


class _NextFaults:
    """Strikes the next command of a kind."""

    def __init__(self) -> None:
        self.waiting: dict[Asked, tuple[Fault, ...]] = {}

    def of(self, command: Command) -> tuple[Fault, ...]:
        return self.waiting.pop(asked_by(command), ())

    def silent_until_ns(self, now_ns: int) -> int:
        return now_ns


class PaperRig:
    """A Rig around PaperGateway; settling lets ten minutes of virtual time pass."""

    def __init__(self) -> None:
        self.instrument = _PAPER
        self.in_order = True
        self.expires = True
        self.fee_rounding = Decimal(0)
        self.long_ns = 5 * _S
        self._clock = FakeClock(start_ns=5 * _S)
        self._market = FakeMarket()
        self._faults = _NextFaults()
        self._venue = PaperVenue(
            _PAPER.venue,
            [(0, _PAPER)],
            self._market,
            terms=PaperTerms(
                latency=Latency(entry_ns=10 * _MS, response_ns=10 * _MS, jitter_ns=5 * _MS),
                answer_timeout_ns=3 * _S,
                grace_ns=_S,
            ),
            rng=Random(11),
            faults=self._faults,
        )
        self.gateway = PaperGateway(self._venue, self._clock)

    def now_ns(self) -> int:
        return self._clock.now_ns()

    def show(self, book: str) -> None:
        self._market.show(book)

    def trade_into(self, order: ClientOrderId, lots: int) -> None:
        (number,) = (
            o.order_no for o in self._venue.truth().orders if o.submit.client_order_id == order
        )
        self._market.fill(number, lots)
        self.gateway.maker_filled(0, number, lots, self._clock.now_ns())

    def lose_answer(self, asked: Asked) -> None:
        self._faults.waiting[asked] = (AnswerMissing(),)

    def lose_request(self, asked: Asked) -> None:
        self._faults.waiting[asked] = (RequestLost(),)

    def delay_arrival(self, asked: Asked, delay_ns: int) -> None:
        self._faults.waiting[asked] = (ArrivalLate(delay_ns),)

    async def settle(self) -> None:
        await self._clock.run_until(self._clock.now_ns() + 600 * _S)

    def arrived(self) -> list[tuple[Asked, ClientOrderId]]:
        return [
            (asked_by(seen.command), seen.command.client_order_id)
            for seen in self._venue.truth().requests
        ]

    def traded(self) -> list[Filled]:
        return list(self._venue.truth().trades)


@asynccontextmanager
async def paper_rig() -> AsyncIterator[Rig]:
    yield PaperRig()
