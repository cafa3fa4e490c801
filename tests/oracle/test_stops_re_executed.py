"""Does the oracle know when a stop had to wake, and catch one that woke at another time?"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.oracle.miniature import Message, Replay, Trade, judged, rules
from tests.oracle.verdict import Rule

FIRST = Message(10, [("b", 99.0, 2.0), ("b", 98.0, 3.0), ("a", 100.0, 1.0)], snapshot=True)
LAST = Message(1000, [("b", 90.0, 1.0)])
PRINTS = [Trade(15, "sell", 98.5, 1.0), Trade(50, "sell", 99.5, 1.0), Trade(90, "sell", 99.0, 1.0)]


def stop(woke_ns: int | None, *fills: tuple[str, str], taken_ns: int | None = 20) -> Replay:
    """Claim a stop to sell 2 at 98 or better once the last price is at 99, woken at `woke_ns`."""
    replay = Replay()
    replay.takes("c1", 0 if woke_ns is None else woke_ns, "sell", "98.0", "2", fills)
    replay.sent[0] = replace(
        replay.sent[0],
        stop=("99", "down", taken_ns),
        arrived_ns=woke_ns,
        closed_ns=80 if woke_ns is None else woke_ns,
        state="filled" if fills else "canceled",
    )
    return replay


def test_a_stop_that_woke_with_the_first_print_at_its_trigger_is_reproduced(tmp_path: Path) -> None:
    verdict = judged(tmp_path, stop(90, ("99.0", "2")), [FIRST, LAST], PRINTS)
    assert verdict.passed, str(verdict)
    assert verdict.counts["stops"] == 1


def test_a_print_before_the_venue_had_the_stop_wakes_nothing(tmp_path: Path) -> None:
    verdict = judged(tmp_path, stop(15, ("99.0", "2")), [FIRST, LAST], PRINTS)
    assert rules(verdict) == [Rule.TRIGGER]
    assert "came to the trigger at 90" in str(verdict)


@pytest.mark.parametrize("woke_ns", [50, 91, 200])
def test_a_stop_that_woke_early_or_late_is_caught(tmp_path: Path, woke_ns: int) -> None:
    verdict = judged(tmp_path, stop(woke_ns, ("99.0", "2")), [FIRST, LAST], PRINTS)
    assert rules(verdict) == [Rule.TRIGGER]


def test_a_stop_taken_out_before_its_trigger_never_wakes(tmp_path: Path) -> None:
    assert judged(tmp_path, stop(None), [FIRST, LAST], PRINTS).passed


def test_a_stop_that_slept_through_its_trigger_is_caught(tmp_path: Path) -> None:
    replay = stop(None)
    replay.sent[0] = replace(replay.sent[0], closed_ns=500)
    assert rules(judged(tmp_path, replay, [FIRST, LAST], PRINTS)) == [Rule.TRIGGER]


def test_where_nobody_was_told_when_the_venue_took_it_some_print_must_still_have_woken_it(
    tmp_path: Path,
) -> None:
    woke = stop(90, ("99.0", "2"), taken_ns=None)
    assert judged(tmp_path / "1", woke, [FIRST, LAST], PRINTS).passed
    lie = stop(60, ("99.0", "2"), taken_ns=None)
    assert rules(judged(tmp_path / "2", lie, [FIRST, LAST], PRINTS)) == [Rule.TRIGGER]


def test_what_a_woken_stop_took_is_judged_like_any_other_order(tmp_path: Path) -> None:
    verdict = judged(tmp_path, stop(90, ("98.0", "2")), [FIRST, LAST], PRINTS)
    assert rules(verdict) == [Rule.BETTER_LEVEL_FIRST]
