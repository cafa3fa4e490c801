"""Did each order list end as one? What trades, wakes or is taken out first ends the other leg at once."""

from collections.abc import Sequence

from tests.oracle.claims import Order
from tests.oracle.verdict import Findings, Rule


def judge_lists(orders: Sequence[Order], findings: Findings) -> None:
    """Note every list of which both legs lived on; a leg of whose end nobody was told ended with it.

    The end of a list is the first of these: a fill of its profit, the waking of its stop, the end of
    either. After it only the profit that has traded, or the stop that has woken, is still there.
    """
    lists: dict[str, list[Order]] = {}
    for order in orders:
        if order.list_name is not None:
            lists.setdefault(order.list_name, []).append(order)
    for name, legs in lists.items():
        findings.counts["lists"] += 1
        if not _is_pair(legs):
            text = f"{len(legs)} orders of list {name} are not a profit and its stop"
            findings.broken(Rule.LIST, legs[0].child, text)
        elif not all(leg.rejected for leg in legs):
            profit, stop = sorted(legs, key=lambda leg: leg.stop is not None)
            _judge(profit, stop, findings)


def _is_pair(legs: Sequence[Order]) -> bool:
    if len(legs) != 2:
        return False
    one, other = legs
    same = (one.venue, one.symbol, one.account, one.is_buy, one.quantity)
    return (
        same == (other.venue, other.symbol, other.account, other.is_buy, other.quantity)
        and {one.stop is None, other.stop is None} == {True, False}
        and {one.post_only, other.post_only} == {True, False}
    )


def _judge(profit: Order, stop: Order, findings: Findings) -> None:
    traded_ns = min((fill.happened_ns for fill in profit.fills), default=None)
    woke_ns = stop.arrived_ns
    if traded_ns is not None and woke_ns is not None:
        text = f"traded at {traded_ns} although its stop woke at {woke_ns}"
        findings.broken(Rule.LIST, profit.child, text)
        return
    known = [traded_ns, woke_ns, profit.closed_ns, stop.closed_ns]
    end_ns = min((ns for ns in known if ns is not None), default=None)
    if end_ns is None:
        return
    for leg, goes_on in ((profit, traded_ns == end_ns), (stop, woke_ns == end_ns)):
        if goes_on:
            continue
        if leg.closed_ns is None:
            leg.closed_ns = end_ns
        elif leg.closed_ns > end_ns or any(fill.happened_ns > end_ns for fill in leg.fills):
            text = f"was there until {leg.closed_ns}, its list had ended at {end_ns}"
            findings.broken(Rule.LIST, leg.child, text)
