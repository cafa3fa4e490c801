"""`fathom replay` as a user runs it: what it prints, what it writes, how it ends."""

import json
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from router.journal.sqlite import GROUPED, open_journal
from tests.cli.command import (
    ROOT,
    SECOND,
    Done,
    arguments,
    config_in,
    fathom,
    inside,
    order_in,
    tape_in,
)
from tests.oracle.check_report import check_report
from tests.oracle.re_execute import check
from venues.synthetic.market import synthetic_tape
from venues.tape.writer import write_tape


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small tape."""
    return tape_in(tmp_path_factory.mktemp("tape"))


@pytest.fixture(scope="module")
def run(tape: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    """Return a good run and the folder it wrote."""
    folder = tmp_path_factory.mktemp("run")
    out = folder / "out"
    done = fathom("replay", "--tape", tape, "--order", order_in(folder), "--out", out, "--json")
    return done, out


def test_a_finished_parent_is_one_document_and_exit_code_0(run: tuple[Done, Path]) -> None:
    done, _ = run
    assert (done.code, done.err) == (0, "")
    assert done.report["version"] == 1
    assert (done.parent["state"], done.parent["filled"]) == ("done", "5")
    parts = [Decimal(venue["filled"]) for venue in done.parent["venues"].values()]
    assert sum(parts) == 5


def test_what_is_written_is_what_is_printed_and_adds_up(run: tuple[Done, Path]) -> None:
    done, out = run
    assert json.loads((out / "report.json").read_text()) == done.report
    fills = [json.loads(line) for line in (out / "fills.jsonl").read_text().splitlines()]
    assert sum(Decimal(fill["quantity"]) for fill in fills) == 5
    audit = check_report(out)
    assert audit.passed, str(audit)
    plans = (out / "plans.jsonl").read_text().splitlines()
    assert {json.loads(line)["parent"] for line in plans} == {"order"}


def test_the_run_is_reproduced_from_the_raw_tape(run: tuple[Done, Path], tape: Path) -> None:
    verdict = check(tape, run[1])
    assert verdict.passed, str(verdict)
    assert verdict.counts["taker_fills"] > 0


def test_the_journal_it_leaves_proves_itself(run: tuple[Done, Path]) -> None:
    journal = open_journal(run[1] / "journal.db", GROUPED)
    kinds = [row.kind for row in journal.rows()]
    journal.close()
    assert kinds[0] == "run_opened"
    assert kinds[-1] == "parent_moved"


def test_a_folder_that_holds_a_run_is_not_touched(run: tuple[Done, Path], tape: Path) -> None:
    _, out = run
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    again = inside(
        "replay", "--tape", tape, "--order", order_in(out.parent), "--out", out, "--json"
    )
    assert again.code == 2
    again.is_one_line_that_says("holds a run already", "--out")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_parent_that_did_not_finish_is_exit_code_1(tape: Path, tmp_path: Path) -> None:
    order = order_in(tmp_path, limit='limit_price = "1990"')
    done = inside("replay", "--tape", tape, "--order", order, "--json")
    assert (done.code, done.err) == (1, "")
    assert done.parent["state"] == "expired"
    assert "no depth within the limit" in done.parent["reason"]


def test_a_parent_refused_by_risk_is_exit_code_3(tape: Path, tmp_path: Path) -> None:
    config = config_in(
        tmp_path,
        change=('max_parent_notional = "100000000"', 'max_parent_notional = "1000"'),
    )
    done = inside(
        "replay", "--tape", tape, "--order", order_in(tmp_path), "--config", config, "--json"
    )
    assert (done.code, done.err) == (3, "")
    assert (done.parent["state"], done.parent["children"]) == ("failed", 0)
    assert "max_parent_notional" in done.parent["reason"]


def test_of_two_parents_the_graver_end_is_the_exit_code(tape: Path, tmp_path: Path) -> None:
    good = order_in(tmp_path, "good")
    bad = order_in(tmp_path, "bad", limit='limit_price = "1990"')
    done = inside("replay", "--tape", tape, "--order", good, "--order", bad, "--json")
    assert done.code == 1
    assert [parent["state"] for parent in done.report["parents"]] == ["done", "expired"]


def test_a_person_gets_a_table(tape: Path, tmp_path: Path) -> None:
    done = inside("replay", "--tape", tape, "--order", order_in(tmp_path))
    assert (done.code, done.err) == (0, "")
    assert "order: buy 5 BTC/USDT done" in done.out
    assert "shortfall" in done.out
    assert "\x1b" not in done.out  # no colours into a pipe


def test_a_reader_who_leaves_early_is_no_error(tape: Path, tmp_path: Path) -> None:
    words = arguments("replay", "--tape", tape, "--order", order_in(tmp_path), "--json")
    command = " ".join(words)
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "{\n"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("book", ("fir-BTC_USDT.book.parquet",)),
        ("toml", ("tape.toml", "tick_size")),
        ("folder", ("tape.toml",)),
    ],
)
def test_a_malformed_tape_is_one_line_and_exit_code_2(
    tmp_path: Path, file: str, words: tuple[str, ...]
) -> None:
    folder = tape_in(tmp_path)
    match file:
        case "book":
            book = folder / "fir-BTC_USDT.book.parquet"
            book.write_bytes(book.read_bytes()[:-100])
        case "toml":
            terms = folder / "tape.toml"
            terms.write_text(terms.read_text().replace("tick_size", "tack_size", 1))
        case _:
            (folder / "tape.toml").unlink()
    done = inside("replay", "--tape", folder, "--order", order_in(tmp_path), "--json")
    assert done.code == 2
    done.is_one_line_that_says(*words)


def test_an_unknown_symbol_is_one_line_that_names_the_known_ones(
    tape: Path, tmp_path: Path
) -> None:
    order = order_in(tmp_path, symbol="ETH/USDT")
    done = inside("replay", "--tape", tape, "--order", order, "--json")
    assert done.code == 2
    done.is_one_line_that_says("order.toml", "symbol", "ETH/USDT", "BTC/USDT")


def test_one_id_with_two_contents_is_refused(tape: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    one, other = order_in(tmp_path), order_in(tmp_path / "other", quantity="6")
    done = inside("replay", "--tape", tape, "--order", one, "--order", other, "--json")
    assert done.code == 2
    done.is_one_line_that_says("id", "order", "other content")


def test_nothing_is_written_when_the_input_is_bad(tape: Path, tmp_path: Path) -> None:
    order = order_in(tmp_path, quantity="-5")
    done = inside("replay", "--tape", tape, "--order", order, "--out", tmp_path / "out")
    assert done.code == 2
    done.is_one_line_that_says("quantity", "-5")
    assert not (tmp_path / "out").exists()


def test_two_tapes_are_one_market_and_the_same_venue_twice_is_refused(
    tape: Path, tmp_path: Path
) -> None:
    other = synthetic_tape(seed=1, duration_ns=10 * SECOND, start_ns=SECOND)
    write_tape(other, tmp_path / "other")
    order = order_in(tmp_path, horizon_s=5)
    twice = inside("replay", "--tape", tape, "--tape", tape, "--order", order, "--json")
    assert twice.code == 2
    twice.is_one_line_that_says("recorded twice")
    both = inside(
        "replay", "--tape", tape, "--tape", tmp_path / "other", "--order", order, "--json"
    )
    assert both.err == ""
    assert both.report["market_events"] > 0
