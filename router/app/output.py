"""What a run leaves behind: report.json, plans.jsonl, fills.jsonl and orders.jsonl in a folder."""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from router.app.assembly import Paper
from router.reports.lines import fill_lines, order_lines, plan_lines
from router.reports.summary import Report, summarise
from venues.errors import InputError

JOURNAL = "journal.db"


def report_of(paper: Paper, elapsed_ns: int) -> Report:
    """Return the report of a run as it stands; `elapsed_ns` of real time."""
    state = paper.desk.engine.core.state
    return Report(
        version=1,
        digest=state.digest.hexdigest(),
        elapsed_s=elapsed_ns // 1_000_000 / 1000,
        market_events=paper.market.market_events,
        parents=tuple(summarise(p, paper.follower) for p in state.parents.values()),
    )


def fresh_folder(out: Path) -> Path:
    """Make `out`; InputError when it holds a run already: nothing is ever overwritten."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot be made: {error.strerror}; name another --out") from error
    if (out / JOURNAL).exists():
        raise InputError(f"{out}: holds a run already; name another --out or remove it")
    return out


def write_run(out: Path, paper: Paper, report: Report) -> None:
    """Write everything but the journal, which has been written all along."""
    _write(out / "report.json", [msgspec.json.format(msgspec.json.encode(report))])
    _write(out / "plans.jsonl", plan_lines(paper.follower))
    _write(out / "fills.jsonl", fill_lines(paper.follower))
    _write(out / "orders.jsonl", order_lines(paper.follower))


def _write(path: Path, lines: Iterable[bytes]) -> None:
    """Write `path` whole or not at all."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        for line in lines:
            file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
