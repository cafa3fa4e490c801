"""Could every fill of a replay have happened? The raw tape, in exchange time, is asked again.

    python tests/oracle/re_execute.py --tape DIR [--tape DIR ...] --out DIR

Exit code 0 when each fill is reproduced, 1 when one is not or the check cannot run. It imports
nothing of the product: what is right is written down here a second time, as simply as possible.
"""

import argparse
import heapq
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

if __package__ in {None, ""}:  # started as a script: make the tests importable
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.oracle.claims import Fill, Liquidity, Order, read_fills, read_orders
from tests.oracle.ledger import assign
from tests.oracle.lists import judge_lists
from tests.oracle.raw_tape import (
    RawBook,
    RawTrades,
    Terms,
    last_word_ns,
    read_book,
    read_terms,
    read_trades,
)
from tests.oracle.reducing import check_reducing, reducible
from tests.oracle.resting import Bound, Queue, Resting
from tests.oracle.stops import judge_stops
from tests.oracle.sweep import Child, Sweeps
from tests.oracle.venue_book import VenueBook
from tests.oracle.verdict import Findings, OracleError, Rule, Verdict

# At equal time: book, then trade, then arrivals at the venue, then what has left.
BOOK, TRADE, ARRIVAL, DEPARTURE = range(4)
Event = tuple[int, int, int]  # time_ns, one of the four, position in its stream


def check(tape: Path | Sequence[Path], out: Path) -> Verdict:
    """Re-execute the replay in `out` over the raw tape folder(s); OracleError if that cannot be done."""
    folders = (tape,) if isinstance(tape, Path) else tuple(tape)
    terms = read_terms(folders)
    findings = Findings()
    orders, fills = _orders(out, terms), _fills(out, terms)
    assign(orders, fills, terms, findings)
    findings.counts.update(orders=len(orders), fills=len(fills))
    judge_lists(orders, findings)
    judge_stops(orders, terms, findings)
    for key in sorted({(order.venue, order.symbol) for order in orders}):
        if key not in terms:
            raise OracleError(f"orders.jsonl: {key[0]} {key[1]} is not on the tape")
        mine = [o for o in orders if (o.venue, o.symbol) == key and o.arrived_ns is not None]
        if mine:
            check_reducing(mine, findings)
            replayed = Instrument(terms[key], mine, findings)
            replayed.run()
    return findings.verdict()


def in_worth(contracts: Fraction | None, terms: Terms | None, where: str) -> Fraction | None:
    """Return what contracts are worth in the tape's units, quote; None where they are not inverse."""
    if terms is None or terms.inverse_of is None:
        return None
    if contracts is None:
        raise OracleError(f"{where}: an inverse contract, and no number of contracts")
    return contracts * terms.inverse_of


def _fills(out: Path, terms: dict[tuple[str, str], Terms]) -> list[Fill]:
    read = [(f, terms.get((f.venue, f.symbol))) for f in read_fills(out)]
    worth = [in_worth(f.contracts, t, f.child) for f, t in read]
    return [
        f if w is None else replace(f, quantity=w) for (f, _), w in zip(read, worth, strict=True)
    ]


def _orders(out: Path, terms: dict[tuple[str, str], Terms]) -> list[Order]:
    orders = read_orders(out)
    for order in orders:
        found = terms.get((order.venue, order.symbol))
        worth = in_worth(order.contracts, found, order.child)
        cum = in_worth(order.cum_contracts, found, order.child)
        if worth is not None and cum is not None:
            order.quantity, order.cum_quantity = worth, cum
    return orders


@dataclass(slots=True)
class Instrument:
    """One venue's book of one symbol, met by our orders."""

    terms: Terms
    orders: list[Order]
    findings: Findings
    book: VenueBook = field(default_factory=VenueBook)
    bids: Queue = field(default_factory=lambda: Queue(is_buy=True))
    asks: Queue = field(default_factory=lambda: Queue(is_buy=False))
    settled_ns: int = -1

    def run(self) -> None:
        """Play the recording and let our orders arrive and leave in between."""
        raw, trades = read_book(self.terms), read_trades(self.terms)
        self.findings.counts.update(
            instruments=1, book_rows=len(raw.ticks), prints=len(trades.ticks)
        )
        children = [self._child(order) for order in self.orders]
        last_ns = last_word_ns(self.terms, raw, trades)
        sweeps = Sweeps(self.terms, self.findings)
        for time_ns, what, position in _events(raw, trades, self.orders):
            if time_ns != self.settled_ns:
                self._settle(time_ns)
            if what == BOOK:
                self._message(raw, position, time_ns)
            elif what == TRADE:
                own = self.asks if trades.taker_buys[position] else self.bids
                own.printed(trades.ticks[position], trades.lots[position])
            elif what == ARRIVAL:
                self._arrive(children[position], sweeps, time_ns, last_ns)
            else:
                order = self.orders[position]
                self._judge(order, time_ns)
                (self.bids if order.is_buy else self.asks).leave(order.child)
        self._settle(2**63)

    def _child(self, order: Order) -> Child:
        tick, lots = order.price / self.terms.tick, order.quantity / self.terms.lot
        if tick.denominator != 1 or lots.denominator != 1:
            self.findings.broken(Rule.ON_GRID, order.child, "the order is not on tick and lot")
        return Child(order, int(tick), int(lots))

    def _message(self, raw: RawBook, position: int, time_ns: int) -> None:
        first, end = raw.starts[position], raw.starts[position + 1]
        rows = list(
            zip(raw.is_bid[first:end], raw.ticks[first:end], raw.lots[first:end], strict=True)
        )
        for queue in (self.bids, self.asks):
            queue.remember_levels(self.book)
        self.book.message(raw.snapshot[position], rows)
        for queue in (self.bids, self.asks):
            queue.levels_changed(self.book)
            # Only a row that puts size on the other side at our price or better can trade with us.
            if queue.orders and _reaches(queue, rows):
                queue.traded_through(self.book, time_ns)

    def _arrive(self, child: Child, sweeps: Sweeps, time_ns: int, last_ns: int) -> None:
        order = child.order
        if time_ns > last_ns:
            if order.fills:
                text = f"traded {time_ns - last_ns} ns after the last word of the recording"
                self.findings.broken(Rule.IN_RECORDING, child.name, text)
            return
        if self._kept_from_our_own(child):
            return
        taken = sweeps.meet(child, self.book, time_ns)
        if taken:
            (self.asks if order.is_buy else self.bids).overtaken(self.book)
        self.findings.counts["taker_fills"] += sum(
            fill.liquidity is Liquidity.TAKER for fill in order.fills
        )
        stays = order.closed_ns is None or order.closed_ns > time_ns
        if order.is_ioc or order.rejected or not stays or taken >= child.lots:
            self._misses_queue(order)
            return
        queue = self.bids if order.is_buy else self.asks
        ahead = self.book.beside(order.is_buy).there(child.tick)
        resting = Resting(
            order=order,
            tick=child.tick,
            lots=child.lots - taken,
            least=Bound(ahead),
            most=Bound(ahead),
        )
        cum = 0
        for fill in order.fills:
            if fill.liquidity is Liquidity.MAKER:
                cum += sweeps.in_steps(fill)[1]
                resting.fill_times_ns.append(fill.happened_ns)
                resting.fill_cums.append(cum)
        self.findings.counts.update(resting=1, maker_fills=len(resting.fill_cums))
        queue.join(resting)

    def _kept_from_our_own(self, child: Child) -> bool:
        """Return whether a stop that woke was taken out at once: it would have met our own order."""
        order = child.order
        if order.stop is None or order.fills or order.closed_ns != order.arrived_ns:
            return False
        theirs = (self.asks if order.is_buy else self.bids).orders
        return any(o.tick <= child.tick if order.is_buy else o.tick >= child.tick for o in theirs)

    def _misses_queue(self, order: Order) -> None:
        if any(fill.liquidity is Liquidity.MAKER for fill in order.fills):
            text = "filled as a maker although it never rested"
            self.findings.broken(Rule.OPTIMISTIC, order.child, text)

    def _settle(self, next_ns: int) -> None:
        """Judge all that rests before time moves on to `next_ns`: fills in between count as early."""
        for queue in (self.bids, self.asks):
            for resting in queue.orders:
                self._bounds(resting, self.settled_ns, resting.claimed_before(next_ns))
        self.settled_ns = next_ns

    def _judge(self, order: Order, time_ns: int) -> None:
        """Judge one order that leaves at `time_ns`, with its last fills."""
        for resting in (self.bids if order.is_buy else self.asks).orders:
            if resting.order is order:
                self._bounds(resting, time_ns, resting.claimed_by(time_ns))

    def _bounds(self, resting: Resting, time_ns: int, claimed: int) -> None:
        lot, name = self.terms.lot, resting.order.child
        most, least = resting.most.filled, resting.least.filled
        known = resting.claimed_by(time_ns)
        if resting.order.reduce_only:
            # It need not have got what there was no position for.
            left = reducible(resting.order, self.orders, time_ns) / lot
            least = min(least, known + int(left))
        if claimed > most:
            text = (
                f"after {time_ns} it claims {float(claimed * lot):.12g} as a maker; with the luckiest "
                f"queue {float(most * lot):.12g} had reached it"
            )
            self.findings.broken(Rule.OPTIMISTIC, name, text)
        if known < least:
            text = (
                f"by {time_ns} it claims {float(known * lot):.12g} as a maker; even with everyone "
                f"ahead of it {float(least * lot):.12g} must have filled"
            )
            self.findings.broken(Rule.PESSIMISTIC, name, text)


def _reaches(queue: Queue, rows: list[tuple[bool, int, int]]) -> bool:
    best = queue.orders[0].tick
    if queue.is_buy:
        return any(lots and not is_bid and tick <= best for is_bid, tick, lots in rows)
    return any(lots and is_bid and tick >= best for is_bid, tick, lots in rows)


def _events(raw: RawBook, trades: RawTrades, orders: list[Order]) -> Iterator[Event]:
    arrivals = sorted(
        (order.arrived_ns, ARRIVAL, i)
        for i, order in enumerate(orders)
        if order.arrived_ns is not None
    )
    departures = sorted(
        (order.closed_ns, DEPARTURE, i)
        for i, order in enumerate(orders)
        if order.closed_ns is not None
    )
    return heapq.merge(
        ((time_ns, BOOK, i) for i, time_ns in enumerate(raw.times_ns)),
        ((time_ns, TRADE, i) for i, time_ns in enumerate(trades.times_ns)),
        arrivals,
        departures,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check from the command line and say what came out."""
    parser = argparse.ArgumentParser(description="Re-execute a replay from the raw tape.")
    parser.add_argument("--tape", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    try:
        verdict = check(chosen.tape, chosen.out)
    except OracleError as error:
        sys.stderr.write(f"cannot re-execute: {error}\n")
        return 1
    sys.stdout.write(f"{verdict}\n")
    return 0 if verdict.passed else 1


if __name__ == "__main__":
    sys.exit(main())
