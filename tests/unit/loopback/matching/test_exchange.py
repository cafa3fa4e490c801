"""Does the local exchange match as exchanges do?"""

from decimal import Decimal

import pytest

from tests.unit.loopback.matching.floor import PERP, SPOT, SYMBOL, ask, exchange, now, story
from venues.loopback.matching.values import Refusal, Refused, State, Tif
from venues.model.order import Side

D = Decimal


def test_a_limit_order_takes_the_best_price_first_and_rests_with_what_is_left() -> None:
    floor = exchange()
    order = floor.submit(ask("buy", "7", "100.5", client_id="a"), 2)
    assert (order.filled, order.cost, order.state) == (D(5), D("502.5"), State.WORKING)
    assert floor.books[SYMBOL].best_is(Side.BUY, D("100.5"), D(2))


def test_a_sweep_over_two_levels_pays_each_its_price() -> None:
    floor = exchange()
    order = floor.submit(ask("buy", "6", "101"), 2)
    assert order.cost == D("603.5")
    assert order.state is State.FILLED


def test_at_one_price_whoever_came_first_trades_first() -> None:
    floor = exchange()
    ann = floor.submit(ask("buy", "1", "99.6"), 2)
    ben = floor.submit(ask("buy", "1", "99.6", account="ben"), 3)
    floor.crowd_takes(SYMBOL, Side.SELL, D("99.6"), D("1.5"), 4)
    assert (now(floor, ann).filled, now(floor, ben).filled) == (D(1), D("0.5"))


def test_the_crowd_that_was_there_before_us_trades_before_us() -> None:
    floor = exchange()
    ours = floor.submit(ask("buy", "1", "99.5"), 2)
    floor.crowd_takes(SYMBOL, Side.SELL, D("99.5"), D("5.25"), 3)
    assert now(floor, ours).filled == D("0.25")


def test_post_only_that_would_trade_is_refused_and_leaves_nothing_behind() -> None:
    floor = exchange()
    with pytest.raises(Refused, match="post-only") as refused:
        floor.submit(ask("buy", "1", "100.5", tif=Tif.POST_ONLY, client_id="a"), 2)
    assert refused.value.reason is Refusal.WOULD_TAKE
    assert floor.named("ann", "a") is None


def test_an_immediate_order_trades_what_is_there_and_expires() -> None:
    floor = exchange()
    order = floor.submit(ask("sell", "6", "99.5", tif=Tif.IOC), 2)
    assert (order.filled, order.state) == (D(5), State.EXPIRED)


def test_fill_or_kill_trades_whole_or_not_at_all() -> None:
    floor = exchange()
    assert floor.submit(ask("sell", "6", "99.5", tif=Tif.FOK), 2).filled == 0
    assert floor.submit(ask("sell", "6", "99", tif=Tif.FOK), 3).state is State.FILLED


def test_a_stop_sleeps_until_the_last_price_comes_to_it() -> None:
    floor = exchange()
    stop = floor.submit(ask("sell", "1", "98", stop="99", client_id="s"), 2)
    assert stop.state is State.DORMANT
    floor.crowd_takes(SYMBOL, Side.SELL, D("99.5"), D(1), 3)
    assert now(floor, stop).state is State.DORMANT
    floor.crowd_takes(SYMBOL, Side.SELL, D(99), D(5), 4)
    assert now(floor, stop).state is State.FILLED
    assert story(floor.drain_reports()) == ["s new 0", "s woken 0", "s traded 1"]


def test_a_stop_whose_trigger_is_met_already_is_refused() -> None:
    floor = exchange()
    floor.crowd_takes(SYMBOL, Side.SELL, D("99.5"), D(1), 2)
    with pytest.raises(Refused, match="trigger is met"):
        floor.submit(ask("sell", "1", "98", stop="99.5"), 3)


def test_when_one_leg_of_a_list_trades_the_other_is_gone() -> None:
    floor = exchange()
    legs = (
        ask("sell", "1", "102", tif=Tif.POST_ONLY, client_id="limit"),
        ask("sell", "1", "98", stop="99", client_id="stop"),
    )
    floor.submit_list(legs, 2)
    floor.crowd_takes(SYMBOL, Side.BUY, D(102), D("10.5"), 3)
    assert story(floor.drain_reports())[2:] == ["limit traded 0.5", "stop expired 0"]


def test_when_the_stop_of_a_list_wakes_the_limit_is_gone_before_it_trades() -> None:
    floor = exchange()
    legs = (
        ask("sell", "1", "102", client_id="limit"),
        ask("sell", "1", "98", stop="99", client_id="stop"),
    )
    floor.submit_list(legs, 2)
    floor.crowd_takes(SYMBOL, Side.SELL, D(99), D(6), 3)
    assert story(floor.drain_reports())[2:] == [
        "stop woken 0",
        "limit expired 0",
        "stop traded 1",
    ]


def test_a_list_locks_its_quantity_once() -> None:
    floor = exchange()
    floor.submit_list((ask("sell", "80", "102"), ask("sell", "80", "98", stop="99")), 2)
    assert floor.free("ann", "BTC") == D(20)


def test_cancelling_a_leg_cancels_its_list() -> None:
    floor = exchange()
    list_id = floor.submit_list((ask("sell", "1", "102"), ask("sell", "1", "98", stop="99")), 2)
    assert len(floor.cancel(floor.legs(list_id)[0].order_id, 3)) == 2
    assert floor.live("ann") == []


def test_a_client_id_may_be_used_again_only_once_its_order_is_closed() -> None:
    floor = exchange()
    first = floor.submit(ask("buy", "1", "99", client_id="x"), 2)
    with pytest.raises(Refused, match="client id"):
        floor.submit(ask("buy", "1", "98", client_id="x"), 3)
    floor.cancel(first.order_id, 4)
    assert floor.submit(ask("buy", "1", "98", client_id="x"), 5).order_id != first.order_id


def test_a_cancel_of_what_is_closed_is_refused() -> None:
    floor = exchange()
    order = floor.submit(ask("buy", "1", "100.5"), 2)
    with pytest.raises(Refused, match="no such live order"):
        floor.cancel(order.order_id, 3)


def test_orders_that_cannot_be_paid_are_refused() -> None:
    floor = exchange()
    floor.submit(ask("buy", "9000", "99"), 2)
    with pytest.raises(Refused, match="not enough"):
        floor.submit(ask("buy", "2000", "99"), 3)
    with pytest.raises(Refused, match="not enough"):
        floor.submit(ask("sell", "100.001", "102"), 3)


@pytest.mark.parametrize(
    ("quantity", "price", "reason"),
    [
        ("1", "99.001", Refusal.TICK),
        ("1.0001", "99", Refusal.LOT),
        ("0.0001", "99", Refusal.QUANTITY),
        ("0.05", "99", Refusal.NOTIONAL),
    ],
)
def test_steps_and_minimums_are_kept(quantity: str, price: str, reason: Refusal) -> None:
    with pytest.raises(Refused) as refused:
        exchange().submit(ask("buy", quantity, price), 2)
    assert refused.value.reason is reason


def test_an_order_never_trades_with_its_own_account() -> None:
    floor = exchange()
    resting = floor.submit(ask("buy", "1", "99.7"), 2)
    taker = floor.submit(ask("sell", "2", "99.5"), 3)
    assert now(floor, resting).state is State.SELF_TRADE
    assert taker.cost == D("199.0")


def test_less_at_the_same_price_keeps_its_place_and_more_loses_it() -> None:
    floor = exchange()
    ann = floor.submit(ask("buy", "2", "99.6"), 2)
    ben = floor.submit(ask("buy", "1", "99.6", account="ben"), 3)
    floor.amend(ann.order_id, D(1), D("99.6"), 4)
    floor.crowd_takes(SYMBOL, Side.SELL, D("99.6"), D("0.5"), 5)
    assert now(floor, ann).filled == D("0.5")
    floor.amend(ann.order_id, D(2), D("99.6"), 6)
    floor.crowd_takes(SYMBOL, Side.SELL, D("99.6"), D("0.5"), 7)
    assert (now(floor, ann).filled, now(floor, ben).filled) == (D("0.5"), D("0.5"))


def test_a_post_only_order_amended_into_the_market_is_cancelled() -> None:
    floor = exchange()
    order = floor.submit(ask("buy", "2", "99.6", tif=Tif.POST_ONLY), 2)
    with pytest.raises(Refused, match="post-only"):
        floor.amend(order.order_id, D(2), D("100.5"), 3)
    assert now(floor, order).state is State.CANCELED


def test_spot_fees_come_out_of_what_a_trade_brings() -> None:
    floor = exchange()
    floor.submit(ask("buy", "1", "100.5"), 2)
    assert floor.accounts.balance("ann", "BTC") == D("100.998")
    floor.submit(ask("sell", "1", "99.5"), 3)
    assert floor.accounts.balance("ann", "USDT") == D(1_000_000) - D("100.5") + D("99.301")


def test_a_perp_position_makes_what_prices_make_and_pays_its_fees() -> None:
    floor = exchange(PERP)
    perp = PERP.symbol
    floor.submit(ask("buy", "2", "100.5", symbol=perp), 2)
    floor.set_level(perp, Side.BUY, D("110"), D(5), 3)
    floor.submit(ask("sell", "1", "110", symbol=perp), 4)
    fees = D("0.0005") * (D(201) + D(110))
    assert floor.accounts.balance("ann", "USDT") == D(1_000_000) + D("9.5") - fees
    assert floor.accounts.position("ann", perp).entry == D("100.5")


def test_reduce_only_without_a_position_is_refused_and_a_second_full_one_where_they_sum() -> None:
    floor = exchange(PERP)
    perp = PERP.symbol
    with pytest.raises(Refused, match="nothing to reduce"):
        floor.submit(ask("sell", "1", "102", symbol=perp, reduce_only=True), 2)
    floor.submit(ask("buy", "1", "100.5", symbol=perp), 3)
    floor.submit(ask("sell", "1", "102", symbol=perp, reduce_only=True), 4)
    with pytest.raises(Refused, match="nothing to reduce"):
        floor.submit(ask("sell", "1", "103", symbol=perp, reduce_only=True), 5)


def test_reduce_only_orders_end_with_the_position_they_reduce() -> None:
    floor = exchange(PERP)
    perp = PERP.symbol
    floor.submit(ask("buy", "1", "100.5", symbol=perp), 2)
    exit_order = floor.submit(ask("sell", "1", "102", symbol=perp, reduce_only=True), 3)
    floor.submit(ask("sell", "1", "99.5", symbol=perp), 4)
    assert now(floor, exit_order).state is State.EXPIRED


def test_margin_bounds_what_a_perp_account_may_hold() -> None:
    floor = exchange(PERP)
    with pytest.raises(Refused, match="not enough"):
        floor.submit(ask("buy", "300000", "99", symbol=PERP.symbol), 2)


def test_the_crowd_that_moves_through_our_price_trades_with_us() -> None:
    floor = exchange()
    ours = floor.submit(ask("sell", "1", "100.2"), 2)
    floor.set_level(SYMBOL, Side.BUY, D("100.6"), D(3), 3)
    assert now(floor, ours).state is State.FILLED
    assert [t.price for t in floor.drain_trades()] == [D("100.2")]
    assert floor.books[SYMBOL].best_is(Side.BUY, D("100.6"), D(2))
    assert floor.books[SYMBOL].best_is(Side.SELL, D(101), D(5))


def test_changes_are_told_once_with_what_stands_there_now() -> None:
    floor = exchange()
    floor.books[SYMBOL].drain()
    floor.submit(ask("buy", "1", "99.5"), 2)
    floor.submit(ask("buy", "5", "100.5", account="ben"), 3)
    assert floor.books[SYMBOL].drain() == [
        (Side.BUY, D("99.5"), D(6)),
        (Side.SELL, D("100.5"), D(0)),
    ]
    assert floor.books[SYMBOL].drain() == []


def test_listings_say_who_is_who() -> None:
    assert exchange(SPOT, PERP).listings.keys() == {SPOT.symbol, PERP.symbol}
