"""Does the real ccxt client trade perps on the local Hyperliquid as on the genuine one?"""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from tests.loopback.house import House, hyperliquid
from venues.loopback.certificate import Certificate
from venues.loopback.faults import Does, Fault
from venues.loopback.hyperliquid.venue import Hyperliquid

SYMBOL = "BTC/USDC:USDC"
ONE, TWO = "0x" + "0" * 31 + "1", "0x" + "0" * 31 + "2"


@pytest.fixture
async def house(pro: Any, certificate: Certificate) -> AsyncIterator[House]:
    async with hyperliquid(pro, certificate) as made:
        yield made


def hyper(house: House) -> Hyperliquid:
    assert isinstance(house.front.venue, Hyperliquid)
    return house.front.venue


async def test_an_order_lives_from_post_only_over_partial_fill_to_cancel(house: House) -> None:
    market = (await house.client.load_markets())[SYMBOL]
    assert (market["precision"]["amount"], market["precision"]["price"]) == (1e-5, 1.0)
    order = await house.order("buy", 0.5, 49_996, postOnly=True, clientOrderId=ONE)
    house.sell("0.2", "49996")
    found = await house.client.fetch_order(None, SYMBOL, {"clientOrderId": ONE})
    told = (found["id"], found["filled"], found["status"], found["postOnly"])
    assert told == (order["id"], 0.2, "open", True)
    (waiting,) = await house.client.fetch_open_orders(SYMBOL)
    assert (waiting["clientOrderId"], waiting["remaining"]) == (ONE, 0.3)
    await house.client.cancel_order(None, SYMBOL, {"clientOrderId": ONE})
    assert (await house.client.fetch_order(order["id"], SYMBOL))["status"] == "canceled"
    (fill,) = await house.client.fetch_my_trades(SYMBOL)
    assert (fill["order"], fill["amount"], fill["takerOrMaker"]) == (order["id"], 0.2, "maker")
    assert fill["fee"]["cost"] == pytest.approx(0.2 * 49_996 * 0.00015)
    (position,) = await house.client.fetch_positions([SYMBOL])
    assert (position["side"], position["contracts"]) == ("long", 0.2)


async def test_an_immediate_order_fills_at_once_or_is_refused(house: House, pro: Any) -> None:
    order = await house.order("buy", 1.5, 50_006, timeInForce="IOC")
    assert (order["filled"], order["average"]) == (1.0, 50_005)
    with pytest.raises(pro.InvalidOrder, match="could not immediately match"):
        await house.order("buy", 0.5, 50_000, timeInForce="IOC")


async def test_each_refusal_arrives_as_the_class_that_ccxt_gives_it(house: House, pro: Any) -> None:
    async def refused(error: str, match: str, *args: Any, **params: Any) -> None:
        with pytest.raises(getattr(pro, error), match=match) as caught:
            await house.order(*args, **params)
        assert type(caught.value).__name__ == error

    await refused("InvalidOrder", r"bbo was 49995@50005", "buy", 1, 50_005, postOnly=True)
    await refused("InvalidOrder", "minimum value", "buy", 0.0001, 49_000)
    await refused("InvalidOrder", "would increase", "sell", 1, 50_050, reduceOnly=True)
    await refused("InsufficientFunds", "margin", "buy", 50, 50_000)
    await refused("InvalidOrder", "bbo", "buy", 1, 50_005, postOnly=True, clientOrderId=ONE)
    turned = await house.client.fetch_order(None, SYMBOL, {"clientOrderId": ONE})
    assert turned["status"] == "rejected"
    with pytest.raises(pro.OrderNotFound, match="unknownOid"):
        await house.client.fetch_order("5", SYMBOL)
    with pytest.raises(pro.OrderNotFound, match="never placed"):
        await house.client.cancel_order("5", SYMBOL)
    house.client.privateKey = "0x" + "22" * 32
    await refused("InvalidOrder", "API Wallet 0x", "buy", 0.1, 49_000)


async def test_a_price_has_five_significant_figures_or_is_a_whole_number(
    house: House, pro: Any
) -> None:
    await house.client.load_markets()
    orders = house.client.create_orders_request(
        [{"symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.1, "price": 49_000}]
    )["action"]
    for price, wrong in (("49000.5", True), ("4900.55", True), ("49001", False)):
        orders["orders"][0]["p"] = price
        nonce = house.client.incrementing_nonce()
        signature = house.client.sign_l1_action(orders, nonce)
        request = {"action": orders, "nonce": nonce, "signature": signature}
        if wrong:
            with pytest.raises(pro.InvalidOrder, match="divisible by tick"):
                await house.client.private_post_exchange(request)
        else:
            await house.client.private_post_exchange(request)
            with pytest.raises(pro.ExchangeError, match="duplicate nonce"):
                await house.client.private_post_exchange(request)


async def test_a_stop_wakes_by_the_mark_and_an_edit_gets_another_number(house: House) -> None:
    hyper(house).held_marks["BTC"] = Decimal(50_000)
    stop = await house.order("sell", 0.1, 49_900, stopLossPrice=49_950, clientOrderId=TWO)
    found = await house.client.fetch_order(stop["id"], SYMBOL)
    assert (found["status"], found["stopLossPrice"]) == ("open", 49_950)
    hyper(house).held_marks["BTC"] = Decimal(49_940)
    await house.until(lambda: house.exchange.fills("ann"))
    order = await house.order("buy", 0.2, 49_000, postOnly=True)
    edited = await house.client.edit_order(
        order["id"], SYMBOL, "limit", "buy", 0.1, 49_100, {"postOnly": True}
    )
    assert edited["id"] != order["id"]
    (left,) = await house.client.fetch_open_orders(SYMBOL)
    assert (left["id"], left["price"], left["amount"]) == (edited["id"], 49_100, 0.1)


async def test_two_reduce_only_orders_stand_together_and_never_trade_more_than_is_held(
    house: House,
) -> None:
    await house.order("buy", 0.5, 50_006, timeInForce="IOC")
    for price in (50_020, 50_021):
        await house.order("sell", 0.5, price, reduceOnly=True, postOnly=True)
    house.buy("9", "50021")
    assert await house.client.fetch_positions([SYMBOL]) == []
    statuses = {o["price"]: o["info"]["status"] for o in await house.client.fetch_orders(SYMBOL)}
    assert statuses == {50_006: "filled", 50_020: "filled", 50_021: "reduceOnlyCanceled"}


async def test_everything_is_cancelled_for_who_falls_silent(house: House) -> None:
    await house.order("buy", 0.2, 49_000, postOnly=True)
    await house.client.cancel_all_orders_after(6_000)
    hyper(house).pulse(house.now_ns() + 5_000_000_000)
    assert len(house.exchange.live("ann")) == 1
    hyper(house).pulse(house.now_ns() + 7_000_000_000)
    assert house.exchange.live("ann") == []


async def test_books_fills_and_orders_reach_who_listens(house: House) -> None:
    client = house.client
    book = await house.soon(client.watch_order_book(SYMBOL))
    assert (book["bids"][0], book["asks"][0]) == ([49_995, 2], [50_005, 1])
    house.show("3@49997 | ")
    while (await house.soon(client.watch_order_book(SYMBOL)))["bids"][0] != [49_997, 3]:
        pass
    orders = asyncio.create_task(client.watch_orders(SYMBOL))
    fills = asyncio.create_task(client.watch_my_trades(SYMBOL))
    await house.until(lambda: hyper(house).listeners("ann") == 2)
    order = await house.order("buy", 0.5, 49_998, postOnly=True, clientOrderId=ONE)
    (seen,) = await house.soon(orders)
    assert (seen["id"], seen["clientOrderId"], seen["status"]) == (order["id"], ONE, "open")
    house.sell("0.2", "49998")
    (fill,) = await house.soon(fills)
    assert (fill["order"], fill["amount"], fill["price"]) == (order["id"], 0.2, 49_998)
    ws = await client.create_order_ws(SYMBOL, "limit", "buy", 0.1, 49_000, {"postOnly": True})
    assert ws["id"]


async def test_the_answer_to_an_order_is_lost_and_the_order_is_there(
    house: House, pro: Any
) -> None:
    await house.order("buy", 0.1, 49_000)
    house.client.timeout = 250
    house.faults.load([Fault(does=Does.HANG, method="POST", path="/exchange/order")])
    with pytest.raises(pro.RequestTimeout):
        await house.order("buy", 0.1, 49_000, postOnly=True, clientOrderId=ONE)
    found = await house.client.fetch_order(None, SYMBOL, {"clientOrderId": ONE})
    assert found["status"] == "open"


async def test_builders_take_their_share_of_what_was_approved(house: House) -> None:
    house.client.options["builderFee"] = True
    await house.order("buy", 1, 50_006, timeInForce="IOC")
    (fill,) = await house.client.public_post_info(
        {"type": "userFills", "user": house.client.walletAddress}
    )
    assert float(fill["builderFee"]) == pytest.approx(50_005 * 0.0001)
    paid = Decimal(100_000) - house.exchange.accounts.balance("ann", "USDC")
    assert paid == Decimal(fill["fee"]) == Decimal(50_005) * Decimal("0.00055")
