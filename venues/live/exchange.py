"""Which ccxt client speaks for us: the real one, with every request read before it leaves.

The only module that touches ccxt, which ships no types: what leaves here is ours.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from venues.errors import InputError
from venues.live.credentials import Credentials
from venues.live.dialect import Dialect, Family
from venues.live.flight import Flight, Landed, WireRefused
from venues.live.reading import request_says
from venues.live.wire import Unreadable, WireRead, Write, difference

# One request at a time is decided by our throttle; ccxt's own limiter stays with market data.
_TIMEOUT_MS: Final = 10_000
_FLIGHT: Final[ContextVar[Flight | None]] = ContextVar("flight", default=None)
_RETRIES: Final = frozenset({"maxRetriesOnFailure", "defaultMaxRetriesOnFailure"})


class Exchange:
    """One ccxt client of one account at one venue; `session` is shared and closed by its owner.

    Every call runs as a task of its own that no cancellation of ours reaches: what was begun is
    seen to its end, and `close` waits for it.
    """

    def __init__(
        self,
        dialect: Dialect,
        session: aiohttp.ClientSession,
        credentials: Credentials,
        *,
        options: Mapping[str, object] | None = None,
        timeout_ms: int = _TIMEOUT_MS,
    ) -> None:
        self._dialect = dialect
        self._client = _client(dialect, session, credentials, options or {}, timeout_ms)
        self._session = session
        if not hasattr(session, "_retry_connection"):
            raise InputError(
                "this aiohttp cannot be told to send nothing twice: install the locked one"
            )
        # aiohttp itself sends DELETE again when a kept connection breaks under it.
        session._retry_connection = False  # noqa: SLF001 - there is no other way to say it
        self._send = self._client.fetch
        self._heard = self._client.on_rest_response
        self._client.fetch = self._read_then_send
        self._client.on_rest_response = self._note_answer
        self._flying: set[asyncio.Task[object]] = set()

    @property
    def dialect(self) -> Dialect:
        """Return how the venue is spoken to."""
        return self._dialect

    @property
    def ccxt(self) -> Any:  # noqa: ANN401 - ccxt ships no types
        """Return the client itself, for what is asked of it here and in `venues.live.markets`."""
        return self._client

    @property
    def flying(self) -> int:
        """Return how many calls are under way."""
        return len(self._flying)

    @property
    def ccxt_error(self) -> type[Exception]:
        """Return the root of what the client raises."""
        from ccxt import BaseError

        root: type[Exception] = BaseError
        return root

    def know(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Trade these markets, as `venues.live.markets` loaded them: the client loads none itself."""
        self._client.set_markets([dict(row) for row in rows])

    def market_id(self, symbol: str) -> str:
        """Return the venue's name for a loaded symbol; KeyError for one it does not list."""
        return str(self._client.markets[symbol]["id"])

    async def fly(self, meant: Write | None, call: Callable[[], Awaitable[object]]) -> Landed:
        """Make one call and return how it ended; never raises what the call raised.

        Cancelled, it stops waiting, and the call goes on.
        """
        flight = Flight(meant)
        task: asyncio.Task[object] = asyncio.ensure_future(_within(flight, call))
        self._flying.add(task)
        task.add_done_callback(self._ended)
        await asyncio.wait({task})
        if task.cancelled():
            return Landed(flight, None, asyncio.CancelledError())
        error = task.exception()
        return Landed(flight, None if error else task.result(), error)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._flying.discard(task)
        if not task.cancelled():
            # Taken note of even where nobody waits any more: asyncio would log it, address and all.
            task.exception()

    async def close(self) -> None:
        """Wait for every call under way, then let the client go; the session stays."""
        while self._flying:
            await asyncio.wait(self._flying)
        await self._client.close()

    async def _read_then_send(
        self,
        url: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> object:
        """Hand a signed request over only when it says what this flight was meant to say."""
        flight = _FLIGHT.get()
        why = self._why_not(flight, method, url, body)
        if why:
            raise WireRefused(f"{self._dialect.exchange}: {why}")
        if flight is not None:
            flight.left = True
        return await self._send(url, method, headers, body)

    def _why_not(self, flight: Flight | None, method: str, url: str, body: str | None) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.hostname not in self._dialect.hosts:
            return f"{parts.scheme}://{parts.hostname} is no host of this venue"
        if self._client.session is not self._session:
            return "the client has opened a session of its own"
        said = request_says(self._dialect.family, method, url, body)
        if isinstance(said, WireRead):
            return ""
        if flight is None or flight.meant is None:
            return said.why if isinstance(said, Unreadable) else "a write that nobody meant"
        if flight.writes:
            return "a second write for one command: it is not sent again"
        why = difference(flight.meant, said)
        flight.writes += not why
        return why

    def _note_answer(self, *answer: Any) -> object:  # noqa: ANN401 - ccxt's own signature
        status, _, _, _, headers, body, *_ = answer
        flight = _FLIGHT.get()
        if flight is not None:
            flight.http_status = int(status)
            flight.body = str(body)
            after = str(headers.get("Retry-After", headers.get("retry-after", "")))
            flight.retry_after_s = int(after) if after.isdigit() else 0
        return self._heard(*answer)


async def _within(flight: Flight, call: Callable[[], Awaitable[object]]) -> object:
    _FLIGHT.set(flight)  # this task's own context: calls side by side do not see each other's
    return await call()


def _client(
    dialect: Dialect,
    session: aiohttp.ClientSession,
    credentials: Credentials,
    options: Mapping[str, object],
    timeout_ms: int,
) -> Any:  # noqa: ANN401 - ccxt ships no types
    # Imported here: it takes half a second and a hundred megabytes.
    from ccxt import pro

    # Its debug log holds keys and signatures.
    logging.getLogger("ccxt").setLevel(logging.WARNING)
    # Numbers stay the text the venue sent, also those of ccxt's own tables.
    made = type(dialect.exchange, (getattr(pro, dialect.exchange),), {"number": str})
    client: Any = made(
        {
            **credentials.for_ccxt(),
            "session": session,
            "enableRateLimit": False,
            "timeout": timeout_ms,
            "options": {**_OPTIONS.get(dialect.family, {}), **options},
        }
    )
    client.has["fetchCurrencies"] = False  # signed and slow, and nothing here needs them
    found = _retrying(client.options)
    if found:
        raise InputError(
            f"{dialect.exchange}: option {found} would send orders again; leave it at 0"
        )
    if dialect.family is Family.HYPERLIQUID:
        client.initialize_client = _nothing_to_approve
    client.client = _with_futures_looked_at(client.client)
    return client


def _with_futures_looked_at(socket_of: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return ccxt's maker of sockets, whose failed futures asyncio does not log, addresses and all.

    When a socket breaks ccxt fails every future of it, also those that nobody awaits any more.
    """

    def looked_at(future: asyncio.Future[object]) -> None:
        if not future.cancelled():
            future.exception()

    def client(url: str) -> Any:  # noqa: ANN401 - ccxt ships no types
        socket = socket_of(url)
        made = type(socket).future

        def future(message_hash: str) -> Any:  # noqa: ANN401 - as above
            awaited = made(socket, message_hash)
            awaited.remove_done_callback(looked_at)  # the same one is asked for again and again
            awaited.add_done_callback(looked_at)
            return awaited

        socket.future = future
        return socket

    return client


_OPTIONS: Final[Mapping[Family, Mapping[str, object]]] = {
    Family.BINANCE_SPOT: {
        "fetchMarkets": {"types": ["spot"]},
        "fetchMargins": False,
        "fetchCurrencies": False,
        "warnOnFetchOpenOrdersWithoutSymbol": False,
    },
    Family.BINANCE_USDM: {
        # Its stream of orders would fetch positions first, and counts them in floats.
        "watchPositions": {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False},
        "fetchMargins": False,
        "fetchCurrencies": False,
        "warnOnFetchOpenOrdersWithoutSymbol": False,
    },
    Family.HYPERLIQUID: {
        "fetchMarkets": {"types": ["swap"]},
        "builderFee": False,
        "approvedBuilderFee": False,
        "enableUnifiedMargin": False,
    },
}


async def _nothing_to_approve() -> bool:
    """Stand where ccxt signs an approval of its own fee, and a referral, before the first order."""
    return True


def _retrying(options: object, path: str = "") -> str:
    """Return where retries are switched on in an option tree, "" for nowhere."""
    if not isinstance(options, Mapping):
        return ""
    for name, value in options.items():
        here = f"{path}.{name}" if path else str(name)
        if name in _RETRIES and value not in (None, 0):
            return here
        if deeper := _retrying(value, here):
            return deeper
    return ""
