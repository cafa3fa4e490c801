"""Does a paper venue refuse what a venue refuses, each with its own word, and trade nothing of it?"""

from decimal import Decimal

import msgspec
import pytest

from tests.unit.paper.desk import ALPHA, FOREVER, MS, Desk, S, perp
from venues.model.commands import Submit
from venues.model.events import Accepted, AnswerLost, Canceled, Filled, Rejected, Reported, Standing
from venues.model.ids import MAIN_ACCOUNT, AccountId, ClientOrderId, ParentId, Symbol
from venues.model.instrument import ReduceOnly
from venues.model.order import Side, TimeInForce
from venues.paper.holdings import Holding


def order(**changes: object) -> Submit:
    whole = Submit(
        client_order_id=ClientOrderId("o"),
        parent_id=ParentId("p"),
        child_no=1,
        attempt=1,
        account=MAIN_ACCOUNT,
        venue=ALPHA,
        symbol=Symbol("BTC/USDT"),
        side=Side.BUY,
        quantity=Decimal("0.010"),
        price=Decimal("101.0"),
        time_in_force=TimeInForce.IOC,
        decided_ns=0,
        deadline_ns=FOREVER,
    )
    return msgspec.structs.replace(whole, **changes)


REFUSED = {
    "unknown symbol": order(symbol=Symbol("ETH/USDT")),
    "quantity off the lot": order(quantity=Decimal("0.0105")),
    "price off the tick": order(price=Decimal("101.1")),
    "quantity below the minimum": order(quantity=Decimal("0.001")),
    "notional below the minimum": order(quantity=Decimal("0.002"), price=Decimal("99.5")),
    "deadline passed": order(deadline_ns=10 * MS - 1),
    "post-only would trade": order(
        post_only=True, time_in_force=TimeInForce.GTC, price=Decimal("100.5")
    ),
    "post-only cannot be immediate or cancel": order(post_only=True),
}


@pytest.mark.parametrize("word", REFUSED)
def test_what_breaks_a_rule_is_refused_with_the_rule_and_nothing_trades(word: str) -> None:
    desk = Desk()
    desk.send(REFUSED[word])
    desk.wait(S)
    (event,) = desk.events
    assert isinstance(event, Rejected)
    assert event.reason == word
    assert not desk.venue.truth().trades
    assert not desk.venue.truth().orders
    assert [seen.refusal for seen in desk.venue.truth().requests] == [word]


def test_zero_and_negative_numbers_are_refused() -> None:
    desk = Desk()
    desk.send(order(quantity=Decimal(0)))
    desk.send(order(client_order_id=ClientOrderId("b"), quantity=Decimal("-0.010")))
    desk.send(order(client_order_id=ClientOrderId("c"), price=Decimal(-1)))
    desk.wait(S)
    assert desk.words == ["Rejected"] * 3


def test_an_order_on_its_deadline_still_trades_and_grace_allows_for_a_little_more() -> None:
    on_time = Desk()
    on_time.send(order(deadline_ns=10 * MS))
    assert on_time.wait(S).words[0] == "Accepted"
    graced = Desk(grace_ns=2 * MS)
    graced.send(order(deadline_ns=8 * MS))
    assert graced.wait(S).words[0] == "Accepted"
    late = Desk(grace_ns=2 * MS)
    late.send(order(deadline_ns=8 * MS - 1))
    assert late.wait(S).words == ["Rejected"]


def test_nothing_trades_beyond_the_end_of_the_recording_but_questions_are_answered() -> None:
    desk = Desk()
    desk.market.ends_ns = S
    resting = desk.submit("buy", 9, 200, ioc=False)
    desk.wait(S - 10 * MS)
    last = desk.submit("buy", 3, 201)  # arrives with the last event
    desk.wait(S)
    desk.submit("buy", 3, 210)
    desk.cancel(resting)
    desk.query(last)
    desk.wait(2 * S)
    (refused,) = (e for e in desk.events if isinstance(e, Rejected))
    assert refused.reason == "recording ended"
    assert isinstance(desk.events[-2], Canceled)
    assert isinstance(desk.events[-1], Reported)


def test_a_second_order_under_a_used_id_never_trades_and_never_denies_the_first() -> None:
    desk = Desk()
    desk.submit("buy", 9, 200, ioc=False, name="twin")
    desk.submit("buy", 3, 201, name="twin")
    desk.wait(10 * S)
    assert desk.words == ["Accepted", "AnswerLost"]
    assert [seen.refusal for seen in desk.venue.truth().requests] == [
        "",
        "duplicate client order id",
    ]
    assert not desk.venue.truth().trades
    desk.query(ClientOrderId("twin"))
    desk.wait(20 * S)
    report = desk.events[-1]
    assert isinstance(report, Reported)
    assert report.standing is Standing.WORKING


def test_a_refused_id_is_burned_as_well() -> None:
    desk = Desk()
    desk.submit("buy", 1, 201, name="twin")
    desk.submit("buy", 3, 201, name="twin")
    desk.wait(10 * S)
    assert [type(e) for e in desk.events] == [Rejected, AnswerLost]


def test_an_order_that_would_trade_with_our_own_is_refused() -> None:
    desk = Desk()
    desk.submit("buy", 9, 200, ioc=False)
    desk.submit("sell", 20, 199)
    desk.submit("sell", 5, 201, ioc=False)
    desk.submit("sell", 5, 200, account=AccountId("other"))
    desk.wait(S)
    reasons = [e.reason for e in desk.events if isinstance(e, Rejected)]
    assert reasons == ["would trade with an own order"]
    assert len([e for e in desk.events if isinstance(e, Accepted)]) == 3


def test_reduce_only_trades_no_more_than_is_held_and_only_against_it() -> None:
    held = [Holding(account=MAIN_ACCOUNT, symbol=perp().symbol, lots=5)]
    desk = Desk(instrument=perp(), holdings=held)
    desk.submit("sell", 6, 199, reduce_only=True)
    desk.submit("buy", 3, 201, reduce_only=True)
    desk.submit("sell", 5, 199, reduce_only=True)
    desk.submit("sell", 3, 199, reduce_only=True)
    desk.wait(S)
    assert desk.words == ["Rejected", "Rejected", "Accepted", "Filled", "Rejected"]
    assert {e.reason for e in desk.events if isinstance(e, Rejected)} == {
        "reduce-only would not reduce"
    }


def test_when_one_of_two_exits_fills_the_venue_cancels_the_other_reduce_only_one() -> None:
    held = [Holding(account=MAIN_ACCOUNT, symbol=perp().symbol, lots=5)]
    desk = Desk(instrument=perp(), holdings=held)
    desk.submit("sell", 5, 205, ioc=False, reduce_only=True)
    desk.submit("sell", 5, 206, ioc=False, reduce_only=True)
    desk.wait(S)
    desk.trade_into(1, 5)
    desk.wait(2 * S)
    assert desk.words == ["Accepted", "Accepted", "Filled", "Canceled"]
    assert not desk.market.resting


def test_a_spot_venue_knows_no_reduce_only() -> None:
    desk = Desk()
    desk.submit("sell", 5, 199, reduce_only=True)
    desk.wait(S)
    assert [type(e) for e in desk.events] == [Accepted, Filled]


def test_two_exits_met_in_the_same_instant_never_trade_more_than_is_held() -> None:
    held = [Holding(account=MAIN_ACCOUNT, symbol=perp().symbol, lots=5)]
    desk = Desk(instrument=perp(), holdings=held)
    desk.submit("sell", 5, 205, ioc=False, reduce_only=True)
    desk.submit("sell", 5, 206, ioc=False, reduce_only=True)
    desk.wait(S)
    desk.trade_into(1, 3)  # one print sweeps both, and both are told of at once
    desk.trade_into(2, 5)
    desk.trade_into(1, 2)
    desk.wait(2 * S)
    filled = [e.quantity for e in desk.events if isinstance(e, Filled)]
    assert sum(filled) == perp().quantity_of(5)
    assert desk.words.count("Canceled") == 2


def test_what_met_an_exit_that_was_already_cut_off_is_not_traded() -> None:
    held = [Holding(account=MAIN_ACCOUNT, symbol=perp().symbol, lots=5)]
    desk = Desk(instrument=perp(), holdings=held)
    desk.submit("sell", 5, 205, ioc=False, reduce_only=True)
    desk.submit("sell", 5, 206, ioc=False, reduce_only=True)
    desk.wait(S)
    desk.trade_into(1, 5)
    desk.trade_into(2, 2)
    desk.venue.maker_filled(0, 2, 3, desk.now_ns)  # another level of the same message
    desk.wait(2 * S)
    assert desk.words == ["Accepted", "Accepted", "Filled", "Canceled"]


def test_a_position_reduced_by_another_order_takes_the_surplus_of_a_reduce_only_one_with_it() -> (
    None
):
    held = [Holding(account=MAIN_ACCOUNT, symbol=perp().symbol, lots=5)]
    desk = Desk(instrument=perp(), holdings=held)
    desk.submit("sell", 5, 205, ioc=False, reduce_only=True)
    desk.submit("sell", 2, 206, ioc=False, reduce_only=True)
    desk.submit("sell", 3, 199)  # by hand, say
    desk.wait(S)
    assert desk.words == ["Accepted", "Accepted", "Accepted", "Filled", "Canceled"]
    desk.trade_into(2, 2)  # what still fits stands, and trades
    desk.wait(2 * S)
    assert desk.words[-1] == "Filled"


def test_a_position_that_turns_leaves_no_reduce_only_order_standing() -> None:
    held = [Holding(account=MAIN_ACCOUNT, symbol=perp().symbol, lots=5)]
    desk = Desk(instrument=perp(), holdings=held)
    desk.submit("sell", 2, 205, ioc=False, reduce_only=True)
    desk.submit("sell", 9, 199)
    desk.wait(S)
    assert desk.words == ["Accepted", "Accepted", "Filled", "Canceled"]


def test_a_position_that_grows_leaves_exits_as_they_are_and_they_trade_what_they_are() -> None:
    held = [Holding(account=MAIN_ACCOUNT, symbol=perp().symbol, lots=5)]
    desk = Desk(instrument=perp(), holdings=held)
    desk.submit("sell", 5, 205, ioc=False, reduce_only=True)
    desk.submit("buy", 3, 201)
    desk.wait(S)
    desk.trade_into(1, 5)
    desk.wait(2 * S)
    assert desk.words == ["Accepted", "Accepted", "Filled", "Filled"]


def test_the_position_of_another_account_is_not_there_to_reduce() -> None:
    held = [Holding(account=AccountId("other"), symbol=perp().symbol, lots=5)]
    desk = Desk(instrument=perp(), holdings=held)
    desk.submit("sell", 5, 205, ioc=False, reduce_only=True)
    desk.wait(S)
    assert desk.words == ["Rejected"]


def test_where_reduce_only_orders_count_together_a_second_full_one_is_refused() -> None:
    instrument = msgspec.structs.replace(perp(), reduce_only=ReduceOnly.SUMMED)
    held = [Holding(account=MAIN_ACCOUNT, symbol=instrument.symbol, lots=5)]
    desk = Desk(instrument=instrument, holdings=held)
    desk.submit("sell", 3, 205, ioc=False, reduce_only=True)
    desk.submit("sell", 3, 206, ioc=False, reduce_only=True)
    desk.submit("sell", 2, 206, ioc=False, reduce_only=True)
    desk.wait(S)
    assert desk.words == ["Accepted", "Rejected", "Accepted"]
