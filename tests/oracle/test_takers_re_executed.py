"""Does the oracle believe true taker fills, and catch each kind of lie about them?"""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.oracle import re_execute
from tests.oracle.miniature import TERMS, Message, Replay, Trade, judged, rules, write_tape
from tests.oracle.re_execute import check
from tests.oracle.verdict import OracleError, Rule

FIRST = Message(
    10,
    [
        ("b", 99.5, 2.0),
        ("b", 99.0, 3.0),
        ("a", 100.0, 1.0),
        ("a", 100.5, 2.0),
        ("a", 101.0, 4.0),
    ],
    snapshot=True,
)
LAST = Message(1000, [("b", 90.0, 1.0)])


def buy(*fills: tuple[str, str], price: str = "100.5", quantity: str = "2") -> Replay:
    replay = Replay()
    replay.takes("c1", 20, "buy", price, quantity, fills)
    return replay


def test_a_sweep_over_two_levels_is_reproduced(tmp_path: Path) -> None:
    verdict = judged(tmp_path, buy(("100.0", "1"), ("100.5", "1")), [FIRST, LAST])
    assert verdict.passed, str(verdict)
    assert verdict.counts["taker_fills"] == 2


def test_a_sell_walks_the_bids_down(tmp_path: Path) -> None:
    replay = Replay()
    replay.takes("c1", 20, "sell", "99.0", "4", [("99.5", "2"), ("99", "2")])
    assert judged(tmp_path, replay, [FIRST, LAST]).passed


def test_one_lot_too_much_is_caught(tmp_path: Path) -> None:
    replay = buy(("100", "1.1"), ("100.5", "0.9"))
    verdict = judged(tmp_path, replay, [FIRST, LAST])
    assert rules(verdict) == [Rule.DEPTH_THERE]
    assert "took 1.1 at 100: 1 at 100 was recorded" in str(verdict)


def test_one_lot_too_little_on_the_way_is_caught(tmp_path: Path) -> None:
    verdict = judged(tmp_path, buy(("100", "0.9"), ("100.5", "1.1")), [FIRST, LAST])
    assert rules(verdict) == [Rule.NOTHING_LEFT]


def test_the_level_behind_is_caught(tmp_path: Path) -> None:
    verdict = judged(tmp_path, buy(("100.5", "2")), [FIRST, LAST])
    assert rules(verdict) == [Rule.BETTER_LEVEL_FIRST]
    assert "took 2 at 100.5 while 1 at 100 was there" in str(verdict)


def test_levels_in_the_wrong_order_are_caught(tmp_path: Path) -> None:
    verdict = judged(tmp_path, buy(("100.5", "1"), ("100", "1")), [FIRST, LAST])
    assert rules(verdict) == [Rule.BEST_FIRST]
    assert "best first is 1 at 100, 1 at 100.5" in str(verdict)


def test_a_price_nobody_showed_is_caught(tmp_path: Path) -> None:
    verdict = judged(tmp_path, buy(("99.5", "1"), quantity="1"), [FIRST, LAST])
    assert rules(verdict) == [Rule.DEPTH_THERE]
    assert "0 at 99.5 was recorded" in str(verdict)


def test_a_fill_beyond_the_limit_is_caught(tmp_path: Path) -> None:
    replay = buy(("100", "1"), ("100.5", "2"), ("101", "1"), quantity="4")
    assert Rule.WITHIN_LIMIT in rules(judged(tmp_path, replay, [FIRST, LAST]))


def test_a_fill_above_the_quantity_is_caught(tmp_path: Path) -> None:
    replay = buy(("100", "1"), ("100.5", "1.1"))
    assert Rule.WITHIN_QUANTITY in rules(judged(tmp_path, replay, [FIRST, LAST]))


def test_an_ioc_that_left_size_within_its_limit_is_caught(tmp_path: Path) -> None:
    verdict = judged(tmp_path, buy(("100", "1")), [FIRST, LAST])
    assert rules(verdict) == [Rule.NOTHING_LEFT]
    assert "while 1 at 100.5 was left" in str(verdict)


def test_an_ioc_that_got_nothing_from_a_full_level_is_caught_unless_the_venue_refused_it(
    tmp_path: Path,
) -> None:
    assert rules(judged(tmp_path / "1", buy(), [FIRST, LAST])) == [Rule.NOTHING_LEFT]
    refused = Replay()
    refused.takes("c1", 20, "buy", "100.5", "2", [], state="rejected")
    assert judged(tmp_path / "2", refused, [FIRST, LAST]).passed


def test_an_ioc_that_found_nothing_more_may_end_open(tmp_path: Path) -> None:
    replay = buy(("100", "1"), ("100.5", "2"), quantity="9")
    assert judged(tmp_path, replay, [FIRST, LAST]).passed


def two_takes(second: tuple[tuple[str, str], ...], at_ns: int) -> Replay:
    replay = buy(("100", "0.8"), price="100", quantity="0.8")
    replay.takes("c2", at_ns, "buy", "100", "1", second)
    return replay


@pytest.mark.parametrize("snapshot", [True, False])
def test_a_repeated_row_restores_nothing(tmp_path: Path, snapshot: bool) -> None:
    again = Message(30, FIRST.rows, snapshot=snapshot)
    true = two_takes((("100", "0.2"),), 40)
    assert judged(tmp_path / "true", true, [FIRST, again, LAST]).passed
    lie = two_takes((("100", "1"),), 40)
    verdict = judged(tmp_path / "lie", lie, [FIRST, again, LAST])
    assert rules(verdict) == [Rule.DEPTH_THERE]
    assert "we had taken from it and only 0.2 was left" in str(verdict)


@pytest.mark.parametrize(
    ("later", "left"),
    [
        ([1.5], "0.7"),  # an increase is fresh size
        ([0.5], "0.2"),  # a decrease above what is left releases what we took
        ([0.1], "0.1"),  # never more than is recorded
        ([0.0, 1.0], "1"),  # a level that went away and came back is new
        ([0.1, 1.2], "1.2"),  # released, then fresh
        ([1.2, 0.3], "0.3"),  # fresh, then a decrease leaves at most its new size
    ],
)
def test_size_we_took_comes_back_only_as_the_recording_changes(
    tmp_path: Path, later: list[float], left: str
) -> None:
    changes = [Message(30 + i, [("a", 100.0, size)]) for i, size in enumerate(later)]
    true = two_takes((("100", left),), 40)
    true.sent[1] = type(true.sent[1])(
        child="c2",
        side="buy",
        price="100",
        quantity="5",
        arrived_ns=40,
        closed_ns=40,
        cum_quantity=left,
    )
    verdict = judged(tmp_path, true, [FIRST, *changes, LAST])
    assert verdict.passed, str(verdict)


def test_a_level_missing_from_a_snapshot_is_forgotten(tmp_path: Path) -> None:
    gone = Message(30, [("b", 99.5, 2.0), ("a", 100.5, 2.0)], snapshot=True)
    replay = Replay()
    replay.takes("c1", 40, "buy", "100.5", "2", [("100.5", "2")])
    assert judged(tmp_path, replay, [FIRST, gone, LAST]).passed


def test_a_message_at_the_arrival_comes_before_it_and_one_after_it_does_not(tmp_path: Path) -> None:
    deleted = [("a", 100.0, 0.0)]
    replay = Replay()
    replay.takes("c1", 20, "buy", "100.5", "1", [("100.5", "1")])
    assert judged(tmp_path / "at", replay, [FIRST, Message(20, deleted), LAST]).passed
    late = judged(tmp_path / "after", replay, [FIRST, Message(21, deleted), LAST])
    assert rules(late) == [Rule.BETTER_LEVEL_FIRST]


def test_exchange_time_that_steps_back_is_held(tmp_path: Path) -> None:
    held = [FIRST, Message(30, [("b", 99.0, 1.0)]), Message(15, [("a", 100.0, 0.0)]), LAST]
    replay = Replay()
    replay.takes("c1", 20, "buy", "100.5", "1", [("100", "1")])
    assert judged(tmp_path, replay, held).passed


def test_arrivals_of_one_instant_meet_the_book_in_file_order(tmp_path: Path) -> None:
    replay = buy(("100", "1"), quantity="1")
    replay.takes("c2", 20, "buy", "100.5", "1", [("100.5", "1")])
    assert judged(tmp_path / "true", replay, [FIRST, LAST]).passed
    replay.sent.reverse()
    assert not judged(tmp_path / "lie", replay, [FIRST, LAST]).passed


def test_a_fill_before_the_arrival_is_caught(tmp_path: Path) -> None:
    replay = buy(("100", "1"), quantity="1")
    replay.done[0] = type(replay.done[0])(
        child="c1",
        side="buy",
        price="100",
        quantity="1",
        ts_ns=19,
        arrived_ns=20,
        fee="0.1",
        exec_id="x",
        liquidity="taker",
    )
    verdict = judged(tmp_path, replay, [FIRST, LAST])
    assert rules(verdict) == [Rule.AFTER_ARRIVAL]
    assert "1 ns before the order met the book" in str(verdict)


def test_a_fill_after_the_recording_ended_is_caught(tmp_path: Path) -> None:
    replay = Replay()
    replay.takes("c1", 1001, "buy", "100", "1", [("100", "1")])
    assert rules(judged(tmp_path / "lie", replay, [FIRST, LAST])) == [Rule.IN_RECORDING]
    late = [Trade(1002, "buy", 100.0, 0.1)]
    assert judged(tmp_path / "true", replay, [FIRST, LAST], late).passed


@pytest.mark.parametrize(
    ("lie", "rule"),
    [
        ({"fee": "0.1000001"}, Rule.FEE),
        ({"fee_currency": "BTC"}, Rule.FEE),
        ({"exec_id": "x1"}, Rule.DUPLICATE_EXECUTION),
        ({"child": "c9"}, Rule.UNKNOWN_CHILD),
        ({"side": "sell"}, Rule.TERMS),
        ({"parent": "p9"}, Rule.TERMS),
        ({"price": "100.2"}, Rule.ON_GRID),
        ({"quantity": "0.95"}, Rule.ON_GRID),
        ({"liquidity": "maker"}, Rule.OWN_PRICE),
    ],
)
def test_a_changed_field_is_caught(tmp_path: Path, lie: dict[str, str], rule: Rule) -> None:
    replay = buy(("100", "1"), ("100.5", "1"))
    replay.change_fill(0, **lie)
    assert rule in rules(judged(tmp_path, replay, [FIRST, LAST]))


def test_where_fees_are_taken_in_base_that_is_what_a_buy_pays(tmp_path: Path) -> None:
    replay = buy(("100", "1"), ("100.5", "1"))
    terms = TERMS + 'fee_in = "received"\n'
    tape = write_tape(tmp_path / "tape", [FIRST, LAST], terms=terms)
    assert rules(check(tape, replay.write(tmp_path / "lie"))) == [Rule.FEE]
    replay.pays_in_base()
    assert check(tape, replay.write(tmp_path / "true")).passed
    replay.change_fill(0, fee="0.0011")
    assert rules(check(tape, replay.write(tmp_path / "more"))) == [Rule.FEE]


def test_what_an_order_costs_is_due_once_with_its_first_fill(tmp_path: Path) -> None:
    terms = TERMS + 'order_cost = "0.35"\n'
    tape = write_tape(tmp_path / "tape", [FIRST, LAST], terms=terms)
    replay = buy(("100", "1"), ("100.5", "1"))
    assert rules(check(tape, replay.write(tmp_path / "never"))) == [Rule.FEE]
    second = str(Decimal(replay.done[1].fee) + Decimal("0.35"))
    replay.pays_per_order("0.35")
    assert check(tape, replay.write(tmp_path / "once")).passed
    replay.change_fill(1, fee=second)
    assert rules(check(tape, replay.write(tmp_path / "twice"))) == [Rule.FEE]


def test_a_sum_that_is_not_the_cumulative_quantity_is_caught(tmp_path: Path) -> None:
    replay = buy(("100", "1"), ("100.5", "1"))
    del replay.done[1]
    assert Rule.CUMULATIVE in rules(judged(tmp_path, replay, [FIRST, LAST]))


def test_what_cannot_be_checked_is_refused(tmp_path: Path) -> None:
    write_tape(tmp_path / "off", [Message(10, [("a", 100.25, 1.0)])])
    out = buy().write(tmp_path / "out")
    with pytest.raises(OracleError, match=r"not a multiple of 0\.5"):
        re_execute.check(tmp_path / "off", out)
    with pytest.raises(OracleError, match="does not exist"):
        re_execute.check(tmp_path / "none", out)
    with pytest.raises(OracleError, match="in two tapes"):
        re_execute.check([tmp_path / "off", tmp_path / "off"], out)
    (out / "fills.jsonl").write_text(json.dumps({"price": 1.5}), encoding="utf-8")
    with pytest.raises(OracleError, match="line 1"):
        re_execute.check(tmp_path / "off", out)


def test_the_command_line_answers_with_its_exit_code(tmp_path: Path) -> None:
    tape = write_tape(tmp_path / "tape", [FIRST, LAST])
    good = buy(("100", "1"), ("100.5", "1")).write(tmp_path / "good")
    bad = buy(("100.5", "2")).write(tmp_path / "bad")
    script = Path(re_execute.__file__)
    done = [
        subprocess.run(
            [sys.executable, script, "--tape", tape, "--out", out],
            capture_output=True,
            text=True,
            check=False,
        )
        for out in (good, bad, tmp_path / "none")
    ]
    assert [run.returncode for run in done] == [0, 1, 1]
    assert "while 1 at 100 was there" in done[1].stdout
    assert "cannot re-execute" in done[2].stderr
