"""Does the oracle notice reduce-only orders that trade more than was held, and forgive those cut off?"""

from dataclasses import replace
from pathlib import Path

from tests.oracle.miniature import Message, Replay, Trade, judged, rules
from tests.oracle.verdict import Rule, Verdict

BOOK = Message(10, [("b", 99.0, 3.0), ("a", 100.0, 2.0), ("a", 110.0, 9.0)], snapshot=True)
LAST = Message(1000, [("b", 90.0, 1.0)])
# One buyer goes through both of our exits.
THROUGH = [Trade(30, "buy", 105.0, 2.0), Trade(30, "buy", 106.0, 5.0)]


def exits(first: str, second: str, *, reduce_only: bool = True) -> Replay:
    """Hold 2 and let two exits of 2 rest at 101 and 102, of which so much has traded at 30."""
    replay = Replay()
    replay.takes("in", 20, "buy", "100", "2", [("100", "2")])
    for child, price, got in (("near", "101", first), ("far", "102", second)):
        replay.rests(child, 22, 31, "sell", price, "2", [(30, got)] if got else [])
    replay.sent[1:] = [replace(s, reduce_only=reduce_only) for s in replay.sent[1:]]
    return replay


def after(where: Path, replay: Replay) -> Verdict:
    return judged(where, replay, [BOOK, LAST], THROUGH)


def test_two_exits_met_at_once_trade_what_is_held_and_the_rest_is_cut_off(tmp_path: Path) -> None:
    assert after(tmp_path / "one", exits("2", "")).passed
    assert after(tmp_path / "both", exits("1.5", "0.5")).passed


def test_two_exits_that_both_trade_whole_are_caught(tmp_path: Path) -> None:
    verdict = after(tmp_path, exits("2", "2"))
    assert set(rules(verdict)) == {Rule.REDUCE_ONLY}
    assert "at 30 4 is reduced where 2 was held" in str(verdict)


def test_an_exit_with_a_position_left_must_have_traded_it(tmp_path: Path) -> None:
    assert set(rules(after(tmp_path, exits("1", "0.5")))) == {Rule.PESSIMISTIC}


def test_orders_that_are_not_reduce_only_owe_their_fills(tmp_path: Path) -> None:
    assert rules(after(tmp_path, exits("2", "", reduce_only=False))) == [Rule.PESSIMISTIC]
