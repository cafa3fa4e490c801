"""What do the benchmarks say, on a screen and in one file? `python -m benchmarks [name ...]`."""

import argparse
import sys
from pathlib import Path
from typing import Final

import msgspec

from benchmarks import book, frames, learning, replay, resting, routing, startup, strategies, sweep

OUT: Final = Path("runs/bench.json")
USUAL: Final = ("startup", "sweep", "routing", "strategies", "book", "frames", "replay", "learning")
# Studies take a minute, or some, and say more about a tape than about Fathom's speed.
NAMES: Final = (*USUAL, "resting")

Result = (
    startup.Started
    | sweep.Routed
    | routing.Exact
    | strategies.Compared
    | book.Books20
    | frames.Frames
    | replay.Replayed
    | resting.Resting
    | learning.Cost
)


def main() -> int:
    """Run the chosen benchmarks, print what they say and write it to runs/bench.json."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("name", nargs="*", default=USUAL, help=f"any of {', '.join(NAMES)}")
    parser.add_argument("--tape", type=Path, help="folder of a recorded tape to replay")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.name if name not in NAMES]
    if unknown:
        parser.error(f"no benchmark {unknown[0]}: {', '.join(NAMES)}")
    results: list[Result] = []
    for name in chosen.name:
        print(f"== {name}", flush=True)
        result, text = _run(name, chosen.tape)
        print(text, flush=True)
        results.append(result)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n")
    print(f"written to {OUT}")
    slow = [r for r in results if isinstance(r, startup.Started) and r.help_over_empty > r.bound]
    return 1 if slow else 0


def _run(name: str, tape: Path | None) -> tuple[Result, str]:
    match name:
        case "startup":
            started = startup.measure()
            return started, startup.told(started)
        case "sweep":
            routed = sweep.measure()
            return routed, sweep.told(routed)
        case "routing":
            exact = routing.measure()
            return exact, routing.told(exact)
        case "strategies":
            compared = strategies.measure(tape)
            return compared, strategies.told(compared)
        case "book":
            books = book.measure()
            return books, book.told(books)
        case "frames":
            ways = frames.measure()
            return ways, frames.told(ways)
        case "resting":
            study = resting.measure(tape)
            return study, resting.told(study)
        case "learning":
            cost = learning.measure(tape)
            return cost, learning.told(cost)
        case _:
            replayed = replay.measure(tape)
            return replayed, replay.told(replayed)


if __name__ == "__main__":
    sys.exit(main())
