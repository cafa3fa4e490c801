"""Fees in base, expected funding and gas: the same engine, however driven, and proven from outside."""

import json
from pathlib import Path
from typing import Any

import msgspec

from tests.oracle.check_report import check_report
from tests.oracle.re_execute import check
from tests.replay.economy import economic
from tests.replay.runs import SECOND, lived, replayed, several_parents
from tests.replay.test_same_engine import told, whole
from venues.synthetic.market import synthetic_tape
from venues.tape.reader import read_tape
from venues.tape.recording import Tape
from venues.tape.writer import write_tape

HELD = [
    msgspec.structs.replace(spec, hold_s=20) for spec in several_parents(horizon_s=8, quantity="30")
]


def market() -> Tape:
    return economic(synthetic_tape(seed=9, duration_ns=12 * SECOND, start_ns=SECOND))


def plans(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line)["plan"] for line in (out / "plans.jsonl").read_text().splitlines()]


def test_live_and_replay_kernels_and_plain_are_the_same_to_the_byte(tmp_path: Path) -> None:
    runs = {
        "live": lived(market(), HELD, tmp_path / "live", kernels=True),
        "replay": replayed(market(), HELD, tmp_path / "replay", kernels=True),
        "plain": replayed(market(), HELD, tmp_path / "plain", kernels=False),
    }
    assert whole(runs["live"]) == whole(runs["replay"]) == whole(runs["plain"])
    assert told(tmp_path / "live") == told(tmp_path / "replay") == told(tmp_path / "plain")
    counted = {plan["expected_funding"] for plan in plans(tmp_path / "live") if plan["legs"]}
    assert len(counted - {"0"}) > 1


def test_funding_that_is_expected_changes_where_it_trades(tmp_path: Path) -> None:
    held = replayed(market(), HELD, tmp_path / "held", kernels=False)
    short = [msgspec.structs.replace(spec, hold_s=0) for spec in HELD]
    other = replayed(market(), short, tmp_path / "short", kernels=False)
    assert held.digest != other.digest
    assert {plan["expected_funding"] for plan in plans(tmp_path / "short")} == {"0"}


def test_an_oracle_that_reads_the_raw_tape_reproduces_every_fill_and_fee(tmp_path: Path) -> None:
    write_tape(market(), tmp_path / "tape")
    tape = read_tape(tmp_path / "tape")
    assert tape.fingerprint == market().fingerprint
    replayed(tape, HELD, tmp_path / "out", kernels=True)
    verdict = check(tmp_path / "tape", tmp_path / "out")
    assert verdict.passed, str(verdict)
    audit = check_report(tmp_path / "out")
    assert audit.passed, str(audit)
    fills = (tmp_path / "out" / "fills.jsonl").read_text().splitlines()
    assert {json.loads(fill)["fee_currency"] for fill in fills} == {"BTC", "USDT"}
    assert {plan["fixed_costs"] for plan in plans(tmp_path / "out")} > {"0"}
