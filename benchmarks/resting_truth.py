"""What would really have become of our orders? Told by the orders of others, where those are recorded.

An order of ours stands behind every order that stands at its price when it comes. Which of those were
executed and which cancelled is known: an execution reduces an order or deletes it with nothing left,
anything else deletes it with something left. Ours has been filled once none of those is left and one
behind it, or one at a worse price, is executed: the taker would have met ours first.

Where a book has come through its price without an execution, somebody would have traded with ours,
or kept away; such are told apart.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from benchmarks.resting_orders import Posted
from venues.books.probes import HORIZONS, NS_PER_S
from venues.model.instrument import Instrument
from venues.model.market import BID

_LONGEST_NS: Final = HORIZONS[-1] * NS_PER_S


@dataclass(slots=True)
class Truth:
    """One order of ours; `filled_ns` is its age then, None = not within the longest horizon.

    `ahead`: how many of those that stood before it still stand.
    """

    posted: Posted
    ahead: int
    filled_ns: int | None = None

    def filled_by(self, horizon_s: int, *, or_passed: bool) -> bool:
        """Return whether it had been filled by then, or (if so asked) its price been passed."""
        ages = [self.filled_ns, self.posted.passed_ns if or_passed else None]
        return any(age is not None and age <= horizon_s * NS_PER_S for age in ages)


@dataclass(slots=True)
class _Orders:
    """Everybody's orders at one venue, and ours among them."""

    standing: dict[int, tuple[int, int]] = field(default_factory=dict)  # id -> side, tick
    at: dict[tuple[int, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    behind: dict[int, list[Truth]] = field(default_factory=dict)  # id -> ours behind it
    ours: list[Truth] = field(default_factory=list)

    def post(self, posted: Posted) -> Truth:
        """Put an order of ours behind all that stand at its price."""
        before = self.at[posted.side, posted.tick]
        truth = Truth(posted, len(before))
        for order_id in before:
            self.behind.setdefault(order_id, []).append(truth)
        self.ours.append(truth)
        return truth

    def create(self, order_id: int, side: int, tick: int) -> None:
        """Follow a new order of somebody's."""
        self.standing[order_id] = (side, tick)
        self.at[side, tick].add(order_id)

    def executed(self, order_id: int, side: int, tick: int, now_ns: int) -> None:
        """Fill ours where an order that trades stood behind them."""
        before_it = {id(truth) for truth in self.behind.get(order_id, ())}
        self.ours = [t for t in self.ours if now_ns - t.posted.at_ns <= _LONGEST_NS]
        for truth in self.ours:
            p = truth.posted
            if p.side != side or truth.filled_ns is not None or id(truth) in before_it:
                continue
            worse = tick < p.tick if side == BID else tick > p.tick
            if worse or (tick == p.tick and not truth.ahead):
                truth.filled_ns = now_ns - p.at_ns

    def gone(self, order_id: int) -> None:
        """Follow the end of an order."""
        side_tick = self.standing.pop(order_id, None)
        if side_tick is not None:
            self.at[side_tick].discard(order_id)
        for truth in self.behind.pop(order_id, ()):
            truth.ahead -= 1


def truths(events: Path, instrument: Instrument, posted: list[Posted]) -> list[Truth]:
    """Return what became of `posted` by the order-level events in a parquet file.

    Columns: ts_exchange_ns, order_id, action (created, changed, deleted), side (b, a), price,
    remaining_size.
    """
    columns = ["ts_exchange_ns", "order_id", "action", "side", "price", "remaining_size"]
    rows = pl.read_parquet(events, columns=columns).rows()
    tick_size = float(instrument.tick_size)
    orders, told = _Orders(), []
    coming = iter(sorted(posted, key=lambda p: p.at_ns))
    ours = next(coming, None)
    for ts_ns, order_id, action, side_word, price, left in rows:
        side, tick = (0 if side_word == "b" else 1), round(price / tick_size)
        while ours is not None and ours.at_ns < ts_ns:
            told.append(orders.post(ours))
            ours = next(coming, None)
        if action == "created":
            orders.create(order_id, side, tick)
            continue
        if action == "changed" or left == 0:
            orders.executed(order_id, side, tick, ts_ns)
        if action == "deleted":
            orders.gone(order_id)
    return told
