"""Which markets does the wire table order in? Made up, in the shape ccxt gives them."""

from typing import Any

from venues.model.instrument import Kind

# exchange, kind, symbol, the venue's name for it
LISTED: tuple[tuple[str, Kind, str, str], ...] = (
    ("binance", Kind.SPOT, "BTC/USDT", "BTCUSDT"),
    ("binanceusdm", Kind.PERP, "BTC/USDT:USDT", "BTCUSDT"),
    ("hyperliquid", Kind.PERP, "BTC/USDC:USDC", "0"),
    ("okx", Kind.SPOT, "BTC/USDT", "BTC-USDT"),
    ("okx", Kind.PERP, "BTC/USDT:USDT", "BTC-USDT-SWAP"),
    ("bybit", Kind.SPOT, "BTC/USDT", "BTCUSDT"),
    ("bybit", Kind.PERP, "BTC/USDT:USDT", "BTCUSDT"),
    ("kraken", Kind.SPOT, "BTC/USD", "XXBTZUSD"),
)

_TYPES = ("LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT", "STOP", "TAKE_PROFIT")


def ccxt_market(kind: Kind, symbol: str, market_id: str) -> dict[str, Any]:
    """Return a market on ticks of 0.5 and lots of 0.001."""
    base, quote = symbol.split(":", 1)[0].split("/")
    perp = kind is Kind.PERP
    return {
        "id": market_id,
        "symbol": symbol,
        "base": base,
        "quote": quote,
        "settle": quote if perp else None,
        "baseId": "0" if market_id == "0" else base,
        "quoteId": quote,
        "settleId": quote if perp else None,
        "type": "swap" if perp else "spot",
        "spot": not perp,
        "margin": False,
        "swap": perp,
        "future": False,
        "option": False,
        "active": True,
        "contract": perp,
        "linear": True if perp else None,
        "inverse": False if perp else None,
        "contractSize": "1" if perp else None,
        "precision": {"amount": "0.001", "price": "0.5"},
        "limits": {},
        "taker": "0.001",
        "maker": "0.001",
        "info": {"orderTypes": list(_TYPES)},
    }
