"""`fathom route` as a trader and a script meet it: one plan per line, whatever the other lines are."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.route_files.questions import line, lines, question, venue

ROOT = Path(__file__).parents[2]
GOOD = question(
    venue("alpha", ("100", "0.4"), ("102", "5"), taker_fee="0.001"),
    venue("beta", ("101", "9"), taker_fee="0.0005"),
    venue("gamma"),
)
PLAN = {
    "id": "q",
    "legs": [
        {"venue": "alpha", "quantity": "0.4", "limit_price": "100"},
        {"venue": "beta", "quantity": "0.6", "limit_price": "101"},
    ],
    "unrouted": "0",
    "cost": "100.6703",
    "certified_gap": "0",
    "skipped": {"gamma": "no depth"},
}


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "router", "route", *arguments]


def _route(
    *arguments: str, stdin: bytes = b"", encoding: str = "utf-8"
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        _command(*arguments),
        cwd=ROOT,
        capture_output=True,
        check=False,
        input=stdin,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )


def _said(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    return [json.loads(text) for text in done.stdout.splitlines()]


def test_one_plan_per_line(tmp_path: Path) -> None:
    books = tmp_path / "books.jsonl"
    books.write_bytes(lines([GOOD, {**GOOD, "id": "again"}]))
    done = _route("--books", str(books), "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert _said(done) == [PLAN, {**PLAN, "id": "again"}]


def test_a_bad_line_is_told_in_its_place_and_the_others_are_routed(tmp_path: Path) -> None:
    books = tmp_path / "books.jsonl"
    bad = [
        b"{broken",
        b"\xff\xfe",
        line({**GOOD, "quantity": "NaN"}),
        line({**GOOD, "quantity": 1.5}),
        line({**GOOD, "id": 7}),
        b"[" * 50_000,
        b"0" * (17 * 1024 * 1024),
    ]
    data = b"\n\n".join(part for one in bad for part in (line(GOOD), one))
    books.write_bytes(data + b"\n" + line(GOOD))
    done = _route("--books", str(books), "--json")
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"7 bad lines" in done.stderr
    said = _said(done)
    assert said[::2] == [PLAN] * 8
    told = said[1::2]
    assert [one["line"] for one in told] == [3, 7, 11, 15, 19, 23, 27]
    assert [one.get("id") for one in told] == [None, None, "q", "q", None, None, None]
    assert all(set(one) <= {"id", "line", "error"} for one in told)
    fields = [one["error"]["field"] for one in told]  # type: ignore[index]
    assert fields == ["line", "line", "quantity", "quantity", "id", "line", "line"]


def test_several_files_are_routed_and_a_missing_one_is_told(tmp_path: Path) -> None:
    books = tmp_path / "books.jsonl"
    books.write_bytes(lines([GOOD]))
    missing = str(tmp_path / "missing.jsonl")
    done = _route("--books", str(books), "--books", missing, "--books", str(books), "--json")
    assert done.returncode == 2
    assert _said(done) == [PLAN, PLAN]
    assert done.stderr.startswith(b"fathom: ")
    assert b"missing.jsonl: No such file" in done.stderr


def test_a_file_without_lines_has_no_plans(tmp_path: Path) -> None:
    books = tmp_path / "books.jsonl"
    books.write_bytes(b"\n\n")
    done = _route("--books", str(books), "--json")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_quantity_below_every_minimum_is_an_empty_plan_and_no_error() -> None:
    small = question(venue("alpha", ("100", "9"), min_qty="5"), quantity="1")
    done = _route("--books", "/dev/stdin", "--json", stdin=line(small))
    assert done.returncode == 0
    assert _said(done) == [
        {
            "id": "q",
            "legs": [],
            "unrouted": "1",
            "cost": "0",
            "certified_gap": "0",
            "skipped": {"alpha": "below minimum: quantity 1, smallest order 5"},
        }
    ]


def test_a_hundred_thousand_levels_and_fifty_venues_are_routed() -> None:
    deep = [(f"{100 + n / 1000:.3f}", "0.002") for n in range(100_000)]
    wide = [
        venue(f"v{n:02}", (f"{100 + n / 10:.1f}", "0.5"), fixed_cost=f"{n % 3}") for n in range(50)
    ]
    trees = [
        question(venue("deep", *deep), quantity="150"),
        question(*wide, quantity="20"),
    ]
    done = _route("--books", "/dev/stdin", "--json", stdin=lines(trees))
    assert done.returncode == 0, done.stderr
    first, second = _said(done)
    assert first["legs"] == [{"venue": "deep", "quantity": "150", "limit_price": "174.999"}]
    assert second["unrouted"] == "0"
    assert second["certified_gap"] == "0"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_a_long_file_of_long_lines_needs_little_memory(tmp_path: Path) -> None:
    books = tmp_path / "books.jsonl"
    levels = [(f"{100 + n / 1000:.3f}", "0.002") for n in range(2_000)]
    one = line(question(venue("deep", *levels)))
    with books.open("wb") as file:
        file.write(b" " * 50_000_000 + b"\n")
        for _ in range(50_000_000 // len(one) // 10):
            file.write(one + b"\n")
        file.write(b"[" + b"[]," * 5_000_000 + b"[]]\n")
        file.write(b"1" * 40_000_000)
    # VmHWM and not getrusage: across exec, Linux carries the parent's peak into ru_maxrss.
    script = (
        "import sys; from router.cli import run;"
        f"code = run(['route', '--books', {str(books)!r}, '--json']);"
        "peak = [s for s in open('/proc/self/status') if s.startswith('VmHWM')][0];"
        "print(code, int(peak.split()[1]) // 1024, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    code, megabytes = map(int, done.stderr.splitlines()[-1].split())
    assert code == 2
    assert megabytes < 300
    told = [json.loads(text) for text in done.stdout.splitlines() if "error" in text]
    assert len(told) == 3


@pytest.mark.parametrize("flag", [["--json"], []], ids=["json", "table"])
def test_a_reader_who_leaves_ends_it_quietly(flag: list[str], tmp_path: Path) -> None:
    books = tmp_path / "books.jsonl"
    books.write_bytes(lines([GOOD] * 20_000))
    with subprocess.Popen(
        _command("--books", str(books), *flag),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


def test_an_interrupt_ends_it_with_130() -> None:
    with subprocess.Popen(
        _command("--books", "/dev/stdin", "--json"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(line(GOOD) + b"\n")
        running.stdin.flush()
        assert json.loads(running.stdout.readline()) == PLAN  # told before the next line is there
        running.send_signal(signal.SIGINT)
        running.wait(20)
        assert running.stderr.read() == b"fathom: interrupted\n"
    assert running.returncode == 130


def test_a_person_gets_a_table_with_reasons_and_what_size_costs() -> None:
    done = _route("--books", "/dev/stdin", stdin=lines([GOOD, {"id": "bad"}]))
    assert done.returncode == 2
    text = done.stdout.decode()
    assert text.startswith("q: buy 1\n")
    assert "\N{FULL BLOCK}" in text
    assert "gamma" in text
    assert "no depth" in text
    assert "best 100, at size 100.6703: hidden cost 67.03 bps (depth 60.00, fees 7.03" in text
    assert "cost 100.6703, optimal" in text
    assert "best single venue beta 101.0505" in text
    assert "runner-up alpha 101.3012" in text
    assert "/dev/stdin:2 (bad): side: missing" in text


def test_names_are_never_taken_for_markup_and_any_terminal_can_show_them() -> None:
    odd = question(venue("[red]caf\u00e9[/red]", ("100", "9")), id="[bold]")
    done = _route("--books", "/dev/stdin", stdin=line(odd), encoding="ascii")
    assert done.returncode == 0
    assert b"[bold]: buy 1" in done.stdout
    assert b"[red]caf" in done.stdout
    assert b"#" in done.stdout


def test_no_books_is_a_usage_error() -> None:
    done = _route("--json")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--books" in done.stderr
