"""A TWAP in and an OCO out at three local exchanges, by their own wire protocols, in real time."""

import asyncio
from decimal import Decimal
from pathlib import Path

from strategies.spec import (
    LegSpec,
    OcoParams,
    ParentSpec,
    RestParams,
    ThenSpec,
    TwapParams,
)
from strategies.stop_params import LimitStopParams
from tests.end_to_end.floor import PLACES, SYMBOL, Floor, floor
from venues.loopback.sandbox import OWNER
from venues.model.ids import ParentId, VenueId
from venues.model.numbers import ZERO
from venues.model.order import Side

QUANTITY = Decimal("1.2")


def entry(mid: Decimal) -> ParentSpec:
    """Return a TWAP of six seconds with an OCO whose stop is reached ten seconds after it is armed."""
    stop = LimitStopParams(
        trigger_price=mid * Decimal("1.02") // 1,
        trigger_source="mid",
        debounce_ms=9_000,
        max_slip_bps=Decimal(400),
        post_slip_bps=Decimal(10),
        cross_after_s=2,
        rest_after_s=5,
        gap_policy="cross",
    )
    legs = (
        LegSpec(name="take_profit", params=RestParams(), limit_price=mid * Decimal("1.05") // 1),
        LegSpec(name="stop", params=stop),
    )
    return ParentSpec(
        id=ParentId("entry"),
        symbol=SYMBOL,
        side=Side.BUY,
        quantity=QUANTITY,
        params=TwapParams(horizon_s=6, slices=3, passive_fraction=Decimal("0.5")),
        then=ThenSpec(params=OcoParams(legs=legs)),
        # The cheapest venue would get it all.
        venue_caps=tuple((VenueId(name), QUANTITY * 2 / 5) for name in PLACES),
    )


async def mid_of(on: Floor) -> Decimal:
    """Return the mid once all books are there."""
    view = on.session.market.view
    async with asyncio.timeout(10):
        while any(view.best(i, side) is None for i in range(3) for side in (0, 1)):  # noqa: ASYNC110 - see there
            await asyncio.sleep(0.02)  # the feed brings them, and rings no bell
    bid, ask = view.best(0, 0), view.best(0, 1)
    assert bid is not None
    assert ask is not None
    return view.instruments[0].tick_size * (bid + ask) / 2


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
    await on.session.submit(entry(await mid_of(on)))
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


async def test_so_it_is_when_every_venue_goes_away_and_comes_back(tmp_path: Path) -> None:
    async with floor(tmp_path) as on:

        async def break_them() -> None:
            for n in range(9):
                front = on.sandbox.venues[n % 3].front
                await asyncio.sleep(1)
                await front.stop()
                await asyncio.sleep(0.7)
                await front.start()

        breaking = asyncio.create_task(break_them())
        await traded(on, 120)
        await breaking
        assert len(on.noticed) >= 9
        agrees(on)
