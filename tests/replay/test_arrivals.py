"""Do the orders of one decision meet their venues together, 3 ms and 40 ms away, and what if not?"""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from router.app.replaying import replay_run
from router.settings.reader import default_config
from tests.replay.runs import SECOND, lived, replayed, several_parents
from venues.synthetic.market import synthetic_tape
from venues.tape.recording import Tape
from venues.tape.writer import write_tape

MS = 1_000_000
JITTER_MS = 1
LASTS_S = 40
FAR = {"birch", "elm"}
WAYS = "".join(
    f"\n[paper.latency.{venue}]\nentry_ms = {ms}\nresponse_ms = {ms}\njitter_ms = {JITTER_MS}\n"
    for venue, ms in (("alder", 3), ("birch", 40), ("cedar", 3), ("dogwood", 3), ("elm", 40))
)
ORDER = """
[order]
id = "together"
symbol = "BTC/USDT"
side = "buy"
quantity = "60"
kind = "twap"
[order.twap]
horizon_s = 30
slices = 15
"""
# A way is half a round trip, each half of it with its own jitter: two ways, and the way itself.
TOGETHER_NS = 3 * JITTER_MS * MS


def tape() -> Tape:
    return synthetic_tape(seed=5, duration_ns=LASTS_S * SECOND, start_ns=SECOND)


def decisions(tmp_path: Path, within_ms: int) -> list[list[dict[str, Any]]]:
    """Return the orders of a replay by decision, those decisions with more than one."""
    folder, order, config = tmp_path / "tape", tmp_path / "o.toml", tmp_path / f"{within_ms}.toml"
    if not folder.exists():
        write_tape(tape(), folder)
    order.write_text(ORDER)
    text = default_config().read_text()
    assert "release_within_ms = 50" in text
    text = text.replace("release_within_ms = 50", f"release_within_ms = {within_ms}")
    config.write_text(text + WAYS)
    out = tmp_path / f"out{within_ms}"
    replay_run(tapes=[folder], orders=[order], config=config, seed=None, out=out)
    taken = [row for row in rows_of(out) if row["time_in_force"] == "ioc" and row["arrived_ns"]]
    groups = [list(legs) for _, legs in groupby(taken, key=lambda row: row["decided_ns"])]
    return [legs for legs in groups if len(legs) > 1]


def rows_of(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "orders.jsonl").read_text().splitlines()]


def apart_ns(legs: list[dict[str, Any]]) -> int:
    arrived = [leg["arrived_ns"] for leg in legs]
    return int(max(arrived) - min(arrived))


def to_known_venues(decided: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Return the decisions whose venues had all been sent to before: their ways were measured."""
    known: set[str] = set()
    found = []
    for legs in decided:
        venues = {leg["venue"] for leg in legs}
        if venues <= known:
            found.append(legs)
        known |= venues
    return found


def test_orders_held_for_each_other_arrive_within_the_jitter(tmp_path: Path) -> None:
    together, apart = decisions(tmp_path, 50), decisions(tmp_path, 0)
    known = to_known_venues(together)
    assert len(known) > 5
    assert any(FAR & {leg["venue"] for leg in legs} for legs in known)
    assert max(map(apart_ns, known)) <= TOGETHER_NS
    near_and_far = [
        apart_ns(legs)
        for legs in apart
        if 0 < len(FAR & {leg["venue"] for leg in legs}) < len(legs)
    ]
    assert min(near_and_far) >= 35 * MS
    held = [leg for legs in together for leg in legs if leg["released_ns"] > leg["decided_ns"]]
    assert held
    assert not any(leg["released_ns"] > leg["decided_ns"] for legs in apart for leg in legs)


@pytest.mark.parametrize("kernels", [False, True], ids=["plain", "kernels"])
def test_held_orders_leave_alike_live_and_in_replay(tmp_path: Path, *, kernels: bool) -> None:
    specs = several_parents(horizon_s=20, quantity="60")
    live = lived(tape(), specs, tmp_path / "live", kernels=kernels, faults=WAYS)
    replay = replayed(tape(), specs, tmp_path / "replay", kernels=kernels, faults=WAYS)
    assert live.digest == replay.digest
    for name in ("orders.jsonl", "fills.jsonl", "plans.jsonl"):
        one, other = (tmp_path / how / name for how in ("live", "replay"))
        assert one.read_bytes() == other.read_bytes()
    rows = rows_of(tmp_path / "live")
    assert any((row["released_ns"] or 0) > row["decided_ns"] + 20 * MS for row in rows)
