"""Where does a venue publish a book, and how is it asked for? One row per venue, as data."""

from collections.abc import Callable
from typing import Final

import msgspec

from venues.errors import InputError
from venues.live.dialect import Family
from venues.live.frames.grid import Grid
from venues.live.frames.said import (
    Said,
    binance_mark,
    binance_trade,
    hyperliquid_context,
    hyperliquid_trades,
)
from venues.live.frames.sequence import Numbering

Read = Callable[[bytes, str, Grid, int], tuple[Said, ...]]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One book's streams. `{name}` and `{low}` in texts stand for the venue's symbol.

    `subscribe`: what is said once connected. `snapshot`: the address of the whole book, "" where
    every message is one. `said`: how a frame with these first bytes is read; `now_ms` is handed on.
    `depth`: the first bytes of frames about the book.
    """

    url: str
    subscribe: tuple[str, ...]
    snapshot: str
    numbering: Numbering
    depth: bytes
    said: tuple[tuple[bytes, Read], ...]
    plain: tuple[bytes, ...]  # first bytes of frames that say nothing of a market

    def spelled(self, text: str, name: str) -> str:
        """Return a text of this source for the symbol `name`."""
        return text.replace("{name}", name).replace("{low}", name.lower())


def _trade(frame: bytes, name: str, grid: Grid, now_ms: int) -> tuple[Said, ...]:
    del now_ms
    return binance_trade(frame, name, grid)


def _mark(frame: bytes, name: str, grid: Grid, now_ms: int) -> tuple[Said, ...]:
    del now_ms
    return binance_mark(frame, name, grid)


def _trades(frame: bytes, name: str, grid: Grid, now_ms: int) -> tuple[Said, ...]:
    del now_ms
    return hyperliquid_trades(frame, name, grid)


_BINANCE_PLAIN: Final = (b'{"result":null',)

# Sources: Binance, 2025, "Web Socket Streams" and "Websocket Market Streams", and Hyperliquid, 2025,
# "API: Websocket subscriptions".
_SOURCES: Final = {
    Family.BINANCE_SPOT: Source(
        url="wss://stream.binance.com:9443/ws",
        subscribe=('{"method":"SUBSCRIBE","params":["{low}@depth@100ms","{low}@trade"],"id":1}',),
        snapshot="https://api.binance.com/api/v3/depth?symbol={name}&limit=1000",
        numbering=Numbering.CHANGES,
        depth=b'{"e":"depthUpdate"',
        said=((b'{"e":"trade"', _trade),),
        plain=_BINANCE_PLAIN,
    ),
    Family.BINANCE_USDM: Source(
        url="wss://fstream.binance.com/ws",
        subscribe=(
            '{"method":"SUBSCRIBE","params":["{low}@depth@100ms","{low}@aggTrade"],"id":1}',
            '{"method":"SUBSCRIBE","params":["{low}@markPrice@1s"],"id":2}',
        ),
        snapshot="https://fapi.binance.com/fapi/v1/depth?symbol={name}&limit=1000",
        numbering=Numbering.CHAINED,
        depth=b'{"e":"depthUpdate"',
        said=((b'{"e":"aggTrade"', _trade), (b'{"e":"markPriceUpdate"', _mark)),
        plain=_BINANCE_PLAIN,
    ),
    Family.HYPERLIQUID: Source(
        url="wss://api.hyperliquid.xyz/ws",
        subscribe=tuple(
            '{"method":"subscribe","subscription":{"type":"' + kind + '","coin":"{name}"}}'
            for kind in ("l2Book", "trades", "activeAssetCtx")
        ),
        snapshot="",
        numbering=Numbering.WHOLE,
        depth=b'{"channel":"l2Book"',
        said=(
            (b'{"channel":"trades"', _trades),
            (b'{"channel":"activeAssetCtx"', hyperliquid_context),
        ),
        plain=(b'{"channel":"subscriptionResponse"', b'{"channel":"pong"'),
    ),
}


def source_of(family: Family) -> Source:
    """Return how a family's books are heard without ccxt; InputError where they are not."""
    source = _SOURCES.get(family)
    if source is None:
        known = ", ".join(sorted(f.value for f in _SOURCES))
        raise InputError(f"no frames of {family.value} are read here: only {known}")
    return source
