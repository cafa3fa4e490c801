"""How long does the command take to say hello, as a multiple of an empty Python?"""

import statistics
import subprocess
import sys
import time
from typing import Final

import msgspec

ROUNDS: Final = 15
BOUND: Final = 15.0  # `fathom --help` may cost at most this many empty interpreters


class Started(msgspec.Struct, frozen=True, tag="startup", kw_only=True):
    """Medians of whole processes, started in turns."""

    empty_python_ms: float
    help_ms: float
    version_ms: float
    help_over_empty: float
    bound: float


def measure() -> Started:
    """Return how long an empty Python, the help page and the version take."""
    commands = (["-c", "pass"], ["-m", "router", "--help"], ["-m", "router", "--version"])
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(ROUNDS):
        for arguments, spent in zip(commands, times, strict=True):
            began = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            spent.append(1000 * (time.perf_counter() - began))
    empty, help_page, version = (statistics.median(spent) for spent in times)
    return Started(
        empty_python_ms=round(empty, 1),
        help_ms=round(help_page, 1),
        version_ms=round(version, 1),
        help_over_empty=round(help_page / empty, 1),
        bound=BOUND,
    )


def told(result: Started) -> str:
    """Return the result for a reader."""
    return (
        f"fathom --help {result.help_ms} ms = {result.help_over_empty} x an empty Python"
        f" ({result.empty_python_ms} ms), at most {result.bound:g} x;"
        f" --version {result.version_ms} ms"
    )
