"""How a gateway to a real venue is put on the table: the real client, and a local server for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Protocol

from router.runtime.clocks import WallClock
from venues.live.client_ids import read, written
from venues.live.credentials import Credentials
from venues.live.dialect import Dialect
from venues.live.dialects import BINANCE, BINANCEUSDM, HYPERLIQUID
from venues.live.exchange import Exchange as Client
from venues.live.gateway import LiveGateway
from venues.live.markets import listing, load_rows
from venues.live.reading import request_says
from venues.live.wire import WireCancel, WireOrder
from venues.loopback.binance.params import Account
from venues.loopback.binance.spot import BinanceSpot
from venues.loopback.binance.usdm import BinanceUsdm
from venues.loopback.certificate import throw_away
from venues.loopback.faults import Does, Fault, Faults
from venues.loopback.front import Call, Front, Reply, Venue
from venues.loopback.hyperliquid.signing import address_of
from venues.loopback.hyperliquid.venue import Hyperliquid, Wallet
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Fill, Listing
from venues.loopback.resolver import redirected_session
from venues.model.events import Asked, Filled
from venues.model.ids import ClientOrderId, Symbol, VenueId
from venues.model.instrument import ReduceOnly
from venues.model.order import Liquidity, Side

_MS = 1_000_000
_TIMEOUT_MS = 3_000
_LONG_NS = 700 * _MS
WHO = Account(name="ann", key="k" * 64, secret="s" * 64)
_KEYS = Credentials(api_key=WHO.key, secret=WHO.secret)
_PRIVATE = "0x" + "11" * 32
_WALLET = Wallet(name=WHO.name, address=address_of(_PRIVATE), signers=(address_of(_PRIVATE),))
_TICK, _LOT = Decimal("0.1"), Decimal("0.001")


def _rest(path: str) -> Mapping[Asked, tuple[str, str]]:
    return {
        Asked.SUBMIT: ("POST", path),
        Asked.CANCEL: ("DELETE", path),
        Asked.QUERY: ("GET", path),
    }


def _hyperliquid(exchange: Exchange, faults: Faults) -> Hyperliquid:
    venue = Hyperliquid(exchange, [_WALLET], faults)
    venue.held_marks["BTC"] = Decimal(1)  # its ticks are five figures of it, at most three decimals
    return venue


class Served(Venue, Protocol):
    """A local venue that knows who listens to his own orders."""

    def listeners(self, name: str) -> int: ...


@dataclass(frozen=True, slots=True)
class Place:
    """One venue to be examined at: how it is spoken to, what it lists, and who serves it."""

    dialect: Dialect
    symbol: Symbol
    listed: Listing
    currency: str
    requests: Mapping[Asked, tuple[str, str]]
    credentials: Credentials
    serve: Callable[[Exchange, Faults], Served]
    fee_rounding: Decimal = Decimal(0)


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
    currency="USDT",
    requests=_rest("/api/v3/order"),
    credentials=_KEYS,
    serve=lambda exchange, faults: BinanceSpot(exchange, [WHO], faults),
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
    currency="USDT",
    requests=_rest("/fapi/v1/order"),
    credentials=_KEYS,
    serve=lambda exchange, faults: BinanceUsdm(exchange, [WHO], faults),
)


HYPERLIQUID_PERPS = Place(
    dialect=HYPERLIQUID,
    symbol=Symbol("BTC/USDC:USDC"),
    listed=Listing(
        symbol="BTC",
        base="BTC",
        quote="USDC",
        tick=_LOT,
        lot=_LOT,
        min_quantity=_LOT,
        min_notional=Decimal("0.0001"),
        maker_fee=Decimal("0.00015"),
        taker_fee=Decimal("0.00045"),
        is_perp=True,
        reduce_only=ReduceOnly.CAPPED,
    ),
    currency="USDC",
    requests={
        Asked.SUBMIT: ("POST", "/exchange/order"),
        Asked.CANCEL: ("POST", "/exchange/cancelByCloid"),
        Asked.QUERY: ("POST", "/info/orderStatus"),
    },
    credentials=Credentials(wallet=_WALLET.address, private_key=_PRIVATE),
    serve=_hyperliquid,
    fee_rounding=Decimal("0.00000001"),
)


class _Recorder:
    """A venue, and what it was told to do with orders, in the order it came."""

    def __init__(self, venue: Served, dialect: Dialect) -> None:
        self.venue = venue
        self.hosts = venue.hosts
        self.written: list[tuple[Asked, ClientOrderId]] = []
        self._dialect = dialect
        self.error, self.opened, self.heard = venue.error, venue.opened, venue.heard
        self.closed, self.pulse = venue.closed, venue.pulse

    def call(self, call: Call, now_ns: int) -> Reply:
        url = f"https://{self.hosts[0]}{call.path}?{call.query}"
        said = request_says(self._dialect.family, call.method, url, call.body)
        if isinstance(said, WireOrder | WireCancel):
            ours = read(said.client_order_id, self._dialect.client_ids)
            assert ours is not None
            self.written.append(
                (Asked.SUBMIT if isinstance(said, WireOrder) else Asked.CANCEL, ours)
            )
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
        self.expires = bool(place.dialect.validity_field)
        self.fee_rounding = place.fee_rounding
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
        found = self._exchange.named(WHO.name, written(order, self._place.dialect.client_ids))
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
        method, path = self._place.requests[asked]
        self.fault(Fault(does=Does.RESET, method=method, path=path))

    def lose_request(self, asked: Asked) -> None:
        method, path = self._place.requests[asked]
        self.fault(Fault(does=Does.RESET, method=method, path=path, unseen=True))

    def delay_arrival(self, asked: Asked, delay_ns: int) -> None:
        self._late_ns = delay_ns
        method, path = self._place.requests[asked]
        self.fault(
            Fault(
                does=Does.SLOW,
                method=method,
                path=path,
                unseen=True,
                delay_ms=delay_ns // _MS,
            )
        )

    def fault(self, fault: Fault) -> None:
        self._front.faults.load([fault])

    async def down(self) -> None:
        """Stop listening; the exchange behind lives on."""
        await self._front.stop()

    async def up(self) -> None:
        await self._front.start()

    def listened_to(self) -> int:
        return self._recorder.venue.listeners(WHO.name)

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
        for fill in self._exchange.fills(WHO.name):
            before = [f.quantity for f in told if f.exec_id.startswith(f"{fill.order_id}:")]
            told.append(self._filled(fill, sum(before, fill.trade.quantity)))
        return told

    def _filled(self, fill: Fill, cum_quantity: Decimal) -> Filled:
        order = self._exchange.order(fill.order_id)
        assert order is not None
        ours = read(order.ask.client_id, self._place.dialect.client_ids)
        assert ours is not None
        return Filled(
            client_order_id=ours,
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
    exchange.accounts.deposit(WHO.name, place.currency, Decimal(1_000_000))
    exchange.accounts.deposit(WHO.name, "BTC", Decimal(1_000))
    faults = Faults(Random(1))
    recorder = _Recorder(place.serve(exchange, faults), place.dialect)
    clock = WallClock()
    front = Front(recorder, clock=clock, certificate=throw_away(recorder.hosts), faults=faults)
    await front.start()
    recorder.pulse(front.now_ns())  # it has a mark price before it is asked for its markets
    session = redirected_session(front.redirect())
    dialect = place.dialect
    client = Client(dialect, session, place.credentials, timeout_ms=_TIMEOUT_MS)
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
