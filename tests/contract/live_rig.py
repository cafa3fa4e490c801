"""How a gateway to a real venue is put on the table: the real client, and a local server for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Protocol
from urllib.parse import parse_qsl

from router.runtime.clocks import WallClock
from venues.live.credentials import Credentials
from venues.live.dialect import Dialect
from venues.live.dialects import BINANCE, BINANCEUSDM
from venues.live.exchange import Exchange as Client
from venues.live.gateway import LiveGateway
from venues.live.markets import listing, load_rows
from venues.loopback.binance.params import Account
from venues.loopback.binance.spot import BinanceSpot
from venues.loopback.binance.usdm import BinanceUsdm
from venues.loopback.certificate import throw_away
from venues.loopback.faults import Does, Fault, Faults
from venues.loopback.front import Call, Front, Reply, Venue
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Fill, Listing
from venues.loopback.resolver import redirected_session
from venues.model.events import Asked, Filled
from venues.model.ids import ClientOrderId, Symbol, VenueId
from venues.model.instrument import ReduceOnly
from venues.model.order import Liquidity, Side

_MS = 1_000_000
_TIMEOUT_MS = 1_000
_LONG_NS = 400 * _MS
_WHO = Account(name="ann", key="k" * 64, secret="s" * 64)
_METHODS = {Asked.SUBMIT: "POST", Asked.CANCEL: "DELETE", Asked.QUERY: "GET"}
_TICK, _LOT = Decimal("0.1"), Decimal("0.001")


class Served(Venue, Protocol):
    """A local venue that knows who listens to his own orders."""

    def listeners(self, name: str) -> int: ...


@dataclass(frozen=True, slots=True)
class Place:
    """One venue to be examined at: how it is spoken to, what it lists, and who serves it."""

    dialect: Dialect
    symbol: Symbol
    listed: Listing
    order_path: str
    serve: Callable[[Exchange, Faults], Served]


BINANCE_SPOT = Place(
    dialect=BINANCE,
    symbol=Symbol("BTC/USDT"),
    listed=Listing(
        symbol="BTCUSDT",
        base="BTC",
        quote="USDT",
        tick=_TICK,
        lot=_LOT,
        min_quantity=_LOT,
        min_notional=Decimal("0.01"),
        maker_fee=Decimal("0.001"),
        taker_fee=Decimal("0.001"),
    ),
    order_path="/api/v3/order",
    serve=lambda exchange, faults: BinanceSpot(exchange, [_WHO], faults),
)
BINANCE_USDM = Place(
    dialect=BINANCEUSDM,
    symbol=Symbol("BTC/USDT:USDT"),
    listed=Listing(
        symbol="BTCUSDT",
        base="BTC",
        quote="USDT",
        tick=_TICK,
        lot=_LOT,
        min_quantity=_LOT,
        min_notional=Decimal("0.01"),
        maker_fee=Decimal("0.0002"),
        taker_fee=Decimal("0.0005"),
        is_perp=True,
        reduce_only=ReduceOnly.SUMMED,
    ),
    order_path="/fapi/v1/order",
    serve=lambda exchange, faults: BinanceUsdm(exchange, [_WHO], faults),
)


class _Recorder:
    """A venue, and what it was told to do with orders, in the order it came."""

    def __init__(self, venue: Served, order_path: str) -> None:
        self.venue = venue
        self.hosts = venue.hosts
        self.written: list[tuple[Asked, ClientOrderId]] = []
        self._order_path = order_path
        self.error, self.opened, self.heard = venue.error, venue.opened, venue.heard
        self.closed, self.pulse = venue.closed, venue.pulse

    def call(self, call: Call, now_ns: int) -> Reply:
        if call.path == self._order_path and call.method in {"POST", "DELETE"}:
            said = dict(parse_qsl(call.query or call.body))
            asked = Asked.SUBMIT if call.method == "POST" else Asked.CANCEL
            name = said.get("newClientOrderId") or said["origClientOrderId"]
            self.written.append((asked, ClientOrderId(name)))
        return self.venue.call(call, now_ns)


class LiveRig:
    """A Rig around LiveGateway and an unmodified client of a local venue, in real time."""

    def __init__(
        self,
        place: Place,
        exchange: Exchange,
        recorder: _Recorder,
        front: Front,
        gateway: LiveGateway,
    ) -> None:
        self.gateway = gateway
        self.in_order = False
        self.long_ns = _LONG_NS
        self._place = place
        self._exchange = exchange
        self._recorder = recorder
        self._front = front
        self._late_ns = 0
        self._clock = WallClock()
        self.instrument = gateway.listings[place.symbol].instrument

    def now_ns(self) -> int:
        return self._clock.now_ns()

    def show(self, book: str) -> None:
        for side, half in zip(Side, book.split("|"), strict=True):
            for level in half.split():
                lots, tick = level.split("@")
                self._exchange.set_level(
                    self._place.listed.symbol,
                    side,
                    self.instrument.price_of(int(tick)),
                    self.instrument.quantity_of(int(lots)),
                    self._front.now_ns(),
                )

    def trade_into(self, order: ClientOrderId, lots: int) -> None:
        found = self._exchange.named(_WHO.name, order)
        assert found is not None
        quantity = self.instrument.quantity_of(lots)
        took = self._exchange.crowd_takes(
            self._place.listed.symbol,
            found.ask.side.opposite,
            found.ask.price,
            quantity,
            self._front.now_ns(),
        )
        assert took == quantity

    def lose_answer(self, asked: Asked) -> None:
        self.fault(Fault(does=Does.RESET, method=_METHODS[asked], path=self._place.order_path))

    def lose_request(self, asked: Asked) -> None:
        self.fault(
            Fault(does=Does.RESET, method=_METHODS[asked], path=self._place.order_path, unseen=True)
        )

    def delay_arrival(self, asked: Asked, delay_ns: int) -> None:
        self._late_ns = delay_ns
        self.fault(
            Fault(
                does=Does.SLOW,
                method=_METHODS[asked],
                path=self._place.order_path,
                unseen=True,
                delay_ms=delay_ns // _MS,
            )
        )

    def fault(self, fault: Fault) -> None:
        self._front.faults.load([fault])

    def listened_to(self) -> int:
        return self._recorder.venue.listeners(_WHO.name)

    async def settle(self) -> None:
        await self.gateway.settled()
        if self._late_ns:
            await asyncio.sleep(self._late_ns / 1e9)
            self._late_ns = 0
        await self.gateway.reconcile()
        await self.gateway.settled()
        await asyncio.sleep(0)

    def arrived(self) -> list[tuple[Asked, ClientOrderId]]:
        return list(self._recorder.written)

    def traded(self) -> list[Filled]:
        told: list[Filled] = []
        for fill in self._exchange.fills(_WHO.name):
            before = [f.quantity for f in told if f.exec_id.startswith(f"{fill.order_id}:")]
            told.append(self._filled(fill, sum(before, fill.trade.quantity)))
        return told

    def _filled(self, fill: Fill, cum_quantity: Decimal) -> Filled:
        order = self._exchange.order(fill.order_id)
        assert order is not None
        return Filled(
            client_order_id=ClientOrderId(order.ask.client_id),
            venue=self.instrument.venue,
            exec_id=f"{fill.order_id}:{fill.trade.trade_id}",
            quantity=fill.trade.quantity,
            price=fill.trade.price,
            fee=fill.fee,
            fee_currency=fill.fee_asset,
            liquidity=Liquidity.MAKER if fill.is_maker else Liquidity.TAKER,
            cum_quantity=cum_quantity,
        )


@asynccontextmanager
async def live_rig(place: Place) -> AsyncIterator[LiveRig]:
    """Serve a venue, load its markets with the real client, and run a gateway to it."""
    exchange = Exchange([place.listed])
    exchange.accounts.deposit(_WHO.name, "USDT", Decimal(1_000_000))
    exchange.accounts.deposit(_WHO.name, "BTC", Decimal(1_000))
    faults = Faults(Random(1))
    recorder = _Recorder(place.serve(exchange, faults), place.order_path)
    clock = WallClock()
    front = Front(recorder, clock=clock, certificate=throw_away(recorder.hosts), faults=faults)
    await front.start()
    session = redirected_session(front.redirect())
    dialect = place.dialect
    credentials = Credentials(api_key=_WHO.key, secret=_WHO.secret)
    client = Client(dialect, session, credentials, timeout_ms=_TIMEOUT_MS)
    client.ccxt.timeout_on_exit = 0
    venue = VenueId(dialect.exchange)
    (row,) = await load_rows(client, [place.symbol])
    listed = {place.symbol: listing(row, venue, dialect)}
    gateway = LiveGateway(venue, client, listed, clock, poll_s=3600)
    running = asyncio.ensure_future(gateway.run())
    try:
        yield LiveRig(place, exchange, recorder, front, gateway)
        assert not running.done() or running.result()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await gateway.close()
        await session.close()
        await front.stop()
