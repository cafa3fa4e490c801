"""A TWAP in and an OCO out at three local exchanges, by their own wire protocols, in real time."""

import asyncio
from decimal import Decimal
from pathlib import Path

from tests.end_to_end.floor import Floor, floor, mid_of
from tests.end_to_end.story import entry
from venues.loopback.sandbox import OWNER
from venues.model.ids import ParentId
from venues.model.numbers import ZERO

QUANTITY = Decimal("1.2")


def agrees(on: Floor) -> None:
    """Let the engine's books be the venues': every fill once, nothing open, nothing held."""
    state = on.session.desk.engine.core.state
    traded = {
        f"{fill.order_id}:{fill.trade.trade_id}"
        for venue in on.sandbox.venues
        for fill in venue.exchange.fills(OWNER)
    }
    assert {exec_id for child in state.children.values() for exec_id in child.exec_ids} == traded
    assert on.open_orders() == 0
    bought, sold = (state.parents[ParentId(name)] for name in ("entry", "entry/exit"))
    assert bought.filled <= QUANTITY
    assert sold.filled <= bought.filled
    for name, held in on.held().items():
        assert ZERO <= held < Decimal("0.001"), name  # what the fee in base has left of a lot


async def traded(on: Floor, seconds: int) -> None:
    """Trade the order to its end."""
    mid = await mid_of(on.session.market.view)
    await on.session.submit(entry(mid, QUANTITY, horizon_s=6))
    async with asyncio.timeout(seconds):
        await on.session.quiet()


async def test_a_twap_in_and_an_oco_out_leave_nothing_behind(tmp_path: Path) -> None:
    async with floor(tmp_path) as on:
        await traded(on, 60)
        state = on.session.desk.engine.core.state
        bought, sold = (state.parents[ParentId(name)] for name in ("entry", "entry/exit"))
        assert (bought.state.value, bought.filled) == ("done", QUANTITY)
        assert sold.state.value == "done"
        assert len({c.submit.venue for c in bought.children.values()}) > 1
        agrees(on)
