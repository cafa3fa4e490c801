"""What must hold in every story, whatever goes wrong in it?

Both drivers tell it to the byte alike; each fill of the venues is booked once and none beyond quantity
and limit; what must not take never does; the parent ends and says why, with nothing left at a venue; the
report adds up; and the outside oracle reproduces every fill from the raw tape.
"""

import json
from decimal import Decimal

from router.engine.records import ParentAmended
from strategies.spec import ParentSpec
from tests.matrix.kinds import EXIT, PARENT, Kind
from tests.matrix.play import Done
from tests.oracle.check_report import check_report
from tests.oracle.re_execute import check
from venues.model.commands import Cancel, Query, orders_of
from venues.model.events import Standing
from venues.model.order import Liquidity, Side

FILES = ("fills.jsonl", "orders.jsonl", "plans.jsonl")


def alike(one: Done, other: Done) -> None:
    """Insist that both drivers did the same."""
    assert one.report.digest == other.report.digest
    assert one.report.parents == other.report.parents
    for name in FILES:
        assert (one.out / name).read_bytes() == (other.out / name).read_bytes(), name


def judge(done: Done, kind: Kind) -> None:
    """Insist on everything that holds in every story."""
    _all_booked_once(done)
    for parent in done.paper.desk.engine.core.state.parents.values():
        assert parent.ended
        assert parent.reason
        assert parent.reserved == 0
        _within_bounds(done, parent.spec, kind)
    if kind.parent == EXIT:
        _never_sold_more_than_held(done)
    assert not [o for o in done.orders if o.standing is Standing.WORKING], "left at its venue"
    _re_executed(done)


def _all_booked_once(done: Done) -> None:
    happened = sorted(fill.exec_id for order in done.orders for fill in order.fills)
    reported = sorted(execution.exec_id for execution in done.paper.follower.executions)
    assert reported == happened
    for parent in done.paper.desk.engine.core.state.parents.values():
        mine = [o for o in done.orders if o.submit.parent_id == parent.spec.id]
        assert parent.filled == sum(f.quantity for order in mine for f in order.fills)


def _within_bounds(done: Done, spec: ParentSpec, kind: Kind) -> None:
    amended = [
        r.spec.quantity
        for _, r in done.records
        if isinstance(r, ParentAmended) and r.parent_id == spec.id
    ]
    mine = [o for o in done.orders if o.submit.parent_id == spec.id]
    fills = [fill for order in mine for fill in order.fills]
    assert sum(f.quantity for f in fills) <= max([Decimal(kind.quantity), *amended])
    worst = Decimal(101) if spec.side is Side.BUY else Decimal(kind.worst)
    assert all((worst - f.price) * spec.side.sign >= 0 for f in fills), fills
    for order in mine:
        if order.submit.trigger is not None and not order.list_id:
            assert not order.fills, "what its venue held was taken back, and traded"
            continue
        if order.submit.post_only:
            assert {f.liquidity for f in order.fills} <= {Liquidity.MAKER}
            assert {f.price for f in order.fills} <= {order.submit.price}
        assert order.submit.post_only or not spec.passive_only
        assert (worst - order.submit.price) * spec.side.sign >= 0, order.submit


def _never_sold_more_than_held(done: Done) -> None:
    fills = [(f.ts_exchange_ns, o, f) for o in done.orders for f in o.fills]
    for venue in done.paper.venues:
        held = Decimal(0)
        for _, order, fill in sorted(fills, key=lambda row: row[0]):
            if order.submit.venue == venue.venue:
                held += fill.quantity * (1 if order.submit.parent_id == PARENT else -1)
                assert held >= 0, fill


def _re_executed(done: Done) -> None:
    """Let the oracle judge by the raw tape; what no answer told us the venue's own log completes."""
    audit = check_report(done.out)
    assert audit.passed, str(audit)
    stops = {o.submit.client_order_id for o in done.orders if o.submit.trigger is not None}
    came: dict[str, int] = {}
    went: dict[str, int] = {}
    for seen in done.requests:
        if not seen.refusal:
            if isinstance(seen.command, Query):
                continue
            times = went if isinstance(seen.command, Cancel) else came
            ids = [s.client_order_id for s in orders_of(seen.command)]
            for order_id in ids or [seen.command.client_order_id]:
                times.setdefault(order_id, seen.ts_ns)
    for name in ("orders.jsonl", "fills.jsonl"):
        path = done.out / name
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        for row in rows:
            if (
                row["child"] not in stops
            ):  # else it was taken then, and meets the book when it wakes
                row["arrived_ns"] = came.get(row["child"])
            if name == "orders.jsonl":
                row["closed_ns"] = row["closed_ns"] or went.get(row["child"])
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    verdict = check(done.tape, done.out)
    assert verdict.passed, str(verdict)
    assert verdict.counts["fills"] == sum(len(order.fills) for order in done.orders)
