"""Does the report check believe a true report, and catch each number that was changed?"""

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import check_report as subject
from tests.oracle.check_report import Audit, Sum, check_report
from tests.oracle.miniature import Replay
from tests.oracle.verdict import OracleError


def replay() -> Replay:
    made = Replay()
    made.takes("c1", 20, "buy", "101", "3", [("100", "1"), ("100.5", "2")])
    made.takes("c2", 30, "buy", "101", "3", [])
    made.rests("m1", 25, 900, "buy", "99", "2", [(40, "1")])
    return made


def true_report() -> dict[str, Any]:
    # Paid 100 + 201 + 99 = 400 for 4; fees 0.1 + 0.201 - 0.0099.
    fees = Decimal("0.1") + Decimal("0.201") - Decimal("0.0099")
    venue = {"filled": "4", "average_price": "100", "fees": str(fees), "children": 3}
    shortfall = (Decimal(400) + fees - Decimal("99.5") * 4) / (Decimal("99.5") * 4) * 10_000
    parent: dict[str, Any] = {
        "id": "p1",
        "side": "buy",
        "quantity": "5",
        "arrival_price": "99.5",
        "shortfall_bps": f"{shortfall:.12f}",
        "maker_share": "0.25",
        "started_ns": 15,
        "venues": {"alpha": venue},
        **copy.deepcopy(venue),
    }
    return {"version": 1, "parents": [parent]}


def audited(where: Path, report: dict[str, Any], made: Replay | None = None) -> Audit:
    out = (made or replay()).write(where)
    (out / "report.json").write_text(json.dumps(report), encoding="utf-8")
    return check_report(out)


def test_a_true_report_adds_up(tmp_path: Path) -> None:
    audit = audited(tmp_path, true_report())
    assert audit.passed, str(audit)
    assert subject.main(["--out", str(tmp_path)]) == 0


def test_a_sell_that_got_less_than_arrival_has_a_cost(tmp_path: Path) -> None:
    made = Replay()
    made.takes("c1", 20, "sell", "99", "1", [("99", "1")])
    report = true_report()
    row = {"filled": "1", "average_price": "99", "fees": "0.099", "children": 1}
    report["parents"][0].update(
        row, side="sell", arrival_price="100", shortfall_bps="109.9", maker_share="0"
    )
    report["parents"][0]["venues"]["alpha"] = row
    audit = audited(tmp_path, report, made)
    assert audit.passed, str(audit)


def test_a_fee_in_base_counts_at_the_price_of_its_fill(tmp_path: Path) -> None:
    made = replay()
    made.pays_in_base()
    assert {fill.fee_currency for fill in made.done} == {"BTC"}
    audit = audited(tmp_path, true_report(), made)
    assert audit.passed, str(audit)


def test_a_parent_without_fills_has_nulls(tmp_path: Path) -> None:
    report = true_report()
    report["parents"][0].update(
        filled="0",
        average_price=None,
        fees="0",
        children=0,
        shortfall_bps=None,
        maker_share=None,
        venues={},
    )
    assert audited(tmp_path, report, Replay()).passed


@pytest.mark.parametrize(
    ("name", "lie", "what"),
    [
        ("filled", "4.1", Sum.FILLED),
        ("filled", 4, Sum.FIELD),
        ("filled", "4e0", Sum.FIELD),
        ("average_price", "100.000001", Sum.AVERAGE_PRICE),
        ("average_price", None, Sum.AVERAGE_PRICE),
        ("fees", "0.2912", Sum.FEES),
        ("fees", "0.301", Sum.FEES),
        ("children", 2, Sum.CHILDREN),
        ("maker_share", "0.26", Sum.MAKER_SHARE),
        ("maker_share", None, Sum.MAKER_SHARE),
        ("shortfall_bps", "50.2512562814", Sum.SHORTFALL),
        ("shortfall_bps", "57.56", Sum.SHORTFALL),
        ("arrival_price", "99.6", Sum.SHORTFALL),
        ("quantity", "3.9", Sum.OVERFILL),
        ("side", "sell", Sum.PARENT),
        ("started_ns", 21, Sum.TIMES),
        ("started_ns", None, Sum.TIMES),
        ("id", "p2", Sum.PARENT),
        ("venues", {}, Sum.VENUES),
    ],
)
def test_a_changed_number_is_caught(tmp_path: Path, name: str, lie: object, what: Sum) -> None:
    report = true_report()
    report["parents"][0][name] = lie
    assert what in subject.count_by_sum(audited(tmp_path, report))


@pytest.mark.parametrize(
    ("name", "lie", "what"),
    [
        ("filled", "3", Sum.FILLED),
        ("average_price", "99", Sum.AVERAGE_PRICE),
        ("fees", "0", Sum.FEES),
        ("children", 4, Sum.CHILDREN),
    ],
)
def test_a_changed_number_of_a_venue_is_caught(
    tmp_path: Path, name: str, lie: object, what: Sum
) -> None:
    report = true_report()
    report["parents"][0]["venues"]["alpha"][name] = lie
    found = subject.count_by_sum(audited(tmp_path, report))
    assert what in found
    assert (Sum.VENUES in found) == (name != "average_price")


def test_without_the_orders_children_are_bounded_from_below(tmp_path: Path) -> None:
    audited(tmp_path, true_report())
    (tmp_path / "orders.jsonl").unlink()
    assert check_report(tmp_path).passed
    report = true_report()
    report["parents"][0]["children"] = 1
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    assert Sum.CHILDREN in subject.count_by_sum(check_report(tmp_path))


def test_what_cannot_be_checked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OracleError, match="does not exist"):
        check_report(tmp_path)
    report = true_report()
    del report["parents"][0]["venues"]["alpha"]["fees"]
    with pytest.raises(OracleError, match="p1 alpha has no fees"):
        audited(tmp_path, report)
    assert subject.main(["--out", str(tmp_path)]) == 1
    mixed = replay()
    mixed.change_fill(0, fee_currency="USDC")
    with pytest.raises(OracleError, match="several currencies"):
        audited(tmp_path, true_report(), mixed)
