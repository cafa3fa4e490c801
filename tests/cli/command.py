"""How do tests run the command as a user does: in a process of its own, over files in a folder?"""

import contextlib
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from router.cli import run
from venues.synthetic.small import small_tape
from venues.tape.writer import write_tape

ROOT = Path(__file__).parents[2]
SECOND = 1_000_000_000


@dataclass(frozen=True)
class Done:
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """Return the one JSON document on stdout."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def parent(self) -> dict[str, Any]:
        """Return the only parent of the report."""
        (found,) = self.report["parents"]
        return dict(found)

    def is_one_line_that_says(self, *words: str) -> None:
        """Check that stderr is one line with these words and no traceback, and stdout is empty."""
        assert self.out == ""
        assert self.err.startswith("fathom: ")
        assert self.err.count("\n") == 1
        for word in words:
            assert word in self.err, self.err


def arguments(*words: object) -> list[str]:
    """Return the command line of fathom with these words."""
    return [sys.executable, "-m", "router", *map(str, words)]


def fathom(*words: object) -> Done:
    """Run fathom to its end."""
    done = subprocess.run(
        arguments(*words),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def inside(*words: object) -> Done:
    """Run fathom in this process: quicker, for what needs no process of its own."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(word) for word in words])
    return Done(code, out.getvalue(), err.getvalue())


def tape_in(folder: Path) -> Path:
    """Write half a minute of a small market of three venues around 2000."""
    tape = small_tape(seed=5, duration_ns=30 * SECOND, start_ns=SECOND, venues=3)
    write_tape(tape, folder / "tape")
    return folder / "tape"


def order_in(
    folder: Path,
    name: str = "order",
    *,
    symbol: str = "BTC/USDT",
    quantity: str = "5",
    limit: str = 'limit_bps = "50"',
    horizon_s: int = 10,
) -> Path:
    """Write a TWAP of five slices."""
    path = folder / f"{name}.toml"
    path.write_text(
        f"""
[order]
id = "{name}"
symbol = "{symbol}"
side = "buy"
quantity = "{quantity}"
kind = "twap"
{limit}

[order.twap]
horizon_s = {horizon_s}
slices = 5
"""
    )
    return path


def config_in(folder: Path, *, change: tuple[str, str] = ("", "")) -> Path:
    """Write the default config with one line replaced."""
    text = (ROOT / "config" / "paper.toml").read_text()
    before, after = change
    assert before in text
    path = folder / "config.toml"
    path.write_text(text.replace(before, after, 1))
    return path
