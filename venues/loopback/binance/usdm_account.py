"""What does a USD-M account hold: collateral, positions, leverage, and the rates it pays?"""

from decimal import Decimal
from typing import Final

from venues.loopback.binance.desk import Asked
from venues.loopback.binance.errors import ApiError
from venues.loopback.binance.words import NS_PER_MS, Json, num
from venues.loopback.matching import rules
from venues.loopback.matching.accounts import Position
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Refusal, Refused, Report
from venues.model.numbers import MONEY, ZERO

_LEVERAGE_MAX: Final = 125
_MAINTENANCE: Final = Decimal("0.004")


class UsdmAccount:
    """Answers about money, from the exchange's books of accounts. One-way mode, cross margin."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def account(self, asked: Asked) -> object:
        """GET v3/account."""
        name = asked.account.name
        assets = [self._asset(name, asset, asked.now_ms) for asset in self._assets(name)]
        first: Json = assets[0] if assets else {}
        zero = num(ZERO)
        return {
            "totalInitialMargin": first.get("initialMargin", zero),
            "totalMaintMargin": first.get("maintMargin", zero),
            "totalWalletBalance": first.get("walletBalance", zero),
            "totalUnrealizedProfit": first.get("unrealizedProfit", zero),
            "totalMarginBalance": first.get("marginBalance", zero),
            "totalPositionInitialMargin": first.get("positionInitialMargin", zero),
            "totalOpenOrderInitialMargin": first.get("openOrderInitialMargin", zero),
            "totalCrossWalletBalance": first.get("crossWalletBalance", zero),
            "totalCrossUnPnl": first.get("crossUnPnl", zero),
            "availableBalance": first.get("availableBalance", zero),
            "maxWithdrawAmount": zero,
            "assets": assets,
            "positions": [
                self._risk(name, symbol, held, asked.now_ms)
                for symbol, held in self._exchange.accounts.positions(name)
            ],
        }

    def balance(self, asked: Asked) -> object:
        """GET v3/balance."""
        name = asked.account.name
        said: list[Json] = []
        for asset in self._assets(name):
            told = self._asset(name, asset, asked.now_ms)
            said.append(
                {
                    "accountAlias": "loopback",
                    "asset": asset,
                    "balance": told["walletBalance"],
                    "crossWalletBalance": told["crossWalletBalance"],
                    "crossUnPnl": told["crossUnPnl"],
                    "availableBalance": told["availableBalance"],
                    "maxWithdrawAmount": num(ZERO),
                    "marginAvailable": True,
                    "updateTime": asked.now_ms,
                }
            )
        return said

    def positions(self, asked: Asked) -> object:
        """GET v3/positionRisk: only what is held."""
        name, only = asked.account.name, asked.params.optional("symbol")
        return [
            self._risk(name, symbol, held, asked.now_ms)
            for symbol, held in self._exchange.accounts.positions(name)
            if only in {"", symbol}
        ]

    def _assets(self, name: str) -> list[str]:
        quotes = {listing.quote for listing in self._exchange.listings.values()}
        return [a for a in self._exchange.accounts.assets(name) if a in quotes]

    def _asset(self, name: str, asset: str, now_ms: int) -> Json:
        exchange = self._exchange
        wallet = exchange.accounts.balance(name, asset)
        equity = rules.equity(exchange, name, asset)
        held = maintenance = ZERO
        for symbol, position in exchange.accounts.positions(name):
            notional = self._notional(symbol, position)
            leverage = Decimal(exchange.accounts.leverage(name, symbol))
            held += MONEY.divide(abs(notional), leverage)
            maintenance += MONEY.multiply(abs(notional), _MAINTENANCE)
        free = max(exchange.free(name, asset), ZERO)
        initial = max(equity - free, held)
        return {
            "asset": asset,
            "walletBalance": num(wallet),
            "unrealizedProfit": _eight(equity - wallet),
            "marginBalance": _eight(equity),
            "maintMargin": _eight(maintenance),
            "initialMargin": _eight(initial),
            "positionInitialMargin": _eight(held),
            "openOrderInitialMargin": _eight(initial - held),
            "crossWalletBalance": num(wallet),
            "crossUnPnl": _eight(equity - wallet),
            "availableBalance": _eight(free),
            "maxWithdrawAmount": num(ZERO),
            "updateTime": now_ms,
        }

    def _notional(self, symbol: str, held: Position) -> Decimal:
        return MONEY.multiply(held.quantity, rules.mark_of(self._exchange, symbol, held.entry))

    def _risk(self, name: str, symbol: str, held: Position, now_ms: int) -> Json:
        mark = rules.mark_of(self._exchange, symbol, held.entry)
        notional = self._notional(symbol, held)
        leverage = Decimal(self._exchange.accounts.leverage(name, symbol))
        initial = MONEY.divide(abs(notional), leverage)
        return {
            "symbol": symbol,
            "positionSide": "BOTH",
            "positionAmt": num(held.quantity),
            "entryPrice": _eight(held.entry),
            "breakEvenPrice": _eight(held.entry),
            "markPrice": num(mark),
            "unRealizedProfit": _eight(notional - held.cost),
            "unrealizedProfit": _eight(notional - held.cost),
            "liquidationPrice": "0",
            "isolatedMargin": "0",
            "notional": _eight(notional),
            "marginAsset": self._exchange.listings[symbol].quote,
            "isolatedWallet": "0",
            "initialMargin": _eight(initial),
            "maintMargin": _eight(MONEY.multiply(abs(notional), _MAINTENANCE)),
            "positionInitialMargin": _eight(initial),
            "openOrderInitialMargin": "0",
            "adl": 0,
            "bidNotional": "0",
            "askNotional": "0",
            "updateTime": now_ms,
        }

    def update(self, report: Report) -> Json:
        """Return the ACCOUNT_UPDATE event that follows a fill."""
        ask, at_ms = report.order.ask, report.ts_ns // NS_PER_MS
        listing = self._exchange.listings[ask.symbol]
        wallet = num(self._exchange.accounts.balance(ask.account, listing.quote))
        held = self._exchange.accounts.position(ask.account, ask.symbol)
        profit = self._notional(ask.symbol, held) - held.cost
        return {
            "e": "ACCOUNT_UPDATE",
            "E": at_ms,
            "T": at_ms,
            "a": {
                "m": "ORDER",
                "B": [{"a": listing.quote, "wb": wallet, "cw": wallet, "bc": "0"}],
                "P": [
                    {
                        "s": ask.symbol,
                        "pa": num(held.quantity),
                        "ep": _eight(held.entry),
                        "bep": _eight(held.entry),
                        "cr": "0",
                        "up": _eight(profit),
                        "mt": "cross",
                        "iw": "0",
                        "ps": "BOTH",
                    }
                ],
            },
        }

    # -- settings

    def brackets(self, asked: Asked) -> object:
        """GET leverageBracket: one bracket for all sizes."""
        only = asked.params.optional("symbol")
        bracket: Json = {
            "bracket": 1,
            "initialLeverage": _LEVERAGE_MAX,
            "notionalCap": 1_000_000_000,
            "notionalFloor": 0,
            "maintMarginRatio": 0.004,
            "cum": 0.0,
        }
        return [
            {"symbol": symbol, "notionalCoef": 1.0, "brackets": [bracket]}
            for symbol in self._exchange.listings
            if only in {"", symbol}
        ]

    def commission(self, asked: Asked) -> object:
        """GET commissionRate."""
        listing = self._exchange.listings[self._symbol(asked)]
        return {
            "symbol": listing.symbol,
            "makerCommissionRate": num(listing.maker_fee),
            "takerCommissionRate": num(listing.taker_fee),
        }

    def config(self, asked: Asked) -> object:
        """GET accountConfig."""
        return {
            "feeTier": 0,
            "canTrade": True,
            "canDeposit": False,
            "canWithdraw": asked.account.may_withdraw,
            "dualSidePosition": False,
            "updateTime": 0,
            "multiAssetsMargin": False,
            "tradeGroupId": -1,
        }

    def symbol_config(self, asked: Asked) -> object:
        """GET symbolConfig."""
        only, name = asked.params.optional("symbol"), asked.account.name
        return [
            {
                "symbol": symbol,
                "marginType": "CROSSED",
                "isAutoAddMargin": False,
                "leverage": self._exchange.accounts.leverage(name, symbol),
                "maxNotionalValue": "1000000000",
            }
            for symbol in self._exchange.listings
            if only in {"", symbol}
        ]

    def position_side(self, asked: Asked) -> object:
        """GET positionSide/dual: one-way."""
        return {"dualSidePosition": False}

    def set_leverage(self, asked: Asked) -> object:
        """POST leverage."""
        symbol, leverage = self._symbol(asked), asked.params.whole("leverage")
        if not 1 <= leverage <= _LEVERAGE_MAX:
            raise ApiError(-4028, f"Leverage {leverage} is not valid")
        self._exchange.accounts.set_leverage(asked.account.name, symbol, leverage)
        return {"symbol": symbol, "leverage": leverage, "maxNotionalValue": "1000000000"}

    def set_margin_type(self, asked: Asked) -> object:
        """POST marginType: it is cross, and stays so."""
        self._symbol(asked)
        if asked.params.text("marginType") == "CROSSED":
            raise ApiError(-4046, "No need to change margin type.")
        raise ApiError(-4161, "Isolated margin is not offered here.")

    def _symbol(self, asked: Asked) -> str:
        symbol = asked.params.text("symbol")
        if symbol not in self._exchange.listings:
            raise Refused(Refusal.SYMBOL)
        return symbol


def _eight(value: Decimal) -> str:
    """Return a figure of division, to eight decimals as the venue shows it."""
    return num(value.quantize(Decimal("0.00000001")))
