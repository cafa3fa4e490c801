"""How many market events a second does a replay play while a parent is being worked?

Everything is on: both books of every instrument (the venue's in exchange time, ours in local time),
matcher, fees, latency, engine, plans with their counterfactuals, and the SQLite journal. Compiling
and reading files are not in the measured time, and rows nobody applies are not counted.
"""

import gc
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.looping import looped
from benchmarks.stages import Stages, stopwatches
from router.app.assembly import assemble, use_kernels
from router.app.output import report_of
from router.app.replaying import play
from router.journal.sqlite import GROUPED, open_journal
from router.reports.summary import Report
from router.settings.fields import Settings
from router.settings.reader import default_config, read_settings
from strategies.spec import ParentSpec, TwapParams
from venues.model.ids import ParentId
from venues.model.market import BID
from venues.model.order import Side
from venues.paper.market import RecordedMarket
from venues.paper.played import QueueModel
from venues.ports import RANK_SCREEN
from venues.synthetic.market import synthetic_tape
from venues.tape.reader import read_tape
from venues.tape.recording import Tape

LEAST_EVENTS: Final = 20_000_000
RECORDED: Final = "btc-20240808-3"
SLICE_QUANTITY: Final = Decimal("0.5")
CROSSING: Final = "0"
PASSIVE: Final = "0.6"
ROUNDS: Final = 3
_S_NS: Final = 1_000_000_000
TAPES_BESIDE: Final = Path(__file__).resolve().parents[2] / "shared" / "tapes"


class Worked(msgspec.Struct, frozen=True, kw_only=True):
    """One parent over the whole tape, in slices of 0.5 BTC.

    `us_a_slice`: what a slice costs beside playing the market. `stages`: shares of the time, from a
    further run with stopwatches on.
    """

    slice_s: int
    passive_fraction: str
    slices: int
    market_events: int
    seconds: tuple[float, ...]
    events_per_s: int  # median of the rounds
    best_events_per_s: int
    events_per_cpu_s: int  # what a machine of our own would give
    us_a_slice: float
    filled: str
    children: int
    journal_rows: int
    digest: str
    stages: dict[str, float]


class Replayed(msgspec.Struct, frozen=True, tag="replay", kw_only=True):
    """Throughput of the view side: `market_events` are the rows and prints our view applied.

    A venue's book applies its rows once more when an order gets there; that work is in the time and
    not in the count.
    """

    tape: str
    instruments: int
    loop_s: float
    prepare_s: float
    alone_events_per_s: int  # the same tape with no parent: the books alone, both sides
    parents: tuple[Worked, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    seconds: float
    cpu_s: float
    report: Report
    journal_rows: int


def measure(folder: Path | None) -> Replayed:
    """Return the throughput on the tape in `folder`, on a recorded one beside us, or synthetic."""
    settings = read_settings(default_config())
    short = tape_of(folder)
    began = time.perf_counter()
    tape = looped(short, LEAST_EVENTS)
    loop_s = time.perf_counter() - began
    for fraction in (CROSSING, PASSIVE):  # compiles and loads whatever a run needs
        _run(short, settings, twap(short, 5, fraction))
    cases = ((5, CROSSING), (60, CROSSING), (5, PASSIVE))
    alone: list[float] = []
    runs: list[list[_Run]] = [[] for _ in cases]
    began = time.perf_counter()
    _market(tape, settings)
    prepare_s = time.perf_counter() - began
    for _ in range(ROUNDS):
        alone.append(_alone(tape, settings))
        for (slice_s, fraction), done in zip(cases, runs, strict=True):
            done.append(_run(tape, settings, twap(tape, slice_s, fraction)))
    alone_s = statistics.median(alone)
    worked = []
    for (slice_s, fraction), done in zip(cases, runs, strict=True):
        spec = twap(tape, slice_s, fraction)
        with stopwatches() as stages:
            _run(tape, settings, spec)
        worked.append(_worked(spec, done, alone_s, stages))
    return Replayed(
        tape=tape.name,
        instruments=len(tape.instruments),
        loop_s=round(loop_s, 3),
        prepare_s=round(prepare_s, 3),
        alone_events_per_s=round(runs[0][0].report.market_events / alone_s),
        parents=tuple(worked),
    )


def tape_of(folder: Path | None) -> Tape:
    """Return the tape to loop; without a folder a recorded one if there is one, else invented."""
    if folder is not None:
        return read_tape(folder)
    beside = Path(os.environ.get("FATHOM_TAPES", TAPES_BESIDE)) / RECORDED
    if (beside / "tape.toml").exists():
        return read_tape(beside)
    return synthetic_tape(seed=1, duration_ns=60 * _S_NS, start_ns=_S_NS)


def twap(tape: Tape, slice_s: int, fraction: str) -> ParentSpec:
    """Return a parent over all of `tape` but its last seconds."""
    slices = max((tape.end_ns - tape.start_ns - 10 * _S_NS) // (slice_s * _S_NS), 1)
    return ParentSpec(
        id=ParentId(f"twap-{slice_s}-{fraction}"),
        symbol=tape.instruments[0].symbol,
        side=Side.BUY,
        quantity=slices * SLICE_QUANTITY,
        params=TwapParams(
            horizon_s=slices * slice_s, slices=slices, passive_fraction=Decimal(fraction)
        ),
    )


def _run(tape: Tape, settings: Settings, spec: ParentSpec) -> _Run:
    """Play `tape` with one parent; only the playing is timed."""
    with tempfile.TemporaryDirectory(prefix="fathom-bench-") as folder:
        journal = open_journal(Path(folder, "journal.db"), GROUPED)
        try:
            paper = assemble(tape, settings, [spec], seed=1, kernels=use_kernels(), journal=journal)
            gc.collect()
            began, cpu_began = time.perf_counter(), time.process_time()
            play(paper, [spec])
            cpu_s = time.process_time() - cpu_began
            seconds = time.perf_counter() - began
            return _Run(seconds, cpu_s, report_of(paper, 0), journal.committed().seq)
        finally:
            journal.close()


def slices_of(spec: ParentSpec) -> int:
    """Return into how many slices a TWAP is cut."""
    assert isinstance(spec.params, TwapParams)
    return spec.params.slices


def replay_seconds(tape: Tape, settings: Settings, spec: ParentSpec) -> tuple[float, int]:
    """Return the CPU seconds a replay of `tape` with one parent takes, and its market events."""
    done = _run(tape, settings, spec)
    return done.cpu_s, done.report.market_events


def _market(tape: Tape, settings: Settings) -> RecordedMarket:
    return RecordedMarket(
        tape,
        kernels=use_kernels(),
        queue=QueueModel.PESSIMISTIC,
        stale_after_ns=settings.run.stale_after_ns,
    )


def _alone(tape: Tape, settings: Settings) -> float:
    """Return the seconds the books alone take."""
    market = _market(tape, settings)
    began = time.perf_counter()
    market.advance(tape.end_ns + 1, RANK_SCREEN)
    for i in range(len(tape.instruments)):
        market.matcher.would_cross(i, BID, 1)  # a venue's book is told what it is owed when asked
    return time.perf_counter() - began


def _worked(spec: ParentSpec, runs: Sequence[_Run], alone_s: float, stages: Stages) -> Worked:
    assert isinstance(spec.params, TwapParams)
    seconds = [run.seconds for run in runs]
    report = runs[0].report
    parent = report.parents[0]
    middle = statistics.median(seconds)
    total = sum(stages.seconds.values())
    return Worked(
        slice_s=spec.params.horizon_s // spec.params.slices,
        passive_fraction=str(spec.params.passive_fraction),
        slices=spec.params.slices,
        market_events=report.market_events,
        seconds=tuple(round(s, 3) for s in seconds),
        events_per_s=round(report.market_events / middle),
        best_events_per_s=round(report.market_events / min(seconds)),
        events_per_cpu_s=round(report.market_events / min(run.cpu_s for run in runs)),
        us_a_slice=round((middle - alone_s) / spec.params.slices * 1e6, 1),
        filled=f"{parent.filled} of {parent.quantity}",
        children=parent.children,
        journal_rows=runs[0].journal_rows,
        digest=report.digest,
        stages={
            stage: round(spent / total, 4)
            for stage, spent in sorted(stages.seconds.items(), key=lambda kv: -kv[1])
        },
    )


def told(result: Replayed) -> str:
    """Return the result for a reader."""
    head = (
        f"{result.tape}, {result.instruments} instruments; looped in {result.loop_s} s and laid"
        f" out in {result.prepare_s} s, neither counted\n"
        f"books alone, both sides applied: {_millions(result.alone_events_per_s)} events/s"
    )
    return "\n".join([head, *(_told(parent) for parent in result.parents)])


def _told(parent: Worked) -> str:
    passive = "" if parent.passive_fraction == CROSSING else f", {PASSIVE} of each passive"
    stages = ", ".join(f"{stage} {share:.1%}" for stage, share in parent.stages.items())
    return (
        f"TWAP, {SLICE_QUANTITY} every {parent.slice_s} s{passive}:"
        f" {_millions(parent.events_per_s)} events/s"
        f" (best round {_millions(parent.best_events_per_s)},"
        f" per CPU second {_millions(parent.events_per_cpu_s)});"
        f" {parent.market_events:,} events, {parent.slices} slices of {parent.us_a_slice:.0f} us,"
        f" {parent.children} children, filled {parent.filled},"
        f" {parent.journal_rows:,} journal rows\n  {stages}"
    )


def _millions(rate: float) -> str:
    return f"{rate / 1e6:.1f} M"
