"""How is a real venue brought up for trading? Markets, keys and clock first; a gateway only then."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from venues.errors import InputError, VenueUnreachable
from venues.live.account import refuse_a_clock_that_is_off, refuse_keys_that_withdraw
from venues.live.credentials import Credentials
from venues.live.dialect import Dialect
from venues.live.exchange import Exchange
from venues.live.gateway import LiveGateway
from venues.live.markets import listing, load_rows, save_rows, saved_rows
from venues.model.ids import Symbol, VenueId
from venues.ports import Clock


@dataclass(frozen=True, slots=True)
class Connection:
    """A venue that is up: `gateway.run()` has to run beside it.

    `data`: a second client, without keys, for what is public. `markets_ns`: wall time at which the
    venue last told its markets; they are from disk if that is not now. `knows_permissions`: whether
    it could tell that the key may not withdraw. `clock_ahead_ms`: its clock against ours.
    """

    gateway: LiveGateway
    data: Exchange
    markets_ns: int
    knows_permissions: bool
    clock_ahead_ms: int


@asynccontextmanager
async def connected(
    venue: VenueId,
    dialect: Dialect,
    session: aiohttp.ClientSession,
    credentials: Credentials,
    symbols: Sequence[Symbol],
    clock: Clock,
    *,
    markets: Path,
    timeout_ms: int = 10_000,
) -> AsyncIterator[Connection]:
    """Bring a venue up, and take it down when the block ends; `session` stays its owner's.

    `markets`: the file that keeps its markets for a start at which it does not tell them. InputError
    and VenueUnreachable say why it cannot trade.
    """
    data = Exchange(dialect, session, Credentials(), timeout_ms=timeout_ms)
    trading = Exchange(dialect, session, credentials, timeout_ms=timeout_ms)
    gateway: LiveGateway | None = None
    try:
        rows, markets_ns = await _rows(data, symbols, clock, markets)
        data.know(rows)
        trading.know(rows)
        listed = {Symbol(str(row["symbol"])): listing(row, venue, dialect) for row in rows}
        ahead_ms = await refuse_a_clock_that_is_off(data, clock)
        told = await refuse_keys_that_withdraw(trading)
        gateway = LiveGateway(venue, trading, listed, clock)
        yield Connection(gateway, data, markets_ns, told, ahead_ms)
    finally:
        await (gateway.close() if gateway is not None else trading.close())
        await data.close()


async def _rows(
    data: Exchange, symbols: Sequence[Symbol], clock: Clock, path: Path
) -> tuple[list[dict[str, object]], int]:
    try:
        rows = await load_rows(data, symbols)
    except VenueUnreachable as unreachable:
        try:
            rows, saved_ns = saved_rows(path, data.dialect.exchange)
        except InputError as nothing_kept:
            raise unreachable from nothing_kept
        kept = {row["symbol"]: row for row in rows}
        if any(symbol not in kept for symbol in symbols):
            raise  # what was kept is of other markets
        return [kept[symbol] for symbol in symbols], saved_ns
    now_ns = clock.wall_ns()
    save_rows(path, data.dialect.exchange, rows, now_ns)
    return rows, now_ns
