"""How rows are written for others: one JSON document a line, numbers as plain strings."""

from collections.abc import Iterator

import msgspec

from router.reports.follow import Execution, Follower, OrderRow, PlaceRow
from venues.model.ids import MAIN_ACCOUNT
from venues.model.numbers import plain

_encode = msgspec.json.Encoder().encode


def fill_lines(follower: Follower) -> Iterator[bytes]:
    """Yield `fills.jsonl`: executions in causal order."""
    for execution in follower.executions:
        yield _encode(_fill(execution))


def order_lines(follower: Follower) -> Iterator[bytes]:
    """Yield `orders.jsonl`: children in the order they were issued, as the venue saw them."""
    for row in follower.orders.values():
        yield _encode(_order(row))


def plan_lines(follower: Follower) -> Iterator[bytes]:
    """Yield `plans.jsonl`: one routing decision a line.

    A `plan` to take, with the books it saw, or, where fills are learned, why a `rest` went where.
    """
    places = iter(follower.places)
    place = next(places, None)
    for row in follower.plans:
        while place is not None and place.plan_no < row.plan_no:
            yield _place(place)
            place = next(places, None)
        yield _encode(
            {"parent": row.parent, "plan_no": row.plan_no, "ts_ns": row.at_ns, "plan": row.plan}
        )
    while place is not None:
        yield _place(place)
        place = next(places, None)


def _place(row: PlaceRow) -> bytes:
    return _encode(
        {"parent": row.parent, "plan_no": row.plan_no, "ts_ns": row.at_ns, "rest": row.weighed}
    )


def _fill(e: Execution) -> dict[str, str | int]:
    row: dict[str, str | int] = {
        "ts_ns": e.ts_ns,
        "parent": e.parent,
        "child": e.child,
        "venue": e.venue,
        "symbol": e.symbol,
        "side": e.side.value,
        "price": plain(e.price),
        "quantity": plain(e.quantity),
        "fee": plain(e.fee),
        "fee_currency": e.fee_currency,
        "liquidity": e.liquidity.value,
        "exec_id": e.exec_id,
        "arrived_ns": e.arrived_ns,
        "ts_exchange_ns": e.ts_exchange_ns,
    }
    if e.contracts is not None:
        row["contracts"] = plain(e.contracts)
    return row


def _order(row: OrderRow) -> dict[str, str | int | bool | None]:
    s, member = row.submit, row.member
    line: dict[str, str | int | bool | None] = {
        "child": s.client_order_id,
        "parent": s.parent_id,
        "leg": s.leg,
        "venue": s.venue,
        "symbol": s.symbol,
        "side": s.side.value,
        "price": plain(member.market_price(s.price)),
        "quantity": plain(member.market_quantity(s.quantity)),
        "time_in_force": s.time_in_force.value,
        "post_only": s.post_only,
        "decided_ns": s.decided_ns,
        "released_ns": row.released_ns or None,
        "state": row.state,
        "arrived_ns": row.arrived_ns or None,
        "closed_ns": row.closed_ns or None,
        "cum_quantity": plain(member.market_quantity(row.filled)),
    }
    if s.trigger is not None:
        line |= {
            "trigger_price": plain(member.market_price(s.trigger.price)),
            "trigger_source": s.trigger.source.value,
            "trigger_direction": s.trigger.direction.value,
            "taken_ns": row.taken_ns or None,
        }
    if row.list_of is not None:
        line["list"] = row.list_of
    if s.reduce_only:
        line["reduce_only"] = True
    if s.account != MAIN_ACCOUNT:
        line["account"] = s.account
    if member.counted is not None:
        line |= {"contracts": plain(s.quantity), "cum_contracts": plain(row.filled)}
    return line
