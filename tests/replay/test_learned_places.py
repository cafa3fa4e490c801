"""Promise 6 with routing that learns: live, replayed, kernels or not, it learns and does the same."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from strategies.spec import ParentSpec, RestParams, TwapParams
from tests.replay.runs import BTC, SECOND, lived, replayed
from venues.model.ids import ParentId
from venues.model.order import Side
from venues.synthetic.market import synthetic_tape
from venues.tape.recording import Tape

# Long enough for the venues to be known, and for the parents to make use of it.
LEARNS_S, WORKS_S = 125, 30
FILES = ("fills.jsonl", "orders.jsonl", "plans.jsonl")


def tape(learns_s: int) -> Tape:
    lasts_ns = (learns_s + WORKS_S + 5) * SECOND
    return synthetic_tape(seed=11, duration_ns=lasts_ns, start_ns=SECOND)


def parents(start_ns: int) -> list[ParentSpec]:
    how = TwapParams(horizon_s=WORKS_S, slices=6, passive_fraction=Decimal("0.8"))
    return [
        ParentSpec(
            id=ParentId(f"{side.value}-{name}"),
            symbol=BTC,
            side=side,
            quantity=Decimal(12),
            start_ns=start_ns,
            params=params,
        )
        for side in Side
        for name, params in (("twap", how), ("rest", RestParams(deadline_s=20)))
    ]


def places(out: Path) -> list[dict[str, Any]]:
    """Return why passive orders went where they went, as `plans.jsonl` tells."""
    rows = [json.loads(line) for line in (out / "plans.jsonl").read_text().splitlines()]
    assert [row["plan_no"] for row in rows] == list(range(1, len(rows) + 1))
    return [row["rest"] for row in rows if "rest" in row]


def test_what_is_learned_and_done_is_the_same_to_the_byte(tmp_path: Path) -> None:
    market = tape(LEARNS_S)
    specs = parents(market.start_ns + LEARNS_S * SECOND)
    runs = {
        "live": lived(market, specs, tmp_path / "live", kernels=True),
        "replay": replayed(market, specs, tmp_path / "replay", kernels=True),
        "plain": replayed(market, specs, tmp_path / "plain", kernels=False),
    }
    assert len({report.digest for report in runs.values()}) == 1
    for name in FILES:
        assert len({(tmp_path / how / name).read_bytes() for how in runs}) == 1
    told = places(tmp_path / "live")
    assert sum(place["judged"] for place in told) > 10
    assert all(len(place["prospects"]) > 1 for place in told)


@pytest.mark.parametrize("kernels", [False, True], ids=["plain", "kernels"])
def test_without_learning_nothing_is_said_of_places_and_all_is_the_same_too(
    tmp_path: Path, *, kernels: bool
) -> None:
    market = tape(5)
    specs = parents(market.start_ns + 5 * SECOND)
    off = replayed(market, specs, tmp_path / "off", kernels=kernels, fills=False)
    assert places(tmp_path / "off") == []
    live = lived(market, specs, tmp_path / "live", kernels=kernels, fills=False)
    assert live.digest == off.digest
