"""`fathom paper` as a user runs it: it ends by itself, by the clock, or by Ctrl-C at any moment."""

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from router.journal.sqlite import GROUPED, open_journal
from tests.cli.command import ROOT, Done, arguments, config_in, fathom, order_in
from tests.oracle.check_report import check_report

PATIENCE_S = 60.0


def short_market(folder: Path, seconds: int) -> Path:
    """Return a config whose embedded market lasts so long."""
    return config_in(folder, change=("duration_s = 45", f"duration_s = {seconds}"))


def begins(*words: object) -> subprocess.Popen[str]:
    """Start fathom and leave it running."""
    return subprocess.Popen(
        arguments(*words),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def wait_for(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


def interrupted(running: subprocess.Popen[str]) -> Done:
    """Press Ctrl-C and return what came of it."""
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE_S)
    return Done(running.returncode, out, err)


def only_logs(err: str) -> None:
    """Check that stderr holds log lines, one JSON object each, and nothing else."""
    for line in err.splitlines():
        assert json.loads(line)["level"] in {"debug", "info", "warning"}, line


def proves_itself(out: Path, done: Done) -> None:
    """Check that journal, files and report tell one story."""
    journal = open_journal(out / "journal.db", GROUPED)
    kinds = [row.kind for row in journal.rows()]
    journal.close()
    assert kinds[0] == "run_opened"
    assert json.loads((out / "report.json").read_text()) == done.report
    audit = check_report(out)
    assert audit.passed, str(audit)
    fills = [json.loads(line) for line in (out / "fills.jsonl").read_text().splitlines()]
    told = sum(Decimal(parent["filled"]) for parent in done.report["parents"])
    assert sum((Decimal(fill["quantity"]) for fill in fills), Decimal(0)) == told


def test_it_ends_by_itself_when_the_parent_is_done(tmp_path: Path) -> None:
    config, out = short_market(tmp_path, 10), tmp_path / "out"
    order = order_in(tmp_path, horizon_s=2)
    done = fathom("paper", "--config", config, "--order", order, "--out", out, "--json")
    assert done.code == 0
    only_logs(done.err)
    assert (done.parent["state"], done.parent["filled"]) == ("done", "5")
    proves_itself(out, done)


def test_it_stops_after_the_time_it_was_given(tmp_path: Path) -> None:
    config, out = short_market(tmp_path, 20), tmp_path / "out"
    order = order_in(tmp_path, horizon_s=15)
    done = fathom("paper", "--config", config, "--order", order, "--for", 2, "--out", out, "--json")
    assert done.code == 1
    only_logs(done.err)
    assert done.parent["state"] == "cancelled"
    assert Decimal(0) < Decimal(done.parent["filled"]) < 5
    proves_itself(out, done)


def test_ctrl_c_winds_down_and_tells_the_truth(tmp_path: Path) -> None:
    config, out = short_market(tmp_path, 30), tmp_path / "out"
    order = order_in(tmp_path, horizon_s=25)
    running = begins("paper", "--config", config, "--order", order, "--out", out, "--json")
    journal = out / "journal.db-wal"
    wait_for(lambda: journal.exists() and journal.stat().st_size > 20_000)
    done = interrupted(running)
    assert done.code == 130
    only_logs(done.err)
    assert done.parent["state"] == "cancelled"
    proves_itself(out, done)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc to see what loads")
@pytest.mark.parametrize("library", ["numpy", "llvmlite"])
def test_ctrl_c_while_it_loads_is_130_and_no_traceback(tmp_path: Path, library: str) -> None:
    config = short_market(tmp_path, 30)
    running = begins("paper", "--config", config, "--order", order_in(tmp_path), "--json")
    loaded = Path(f"/proc/{running.pid}/maps")
    wait_for(lambda: library in loaded.read_text())
    done = interrupted(running)
    assert done.code == 130
    assert "Traceback" not in done.err


def test_ctrl_c_leaves_a_clean_terminal(tmp_path: Path) -> None:
    config, order = short_market(tmp_path, 30), order_in(tmp_path, horizon_s=25)
    master, slave = pty.openpty()
    running = subprocess.Popen(
        arguments("paper", "--config", config, "--order", order),
        cwd=ROOT,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"},
    )
    os.close(slave)
    shown = b""
    while b"BTC/USDT" not in shown:  # progress is drawn
        shown += os.read(master, 65_536)
    running.send_signal(signal.SIGINT)
    while True:
        try:
            more = os.read(master, 65_536)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        shown += more
    os.close(master)
    assert running.wait(PATIENCE_S) == 130
    assert shown.rfind(b"\x1b[?25h") > shown.rfind(b"\x1b[?25l")  # the cursor is back
    assert b"Traceback" not in shown
    assert b"cancelled" in shown
