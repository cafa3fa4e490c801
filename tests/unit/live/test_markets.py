"""What can be traded there: loaded by the real client from what the venue would say, exact to the digit."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.raw_server import answer, raw_server
from tests.unit.live.test_exchange import credentials
from venues.errors import InputError, VenueProtocolError, VenueUnreachable
from venues.live.dialects import BINANCE, BINANCEUSDM, HYPERLIQUID, dialect_of
from venues.live.exchange import Exchange
from venues.live.markets import (
    Fees,
    hyperliquid_tick,
    listing,
    load_rows,
    save_rows,
    saved_rows,
)
from venues.loopback.resolver import redirected_session
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import FeeIn, Instrument, Kind, ReduceOnly

SPOT: dict[str, Any] = {
    "timezone": "UTC",
    "rateLimits": [],
    "symbols": [
        {
            "symbol": "BTCUSDT",
            "status": "TRADING",
            "baseAsset": "BTC",
            "quoteAsset": "USDT",
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "orderTypes": ["LIMIT", "LIMIT_MAKER"],
            "isSpotTradingAllowed": True,
            "permissions": ["SPOT"],
            "filters": [
                {
                    "filterType": "PRICE_FILTER",
                    "minPrice": "0.01000000",
                    "maxPrice": "1000000.00000000",
                    "tickSize": "0.01000000",
                },
                {
                    "filterType": "LOT_SIZE",
                    "minQty": "0.00001000",
                    "maxQty": "9000.00000000",
                    "stepSize": "0.00001000",
                },
                {"filterType": "NOTIONAL", "minNotional": "5.00000000"},
            ],
        }
    ],
}
USDM: dict[str, Any] = {
    "timezone": "UTC",
    "rateLimits": [],
    "symbols": [
        {
            "symbol": "BTCUSDT",
            "pair": "BTCUSDT",
            "contractType": "PERPETUAL",
            "deliveryDate": 4133404800000,
            "status": "TRADING",
            "baseAsset": "BTC",
            "quoteAsset": "USDT",
            "marginAsset": "USDT",
            "pricePrecision": 2,
            "quantityPrecision": 3,
            "orderTypes": ["LIMIT", "STOP"],
            "filters": [
                {
                    "filterType": "PRICE_FILTER",
                    "minPrice": "556.80",
                    "maxPrice": "4529764",
                    "tickSize": "0.10",
                },
                {
                    "filterType": "LOT_SIZE",
                    "minQty": "0.001",
                    "maxQty": "1000",
                    "stepSize": "0.001",
                },
                {"filterType": "MIN_NOTIONAL", "notional": "100"},
            ],
        }
    ],
}
PERPS: list[Any] = [
    {"universe": [{"name": "BTC", "szDecimals": 5, "maxLeverage": 50}]},
    [{"markPx": "61234.0", "midPx": "61234.5", "funding": "0.00001", "oraclePx": "61230.0"}],
]
CASES: dict[str, tuple[Any, str]] = {
    "binance": (SPOT, "BTC/USDT"),
    "binanceusdm": (USDM, "BTC/USDT:USDT"),
    "hyperliquid": (PERPS, "BTC/USDC:USDC"),
}


async def rows_of(name: str, body: object, symbol: str) -> list[dict[str, object]]:
    dialect = dialect_of(name)
    async with raw_server(*dialect.hosts) as server:
        server.reply = answer(200, json.dumps(body))
        async with redirected_session(server.redirect) as session:
            exchange = Exchange(dialect, session, credentials())
            exchange.ccxt.timeout_on_exit = 0
            try:
                return await load_rows(exchange, [Symbol(symbol)])
            finally:
                await exchange.close()


async def instrument(name: str) -> Instrument:
    body, symbol = CASES[name]
    (row,) = await rows_of(name, body, symbol)
    return listing(row, VenueId("here"), dialect_of(name)).instrument


async def test_binance_spot_says_steps_minimums_and_fees() -> None:
    i = await instrument("binance")
    assert (i.kind, i.symbol, i.venue) == (Kind.SPOT, "BTC/USDT", "here")
    assert (i.tick_size, i.lot_size) == (Decimal("0.01"), Decimal("0.00001"))
    assert (i.min_quantity, i.min_notional) == (Decimal("0.00001"), Decimal(5))
    assert (i.maker_fee, i.taker_fee) == (Decimal("0.001"), Decimal("0.001"))
    assert i.fee_in is FeeIn.RECEIVED


async def test_binance_usdm_says_them_and_counts_reduce_only_orders_together() -> None:
    i = await instrument("binanceusdm")
    assert (i.kind, i.symbol) == (Kind.PERP, "BTC/USDT:USDT")
    assert (i.tick_size, i.lot_size) == (Decimal("0.1"), Decimal("0.001"))
    assert (i.min_notional, i.contract_size) == (Decimal(100), Decimal(1))
    assert i.reduce_only is ReduceOnly.SUMMED
    assert i.fee_in is FeeIn.QUOTE


async def test_hyperliquid_ticks_are_five_figures_of_the_mark() -> None:
    i = await instrument("hyperliquid")
    assert (i.tick_size, i.lot_size) == (Decimal(1), Decimal("0.00001"))
    assert i.min_notional == Decimal(10)
    assert i.reduce_only is ReduceOnly.CAPPED


async def test_rows_kept_on_disk_make_the_same_instruments(tmp_path: Path) -> None:
    for name, (body, symbol) in CASES.items():
        rows = await rows_of(name, body, symbol)
        path = tmp_path / f"{name}.json"
        save_rows(path, name, rows, 17)
        kept, saved_ns = saved_rows(path, name)
        assert saved_ns == 17
        here = VenueId("here")
        assert listing(kept[0], here, dialect_of(name)) == listing(rows[0], here, dialect_of(name))
        with pytest.raises(InputError, match="delete it"):
            saved_rows(path, "okx")


@pytest.mark.parametrize("text", ["", "{}", '{"version":1}', "[1]", '{"version":1,"exchange":'])
def test_a_damaged_file_of_markets_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "markets.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"markets\.json.*delete it"):
        saved_rows(path, "binance")


async def test_a_symbol_that_is_not_listed_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="does not list ETH/USDT"):
        await rows_of("binance", SPOT, "ETH/USDT")


async def test_a_venue_that_does_not_answer_lists_nothing() -> None:
    with pytest.raises(VenueProtocolError, match="no market at all"):
        await rows_of("binance", None, "BTC/USDT")
    with pytest.raises(VenueUnreachable, match="markets not loaded"):
        await rows_of("hyperliquid", {"error": "down"}, "BTC/USDC:USDC")


@pytest.mark.parametrize("field", ["precision", "symbol", "info"])
async def test_a_row_without_what_matters_is_no_instrument(field: str) -> None:
    (row,) = await rows_of("binance", SPOT, "BTC/USDT")
    del row[field]
    with pytest.raises(VenueProtocolError):
        listing(row, VenueId("here"), BINANCE)


@pytest.mark.parametrize(
    ("field", "value"), [("active", False), ("precision", {"price": "0", "amount": "1"})]
)
async def test_a_market_that_is_closed_or_has_no_step_is_no_instrument(
    field: str, value: object
) -> None:
    (row,) = await rows_of("binance", SPOT, "BTC/USDT")
    with pytest.raises(VenueProtocolError):
        listing({**row, field: value}, VenueId("here"), BINANCE)


async def test_the_fees_of_the_account_come_before_those_of_the_list() -> None:
    (row,) = await rows_of("binanceusdm", USDM, "BTC/USDT:USDT")
    own = Fees(maker=Decimal("-0.00005"), taker=Decimal("0.0002"))
    i = listing(row, VenueId("here"), BINANCEUSDM, own).instrument
    assert (i.maker_fee, i.taker_fee) == (own.maker, own.taker)


@pytest.mark.parametrize(
    ("price", "size_decimals", "tick"),
    [
        ("61234", 5, "1"),
        ("123456", 5, "1"),
        ("9999.9", 5, "0.1"),
        ("2369.6", 4, "0.1"),
        ("108.04", 2, "0.01"),
        ("1.2345", 0, "0.0001"),
        ("0.012345", 0, "0.000001"),
        ("0.0000123", 0, "0.000001"),
    ],
)
def test_a_hyperliquid_tick(price: str, size_decimals: int, tick: str) -> None:
    assert hyperliquid_tick(Decimal(price), size_decimals) == Decimal(tick)


@given(price=st.decimals("0.0001", "999999", places=6), size_decimals=st.integers(0, 5))
def test_every_price_on_the_tick_within_its_decade_is_one_that_hyperliquid_takes(
    price: Decimal, size_decimals: int
) -> None:
    tick = hyperliquid_tick(price, size_decimals)
    on_tick = (price // tick) * tick
    figures = len(on_tick.normalize().as_tuple().digits)
    exponent = on_tick.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    assert figures <= 5 or exponent >= 0
    assert -exponent <= 6 - size_decimals
    assert HYPERLIQUID.kinds == {Kind.PERP}
