"""What does a trader expect of a preview? That it is what happens then, and that nothing happens yet."""

from decimal import Decimal

import msgspec
import pytest

from router.engine.preview import Preview, preview
from router.risk.limits import Limits
from strategies.intents import Pair, Protect, Rest, Take
from strategies.own import NoParams
from strategies.script import Script
from strategies.scripted import ScriptStrategy
from strategies.spec import OwnParams, Params
from tests.scenarios.beside import SPOT, TARGETS, bought
from tests.scenarios.kinds import limit_stop, native, rest, take, take_profit_or_stop, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import S_NS, Scenario
from venues.model.ids import ParentId, VenueId

BOOK = "50@99.9 | 3@100 9@100.2"
D = Decimal


def previewed(desk: Scenario, quantity: str = "") -> Preview:
    spec = desk.spec
    if quantity:
        spec = msgspec.structs.replace(spec, quantity=D(quantity))
    return preview(desk.desk.engine.core, spec, desk.now_ns)


def calm(how: Params, **more: object) -> Scenario:
    desk = Scenario(how, **{"buy": "4", "limit": "101", **more})  # type: ignore[arg-type]
    desk.book("alpha", BOOK)
    desk.book("beta", BOOK.replace("3@100 ", "1@100 "))
    return desk


def test_a_take_goes_where_the_preview_said_at_the_cost_it_said() -> None:
    desk = calm(take())
    told = previewed(desk)
    assert (told.refusal, told.arrival_price, told.limit) == ("", D("99.95"), D(101))
    assert told.orders == (Take(quantity=D(4), limit=D(101)),)
    desk.at(0)
    assert told.at_once is not None
    assert told.at_once.legs == desk.plans[-1].legs
    assert told.at_once.expected_cost == desk.plans[-1].expected_cost == D(400)


@pytest.mark.parametrize("jitter", ["0", "0.4"])
def test_a_twap_keeps_the_schedule_of_its_preview(jitter: str) -> None:
    desk = calm(twap(over_s=40, slices=4, size_jitter=jitter, time_jitter=jitter))
    told = previewed(desk)
    assert sum(due.quantity for due in told.schedule) == 4
    traded = D(0)
    for due in told.schedule:
        if due.after_ns:
            assert desk.at(due.after_ns / S_NS - 0.001) == []
        desk.fills_all(desk.at(due.after_ns / S_NS + 0.001))
        traded += due.quantity
        assert desk.filled == traded
    assert desk.state == "done"


def test_a_rest_a_stop_and_a_group_say_how_they_would_begin() -> None:
    assert isinstance(previewed(calm(rest())).orders[0], Rest)
    stop = previewed(calm(limit_stop("104")))
    assert (stop.orders, stop.says) == ((), "armed: mid 99.95 below trigger 104")
    group = previewed(calm(take_profit_or_stop("95", limit_stop("104"))))
    assert len(group.orders) == 1
    assert "stop: armed" in group.says


def test_guarded_legs_ask_for_all_that_is_held_each_and_nothing_of_it_is_sent() -> None:
    desk = bought(TARGETS)
    out = msgspec.structs.replace(
        desk.exit.spec, id=ParentId("out"), exit_of=None, reduce_only=True, limit_price=None
    )
    before = list(desk.venues.orders)
    desk.cancels("alpha#2")
    desk.cancels("alpha#3")
    told = preview(desk.desk.engine.core, out, desk.now_ns)
    assert told.refusal == ""
    assert [(o.quantity, o.limit) for o in told.orders if isinstance(o, Rest)] == [
        (D(10), D(103)),
        (D(10), D(104)),
    ]
    assert list(desk.venues.orders) == before


def test_guarded_legs_say_where_they_would_be_kept_apart_and_why() -> None:
    desk = bought(TARGETS, venue=SPOT)
    desk.cancels("alpha#2")
    out = msgspec.structs.replace(
        desk.exit.spec, id=ParentId("out"), exit_of=None, reduce_only=True, limit_price=None
    )
    told = preview(desk.desk.engine.core, out, desk.now_ns)
    assert len(told.orders) == 1
    assert "alpha is spot: no order there is reduce-only" in told.says


def test_a_native_group_says_which_list_its_venue_would_hold_and_what_that_cannot_do() -> None:
    taking = (Venue("alpha", stop_orders=True, order_lists=True), Venue("beta"))
    how = native("95", limit_stop("100.5", source="last"))
    told = previewed(calm(how, venues=taking, limit="103"))
    (pair,) = told.orders
    assert isinstance(pair, Pair)
    assert (pair.profit, pair.protect.quantity, pair.protect.trigger_price) == (95, 4, D("100.5"))
    assert told.says == (
        "listed: take_profit at 95 or stop at 100.5, as far as 101.0025 and not post-only"
    )


def test_a_stop_says_what_venues_would_hold() -> None:
    holding = (Venue("alpha", stop_orders=True), Venue("beta"))
    told = previewed(calm(limit_stop("100.5", catastrophe="101.5"), venues=holding, limit="103"))
    (guard,) = told.orders
    assert isinstance(guard, Protect)
    assert (guard.quantity, guard.trigger_price, guard.limit) == (D(4), D("101.5"), D("102.515"))


def test_a_script_says_its_first_order() -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        await ctx.take("1.5")

    own = [ScriptStrategy("s:s", script, "1", NoParams)]
    told = previewed(calm(OwnParams(strategy="s:s"), own=own))
    assert told.orders == (Take(quantity=D("1.5"), limit=D(101), leg="1"),)


def test_what_cannot_be_filled_is_told_before() -> None:
    told = previewed(calm(take()), quantity="100")
    assert told.at_once is not None
    assert told.at_once.unrouted == 78


@pytest.mark.parametrize(
    ("desk", "quantity", "sentence"),
    [
        (
            calm(take(), venues=(Venue("alpha", minimum="5"), Venue("beta", minimum="5"))),
            "",
            "below",
        ),
        (calm(take()), "4.05", "is not a whole number of lots of 0.1"),
        (calm(take(), limits=Limits(max_parent_notional=D(100))), "", "above max_parent_notional"),
        (Scenario(take(), buy="4"), "", "no LIVE book: alpha unverified"),
    ],
)
def test_what_would_be_refused_is_told_before(desk: Scenario, quantity: str, sentence: str) -> None:
    assert sentence in previewed(desk, quantity).refusal


def test_a_broken_strategy_is_told_before() -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        raise ValueError("not today")

    own = [ScriptStrategy("s:s", script, "1", NoParams)]
    told = previewed(calm(OwnParams(strategy="s:s"), own=own))
    assert told.refusal.startswith("its strategy failed: ValueError: not today")


def test_nothing_happens_and_a_preview_leaves_no_trace() -> None:
    asked, never = calm(take()), calm(take())
    for quantity in ("4", "2", "4", "0.05"):
        previewed(asked, quantity)
    assert asked.records() == never.records()
    assert asked.at(0) == never.at(0)
    core = asked.desk.engine.core
    assert core.state.digest.hexdigest() == never.desk.engine.core.state.digest.hexdigest()


def test_a_preview_with_other_venues_does_not_decide_what_the_order_may_be() -> None:
    venues = (Venue("alpha", minimum="5"), Venue("beta"))
    desk = calm(take(), venues=venues)
    only_alpha = msgspec.structs.replace(desk.spec, venues_allow=(VenueId("alpha"),))
    assert "below" in preview(desk.desk.engine.core, only_alpha, desk.now_ns).refusal
    assert desk.at(0) == ["beta#1: buy 4 @ 100.2"]
