"""Promise 8: does an oracle that knows nothing of us reproduce every fill of a replay?"""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from router.journal.sqlite import GROUPED, open_journal
from tests.oracle.check_report import check_report
from tests.oracle.re_execute import check
from tests.replay.cuts import first_seconds
from tests.replay.runs import SECOND, replayed, several_parents
from tests.shared_tapes import shared_tape
from venues.model.instrument import FeeIn
from venues.synthetic.market import synthetic_tape
from venues.tape.reader import read_tape
from venues.tape.recording import Tape, make_tape
from venues.tape.writer import write_tape


def prove(tape: Tape, where: Path, *, horizon_s: int, quantity: str, kernels: bool) -> None:
    """Write the tape, replay it as it is read back, and let the oracle judge."""
    write_tape(tape, where / "tape")
    read = read_tape(where / "tape")
    specs = several_parents(horizon_s=horizon_s, quantity=quantity)
    report = replayed(read, specs, where / "out", kernels=kernels)
    verdict = check(where / "tape", where / "out")
    assert verdict.passed, str(verdict)
    assert verdict.counts["taker_fills"] > 0
    assert verdict.counts["resting"] > 0
    audit = check_report(where / "out")
    assert audit.passed, str(audit)
    assert audit.fills == verdict.counts["fills"]
    journal = open_journal(where / "out" / "journal.db", GROUPED)
    assert next(iter(journal.rows())).kind == "run_opened"
    journal.close()
    assert {parent.state for parent in report.parents} == {"done"}


@pytest.mark.parametrize("seed", [3, 11])
@pytest.mark.parametrize("quantity", ["10", "120"])
def test_on_a_synthetic_tape(tmp_path: Path, seed: int, quantity: str) -> None:
    tape = synthetic_tape(seed=seed, duration_ns=16 * SECOND, start_ns=SECOND)
    prove(tape, tmp_path, horizon_s=10, quantity=quantity, kernels=False)


def test_where_some_venues_take_their_fee_in_base(tmp_path: Path) -> None:
    tape = synthetic_tape(seed=5, duration_ns=16 * SECOND, start_ns=SECOND)
    prove(in_base(tape), tmp_path, horizon_s=10, quantity="60", kernels=True)
    fills = (tmp_path / "out" / "fills.jsonl").read_text().splitlines()
    assert {json.loads(fill)["fee_currency"] for fill in fills} == {"BTC", "USDT"}


def test_where_orders_cost_gas(tmp_path: Path) -> None:
    tape = synthetic_tape(seed=5, duration_ns=16 * SECOND, start_ns=SECOND)
    prove(per_order(tape, Decimal("0.35")), tmp_path, horizon_s=10, quantity="60", kernels=True)
    plans = (tmp_path / "out" / "plans.jsonl").read_text().splitlines()
    assert any(json.loads(plan)["plan"]["fixed_costs"] != "0" for plan in plans)


def per_order(tape: Tape, cost: Decimal) -> Tape:
    """Every other venue of a tape charges each order."""
    recordings = [
        replace(r, instrument=msgspec.structs.replace(r.instrument, order_cost=cost))
        if n % 2
        else r
        for n, r in enumerate(tape.recordings)
    ]
    return make_tape(tape.name, recordings, start_ns=tape.start_ns, end_ns=tape.end_ns)


def in_base(tape: Tape) -> Tape:
    """Every other venue of a tape keeps part of what is bought."""
    recordings = [
        replace(r, instrument=msgspec.structs.replace(r.instrument, fee_in=FeeIn.RECEIVED))
        if n % 2
        else r
        for n, r in enumerate(tape.recordings)
    ]
    return make_tape(tape.name, recordings, start_ns=tape.start_ns, end_ns=tape.end_ns)


@pytest.mark.parametrize("name", ["btc-20240808-3", "btc-20240808-6", "btc-20260216-2"])
def test_on_the_beginning_of_a_recorded_tape(tmp_path: Path, name: str) -> None:
    tape = first_seconds(read_tape(shared_tape(name)), 60)
    prove(tape, tmp_path, horizon_s=40, quantity="20", kernels=True)
