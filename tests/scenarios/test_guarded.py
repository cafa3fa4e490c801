"""What does a trader expect of guarded legs: both live where a venue caps them, never twice the position?"""

from decimal import Decimal

from msgspec import structs

from router.engine.inputs import AmendParent
from router.orders.parent import Parent
from strategies.spec import OcoParams, ParentSpec
from tests.scenarios.asked import EXIT
from tests.scenarios.kinds import guarded, leg, limit_stop, rest, take, then, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing
from venues.model.ids import AccountId, ClientOrderId, ParentId
from venues.model.instrument import Kind, ReduceOnly
from venues.model.order import Side

CAPPED = Venue("alpha", kind=Kind.PERP, reduce_only=ReduceOnly.CAPPED)
SUMMED = Venue("alpha", kind=Kind.PERP, reduce_only=ReduceOnly.SUMMED)
UNSAID = Venue("alpha", kind=Kind.PERP)
SPOT = Venue("alpha")
CALM = "50@99.9 | 50@100.1"  # mid 100
LOW = "50@97.9 | 50@98.1"  # mid 98: the stop
TARGETS = guarded(leg("near", rest(), limit="103"), leg("far", rest(), limit="104"))
PAIR = guarded(leg("profit", rest(), limit="103"), leg("stop", limit_stop("98")))
NEAR, FAR = "alpha#2: rest sell 10 @ 103", "alpha#3: rest sell 10 @ 104"


def bought(how: OcoParams, *, venue: Venue = CAPPED, buy: str = "10") -> Scenario:
    """Buy at one venue and let the exit begin; what it says at once is `desk.said`."""
    desk = Story(take(), buy=buy, limit="101", venues=(venue,), then=then(how))
    desk.book("alpha", CALM)
    desk.said = desk.fills_all(desk.at(0))
    return desk


class Story(Scenario):
    """A scenario that remembers what the exit said as it began."""

    said: list[str]


def both_live(how: OcoParams = TARGETS, *, venue: Venue = CAPPED) -> Scenario:
    """Let two targets rest beside each other."""
    desk = bought(how, venue=venue)
    assert desk.said == [NEAR, FAR]  # type: ignore[attr-defined]
    desk.accepts("alpha#2", "alpha#3")
    return desk


def pair(*, venue: Venue = CAPPED) -> Scenario:
    """Let the profit rest and the stop be armed."""
    desk = bought(PAIR, venue=venue)
    assert desk.said == [NEAR]  # type: ignore[attr-defined]
    desk.accepts("alpha#2")
    return desk


def other(desk: Scenario, quantity: str, side: Side, **terms: object) -> list[str]:
    """Hand over somebody else's order at the same place."""
    spec = ParentSpec(
        id=ParentId("other"),
        symbol=desk.spec.symbol,
        side=side,
        quantity=Decimal(quantity),
        params=take(),
    )
    return desk.submit(structs.replace(spec, **terms))


def of(desk: Scenario, parent: str) -> Parent:
    return desk.desk.engine.core.state.parents[ParentId(parent)]


# -- both live -------------------------------------------------------------------------------------


def test_both_legs_are_live_for_all_that_is_held_and_reserve_it_once() -> None:
    desk = both_live()
    assert desk.exit.reserved == 10
    assert desk.exit.free == 0
    assert desk.exit_why == "near: resting 10 at 103 on alpha; far: resting 10 at 104 on alpha"


def test_one_leg_fills_whole_and_the_other_is_withdrawn_at_once() -> None:
    desk = both_live()
    assert desk.fills("alpha#2") == ["alpha#3: cancel"]
    assert desk.exit.reserved == 0  # nothing is held any more: it cannot trade
    desk.cancels("alpha#3")
    assert (desk.exit.state.value, desk.exit.filled) == ("done", 10)


def test_a_partial_fill_of_one_leg_reduces_the_other_and_it_goes_on_with_the_rest() -> None:
    desk = both_live()
    assert desk.fills("alpha#2", "4") == ["alpha#3: cancel"]
    assert desk.exit.reserved == 6
    assert desk.cancels("alpha#3") == []
    desk.at(1)
    assert desk.venues.orders["alpha#4"].submit.quantity == 6
    assert desk.exit.reserved == 6


def test_the_venue_takes_the_surplus_away_before_we_ask_and_it_is_booked() -> None:
    desk = both_live()
    fill = desk.venues.filled("alpha#2", "4")
    cut = desk.venues.cut()
    assert [e.client_order_id for e in cut] == [
        desk.venues.orders["alpha#3"].submit.client_order_id
    ]
    assert desk.hears(*cut) == []  # told of the cut before the fill
    assert desk.hears(fill) == []
    assert desk.at(2) == ["alpha#4: rest sell 6 @ 104"]
    assert desk.exit.reserved == 6


def test_a_cancel_that_crosses_with_the_venues_own_is_refused_and_nobody_minds() -> None:
    desk = both_live()
    assert desk.fills("alpha#2", "4") == ["alpha#3: cancel"]
    desk.hears(*desk.venues.cut())
    assert desk.refuses_the_cancel("alpha#3") == []
    assert desk.at(2) == ["alpha#4: rest sell 6 @ 104"]


def test_two_fills_in_the_same_instant_add_up_to_what_is_held_and_no_more() -> None:
    desk = both_live()
    first = desk.venues.filled("alpha#2", "7")
    second = desk.venues.filled("alpha#3", "3")  # the venue lets it trade no more than that
    assert desk.venues.tradable("alpha#3") == 0
    assert desk.hears(first, second) == ["alpha#2: cancel", "alpha#3: cancel"]
    assert (desk.exit.filled, desk.exit.reserved) == (10, 0)
    desk.cancels("alpha#2")
    desk.cancels("alpha#3")
    assert desk.exit.state.value == "done"
    assert desk.flags == []


def test_what_a_partial_fill_leaves_below_the_minimum_ends_the_other_leg_and_the_first_goes_on() -> (
    None
):
    desk = both_live(venue=structs_of(CAPPED, minimum="1"))
    assert desk.fills("alpha#2", "9.5") == ["alpha#3: cancel"]
    desk.cancels("alpha#3")
    desk.at(3)
    assert [name for name in desk.venues.orders if name > "alpha#3"] == []
    assert desk.exit.state.value == "active"
    desk.fills("alpha#2")
    assert (desk.exit.state.value, desk.exit.filled) == ("done", 10)


def structs_of(venue: Venue, **terms: str) -> Venue:
    """Return a venue on other terms."""
    return Venue(**{**venue.__dict__, **terms})


# -- a stop beside a profit ------------------------------------------------------------------------


def test_a_trigger_sends_the_stop_at_once_beside_the_profit_that_is_withdrawn() -> None:
    desk = pair()
    assert desk.book("alpha", LOW) == ["alpha#3: rest sell 10 @ 98.1", "alpha#2: cancel"]
    assert desk.exit.reserved == 10
    desk.accepts("alpha#3")
    desk.cancels("alpha#2")
    desk.fills("alpha#3")
    assert (desk.exit.state.value, desk.exit.filled) == ("done", 10)
    assert desk.flags == []


def test_a_fill_and_a_trigger_in_the_same_instant_never_sell_more_than_is_held() -> None:
    desk = pair()
    desk.book("alpha", LOW)
    desk.accepts("alpha#3")
    profit = desk.venues.filled("alpha#2", "10")  # it was hit before the cancel got there
    assert desk.venues.tradable("alpha#3") == 0
    assert desk.hears(profit) == ["alpha#3: cancel"]
    assert (desk.exit.filled, desk.exit.reserved) == (10, 0)
    desk.hears(*desk.venues.cut())
    assert desk.exit.state.value == "done"


def test_a_partial_fill_of_the_profit_after_the_trigger_leaves_the_stop_the_rest() -> None:
    desk = pair()
    desk.book("alpha", LOW)
    desk.accepts("alpha#3")
    assert desk.fills("alpha#2", "4") == ["alpha#3: cancel"]
    desk.cancels("alpha#2")
    desk.cancels("alpha#3")
    assert desk.orders(desk.at(1)) == ["alpha#4: rest sell 6 @ 98.1"]


def test_the_profits_cancel_is_lost_and_the_stop_is_live_all_the_while_without_an_alarm() -> None:
    desk = pair()
    desk.book("alpha", LOW)
    desk.accepts("alpha#3")
    assert "alpha#2: query" in desk.answer_lost("alpha#2")
    desk.at(3)
    assert desk.flags == []
    assert desk.exit.reserved == 10


def test_the_stop_is_refused_as_more_than_is_held_and_asks_again_for_what_is_left() -> None:
    desk = pair()
    desk.book("alpha", LOW)
    profit = desk.venues.filled("alpha#2", "4")  # not heard of yet
    assert desk.rejects("alpha#3", "reduce-only would not reduce") == []
    desk.hears(profit)
    desk.cancels("alpha#2")
    assert desk.orders(desk.at(1)) == ["alpha#4: rest sell 6 @ 98.1"]


# -- what can go wrong with a leg ------------------------------------------------------------------


def test_a_leg_that_is_refused_leaves_the_other_live_and_is_tried_again() -> None:
    desk = bought(TARGETS)
    desk.accepts("alpha#2")
    assert desk.rejects("alpha#3", "no") == []
    assert desk.exit.reserved == 10
    assert desk.at(1) == ["alpha#4: rest sell 10 @ 104"]


def test_a_leg_that_its_venue_cancels_on_its_own_is_posted_again_beside_the_other() -> None:
    desk = both_live()
    desk.at(5)
    assert desk.cancels("alpha#3") == ["alpha#4: rest sell 10 @ 104"]
    assert desk.exit.reserved == 10


def test_an_answer_lost_on_one_leg_keeps_both_within_what_is_held() -> None:
    desk = bought(TARGETS)
    desk.accepts("alpha#2")
    assert desk.answer_lost("alpha#3") == ["alpha#3: query"]
    assert desk.exit.reserved == 10
    assert desk.fills("alpha#2", "4") == ["alpha#3: cancel"]
    assert desk.exit.reserved == 6
    desk.venues.filled("alpha#3", "6")  # it was there, and the rest of the position went to it
    desk.reports("alpha#3", Standing.CANCELED)
    assert (desk.exit.filled, desk.exit.reserved) == (10, 0)


def test_a_fill_stated_and_not_told_yet_counts_against_what_is_held_for_the_other_leg() -> None:
    desk = both_live()
    late = desk.venues.filled("alpha#2", "4")
    desk.cancels("alpha#2")  # it says that 4 have traded
    assert desk.exit.filled + desk.exit.reserved == 10
    desk.hears(late)
    assert desk.exit.filled + desk.exit.reserved == 10


def test_a_crash_between_two_fills_and_the_reduction_goes_on_reducing() -> None:
    desk = both_live()
    desk.venues.filled("alpha#2", "4")
    said = desk.restarts()
    assert set(said) == {"alpha#2: query", "alpha#3: query"}
    assert desk.exit.reserved == 10
    assert desk.reports("alpha#2", Standing.WORKING) == ["alpha#3: cancel"]
    assert desk.reports("alpha#3", Standing.CANCELED) == []
    assert desk.exit.filled + desk.exit.reserved == 10


def test_a_crash_between_trigger_and_answers_sends_nothing_twice() -> None:
    desk = pair()
    desk.book("alpha", LOW)
    said = desk.restarts()
    assert not [what for what in said if "sell" in what]
    assert desk.exit.reserved == 10
    desk.reports("alpha#2", Standing.CANCELED)
    desk.reports("alpha#3", Standing.WORKING)
    desk.fills("alpha#3")
    assert desk.exit.filled == 10


def test_reduced_by_hand_the_venue_takes_both_legs_and_what_is_refused_is_said() -> None:
    desk = both_live()
    desk.at(5)
    desk.venues.by_hand("alpha", Decimal(-10))
    said = desk.hears(*desk.venues.cut())
    assert len(said) == 2
    for order in said:
        desk.rejects(order.split(":")[0], "reduce-only would not reduce")
    assert desk.exit.filled == 0
    assert desk.exit.state.value == "active"
    assert desk.exit.reserved == 0


def test_reduced_by_another_parent_the_legs_shrink_to_what_is_still_held() -> None:
    desk = both_live()
    desk.at(5)
    said = other(desk, "4", Side.SELL)
    assert said == ["alpha#4: sell 4 @ 99.9"]  # it sells what is there: nobody is kept from that
    assert desk.exit.reserved == 10
    desk.fills("alpha#4")
    assert desk.exit.reserved == 6  # of the exit's own 10, 6 are there to be sold
    said = desk.hears(*desk.venues.cut())
    assert said == ["alpha#5: rest sell 6 @ 103", "alpha#6: rest sell 6 @ 104"]
    assert desk.exit.reserved == 6


# -- who keeps away, and where no pair stands ------------------------------------------------------


def test_nobody_may_add_to_a_position_that_a_pair_stands_on() -> None:
    desk = both_live()
    assert other(desk, "5", Side.BUY) == []
    assert of(desk, "other").reason == ("5 left: alpha holds what the legs of parent/exit stand on")


def test_the_gate_refuses_it_whatever_routing_thinks() -> None:
    desk = both_live()
    core = desk.desk.engine.core
    one = desk.venues.orders["alpha#2"].submit
    buy = structs.replace(
        one,
        client_order_id=ClientOrderId("somebody"),
        parent_id=ParentId("other"),
        side=Side.BUY,
        reduce_only=False,
        price=Decimal("100.1"),
        post_only=False,
    )
    spec = structs.replace(desk.spec, id=ParentId("other"), then=None)
    member = core.state.member_of(one)
    verdict = core.gate.approve(
        buy, spec=spec, member=member, limit=Decimal(101), reference=Decimal(100)
    )
    assert verdict.sentence == (  # type: ignore[union-attr]
        "parent/exit has more open at alpha than is held there: "
        "nothing may add to that position before a leg has ended"
    )
    elsewhere = structs.replace(buy, account=AccountId("mine"))
    assert not hasattr(
        core.gate.approve(
            elsewhere, spec=spec, member=member, limit=Decimal(101), reference=Decimal(100)
        ),
        "sentence",
    )


def test_with_one_leg_left_the_position_may_grow_again() -> None:
    desk = both_live()
    desk.cancels("alpha#3")
    assert desk.exit.reserved == 10
    assert other(desk, "5", Side.BUY) == ["alpha#4: buy 5 @ 100.1"]
    desk.at(5)
    assert [n for n in desk.venues.orders if n > "alpha#4"] == []  # the second leg waits for it
    assert "far: awaiting the end of near: an order of other that adds to it is open at alpha" in (
        desk.exit_why
    )


def test_while_the_entry_still_buys_one_leg_is_live() -> None:
    desk = Scenario(
        twap(over_s=20, slices=2), buy="4", limit="101", venues=(CAPPED,), then=then(TARGETS)
    )
    desk.book("alpha", CALM)
    desk.at(0)
    assert desk.fills("alpha#1") == ["alpha#2: rest sell 2 @ 103"]
    assert "far: awaiting the end of near: its entry still trades" in desk.exit_why
    desk.accepts("alpha#2")
    said = desk.at(10)
    assert desk.orders(said) == ["alpha#3: buy 2 @ 101"]
    said = desk.fills("alpha#3") + desk.at(12)
    assert desk.state == "done"
    assert {o.split(": ", 1)[1] for o in said} >= {"rest sell 4 @ 104"}


def test_on_spot_the_legs_keep_apart_and_say_why() -> None:
    desk = bought(TARGETS, venue=SPOT)
    assert desk.said == [NEAR]  # type: ignore[attr-defined]
    assert desk.exit_why.endswith(
        "far: awaiting the end of near: alpha is spot: no order there is reduce-only"
    )
    desk.accepts("alpha#2")
    desk.at(10)
    assert list(desk.venues.orders) == ["alpha#1", "alpha#2"]


def test_where_the_venue_says_nothing_the_legs_keep_apart() -> None:
    desk = bought(TARGETS, venue=UNSAID)
    assert desk.said == [NEAR]  # type: ignore[attr-defined]
    assert desk.exit_why.endswith(
        "alpha does not say that it caps reduce-only orders at what is held"
    )


def test_where_reduce_only_orders_count_together_the_legs_keep_apart() -> None:
    desk = bought(TARGETS, venue=SUMMED)
    assert desk.said == [NEAR]  # type: ignore[attr-defined]
    assert desk.exit_why.endswith("alpha counts reduce-only orders together and refuses the second")


def test_kept_apart_the_stop_waits_for_the_profit_as_a_strict_one_does() -> None:
    desk = pair(venue=SPOT)
    assert desk.book("alpha", LOW) == ["alpha#2: cancel"]
    assert desk.cancels("alpha#2") == ["alpha#3: rest sell 10 @ 98.1"]


def test_more_held_than_is_to_be_sold_would_let_both_trade_so_they_keep_apart() -> None:
    desk = Scenario(take(), buy="15", limit="101", venues=(CAPPED,))
    desk.book("alpha", CALM)
    desk.fills_all(desk.at(0))
    spec = structs.replace(
        desk.spec,
        id=ParentId("out"),
        side=Side.SELL,
        quantity=Decimal(10),
        limit_price=None,
        params=TARGETS,
        reduce_only=True,
    )
    assert desk.submit(spec) == [NEAR]
    assert of(desk, "out").idle.endswith("15 is held where 10 is to be traded: both legs would fit")


def test_with_exactly_that_held_a_group_of_its_own_stands_beside_itself() -> None:
    desk = Scenario(take(), buy="10", limit="101", venues=(CAPPED,))
    desk.book("alpha", CALM)
    desk.fills_all(desk.at(0))
    spec = structs.replace(
        desk.spec,
        id=ParentId("out"),
        side=Side.SELL,
        limit_price=None,
        params=TARGETS,
        reduce_only=True,
    )
    assert desk.submit(spec) == [NEAR, FAR]
    assert of(desk, "out").reserved == 10


def test_an_order_that_may_increase_what_is_held_is_refused_from_the_start() -> None:
    desk = Scenario(TARGETS, sell="10", venues=(CAPPED,))
    desk.book("alpha", CALM)
    assert desk.at(0) == []
    assert (desk.state, desk.why) == (
        "failed",
        "guarded legs are reduce-only: add reduce_only = true",
    )


def test_an_amended_total_withdraws_both_legs_until_it_fits() -> None:
    desk = Scenario(take(), buy="10", limit="101", venues=(CAPPED,))
    desk.book("alpha", CALM)
    desk.fills_all(desk.at(0))
    spec = structs.replace(
        desk.spec, id=EXIT, side=Side.SELL, limit_price=None, params=TARGETS, reduce_only=True
    )
    desk.submit(spec)
    desk.accepts("alpha#2", "alpha#3")
    desk.at(3)
    said = desk._put(AmendParent(parent_id=EXIT, quantity=Decimal(6)))
    assert said == ["alpha#3: cancel", "alpha#2: cancel"]
    desk.cancels("alpha#3")
    desk.cancels("alpha#2")
    assert desk.exit.spec.quantity == 6
    desk.at(6)
    assert desk.exit.reserved == 6
    assert desk.exit_why.endswith("10 is held where 6 is to be traded: both legs would fit")


def test_paused_both_are_withdrawn_and_resumed_both_stand_again() -> None:
    desk = both_live()
    desk.at(3)
    assert desk.pause(EXIT) == ["alpha#2: cancel", "alpha#3: cancel"]
    desk.cancels("alpha#2")
    desk.cancels("alpha#3")
    said = desk.resume(EXIT) + desk.at(6)
    assert said == ["alpha#4: rest sell 10 @ 103", "alpha#5: rest sell 10 @ 104"]
