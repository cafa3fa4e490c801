"""How do real venues' streams keep our books true? One connection and one task per book."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from http import HTTPStatus
from typing import Final

import aiohttp
import msgspec

from venues.books.watch import Watches
from venues.errors import VenueProtocolError, VenueUnreachable
from venues.live.listening import Effect, Listening
from venues.ports import RANK_TIMER, RANK_VIEW_BOOK, Clock

_S: Final = 1_000_000_000
_FIRST_PAUSE_NS: Final = _S // 2
_LONGEST_PAUSE_NS: Final = 30 * _S
_MOST_FRAME: Final = 1 << 23
_MOST_SNAPSHOT: Final = 1 << 24
# Among timers of one instant the engine's own come first, then books that turn STALE.
_AFTER_ENGINE_TIMERS: Final = 1


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long a connection may be silent, take to open, and take to answer.

    Half-open connections are noticed by their pings, after `ping_s` and half of it again.
    """

    silent_s: float = 10.0
    ping_s: float = 5.0
    answer_s: float = 10.0


class LiveFeed:
    """The streams of every venue, whoever they are; fired watches to whoever iterates.

    `noticed(i, why)` hears of every book that was lost and every connection that failed. The session
    belongs to the caller. `fired` ends only when it is cancelled.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        clock: Clock,
        watches: Watches,
        listening: Sequence[Listening],
        *,
        noticed: Callable[[int, str], None],
        patience: Patience | None = None,
    ) -> None:
        self._session = session
        self._clock = clock
        self._watches = watches
        self._listening = tuple(listening)
        self._noticed = noticed
        self._patience = patience or Patience()
        self._slots: list[int] = []
        self._changed = asyncio.Event()

    async def fired(self) -> AsyncIterator[tuple[int, ...]]:
        """Listen to all venues; yield the slots of watches that hold."""
        tasks = [asyncio.create_task(self._keep(one), name=one.name) for one in self._listening]
        for task in tasks:
            task.add_done_callback(lambda _: self._changed.set())
        try:
            while True:
                self._changed.clear()
                for task in tasks:
                    if task.done():
                        task.result()  # a bug of ours: weather never ends a task
                self._slots += self._watches.expired(self._clock.now_ns())
                if self._slots:
                    slots, self._slots = tuple(sorted(self._slots)), []
                    yield slots
                    continue
                await self._change()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def nudge(self) -> None:
        """Look again at what comes next: watches have been set or cleared."""
        self._changed.set()

    async def _change(self) -> None:
        """Return when something has changed, or a watched book turns STALE."""
        expiry_ns = self._watches.next_expiry_ns()
        if expiry_ns is None:
            await self._changed.wait()
            return
        changed = asyncio.ensure_future(self._changed.wait())
        asleep = asyncio.ensure_future(
            self._clock.sleep_until(expiry_ns, RANK_TIMER, _AFTER_ENGINE_TIMERS)
        )
        try:
            await asyncio.wait({changed, asleep}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
            asleep.cancel()

    async def _keep(self, one: Listening) -> None:
        """Keep one book for ever; whatever the weather does, the next connection begins anew."""
        pause_ns = _FIRST_PAUSE_NS
        while True:
            began_ns = self._clock.now_ns()
            try:
                await self._connection(one)
                why = "the venue closed the connection"
            except (VenueUnreachable, VenueProtocolError) as wrong:
                why = str(wrong)
            now_ns = self._clock.now_ns()
            one.lose(why, now_ns)
            self._look(one.i, now_ns)
            self._noticed(one.i, why)
            pause_ns = _FIRST_PAUSE_NS if now_ns - began_ns > 60 * _S else pause_ns
            await self._clock.sleep_until(now_ns + pause_ns, RANK_VIEW_BOOK)
            pause_ns = min(2 * pause_ns, _LONGEST_PAUSE_NS)

    async def _connection(self, one: Listening) -> None:
        """Listen to one connection to its end, asking for the book whenever it is needed."""
        source, patience = one.source, self._patience
        asking: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        try:
            async with self._session.ws_connect(
                source.spelled(source.url, one.name),
                heartbeat=patience.ping_s,
                max_msg_size=_MOST_FRAME,
                timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
                decode_text=False,
            ) as socket:
                for text in source.subscribe:
                    await socket.send_str(source.spelled(text, one.name))
                # Answers to pings are no news: a connection may be alive and say nothing.
                async with asyncio.timeout(patience.silent_s) as silence:
                    while (frame := await _next(socket)) is not None:
                        silence.reschedule(loop.time() + patience.silent_s)
                        self._hear(one, frame)
                        if one.needs_snapshot and (asking is None or asking.done()):
                            asking = self._asked(one, asking)
        except TimeoutError as silent:
            raise VenueUnreachable(f"{one.name}: no word in {patience.silent_s} s") from silent
        except (aiohttp.ClientError, OSError) as weather:
            raise VenueUnreachable(f"{one.name}: {type(weather).__name__}") from weather
        finally:
            if asking is not None:
                asking.cancel()
                await asyncio.wait({asking})

    def _hear(self, one: Listening, frame: bytes) -> None:
        """Let one frame do what it does."""
        now_ns = self._clock.now_ns()
        effect = one.hear(frame, now_ns, self._clock.wall_ns())
        if effect is not Effect.NOTHING:
            self._look(one.i, now_ns)
        if effect is Effect.LOST:
            self._noticed(one.i, one.lost)

    def _asked(self, one: Listening, before: asyncio.Task[None] | None) -> asyncio.Task[None]:
        """Begin to ask for a book; raise what ended the asking before, if a bug of ours did."""
        if before is not None:
            before.result()
        return asyncio.create_task(self._ask(one))

    async def _ask(self, one: Listening) -> None:
        """Ask for the whole book until it joins what the stream says; ever more slowly."""
        pause_ns = _FIRST_PAUSE_NS
        while one.needs_snapshot:
            body, wait_ns = await self._snapshot(one)
            if body is not None and one.snapshot(body, self._clock.now_ns()):
                self._look(one.i, self._clock.now_ns())
                return
            until_ns = self._clock.now_ns() + max(pause_ns, wait_ns)
            await self._clock.sleep_until(until_ns, RANK_VIEW_BOOK)
            pause_ns = min(2 * pause_ns, _LONGEST_PAUSE_NS)

    async def _snapshot(self, one: Listening) -> tuple[bytes | None, int]:
        """Return the whole book as the venue tells it, or None and how long it wants to be left alone."""
        url = one.source.spelled(one.source.snapshot, one.name)
        timeout = aiohttp.ClientTimeout(total=self._patience.answer_s)
        try:
            async with self._session.get(url, timeout=timeout, allow_redirects=False) as answer:
                if answer.status == HTTPStatus.OK:
                    return await _whole(answer), 0
                self._noticed(one.i, f"the book was refused: HTTP {answer.status}")
                after = answer.headers.get("Retry-After", "")
                return None, int(after) * _S if after.isdecimal() else 0
        except (aiohttp.ClientError, OSError) as weather:
            self._noticed(one.i, f"the book cannot be asked for: {type(weather).__name__}")
            return None, 0

    def _look(self, i: int, now_ns: int) -> None:
        """Take note of the watches that hold now."""
        fired = self._watches.fired(i, now_ns)
        if fired:
            self._slots += fired
            self._changed.set()


async def _whole(answer: aiohttp.ClientResponse) -> bytes | None:
    """Return a body, None for one beyond all measure."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > _MOST_SNAPSHOT:
            return None
    return bytes(body)


async def _next(socket: "aiohttp.ClientWebSocketResponse[bool]") -> bytes | None:
    """Return the next frame, None when the connection has ended; VenueUnreachable when it broke."""
    message = await socket.receive()
    match message.type:
        case aiohttp.WSMsgType.TEXT | aiohttp.WSMsgType.BINARY:
            return bytes(message.data)
        case aiohttp.WSMsgType.ERROR:
            raise VenueUnreachable(f"the connection broke: {socket.exception()}")
        case _:
            return None
