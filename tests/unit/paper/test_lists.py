"""Does a paper venue hold a profit and a stop as one order list, of which one trades?"""

from decimal import Decimal

import msgspec
import pytest
from msgspec import structs

from tests.unit.paper.desk import FOREVER, MS, SPOT, Desk, S
from venues.model.commands import Submit, SubmitPair
from venues.model.events import Accepted, Asked, Expired, Filled, Rejected, Reported, Standing
from venues.model.ids import MAIN_ACCOUNT, ClientOrderId, ParentId
from venues.model.instrument import Instrument
from venues.model.order import Side, TimeInForce, Trigger, TriggerDirection
from venues.paper.faults import AnswerMissing, CanceledUnasked, Fault, RequestLost, ScriptedFaults

LISTS = msgspec.structs.replace(SPOT, stop_orders=True, order_lists=True)
PROFIT, STOP = ClientOrderId("profit"), ClientOrderId("stop")


def pair(*, tick: int = 206, trigger: str = "96", lots: int = 5) -> SubmitPair:
    """Return 5 lots for sale at tick 206 (103), or at tick 190 (95) or better from 96 on."""
    maker = Submit(
        client_order_id=PROFIT,
        parent_id=ParentId("p"),
        child_no=1,
        attempt=1,
        account=MAIN_ACCOUNT,
        venue=LISTS.venue,
        symbol=LISTS.symbol,
        side=Side.SELL,
        quantity=LISTS.quantity_of(lots),
        price=LISTS.price_of(tick),
        time_in_force=TimeInForce.GTC,
        decided_ns=0,
        deadline_ns=FOREVER,
        post_only=True,
    )
    stop = structs.replace(
        maker,
        client_order_id=STOP,
        child_no=2,
        price=LISTS.price_of(190),
        post_only=False,
        trigger=Trigger(price=Decimal(trigger), direction=TriggerDirection.DOWN),
    )
    return SubmitPair(maker=maker, stop=stop)


def desk_with(*faults: Fault, instrument: Instrument = LISTS, last: str = "100") -> Desk:
    plan = ScriptedFaults({(Asked.SUBMIT, 1): faults})
    desk = Desk("50@198 10@199 | 3@201", instrument=instrument, faults=plan)
    desk.market.prices.say(0, last)
    return desk


def sent(*faults: Fault, wait: bool = True) -> Desk:
    desk = desk_with(*faults)
    desk.send(pair())
    if wait:
        desk.wait(S)
    return desk


def standing(desk: Desk, order: ClientOrderId) -> Standing:
    return report(desk, order).standing


def report(desk: Desk, order: ClientOrderId) -> Reported:
    desk.query(order)
    desk.wait(desk.now_ns + S)
    said = desk.events[-1]
    assert isinstance(said, Reported)
    return said


def refusal(desk: Desk) -> set[str]:
    desk.wait(desk.now_ns + S)
    refused = [event for event in desk.events if isinstance(event, Rejected)]
    assert {event.client_order_id for event in refused} == {PROFIT, STOP}
    assert not desk.venue.truth().orders
    return {event.reason for event in refused}


def test_both_are_taken_under_their_own_ids_and_called_by_the_same_list() -> None:
    desk = sent()
    assert desk.words == ["Accepted", "Accepted"]
    lists = {e.client_order_id: e.list_id for e in desk.events if isinstance(e, Accepted)}
    assert set(lists) == {PROFIT, STOP}
    assert len(set(lists.values())) == 1
    assert "" not in lists.values()
    assert (standing(desk, PROFIT), standing(desk, STOP)) == (Standing.WORKING, Standing.DORMANT)
    assert report(desk, STOP).list_id == lists[PROFIT]


def test_an_order_that_stands_alone_is_called_by_no_list() -> None:
    desk = desk_with()
    desk.submit("buy", 5, 190, ioc=False)
    desk.wait(S)
    assert [e.list_id for e in desk.events if isinstance(e, Accepted)] == [""]


def test_the_first_fill_of_the_profit_ends_the_stop_and_the_rest_of_it_stays() -> None:
    desk = sent(wait=False)
    desk.market.prices.say(9 * S, "95")
    desk.wait(S)
    desk.trade_into(1, 2)
    desk.wait(2 * S)
    assert desk.words[2:] == ["Filled", "Expired"]
    assert (standing(desk, PROFIT), standing(desk, STOP)) == (Standing.WORKING, Standing.EXPIRED)
    desk.wait(10 * S)
    assert not [e for e in desk.events if isinstance(e, Filled) and e.client_order_id == STOP]


def test_a_stop_that_wakes_ends_the_profit_and_sweeps_the_book() -> None:
    desk = sent(wait=False)
    desk.market.prices.say(3 * S, "96")
    desk.wait(S)
    desk.market.show("2@192 9@191 | 3@201")
    desk.wait(5 * S)
    assert desk.words[2:] == ["Activated", "Expired", "Filled", "Filled"]
    ended = [e for e in desk.events if isinstance(e, Expired)]
    assert [(e.client_order_id, e.cum_quantity) for e in ended] == [(PROFIT, 0)]
    assert desk.market.resting == {}


@pytest.mark.parametrize("first", ["fill", "trigger"])
def test_of_a_fill_and_a_trigger_in_the_same_instant_the_first_wins(first: str) -> None:
    desk = sent(wait=False)
    desk.market.prices.say(3 * S, "96")
    desk.wait(3 * S - 1)
    desk.now_ns = 3 * S
    if first == "fill":
        desk.trade_into(1, 5)
    desk.wait(5 * S)
    sold = {e.client_order_id for e in desk.events if isinstance(e, Filled)}
    assert sold == ({PROFIT} if first == "fill" else {STOP})
    assert sum(t.quantity for t in desk.venue.truth().trades) == LISTS.quantity_of(5)


@pytest.mark.parametrize("order", [PROFIT, STOP])
def test_a_cancel_of_either_ends_both(order: ClientOrderId) -> None:
    desk = sent()
    desk.cancel(order)
    desk.wait(2 * S)
    assert desk.words[2:] == ["Canceled", "Canceled"]
    assert (standing(desk, PROFIT), standing(desk, STOP)) == (Standing.CANCELED,) * 2
    desk.cancel(PROFIT)
    desk.wait(desk.now_ns + S)
    assert desk.words[-1] == "CancelRejected"


def test_a_list_the_venue_ends_on_its_own_ends_whole() -> None:
    desk = sent(CanceledUnasked(500 * MS))
    assert desk.words == ["Accepted", "Accepted", "Canceled", "Canceled"]


def test_an_answer_that_is_lost_leaves_both_in_doubt_and_both_are_there() -> None:
    desk = sent(AnswerMissing(), wait=False)
    desk.wait(10 * S)
    assert desk.words == ["AnswerLost", "AnswerLost"]
    assert {e.client_order_id for e in desk.events} == {PROFIT, STOP}
    assert (standing(desk, PROFIT), standing(desk, STOP)) == (Standing.WORKING, Standing.DORMANT)


def test_a_request_that_is_lost_leaves_neither() -> None:
    desk = sent(RequestLost(), wait=False)
    desk.wait(10 * S)
    assert (standing(desk, PROFIT), standing(desk, STOP)) == (Standing.ABSENT,) * 2


def test_an_id_that_was_used_is_no_new_list() -> None:
    desk = sent()
    desk.send(pair())
    desk.wait(desk.now_ns + S)
    assert len(desk.venue.truth().orders) == 2
    assert desk.venue.truth().requests[-1].refusal == "duplicate client order id"


@pytest.mark.parametrize(
    ("instrument", "said"),
    [
        (msgspec.structs.replace(SPOT, stop_orders=True), "no order lists in this instrument"),
        (SPOT, "no stop orders in this instrument"),
    ],
)
def test_a_venue_that_takes_no_lists_takes_neither_order(instrument: Instrument, said: str) -> None:
    desk = desk_with(instrument=instrument)
    desk.send(pair())
    assert refusal(desk) == {said}


@pytest.mark.parametrize(
    ("asked", "last", "said"),
    [
        (pair(), "96", "would trigger at once"),
        (pair(), "103", "the prices of the list are not on both sides of the last one"),
        (pair(tick=203, trigger="102"), "102.5", "the prices of the list are not on both sides"),
        (pair(tick=199), "99", "post-only would trade"),
        (pair(lots=1), "100", "quantity below the minimum"),
    ],
)
def test_a_list_is_taken_whole_or_not_at_all(asked: SubmitPair, last: str, said: str) -> None:
    desk = desk_with(last=last)
    desk.send(asked)
    assert {reason[: len(said)] for reason in refusal(desk)} == {said}


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": LISTS.quantity_of(4)},
        {"side": Side.BUY, "price": LISTS.price_of(230)},
        {"post_only": True},
        {"trigger": None},
    ],
)
def test_two_orders_that_are_no_profit_and_its_stop_are_refused(wrong: dict[str, object]) -> None:
    desk = desk_with()
    asked = pair()
    desk.send(structs.replace(asked, stop=structs.replace(asked.stop, **wrong)))
    assert len(refusal(desk)) == 1
