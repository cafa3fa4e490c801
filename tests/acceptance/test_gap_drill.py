"""The gap drill: the market falls ten percent in one message, through a post-only limit-stop.

What happens with each gap policy, in which order and at what price, at a paper venue that matches every
order; and that nothing unpriced was sent.
"""

import dataclasses
import json
from decimal import Decimal
from pathlib import Path

import pytest

from strategies.spec import ParentSpec
from strategies.stop_params import LimitStopParams
from tests.fakes.books import ask, bid
from tests.fakes.recordings import Script, tape_of
from tests.oracle.check_report import check_report
from tests.replay.runs import BTC, SECOND, replayed
from venues.model.ids import ParentId
from venues.model.order import Side
from venues.tape.recording import Tape

CALM_TICK, FALLEN_TICK = 610_000, 549_000  # 61 000 and ten percent below, in ticks of 0.1
FALLS_NS, BACK_NS, ENDS_NS = 5 * SECOND, 30 * SECOND, 40 * SECOND
QUANTITY = Decimal("2.5")
ALARMS = {
    "rest": ["gap"],
    "widen": ["gap", "2.5 left of the stop at 60500"],
    "cross": ["gap"],
}


def market() -> Tape:
    """Return a venue that falls ten percent between two messages, and comes back later."""
    script = Script()
    for at_ns in range(SECOND // 2, ENDS_NS, SECOND // 2):
        fallen = FALLS_NS <= at_ns < BACK_NS
        middle = FALLEN_TICK if fallen else CALM_TICK
        turns = at_ns in {SECOND // 2, FALLS_NS, BACK_NS}
        rows = [(bid(middle - 5 * n), 1_000) for n in range(1, 9)]
        rows += [(ask(middle + 5 * n), 1_000) for n in range(1, 9)]
        script.book(at_ns, *rows, snapshot=turns)
        if at_ns > BACK_NS:
            script.trade(at_ns + 1, taker_is_buy=True, tick=CALM_TICK, lots=5_000)
    return dataclasses.replace(tape_of(script), start_ns=0, end_ns=ENDS_NS)


def drilled(policy: str, out: Path) -> list[dict[str, str]]:
    """Run the drill with one gap policy; return its orders, in the order they were decided."""
    stop = LimitStopParams(
        trigger_price=Decimal(60_500),
        post_slip_bps=Decimal(5),
        max_slip_bps=Decimal(15),
        gap_policy=policy,
    )
    spec = ParentSpec(
        id=ParentId(policy), symbol=BTC, side=Side.SELL, quantity=QUANTITY, params=stop
    )
    report = replayed(market(), [spec], out, kernels=False)
    (parent,) = report.parents
    assert (parent.state, parent.filled) == ("done", str(QUANTITY)), parent
    assert [alarm.text.partition(":")[0] for alarm in parent.alarms] == ALARMS[policy]
    assert json.loads((out / "report.json").read_text())["parents"][0]["alarms"] == [
        {"ts_ns": alarm.ts_ns, "parent": policy, "text": alarm.text} for alarm in parent.alarms
    ]
    audit = check_report(out)
    assert audit.passed, str(audit)
    return [json.loads(line) for line in (out / "orders.jsonl").read_text().splitlines()]


def prices(out: Path) -> list[str]:
    """Return the prices of all fills in the order they happened."""
    lines = (out / "fills.jsonl").read_text().splitlines()
    return list(dict.fromkeys(json.loads(line)["price"] for line in lines))


def told(orders: list[dict[str, str]]) -> list[tuple[str, str, int]]:
    """Return how, at what price and in which second each order was decided."""
    return [
        (
            "rest" if o["post_only"] else o["time_in_force"],
            o["price"],
            int(o["decided_ns"]) // SECOND,
        )
        for o in orders
    ]


def test_rest_waits_at_its_own_price_and_sells_when_the_market_comes_back(tmp_path: Path) -> None:
    orders = drilled("rest", tmp_path / "out")
    assert told(orders) == [("rest", "60469.8", 5)]  # 60 500 less 5 bps, rounded up
    assert prices(tmp_path / "out") == ["60469.8"]


def test_widen_finds_nothing_within_its_slip_and_rests_there(tmp_path: Path) -> None:
    orders = drilled("widen", tmp_path / "out")
    assert told(orders) == [("rest", "60409.3", 15)]  # ten seconds in which nobody bid enough
    assert prices(tmp_path / "out") == ["60409.3"]


def test_cross_sells_at_once_level_by_level_and_not_below_the_collar(tmp_path: Path) -> None:
    orders = drilled("cross", tmp_path / "out")
    assert told(orders) == [("ioc", "53802", 5)]  # two percent below the mid of 54 900
    assert prices(tmp_path / "out") == ["54899.5", "54899", "54898.5"]


@pytest.mark.parametrize("policy", ["rest", "widen", "cross"])
def test_nothing_unpriced_is_sent_and_the_first_order_leaves_with_the_message(
    policy: str, tmp_path: Path
) -> None:
    orders = drilled(policy, tmp_path / "out")
    assert all(Decimal(order["price"]) > 0 for order in orders)
    worst = Decimal(53_802) if policy == "cross" else Decimal("60409.25")
    assert all(Decimal(order["price"]) >= worst for order in orders)
    first_ns = int(orders[0]["decided_ns"])
    assert policy == "widen" or first_ns - FALLS_NS < SECOND // 1_000
