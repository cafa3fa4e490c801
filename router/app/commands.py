"""What the commands `replay` and `paper` do: run, print for a person or a program, name the exit code."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from router.app.interrupts import Remembered
from router.app.orders import read_orders
from router.app.own_strategies import load_own
from router.app.papering import Interrupted, PaperJob, paper_run
from router.app.replaying import replay_run
from router.app.session import embedded_tape
from router.exit_codes import ExitCode, gravest
from router.orders.parent import ParentState
from router.reports.render import report_tables
from router.reports.summary import ParentSummary, Report
from router.resources import examples_folder
from router.settings.reader import default_config, read_settings
from router.terminal import say


def run_replay(
    *,
    tapes: Sequence[Path],
    orders: Sequence[Path],
    config: Path | None,
    seed: int | None,
    out: Path | None,
    as_json: bool,
) -> ExitCode:
    """Replay tapes, print the report, and return the exit code."""
    with Remembered():
        report = replay_run(tapes=tapes, orders=orders, config=config, seed=seed, out=out)
    _print(report, as_json=as_json)
    return _verdict(report)


def run_paper(
    *,
    config: Path | None,
    orders: Sequence[Path],
    for_s: int | None,
    out: Path | None,
    as_json: bool,
) -> ExitCode:
    """Run the embedded market, show progress, print the report, and return the exit code."""
    file = config or default_config()
    settings = read_settings(file)
    own = load_own(settings, file.parent)
    tape = embedded_tape(settings)
    files = orders or [examples_folder() / "demo.toml"]
    specs = read_orders(files, tape.instruments, settings, own)
    screen = None if as_json or not sys.stdout.isatty() else Console()
    try:
        job = PaperJob(
            settings=settings, specs=specs, tape=tape, for_s=for_s, screen=screen, own=own
        )
        report = paper_run(job, out)
    except Interrupted as stopped:
        _print(stopped.report, as_json=as_json)
        return ExitCode.INTERRUPTED
    _print(report, as_json=as_json)
    return _verdict(report)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        say(msgspec.json.format(msgspec.json.encode(report)).decode())
        return
    console = Console()
    with console.capture() as captured:
        console.print(report_tables(report))
    say(captured.get().rstrip("\n"))


def _verdict(report: Report) -> ExitCode:
    return gravest(_verdict_of(parent) for parent in report.parents)


def _verdict_of(parent: ParentSummary) -> ExitCode:
    if parent.state == ParentState.DONE.value:
        return ExitCode.DONE
    refused = parent.state == ParentState.FAILED.value and not parent.children
    return ExitCode.REFUSED if refused else ExitCode.UNFINISHED
