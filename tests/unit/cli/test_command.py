"""What the command says and how it ends."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import router
from router.cli import run
from router.exit_codes import ExitCode, gravest
from router.terminal import Verdict
from venues.errors import RecoveryRefused, TapeError, VenueUnreachable

ROOT = Path(__file__).parents[3]
DEMO = str(ROOT / "examples" / "demo.toml")


def _fathom(*arguments: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python, "-m", "router", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_help_loads_nothing_heavy() -> None:
    done = _fathom("--help", python=("-X", "importtime"))
    assert done.returncode == 0
    assert "Usage: fathom" in done.stdout
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    heavy = {
        "numba",
        "llvmlite",
        "ccxt",
        "polars",
        "pydantic",
        "numpy",
        "msgspec",
        "rich",
        "aiohttp",
    }
    assert loaded & heavy == set()


def test_the_version_is_the_one_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert capsys.readouterr().out == f"fathom {project['version']}\n"
    assert project["version"] == router.__version__


def test_no_arguments_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "Usage: fathom" in capsys.readouterr().out


def test_an_order_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", DEMO]) == 0
    assert capsys.readouterr().out == (
        f"{DEMO}: order demo: buy 40 BTC/USDT, twap over 20 s in 10 slices, "
        "limit 50 bps from the arrival price; then oco of take_profit (rest at the primary peg, "
        "limit 60001) and stop (limit_stop on the mid of the market 8 bps behind the best price, "
        "at most 15 bps beyond), no limit but the collar\n"
    )


def test_a_config_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(ROOT / "config" / "paper.toml")]) == 0
    assert "paper.toml: config seed 1, collar 200 bps" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["chekc"],
        ["check"],
        ["check", "no-such-file.toml"],
        ["check", "one\ntwo\x1b[2J.toml"],
        ["replay"],
        ["paper", "--frob"],
        ["paper", "--for", "soon"],
        ["paper", "--for", "0"],
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == ExitCode.BAD_INPUT
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("fathom: ")
    assert said.err.count("\n") == 1
    assert said.err[:-1].isprintable()


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (TapeError("t: row 7: wrong"), 2, "fathom: t: row 7: wrong\n"),
        (VenueUnreachable("alpha is silent"), 4, "fathom: alpha is silent\n"),
        (RecoveryRefused("the chain breaks"), 5, "fathom: the chain breaks\n"),
        (KeyboardInterrupt(), 130, "fathom: interrupted\n"),
    ],
)
def test_each_fate_has_its_exit_code_and_one_line(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Verdict() as verdict:
        raise error
    assert verdict.code == code
    assert capsys.readouterr().err == line


def test_a_bug_of_ours_is_a_sentence_and_exit_code_70(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FATHOM_TRACEBACK", raising=False)
    with Verdict() as verdict:
        raise AssertionError("filled above quantity\nand more")
    assert verdict.code == ExitCode.BUG
    said = capsys.readouterr().err
    assert said.startswith("fathom: a bug of fathom, not yours: AssertionError at test_command.py:")
    assert said.count("\n") == 1


def test_the_traceback_of_a_bug_can_be_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FATHOM_TRACEBACK", "1")
    with Verdict() as verdict:
        raise AssertionError("filled above quantity")
    assert verdict.code == ExitCode.BUG
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_reader_who_leaves_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "router", "check", DEMO],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_help_into_a_closed_pipe_is_quiet() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "router", "--help"],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_gravest_of_several_codes_wins() -> None:
    order = [ExitCode(code) for code in (70, 5, 2, 4, 3, 1, 0)]
    for position, code in enumerate(order):
        assert gravest(reversed(order[position:])) is code
    assert gravest([]) is ExitCode.DONE
