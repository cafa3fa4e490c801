"""Did each stop wake when the venue's own price came to its trigger, and not before or after?

A stop is held from the moment the venue has it. The first print (or mark) after that moment, in exchange
time, that is at the trigger or beyond it wakes it; what stood before that moment does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from tests.oracle.claims import Order, Stop
from tests.oracle.raw_tape import Terms
from tests.oracle.verdict import Findings, OracleError, Rule

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Prices:
    """One price of one instrument, by exchange time."""

    told: Sequence[tuple[int, Fraction]]

    def first_after(self, stop: Stop, after_ns: int) -> int | None:
        """Return when the price first comes to the trigger after `after_ns`."""
        return next((ns for ns, p in self.told if ns > after_ns and _at(stop, p)), None)

    def comes_at(self, stop: Stop, time_ns: int) -> bool:
        """Return whether a price at the trigger was told exactly at `time_ns`."""
        return any(ns == time_ns and _at(stop, p) for ns, p in self.told)


def judge_stops(orders: Sequence[Order], terms: Mapping[_Key, Terms], findings: Findings) -> None:
    """Note every stop that woke at another time than the raw tape says."""
    known: dict[tuple[_Key, str], _Prices] = {}
    for order in orders:
        if order.stop is None:
            continue
        findings.counts["stops"] += 1
        key = (order.venue, order.symbol)
        if key not in terms:
            raise OracleError(f"orders.jsonl: {key[0]} {key[1]} is not on the tape")
        asked = (key, order.stop.source)
        if asked not in known:
            known[asked] = _read(terms[key], order.stop.source)
        _judge(order, order.stop, known[asked], findings)


def _judge(order: Order, stop: Stop, prices: _Prices, findings: Findings) -> None:
    if order.rejected or (order.arrived_ns is None and stop.taken_ns is None):
        return
    if stop.taken_ns is None:
        # When the venue took it was never told: at least something must have woken it.
        woke = order.arrived_ns
        if woke is not None and not prices.comes_at(stop, woke):
            text = f"woke at {woke}, when no {stop.source} price was at its trigger"
            findings.broken(Rule.TRIGGER, order.child, text)
        return
    due_ns = prices.first_after(stop, stop.taken_ns)
    if order.arrived_ns == due_ns:
        return
    if order.arrived_ns is None and order.closed_ns is not None and due_ns is not None:
        if order.closed_ns <= due_ns:
            return  # it had been taken out by then
    elif order.arrived_ns is None and order.closed_ns is None:
        return  # nobody was told how it ended
    text = f"woke at {order.arrived_ns}; its {stop.source} price came to the trigger at {due_ns}"
    findings.broken(Rule.TRIGGER, order.child, text)


def _at(stop: Stop, price: Fraction) -> bool:
    return price >= stop.price if stop.is_up else price <= stop.price


def _read(terms: Terms, source: str) -> _Prices:
    if source == "last":
        frame = pl.read_parquet(terms.trades)
        values = frame["price"].to_list()
        steps = [Fraction(round(Fraction(v) / terms.tick)) * terms.tick for v in values]
        return _sorted(frame["ts_exchange_ns"].to_list(), steps)
    if terms.derivs is None:
        raise OracleError(f"{terms.venue} {terms.symbol}: a stop on the mark, and no marks")
    frame = pl.read_parquet(terms.derivs)
    frame = frame.filter(frame["kind"].cast(pl.String) == "mark")
    marks = [Fraction(repr(v)) for v in frame["value"].to_list()]
    return _sorted(frame["ts_exchange_ns"].to_list(), marks)


def _sorted(times_ns: list[int], prices: list[Fraction]) -> _Prices:
    return _Prices(sorted(zip(times_ns, prices, strict=True), key=lambda told: told[0]))
