"""Does each fault leave the venue true, and tell us exactly as little as it should?"""

import pytest

from tests.unit.paper.desk import MS, Desk, S
from venues.model.events import (
    AnswerLost,
    Asked,
    Canceled,
    CancelRejected,
    Expired,
    Filled,
    Rejected,
    Reported,
    Standing,
)
from venues.model.ids import ClientOrderId
from venues.paper.faults import (
    AnswerLate,
    AnswerMissing,
    ArrivalLate,
    CanceledUnasked,
    CumBehind,
    Doubled,
    Faded,
    Fault,
    FillLate,
    FillMissing,
    Overfilled,
    Refused,
    Reordered,
    RequestLost,
    ScriptedFaults,
    Silence,
)


def desk_with(*faults: Fault, asked: Asked = Asked.SUBMIT) -> Desk:
    """A desk whose first command of that kind meets these faults."""
    return Desk(faults=ScriptedFaults({(asked, 1): faults}))


def asked_later(desk: Desk, order: ClientOrderId, at_ns: int = 200 * S) -> Reported:
    desk.wait(at_ns)
    desk.query(order)
    desk.wait(at_ns + S)
    report = desk.events[-1]
    assert isinstance(report, Reported)
    return report


# -- lost answers ------------------------------------------------------------------------------


def test_a_lost_answer_hides_fills_that_a_query_brings_to_light() -> None:
    desk = desk_with(AnswerMissing())
    order = desk.submit("buy", 6, 202)
    desk.wait(100 * S)
    assert desk.told == [
        (3 * S, AnswerLost(client_order_id=order, venue=desk.venue.venue, asked=Asked.SUBMIT))
    ]
    report = asked_later(desk, order)
    assert report.standing is Standing.FILLED
    assert report.fills == desk.venue.truth().trades
    assert len(report.fills) == 2


def test_a_lost_answer_may_leave_a_live_order_whose_fills_are_still_told() -> None:
    desk = desk_with(AnswerMissing())
    desk.submit("buy", 9, 200, ioc=False)
    desk.wait(10 * S)
    desk.trade_into(1, 4)
    desk.wait(20 * S)
    assert desk.words == ["AnswerLost", "Filled"]


def test_an_order_that_never_arrived_is_absent_however_often_we_ask() -> None:
    desk = desk_with(RequestLost())
    order = desk.submit("buy", 6, 202)
    assert asked_later(desk, order).standing is Standing.ABSENT
    assert asked_later(desk, order, 400 * S).standing is Standing.ABSENT
    assert desk.words == ["AnswerLost", "Reported", "Reported"]
    assert not desk.venue.truth().trades


def test_a_lost_cancel_answer_hides_that_the_order_is_gone() -> None:
    desk = desk_with(AnswerMissing(), asked=Asked.CANCEL)
    order = desk.submit("buy", 9, 200, ioc=False)
    desk.cancel(order)
    desk.wait(10 * S)
    assert desk.told[-1] == (
        3 * S,
        AnswerLost(client_order_id=order, venue=desk.venue.venue, asked=Asked.CANCEL),
    )
    assert not desk.market.resting
    assert asked_later(desk, order).standing is Standing.CANCELED


def test_a_cancel_that_never_arrived_leaves_the_order_trading() -> None:
    desk = desk_with(RequestLost(), asked=Asked.CANCEL)
    order = desk.submit("buy", 9, 200, ioc=False)
    desk.cancel(order)
    desk.wait(10 * S)
    desk.trade_into(1, 9)
    desk.wait(20 * S)
    assert desk.words == ["Accepted", "AnswerLost", "Filled"]


def test_a_lost_query_answer_proves_nothing_and_asking_again_helps() -> None:
    desk = desk_with(AnswerMissing(), asked=Asked.QUERY)
    order = desk.submit("buy", 3, 201)
    desk.query(order)
    desk.wait(10 * S)
    last = desk.events[-1]
    assert isinstance(last, AnswerLost)
    assert last.asked is Asked.QUERY
    assert asked_later(desk, order).standing is Standing.FILLED


def test_an_answer_later_than_our_patience_comes_as_order_events_after_the_doubt() -> None:
    desk = desk_with(AnswerLate(8 * S))
    desk.submit("buy", 6, 202)
    desk.wait(100 * S)
    assert desk.words == ["AnswerLost", "Accepted", "Filled", "Filled"]
    assert desk.told[1][0] == 8 * S + 30 * MS


def test_a_late_answer_within_our_patience_is_only_late() -> None:
    desk = desk_with(AnswerLate(2 * S))
    desk.submit("buy", 3, 201)
    desk.wait(100 * S)
    assert desk.words == ["Accepted", "Filled"]


@pytest.mark.parametrize("asked", [Asked.QUERY, Asked.CANCEL])
def test_nobody_hears_a_reply_after_giving_up_on_it(asked: Asked) -> None:
    desk = desk_with(AnswerLate(8 * S), asked=asked)
    order = desk.submit("buy", 3, 201)
    desk.cancel(order) if asked is Asked.CANCEL else desk.query(order)
    desk.wait(100 * S)
    assert desk.words == ["Accepted", "Filled", "AnswerLost"]


# -- late arrivals -----------------------------------------------------------------------------


def test_an_order_that_arrives_two_minutes_late_still_trades_when_its_deadline_allows() -> None:
    desk = desk_with(ArrivalLate(120 * S))
    order = desk.submit("buy", 3, 201)
    desk.wait(60 * S)
    desk.query(order)
    desk.wait(61 * S)
    assert isinstance(desk.events[-1], Reported)
    assert desk.events[-1].standing is Standing.ABSENT
    desk.wait(200 * S)
    assert desk.words == ["AnswerLost", "Reported", "Accepted", "Filled"]


def test_an_order_that_arrives_after_its_deadline_is_refused_and_a_query_says_so() -> None:
    desk = desk_with(ArrivalLate(5 * S))
    order = desk.submit("buy", 3, 201, deadline_ns=2 * S)
    desk.wait(100 * S)
    assert desk.words == ["AnswerLost"]
    assert not desk.venue.truth().trades
    assert desk.venue.truth().requests[0].refusal == "deadline passed"
    assert asked_later(desk, order).standing is Standing.REJECTED


def test_a_late_order_does_not_hold_up_the_ones_behind_it() -> None:
    desk = desk_with(ArrivalLate(S))
    late = desk.submit("buy", 3, 202)
    soon = desk.submit("buy", 3, 202)
    desk.wait(100 * S)
    traded = [fill.client_order_id for fill in desk.venue.truth().trades]
    assert traded == [soon, late]


def test_a_cancel_can_overtake_its_order_and_the_order_then_lives() -> None:
    desk = desk_with(ArrivalLate(S))
    order = desk.submit("buy", 9, 200, ioc=False)
    desk.cancel(order)
    desk.wait(100 * S)
    assert desk.words == ["CancelRejected", "Accepted"]
    assert desk.market.resting


# -- fills out of their time -------------------------------------------------------------------


def test_a_fill_and_a_cancel_at_the_same_instant_the_fill_comes_first() -> None:
    desk = Desk()
    order = desk.submit("buy", 9, 200, ioc=False)
    desk.wait(S)
    desk.cancel(order)
    desk.wait(S + 10 * MS - 1)
    desk.now_ns = S + 10 * MS
    desk.trade_into(1, 9)  # the trade ranks before the arrival
    desk.wait(2 * S)
    assert desk.words == ["Accepted", "Filled", "CancelRejected"]


def test_a_partial_fill_at_the_instant_of_the_cancel_is_counted_in_its_answer() -> None:
    desk = Desk()
    order = desk.submit("buy", 9, 200, ioc=False)
    desk.wait(S)
    desk.cancel(order)
    desk.wait(S + 10 * MS - 1)
    desk.now_ns = S + 10 * MS
    desk.trade_into(1, 4)
    desk.wait(2 * S)
    filled, canceled = desk.events[1:]
    assert isinstance(filled, Filled)
    assert isinstance(canceled, Canceled)
    assert canceled.cum_quantity == filled.quantity == filled.cum_quantity


def test_a_fill_told_after_the_cancel_was_acknowledged_is_owed_in_its_quantity() -> None:
    desk = desk_with(FillLate(5 * S))
    order = desk.submit("buy", 9, 200, ioc=False)
    desk.wait(S)
    desk.trade_into(1, 4)
    desk.cancel(order)
    desk.wait(100 * S)
    assert desk.words == ["Accepted", "Canceled", "Filled"]
    _, canceled, filled = desk.events
    assert isinstance(canceled, Canceled)
    assert isinstance(filled, Filled)
    assert canceled.cum_quantity == filled.cum_quantity


def test_the_last_fill_of_a_sweep_can_come_after_its_expiry() -> None:
    desk = desk_with(FillLate(5 * S))
    desk.submit("buy", 9, 202)
    desk.wait(100 * S)
    assert desk.words == ["Accepted", "Filled", "Expired", "Filled"]
    expired, late = desk.events[-2:]
    assert isinstance(expired, Expired)
    assert isinstance(late, Filled)
    assert expired.cum_quantity == late.cum_quantity


def test_a_venue_may_close_an_order_without_counting_its_last_fill() -> None:
    desk = desk_with(CumBehind(5 * S))
    order = desk.submit("buy", 9, 202)
    desk.wait(100 * S)
    expired, late = desk.events[-2:]
    assert isinstance(expired, Expired)
    assert isinstance(late, Filled)
    assert expired.cum_quantity == late.cum_quantity - late.quantity
    assert asked_later(desk, order).cum_quantity == late.cum_quantity


def test_a_fill_that_is_never_told_shows_in_the_quantity_and_in_a_query() -> None:
    desk = desk_with(FillMissing())
    order = desk.submit("buy", 9, 202)
    desk.wait(100 * S)
    assert desk.words == ["Accepted", "Filled", "Expired"]
    assert len(asked_later(desk, order).fills) == 2


def test_every_event_can_come_twice_with_the_same_ids() -> None:
    desk = desk_with(Doubled(S))
    desk.submit("buy", 9, 202)
    desk.wait(100 * S)
    assert desk.words == ["Accepted", "Filled", "Filled", "Expired"] * 2
    assert desk.events[:4] == desk.events[4:]
    assert len(desk.venue.truth().trades) == 2


def test_events_can_come_in_every_order() -> None:
    orders = set()
    for permutation in range(24):
        desk = desk_with(Reordered(permutation))
        desk.submit("buy", 9, 202)
        desk.wait(100 * S)
        assert len(desk.batches) == 4
        orders.add(tuple(repr(event) for event in desk.events))
    assert len(orders) == 24


# -- the venue's own will ----------------------------------------------------------------------


def test_a_scripted_refusal_carries_its_word_and_nothing_trades() -> None:
    desk = desk_with(Refused("insufficient funds"))
    desk.submit("buy", 3, 201)
    desk.wait(S)
    (event,) = desk.events
    assert isinstance(event, Rejected)
    assert event.reason == "insufficient funds"


def test_a_refused_cancel_proves_nothing_the_order_still_trades() -> None:
    desk = desk_with(Refused("too many requests"), asked=Asked.CANCEL)
    order = desk.submit("buy", 9, 200, ioc=False)
    desk.cancel(order)
    desk.wait(S)
    assert isinstance(desk.events[-1], CancelRejected)
    desk.trade_into(1, 9)
    desk.wait(2 * S)
    assert isinstance(desk.events[-1], Filled)


def test_a_refused_query_is_an_answer_that_does_not_come() -> None:
    desk = desk_with(Refused("too many requests"), asked=Asked.QUERY)
    desk.query(desk.submit("buy", 3, 201))
    desk.wait(10 * S)
    assert desk.words[-1] == "AnswerLost"


def test_a_venue_may_cancel_on_its_own() -> None:
    desk = desk_with(CanceledUnasked(5 * S))
    desk.submit("buy", 9, 200, ioc=False)
    desk.wait(S)
    desk.trade_into(1, 4)
    desk.wait(100 * S)
    assert desk.words == ["Accepted", "Filled", "Canceled"]
    assert desk.told[-1][0] == 5 * S + 30 * MS
    assert not desk.market.resting


def test_an_unasked_cancel_of_what_is_gone_says_nothing() -> None:
    desk = desk_with(CanceledUnasked(5 * S))
    order = desk.submit("buy", 9, 200, ioc=False)
    desk.cancel(order)
    desk.wait(100 * S)
    assert desk.words == ["Accepted", "Canceled"]


def test_a_venue_may_trade_more_than_it_was_asked() -> None:
    desk = desk_with(Overfilled(2))
    order = desk.submit("buy", 6, 210)
    report = asked_later(desk, order)
    assert report.cum_quantity == desk.instrument.quantity_of(8)
    assert report.standing is Standing.FILLED


def test_depth_that_faded_fills_a_part_and_the_rest_expires() -> None:
    desk = desk_with(Faded(500))
    order = desk.submit("buy", 6, 210)
    report = asked_later(desk, order)
    assert report.cum_quantity == desk.instrument.quantity_of(3)
    assert report.standing is Standing.EXPIRED


def test_a_silent_venue_takes_nothing_in_and_tells_its_fills_afterwards() -> None:
    desk = Desk(faults=ScriptedFaults(silences=(Silence(S, 31 * S),)))
    resting = desk.submit("buy", 9, 200, ioc=False)
    desk.wait(2 * S)
    lost = desk.submit("buy", 3, 201)
    desk.cancel(resting)
    desk.query(resting)
    desk.trade_into(1, 4)
    desk.wait(30 * S)
    assert desk.words == ["Accepted", "AnswerLost", "AnswerLost", "AnswerLost"]
    desk.wait(32 * S)
    assert desk.words[-1] == "Filled"
    assert desk.told[-1][0] == 31 * S + 20 * MS
    assert asked_later(desk, lost).standing is Standing.ABSENT
    assert asked_later(desk, resting, 400 * S).standing is Standing.WORKING


def test_when_we_die_answers_under_way_are_lost_and_requests_under_way_still_arrive() -> None:
    desk = Desk()
    desk.submit("buy", 3, 201)
    desk.wait(15 * MS)  # arrived, its answer is on the way
    under_way = desk.submit("buy", 2, 202)
    desk.venue.hang_up()
    desk.wait(S)
    assert {event.client_order_id for event in desk.events} == {under_way}
    assert len(desk.venue.truth().trades) == 2
