"""How does another process make a local venue fail: a plain HTTP port, for this machine only.

| request | body | does |
|---|---|---|
| GET /state | | what was called, what went wrong so far, what is still to come |
| POST /faults | list of `Fault` | adds to the script |
| DELETE /faults | | forgets the rest of the script, skew and maintenance |
| PUT /skew | `{"ms": 5000}` | sets the venue's clock ahead |
| PUT /maintenance | `{"on": true}` | 503 for every request, websockets reset |
| POST /outage | `{"ms": 3000}` | stops listening and comes back on the same port; the exchange lives on |
| POST /crowd | `{"symbol", "side", "price", "quantity", "takes"}` | sets a crowd level, or takes |

Browsers are refused: a request with an Origin, or for another host, could come from any web page.
"""

import asyncio
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from venues.loopback.faults import Fault
from venues.loopback.front import Front
from venues.loopback.matching.exchange import Exchange
from venues.loopback.resolver import LOOPBACK
from venues.model.numbers import decimal
from venues.model.order import Side
from venues.ports import RANK_TIMER, Clock

_NS_PER_MS: Final = 1_000_000
T = TypeVar("T")


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What GET /state says."""

    calls: dict[str, int]
    happened: dict[str, int]
    left: int
    skew_ms: int
    maintenance: bool


class _Span(msgspec.Struct, forbid_unknown_fields=True):
    ms: int


class _Switch(msgspec.Struct, forbid_unknown_fields=True):
    on: bool


class _Deed(msgspec.Struct, forbid_unknown_fields=True):
    symbol: str
    side: Side
    price: str
    quantity: str
    takes: bool = False


class Control:
    """The control port of one front."""

    def __init__(self, front: Front, exchange: Exchange, clock: Clock) -> None:
        self._front, self._exchange, self._clock = front, exchange, clock
        self._runner: web.AppRunner | None = None
        self._outage: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self) -> None:
        app = web.Application(middlewares=[_for_this_machine])
        app.add_routes(
            [
                web.get("/state", self._state),
                web.post("/faults", self._load),
                web.delete("/faults", self._clear),
                web.put("/skew", self._skew),
                web.put("/maintenance", self._maintain),
                web.post("/outage", self._go_away),
                web.post("/crowd", self._crowd),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, 0).start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        if self._outage is not None:
            self._outage.cancel()
            await asyncio.wait({self._outage})
        if self._runner is not None:
            await self._runner.cleanup()

    async def _state(self, request: web.Request) -> web.Response:
        faults = self._front.faults
        state = State(
            calls=self._front.calls,
            happened=faults.counts,
            left=faults.left(),
            skew_ms=faults.skew_ms,
            maintenance=faults.maintenance,
        )
        return web.Response(body=msgspec.json.encode(state), content_type="application/json")

    async def _load(self, request: web.Request) -> web.Response:
        self._front.faults.load(_read(await request.read(), list[Fault]))
        return web.Response()

    async def _clear(self, request: web.Request) -> web.Response:
        self._front.faults.clear()
        return web.Response()

    async def _skew(self, request: web.Request) -> web.Response:
        self._front.faults.skew_ms = _read(await request.read(), _Span).ms
        return web.Response()

    async def _maintain(self, request: web.Request) -> web.Response:
        self._front.faults.maintenance = _read(await request.read(), _Switch).on
        if self._front.faults.maintenance:
            self._front.hang_up()
        return web.Response()

    async def _go_away(self, request: web.Request) -> web.Response:
        span = _read(await request.read(), _Span)
        if self._outage is not None and not self._outage.done():
            raise web.HTTPConflict(text="an outage is under way")
        await self._front.go_away()
        self._outage = asyncio.create_task(self._come_back(span.ms))
        return web.Response()

    async def _come_back(self, after_ms: int) -> None:
        deadline_ns = self._clock.now_ns() + after_ms * _NS_PER_MS
        await self._clock.sleep_until(deadline_ns, RANK_TIMER)
        await self._front.start()

    async def _crowd(self, request: web.Request) -> web.Response:
        deed = _read(await request.read(), _Deed)
        if deed.symbol not in self._exchange.listings:
            raise web.HTTPBadRequest(text=f"{deed.symbol} is not listed here")
        try:
            price, quantity = decimal(deed.price), decimal(deed.quantity)
        except ValueError as wrong:
            raise web.HTTPBadRequest(text=str(wrong)) from wrong
        does = self._exchange.crowd_takes if deed.takes else self._exchange.set_level
        does(deed.symbol, deed.side, price, quantity, self._front.now_ns())
        return web.Response()


def _read(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as wrong:
        raise web.HTTPBadRequest(text=str(wrong)) from wrong


@web.middleware
async def _for_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a web page could have sent."""
    host = (request.host or "").partition(":")[0]
    if "Origin" in request.headers or host not in {LOOPBACK, "localhost"}:
        return web.Response(status=HTTPStatus.FORBIDDEN, text="for this machine only\n")
    return await handler(request)
