"""Does report.json say what fills.jsonl adds up to?

    python tests/oracle/check_report.py --out DIR

Exit code 0 when every sum agrees, 1 when one does not or the check cannot run. Imports nothing of
the product. Sums are exact; quotients (prices, shares, bps) must be right to the last digit given,
and give at least six decimals unless they are exact with fewer.
"""

import argparse
import enum
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

if __package__ in {None, ""}:  # started as a script: make the tests importable
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.oracle.claims import Fill, Liquidity, Order, read_fills, read_orders
from tests.oracle.verdict import OracleError

_PLAIN = re.compile(r"-?[0-9]+(\.([0-9]+))?")


class Sum(enum.Enum):
    """What a report can get wrong."""

    FIELD = "a number is a string of plain digits, or null where there is none"
    PARENT = "every fill belongs to a parent of the report, on its side"
    FILLED = "filled is the sum of the fills"
    OVERFILL = "filled is at most the quantity"
    AVERAGE_PRICE = "the average price is what was paid over what was filled"
    FEES = "fees are the sum of the fees"
    CHILDREN = "children are the orders sent"
    MAKER_SHARE = "maker share is the filled part that rested"
    SHORTFALL = "shortfall is the cost against arrival, fees in, on arrival x filled"
    VENUES = "venues add up to the whole"
    TIMES = "fills lie within the life of the parent"


@dataclass(frozen=True, slots=True)
class Difference:
    """One number of the report that the fills contradict."""

    what: Sum
    where: str
    explanation: str

    def __str__(self) -> str:
        return f"{self.where}: {self.explanation} [{self.what.value}]"


@dataclass(slots=True)
class Audit:
    """Compares what is said with what is due, and keeps the differences in the order found."""

    differences: list[Difference] = field(default_factory=list)
    parents: int = 0
    fills: int = 0

    @property
    def passed(self) -> bool:
        """Return whether the report is right."""
        return not self.differences

    def __str__(self) -> str:
        seen = f"{self.fills} fills of {self.parents} parents"
        if self.passed:
            return f"the report adds up: {seen}"
        shown = "\n".join(f"  {d}" for d in self.differences[:20])
        return f"{len(self.differences)} differences in {seen}\n{shown}"

    def differs(self, what: Sum, where: str, explanation: str) -> None:
        """Note a difference."""
        self.differences.append(Difference(what, where, explanation))

    def exact(
        self, what: Sum, where: str, said: object, due: Fraction, within: Fraction = Fraction(0)
    ) -> None:
        """Compare a sum, which must be exact, or `within` so little; null counts as zero."""
        value = self._number(where, said)
        if value is not None and abs(value[0] - due) > within:
            self.differs(what, where, f"says {said}, the fills say {_show(due)}")

    def quotient(self, what: Sum, where: str, said: object, due: Fraction | None) -> None:
        """Compare a quotient, right to the last digit given; None = there is none."""
        if due is None or said is None:
            if (due is None) != (said is None):
                shown = "nothing" if due is None else _show(due)
                self.differs(what, where, f"says {said}, the fills say {shown}")
            return
        value = self._number(where, said)
        if value is None or value[0] == due:
            return
        number, decimals = value
        if abs(number - due) >= Fraction(1, 10**decimals):
            self.differs(what, where, f"says {said}, the fills say {_show(due)}")
        elif decimals < 6:
            self.differs(what, where, f"says {said}, too coarse for {_show(due)}")

    def _number(self, where: str, said: object) -> tuple[Fraction, int] | None:
        """Return the number and how many decimals it has; None (noted) when it is none."""
        if said is None:
            return Fraction(0), 0
        match = _PLAIN.fullmatch(said) if isinstance(said, str) else None
        if match is None:
            self.differs(Sum.FIELD, where, f"says {said!r}")
            return None
        return Fraction(match[0]), len(match[2] or "")


def check_report(out: Path) -> Audit:
    """Check report.json of `out` against fills.jsonl, and orders.jsonl where there is one.

    Without orders.jsonl children can only be bounded from below. OracleError if it cannot run.
    """
    parents = _parents(out / "report.json")
    fills = read_fills(out)
    orders = read_orders(out) if (out / "orders.jsonl").is_file() else None
    audit = Audit(parents=len(parents), fills=len(fills))
    names = [parent.get("id") for parent in parents]
    if len(set(names)) != len(names):
        raise OracleError("report.json: two parents have the same id")
    for fill in fills:
        if fill.parent not in names:
            audit.differs(Sum.PARENT, fill.parent, f"{fill.exec_id} fills no parent of the report")
    for parent in parents:
        mine = [fill for fill in fills if fill.parent == parent["id"]]
        sent = None if orders is None else [o for o in orders if o.parent == parent["id"]]
        _parent(parent, mine, sent, audit)
    return audit


def _parent(
    parent: dict[str, Any], fills: list[Fill], sent: list[Order] | None, audit: Audit
) -> None:
    where = str(parent["id"])
    is_buy = parent["side"] == "buy"
    if len({fill.fee_currency for fill in fills if not _in_base(fill)}) > 1:
        raise OracleError(f"{where}: fees in several currencies have no sum")
    if any(fill.is_buy != is_buy for fill in fills):
        audit.differs(Sum.PARENT, where, f"is a {parent['side']}, but some fills are not")
    _whole(parent, fills, sent, where, audit)
    filled = _filled(fills)
    if filled > Fraction(parent["quantity"]):
        audit.differs(Sum.OVERFILL, where, f"filled {_show(filled)} of {parent['quantity']}")
    resting = _filled([f for f in fills if f.liquidity is Liquidity.MAKER])
    share = resting / filled if filled else None
    audit.quotient(Sum.MAKER_SHARE, f"{where} maker_share", parent["maker_share"], share)
    audit.quotient(
        Sum.SHORTFALL,
        f"{where} shortfall_bps",
        parent["shortfall_bps"],
        _shortfall_bps(fills, parent["arrival_price"], is_buy=is_buy),
    )
    started = parent["started_ns"]
    early = [f for f in fills if started is None or f.arrived_ns < started]
    if early:
        audit.differs(Sum.TIMES, where, f"{early[0].exec_id} met a book before the parent started")
    _venues(parent, fills, sent, where, audit)


def _venues(
    parent: dict[str, Any],
    fills: list[Fill],
    sent: list[Order] | None,
    where: str,
    audit: Audit,
) -> None:
    rows: dict[str, dict[str, Any]] = parent["venues"]
    for name in sorted({fill.venue for fill in fills} - rows.keys()):
        audit.differs(Sum.VENUES, where, f"filled at {name}, which the report leaves out")
    for name, row in rows.items():
        there = [fill for fill in fills if fill.venue == name]
        sent_there = None if sent is None else [order for order in sent if order.venue == name]
        _whole(row, there, sent_there, f"{where} {name}", audit)
    for key in ("filled", "fees"):
        parts = [row[key] for row in rows.values()]
        if all(part is None or _is_plain(part) for part in [*parts, parent[key]]):
            total = sum((Fraction(part or 0) for part in parts), Fraction(0))
            if total != Fraction(parent[key] or 0):
                text = f"says {parent[key]}, its venues add up to {_show(total)}"
                audit.differs(Sum.VENUES, f"{where} {key}", text)
    total_children = sum(row["children"] for row in rows.values())
    if total_children != parent["children"]:
        text = f"says {parent['children']}, its venues add up to {total_children}"
        audit.differs(Sum.VENUES, f"{where} children", text)


def _whole(
    row: dict[str, Any], fills: list[Fill], sent: list[Order] | None, where: str, audit: Audit
) -> None:
    """Check what a parent and a venue of it both have: filled, average price, fees, children."""
    filled = _filled(fills)
    paid = sum((fill.price * fill.quantity for fill in fills), Fraction(0))
    average = paid / filled if filled else None
    audit.exact(Sum.FILLED, f"{where} filled", row["filled"], filled)
    audit.quotient(Sum.AVERAGE_PRICE, f"{where} average_price", row["average_price"], average)
    # What was paid in base of an inverse contract is a quotient: it has no last digit.
    base = any(_in_base(fill) for fill in fills)
    within = Fraction(1, 10**25) if base else Fraction(0)
    audit.exact(Sum.FEES, f"{where} fees", row["fees"], _fees(fills), within)
    children = row["children"]
    least = len({fill.child for fill in fills})
    wrong = children < least if sent is None else children != len(sent)
    if wrong:
        due = f"at least {least}" if sent is None else f"{len(sent)}"
        audit.differs(Sum.CHILDREN, f"{where} children", f"says {children}, there were {due}")


def _shortfall_bps(fills: list[Fill], arrival: str | None, *, is_buy: bool) -> Fraction | None:
    filled = _filled(fills)
    if arrival is None or not filled:
        return None
    due = Fraction(arrival) * filled
    paid = sum((fill.price * fill.quantity for fill in fills), Fraction(0))
    worse = paid - due if is_buy else due - paid
    return (worse + _fees(fills)) / due * 10_000


def _filled(fills: list[Fill]) -> Fraction:
    return sum((fill.quantity for fill in fills), Fraction(0))


def _fees(fills: list[Fill]) -> Fraction:
    """Add fees up in quote; what was paid in base counts at the price of its own fill."""
    return sum((f.fee * f.price if _in_base(f) else f.fee for f in fills), Fraction(0))


def _in_base(fill: Fill) -> bool:
    return fill.fee_currency == fill.symbol.split("/", 1)[0]


def _show(value: Fraction) -> str:
    return f"{float(value):.15g}"


def _is_plain(said: object) -> bool:
    return isinstance(said, str) and _PLAIN.fullmatch(said) is not None


def _parents(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise OracleError(f"{path} does not exist: nothing to check")
    report = json.loads(path.read_text(encoding="utf-8"))
    parents: list[dict[str, Any]] = report["parents"]
    wanted = {"id", "side", "quantity", "filled", "average_price", "arrival_price", "children"} | {
        "shortfall_bps",
        "fees",
        "maker_share",
        "started_ns",
        "venues",
    }
    for parent in parents:
        for name, missing in _missing(parent, wanted):
            raise OracleError(f"{path.name}: {name} has no {', '.join(sorted(missing))}")
    return parents


def _missing(parent: dict[str, Any], wanted: set[str]) -> Iterator[tuple[str, set[str]]]:
    name = str(parent.get("id"))
    if wanted - parent.keys():
        yield name, wanted - parent.keys()
        return
    for venue, row in parent["venues"].items():
        missing = {"filled", "average_price", "fees", "children"} - row.keys()
        if missing:
            yield f"{name} {venue}", missing


def count_by_sum(audit: Audit) -> Counter[Sum]:
    """Return how often each kind of difference was found."""
    return Counter(difference.what for difference in audit.differences)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check from the command line and say what came out."""
    parser = argparse.ArgumentParser(description="Add the fills up again.")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    try:
        audit = check_report(chosen.out)
    except OracleError as error:
        sys.stderr.write(f"cannot check: {error}\n")
        return 1
    sys.stdout.write(f"{audit}\n")
    return 0 if audit.passed else 1


if __name__ == "__main__":
    sys.exit(main())
