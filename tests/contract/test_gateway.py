"""What must every gateway do? The numbered cards; each runs against every rig in conftest."""

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from tests.contract.rig import Listener
from venues.model.events import (
    Accepted,
    AnswerLost,
    Asked,
    Canceled,
    CancelRejected,
    Expired,
    Filled,
    NotSent,
    Rejected,
    Reported,
    Standing,
)
from venues.model.ids import ClientOrderId
from venues.model.instrument import FeeIn
from venues.model.order import Liquidity, Side

T = TypeVar("T")


def _as_sent(desk: Listener, seen: Sequence[T], key: Callable[[T], str] = str) -> list[T]:
    """Return `seen` as it is where it comes in order, else sorted as our ids count up."""
    return list(seen) if desk.rig.in_order else sorted(seen, key=key)


def filled_by(desk: Listener, order: ClientOrderId) -> list[Filled]:
    return [e for e in desk.events if isinstance(e, Filled) and e.client_order_id == order]


async def report_on(desk: Listener, order: ClientOrderId) -> Reported:
    await desk.query(order)
    await desk.rig.settle()
    report = desk.events[-1]
    assert isinstance(report, Reported)
    assert report.client_order_id == order
    return report


async def test_c01_an_order_within_the_book_is_accepted_then_filled_level_by_level(
    desk: Listener,
) -> None:
    await desk.submit("buy", 5, 1002)
    await desk.rig.settle()
    assert desk.words == ["Accepted", "Filled", "Filled"]
    lots = desk.rig.instrument.quantity_of
    prices = desk.rig.instrument.price_of
    fills = [e for e in desk.events if isinstance(e, Filled)]
    assert [(f.quantity, f.price) for f in fills] == [
        (lots(3), prices(1001)),
        (lots(2), prices(1002)),
    ]
    assert [f.cum_quantity for f in fills] == [lots(3), lots(5)]
    assert {f.liquidity for f in fills} == {Liquidity.TAKER}


async def test_c02_what_an_immediate_order_leaves_over_expires(desk: Listener) -> None:
    await desk.submit("sell", 12, 999)
    await desk.rig.settle()
    last = desk.events[-1]
    assert isinstance(last, Expired)
    assert last.cum_quantity == desk.rig.instrument.quantity_of(10)


async def test_c03_an_immediate_order_outside_the_book_trades_nothing(desk: Listener) -> None:
    await desk.submit("buy", 5, 1000)
    await desk.rig.settle()
    assert desk.words in (["Accepted", "Expired"], ["Expired"])  # some venues never number it
    assert not desk.rig.traded()


async def test_c04_a_resting_order_is_accepted_and_waits(desk: Listener) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await desk.rig.settle()
    assert desk.words == ["Accepted"]
    assert (await report_on(desk, order)).standing is Standing.WORKING


async def test_c05_a_resting_order_fills_as_maker_at_its_own_price(desk: Listener) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await desk.rig.settle()
    desk.rig.trade_into(order, 2)
    await desk.rig.settle()
    desk.rig.trade_into(order, 3)
    await desk.rig.settle()
    fills = filled_by(desk, order)
    assert [f.cum_quantity for f in fills] == [desk.rig.instrument.quantity_of(n) for n in (2, 5)]
    assert {f.price for f in fills} == {desk.rig.instrument.price_of(1000)}
    assert {f.liquidity for f in fills} == {Liquidity.MAKER}


async def test_c06_a_marketable_resting_order_trades_first_and_rests_with_what_is_left(
    desk: Listener,
) -> None:
    order = await desk.submit("buy", 9, 1002, ioc=False)
    await desk.rig.settle()
    assert desk.words == ["Accepted", "Filled", "Filled"]
    report = await report_on(desk, order)
    assert report.standing is Standing.WORKING
    assert report.cum_quantity == desk.rig.instrument.quantity_of(7)


async def test_c07_post_only_that_would_trade_is_refused(desk: Listener) -> None:
    await desk.submit("buy", 5, 1001, ioc=False, post_only=True)
    await desk.rig.settle()
    (event,) = desk.events
    assert isinstance(event, Rejected)
    assert event.reason
    assert not desk.rig.traded()


async def test_c08_post_only_that_improves_the_touch_rests(desk: Listener) -> None:
    await desk.submit("sell", 5, 1000, ioc=False, post_only=True)
    await desk.rig.settle()
    assert desk.words == ["Accepted"]


async def test_c09_a_cancel_ends_what_rests(desk: Listener) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await desk.rig.settle()
    await desk.cancel(order)
    await desk.rig.settle()
    last = desk.events[-1]
    assert isinstance(last, Canceled)
    assert last.cum_quantity == Decimal(0)
    assert (await report_on(desk, order)).standing is Standing.CANCELED


async def test_c10_a_cancel_after_a_partial_fill_says_what_traded(desk: Listener) -> None:
    order = await desk.submit("sell", 5, 1000, ioc=False)
    await desk.rig.settle()
    desk.rig.trade_into(order, 2)
    await desk.cancel(order)
    await desk.rig.settle()
    assert desk.words == ["Accepted", "Filled", "Canceled"]
    last = desk.events[-1]
    assert isinstance(last, Canceled)
    assert last.cum_quantity == desk.rig.instrument.quantity_of(2)


async def test_c11_a_cancel_that_loses_the_race_is_refused_and_the_fills_are_told(
    desk: Listener,
) -> None:
    order = await desk.submit("sell", 5, 1000, ioc=False)
    await desk.rig.settle()
    await desk.cancel(order)
    desk.rig.trade_into(order, 5)
    await desk.rig.settle()
    assert desk.words == ["Accepted", "Filled", "CancelRejected"]


async def test_c12_a_cancel_of_the_unknown_is_refused(desk: Listener) -> None:
    await desk.cancel(ClientOrderId("fa0000000000009999"))
    await desk.rig.settle()
    (event,) = desk.events
    assert isinstance(event, CancelRejected)


async def test_c13_a_cancel_right_behind_its_order_finds_it(desk: Listener) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await desk.cancel(order)
    await desk.rig.settle()
    assert desk.words == ["Accepted", "Canceled"]


async def test_c14_a_query_tells_every_fill_with_the_ids_they_were_told_with(
    desk: Listener,
) -> None:
    order = await desk.submit("buy", 5, 1002)
    await desk.rig.settle()
    report = await report_on(desk, order)
    assert report.standing is Standing.FILLED
    assert [f.exec_id for f in report.fills] == [f.exec_id for f in filled_by(desk, order)]
    assert sum((f.quantity for f in report.fills), Decimal(0)) == report.cum_quantity


async def test_c15_a_query_for_the_unknown_is_answered_absent(desk: Listener) -> None:
    report = await report_on(desk, ClientOrderId("fa0000000000009999"))
    assert report.standing is Standing.ABSENT
    assert not report.fills


async def test_c16_a_quantity_off_the_lot_is_refused(desk: Listener) -> None:
    lot = desk.rig.instrument.lot_size
    await desk.submit("buy", 5, 1002, off=lot / 2)
    await desk.rig.settle()
    (event,) = desk.events
    assert isinstance(event, Rejected | NotSent)  # by the venue, or before it left
    assert not desk.rig.traded()


async def test_c17_a_lost_answer_is_told_as_lost_never_as_refused(desk: Listener) -> None:
    desk.rig.lose_answer(Asked.SUBMIT)
    order = await desk.submit("buy", 5, 1002)
    await desk.rig.settle()
    assert AnswerLost in map(type, desk.events)
    assert Rejected not in map(type, desk.events)
    report = await report_on(desk, order)
    assert report.standing is Standing.FILLED
    assert [f.exec_id for f in report.fills] == [f.exec_id for f in desk.rig.traded()]


async def test_c18_a_lost_answer_may_hide_a_live_order(desk: Listener) -> None:
    desk.rig.lose_answer(Asked.SUBMIT)
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await desk.rig.settle()
    assert (await report_on(desk, order)).standing is Standing.WORKING


async def test_c19_a_lost_request_is_told_as_lost_and_never_sent_again(desk: Listener) -> None:
    desk.rig.lose_request(Asked.SUBMIT)
    order = await desk.submit("buy", 5, 1002)
    await desk.rig.settle()
    assert desk.words == ["AnswerLost"]
    assert desk.rig.arrived() == []
    assert (await report_on(desk, order)).standing is Standing.ABSENT


async def test_c20_a_lost_cancel_answer_proves_nothing(desk: Listener) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await desk.rig.settle()
    desk.rig.lose_answer(Asked.CANCEL)
    await desk.cancel(order)
    await desk.rig.settle()
    lost = [e.asked for e in desk.events if isinstance(e, AnswerLost)]
    assert lost == [Asked.CANCEL]
    assert (await report_on(desk, order)).standing is Standing.CANCELED


async def test_c21_a_lost_query_answer_is_told_as_lost(desk: Listener) -> None:
    order = await desk.submit("buy", 5, 1002)
    await desk.rig.settle()
    desk.rig.lose_answer(Asked.QUERY)
    await desk.query(order)
    await desk.rig.settle()
    last = desk.events[-1]
    assert isinstance(last, AnswerLost)
    assert last.asked is Asked.QUERY


async def test_c22_a_second_order_under_a_used_id_neither_trades_nor_denies_the_first(
    desk: Listener,
) -> None:
    order = await desk.submit("buy", 5, 1000, ioc=False)
    await desk.rig.settle()
    await desk.submit("buy", 5, 1002, name=order)
    await desk.rig.settle()
    assert not desk.rig.traded()
    assert Rejected not in map(type, desk.events)
    assert (await report_on(desk, order)).standing is Standing.WORKING


async def test_c23_each_command_reaches_the_venue_once_and_in_the_order_sent(
    desk: Listener,
) -> None:
    orders = [await desk.submit("buy", 1, 1000, ioc=False) for _ in range(20)]
    for order in orders:
        await desk.cancel(order)
    await desk.rig.settle()
    arrived = desk.rig.arrived()
    sent = [
        *((Asked.SUBMIT, order) for order in orders),
        *((Asked.CANCEL, order) for order in orders),
    ]
    canceled = [e.client_order_id for e in desk.events if isinstance(e, Canceled)]
    assert _as_sent(desk, arrived, key=str) == _as_sent(desk, sent, key=str)
    assert _as_sent(desk, canceled) == orders
    for order in orders:  # side by side or not, never a cancel before its own order
        own = [asked for asked, whose in arrived if whose == order]
        assert own == [Asked.SUBMIT, Asked.CANCEL]


async def test_c24_an_order_that_arrives_after_its_deadline_never_trades_where_venues_can_tell(
    desk: Listener,
) -> None:
    long_ns = desk.rig.long_ns
    desk.rig.delay_arrival(Asked.SUBMIT, 6 * long_ns)
    order = await desk.submit("buy", 5, 1002, patience_ns=long_ns)
    await desk.rig.settle()
    assert desk.words[0] == "AnswerLost"
    report = await report_on(desk, order)
    refused = report.standing in {Standing.REJECTED, Standing.ABSENT, Standing.EXPIRED}
    assert refused == desk.rig.expires
    assert bool(desk.rig.traded()) != desk.rig.expires
    assert [f.exec_id for f in report.fills] == [f.exec_id for f in desk.rig.traded()]


async def test_c25_an_order_that_arrives_late_but_in_time_is_told_after_the_doubt(
    desk: Listener,
) -> None:
    long_ns = desk.rig.long_ns
    desk.rig.delay_arrival(Asked.SUBMIT, 6 * long_ns)
    order = await desk.submit("buy", 5, 1002, patience_ns=12 * long_ns)
    await desk.rig.settle()
    assert desk.words[0] == "AnswerLost"
    assert [f.exec_id for f in filled_by(desk, order)] == [f.exec_id for f in desk.rig.traded()]
    assert filled_by(desk, order)


async def test_c26_takers_pay_and_makers_pay_or_are_paid_in_the_settlement_currency(
    desk: Listener,
) -> None:
    instrument = desk.rig.instrument
    await desk.submit("buy", 3, 1001)
    maker = await desk.submit("buy", 5, 1000, ioc=False)
    await desk.rig.settle()
    desk.rig.trade_into(maker, 5)
    await desk.rig.settle()
    rates = {Liquidity.TAKER: instrument.taker_fee, Liquidity.MAKER: instrument.maker_fee}
    for fill in (e for e in desk.events if isinstance(e, Filled)):
        received = instrument.fee_in is FeeIn.RECEIVED
        paid_on = fill.quantity if received else instrument.notional(fill.quantity, fill.price)
        off = abs(fill.fee - paid_on * rates[fill.liquidity])
        assert off <= desk.rig.fee_rounding
        assert fill.fee_currency == instrument.fee_currency(Side.BUY)


async def test_c27_events_name_venue_and_order_and_happen_in_venue_time(desk: Listener) -> None:
    order = await desk.submit("buy", 9, 1002)
    await desk.rig.settle()
    assert {event.venue for event in desk.events} == {desk.rig.gateway.venue}
    assert {event.client_order_id for event in desk.events} == {order}
    stamps = [event.ts_exchange_ns for event in desk.events]
    assert all(stamp > 0 for stamp in stamps)
    assert stamps == sorted(stamps)


async def test_c28_many_orders_at_once_are_each_answered_once(desk: Listener) -> None:
    orders = [await desk.submit("buy", 1, 1010) for _ in range(50)]
    await desk.rig.settle()
    accepted = [e.client_order_id for e in desk.events if isinstance(e, Accepted)]
    assert _as_sent(desk, accepted) == orders
    told = [e.exec_id for e in desk.events if isinstance(e, Filled)]
    traded = [fill.exec_id for fill in desk.rig.traded()]
    assert _as_sent(desk, told) == _as_sent(desk, traded)
    assert len(set(told)) == 50


async def test_c29_nothing_is_told_before_it_was_sent_for(desk: Listener) -> None:
    await desk.rig.settle()
    await asyncio.sleep(0)
    assert desk.batches == []
