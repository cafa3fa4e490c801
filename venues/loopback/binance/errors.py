"""What does Binance say when it says no: code, message and HTTP status of every refusal."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import msgspec

from venues.loopback.matching.values import Refusal


class ApiError(Exception):
    """One refusal in Binance's words."""

    def __init__(
        self,
        code: int,
        msg: str,
        status: int = HTTPStatus.BAD_REQUEST,
        *,
        retry_after_s: int = 0,
        data: object = None,
    ) -> None:
        super().__init__(msg)
        self.code, self.msg, self.status = code, msg, status
        self.retry_after_s, self.data = retry_after_s, data

    def body(self) -> bytes:
        words: dict[str, object] = {"code": self.code, "msg": self.msg}
        if self.data is not None:
            words["data"] = self.data
        return msgspec.json.encode(words)


def missing(name: str) -> ApiError:
    """Return the error for a parameter that is not there or makes no sense."""
    msg = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    return ApiError(-1102, msg)


Words = Mapping[Refusal, tuple[int, str]]

_FILTER: Final = {
    Refusal.SYMBOL: (-1121, "Invalid symbol."),
    Refusal.TICK: (-1013, "Filter failure: PRICE_FILTER"),
    Refusal.LOT: (-1013, "Filter failure: LOT_SIZE"),
    Refusal.QUANTITY: (-1013, "Filter failure: LOT_SIZE"),
    Refusal.NOTIONAL: (-1013, "Filter failure: NOTIONAL"),
    Refusal.UNKNOWN_ORDER: (-2011, "Unknown order sent."),
}
SPOT: Final[Words] = MappingProxyType(
    _FILTER
    | {
        Refusal.DUPLICATE: (-2010, "Duplicate order sent."),
        Refusal.FUNDS: (-2010, "Account has insufficient balance for requested action."),
        Refusal.WOULD_TAKE: (-2010, "Order would immediately match and take."),
        Refusal.WOULD_TRIGGER: (-2010, "Stop price would trigger immediately."),
        Refusal.REDUCE_ONLY: (-1106, "Parameter 'reduceOnly' sent when not required."),
        Refusal.LIST_PRICES: (
            -2010,
            "The relationship of the prices for the orders is not correct.",
        ),
        Refusal.AMEND: (-2038, "The requested action would change no state; rejecting."),
    }
)
USDM: Final[Words] = MappingProxyType(
    _FILTER
    | {
        Refusal.TICK: (-4014, "Price not increased by tick size."),
        Refusal.LOT: (-1111, "Precision is over the maximum defined for this asset."),
        Refusal.QUANTITY: (-4003, "Quantity less than or equal to zero."),
        Refusal.NOTIONAL: (
            -4164,
            "Order's notional must be no smaller than its minimum (unless you choose reduce only).",
        ),
        Refusal.DUPLICATE: (-4116, "ClientOrderId is duplicated."),
        Refusal.FUNDS: (-2019, "Margin is insufficient."),
        Refusal.WOULD_TAKE: (
            -5022,
            "Due to the order could not be executed as maker, the Post Only order will be rejected.",
        ),
        Refusal.WOULD_TRIGGER: (-2021, "Order would immediately trigger."),
        Refusal.REDUCE_ONLY: (-2022, "ReduceOnly Order is rejected."),
        Refusal.LIST_PRICES: (-1102, "Order lists are not offered here."),
        Refusal.AMEND: (-5027, "No need to modify the order."),
    }
)


def refused(refusal: Refusal, words: Words) -> ApiError:
    """Return the error a refusal of the exchange becomes."""
    code, msg = words[refusal]
    return ApiError(code, msg)
