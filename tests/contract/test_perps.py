"""What must every gateway to a perp do beyond that? Orders that only reduce a position."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from tests.contract.live_rig import BINANCE_USDM, HYPERLIQUID_PERPS, live_rig
from tests.contract.rig import Listener
from venues.model.events import Filled, Rejected


@pytest.fixture(params=[BINANCE_USDM, HYPERLIQUID_PERPS], ids=lambda place: place.dialect.exchange)
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Listener]:
    async with live_rig(request.param) as rig:
        rig.show("50@998 10@999 | 3@1001 4@1002 50@1010")
        listener = Listener(rig)
        listening = asyncio.ensure_future(listener.listen())
        try:
            yield listener
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


async def test_an_order_that_only_reduces_is_refused_where_nothing_is_held(desk: Listener) -> None:
    await desk.submit("sell", 5, 999, reduce_only=True)
    await desk.rig.settle()
    (event,) = desk.events
    assert isinstance(event, Rejected)
    assert "reduce" in event.reason.lower()
    assert not desk.rig.traded()


async def test_an_order_that_only_reduces_sells_what_is_held(desk: Listener) -> None:
    await desk.submit("buy", 3, 1001)
    await desk.rig.settle()
    order = await desk.submit("sell", 3, 999, reduce_only=True)
    await desk.rig.settle()
    fills = [e for e in desk.events if isinstance(e, Filled) and e.client_order_id == order]
    assert [f.quantity for f in fills] == [desk.rig.instrument.quantity_of(3)]


async def test_a_post_only_order_that_only_reduces_rests_and_is_met(desk: Listener) -> None:
    await desk.submit("buy", 3, 1001)
    await desk.rig.settle()
    order = await desk.submit("sell", 3, 1000, ioc=False, post_only=True, reduce_only=True)
    await desk.rig.settle()
    desk.rig.trade_into(order, 3)
    await desk.rig.settle()
    fills = [e for e in desk.events if isinstance(e, Filled) and e.client_order_id == order]
    assert [f.cum_quantity for f in fills] == [desk.rig.instrument.quantity_of(3)]
