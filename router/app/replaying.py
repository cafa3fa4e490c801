"""`fathom replay`: recorded tapes and parent orders in virtual time, as fast as the machine goes."""

import gc
import tempfile
from collections.abc import Sequence
from pathlib import Path

from router.app.assembly import Paper, assemble, use_kernels
from router.app.orders import read_orders
from router.app.output import JOURNAL, fresh_folder, report_of, write_run
from router.app.own_strategies import Loaded, load_own
from router.engine.inputs import Input, SubmitParent
from router.journal.sqlite import GROUPED, open_journal
from router.reports.summary import Report
from router.runtime.clocks import WallClock
from router.runtime.replay import Replay
from router.settings.fields import Settings
from router.settings.reader import default_config, read_settings
from strategies.spec import ParentSpec
from venues.tape.reader import merge_tapes, read_tape
from venues.tape.recording import Tape


def read_tapes(folders: Sequence[Path]) -> Tape:
    """Return the tapes of `folders` as one; TapeError as the reader."""
    tapes = [read_tape(folder) for folder in folders]
    return tapes[0] if len(tapes) == 1 else merge_tapes(tapes)


def replay_run(
    *,
    tapes: Sequence[Path],
    orders: Sequence[Path],
    config: Path | None,
    seed: int | None,
    out: Path | None,
) -> Report:
    """Replay, write the run to `out` if given, and return its report.

    Raises InputError for anything wrong with the input, before anything is written.
    """
    settings = read_settings(config or default_config())
    tape = read_tapes(tapes)
    own = load_own(settings, (config or default_config()).parent)
    specs = read_orders(orders, tape.instruments, settings, own)
    chosen = settings.run.seed if seed is None else seed
    if out is not None:
        kept = fresh_folder(out)
        return _replay(tape, settings, specs, own, seed=chosen, folder=kept, keep=True)
    with tempfile.TemporaryDirectory(prefix="fathom-") as folder:
        return _replay(tape, settings, specs, own, seed=chosen, folder=Path(folder), keep=False)


def _replay(
    tape: Tape,
    settings: Settings,
    specs: Sequence[ParentSpec],
    own: Loaded,
    *,
    seed: int,
    folder: Path,
    keep: bool,
) -> Report:
    journal = open_journal(folder / JOURNAL, GROUPED)
    try:
        paper = assemble(
            tape, settings, specs, seed=seed, kernels=use_kernels(), journal=journal, own=own
        )
        clock = WallClock()
        began_ns = clock.now_ns()
        play(paper, specs)
        report = report_of(paper, clock.now_ns() - began_ns)
    finally:
        journal.close()
    if keep:
        write_run(folder, paper, report)
    return report


def play(
    paper: Paper, specs: Sequence[ParentSpec], script: Sequence[tuple[int, Input]] = ()
) -> None:
    """Drive `paper` through its whole tape with `specs` submitted at its start.

    `script`: pauses, amendments and the like at their times, (ns of the tape, input), rising.
    """
    start_ns = paper.tape.start_ns
    paper.desk.write([paper.opening], start_ns, start_ns)
    replay = Replay(paper.desk, paper.market, paper.venues, start_ns, script)
    # What is loaded by now outlives the run, and so does nearly all that the run makes: the collector
    # need not look through it again and again.
    often = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, *often[1:])
    try:
        for spec in specs:
            replay.put(SubmitParent(spec))
        replay.run()
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()
