"""Promise 6 where routing learns: one market through both drivers, kernels or not, and a restart."""

import shutil
from pathlib import Path

import msgspec
import pytest

from router.app.assembly import Paper, assemble
from router.engine.engine import Engine
from router.engine.fold import decode
from router.engine.inputs import Recovered
from router.engine.learning import recall
from router.engine.records import Learned
from router.journal.sqlite import GROUPED, open_journal
from router.routing.plan import Plan
from router.runtime.recovery import recover
from router.settings.reader import default_config, read_settings
from tests.replay.runs import SECOND, lived, replayed, several_parents
from venues.books.layout import RINGS
from venues.synthetic.market import synthetic_tape
from venues.tape.recording import Tape

LASTS_S = 34
SPECS = several_parents(horizon_s=LASTS_S - 4, quantity="40")


@pytest.fixture(scope="module")
def tape() -> Tape:
    """Half a minute of the embedded market: enough for evidence."""
    return synthetic_tape(seed=11, duration_ns=LASTS_S * SECOND, start_ns=SECOND)


class Line(msgspec.Struct):
    plan: Plan | None = None  # None: a line about a place to rest


def plans(out: Path) -> list[Plan]:
    lines = (out / "plans.jsonl").read_bytes().splitlines()
    told = [msgspec.json.decode(line, type=Line).plan for line in lines]
    return [plan for plan in told if plan is not None]


def written_down(out: Path) -> list[Learned]:
    """Return every note of a run on what it had learned."""
    journal = open_journal(out / "journal.db", GROUPED)
    try:
        records = [decode(r.seq, r.kind, r.body) for r in journal.rows() if r.kind == "learned"]
    finally:
        journal.close()
    return [record for record in records if isinstance(record, Learned)]


@pytest.fixture(scope="module")
def fast(tape: Tape, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where the replay by kernels was written to, and its digest."""
    out = tmp_path_factory.mktemp("learning") / "fast"
    return out, replayed(tape, SPECS, out, kernels=True).digest


def test_both_drivers_learn_the_same_and_decide_the_same(
    tape: Tape, fast: tuple[Path, str], tmp_path: Path
) -> None:
    out, digest = fast
    assert lived(tape, SPECS, tmp_path / "live", kernels=True).digest == digest
    assert (tmp_path / "live/plans.jsonl").read_bytes() == (out / "plans.jsonl").read_bytes()
    told = [arrival for plan in plans(out) for arrival in plan.arrivals]
    assert max(arrival.outcomes for arrival in told) >= 16, "there was something to go by"
    assert any(arrival.expected != arrival.displayed for arrival in told)


def test_without_kernels_the_same_is_learned(
    tape: Tape, fast: tuple[Path, str], tmp_path: Path
) -> None:
    out, digest = fast
    assert replayed(tape, SPECS, tmp_path / "plain", kernels=False).digest == digest
    assert plans(tmp_path / "plain") == plans(out)


def test_switched_off_nothing_is_learned(tape: Tape, tmp_path: Path) -> None:
    replayed(tape, SPECS, tmp_path / "off", kernels=True, learns=False)
    assert plans(tmp_path / "off")
    assert all(plan.arrivals == () for plan in plans(tmp_path / "off"))
    assert written_down(tmp_path / "off") == []


def test_what_was_written_down_is_known_after_a_restart(
    tape: Tape, fast: tuple[Path, str], tmp_path: Path
) -> None:
    notes = written_down(fast[0])
    assert len(notes) == len({(note.venue, note.symbol) for note in notes}) > 1
    shutil.copytree(fast[0], tmp_path / "again")
    journal = open_journal(tmp_path / "again" / "journal.db", GROUPED)
    try:
        paper: Paper = assemble(
            tape,
            read_settings(default_config()),
            SPECS,
            seed=1,
            kernels=True,
            journal=journal,
        )
        core = paper.desk.engine.core
        last_ns = recover(core, journal, paper.follower)
        Engine(core).step(Recovered(), last_ns)
    finally:
        journal.close()
    for note in notes:
        known = core.books.dump_outcomes(core.watching.book_of(note.venue, note.symbol))
        assert tuple(known[:RINGS].tolist()) == note.taken
        assert known[RINGS:].astype("<i8").tobytes() == note.kept


def test_what_was_written_down_before_sizes_were_is_learned_anew(
    tape: Tape, fast: tuple[Path, str], tmp_path: Path
) -> None:
    note = written_down(fast[0])[0]
    old = msgspec.structs.replace(note, kept=note.kept[: len(note.kept) // 2])
    journal = open_journal(tmp_path / "journal.db", GROUPED)
    try:
        settings = read_settings(default_config())
        paper = assemble(tape, settings, SPECS, seed=1, kernels=True, journal=journal)
    finally:
        journal.close()
    core = paper.desk.engine.core
    core.state.learned[note.venue, note.symbol] = old
    recall(core)
    book = core.watching.book_of(note.venue, note.symbol)
    assert not core.books.dump_outcomes(book).any()
    core.state.learned[note.venue, note.symbol] = note
    recall(core)
    assert core.books.dump_outcomes(book).any()
