"""When do guarded legs keep apart, and who has to keep away from what they stand on?"""

from decimal import Decimal

from msgspec import structs

from router.engine.inputs import AmendParent
from tests.scenarios.asked import EXIT
from tests.scenarios.beside import (
    CALM,
    CAPPED,
    FAR,
    LOW,
    NEAR,
    SPOT,
    SUMMED,
    TARGETS,
    UNSAID,
    both_live,
    bought,
    of,
    other,
    pair,
)
from tests.scenarios.kinds import take, then, twap
from tests.scenarios.scenario import Scenario
from venues.model.ids import AccountId, ClientOrderId, ParentId
from venues.model.order import Side


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


def test_so_they_do_when_others_have_sold_the_surplus_while_a_leg_was_open() -> None:
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
    desk.submit(spec)
    desk.answer_lost("alpha#2")
    desk.fills_all(other(desk, "6", Side.SELL))
    said = [desk.at(second / 5) for second in range(1, 10)]
    # 9 is held, but the leg may have traded 10 of 15 first, and there would be room for more.
    assert not [what for one in said for what in one if "rest sell" in what]
    assert of(desk, "out").idle.endswith(
        "15 was held when a leg left, where 10 is to be traded: both legs would fit"
    )
    assert not {"quantity", "anomaly"} & set(desk.flags)


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
