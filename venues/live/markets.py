"""What can be traded at a real venue: instruments from what its client loads, every number exact.

Loaded once before trading and kept on disk, because loading blocks the loop and a venue may be
down at the next start. Numbers are the text the venue sent; no float decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from venues.errors import InputError, VenueProtocolError, VenueUnreachable
from venues.live.dialect import Dialect, Family
from venues.live.exchange import Exchange
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Contract, FeeIn, Instrument, Kind, ReduceOnly
from venues.model.numbers import ONE, ZERO, decimal

_VERSION: Final = 1
# Five significant figures, and at most so many decimals less those of a size (Hyperliquid's docs).
_FIGURES: Final = 5
_PERP_DECIMALS: Final = 6

Row = Mapping[str, object]


class Fees(msgspec.Struct, frozen=True, kw_only=True):
    """What the account pays: fractions of notional, negative when it is paid."""

    maker: Decimal
    taker: Decimal


class _Precision(msgspec.Struct, frozen=True):
    price: str
    amount: str


class _Limit(msgspec.Struct, frozen=True):
    min: str | None = None


class _Limits(msgspec.Struct, frozen=True):
    amount: _Limit = _Limit()
    cost: _Limit = _Limit()


class _Market(msgspec.Struct, frozen=True):
    """What is read of ccxt's market; `info` is the venue's own word."""

    id: str
    symbol: str
    type: str
    active: bool | None
    precision: _Precision
    limits: _Limits
    info: Mapping[str, object]
    linear: bool | None = None
    inverse: bool | None = None
    contractSize: str | None = None  # noqa: N815 - their spelling
    # Default fees are ccxt's own table, doubles in part: the shortest text is what was written there.
    maker: str | float | None = None
    taker: str | float | None = None


class _Saved(msgspec.Struct, frozen=True):
    version: int
    exchange: str
    saved_ns: int
    rows: list[dict[str, object]]


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument, and what the venue itself calls it: in requests, and in its streams."""

    instrument: Instrument
    market_id: str
    stream_name: str


async def load_rows(exchange: Exchange, symbols: Sequence[Symbol]) -> list[dict[str, object]]:
    """Return ccxt's rows of the wanted symbols, fresh from the venue.

    InputError for a symbol that it does not list; VenueUnreachable where it cannot be asked.
    """
    landed = await exchange.fly(None, exchange.ccxt.load_markets)
    if landed.error is not None:
        name = type(landed.error).__name__
        raise VenueUnreachable(f"{exchange.dialect.exchange}: markets not loaded: {name}")
    if not isinstance(landed.value, Mapping) or not landed.value:
        raise VenueProtocolError(f"{exchange.dialect.exchange} lists no market at all")
    missing = [symbol for symbol in symbols if symbol not in landed.value]
    if missing:
        raise InputError(f"{exchange.dialect.exchange} does not list {', '.join(missing)}")
    rows: list[dict[str, object]] = [dict(landed.value[symbol]) for symbol in symbols]
    return rows


def save_rows(path: Path, exchange: str, rows: Iterable[dict[str, object]], saved_ns: int) -> None:
    """Keep rows on disk: whole, or what was there before stays."""
    saved = _Saved(_VERSION, exchange, saved_ns, list(rows))
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(msgspec.json.encode(saved))
    beside.replace(path)


def saved_rows(path: Path, exchange: str) -> tuple[list[dict[str, object]], int]:
    """Return the rows kept on disk and when they were (wall ns); InputError names what is wrong."""
    try:
        saved = msgspec.json.decode(path.read_bytes(), type=_Saved)
    except (OSError, msgspec.MsgspecError) as wrong:
        raise InputError(f"{path}: no saved markets: {wrong}; delete it to load them") from wrong
    if (saved.version, saved.exchange) != (_VERSION, exchange):
        raise InputError(
            f"{path}: version {saved.version} of {saved.exchange}, not version {_VERSION} of "
            f"{exchange}; delete it to load them"
        )
    return saved.rows, saved.saved_ns


def listing(row: Row, venue: VenueId, dialect: Dialect, fees: Fees | None = None) -> Listing:
    """Return what a row of ccxt's says, `venue` being our name for the place.

    `fees`: the account's own, where the venue told them. VenueProtocolError for a market that is
    closed, or says something no instrument can be; InputError for a kind that is not traded.
    """
    try:
        market = msgspec.convert(row, _Market)
        return _listing(market, venue, dialect, fees)
    except (ValueError, ArithmeticError) as wrong:
        raise VenueProtocolError(f"{dialect.exchange} {row.get('symbol')}: {wrong}") from wrong


def _listing(market: _Market, venue: VenueId, dialect: Dialect, fees: Fees | None) -> Listing:
    kind = {"spot": Kind.SPOT, "swap": Kind.PERP}.get(market.type)
    if kind not in dialect.kinds or kind is None:
        raise InputError(f"{dialect.exchange} {market.symbol}: {market.type} is not traded")
    if market.active is False:
        raise ValueError("the market is closed")
    lot = _above_zero("lot", market.precision.amount)
    instrument = Instrument(
        venue=venue,
        symbol=Symbol(market.symbol),
        kind=kind,
        tick_size=_tick(market, dialect.family),
        lot_size=lot,
        min_quantity=max(lot, _number(market.limits.amount.min)),
        min_notional=_number(market.limits.cost.min),
        maker_fee=fees.maker if fees else _number(market.maker),
        taker_fee=fees.taker if fees else _number(market.taker),
        contract_size=_number(market.contractSize) or ONE,
        contract=Contract.INVERSE if market.inverse else Contract.LINEAR,
        fee_in=FeeIn.RECEIVED if kind is Kind.SPOT else FeeIn.QUOTE,
        reduce_only=_reduce_only(kind, dialect.family),
    )
    name = market.info.get("name") if dialect.family is Family.HYPERLIQUID else market.id
    return Listing(instrument=instrument, market_id=market.id, stream_name=str(name or market.id))


def _tick(market: _Market, family: Family) -> Decimal:
    if family is not Family.HYPERLIQUID:
        return _above_zero("tick", market.precision.price)
    mark, size = market.info.get("markPx"), market.info.get("szDecimals")
    return hyperliquid_tick(decimal(str(mark)), int(str(size)))


def hyperliquid_tick(price: Decimal, size_decimals: int) -> Decimal:
    """Return the step of a Hyperliquid perp's prices around `price` (> 0); ValueError otherwise.

    Five significant figures, at most `6 - size_decimals` decimals; whole numbers always may be.
    It changes with the price: above the next power of ten, ticks of this one may be refused.
    """
    if price <= ZERO:
        raise ValueError(f"a mark price of {price}")
    exponent = max(price.adjusted() - _FIGURES + 1, size_decimals - _PERP_DECIMALS)
    return ONE.scaleb(min(exponent, 0))


def _reduce_only(kind: Kind, family: Family) -> ReduceOnly:
    if kind is Kind.PERP and family is Family.BINANCE_USDM:
        return ReduceOnly.SUMMED
    if kind is Kind.PERP and family is Family.HYPERLIQUID:
        return ReduceOnly.CAPPED
    return ReduceOnly.UNSAID


def _number(value: str | float | None) -> Decimal:
    """Return a number that may be missing: then 0. Exponents, as Python prints them, are exact."""
    if value is None:
        return ZERO
    return decimal(format(Decimal(str(value)), "f"))


def _above_zero(what: str, text: str) -> Decimal:
    value = _number(text)
    if value <= ZERO:
        raise ValueError(f"a {what} of {text}")
    return value
