"""Does `fathom record` keep what venues say, as a tape that replays?"""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import ROOT, arguments, fathom, inside

ORDER = """
[order]
id = "take"
symbol = "BTC/USDT"
side = "buy"
quantity = "0.01"
kind = "take"
"""


@pytest.fixture(scope="module")
def redirect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Serve two venues, and say how to get there."""
    folder = tmp_path_factory.mktemp("box")
    words = ("--venue", "binance", "--venue", "hyperliquid", "--for", 120, "--out", folder)
    command = arguments("sandbox", "--json", *words)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Path(json.loads(process.stdout.readline())["redirect"])
        finally:
            process.kill()


def test_what_two_venues_say_is_a_tape_that_replays(tmp_path: Path, redirect: Path) -> None:
    tape = tmp_path / "tape"
    done = fathom(
        *("record", "--book", "binance:BTC/USDT", "--book", "hyperliquid:BTC/USDC:USDC"),
        *("--for", 6, "--out", tape, "--redirect", redirect, "--json"),
    )
    assert done.code == 0, done.err
    books = json.loads(done.out)["books"]
    assert [book["venue"] for book in books] == ["binance", "hyperliquid"]
    assert all(book["messages"] > 1 for book in books)
    (tmp_path / "order.toml").write_text(ORDER)
    run = inside("replay", "--tape", tape, "--order", tmp_path / "order.toml", "--json")
    assert run.code == 0, run.err
    assert (run.parent["state"], run.parent["filled"]) == ("done", "0.01")


def test_ctrl_c_keeps_what_was_heard(tmp_path: Path, redirect: Path) -> None:
    tape = tmp_path / "tape"
    words = ("record", "--book", "binance:BTC/USDT", "--for", 60, "--out", tape)
    command = arguments(*words, "--redirect", redirect)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            time.sleep(6)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 130
        finally:
            process.kill()
    assert (tape / "tape.toml").exists()


@pytest.mark.parametrize(
    ("book", "words"),
    [
        ("binance", ("exchange:SYMBOL", "binance:BTC/USDT")),
        ("nowhere:BTC/USDT", ("nowhere", "binance")),
        ("kraken:BTC/USD", ("kraken", "binance_spot")),
        ("binance:NO/SUCH", ("does not list", "NO/SUCH")),
    ],
)
def test_a_book_nobody_knows_is_bad_input(
    tmp_path: Path, redirect: Path, book: str, words: tuple[str, ...]
) -> None:
    done = inside("record", "--book", book, "--out", tmp_path / "t", "--redirect", redirect)
    assert done.code == 2
    done.is_one_line_that_says(*words)


def test_a_venue_that_cannot_be_reached_is_no_tape(tmp_path: Path, redirect: Path) -> None:
    words = ("--book", "binanceusdm:BTC/USDT:USDT", "--out", tmp_path / "t")
    done = inside("record", *words, "--redirect", redirect)  # which does not serve it
    assert done.code == 4
    done.is_one_line_that_says("binanceusdm")


def test_a_folder_that_holds_a_tape_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tape.toml").write_text("")
    done = inside("record", "--book", "binance:BTC/USDT", "--out", tmp_path)
    assert done.code == 2
    done.is_one_line_that_says("holds a tape")
