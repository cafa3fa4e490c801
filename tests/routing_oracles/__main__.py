"""Do thousands of splits stand before the oracles? `python -m tests.routing_oracles [--count N]`."""

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from router.routing import exact_kernel
from router.routing.exact import solve
from tests.routing_oracles.instances import FULL, QUICK, instance
from tests.routing_oracles.judge import judge


def one(seed: int, *, quick: bool) -> tuple[int, str, int, bool, int, tuple[str, ...], list[str]]:
    """Judge one instance by seed: regime, nodes, bound hit, gap, oracles, complaints."""
    made = instance(seed, QUICK if quick else FULL)
    by_twin = solve(made.problem)
    by_kernel = solve(made.problem, by=exact_kernel.search)
    verdict = judge(made.problem, by_kernel)
    complaints = list(verdict.complaints)
    if by_twin != by_kernel:
        complaints.append(f"kernel {by_kernel}, twin {by_twin}")
    hit, gap = by_kernel.exhausted, by_kernel.gap
    return seed, made.regime, by_kernel.nodes, hit, gap, verdict.oracles, complaints


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Judge `--count` instances from `--seed` on; 1 when there is a complaint."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=2_200)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--quick", action="store_true", help="small instances")
    chosen = arguments.parse_args()
    regimes: Counter[str] = Counter()
    oracles: Counter[str] = Counter()
    complaints = hits = nodes = most_nodes = 0
    with ProcessPoolExecutor() as pool:
        seeds = range(chosen.seed, chosen.seed + chosen.count)
        for seed, regime, looked, hit, gap, agreed, wrong in pool.map(
            partial(one, quick=chosen.quick), seeds, chunksize=4
        ):
            regimes[regime] += 1
            oracles.update(agreed)
            nodes += looked
            most_nodes = max(most_nodes, looked)
            if hit:
                hits += 1
                _say(f"{seed} {regime}: bound hit after {looked} nodes, gap {gap} certified")
            for complaint in wrong:
                complaints += 1
                _say(f"{seed} {regime}: {complaint}")
    _say(", ".join(f"{regime} {n}" for regime, n in regimes.items()))
    _say(", ".join(f"{oracle} {n}" for oracle, n in oracles.items()))
    _say(f"nodes: {nodes / chosen.count:.1f} on average, {most_nodes} at most")
    _say(f"{chosen.count} splits judged, {hits} bounds hit, {complaints} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
