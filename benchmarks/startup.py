"""How long does the command take to say hello, as a multiple of an empty Python?"""

import json
import statistics
import subprocess
import sys
import time

ROUNDS = 15
BOUND = 15.0  # `fathom --help` may cost at most this many empty interpreters


def _median_s(arguments: list[str]) -> float:
    """Return the median wall time of running this Python with `arguments`."""
    times: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> int:
    """Print the ratio as JSON; 1 when it is above the bound."""
    empty = _median_s(["-c", "pass"])
    help_page = _median_s(["-m", "router", "--help"])
    version = _median_s(["-m", "router", "--version"])
    ratio = help_page / empty
    print(
        json.dumps(
            {
                "benchmark": "startup",
                "empty_python_ms": round(empty * 1e3, 1),
                "help_ms": round(help_page * 1e3, 1),
                "version_ms": round(version * 1e3, 1),
                "help_over_empty": round(ratio, 1),
                "bound": BOUND,
            }
        )
    )
    return 0 if ratio <= BOUND else 1


if __name__ == "__main__":
    raise SystemExit(main())
