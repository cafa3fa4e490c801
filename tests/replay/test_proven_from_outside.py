"""Promise 8: does an oracle that knows nothing of us reproduce every fill of a replay?"""

from pathlib import Path

import pytest

from router.journal.sqlite import GROUPED, open_journal
from tests.oracle.check_report import check_report
from tests.oracle.re_execute import check
from tests.replay.cuts import first_seconds
from tests.replay.runs import SECOND, replayed, several_parents
from tests.shared_tapes import shared_tape
from venues.synthetic.market import synthetic_tape
from venues.tape.reader import read_tape
from venues.tape.recording import Tape
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


@pytest.mark.parametrize("name", ["btc-20240808-3", "btc-20240808-6", "btc-20260216-2"])
def test_on_the_beginning_of_a_recorded_tape(tmp_path: Path, name: str) -> None:
    tape = first_seconds(read_tape(shared_tape(name)), 60)
    prove(tape, tmp_path, horizon_s=40, quantity="20", kernels=True)
