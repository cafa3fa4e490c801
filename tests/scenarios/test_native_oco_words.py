"""What becomes of an order list when a trader speaks, a process dies, or an entry fills?"""

from tests.scenarios.kinds import limit_stop, native, rest, then
from tests.scenarios.listed import AT, ONE, PAIR, SAYS, asked, child, listed
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing
from venues.model.instrument import Kind
from venues.model.market import DerivKind

# -- a trader's words, and a death -----------------------------------------------------------------


def test_a_crash_asks_about_both_legs_and_sends_nothing_twice() -> None:
    desk = listed()
    assert set(desk.restarts()) == {"alpha#1: query", "alpha#2: query"}
    assert desk.reserved == 10
    assert desk.reports("alpha#1", Standing.WORKING) == []
    assert desk.reports("alpha#2", Standing.DORMANT) == []
    assert desk.why == SAYS


def test_a_crash_before_any_answer_leaves_both_in_doubt() -> None:
    desk = asked()
    assert set(desk.restarts()) == {"alpha#1: query", "alpha#2: query"}
    assert desk.reserved == 10
    assert child(desk, "alpha#1").listed is not None


def test_a_list_that_traded_while_nobody_looked_goes_on_here_after_the_restart() -> None:
    desk = listed()
    desk.venues.filled("alpha#1", "4")
    desk.restarts()
    desk.reports("alpha#2", Standing.EXPIRED)
    desk.reports("alpha#1", Standing.WORKING)
    assert (desk.filled, desk.reserved) == (4, 6)
    assert "stop: armed" in desk.why


def test_a_cancelled_group_takes_both_legs_back() -> None:
    desk = listed()
    assert desk.cancel() == ["alpha#1: cancel", "alpha#2: cancel"]
    desk.hears(desk.venues.canceled("alpha#1"), desk.venues.canceled("alpha#2"))
    assert desk.state == "cancelled"


def test_a_pause_takes_the_list_back_and_a_resumption_lists_it_anew() -> None:
    desk = listed()
    assert desk.pause() == ["alpha#1: cancel", "alpha#2: cancel"]
    desk.hears(desk.venues.canceled("alpha#1"), desk.venues.canceled("alpha#2"))
    assert desk.resume() == ["alpha#3: rest sell 10 @ 103 or alpha#4: sell 10 @ 94.6, stop at 95"]


def test_an_amended_total_is_listed_beside_what_stands() -> None:
    desk = listed()
    desk.at(5)
    assert desk.amend(quantity="14") == [
        "alpha#3: rest sell 4 @ 103 or alpha#4: sell 4 @ 94.6, stop at 95"
    ]
    assert desk.reserved == 14


def test_a_halt_takes_everything_back() -> None:
    desk = listed()
    assert desk.halt("enough") == ["alpha#1: cancel", "alpha#2: cancel"]


def test_what_is_too_small_for_any_order_ends_it() -> None:
    venue = (Venue("alpha", stop_orders=True, order_lists=True, minimum="1"),)
    desk = listed(venues=venue)
    desk.hears(desk.venues.filled("alpha#1", "9.5"), desk.venues.expired("alpha#2"))
    assert desk.state == "active"  # it rests on, in its place
    desk.cancels("alpha#1")
    assert (desk.state, desk.why) == ("expired", "0.5 left: below every venue's smallest order")


# -- as the exit of an entry -----------------------------------------------------------------------


def entry() -> Scenario:
    desk = Scenario(rest(), buy="10", limit="100", venues=ONE, then=then(PAIR))
    desk.book("alpha", "50@100 | 50@100.2")
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 100"]
    desk.accepts("alpha#1")
    return desk


def test_an_exit_grows_list_by_list_with_what_its_entry_fills() -> None:
    desk = entry()
    assert desk.fills("alpha#1", "4") == [
        "alpha#2: rest sell 4 @ 103 or alpha#3: sell 4 @ 94.6, stop at 95"
    ]
    desk.accepts("alpha#2", "alpha#3")
    desk.at(3)
    assert desk.fills("alpha#1") == [
        "alpha#4: rest sell 6 @ 103 or alpha#5: sell 6 @ 94.6, stop at 95"
    ]
    assert (desk.exit.filled, desk.exit.reserved) == (0, 10)


def test_what_an_entry_fills_before_the_first_answer_is_listed_a_second_later() -> None:
    desk = entry()
    desk.fills("alpha#1", "4")
    assert desk.fills("alpha#1", "1") == []
    assert desk.fills("alpha#1", "1") == []
    desk.accepts("alpha#2", "alpha#3")
    assert desk.at(1) == ["alpha#4: rest sell 2 @ 103 or alpha#5: sell 2 @ 94.6, stop at 95"]
    assert desk.exit.reserved == 6


def test_a_stop_that_wakes_at_its_venue_ends_the_entry() -> None:
    desk = entry()
    desk.fills("alpha#1", "4")
    desk.accepts("alpha#2", "alpha#3")
    said = desk.hears(desk.venues.activated("alpha#3"), desk.venues.expired("alpha#2"))
    assert said == ["alpha#1: cancel"]
    desk.cancels("alpha#1")
    assert desk.why == "its exit fired: the last price of alpha is at 95"
    desk.fills("alpha#3")
    assert desk.exit.state.value == "done"


def test_where_the_price_is_at_the_stop_already_it_fires_here_at_once() -> None:
    desk = Scenario(
        native("103", limit_stop("95", source="mark")),
        sell="10",
        venues=(Venue("alpha", kind=Kind.PERP, stop_orders=True, order_lists=True),),
    )
    desk.market.books.deriv(0, DerivKind.MARK, 94 * 10**12, 0)
    desk.book("alpha", AT)
    assert desk.at(0) == ["alpha#1: rest sell 10 @ 95.1"]
    assert desk.alarms == []


def test_where_the_price_is_at_the_profit_already_it_rests_there_with_the_stop_armed_here() -> None:
    desk = Scenario(
        native("103", limit_stop("95", source="mark")),
        sell="10",
        venues=(Venue("alpha", kind=Kind.PERP, stop_orders=True, order_lists=True),),
    )
    desk.market.books.deriv(0, DerivKind.MARK, 103 * 10**12, 0)
    desk.book("alpha", "50@102.9 | 50@103.1")
    assert desk.at(0) == ["alpha#1: rest sell 10 @ 103.1"]
    assert len(desk.alarms) == 1
