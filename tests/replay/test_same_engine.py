"""Promise 6: is it the same engine, whatever drives it and however its books are kept?"""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from router.engine.inputs import AmendParent, Input, PauseParent, ResumeParent
from router.reports.summary import Report
from strategies.spec import OwnParams
from tests.replay.cuts import first_seconds
from tests.replay.runs import SECOND, lived, replayed, several_parents
from tests.shared_tapes import shared_tape
from venues.model.ids import ParentId
from venues.synthetic.market import synthetic_tape
from venues.tape.reader import read_tape
from venues.tape.recording import Tape
from venues.tape.writer import write_tape

ROOT = Path(__file__).parents[2]
LASTS_S = 12
SPECS = several_parents(horizon_s=LASTS_S - 4, quantity="30")
# What happens on the synthetic tape below; a change here is a change of behaviour: say it in CHANGELOG.
GOLDEN = "f7b05799c4172847"

ORDER = """
[order]
id = "twap"
symbol = "BTC/USDT"
side = "buy"
quantity = "20"
kind = "twap"
limit_bps = "50"

[order.twap]
horizon_s = 8
slices = 6
size_jitter = "0.3"
time_jitter = "0.4"
passive_fraction = "0.5"
"""


def synthetic() -> Tape:
    """Return twelve seconds of the embedded market."""
    return synthetic_tape(seed=3, duration_ns=LASTS_S * SECOND, start_ns=SECOND)


def told(out: Path) -> dict[str, bytes]:
    """Return every file of a run but the journal."""
    return {
        path.name: path.read_bytes() for path in sorted(out.iterdir()) if "journal" not in path.name
    }


def whole(report: Report) -> Report:
    """Return a report without the time it took."""
    return msgspec.structs.replace(report, elapsed_s=0.0)


def test_two_runs_are_the_same_to_the_byte(tmp_path: Path) -> None:
    tape = synthetic()
    one = replayed(tape, SPECS, tmp_path / "one", kernels=False)
    two = replayed(tape, SPECS, tmp_path / "two", kernels=False)
    assert whole(one) == whole(two)
    assert told(tmp_path / "one") == told(tmp_path / "two")
    assert [parent.state for parent in one.parents] == ["done"] * 3


def test_kernels_and_plain_python_are_the_same_to_the_byte(tmp_path: Path) -> None:
    tape = synthetic()
    fast = replayed(tape, SPECS, tmp_path / "fast", kernels=True)
    plain = replayed(tape, SPECS, tmp_path / "plain", kernels=False)
    assert whole(fast) == whole(plain)
    assert told(tmp_path / "fast") == told(tmp_path / "plain")


@pytest.mark.parametrize("kernels", [False, True], ids=["plain", "kernels"])
def test_the_live_loop_and_the_replay_are_the_same_to_the_byte(
    tmp_path: Path, *, kernels: bool
) -> None:
    tape = synthetic()
    live = lived(tape, SPECS, tmp_path / "live", kernels=kernels)
    replay = replayed(tape, SPECS, tmp_path / "replay", kernels=kernels)
    assert whole(live) == whole(replay)
    assert told(tmp_path / "live") == told(tmp_path / "replay")


def test_live_and_replay_end_alike_when_the_tape_ends_under_a_parent(tmp_path: Path) -> None:
    tape = synthetic()
    resting = several_parents(horizon_s=100, quantity="30")
    live = lived(tape, resting, tmp_path / "live", kernels=False)
    replay = replayed(tape, resting, tmp_path / "replay", kernels=False)
    assert whole(live) == whole(replay)
    assert told(tmp_path / "live") == told(tmp_path / "replay")


def test_the_seed_of_the_run_changes_it(tmp_path: Path) -> None:
    tape = synthetic()
    one = replayed(tape, SPECS, tmp_path / "one", kernels=False)
    other = replayed(tape, SPECS, tmp_path / "other", kernels=False, seed=2)
    assert one.digest != other.digest


def test_an_order_changes_it(tmp_path: Path) -> None:
    tape = synthetic()
    one = replayed(tape, SPECS, tmp_path / "one", kernels=False)
    other = replayed(tape, SPECS[:2], tmp_path / "other", kernels=False)
    assert one.digest != other.digest


def test_the_golden_run_is_what_it_was(tmp_path: Path) -> None:
    assert replayed(synthetic(), SPECS, tmp_path / "out", kernels=False).digest[:16] == GOLDEN


def test_the_seed_of_hashing_changes_nothing(tmp_path: Path) -> None:
    write_tape(synthetic(), tmp_path / "tape")
    order = tmp_path / "order.toml"
    order.write_text(ORDER)
    runs = []
    for hash_seed in ("0", "4711"):
        command = ["replay", "--tape", str(tmp_path / "tape"), "--order", str(order), "--json"]
        done = subprocess.run(
            [sys.executable, "-m", "router", *command],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        runs.append({**json.loads(done.stdout), "elapsed_s": None})
    assert runs[0] == runs[1]


def test_on_a_recorded_tape_live_replay_kernels_and_plain_are_the_same(tmp_path: Path) -> None:
    tape = first_seconds(read_tape(shared_tape("btc-20240808-3")), 40)
    specs = several_parents(horizon_s=30, quantity="20")
    runs = {
        "live": lived(tape, specs, tmp_path / "live", kernels=True),
        "replay": replayed(tape, specs, tmp_path / "replay", kernels=True),
        "plain": replayed(tape, specs, tmp_path / "plain", kernels=False),
    }
    assert whole(runs["live"]) == whole(runs["replay"]) == whole(runs["plain"])
    assert told(tmp_path / "live") == told(tmp_path / "replay") == told(tmp_path / "plain")
    assert [parent.filled for parent in runs["live"].parents] == ["20", "2", "10"]


def test_pauses_and_amendments_are_the_same_live_and_replayed(tmp_path: Path) -> None:
    tape = synthetic()
    begin_ns = tape.start_ns
    script: list[tuple[int, Input]] = [
        (begin_ns + 1_500_000_000, AmendParent(parent_id=ParentId("twap"), quantity=Decimal(45))),
        (begin_ns + 2_000_000_000, PauseParent(ParentId("rest"))),
        (begin_ns + 2_000_000_000, PauseParent(ParentId("twap"))),
        (begin_ns + 2_000_000_001, AmendParent(parent_id=ParentId("rest"), quantity=Decimal(2))),
        (begin_ns + 3_200_000_000, ResumeParent(ParentId("twap"))),
        (begin_ns + 4_000_000_000, ResumeParent(ParentId("rest"))),
        (begin_ns + 5_000_000_000, AmendParent(parent_id=ParentId("twap"), horizon_s=9)),
        (begin_ns + 60_000_000_000, PauseParent(ParentId("twap"))),  # long after all is over
    ]
    runs = [
        run(tape, SPECS, tmp_path / run.__name__, kernels=False, script=script)
        for run in (replayed, lived)
    ]
    assert whole(runs[0]) == whole(runs[1])
    assert told(tmp_path / "replayed") == told(tmp_path / "lived")
    assert [(p.id, p.filled, p.state) for p in runs[0].parents] == [
        ("twap", "45", "done"),
        ("rest", "3", "done"),  # it had traded before it was told to stop at 2
        ("take", "15", "done"),
    ]


def test_strategies_of_ones_own_are_the_same_live_and_in_replay(tmp_path: Path) -> None:
    folder = ROOT / "examples" / "strategies"
    config = f'\n[strategies]\nallow = ["dips", "patient"]\nfolder = "{folder}"\n'
    whole, params = (
        SPECS[0],
        ('{"dip_bps":"1","parts":4,"patience_s":8}', '{"rounds":2,"wait_s":3}'),
    )
    kinds = ("dips:BuyDips", "patient:post_then_take")
    specs = [
        msgspec.structs.replace(
            whole, id=ParentId(kind.split(":")[0]), params=OwnParams(strategy=kind, values=values)
        )
        for kind, values in zip(kinds, params, strict=True)
    ]
    tape = synthetic()
    replay = replayed(tape, specs, tmp_path / "replay", kernels=True, faults=config)
    live = lived(tape, specs, tmp_path / "live", kernels=False, faults=config)
    assert told(tmp_path / "replay") == told(tmp_path / "live")
    assert replay.digest == live.digest
    assert [parent.state for parent in replay.parents] == ["done"] * 2
