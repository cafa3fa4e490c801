"""`fathom record`: what real venues' streams say, kept as a tape."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from router.exit_codes import ExitCode
from router.runtime.clocks import WallClock
from router.terminal import complain, say
from venues.books.arena import BookArena
from venues.books.port import Capacity
from venues.books.store import KernelBooks
from venues.books.watch_table import KernelWatches
from venues.errors import InputError, TapeError, VenueUnreachable
from venues.live.credentials import Credentials
from venues.live.dialect import Dialect
from venues.live.dialects import dialect_of
from venues.live.exchange import Exchange
from venues.live.feed import LiveFeed
from venues.live.frames.grid import Grid
from venues.live.listening import Listening
from venues.live.markets import Listing, listing, load_rows
from venues.live.session import venue_session
from venues.live.source import source_of
from venues.loopback.resolver import read_redirect, redirected_session
from venues.model.ids import Symbol, VenueId
from venues.ports import RANK_TIMER
from venues.tape.recorder import Recorder
from venues.tape.terms import TERMS_FILE
from venues.tape.writer import write_tape

_S: Final = 1_000_000_000
_STALE_NS: Final = 5 * _S
# Sixteen bytes each: a gigabyte and a half, some eight hours of three busy books.
_MOST_ROWS: Final = 100_000_000
_ROOM: Final = Capacity(window=1 << 16, slots=1 << 12)


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """A book to be recorded: whose protocol, and the client's symbol."""

    dialect: Dialect
    symbol: Symbol


class _Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What `--json` prints of one book."""

    venue: str
    symbol: str
    messages: int
    rows: int
    trades: int


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What `--json` prints at the end."""

    tape: str
    seconds: str
    gaps: int
    books: list[_Heard]


def run_record(
    *, books: Sequence[str], for_s: int, out: Path, redirect: Path | None, as_json: bool
) -> ExitCode:
    """Record `books` ("binance:BTC/USDT") for so many seconds, or until Ctrl-C, into the folder `out`.

    InputError for a book nobody knows or a folder that holds a tape; VenueUnreachable where a venue
    does not answer at all.
    """
    wanted = [_book(text) for text in books]
    if len({(b.dialect.exchange, b.symbol) for b in wanted}) < len(wanted):
        raise InputError("--book: the same book twice; name each once")
    if (out / TERMS_FILE).exists():
        raise InputError(f"{out}: this folder holds a tape; name another --out")
    clock = WallClock()
    began_ns = clock.now_ns()
    recorder, interrupted = asyncio.run(_record(wanted, for_s, redirect, clock))
    seconds = f"{(clock.now_ns() - began_ns) // (_S // 10) / 10:.1f}"
    try:
        tape = recorder.tape(out.name)
    except TapeError as silent:
        if interrupted:
            raise KeyboardInterrupt from silent
        raise VenueUnreachable(str(silent)) from silent
    write_tape(tape, out, description=f"Recorded by fathom over {seconds} s.")
    heard = [
        _Heard(
            venue=r.instrument.venue,
            symbol=r.instrument.symbol,
            messages=r.message_count,
            rows=r.row_count,
            trades=r.trade_count,
        )
        for r in tape.recordings
    ]
    told = _Told(tape=str(out), seconds=seconds, gaps=recorder.gaps, books=heard)
    say(msgspec.json.encode(told).decode() if as_json else _sentences(told))
    if interrupted:
        raise KeyboardInterrupt
    return ExitCode.DONE


def _book(text: str) -> Book:
    exchange, _, symbol = text.partition(":")
    if not symbol:
        raise InputError(f"--book {text}: name it as exchange:SYMBOL, like binance:BTC/USDT")
    dialect = dialect_of(exchange)
    source_of(dialect.family)  # refuses the families whose frames are not read here
    return Book(dialect=dialect, symbol=Symbol(symbol))


async def _record(
    wanted: Sequence[Book], for_s: int, redirect: Path | None, clock: WallClock
) -> tuple[Recorder, bool]:
    """Return what was heard, and whether Ctrl-C ended it."""
    if redirect is not None:
        session = redirected_session(read_redirect(redirect))
    else:
        session = venue_session([b.dialect for b in wanted])
    async with session:
        listings = await _loaded(wanted, session)
        recorder = Recorder([found.instrument for _, found in listings], most_rows=_MOST_ROWS)
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)
        ends = [
            asyncio.ensure_future(_listen(listings, session, recorder, clock)),
            asyncio.ensure_future(stopped.wait()),
        ]
        try:
            await asyncio.wait(ends, timeout=for_s, return_when=asyncio.FIRST_COMPLETED)
            if ends[0].done():
                ends[0].result()
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
        return recorder, stopped.is_set()


async def _loaded(
    wanted: Sequence[Book], session: aiohttp.ClientSession
) -> list[tuple[Book, Listing]]:
    """Load the market of every book; a client per book, for each venue answers for itself."""
    found = []
    for book in wanted:
        client = Exchange(book.dialect, session, Credentials())
        try:
            (row,) = await load_rows(client, [book.symbol])
        finally:
            await client.close()
        found.append((book, listing(row, VenueId(book.dialect.exchange), book.dialect)))
    return found


async def _listen(
    listings: Sequence[tuple[Book, Listing]],
    session: aiohttp.ClientSession,
    recorder: Recorder,
    clock: WallClock,
) -> None:
    """Listen until cancelled, or until the recorder is full."""
    instruments = tuple(found.instrument for _, found in listings)
    books = KernelBooks(instruments, BookArena([_ROOM] * len(instruments)))
    ears = [
        Listening(
            books,
            i,
            found.stream_name,
            Grid(found.instrument.tick_size, found.instrument.lot_size),
            source_of(book.dialect.family),
            recorder.tell,
        )
        for i, (book, found) in enumerate(listings)
    ]

    def noticed(i: int, why: str) -> None:
        complain(f"{instruments[i].venue} {instruments[i].symbol}: {why}")

    watches = KernelWatches(books, _STALE_NS)
    feed = LiveFeed(session, clock, watches, ears, noticed=noticed)
    following = asyncio.ensure_future(_follow(feed))
    try:
        while not recorder.full and not following.done():
            await clock.sleep_until(clock.now_ns() + _S // 4, RANK_TIMER)
        if following.done():
            following.result()
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _follow(feed: LiveFeed) -> None:
    async for _ in feed.fired():
        pass  # nobody watches: the recorder hears it all


def _sentences(told: _Told) -> str:
    lines = [
        f"{b.venue:<12} {b.symbol:<16} {b.messages:>8} messages {b.rows:>10} rows {b.trades:>8} trades"
        for b in told.books
    ]
    lost = f", {told.gaps} times a book was lost and found again" if told.gaps else ""
    return "\n".join([*lines, f"{told.seconds} s in {told.tape}{lost}"])
