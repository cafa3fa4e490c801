"""What does the author of a script expect? That it goes on exactly where it was, whatever happens."""

from collections.abc import Generator
from decimal import Decimal

import msgspec
import pytest

from strategies.conditions import Direction, PriceCrosses, PriceSource
from strategies.own import NoParams
from strategies.script import STEPS_MOST, Script
from strategies.scripted import ScriptStrategy, Written
from strategies.spec import OwnParams
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing

ONE = (Venue("alpha"),)
KIND = "story:script"
HOW = OwnParams(strategy=KIND)


def told(script: Written, *, buy: str = "4", code: str = "one", limit: str = "101") -> Scenario:
    own = [ScriptStrategy(KIND, script, code, NoParams)]
    desk = Scenario(HOW, buy=buy, limit=limit, venues=ONE, own=own)
    desk.book("alpha", "10@99 | 10@100 90@102")
    return desk


async def take_twice(ctx: Script, _: NoParams) -> None:
    got = await ctx.take("1")
    await ctx.sleep("10")
    await ctx.take(3 if got == 1 else "0.5")


def test_it_takes_sleeps_and_takes_again() -> None:
    desk = told(take_twice)
    assert desk.at(0) == ["alpha#1: buy 1 @ 100"]
    assert desk.fills("alpha#1") == []
    assert desk.why == "waiting: sleep, 10 s at most"
    assert desk.at(9) == []
    assert desk.at(10) == ["alpha#2: buy 3 @ 100"]
    desk.fills("alpha#2")
    assert (desk.state, desk.why) == ("done", "filled")


def test_a_restart_while_it_sleeps_goes_on_with_the_same_alarm() -> None:
    desk = told(take_twice)
    desk.at(0)
    desk.fills("alpha#1")
    desk.at(4)
    assert desk.restarts() == []
    assert desk.at(9) == []
    assert desk.at(10) == ["alpha#2: buy 3 @ 100"]
    desk.fills("alpha#2")
    assert desk.state == "done"


def test_a_restart_while_an_order_is_out_asks_and_never_sends_twice() -> None:
    desk = told(take_twice)
    desk.at(0)
    assert desk.restarts() == ["alpha#1: query"]
    assert desk.orders(desk.at(5)) == []
    desk.fills("alpha#1")
    assert desk.orders(desk.at(16)) == ["alpha#2: buy 3 @ 100"]


def test_an_order_in_doubt_is_waited_for() -> None:
    desk = told(take_twice)
    desk.at(0)
    desk.answer_lost("alpha#1")
    assert desk.orders(desk.at(30)) == []
    assert desk.state == "active"


def test_a_partial_take_returns_what_it_got() -> None:
    desk = told(take_twice)
    desk.at(0)
    desk.expires("alpha#1", "0.25")
    assert desk.at(10) == ["alpha#2: buy 0.5 @ 100"]
    desk.fills("alpha#2")
    assert (desk.state, desk.why) == ("expired", "3.25 left: the script ended")


def test_with_nothing_to_take_it_gets_nothing_and_goes_on() -> None:
    seen: list[Decimal] = []

    async def script(ctx: Script, _: NoParams) -> None:
        seen.append(await ctx.take("1", limit="99"))

    desk = told(script)
    assert desk.at(1) == []
    assert set(seen) == {0}
    assert desk.state == "expired"


def test_it_posts_withdraws_and_takes_the_rest() -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        ctx.post("4")
        await ctx.filled("4", within_s="5")
        ctx.withdraw()
        await ctx.settled()
        await ctx.take(ctx.left())

    desk = told(script)
    assert desk.at(0) == ["alpha#1: rest buy 4 @ 99"]
    desk.accepts("alpha#1")
    desk.fills("alpha#1", "1")
    assert desk.at(5) == ["alpha#1: cancel"]
    assert desk.fills("alpha#1", "0.5") == []
    assert desk.cancels("alpha#1") == ["alpha#2: buy 2.5 @ 100"]
    desk.fills("alpha#2")
    assert desk.state == "done"


def test_a_withdrawal_that_its_venue_did_not_hear_is_asked_again() -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        ctx.post("4")
        await ctx.sleep("5")
        ctx.withdraw()
        await ctx.settled()

    desk = told(script)
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.at(5) == ["alpha#1: cancel"]
    desk.answer_lost("alpha#1")
    desk.reports("alpha#1", Standing.WORKING)
    assert "alpha#1: cancel" in desk.at(60)
    desk.cancels("alpha#1")
    assert (desk.state, desk.why) == ("expired", "4 left: the script ended")


def test_what_is_posted_after_a_withdrawal_stays() -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        ctx.post("1")
        await ctx.sleep("5")
        ctx.withdraw()
        ctx.post("2")
        await ctx.sleep("50")

    desk = told(script)
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.at(5) == ["alpha#2: rest buy 2 @ 99", "alpha#1: cancel"]
    desk.cancels("alpha#1")
    desk.accepts("alpha#2")
    assert desk.orders(desk.at(40)) == []


def test_it_waits_for_a_price_and_no_longer_than_it_said() -> None:
    dip = PriceCrosses(source=PriceSource.MID, direction=Direction.BELOW, level=Decimal(95))

    async def script(ctx: Script, _: NoParams) -> None:
        came = await ctx.until(dip, within_s="60")
        await ctx.take("1" if came else "4")

    dips = told(script)
    assert dips.at(20) == []
    assert dips.book("alpha", "10@93 | 10@94") == ["alpha#1: buy 1 @ 94"]
    waits = told(script)
    assert waits.at(59) == []
    assert waits.at(60) == ["alpha#1: buy 4 @ 100"]


def test_what_it_asks_for_never_exceeds_what_is_left() -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        ctx.post("3")
        ctx.post("3")
        await ctx.settled()

    desk = told(script)
    assert desk.at(0) == ["alpha#1: rest buy 3 @ 99", "alpha#2: rest buy 1 @ 99"]


def test_open_orders_are_withdrawn_when_it_ends() -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        ctx.post("3")
        await ctx.sleep("1")

    desk = told(script)
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.at(1) == ["alpha#1: cancel"]
    desk.cancels("alpha#1")
    assert (desk.state, desk.why) == ("expired", "4 left: the script ended")


def test_one_that_raises_fails_its_parent_and_its_orders_are_cancelled() -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        ctx.post("3")
        await ctx.sleep("1")
        raise ZeroDivisionError("by my own fault")

    desk = told(script)
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.at(1) == ["alpha#1: cancel"]
    desk.cancels("alpha#1")
    assert desk.state == "failed"
    assert desk.why.startswith("its strategy failed: ZeroDivisionError: by my own fault (script, ")
    assert "strategy_failed" in desk.flags


def test_one_that_asks_other_questions_than_before_is_found_out() -> None:
    runs: list[int] = []

    async def script(ctx: Script, _: NoParams) -> None:
        runs.append(1)
        await ctx.take(len(runs))  # a script with a memory of its own

    desk = told(script)
    assert desk.at(0) == ["alpha#1: buy 1 @ 100"]
    desk.fills("alpha#1")
    assert desk.state == "failed"
    assert desk.why.endswith("not deterministic: step 1 was 'take 1 ' and is 'take 2 '")


def test_one_that_asks_fewer_questions_than_before_is_found_out() -> None:
    runs: list[int] = []

    async def script(ctx: Script, _: NoParams) -> None:
        runs.append(1)
        if len(runs) == 1:
            await ctx.sleep("1")

    desk = told(script)
    desk.at(1)
    assert "is not deterministic: it ended before step 1" in desk.why


def test_one_whose_code_has_changed_is_parked_and_goes_on_when_it_is_back() -> None:
    desk = told(take_twice)
    desk.at(0)
    desk.fills("alpha#1")
    old = desk.strategies[KIND]
    desk.strategies[KIND] = ScriptStrategy(KIND, take_twice, "another", NoParams)
    desk.restarts()
    desk.at(20)
    assert desk.state == "parked"
    assert desk.why.startswith("parked: the script has changed since it began")
    desk.strategies[KIND] = old
    assert desk.restarts() == ["alpha#2: buy 3 @ 100"]


def test_one_that_awaits_something_else_is_refused() -> None:
    class Elsewhere:
        def __await__(self) -> Generator[object, None, None]:
            yield None

    async def script(ctx: Script, _: NoParams) -> None:
        await Elsewhere()

    desk = told(script)
    desk.at(0)
    assert desk.why.endswith("the script awaits something that is not of its context")


@pytest.mark.parametrize("quantity", ["-1", "NaN", "many"])
def test_a_quantity_that_means_nothing_ends_it(quantity: str) -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        await ctx.take(quantity)

    desk = told(script)
    assert desk.at(0) == []
    assert desk.state in {"failed", "expired"}


def test_a_float_is_refused() -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        await ctx.take(0.1)  # type: ignore[arg-type] # what the test is about

    desk = told(script)
    desk.at(0)
    assert "floats lose digits" in desk.why


def test_an_endless_script_is_stopped() -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        while True:
            await ctx.sleep("0")

    desk = told(script)
    desk.at(0)
    assert desk.why == f"its strategy failed: the script takes more than {STEPS_MOST} steps"


def test_a_full_parent_ends_whatever_its_script_still_waits_for() -> None:
    async def script(ctx: Script, _: NoParams) -> None:
        await ctx.take("4")
        await ctx.sleep("3600")

    desk = told(script)
    desk.at(0)
    desk.fills("alpha#1")
    assert (desk.state, desk.why) == ("done", "filled")


def test_its_state_comes_back_from_the_journal_as_it_went_in() -> None:
    desk = told(take_twice)
    desk.at(0)
    desk.fills("alpha#1")
    memory = desk.parent.memory
    assert msgspec.json.decode(msgspec.json.encode(memory), type=type(memory)) == memory
