"""Does a paper venue hold a stop-limit order as a venue does: outside the book, until its own price comes?"""

from decimal import Decimal

import msgspec

from tests.fakes.market import FakeMarket
from tests.unit.paper.desk import MS, SPOT, Desk, S, perp
from venues.model.events import (
    Accepted,
    Activated,
    Asked,
    Canceled,
    Expired,
    Filled,
    Rejected,
    Reported,
    Standing,
)
from venues.model.ids import ClientOrderId
from venues.model.instrument import Instrument
from venues.model.order import Trigger, TriggerDirection, TriggerSource
from venues.paper.faults import (
    AnswerMissing,
    CanceledUnasked,
    Fault,
    FillMissing,
    RequestLost,
    ScriptedFaults,
    Silence,
)

HOLDS = msgspec.structs.replace(SPOT, stop_orders=True)
AT_96 = Trigger(price=Decimal(96), direction=TriggerDirection.DOWN)


def desk_with(
    *faults: Fault, instrument: Instrument = HOLDS, silence: Silence | None = None
) -> Desk:
    silences = () if silence is None else (silence,)
    plan = ScriptedFaults({(Asked.SUBMIT, 1): faults}, silences)
    desk = Desk("50@198 10@199 | 3@201", instrument=instrument, faults=plan)
    desk.market.prices.say(0, "100")
    return desk


def stop(desk: Desk, trigger: Trigger = AT_96, *, tick: int = 190, lots: int = 5) -> ClientOrderId:
    return desk.submit("sell", lots, tick, ioc=False, trigger=trigger)


def fills(desk: Desk) -> list[tuple[str, str]]:
    return [(str(e.quantity), str(e.price)) for e in desk.events if isinstance(e, Filled)]


def report(desk: Desk, order: ClientOrderId) -> Reported:
    desk.query(order)
    desk.wait(desk.now_ns + S)
    said = desk.events[-1]
    assert isinstance(said, Reported)
    return said


def test_a_stop_below_the_market_trades_nothing_although_bids_are_within_its_limit() -> None:
    desk = desk_with()
    order = stop(desk)
    desk.wait(S)
    assert desk.words == ["Accepted"]
    assert report(desk, order).standing is Standing.DORMANT
    assert desk.market.resting == {}


def test_the_venues_own_print_wakes_it_and_it_sweeps_the_book_that_stands_then() -> None:
    desk = desk_with()
    stop(desk)
    desk.market.prices.say(2 * S, "97")
    desk.market.prices.say(3 * S, "96")
    desk.wait(S)
    desk.market.show("2@192 9@191 | 3@201")
    desk.wait(5 * S)
    assert desk.words == ["Accepted", "Activated", "Filled", "Filled"]
    assert fills(desk) == [("0.002", "96.0"), ("0.003", "95.5")]
    assert {e.ts_exchange_ns for e in desk.events[1:]} == {3 * S}


def test_what_the_book_does_not_give_within_its_limit_rests_there() -> None:
    desk = desk_with()
    order = stop(desk, tick=191)
    desk.market.prices.say(3 * S, "95")
    desk.wait(S)
    desk.market.show("2@191 9@180 | 3@201")
    desk.wait(5 * S)
    assert fills(desk) == [("0.002", "95.5")]
    assert report(desk, order).standing is Standing.WORKING
    desk.trade_into(1, 3)
    desk.wait(8 * S)
    assert report(desk, order).standing is Standing.FILLED


def test_an_ioc_stop_expires_with_what_it_could_not_get() -> None:
    desk = desk_with()
    desk.submit("sell", 5, 191, trigger=AT_96)
    desk.market.prices.say(3 * S, "95")
    desk.wait(S)
    desk.market.show("2@191 9@180 | 3@201")
    desk.wait(5 * S)
    assert desk.words == ["Accepted", "Activated", "Filled", "Expired"]


def test_a_post_only_stop_that_would_cross_as_it_wakes_is_taken_out_by_the_venue() -> None:
    desk = desk_with()
    desk.submit("sell", 5, 192, ioc=False, post_only=True, trigger=AT_96)
    desk.market.prices.say(3 * S, "95")
    desk.wait(5 * S)
    assert desk.words == ["Accepted", "Activated", "Expired"]
    assert fills(desk) == []


def test_a_price_that_is_there_already_is_refused_and_so_is_a_venue_without_stops() -> None:
    desk = desk_with()
    desk.market.prices.say(1, "95")
    stop(desk)
    desk.wait(S)
    assert [e.reason for e in desk.events if isinstance(e, Rejected)] == ["would trigger at once"]
    none = desk_with(instrument=SPOT)
    stop(none)
    none.wait(S)
    assert [e.reason for e in none.events if isinstance(e, Rejected)] == [
        "no stop orders in this instrument"
    ]


def test_a_trigger_off_the_tick_or_on_a_mark_that_does_not_exist_is_refused() -> None:
    desk = desk_with()
    stop(desk, msgspec.structs.replace(AT_96, price=Decimal("96.1")))
    stop(desk, msgspec.structs.replace(AT_96, source=TriggerSource.MARK))
    desk.wait(S)
    reasons = [e.reason for e in desk.events if isinstance(e, Rejected)]
    assert reasons == ["price off the tick", "no mark price to trigger on"]


def test_a_perp_stop_on_the_mark_does_not_listen_to_prints() -> None:
    desk = desk_with(instrument=msgspec.structs.replace(perp(), stop_orders=True))
    stop(desk, msgspec.structs.replace(AT_96, source=TriggerSource.MARK))
    desk.market.prices.say(S, "90")
    desk.market.prices.say(2 * S, "96", TriggerSource.MARK)
    desk.wait(5 * S)
    (woke,) = (e for e in desk.events if isinstance(e, Activated))
    assert woke.ts_exchange_ns == 2 * S


def test_a_buy_stop_wakes_as_prices_rise() -> None:
    desk = desk_with()
    up = Trigger(price=Decimal(104), direction=TriggerDirection.UP)
    desk.submit("buy", 3, 210, ioc=False, trigger=up)
    desk.market.prices.say(2 * S, "103.5")
    desk.market.prices.say(3 * S, "104.5")
    desk.wait(5 * S)
    assert fills(desk) == [("0.003", "100.5")]


def test_a_dormant_stop_can_be_cancelled_and_then_sleeps_through_its_trigger() -> None:
    desk = desk_with()
    order = stop(desk)
    desk.market.prices.say(3 * S, "95")
    desk.wait(S)
    desk.cancel(order)
    desk.wait(9 * S)
    assert desk.words == ["Accepted", "Canceled"]
    assert report(desk, order).standing is Standing.CANCELED


def test_a_cancel_that_comes_after_the_trigger_takes_out_the_rest_alone() -> None:
    desk = desk_with()
    order = stop(desk, tick=191)
    desk.market.show("2@191 9@180 | 3@201")
    desk.market.prices.say(3 * S, "95")
    desk.wait(3 * S - 5 * MS)
    desk.cancel(order)  # it is on its way while the trigger is reached
    desk.wait(9 * S)
    assert desk.words == ["Accepted", "Activated", "Filled", "Canceled"]
    (end,) = (e for e in desk.events if isinstance(e, Canceled))
    assert end.cum_quantity == Decimal("0.002")


def test_a_stop_whose_answer_was_lost_stands_all_the_same_and_is_found_by_asking() -> None:
    desk = desk_with(AnswerMissing())
    order = stop(desk)
    desk.wait(10 * S)
    assert desk.words == ["AnswerLost"]
    assert report(desk, order).standing is Standing.DORMANT
    gone = desk_with(RequestLost())
    lost = stop(gone)
    gone.wait(10 * S)
    assert report(gone, lost).standing is Standing.ABSENT


def test_a_fill_of_a_stop_that_is_never_told_shows_when_it_is_asked_about() -> None:
    desk = desk_with(FillMissing())
    order = stop(desk)
    desk.market.prices.say(3 * S, "95")
    desk.wait(9 * S)
    assert desk.words == ["Accepted", "Activated"]
    said = report(desk, order)
    assert (said.standing, said.cum_quantity) == (Standing.FILLED, Decimal("0.005"))


def test_a_venue_that_cancels_a_dormant_stop_on_its_own_says_so() -> None:
    desk = desk_with(CanceledUnasked(S))
    stop(desk)
    desk.market.prices.say(3 * S, "95")
    desk.wait(9 * S)
    assert desk.words == ["Accepted", "Canceled"]


def test_a_silent_venue_triggers_all_the_same_and_tells_it_later() -> None:
    desk = desk_with(silence=Silence(2 * S, 8 * S))
    stop(desk)
    desk.market.prices.say(3 * S, "95")
    desk.wait(7 * S)
    assert desk.words == ["Accepted"]
    desk.wait(9 * S)
    assert desk.words == ["Accepted", "Activated", "Filled"]
    assert desk.events[-1].ts_exchange_ns == 3 * S


def test_a_stop_that_would_meet_our_own_order_as_it_wakes_is_taken_out() -> None:
    desk = desk_with()
    desk.submit("buy", 4, 195, ioc=False)
    stop(desk)
    desk.market.prices.say(3 * S, "95")
    desk.wait(S)
    desk.market.show("9@191 | 3@201")
    desk.wait(5 * S)
    assert [type(e) for e in desk.events] == [Accepted, Accepted, Activated, Expired]


def test_a_reduce_only_stop_with_nothing_left_to_reduce_is_taken_out_as_it_wakes() -> None:
    desk = desk_with(instrument=msgspec.structs.replace(perp(), stop_orders=True))
    desk.submit("sell", 5, 190, ioc=False, trigger=AT_96, reduce_only=True)
    desk.market.prices.say(3 * S, "95")
    desk.wait(5 * S)
    assert desk.words == ["Accepted", "Activated", "Expired"]


def test_the_market_of_the_fakes_knows_no_print_that_nobody_wrote_down() -> None:
    assert not FakeMarket().prices.reached(0, AT_96, 10**18)
