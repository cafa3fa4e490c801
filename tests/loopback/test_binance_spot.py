"""Does the real ccxt client trade on the local Binance spot as on the genuine one?"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.loopback.house import House, binance_spot
from venues.loopback.binance.spot import BinanceSpot
from venues.loopback.certificate import Certificate
from venues.loopback.faults import Channel, Does, Fault

SYMBOL = "BTC/USDT"


@pytest.fixture
async def house(pro: Any, certificate: Certificate) -> AsyncIterator[House]:
    async with binance_spot(pro, certificate) as made:
        yield made


async def test_an_order_lives_from_post_only_over_partial_fill_to_cancel(house: House) -> None:
    market = (await house.client.load_markets())[SYMBOL]
    assert (market["precision"]["amount"], market["precision"]["price"]) == (1e-5, 0.01)
    assert market["limits"]["cost"]["min"] == 5
    order = await house.order("buy", 0.5, 49_996, postOnly=True, clientOrderId="c-1")
    house.sell("0.2", "49996")
    found = await house.client.fetch_order(None, SYMBOL, {"origClientOrderId": "c-1"})
    assert (found["filled"], found["status"], found["postOnly"]) == (0.2, "open", True)
    assert [o["id"] for o in await house.client.fetch_open_orders(SYMBOL)] == [order["id"]]
    gone = await house.client.cancel_order(order["id"], SYMBOL)
    assert (gone["status"], gone["id"]) == ("canceled", order["id"])
    trades = await house.client.fetch_my_trades(SYMBOL)
    told = [(t["amount"], t["takerOrMaker"], t["order"]) for t in trades]
    assert told == [(0.2, "maker", order["id"])]
    balance = await house.client.fetch_balance()
    assert (balance["BTC"]["free"], balance["USDT"]["used"]) == (20.1998, 0)


async def test_an_immediate_order_tells_its_fills_and_what_expired(house: House) -> None:
    order = await house.order("buy", 1.5, 50_005, timeInForce="IOC")
    assert (order["status"], order["filled"], order["cost"]) == ("expired", 1.0, 50_005)
    assert [t["amount"] for t in order["trades"]] == [1.0]
    assert order["fee"] == {"cost": 0.001, "currency": "BTC"}


async def test_each_refusal_arrives_as_the_class_that_ccxt_gives_it(house: House, pro: Any) -> None:
    async def refused(error: str, match: str, *args: Any, **params: Any) -> None:
        with pytest.raises(getattr(pro, error), match=match) as caught:
            await house.order(*args, **params)
        assert type(caught.value).__name__ == error

    would_take = "OrderImmediatelyFillable"
    await refused(would_take, "match and take", "buy", 1, 50_005, postOnly=True)
    await refused("InsufficientFunds", "insufficient balance", "sell", 21, 51_000)
    await refused("BadRequest", "NOTIONAL", "buy", 0.0001, 49_000)
    await house.order("buy", 0.1, 49_000, clientOrderId="twin")
    await refused("InvalidOrder", "Duplicate", "buy", 0.1, 49_000, clientOrderId="twin")
    await refused("BadRequest", "-1104", "buy", 0.1, 49_000, reduceOnly=True)
    await refused("BadRequest", "-1100", "buy", 0.1, 49_000, clientOrderId="no spaces")
    with pytest.raises(pro.OrderNotFound, match="-2013"):
        await house.client.fetch_order("5", SYMBOL)
    with pytest.raises(pro.OrderNotFound, match="-2011"):
        await house.client.cancel_order("5", SYMBOL)
    house.client.secret = house.client.apiKey
    with pytest.raises(pro.AuthenticationError, match="-1022"):
        await house.client.fetch_balance()


async def test_a_stop_limit_waits_until_the_last_price_comes_to_it(house: House) -> None:
    stop = await house.order("sell", 0.1, 49_900, stopLossPrice=49_990)
    house.sell("2.5", "49990")
    found = await house.client.fetch_order(stop["id"], SYMBOL)
    assert (found["type"], found["status"], found["triggerPrice"]) == ("limit", "closed", 49_990)


async def test_an_order_list_goes_out_through_ccxt_and_ends_as_one(house: House) -> None:
    await house.client.load_markets()
    asked = {
        "symbol": "BTCUSDT",
        "side": "SELL",
        "quantity": "0.1",
        "aboveType": "LIMIT_MAKER",
        "abovePrice": "50100",
        "aboveClientOrderId": "take",
        "belowType": "STOP_LOSS_LIMIT",
        "belowStopPrice": "49900",
        "belowPrice": "49800",
        "belowTimeInForce": "GTC",
        "belowClientOrderId": "stop",
        "listClientOrderId": "both",
    }
    listed = await house.client.private_post_orderlist_oco(asked)
    assert [leg["clientOrderId"] for leg in listed["orders"]] == ["take", "stop"]
    house.buy("9", "50100")
    ended = await house.client.fetch_orders(SYMBOL)
    assert {o["clientOrderId"]: o["status"] for o in ended} == {"take": "closed", "stop": "expired"}
    found = await house.client.private_get_orderlist({"origClientOrderId": "both"})
    assert found["listOrderStatus"] == "ALL_DONE"


async def test_an_edit_cancels_and_places_anew(house: House) -> None:
    order = await house.order("buy", 0.1, 49_000, clientOrderId="one")
    edited = await house.client.edit_order(
        order["id"], SYMBOL, "limit", "buy", 0.2, 49_100, {"newClientOrderId": "two"}
    )
    assert edited["id"] != order["id"]
    told = {o["clientOrderId"]: o["status"] for o in await house.client.fetch_orders(SYMBOL)}
    assert told == {"one": "canceled", "two": "open"}


async def test_a_book_follows_its_diffs_and_is_made_anew_after_a_gap(
    house: House, pro: Any
) -> None:
    async def until(best_bid: float) -> Any:
        while True:
            book = await house.soon(house.client.watch_order_book(SYMBOL, 500))
            if book["bids"][0][0] == best_bid:
                return book

    book = await house.client.watch_order_book(SYMBOL, 500)
    assert book["bids"][0] == [49_995, 2]
    house.show("3@49997 | ")
    assert (await until(49_997))["bids"][0] == [49_997, 3]
    house.faults.load([Fault(does=Does.DROP, channel=Channel.BOOK)])
    house.show("4@49998 | ")
    await house.until(lambda: not house.faults.left())
    house.show("5@49999 | ")
    with pytest.raises(pro.ChecksumError):
        await until(0)
    assert (await until(49_999))["bids"][1] == [49_998, 4]
    assert house.front.calls["GET /api/v3/depth"] == 2


async def test_fills_and_orders_reach_who_listens(house: House) -> None:
    client = house.client
    orders = asyncio.create_task(client.watch_orders(SYMBOL))
    trades = asyncio.create_task(client.watch_my_trades(SYMBOL))
    public = asyncio.create_task(client.watch_trades(SYMBOL))
    spot = house.front.venue
    assert isinstance(spot, BinanceSpot)
    await house.until(lambda: spot.listeners("ann") and spot.streams.wanted("btcusdt@trade"))
    order = await house.order("buy", 0.5, 49_996, postOnly=True, clientOrderId="mine")
    assert [(o["clientOrderId"], o["status"]) for o in await house.soon(orders)] == [
        ("mine", "open")
    ]
    house.sell("0.2", "49996")
    (fill,) = await house.soon(trades)
    assert (fill["order"], fill["amount"], fill["takerOrMaker"]) == (order["id"], 0.2, "maker")
    assert fill["fee"] == {"cost": 0.0002, "currency": "BTC"}
    assert [(t["price"], t["amount"], t["side"]) for t in await house.soon(public)] == [
        (49_996, 0.2, "sell")
    ]


async def test_orders_go_by_websocket_as_well(house: House, pro: Any) -> None:
    await house.client.load_markets()
    order = await house.client.create_order_ws(
        SYMBOL, "limit", "buy", 0.1, 49_000, {"newClientOrderId": "ws"}
    )
    assert (await house.client.fetch_order_ws(order["id"], SYMBOL))["clientOrderId"] == "ws"
    assert (await house.client.cancel_order_ws(order["id"], SYMBOL))["status"] == "canceled"
    with pytest.raises(pro.OrderNotFound):
        await house.client.cancel_order_ws(order["id"], SYMBOL)
