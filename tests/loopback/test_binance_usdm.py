"""Does the real ccxt client trade perps on the local Binance USD-M as on the genuine one?"""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from tests.loopback.house import House, binance_usdm
from venues.loopback.binance.usdm import BinanceUsdm
from venues.loopback.certificate import Certificate
from venues.loopback.faults import Channel, Does, Fault

SYMBOL = "BTC/USDT:USDT"


@pytest.fixture
async def house(pro: Any, certificate: Certificate) -> AsyncIterator[House]:
    async with binance_usdm(pro, certificate) as made:
        yield made


def usdm(house: House) -> BinanceUsdm:
    assert isinstance(house.front.venue, BinanceUsdm)
    return house.front.venue


async def test_a_position_is_opened_held_and_reduced(house: House, pro: Any) -> None:
    await house.client.set_leverage(10, SYMBOL)
    order = await house.order("buy", 0.5, 50_005, timeInForce="IOC", clientOrderId="in")
    assert (order["status"], order["filled"], order["average"]) == ("closed", 0.5, 50_005)
    (position,) = await house.client.fetch_positions([SYMBOL])
    held = (position["side"], position["contracts"], position["entryPrice"])
    assert held == ("long", 0.5, 50_005)
    out = await house.order("sell", 0.5, 50_020, reduceOnly=True, postOnly=True)
    assert (out["status"], out["reduceOnly"], out["timeInForce"]) == ("open", True, "PO")
    with pytest.raises(pro.InvalidOrder, match="-2022"):
        await house.order("sell", 0.5, 50_030, reduceOnly=True)
    house.buy("9", "50020")
    assert (await house.client.fetch_positions([SYMBOL])) == []
    trades = await house.client.fetch_my_trades(SYMBOL)
    assert [(t["side"], t["takerOrMaker"]) for t in trades] == [("buy", "taker"), ("sell", "maker")]
    balance = await house.client.fetch_balance()
    paid = 0.5 * 50_005 * 0.0005 + 0.5 * 50_020 * 0.0002
    assert balance["USDT"]["total"] == pytest.approx(100_000 + 7.5 - paid)


async def test_each_refusal_arrives_as_the_class_that_ccxt_gives_it(house: House, pro: Any) -> None:
    async def refused(error: str, match: str, *args: Any, **params: Any) -> None:
        with pytest.raises(getattr(pro, error), match=match) as caught:
            await house.order(*args, **params)
        assert type(caught.value).__name__ == error

    await refused("OrderNotFillable", "-5022", "buy", 1, 50_005, postOnly=True)
    await refused("InvalidOrder", "-2022", "sell", 1, 50_050, reduceOnly=True)
    await refused("InsufficientFunds", "-2019", "buy", 50, 50_000)
    await refused("InvalidOrder", "-4164", "buy", 0.001, 49_000)
    await house.order("buy", 0.1, 49_000, clientOrderId="twin")
    await refused("InvalidOrder", "-4116", "buy", 0.1, 49_000, clientOrderId="twin")
    with pytest.raises(pro.OrderNotFound, match="-2013"):
        await house.client.fetch_order("5", SYMBOL)


async def test_an_order_is_amended_in_place(house: House) -> None:
    order = await house.order("buy", 0.2, 49_000, postOnly=True, clientOrderId="one")
    edited = await house.client.edit_order(order["id"], SYMBOL, "limit", "buy", 0.1, 49_000)
    assert (edited["id"], edited["amount"], edited["status"]) == (order["id"], 0.1, "open")
    gone = await house.client.cancel_order(None, SYMBOL, {"origClientOrderId": "one"})
    assert (gone["id"], gone["status"]) == (order["id"], "canceled")


async def test_a_conditional_order_is_an_algo_order_until_its_trigger(house: House) -> None:
    usdm(house).held_marks["BTCUSDT"] = Decimal(50_000)
    params = {"triggerPrice": 49_980, "clientOrderId": "stop", "workingType": "MARK_PRICE"}
    stop = await house.order("sell", 0.1, 49_970, **params)
    assert (stop["status"], stop["triggerPrice"]) == ("open", 49_980)
    assert await house.client.fetch_open_orders(SYMBOL) == []
    waiting = await house.client.fetch_open_orders(SYMBOL, params={"trigger": True})
    assert [o["clientOrderId"] for o in waiting] == ["stop"]
    second = await house.order("sell", 0.1, 49_000, triggerPrice=49_100)
    await house.client.cancel_order(second["id"], SYMBOL, {"trigger": True})
    usdm(house).held_marks["BTCUSDT"] = Decimal(49_975)
    await house.until(lambda: house.exchange.fills("ann"))
    fired = await house.client.fetch_order(stop["id"], SYMBOL, {"trigger": True})
    assert fired["info"]["algoStatus"] == "FINISHED"
    actual = await house.client.fetch_order(fired["info"]["actualOrderId"], SYMBOL)
    assert (actual["status"], actual["average"]) == ("closed", 49_995)


async def test_a_book_follows_by_previous_ids_and_is_made_anew_after_a_gap(
    house: House, pro: Any
) -> None:
    async def until(best_bid: float) -> Any:
        while True:
            book = await house.soon(house.client.watch_order_book(SYMBOL, 500))
            if book["bids"][0][0] == best_bid:
                return book

    house.show("2@49996 | ")
    book = await house.client.watch_order_book(SYMBOL, 500)
    assert book["bids"][0] == [49_996, 2]
    house.show("3@49997 | ")
    await until(49_997)
    house.faults.load([Fault(does=Does.DROP, channel=Channel.BOOK)])
    house.show("4@49998 | ")
    await house.until(lambda: not house.faults.left())
    house.show("5@49999 | ")
    with pytest.raises(pro.ChecksumError):
        await until(0)
    assert (await until(49_999))["bids"][1] == [49_998, 4]


async def test_fills_orders_positions_and_marks_reach_who_listens(house: House) -> None:
    client, venue = house.client, usdm(house)
    orders = asyncio.create_task(client.watch_orders(SYMBOL))
    trades = asyncio.create_task(client.watch_my_trades(SYMBOL))
    marks = asyncio.create_task(client.watch_mark_price(SYMBOL))
    await house.until(
        lambda: venue.listeners("ann") and venue.streams.wanted("btcusdt@markPrice@1s")
    )
    order = await house.order("buy", 0.5, 49_996, postOnly=True, clientOrderId="mine")
    assert [(o["clientOrderId"], o["status"]) for o in await house.soon(orders)] == [
        ("mine", "open")
    ]
    positions = asyncio.create_task(client.watch_positions([SYMBOL]))
    await house.until(lambda: house.front.calls.get("GET /fapi/v3/positionRisk"))
    house.sell("0.2", "49996")
    (fill,) = await house.soon(trades)
    assert (fill["order"], fill["amount"], fill["takerOrMaker"]) == (order["id"], 0.2, "maker")
    (position,) = await house.soon(positions)
    assert (position["side"], position["contracts"]) == ("long", 0.2)
    assert (await house.soon(marks))["markPrice"] == pytest.approx(50_000, abs=10)


async def test_a_listen_key_that_nobody_keeps_alive_ends(house: House) -> None:
    orders = asyncio.create_task(house.client.watch_orders(SYMBOL))
    await house.until(lambda: usdm(house).listeners("ann"))
    usdm(house).pulse(house.now_ns() + 3_601 * 1_000_000_000)
    await house.until(lambda: not usdm(house).listeners("ann"))
    orders.cancel()
    await asyncio.wait({orders})
