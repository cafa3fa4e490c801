"""How the gateway to Binance spot is put on the table: the real client, and a local server for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from random import Random
from urllib.parse import parse_qsl

from router.runtime.clocks import WallClock
from tests.contract.rig import Rig
from venues.live.credentials import Credentials
from venues.live.dialects import BINANCE
from venues.live.exchange import Exchange as Client
from venues.live.gateway import LiveGateway
from venues.live.markets import listing, load_rows
from venues.loopback.binance.params import Account
from venues.loopback.binance.spot import BinanceSpot
from venues.loopback.certificate import throw_away
from venues.loopback.faults import Does, Fault, Faults
from venues.loopback.front import Call, Front, Reply
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Fill, Listing
from venues.loopback.resolver import redirected_session
from venues.model.events import Asked, Filled
from venues.model.ids import ClientOrderId, Symbol, VenueId
from venues.model.order import Liquidity, Side

_MS = 1_000_000
_TIMEOUT_MS = 1_000
_LONG_NS = 400 * _MS
_WHO = Account(name="ann", key="k" * 64, secret="s" * 64)
_SYMBOL = Symbol("BTC/USDT")
_LISTED = Listing(
    symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    tick=Decimal("0.1"),
    lot=Decimal("0.001"),
    min_quantity=Decimal("0.001"),
    min_notional=Decimal("0.01"),
    maker_fee=Decimal("0.001"),
    taker_fee=Decimal("0.001"),
)
_METHODS = {Asked.SUBMIT: "POST", Asked.CANCEL: "DELETE", Asked.QUERY: "GET"}
_ORDER = "/api/v3/order"


class _Watched(BinanceSpot):
    """Keeps what it was told to do with orders, in the order it came."""

    def __init__(self, exchange: Exchange, faults: Faults) -> None:
        super().__init__(exchange, [_WHO], faults)
        self.written: list[tuple[Asked, ClientOrderId]] = []

    def call(self, call: Call, now_ns: int) -> Reply:
        if call.path == _ORDER and call.method in {"POST", "DELETE"}:
            said = dict(parse_qsl(call.query or call.body))
            asked = Asked.SUBMIT if call.method == "POST" else Asked.CANCEL
            name = said.get("newClientOrderId") or said["origClientOrderId"]
            self.written.append((asked, ClientOrderId(name)))
        return super().call(call, now_ns)


class BinanceRig:
    """A Rig around LiveGateway and the unmodified client of Binance spot, in real time."""

    def __init__(self, server: _Watched, front: Front, gateway: LiveGateway) -> None:
        self.gateway = gateway
        self.in_order = False
        self.long_ns = _LONG_NS
        self._server = server
        self._front = front
        self._late_ns = 0
        self._clock = WallClock()
        self.instrument = gateway.listings[_SYMBOL].instrument

    def now_ns(self) -> int:
        return self._clock.now_ns()

    def show(self, book: str) -> None:
        for side, half in zip(Side, book.split("|"), strict=True):
            for level in half.split():
                lots, tick = level.split("@")
                self._server.exchange.set_level(
                    _LISTED.symbol,
                    side,
                    self.instrument.price_of(int(tick)),
                    self.instrument.quantity_of(int(lots)),
                    self._front.now_ns(),
                )

    def trade_into(self, order: ClientOrderId, lots: int) -> None:
        found = self._server.exchange.named(_WHO.name, order)
        assert found is not None
        quantity = self.instrument.quantity_of(lots)
        took = self._server.exchange.crowd_takes(
            _LISTED.symbol,
            found.ask.side.opposite,
            found.ask.price,
            quantity,
            self._front.now_ns(),
        )
        assert took == quantity

    def lose_answer(self, asked: Asked) -> None:
        self.fault(Fault(does=Does.RESET, method=_METHODS[asked], path=_ORDER))

    def lose_request(self, asked: Asked) -> None:
        self.fault(Fault(does=Does.RESET, method=_METHODS[asked], path=_ORDER, unseen=True))

    def delay_arrival(self, asked: Asked, delay_ns: int) -> None:
        self._late_ns = delay_ns
        self.fault(
            Fault(
                does=Does.SLOW,
                method=_METHODS[asked],
                path=_ORDER,
                unseen=True,
                delay_ms=delay_ns // _MS,
            )
        )

    def fault(self, fault: Fault) -> None:
        self._front.faults.load([fault])

    def listened_to(self) -> int:
        return self._server.listeners(_WHO.name)

    async def settle(self) -> None:
        await self.gateway.settled()
        if self._late_ns:
            await asyncio.sleep(self._late_ns / 1e9)
            self._late_ns = 0
        await self.gateway.reconcile()
        await self.gateway.settled()
        await asyncio.sleep(0)

    def arrived(self) -> list[tuple[Asked, ClientOrderId]]:
        return list(self._server.written)

    def traded(self) -> list[Filled]:
        told: list[Filled] = []
        for fill in self._server.exchange.fills(_WHO.name):
            before = [f.quantity for f in told if f.exec_id.startswith(f"{fill.order_id}:")]
            told.append(self._filled(fill, sum(before, fill.trade.quantity)))
        return told

    def _filled(self, fill: Fill, cum_quantity: Decimal) -> Filled:
        order = self._server.exchange.order(fill.order_id)
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
async def binance_rig() -> AsyncIterator[Rig]:
    """Serve Binance spot, load its markets with the real client, and run a gateway to it."""
    exchange = Exchange([_LISTED])
    exchange.accounts.deposit(_WHO.name, "USDT", Decimal(1_000_000))
    exchange.accounts.deposit(_WHO.name, "BTC", Decimal(1_000))
    faults = Faults(Random(1))
    server = _Watched(exchange, faults)
    clock = WallClock()
    front = Front(server, clock=clock, certificate=throw_away(server.hosts), faults=faults)
    await front.start()
    session = redirected_session(front.redirect())
    client = Client(
        BINANCE,
        session,
        Credentials(api_key=_WHO.key, secret=_WHO.secret),
        timeout_ms=_TIMEOUT_MS,
    )
    client.ccxt.timeout_on_exit = 0
    venue = VenueId("binance")
    (row,) = await load_rows(client, [_SYMBOL])
    listed = {_SYMBOL: listing(row, venue, BINANCE)}
    gateway = LiveGateway(venue, client, listed, clock, poll_s=3600)
    running = asyncio.ensure_future(gateway.run())
    try:
        yield BinanceRig(server, front, gateway)
        assert not running.done() or running.result()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await gateway.close()
        await session.close()
        await front.stop()
