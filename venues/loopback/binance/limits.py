"""How much may one client ask: request weight a minute, orders by account, and what a ban costs."""

from collections import deque
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec

from venues.loopback.binance.errors import ApiError

_MINUTE_MS: Final = 60_000
_DAY_MS: Final = 86_400_000
_STRIKES: Final = 5  # refusals within a minute before the address is banned
_BAN_MS: Final = 120_000


class Quotas(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of a venue: weight a minute by address, orders in two windows by account."""

    weight: int
    orders: tuple[tuple[int, str, int], ...]  # window in ms, its name in headers, how many

    def words(self) -> list[dict[str, object]]:
        """Return `rateLimits` of exchangeInfo."""
        weight = _limit("REQUEST_WEIGHT", _MINUTE_MS, self.weight)
        return [weight, *(_limit("ORDERS", span, most) for span, _, most in self.orders)]


SPOT_QUOTAS: Final = Quotas(weight=6_000, orders=((10_000, "10S", 100), (_DAY_MS, "1D", 200_000)))
USDM_QUOTAS: Final = Quotas(weight=2_400, orders=((10_000, "10S", 300), (_MINUTE_MS, "1M", 1_200)))


class Limits:
    """What has been used. Orders that are refused count, too; cancels cost weight only."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas
        self._weights: deque[tuple[int, int]] = deque()
        self._used = 0
        self._orders: dict[str, deque[int]] = {}
        self._strikes: deque[int] = deque()
        self._banned_until_ms = 0

    def spend(self, weight: int, now_ms: int) -> None:
        """Count a request; raises 429, and 418 for who goes on nevertheless."""
        if now_ms < self._banned_until_ms:
            raise self._ban(now_ms)
        while self._weights and self._weights[0][0] <= now_ms - _MINUTE_MS:
            self._used -= self._weights.popleft()[1]
        if self._used + weight > self._quotas.weight:
            self._strikes.append(now_ms)
            while self._strikes[0] <= now_ms - _MINUTE_MS:
                self._strikes.popleft()
            if len(self._strikes) > _STRIKES:
                self._banned_until_ms = now_ms + _BAN_MS
                raise self._ban(now_ms)
            msg = (
                f"Too many requests; current limit is {self._quotas.weight} request weight per"
                " 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API."
            )
            wait_s = (self._weights[0][0] + _MINUTE_MS - now_ms) // 1_000 + 1
            raise ApiError(-1003, msg, HTTPStatus.TOO_MANY_REQUESTS, retry_after_s=wait_s)
        self._weights.append((now_ms, weight))
        self._used += weight

    def spend_order(self, account: str, now_ms: int) -> None:
        """Count an order; raises 429 with -1015."""
        counted = self._orders.setdefault(account, deque())
        longest = max(span for span, _, _ in self._quotas.orders)
        while counted and counted[0] <= now_ms - longest:
            counted.popleft()
        for span, _, most in self._quotas.orders:
            if _within(counted, now_ms - span) >= most:
                msg = f"Too many new orders; current limit is {most} orders per {_name(span)}."
                raise ApiError(
                    -1015, msg, HTTPStatus.TOO_MANY_REQUESTS, retry_after_s=span // 1_000
                )
        counted.append(now_ms)

    def headers(self, account: str | None, now_ms: int) -> Mapping[str, str]:
        """Return what every answer says about use so far."""
        headers = {"X-MBX-USED-WEIGHT": str(self._used), "X-MBX-USED-WEIGHT-1M": str(self._used)}
        if account is not None:
            counted = self._orders.get(account, deque())
            for span, name, _ in self._quotas.orders:
                headers[f"X-MBX-ORDER-COUNT-{name}"] = str(_within(counted, now_ms - span))
        return headers

    def _ban(self, now_ms: int) -> ApiError:
        msg = f"Way too much request weight used; IP banned until {self._banned_until_ms}."
        wait_s = (self._banned_until_ms - now_ms) // 1_000 + 1
        return ApiError(-1003, msg, HTTPStatus.IM_A_TEAPOT, retry_after_s=wait_s)


def _within(counted: deque[int], since_ms: int) -> int:
    return sum(1 for at in counted if at > since_ms)


def _limit(kind: str, span_ms: int, most: int) -> dict[str, object]:
    number, interval = _name(span_ms).split(" ")
    return {
        "rateLimitType": kind,
        "interval": interval,
        "intervalNum": int(number),
        "limit": most,
    }


def _name(span_ms: int) -> str:
    match span_ms:
        case 86_400_000:
            return "1 DAY"
        case 60_000:
            return "1 MINUTE"
        case _:
            return f"{span_ms // 1_000} SECOND"
