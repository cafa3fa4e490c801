"""Does a paper venue trade, charge and answer as a venue does when nothing goes wrong?"""

from decimal import Decimal

import msgspec
import pytest

from tests.unit.paper.desk import MS, SPOT, Desk, S
from venues.model.events import (
    Accepted,
    Canceled,
    CancelRejected,
    Expired,
    Filled,
    Reported,
    Standing,
)
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Contract, FeeIn, Kind
from venues.model.order import Liquidity
from venues.paper.latency import Latency


def fills(desk: Desk) -> list[tuple[str, str]]:
    return [(str(e.quantity), str(e.price)) for e in desk.events if isinstance(e, Filled)]


def test_a_sweep_takes_level_after_level_and_is_told_in_one_message() -> None:
    desk = Desk()
    desk.submit("buy", 6, 202)
    desk.wait(S)
    assert [type(e) for e in desk.batches[0]] == [Accepted, Filled, Filled]
    assert len(desk.batches) == 1
    assert fills(desk) == [("0.003", "100.5"), ("0.003", "101.0")]
    assert [e.cum_quantity for e in desk.events if isinstance(e, Filled)] == [
        Decimal("0.003"),
        Decimal("0.006"),
    ]


def test_the_order_meets_the_book_that_stands_at_its_arrival_not_the_one_we_saw() -> None:
    desk = Desk()
    desk.submit("buy", 6, 202)
    desk.wait(5 * MS)
    desk.market.show("50@198 | 1@202")
    desk.wait(S)
    assert fills(desk) == [("0.001", "101.0")]
    assert {e.ts_exchange_ns for e in desk.events} == {10 * MS}
    assert {told_ns for told_ns, _ in desk.told} == {30 * MS}


def test_what_an_ioc_leaves_over_expires_with_the_quantity_that_traded() -> None:
    desk = Desk()
    desk.submit("sell", 12, 199)
    desk.wait(S)
    last = desk.events[-1]
    assert isinstance(last, Expired)
    assert last.cum_quantity == Decimal("0.010")
    assert fills(desk) == [("0.010", "99.5")]


def test_an_ioc_that_finds_nothing_within_its_limit_expires_unfilled() -> None:
    desk = Desk()
    desk.submit("buy", 5, 200)
    desk.wait(S)
    assert desk.words == ["Accepted", "Expired"]


def test_a_marketable_gtc_order_sweeps_and_the_rest_of_it_rests() -> None:
    desk = Desk()
    order = desk.submit("buy", 9, 202, ioc=False)
    desk.wait(S)
    assert desk.words == ["Accepted", "Filled", "Filled"]
    assert desk.market.resting == {(0, 1): (0, 202, 2)}
    desk.trade_into(1, 2)
    desk.query(order)
    desk.wait(2 * S)
    last = desk.events[-1]
    assert isinstance(last, Reported)
    assert last.standing is Standing.FILLED
    assert [fill.liquidity for fill in last.fills] == [
        Liquidity.TAKER,
        Liquidity.TAKER,
        Liquidity.MAKER,
    ]


def test_a_resting_order_fills_as_maker_at_its_own_price_in_parts() -> None:
    desk = Desk()
    desk.submit("buy", 9, 200, ioc=False, post_only=True)
    desk.wait(S)
    desk.trade_into(1, 4)
    desk.wait(S + 20 * MS)
    desk.trade_into(1, 5)
    desk.wait(2 * S)
    assert desk.words == ["Accepted", "Filled", "Filled"]
    assert fills(desk) == [("0.004", "100.0"), ("0.005", "100.0")]
    assert [told_ns for told_ns, _ in desk.told] == [30 * MS, S + 20 * MS, S + 40 * MS]


def test_takers_pay_and_makers_are_paid_in_quote() -> None:
    desk = Desk()
    desk.submit("buy", 3, 201)
    desk.submit("sell", 10, 300, ioc=False)
    desk.wait(S)
    desk.trade_into(2, 10)
    desk.wait(2 * S)
    taker, maker = (e for e in desk.events if isinstance(e, Filled))
    assert (taker.fee, taker.fee_currency) == (
        Decimal("0.003") * Decimal("100.5") * 5 / 10000,
        "USDT",
    )
    assert (maker.fee, maker.fee_currency) == (Decimal("-0.00015"), "USDT")


def test_a_venue_may_keep_part_of_the_base_bought_and_of_the_quote_a_sale_brings() -> None:
    desk = Desk(instrument=msgspec.structs.replace(SPOT, fee_in=FeeIn.RECEIVED))
    desk.submit("buy", 3, 201)
    desk.submit("sell", 10, 199)
    desk.submit("buy", 10, 200, ioc=False)
    desk.wait(S)
    desk.trade_into(3, 10)
    desk.wait(2 * S)
    bought, sold, rested = (e for e in desk.events if isinstance(e, Filled))
    assert (bought.fee, bought.fee_currency) == (Decimal("0.003") * 5 / 10000, "BTC")
    assert (sold.fee, sold.fee_currency) == (Decimal("0.01") * Decimal("99.5") * 5 / 10000, "USDT")
    assert (rested.fee, rested.fee_currency) == (Decimal("0.01") * -1 / 10000, "BTC")


def test_what_an_order_costs_is_charged_once_with_its_first_fill() -> None:
    desk = Desk(instrument=msgspec.structs.replace(SPOT, order_cost=Decimal("0.35")))
    free = Desk(instrument=SPOT)
    for each in (desk, free):
        each.submit("buy", 10, 202)  # two levels, two fills
        each.submit("buy", 10, 150)  # trades nothing
        each.submit("buy", 10, 200, ioc=False)
        each.wait(S)
        each.trade_into(3, 10)
        each.wait(2 * S)
    charged, without = (
        [(e.client_order_id, e.fee) for e in each.events if isinstance(e, Filled)]
        for each in (desk, free)
    )
    assert len(charged) == len(without) > 2
    seen: set[str] = set()
    for (order_id, fee), (_, plain_fee) in zip(charged, without, strict=True):
        assert fee - plain_fee == (0 if order_id in seen else Decimal("0.35"))
        seen.add(order_id)
    assert len(seen) == 2


def test_an_inverse_contract_is_charged_in_the_coin_it_settles_in() -> None:
    inverse = msgspec.structs.replace(
        SPOT,
        symbol=Symbol("BTC/USD:BTC"),
        kind=Kind.PERP,
        contract=Contract.INVERSE,
        contract_size=Decimal(100),
        lot_size=Decimal(1),
        min_quantity=Decimal(1),
    )
    desk = Desk("1@198 | 7@200", instrument=inverse)
    desk.submit("buy", 7, 200)
    desk.wait(S)
    fill = desk.events[1]
    assert isinstance(fill, Filled)
    assert fill.fee_currency == "BTC"
    assert fill.fee == Decimal(7) * 100 / 100 * Decimal("0.0005")


def test_a_cancel_ends_what_rests_and_says_what_had_traded() -> None:
    desk = Desk()
    order = desk.submit("sell", 9, 205, ioc=False)
    desk.wait(S)
    desk.trade_into(1, 4)
    desk.cancel(order)
    desk.wait(2 * S)
    last = desk.events[-1]
    assert isinstance(last, Canceled)
    assert last.cum_quantity == Decimal("0.004")
    assert not desk.market.resting


@pytest.mark.parametrize("fate", ["never sent", "traded out", "canceled before", "expired"])
def test_a_cancel_of_what_is_not_open_is_refused_whatever_became_of_it(fate: str) -> None:
    desk = Desk()
    match fate:
        case "never sent":
            order = desk.submit("buy", 1, 201, name="below the minimum")
        case "traded out":
            order = desk.submit("buy", 3, 201)
        case "canceled before":
            order = desk.submit("buy", 3, 200, ioc=False)
            desk.cancel(order)
        case _:
            order = desk.submit("buy", 3, 200)
    desk.cancel(order)
    desk.wait(S)
    assert isinstance(desk.events[-1], CancelRejected)


def test_a_query_tells_standing_and_every_fill_by_id() -> None:
    desk = Desk()
    order = desk.submit("buy", 6, 202)
    desk.query(order)
    desk.wait(S)
    last = desk.events[-1]
    assert isinstance(last, Reported)
    assert last.standing is Standing.FILLED
    assert last.cum_quantity == Decimal("0.006")
    assert list(last.fills) == [e for e in desk.events if isinstance(e, Filled)]


def test_a_query_for_an_order_nobody_sent_finds_nothing() -> None:
    desk = Desk()
    refused = desk.submit("buy", 1, 201)
    desk.query(refused)
    desk.query(type(refused)("nobody"))
    desk.wait(S)
    standings = [e.standing for e in desk.events if isinstance(e, Reported)]
    assert standings == [Standing.REJECTED, Standing.ABSENT]


def test_commands_arrive_and_answers_come_back_in_the_order_sent_whatever_the_jitter() -> None:
    desk = Desk(
        "1000000@199 | 1000000@201",
        latency=Latency(entry_ns=MS, response_ns=MS, jitter_ns=50 * MS),
    )
    sent = []
    for _ in range(200):
        sent.append(desk.submit("buy", 2, 201))
        desk.wait(desk.now_ns + MS)
    desk.wait(10 * S)
    assert [e.client_order_id for e in desk.events if isinstance(e, Accepted)] == sent
    arrived = [e.ts_exchange_ns for e in desk.events]
    assert arrived == sorted(arrived)


def test_a_command_for_another_venue_is_our_bug() -> None:
    desk = Desk()
    desk.venue.venue = VenueId("beta")
    with pytest.raises(ValueError, match="is not for beta"):
        desk.submit("buy", 3, 201)


def test_a_maker_fill_beyond_what_rests_is_our_bug() -> None:
    desk = Desk()
    desk.submit("buy", 9, 200, ioc=False)
    desk.wait(S)
    with pytest.raises(ValueError, match="cannot fill 10 lots"):
        desk.venue.maker_filled(0, 1, 10, desk.now_ns)


def test_every_execution_has_an_id_of_its_own() -> None:
    desk = Desk()
    desk.submit("buy", 6, 202)
    desk.submit("buy", 6, 210)
    desk.wait(S)
    ids = [e.exec_id for e in desk.events if isinstance(e, Filled)]
    assert len(set(ids)) == len(ids) == 4
