"""Does a plan explain itself? Its legs, walked over the books it stored, cost what it says."""

import json
import tomllib
from collections.abc import Iterator
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest

from router.app.replaying import replay_run
from router.resources import examples_folder
from router.settings.reader import default_config
from tests.replay.economy import economic, joined
from tests.shared_tapes import shared_tape
from venues.synthetic.market import synthetic_tape
from venues.tape.writer import write_tape

S_NS = 1_000_000_000
RECORDED = "btc-20240808-6"
ORDER = """
[order]
id = "explained"
symbol = "BTC/USDT"
side = "sell"
quantity = "40"
kind = "twap"
[order.twap]
horizon_s = 20
slices = 10
passive_fraction = "0"
"""


def plans_of(
    tape: Path, order: Path, out: Path, config: Path | None = None
) -> Iterator[dict[str, Any]]:
    replay_run(tapes=[tape], orders=[order], config=config, seed=None, out=out)
    for line in (out / "plans.jsonl").read_text().splitlines():
        if "plan" in (row := json.loads(line)):
            yield row["plan"]


def terms_of(tape: Path) -> dict[tuple[str, str], dict[str, Any]]:
    listed = tomllib.loads((tape / "tape.toml").read_text())["instrument"]
    return {(i["venue"], i["symbol"]): i for i in listed}


def walked(leg: dict[str, Any], seen: dict[str, Any], terms: dict[str, Any], sign: int) -> Decimal:
    """What a leg costs, level by level, fee in; it must reach its last price and no further."""
    tick = Decimal(terms["tick_size"])
    lot = Decimal(terms["lot_size"]) * Decimal(terms["contract_size"])
    if terms.get("contract") == "inverse":
        lot = Decimal(leg["quantity"]) / leg["lots"]  # what the parent counts a contract as
    left, cost, last = leg["lots"], Decimal(0), Decimal(0)
    for level, lots in zip(seen["ticks"], seen["lots"], strict=True):
        here = min(lots, left)
        cost += level * tick * here * lot
        left -= here
        last = level * tick
        if not left:
            break
    assert not left, "more than the book showed"
    assert last == Decimal(leg["last_price"])
    assert (Decimal(leg["limit_price"]) - last) * sign >= 0
    if terms.get("fee_in") == "received" and sign > 0:
        return cost / (1 - Decimal(terms["taker_fee"]))
    return cost * (1 + sign * Decimal(terms["taker_fee"]))


def explained(plan: dict[str, Any], terms: dict[tuple[str, str], dict[str, Any]]) -> int:
    """How many legs of a plan were walked, each and all of them to the last digit."""
    sign = 1 if plan["side"] == "buy" else -1
    books = {(b["venue"], b["symbol"]): b for b in plan["books"]}
    total, placed = Decimal(0), Decimal(0)
    for leg in plan["legs"]:
        where = leg["venue"], leg["symbol"]
        cost = walked(leg, books[where], terms[where], sign)
        assert cost == Decimal(leg["cost"])
        assert leg["why"]
        total += cost
        placed += Decimal(leg["quantity"])
    assert total + sign * Decimal(plan["fixed_costs"]) == Decimal(plan["expected_cost"])
    assert placed + Decimal(plan["unrouted"]) == Decimal(plan["quantity"])
    used = {leg["venue"] for leg in plan["legs"]}
    assert used.isdisjoint(venue for venue, _ in plan["skipped"])
    assert Decimal(plan["certified_gap"]) == 0
    return len(plan["legs"])


def test_every_plan_over_a_synthetic_market_re_walks_to_its_cost(tmp_path: Path) -> None:
    tape, order = tmp_path / "tape", tmp_path / "order.toml"
    write_tape(synthetic_tape(seed=5, duration_ns=40 * S_NS, start_ns=S_NS), tape)
    order.write_text(ORDER)
    with localcontext(prec=60):
        legs = [explained(p, terms_of(tape)) for p in plans_of(tape, order, tmp_path / "out")]
    assert len(legs) >= 10
    assert max(legs) > 1


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_every_plan_with_all_that_prices_are_made_of_re_walks_to_its_cost(
    tmp_path: Path, side: str
) -> None:
    tape, order = tmp_path / "tape", tmp_path / "order.toml"
    config = tmp_path / "config.toml"
    market = economic(synthetic_tape(seed=5, duration_ns=40 * S_NS, start_ns=S_NS))
    write_tape(market, tape)
    config.write_text(default_config().read_text() + joined(market))
    order.write_text(
        ORDER.replace('"sell"', f'"{side}"').replace("kind =", "hold_s = 60\nkind =", 1)
    )
    later = Decimal(0)
    with localcontext(prec=60):
        for plan in plans_of(tape, order, tmp_path / "out", config):
            assert explained(plan, terms_of(tape)) > 0
            parts = sum((Decimal(leg["expected_funding"]) for leg in plan["legs"]), Decimal(0))
            assert parts == Decimal(plan["expected_funding"])
            later += abs(parts)
    assert later > 0


def test_every_plan_over_a_recorded_market_re_walks_to_its_cost(tmp_path: Path) -> None:
    tape = shared_tape(RECORDED)
    order = examples_folder() / "twap-btc.toml"
    with localcontext(prec=60):
        legs = [explained(p, terms_of(tape)) for p in plans_of(tape, order, tmp_path / "out")]
    assert len(legs) >= 96
    assert max(legs) > 1
