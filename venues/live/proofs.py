"""Which answers of a venue prove that it did not take an order? A list; what is not on it proves nothing.

Each row has a sample as the venue sends it. Sources: the error tables of the venues' API documentation
and ccxt 4.5.90's samples of them. Venues without rows: all but a whole acceptance is unknown.
"""

import enum
from collections.abc import Mapping
from typing import Final

import msgspec

from venues.live.dialect import Family


class Fate(enum.Enum):
    """What an answer on the list proves of the command it answers."""

    REJECTED = "rejected"  # never taken
    UNMATCHED = "unmatched"  # taken, traded nothing and gone: immediate-or-cancel without a match
    TAKEN_BEFORE = "taken_before"  # an earlier order goes by this id: ask what became of it
    NOT_OPEN = "not_open"  # nothing there to cancel: gone, or never there
    ABSENT = "absent"  # asked about, and not known


class Pace(enum.Enum):
    """What an answer says of how fast we ask."""

    FINE = "fine"
    LIMITED = "limited"  # too many requests or orders: wait
    BANNED = "banned"  # asked on after that: the address is shut out for a while


class Proof(msgspec.Struct, frozen=True):
    """An answer that proves something: by HTTP status, code, and how its text begins."""

    status: int
    code: str
    text: str
    fate: Fate
    sample: str
    pace: Pace = Pace.FINE


_R, _N = Fate.REJECTED, Fate.NOT_OPEN


def _binance(
    code: int, text: str, fate: Fate = _R, *, status: int = 400, pace: Pace = Pace.FINE
) -> Proof:
    return Proof(status, str(code), text, fate, f'{{"code":{code},"msg":"{text}"}}', pace)


# Refused before the matching engine sees it, spot and USD-M alike.
_BINANCE: Final = (
    _binance(-1003, "Too many requests", status=429, pace=Pace.LIMITED),
    _binance(-1003, "Too much request weight used", status=429, pace=Pace.LIMITED),
    _binance(-1003, "Way too many requests", status=418, pace=Pace.BANNED),
    _binance(-1003, "Way too much request weight used", status=418, pace=Pace.BANNED),
    _binance(-1015, "Too many new orders", status=429, pace=Pace.LIMITED),
    _binance(-1015, "Too many new orders", pace=Pace.LIMITED),
    _binance(-1013, "Filter failure: "),
    _binance(-1013, "Invalid quantity."),
    _binance(-1013, "Invalid price."),
    _binance(-1014, "Unsupported order combination."),
    _binance(-1021, "Timestamp for this request is outside of the recvWindow."),
    _binance(-1021, "Timestamp for this request was 1000ms ahead of the server's time."),
    _binance(-1022, "Signature for this request is not valid."),
    _binance(-1100, "Illegal characters found in"),
    _binance(-1101, "Too many parameters"),
    _binance(-1102, "Mandatory parameter"),
    _binance(-1103, "An unknown parameter was sent."),
    _binance(-1104, "Not all sent parameters were read"),
    _binance(-1105, "Parameter"),
    _binance(-1106, "Parameter"),
    _binance(-1111, "Precision is over the maximum defined for this asset."),
    _binance(-1111, "Parameter"),
    _binance(-1115, "Invalid timeInForce."),
    _binance(-1116, "Invalid orderType."),
    _binance(-1117, "Invalid side."),
    _binance(-1121, "Invalid symbol."),
    _binance(-2014, "API-key format invalid."),
    _binance(-2014, "API-key format invalid.", status=401),
    _binance(-2015, "Invalid API-key, IP, or permissions for action."),
    _binance(-2015, "Invalid API-key, IP, or permissions for action.", status=401),
    _binance(-2011, "Unknown order sent.", _N),
    _binance(-2013, "Order does not exist.", Fate.ABSENT),
)
_SPOT: Final = (
    _binance(-2010, "Account has insufficient balance for requested action."),
    _binance(-2010, "Order would immediately match and take."),
    _binance(-2010, "Stop price would trigger immediately."),
    _binance(-2010, "Market is closed."),
    _binance(-2010, "This action is disabled on this account."),
    _binance(-2010, "This symbol is not permitted for this account."),
    _binance(-2010, "Rest API trading is not enabled."),
    _binance(-2010, "Duplicate order sent.", Fate.TAKEN_BEFORE),
)
_USDM: Final = (
    _binance(-2018, "Balance is insufficient."),
    _binance(-2019, "Margin is insufficient."),
    _binance(-2021, "Order would immediately trigger."),
    _binance(-2022, "ReduceOnly Order is rejected."),
    _binance(-2025, "Reach max open order limit."),
    _binance(-2027, "Exceeded the maximum allowable position at current leverage."),
    _binance(-2028, "Leverage is smaller than permitted: insufficient margin balance."),
    _binance(-4003, "Quantity less than or equal to zero."),
    _binance(-4004, "Quantity less than min quantity."),
    _binance(-4005, "Quantity greater than max quantity."),
    _binance(-4013, "Price less than min price."),
    _binance(-4014, "Price not increased by tick size."),
    _binance(-4016, "Limit price can't be higher than"),
    _binance(-4023, "Quantity not increased by step size."),
    _binance(-4024, "Limit price can't be lower than"),
    _binance(-4164, "Order's notional must be no smaller than"),
    _binance(-5022, "Due to the order could not be executed as maker"),
    _binance(-5028, "Timestamp for this request is outside of the ME recvWindow."),
    _binance(-4116, "ClientOrderId is duplicated.", Fate.TAKEN_BEFORE),
)


def _action(text: str, fate: Fate = _R, kind: str = "order") -> Proof:
    sample = (
        f'{{"status":"ok","response":{{"type":"{kind}","data":{{"statuses":'
        f'[{{"error":"{text} asset=0"}}]}}}}}}'
    )
    return Proof(200, "error", text, fate, sample)


def _refused(text: str, pace: Pace = Pace.FINE) -> Proof:
    return Proof(200, "err", text, _R, f'{{"status":"err","response":"{text}"}}', pace)


_HYPERLIQUID: Final = (
    _action("Price must be divisible by tick size."),
    _action("Order must have minimum value of $10"),
    _action("Insufficient margin to place order."),
    _action("Reduce only order would increase position."),
    _action("Post only order would have immediately matched,"),
    _action("Order could not immediately match against any resting orders.", Fate.UNMATCHED),
    _action("Invalid TP/SL price."),
    _action("Order has invalid size"),
    _action("Order has zero size."),
    _action("Order price cannot be more than 80% away from the reference price"),
    _action("Order was never placed, already canceled, or filled.", _N, "cancel"),
    _refused("User or API Wallet "),
    _refused("Too many cumulative requests sent", Pace.LIMITED),
    Proof(200, "unknownOid", "", Fate.ABSENT, '{"status":"unknownOid"}'),
)

PROOFS: Final[Mapping[Family, tuple[Proof, ...]]] = {
    Family.BINANCE_SPOT: _BINANCE + _SPOT,
    Family.BINANCE_USDM: _BINANCE + _USDM,
    Family.HYPERLIQUID: _HYPERLIQUID,
    Family.OKX: (),
    Family.BYBIT: (),
    Family.KRAKEN: (),
}

# What an order id of the venue looks like: garbage with a 200 is no acceptance.
ORDER_IDS: Final[Mapping[Family, str]] = {
    Family.BINANCE_SPOT: r"[1-9][0-9]*",
    Family.BINANCE_USDM: r"[1-9][0-9]*",
    Family.HYPERLIQUID: r"[1-9][0-9]*",
    Family.OKX: r"[1-9][0-9]*",
    Family.BYBIT: r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[1-9][0-9]*",
    Family.KRAKEN: r"O[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{6}",
}
