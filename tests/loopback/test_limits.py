"""Does the local Binance stop who asks too much, and say how much has been asked?"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.loopback.house import House, binance_spot
from venues.loopback.binance.errors import ApiError
from venues.loopback.binance.limits import Limits, Quotas
from venues.loopback.certificate import Certificate

SMALL = Quotas(weight=10, orders=((10_000, "10S", 2), (60_000, "1M", 3)))


@pytest.fixture
async def house(pro: Any, certificate: Certificate) -> AsyncIterator[House]:
    async with binance_spot(pro, certificate) as made:
        yield made


async def test_answers_say_what_has_been_used(house: House) -> None:
    await house.order("buy", 0.1, 49_000)
    headers = house.client.last_response_headers
    assert headers["X-MBX-USED-WEIGHT-1M"] == "21"  # exchangeInfo 20, order 1
    assert headers["X-MBX-ORDER-COUNT-10S"] == "1"


async def test_too_many_orders_are_refused_as_too_many(house: House, pro: Any) -> None:
    for number in range(100):
        house.front.venue.limits.spend_order("ann", house.now_ns() // 1_000_000)  # type: ignore[attr-defined] # Binance
        del number
    with pytest.raises(pro.DDoSProtection, match="-1015"):
        await house.order("buy", 0.1, 49_000)
    assert house.client.last_response_headers["Retry-After"] == "10"
    assert await house.client.fetch_open_orders("BTC/USDT") == []


def test_weight_is_forgotten_after_a_minute() -> None:
    limits = Limits(SMALL)
    limits.spend(10, 0)
    with pytest.raises(ApiError) as refused:
        limits.spend(1, 59_999)
    assert (refused.value.status, refused.value.retry_after_s) == (429, 1)
    limits.spend(10, 60_000)


def test_who_goes_on_after_being_refused_is_banned() -> None:
    limits = Limits(SMALL)
    limits.spend(10, 0)
    told: list[int] = []
    for now_ms in range(1, 8):
        with pytest.raises(ApiError) as refused:
            limits.spend(1, now_ms)
        told.append(refused.value.status)
    assert told == [429] * 5 + [418] * 2
    with pytest.raises(ApiError, match="banned until 120006"):
        limits.spend(1, 120_005)
    limits.spend(1, 120_006)


def test_every_window_of_orders_counts() -> None:
    limits = Limits(SMALL)
    limits.spend_order("ann", 0)
    limits.spend_order("ann", 1)
    with pytest.raises(ApiError, match="2 orders per 10 SECOND"):
        limits.spend_order("ann", 9_999)
    limits.spend_order("ann", 10_001)
    with pytest.raises(ApiError, match="3 orders per 1 MINUTE"):
        limits.spend_order("ann", 30_000)
    limits.spend_order("ben", 30_000)
