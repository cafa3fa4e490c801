"""What else do the frames of a book's venue say: prints, marks, indices, funding?"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeVar

import msgspec

from venues.live.frames.depth import FrameError, Milliseconds, Number
from venues.live.frames.grid import Grid
from venues.model.market import DerivKind

NS_PER_MS: Final = 1_000_000
_E12: Final = 10**12
_MOST_E12: Final = 2**63
_HOUR_MS: Final = 3_600_000


T = TypeVar("T")


class Traded(msgspec.Struct, frozen=True):
    """One public trade, in ticks and lots; `number` rises within its stream."""

    at_ns: int
    number: int
    taker_is_buy: bool
    tick: int
    lots: int


class Derived(msgspec.Struct, frozen=True):
    """A mark, an index or a funding rate in 10^-12 units, and when funding is next paid (0: unsaid)."""

    at_ns: int
    kind: DerivKind
    value_e12: int
    next_ns: int


Said = Traded | Derived


class _Trade(msgspec.Struct):
    """`trade` of spot and `aggTrade` of USD-M; `m`: the buyer rested."""

    E: Milliseconds
    s: str
    p: str
    q: str
    T: Milliseconds
    m: bool
    t: Number = 0
    a: Number = 0


class _Mark(msgspec.Struct):
    E: Milliseconds
    s: str
    p: str
    i: str
    r: str
    T: Milliseconds


class _Deal(msgspec.Struct):
    coin: str
    side: str
    px: str
    sz: str
    time: Milliseconds
    tid: Number


class _Deals(msgspec.Struct):
    data: list[_Deal]


class _Context(msgspec.Struct):
    markPx: str  # noqa: N815 - the venue's own name
    oraclePx: str  # noqa: N815 - the venue's own name
    funding: str


class _ActiveAsset(msgspec.Struct):
    coin: str
    ctx: _Context


class _Active(msgspec.Struct):
    data: _ActiveAsset


_trade = msgspec.json.Decoder(_Trade)
_mark = msgspec.json.Decoder(_Mark)
_deals = msgspec.json.Decoder(_Deals)
_active = msgspec.json.Decoder(_Active)


def binance_trade(frame: bytes, symbol: str, grid: Grid) -> tuple[Said, ...]:
    """Return what a `trade` or `aggTrade` frame says of `symbol`; FrameError for no such frame."""
    said = _decoded(_trade, frame)
    if said.s != symbol:
        return ()
    lots = grid.lots(said.q)
    number = max(said.t, said.a)
    return (Traded(said.T * NS_PER_MS, number, not said.m, grid.ticks(said.p), lots),)


def binance_mark(frame: bytes, symbol: str, grid: Grid) -> tuple[Said, ...]:
    """Return what a `markPriceUpdate` frame says of `symbol`; FrameError for no such frame."""
    del grid  # marks lie between ticks
    said = _decoded(_mark, frame)
    if said.s != symbol:
        return ()
    at_ns, next_ns = said.E * NS_PER_MS, said.T * NS_PER_MS
    values = {DerivKind.MARK: said.p, DerivKind.INDEX: said.i, DerivKind.FUNDING: said.r}
    return _derived(at_ns, values, next_ns)


def hyperliquid_trades(frame: bytes, coin: str, grid: Grid) -> tuple[Said, ...]:
    """Return what a `trades` frame says of `coin`, oldest first; FrameError for no such frame."""
    deals = [deal for deal in _decoded(_deals, frame).data if deal.coin == coin]
    if wrong := [deal.side for deal in deals if deal.side not in {"A", "B"}]:
        raise FrameError(f"a trade on side {wrong[0]!r}")
    deals.sort(key=lambda deal: deal.time)
    return tuple(
        Traded(d.time * NS_PER_MS, d.tid, d.side == "B", grid.ticks(d.px), grid.lots(d.sz))
        for d in deals
    )


def hyperliquid_context(frame: bytes, coin: str, grid: Grid, now_ms: int) -> tuple[Said, ...]:
    """Return what an `activeAssetCtx` frame says of `coin`; FrameError for no such frame.

    It bears no time: it is taken to be of `now_ms`, and funding is paid every full hour.
    """
    del grid
    said = _decoded(_active, frame).data
    if said.coin != coin:
        return ()
    values = {
        DerivKind.MARK: said.ctx.markPx,
        DerivKind.INDEX: said.ctx.oraclePx,
        DerivKind.FUNDING: said.ctx.funding,
    }
    next_ms = (now_ms // _HOUR_MS + 1) * _HOUR_MS
    return _derived(now_ms * NS_PER_MS, values, next_ms * NS_PER_MS)


def _derived(at_ns: int, values: Mapping[DerivKind, str], next_ns: int) -> tuple[Said, ...]:
    return tuple(
        Derived(at_ns, kind, _e12(text), next_ns if kind is DerivKind.FUNDING else 0)
        for kind, text in values.items()
        if text  # USD-M leaves the rate of what pays none empty
    )


def _e12(text: str) -> int:
    digits = text.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal()):
        raise FrameError(f"{text!r} is not a decimal number")
    value = int(Decimal(text) * _E12)
    if not -_MOST_E12 < value < _MOST_E12:
        raise FrameError(f"{text!r} is out of range")
    return value


def _decoded(decoder: msgspec.json.Decoder[T], frame: bytes) -> T:
    try:
        return decoder.decode(frame)
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise FrameError(f"not as documented: {wrong}") from wrong
