"""How does a local venue meet its clients: one TLS port for HTTP and websockets, faults included."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final, Protocol

import msgspec
from aiohttp import WSMsgType, web

from venues.loopback.certificate import Certificate, server_context
from venues.loopback.faults import Channel, Does, Fault, Faults
from venues.loopback.resolver import LOOPBACK, Redirect
from venues.ports import RANK_TIMER, Clock

_NS_PER_MS: Final = 1_000_000
_PULSE_NS: Final = 20 * _NS_PER_MS
_FRAMES_MAX: Final = 20_000  # a client that lags this far is cut off, as venues do
_PAGE: Final = b"<html><head><title>error</title></head><body>error</body></html>"
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request as it came: path, query and body undecoded; header names in lower case."""

    method: str
    path: str
    query: str
    body: str
    headers: Mapping[str, str]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a venue answers."""

    body: bytes
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = _NO_HEADERS
    content_type: str = "application/json"


class Venue(Protocol):
    """A protocol behind the front: synchronous, told the time, speaking through sockets."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the genuine hosts it stands for."""
        ...

    def call(self, call: Call, now_ns: int) -> Reply:
        """Answer a request."""
        ...

    def error(self, fault: Fault) -> bytes:
        """Return a fault's code and text as this venue's error body."""
        ...

    def opened(self, line: "Line", now_ns: int) -> None:
        """Meet a websocket; it may speak at once."""
        ...

    def heard(self, line: "Line", text: str, now_ns: int) -> None:
        """Take a frame from a websocket."""
        ...

    def closed(self, line: "Line") -> None:
        """Forget a websocket."""
        ...

    def pulse(self, now_ns: int) -> None:
        """Do what is due by now."""
        ...


class Line:
    """One websocket from the venue's end: what it says goes out in order, unless a fault says no."""

    def __init__(self, path: str, query: str, faults: Faults) -> None:
        self.path, self.query = path, query
        self._faults = faults
        self._frames: asyncio.Queue[str | None] = asyncio.Queue(_FRAMES_MAX)
        self._late: dict[Channel, str] = {}
        self.is_silent = False
        self.is_deaf = False  # half open: not even pings are answered
        self.is_cut = False

    def say(self, channel: Channel, text: str) -> None:
        """Send one frame, or what a fault makes of it."""
        if self.is_silent or self.is_cut:
            return
        fault = self._faults.for_frame(channel)
        match fault.does if fault else None:
            case Does.DROP:
                return
            case Does.LATE:
                self._late[channel] = text
                return
            case Does.TWICE:
                self._put(text)
            case Does.POISON:
                self._put('{"e": "broken')
            case Does.SILENCE:
                self.is_silent = True
                return
            case Does.HALF_OPEN:
                self.is_silent = self.is_deaf = True
                return
            case Does.CLOSE:
                self.cut()
                return
            case _:
                pass
        self._put(text)
        if (late := self._late.pop(channel, None)) is not None:
            self._put(late)

    def cut(self) -> None:
        """Reset the connection; what is still queued is lost."""
        self.is_cut = True
        if self._frames.full():
            self._frames.get_nowait()
        self._frames.put_nowait(None)

    def _put(self, text: str) -> None:
        if self._frames.full():
            self.cut()
        else:
            self._frames.put_nowait(text)

    async def next_frame(self) -> str | None:
        """Wait for what goes out next; None is the end."""
        frame = await self._frames.get()
        return None if self.is_cut else frame


class Front:
    """Serves one venue on 127.0.0.1; every port is the system's choice, and kept over a restart."""

    def __init__(
        self, venue: Venue, *, clock: Clock, certificate: Certificate, faults: Faults
    ) -> None:
        self.venue, self.faults = venue, faults
        self._clock, self._certificate = clock, certificate
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._pulse: asyncio.Task[None] | None = None
        self._lines: dict[Line, None] = {}
        self._released = asyncio.Event()  # who hangs, hangs until the end
        self.calls: dict[str, int] = {}

    async def start(self) -> None:
        """Listen; on the same port as before if it has listened before."""
        self._released.clear()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(
            self._runner,
            LOOPBACK,
            self.port,
            ssl_context=server_context(self._certificate),
            reuse_address=True,
        )
        self.venue.pulse(self.now_ns())  # who comes first finds a market
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        if self._pulse is None:
            self._pulse = asyncio.create_task(self._pulses())

    async def go_away(self) -> None:
        """Reset every websocket and stop listening; the exchange behind goes on trading."""
        self.hang_up()
        self._released.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def stop(self) -> None:
        """Go away, and let the exchange stand still; raises what its pulse has died of."""
        await self.go_away()
        pulse, self._pulse = self._pulse, None
        if pulse is not None:
            pulse.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pulse

    @property
    def is_up(self) -> bool:
        """Return whether it listens."""
        return self._runner is not None

    def hang_up(self) -> None:
        """Reset every websocket."""
        for line in list(self._lines):
            line.cut()

    def redirect(self) -> Redirect:
        """Return how a client comes here."""
        ports = dict.fromkeys(self.venue.hosts, self.port)
        return Redirect(ports=ports, pem=self._certificate.pem)

    def now_ns(self) -> int:
        """Return the venue's own time, which a fault may have set wrong."""
        return self._clock.wall_ns() + self.faults.skew_ms * _NS_PER_MS

    async def _pulses(self) -> None:
        while True:
            await self._wait_ns(_PULSE_NS)
            self.venue.pulse(self.now_ns())

    async def _wait_ns(self, span_ns: int) -> None:
        await self._clock.sleep_until(self._clock.now_ns() + span_ns, RANK_TIMER)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        key = f"{request.method} {request.path}"
        self.calls[key] = self.calls.get(key, 0) + 1
        if self.faults.maintenance:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, body=_PAGE)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._talk(request)
        body = await request.text()
        call = Call(
            method=request.method,
            path=request.path,
            query=request.raw_path.partition("?")[2],
            body=body,
            headers={name.lower(): value for name, value in request.headers.items()},
        )
        fault = self.faults.for_request(request.method, _named(call))
        if fault is None:
            return _response(self.venue.call(call, self.now_ns()))
        return await self._spoil(request, call, fault)

    async def _spoil(self, request: web.Request, call: Call, fault: Fault) -> web.StreamResponse:
        """Answer as `fault` says."""
        if fault.does is Does.SLOW and fault.unseen:
            await self._wait_ns(fault.delay_ms * _NS_PER_MS)
        seen = not fault.unseen or fault.does is Does.SLOW
        reply = self.venue.call(call, self.now_ns()) if seen else Reply(body=b"")
        match fault.does:
            case Does.HANG:
                await self._released.wait()
            case Does.RESET:
                _reset(request)
            case Does.CUT:
                head = (
                    f"HTTP/1.1 200 OK\r\nContent-Type: {reply.content_type}\r\n"
                    f"Content-Length: {len(reply.body) + 100}\r\n\r\n"
                ).encode()
                if request.transport is not None:
                    request.transport.write(head + reply.body[: len(reply.body) // 2])
                    request.transport.close()
            case Does.EMPTY:
                return web.Response(body=b"", content_type="application/json")
            case Does.GARBAGE:
                return web.Response(body=_PAGE, content_type="text/html")
            case Does.STATUS:
                headers = {"Retry-After": str(fault.retry_after_s)} if fault.retry_after_s else {}
                plain = fault.code == 0 and not fault.text
                return web.Response(
                    status=fault.status,
                    body=_PAGE if plain else self.venue.error(fault),
                    content_type="text/html" if plain else "application/json",
                    headers=headers,
                )
            case _:
                if not fault.unseen:
                    await self._wait_ns(fault.delay_ms * _NS_PER_MS)
        return _response(reply)

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        """Hold one websocket until either end has enough."""
        talk = web.WebSocketResponse(autoping=False, compress=False)
        await talk.prepare(request)
        line = Line(request.path, request.raw_path.partition("?")[2], self.faults)
        self._lines[line] = None
        writer = asyncio.create_task(_write(line, talk, lambda: _reset(request)))
        self.venue.opened(line, self.now_ns())
        try:
            async for message in talk:
                if message.type is WSMsgType.TEXT:
                    self.venue.heard(line, str(message.data), self.now_ns())
                elif message.type is WSMsgType.PING and not line.is_deaf:
                    await talk.pong(message.data)
        finally:
            del self._lines[line]
            self.venue.closed(line)
            writer.cancel()
            await asyncio.wait({writer})
        return talk


async def _write(line: Line, talk: web.WebSocketResponse, reset: Callable[[], None]) -> None:
    while (frame := await line.next_frame()) is not None:
        try:
            await talk.send_str(frame)
        except ConnectionError:
            return  # the reader sees it, too
    reset()


def _named(call: Call) -> str:
    """Return the path a fault is matched with: one-path venues go on with the action's type."""
    if not call.body.startswith("{"):
        return call.path
    try:
        return f"{call.path}/{msgspec.json.decode(call.body, type=_Typed).name()}"
    except msgspec.DecodeError:
        return call.path


class _Action(msgspec.Struct):
    type: str = ""


class _Typed(msgspec.Struct):
    type: str = ""
    action: _Action = msgspec.field(default_factory=_Action)

    def name(self) -> str:
        return self.action.type or self.type


def _response(reply: Reply) -> web.Response:
    return web.Response(
        status=reply.status,
        body=reply.body,
        headers=reply.headers,
        content_type=reply.content_type,
    )


def _reset(request: web.Request) -> None:
    """End the connection with a RST: lingering for no time throws away what was not sent."""
    transport = request.transport
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
