"""What do the example orders do over recorded markets? Filled exactly, and proven from outside."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from router.app.replaying import replay_run
from router.reports.summary import ParentSummary
from router.resources import examples_folder
from tests.oracle.check_report import check_report
from tests.oracle.re_execute import check
from tests.shared_tapes import shared_tape

CASES = {
    "btc-20240808-3": "twap-btc.toml",
    "btc-20240808-6": "twap-btc.toml",
    "btc-20260216-2": "twap-btc-240.toml",
}
USDM_SILENT_AFTER_NS = 345 * 1_000_000_000


def replayed(tape: str, out: Path) -> ParentSummary:
    report = replay_run(
        tapes=[shared_tape(tape)],
        orders=[examples_folder() / CASES[tape]],
        config=None,
        seed=None,
        out=out,
    )
    (parent,) = report.parents
    return parent


def lines(path: Path) -> Iterator[dict[str, str | int]]:
    for line in path.read_text().splitlines():
        yield json.loads(line)


@pytest.mark.parametrize("tape", CASES)
def test_a_twap_is_filled_exactly_within_its_limit_and_an_oracle_reproduces_every_fill(
    tape: str, tmp_path: Path
) -> None:
    parent = replayed(tape, tmp_path / "out")

    assert (parent.state, parent.filled, parent.quantity) == ("done", "250", "250")
    assert sum(Decimal(v.filled) for v in parent.venues.values()) == Decimal(250)
    assert parent.arrival_price is not None
    limit = Decimal(parent.arrival_price) * Decimal("1.005")
    assert all(Decimal(o["price"]) <= limit for o in lines(tmp_path / "out" / "orders.jsonl"))
    verdict = check(shared_tape(tape), tmp_path / "out")
    assert verdict.passed, str(verdict)
    assert verdict.counts["taker_fills"] > 0
    audit = check_report(tmp_path / "out")
    assert audit.passed, str(audit)


def test_a_venue_that_falls_silent_is_left_and_the_reason_is_kept(tmp_path: Path) -> None:
    replayed("btc-20240808-3", tmp_path / "out")

    begins_ns = 1_723_161_255_365_056_565
    silent_ns = begins_ns + USDM_SILENT_AFTER_NS
    fills = list(lines(tmp_path / "out" / "fills.jsonl"))
    before = {f["venue"] for f in fills if int(f["arrived_ns"]) <= silent_ns}
    after = {f["venue"] for f in fills if int(f["arrived_ns"]) > silent_ns}
    assert len(before) >= 2
    assert "binance_usdm" in before
    assert "binance_usdm" not in after
    skipped = [
        reason
        for line in (tmp_path / "out" / "plans.jsonl").read_text().splitlines()
        for decided in (json.loads(line),)
        for venue, reason in (decided.get("plan") or decided["rest"])["skipped"]
        if venue == "binance_usdm"
    ]
    assert any(reason.startswith("stale") for reason in skipped)
