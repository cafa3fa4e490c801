"""Does the oracle catch an order list of which both legs lived on?"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.oracle.miniature import Message, Replay, Sent, Trade, judged, rules
from tests.oracle.verdict import Rule, Verdict

FIRST = Message(10, [("b", 99.0, 2.0), ("b", 98.0, 3.0), ("a", 100.0, 1.0)], snapshot=True)
LAST = Message(1000, [("b", 90.0, 1.0)])
RISES = [Trade(15, "sell", 99.5, 1.0), Trade(50, "buy", 101.0, 0.5)]
FALLS = [Trade(15, "sell", 99.5, 1.0), Trade(90, "sell", 97.0, 1.0)]
QUIET = RISES[:1]


def pair(*, closed_ns: int | None = None, stop_closed_ns: int | None = None) -> Replay:
    """Claim a list: 0.5 for sale at 101, or at 96 or better once the last price is at 97; nothing traded."""
    replay = Replay()
    profit = Sent(
        child="profit",
        side="sell",
        price="101.0",
        quantity="0.5",
        arrived_ns=20,
        cum_quantity="0",
        time_in_force="gtc",
        post_only=True,
        state="canceled",
        list_name="profit",
        closed_ns=closed_ns,
    )
    stop = replace(
        profit,
        child="stop",
        price="96.0",
        post_only=False,
        stop=("97", "down", 20),
        arrived_ns=None,
        closed_ns=stop_closed_ns,
    )
    replay.sent.extend([profit, stop])
    return replay


def judged_rising(where: Path, *, stop_closed_ns: int | None, closed_ns: int = 50) -> Verdict:
    """Let the profit trade whole at 50."""
    replay = pair(stop_closed_ns=stop_closed_ns)
    maker = Replay()
    maker.rests("profit", 20, 50, "sell", "101.0", "0.5", [(50, "0.5")])
    sent = replace(maker.sent[0], list_name="profit", closed_ns=closed_ns)
    maker.sent[:] = [sent, replay.sent[1]]
    return judged(where, maker, [FIRST, LAST], RISES)


def judged_falling(where: Path, *, closed_ns: int | None) -> Verdict:
    """Let the stop wake at 90 and trade whole."""
    replay = pair(closed_ns=closed_ns)
    taker = Replay()
    taker.takes("stop", 90, "sell", "96.0", "0.5", [("99.0", "0.5")])
    woken = replace(taker.sent[0], stop=("97", "down", 20), list_name="profit", time_in_force="gtc")
    taker.sent[:] = [replay.sent[0], woken]
    return judged(where, taker, [FIRST, LAST], FALLS)


@pytest.mark.parametrize("told_ns", [50, None])
def test_a_profit_that_traded_ended_its_stop_in_the_same_instant(
    tmp_path: Path, told_ns: int | None
) -> None:
    verdict = judged_rising(tmp_path, stop_closed_ns=told_ns)
    assert verdict.passed, str(verdict)
    assert verdict.counts["lists"] == 1


def test_a_stop_that_was_there_after_its_profit_had_traded_is_caught(tmp_path: Path) -> None:
    assert Rule.LIST in rules(judged_rising(tmp_path, stop_closed_ns=60))


@pytest.mark.parametrize("told_ns", [90, None])
def test_a_stop_that_woke_ended_its_profit_in_the_same_instant(
    tmp_path: Path, told_ns: int | None
) -> None:
    verdict = judged_falling(tmp_path, closed_ns=told_ns)
    assert verdict.passed, str(verdict)


def test_a_profit_that_was_there_after_its_stop_had_woken_is_caught(tmp_path: Path) -> None:
    assert Rule.LIST in rules(judged_falling(tmp_path, closed_ns=95))


def test_legs_that_were_taken_out_together_are_one_list(tmp_path: Path) -> None:
    both = pair(closed_ns=40, stop_closed_ns=40)
    assert judged(tmp_path, both, [FIRST, LAST], QUIET).passed


def test_a_leg_that_outlived_the_other_one_is_caught(tmp_path: Path) -> None:
    torn = pair(closed_ns=40, stop_closed_ns=45)
    assert rules(judged(tmp_path, torn, [FIRST, LAST], QUIET)) == [Rule.LIST]


def test_both_legs_filled_is_caught_whatever_else_is_claimed(tmp_path: Path) -> None:
    replay = Replay()
    replay.rests("profit", 20, 50, "sell", "101.0", "0.5", [(50, "0.5")])
    replay.takes("stop", 90, "sell", "96.0", "0.5", [("99.0", "0.5")])
    profit, woken = replay.sent
    replay.sent[:] = [
        replace(profit, list_name="profit", closed_ns=50),
        replace(woken, stop=("97", "down", 20), list_name="profit", time_in_force="gtc"),
    ]
    prints = [*RISES, FALLS[1]]
    assert Rule.LIST in rules(judged(tmp_path, replay, [FIRST, LAST], prints))


def test_two_orders_that_are_no_pair_are_no_list(tmp_path: Path) -> None:
    alike = pair(closed_ns=40, stop_closed_ns=40)
    alike.sent[1] = replace(alike.sent[1], quantity="0.4")
    assert rules(judged(tmp_path, alike, [FIRST, LAST], QUIET)) == [Rule.LIST]
