"""Which gateways sit the examination: add a maker here and its gateway sits all of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

import pytest

from tests.contract.live_rig import BINANCE_SPOT, BINANCE_USDM, HYPERLIQUID_PERPS, live_rig
from tests.contract.paper_rig import paper_rig
from tests.contract.rig import Listener, RigMaker

RIGS: dict[str, RigMaker] = {
    "paper": paper_rig,
    "binance": partial(live_rig, BINANCE_SPOT),
    "binanceusdm": partial(live_rig, BINANCE_USDM),
    "hyperliquid": partial(live_rig, HYPERLIQUID_PERPS),
}


@pytest.fixture(params=sorted(RIGS))
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Listener]:
    """Someone who sends and listens, at a venue that stands at 50@998 10@999 | 3@1001 4@1002."""
    async with RIGS[request.param]() as rig:
        rig.show("50@998 10@999 | 3@1001 4@1002 50@1010")
        listener = Listener(rig)
        listening = asyncio.ensure_future(listener.listen())
        try:
            yield listener
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
