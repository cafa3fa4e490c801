"""Fees in base, funding, gas, inverse contracts: the same engine, however driven, proven from outside."""

import json
from pathlib import Path
from typing import Any

import msgspec

from tests.oracle.check_report import check_report
from tests.oracle.re_execute import check
from tests.replay.economy import economic, joined
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


JOINED = joined(market())


def plans(out: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (out / "plans.jsonl").read_text().splitlines()]
    return [row["plan"] for row in rows if "plan" in row]


def test_live_and_replay_kernels_and_plain_are_the_same_to_the_byte(tmp_path: Path) -> None:
    runs = {
        "live": lived(market(), HELD, tmp_path / "live", kernels=True, faults=JOINED),
        "replay": replayed(market(), HELD, tmp_path / "replay", kernels=True, faults=JOINED),
        "plain": replayed(market(), HELD, tmp_path / "plain", kernels=False, faults=JOINED),
    }
    assert whole(runs["live"]) == whole(runs["replay"]) == whole(runs["plain"])
    assert told(tmp_path / "live") == told(tmp_path / "replay") == told(tmp_path / "plain")
    counted = {plan["expected_funding"] for plan in plans(tmp_path / "live") if plan["legs"]}
    assert len(counted - {"0"}) > 1


def test_funding_that_is_expected_changes_where_it_trades(tmp_path: Path) -> None:
    held = replayed(market(), HELD, tmp_path / "held", kernels=False, faults=JOINED)
    short = [msgspec.structs.replace(spec, hold_s=0) for spec in HELD]
    other = replayed(market(), short, tmp_path / "short", kernels=False, faults=JOINED)
    assert held.digest != other.digest
    assert {plan["expected_funding"] for plan in plans(tmp_path / "short")} == {"0"}


def test_an_oracle_that_reads_the_raw_tape_reproduces_every_fill_and_fee(tmp_path: Path) -> None:
    write_tape(market(), tmp_path / "tape")
    tape = read_tape(tmp_path / "tape")
    assert tape.fingerprint == market().fingerprint
    replayed(tape, HELD, tmp_path / "out", kernels=True, faults=JOINED)
    verdict = check(tmp_path / "tape", tmp_path / "out")
    assert verdict.passed, str(verdict)
    audit = check_report(tmp_path / "out")
    assert audit.passed, str(audit)
    fills = (tmp_path / "out" / "fills.jsonl").read_text().splitlines()
    assert {json.loads(fill)["fee_currency"] for fill in fills} == {"BTC", "USDT"}
    assert {plan["fixed_costs"] for plan in plans(tmp_path / "out")} > {"0"}
    assert any("contracts" in json.loads(fill) for fill in fills)
    lie = [json.loads(fill) for fill in fills]
    at = next(n for n, fill in enumerate(lie) if "contracts" in fill)
    lie[at]["contracts"] = str(int(lie[at]["contracts"]) + 1)
    text = "".join(json.dumps(fill) + "\n" for fill in lie)
    (tmp_path / "out" / "fills.jsonl").write_text(text)
    assert not check(tmp_path / "tape", tmp_path / "out").passed
