"""What a private stream adds: news at once, and nothing that depends on it; nor on the venue being there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest

from tests.contract.live_rig import BINANCE_SPOT, BINANCE_USDM, HYPERLIQUID_PERPS, LiveRig, live_rig
from tests.contract.rig import Listener
from venues.loopback.faults import Channel, Does, Fault
from venues.model.events import AnswerLost, Asked, Canceled, Filled, NotSent


@pytest.fixture(
    params=[BINANCE_SPOT, BINANCE_USDM, HYPERLIQUID_PERPS], ids=lambda place: place.dialect.exchange
)
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Listener]:
    async with live_rig(request.param) as rig:
        rig.show("50@998 10@999 | 3@1001 4@1002 50@1010")
        listener = Listener(rig)
        listening = asyncio.ensure_future(listener.listen())
        await until(rig.listened_to)
        try:
            yield listener
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


def rig_of(desk: Listener) -> LiveRig:
    assert isinstance(desk.rig, LiveRig)
    return desk.rig


async def until(holds: Callable[[], object], patience_s: float = 8) -> None:
    async with asyncio.timeout(patience_s):
        while not holds():  # noqa: ASYNC110 - another task makes it hold, and rings no bell
            await asyncio.sleep(0.01)


async def test_a_maker_fill_is_told_at_once_without_being_asked_for(desk: Listener) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await until(lambda: desk.words == ["Accepted"])
    desk.rig.trade_into(order, 2)
    await until(lambda: desk.words == ["Accepted", "Filled"])


async def test_five_fills_in_one_burst_are_five_fills(desk: Listener) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await until(lambda: desk.words == ["Accepted"])
    for _ in range(5):
        desk.rig.trade_into(order, 1)
    await until(lambda: len(desk.events) == 6)
    told = [event.exec_id for event in desk.events if isinstance(event, Filled)]
    assert told == [fill.exec_id for fill in desk.rig.traded()]


async def test_an_event_that_never_comes_is_made_up_for_by_the_next_look(desk: Listener) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await until(lambda: desk.words == ["Accepted"])
    rig = rig_of(desk)
    await rig.gateway.settled()  # a look of its own may still be under way
    rig.fault(Fault(does=Does.DROP, channel=Channel.USER, times=10))
    desk.rig.trade_into(order, 2)
    await asyncio.sleep(0.2)
    assert desk.words == ["Accepted"]
    await desk.rig.settle()
    assert desk.words == ["Accepted", "Filled"]


async def test_what_happened_while_the_stream_was_down_is_told_when_it_breaks(
    desk: Listener,
) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await until(lambda: desk.words == ["Accepted"])
    rig = rig_of(desk)
    await rig.gateway.settled()
    rig.fault(Fault(does=Does.CLOSE, channel=Channel.USER))
    desk.rig.trade_into(order, 2)
    await until(lambda: desk.words == ["Accepted", "Filled"])
    await until(rig.listened_to)
    desk.rig.trade_into(order, 3)
    await until(lambda: desk.words == ["Accepted", "Filled", "Filled"])


async def test_events_that_come_twice_or_late_are_told_once_and_in_order(desk: Listener) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await until(lambda: desk.words == ["Accepted"])
    rig = rig_of(desk)
    await rig.gateway.settled()
    rig.fault(Fault(does=Does.TWICE, channel=Channel.USER, times=4))
    rig.fault(Fault(does=Does.LATE, channel=Channel.USER, times=2))
    desk.rig.trade_into(order, 2)
    desk.rig.trade_into(order, 3)
    await desk.rig.settle()
    assert desk.words == ["Accepted", "Filled", "Filled"]


async def test_what_traded_while_the_venue_was_gone_is_told_when_it_is_back(desk: Listener) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await until(lambda: desk.words == ["Accepted"])
    rig = rig_of(desk)
    await rig.gateway.settled()
    await rig.down()
    desk.rig.trade_into(order, 2)
    late = await desk.submit("buy", 5, 1002)
    await desk.cancel(order)
    await until(lambda: len(desk.events) == 3)
    assert {type(e): e.client_order_id for e in desk.events[1:]} == {
        NotSent: late,  # nobody was there to take it
        AnswerLost: order,
    }
    await rig.up()
    await desk.rig.settle()
    (fill,) = [event for event in desk.events if isinstance(event, Filled)]
    assert (fill.client_order_id, fill.cum_quantity) == (order, rig.instrument.quantity_of(2))
    await desk.cancel(order)
    await desk.rig.settle()
    last = desk.events[-1]
    assert isinstance(last, Canceled)
    assert last.cum_quantity == rig.instrument.quantity_of(2)
    assert [f.exec_id for f in rig.traded()] == [fill.exec_id]


async def test_a_cancel_after_which_nothing_can_be_read_is_in_doubt_until_it_can(
    desk: Listener,
) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await until(lambda: desk.words == ["Accepted"])
    rig = rig_of(desk)
    await rig.gateway.settled()
    rig.fault(Fault(does=Does.DROP, channel=Channel.USER, times=10))
    desk.rig.lose_answer(Asked.QUERY)
    await desk.cancel(order)
    await rig.gateway.settled()
    await until(lambda: len(desk.events) == 2)
    told_at_once = isinstance(desk.events[1], Canceled)  # Binance says it in its answer
    assert told_at_once or isinstance(desk.events[1], AnswerLost)
    await desk.rig.settle()
    await until(lambda: "Canceled" in desk.words)
    assert desk.words.count("Canceled") == 1
