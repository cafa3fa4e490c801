"""TWAP in, OCO out over a recorded market: is what is held ever more, or sold more, than it should be?"""

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from router.app.replaying import replay_run
from router.reports.summary import ParentSummary
from router.resources import examples_folder
from tests.oracle.check_report import check_report
from tests.oracle.re_execute import check
from tests.shared_tapes import shared_tape

TAPE = "btc-20240808-3"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Replay the example once and return the folder of the run."""
    folder = tmp_path_factory.mktemp("run") / "out"
    parents = replay_run(
        tapes=[shared_tape(TAPE)],
        orders=[examples_folder() / "entry-exit.toml"],
        config=None,
        seed=None,
        out=folder,
    ).parents
    assert [(p.id, p.side, p.state) for p in parents] == [
        ("entry-exit", "buy", "done"),
        ("entry-exit/exit", "sell", "done"),
    ]
    return folder


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_stop_fires_and_all_that_was_bought_goes_out(out: Path) -> None:
    orders = [o for o in _lines(out / "orders.jsonl") if o["parent"] == "entry-exit/exit"]
    legs = defaultdict(Decimal)  # type: ignore[var-annotated]
    for order in orders:
        legs[order["leg"].partition("/")[0]] += Decimal(order["cum_quantity"])
    assert legs == {"take_profit": Decimal(0), "stop": Decimal(60)}


def test_at_no_instant_and_at_no_venue_the_exit_is_more_than_the_entry(out: Path) -> None:
    held: dict[str, Decimal] = defaultdict(Decimal)
    for fill in _lines(out / "fills.jsonl"):  # in causal order
        sign = 1 if fill["parent"] == "entry-exit" else -1
        held[fill["venue"]] += sign * Decimal(fill["quantity"])
        assert held[fill["venue"]] >= 0, fill
    assert set(held.values()) == {Decimal(0)}


def test_no_order_of_the_stop_goes_beyond_its_slip(out: Path) -> None:
    worst = Decimal(61665) * (1 - Decimal(15) / 10_000)
    stops = [o for o in _lines(out / "orders.jsonl") if o["leg"].startswith("stop/")]
    assert stops
    assert all(Decimal(order["price"]) >= worst for order in stops)


def test_an_oracle_reproduces_every_fill_and_the_report_adds_up(out: Path) -> None:
    verdict = check(shared_tape(TAPE), out)
    assert verdict.passed, str(verdict)
    audit = check_report(out)
    assert audit.passed, str(audit)


def test_the_report_has_a_row_for_each(out: Path) -> None:
    report = json.loads((out / "report.json").read_text())
    entry, exit_ = (ParentSummary(**{**p, "venues": {}}) for p in report["parents"])
    assert (entry.quantity, exit_.quantity, exit_.filled) == ("60", "60", "60")
    assert Decimal(entry.maker_share or 0) > 0
    assert Decimal(exit_.maker_share or 0) > 0
