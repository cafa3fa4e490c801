"""How long is the way from a frame's bytes to the book: ours against ccxt.pro's own handler?

Both get the same frames of one seeded stream, on the same books, in the same run; ccxt's handler is
called as its socket calls it, after its own JSON parser. Neither pays for a socket here.
"""

import importlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from statistics import median
from typing import Any, Final

import msgspec

from venues.books.arena import BookArena
from venues.books.port import Capacity
from venues.books.store import KernelBooks
from venues.live.frames.grid import Grid
from venues.live.frames.sequence import Numbering
from venues.live.frames.stream import BookStream, Heard
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Kind

SIZES: Final = (20, 100, 1_000)  # levels in a frame, both sides together
BOUND: Final = 10.0
_DEPTH: Final = 2_000  # levels of a side in the snapshot
_MID: Final = 6_000_000
_TICK, _LOT = Decimal("0.01"), Decimal("0.00001")
_ROUNDS: Final = 7

Told = Callable[[bytes], None]
Touches = Callable[[], list[int]]  # the best ticks of both sides, as many as agree is asked for
_AGREE: Final = 50


class Frames(msgspec.Struct, frozen=True):
    """Microseconds from frame to book by levels in a frame, median of the rounds, and the ratios."""

    benchmark: str
    levels: list[int]
    fathom_us: list[float]
    ccxt_us: list[float | None]
    ratio: list[float | None]
    bound: float


@dataclass(frozen=True, slots=True)
class _Stream:
    snapshot: bytes
    frames: Sequence[bytes]


def measure() -> Frames:
    """Return how long both take; ccxt None where it cannot be imported."""
    ours, theirs = [], []
    for levels in SIZES:
        stream = _made(levels, frames=max(100, 20_000 // levels))
        peer = _ccxt(stream)
        rounds: list[tuple[float, float | None]] = []
        for _ in range(_ROUNDS):  # turn by turn: what slows the machine slows both
            hear, ticks = _fathom(stream)
            mine, other = _timed(hear, stream.frames), None
            if peer is not None:
                hear, theirs_ticks = peer()
                other = _timed(hear, stream.frames)
                if ticks() != theirs_ticks():
                    raise ValueError("the two books are not the same")
            rounds.append((mine, other))
        ours.append(median(mine for mine, _ in rounds))
        known = [other for _, other in rounds if other is not None]
        theirs.append(median(known) if known else None)
    ratios = [None if b is None else b / a for a, b in zip(ours, theirs, strict=True)]
    return Frames("frames", list(SIZES), ours, theirs, ratios, BOUND)


def told(result: Frames) -> str:
    """Return what was measured as lines of text."""
    lines = ["levels in a frame   fathom us   ccxt.pro us   ratio"]
    for row in zip(result.levels, result.fathom_us, result.ccxt_us, result.ratio, strict=True):
        levels, mine, other, ratio = row
        rest = "not installed" if other is None else f"{other:11.1f} {ratio:7.1f}x"
        lines.append(f"{levels:17} {mine:11.2f}   {rest}")
    lines.append(f"aim: above {result.bound:.0f}x")
    return "\n".join(lines)


def _timed(hear: Told, frames: Sequence[bytes]) -> float:
    began = time.perf_counter_ns()
    for frame in frames:
        hear(frame)
    return (time.perf_counter_ns() - began) / len(frames) / 1_000


def _fathom(stream: _Stream) -> tuple[Told, Touches]:
    instrument = Instrument(
        venue=VenueId("binance"),
        symbol=Symbol("BTC/USDT"),
        kind=Kind.SPOT,
        tick_size=_TICK,
        lot_size=_LOT,
        min_quantity=_LOT,
        min_notional=Decimal(5),
        maker_fee=Decimal(0),
        taker_fee=Decimal(0),
    )
    books = KernelBooks((instrument,), BookArena([Capacity()]))
    grid = Grid(_TICK, _LOT)
    feed = BookStream(books, 0, name="BTCUSDT", grid=grid, numbering=Numbering.CHANGES)
    feed.snapshot(stream.snapshot, 1)

    def hear(frame: bytes) -> None:
        if feed.hear(frame, 2) is not Heard.APPLIED:
            raise ValueError("the stream has a hole")

    def ticks() -> list[int]:
        sides = (
            books.levels(0, s, limit_tick=None, enough=1 << 60, most=_AGREE)[0] for s in (0, 1)
        )
        return [int(tick) for side in sides for tick in side]

    return hear, ticks


def _ccxt(stream: _Stream) -> Callable[[], tuple[Told, Touches]] | None:
    """Return how to make a fresh ccxt.pro client that holds the book, None without ccxt."""
    try:
        pro: Any = importlib.import_module("ccxt.pro")
        parse: Any = importlib.import_module("orjson").loads
    except ImportError:
        return None
    market = {
        "id": "BTCUSDT",
        "symbol": "BTC/USDT",
        "base": "BTC",
        "quote": "USDT",
        "baseId": "BTC",
        "quoteId": "USDT",
        "type": "spot",
        "spot": True,
        "active": True,
        "precision": {"price": 0.01, "amount": 0.00001},
    }

    def fresh() -> tuple[Told, Touches]:
        exchange: Any = pro.binance()
        exchange.set_markets([market])
        client: Any = _Client(exchange.urls["api"]["ws"]["spot"] + "/0")
        book: Any = exchange.order_book({}, 1_000_000)
        said = json.loads(stream.snapshot)
        book.reset(exchange.parse_order_book(said, "BTC/USDT"))
        book["symbol"], book["nonce"] = "BTC/USDT", said["lastUpdateId"]
        exchange.orderbooks["BTC/USDT"] = book

        def hear(frame: bytes) -> None:
            exchange.handle_order_book(client, parse(frame))

        def ticks() -> list[int]:
            sides = (book["bids"], book["asks"])
            return [round(level[0] * 100) for side in sides for level in side[:_AGREE]]

        return hear, ticks

    return fresh


class _Client:
    """What the handler asks of a socket: where it leads, and whom to wake."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.subscriptions: dict[str, object] = {}

    def resolve(self, result: object, message_hash: str) -> None:
        """Wake nobody."""
        del result, message_hash

    def reject(self, error: Exception, message_hash: str = "") -> None:
        """Let a fault be seen."""
        del message_hash
        raise error


def _made(levels: int, frames: int) -> _Stream:
    """Return a seeded stream: most changes near the touch, half of them deletions that come back."""
    draw = Random(levels)
    first = {
        "lastUpdateId": 100,
        "bids": [[_price(_MID - n), _size(draw)] for n in range(1, _DEPTH + 1)],
        "asks": [[_price(_MID + n), _size(draw)] for n in range(_DEPTH)],
    }
    made, number = [], 100
    for _ in range(frames):
        sides: dict[str, list[list[str]]] = {"b": [], "a": []}
        for i in range(levels):
            away = min(int(draw.expovariate(1 / 200)), _DEPTH - 1)
            side, tick = ("b", _MID - 1 - away) if i % 2 else ("a", _MID + away)
            gone = away > 0 and draw.random() < 0.3  # the touch stays: neither side ever crosses
            sides[side].append([_price(tick), "0.00000000" if gone else _size(draw)])
        said = {"e": "depthUpdate", "E": 1_700_000_000_000 + number, "s": "BTCUSDT"}
        said |= {"U": number + 1, "u": number + levels, **sides}
        number += levels
        made.append(_spelled(said))
    return _Stream(_spelled(first), made)


def _price(tick: int) -> str:
    return f"{tick // 100}.{tick % 100:02}000000"


def _size(draw: Random) -> str:
    lots = draw.randint(1, 10**6)
    return f"{lots // 10**5}.{lots % 10**5:05}000"


def _spelled(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
