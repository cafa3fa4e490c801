"""make faults: thousands of seeds, then every planted bug; with a number, that one seed again."""

import argparse
import multiprocessing
import sys
from collections.abc import Sequence

from tests.faults.campaign import Tally, campaign, failure, hunts
from tests.faults.planted import BUGS
from tests.faults.run import run_seed

_SEEDS = 2_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every promise was kept and every planted bug was caught, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("seed", nargs="?", type=int, help="run this seed alone and show its end")
    parser.add_argument("--seeds", type=int, default=_SEEDS, help="how many seeds (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="the first of them (%(default)s)")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--no-planted", action="store_true", help="leave the planted bugs out")
    options = parser.parse_args(arguments)
    if options.seed is not None:
        return _one(options.seed)
    tally = campaign(range(options.first, options.first + options.seeds), options.processes, _say)
    _say(_table(tally))
    missed = 0 if options.no_planted else _planted(options.processes)
    never = tally.never() if options.seeds >= _SEEDS else []
    if never:
        _say(f"never met, so nothing is proven about it: {', '.join(never)}")
    return 1 if tally.failed or missed or never else 0


def _one(seed: int) -> int:
    outcome = run_seed(seed)
    if outcome.violation:
        _say(failure(outcome))
        return 1
    _say(
        f"seed {seed}: every promise kept over {outcome.events} events, {outcome.fills} fills, "
        f"{sum(outcome.crashes.values())} crashes"
    )
    return 0


def _planted(processes: int) -> int:
    missed = 0
    for catch in hunts(processes):
        if catch.caught:
            _say(f"caught after {catch.seeds:3} seeds: {catch.bug}: {catch.by[:140]}")
        else:
            missed += 1
            _say(f"MISSED after {catch.seeds} seeds: {catch.bug}: {catch.by[:140]}")
    _say(f"planted bugs caught: {len(BUGS) - missed} of {len(BUGS)}")
    return missed


def _table(tally: Tally) -> str:
    lines = [f"{'fault':30} {'strikes':>9}"]
    lines += [f"{kind.value:30} {count:9}" for kind, count in tally.strikes.items()]
    lines += [f"{'crash':30} {'deaths':>9}"]
    lines += [f"{point.value:30} {count:9}" for point, count in tally.crashes.items()]
    lines += [f"{tally.seeds} seeds, {tally.live} of them in the asyncio loop"]
    lines += [f"violations: {len(tally.failed)} {[o.seed for o in tally.failed] or ''}"]
    return "\n".join(lines)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
