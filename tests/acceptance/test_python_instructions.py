"""Can a trader pause, resume and amend a parent from Python while the market goes on?"""

import asyncio
from decimal import Decimal

import pytest

from router import Router
from router.orders.parent import ParentState
from strategies.ladder_params import LadderParams
from strategies.spec import ParentSpec
from venues.errors import InputError
from venues.model.ids import ParentId, Symbol
from venues.model.order import Side

FAR = ParentSpec(
    id=ParentId("far"),
    symbol=Symbol("BTC/USDT"),
    side=Side.BUY,
    quantity=Decimal(4),
    params=LadderParams(rungs=2, first_bps=Decimal(150), step_bps=Decimal(50)),
)


async def test_a_handle_pauses_resumes_and_amends() -> None:
    async with Router() as router:
        handle = await router.submit(FAR)
        async with asyncio.timeout(20):
            async for update in handle:
                if update.open == 4:
                    break
        await handle.pause()
        assert router.parent(FAR.id).state is ParentState.PAUSED
        async with asyncio.timeout(20):
            async for update in handle:
                if update.open == 0:
                    break
        await handle.amend(quantity=Decimal(3), limit_price=Decimal(1_000_000))
        with pytest.raises(InputError, match="quantity 0 must be above 0"):
            await handle.amend(quantity=Decimal(0))
        with pytest.raises(InputError, match="a ladder has no horizon_s"):
            await handle.amend(horizon_s=60)
        await handle.resume()
        async with asyncio.timeout(20):
            async for update in handle:
                if update.open == 3:
                    break
        await handle.cancel()
        summary = await handle.done()
    assert (summary.state, summary.quantity, summary.filled) == ("cancelled", "3", "0")
    assert summary.maker_share is None
