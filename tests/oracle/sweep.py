"""Did one order, at the moment it met the venue's book, get exactly what it could have got?"""

from dataclasses import dataclass

from tests.oracle.claims import Fill, Liquidity, Order
from tests.oracle.raw_tape import Terms
from tests.oracle.venue_book import VenueBook, walk
from tests.oracle.verdict import Findings, Rule


@dataclass(frozen=True, slots=True)
class Child:
    """An order in whole ticks and lots."""

    order: Order
    tick: int
    lots: int

    @property
    def name(self) -> str:
        """Return the child order's id."""
        return self.order.child


@dataclass(frozen=True, slots=True)
class Sweeps:
    """Judges the taker fills of one instrument."""

    terms: Terms
    findings: Findings

    def meet(self, child: Child, book: VenueBook, time_ns: int) -> int:
        """Compare the taker fills of `child` with a walk of `book`, consume them, return their lots."""
        order = child.order
        claimed = [self.in_steps(f) for f in order.fills if f.liquidity is Liquidity.TAKER]
        if order.rejected and not order.fills:
            return 0
        reach = book.reachable(order.is_buy, child.tick)
        if order.post_only:
            self._post_only(child, reach, claimed)
            return 0
        if claimed or order.is_ioc or reach:
            self._compare(child, book, walk(reach, child.lots), claimed, time_ns)
        for tick, lots in claimed:
            book.against(order.is_buy).take(tick, lots)
        return sum(lots for _, lots in claimed)

    def in_steps(self, fill: Fill) -> tuple[int, int]:
        """Return price and quantity of a fill in ticks and lots, rounded down if they lie between."""
        return int(fill.price / self.terms.tick), int(fill.quantity / self.terms.lot)

    def say(self, tick: int, lots: int) -> str:
        """Return 'quantity at price' in the tape's units."""
        return f"{float(lots * self.terms.lot):.12g} at {self.price(tick)}"

    def price(self, tick: int) -> str:
        """Return a tick as a price."""
        return f"{float(tick * self.terms.tick):.12g}"

    def _post_only(
        self, child: Child, reach: list[tuple[int, int]], claimed: list[tuple[int, int]]
    ) -> None:
        order = child.order
        if claimed:
            text = f"post-only, but took {self.say(*claimed[0])}"
        elif reach and (order.fills or order.closed_ns != order.arrived_ns):
            text = f"post-only at {self.price(child.tick)} rested through {self.say(*reach[0])}"
        else:
            return
        self.findings.broken(Rule.POST_ONLY, child.name, text)

    def _compare(
        self,
        child: Child,
        book: VenueBook,
        expected: list[tuple[int, int]],
        claimed: list[tuple[int, int]],
        time_ns: int,
    ) -> None:
        if claimed == expected:
            return
        when = f"at {time_ns}"
        if len(claimed) > 1 and sorted(claimed) == sorted(expected):
            text = f"{when} took {self._list(claimed)}; best first is {self._list(expected)}"
            self.findings.broken(Rule.BEST_FIRST, child.name, text)
            return
        for i, (tick, lots) in enumerate(claimed):
            due = expected[i] if i < len(expected) else None
            if due == (tick, lots):
                continue
            self._explain(child, book, due, (tick, lots), when)
            return
        left = self._list(expected[len(claimed) :])
        text = f"{when} ended with quantity open while {left} was left within its limit"
        self.findings.broken(Rule.NOTHING_LEFT, child.name, text)

    def _explain(
        self,
        child: Child,
        book: VenueBook,
        due: tuple[int, int] | None,
        got: tuple[int, int],
        when: str,
    ) -> None:
        """Tell why the first differing fill `got` is wrong where `due` was right."""
        tick, lots = got
        is_buy = child.order.is_buy
        side = book.against(is_buy)
        there, recorded = side.there(tick), side.recorded.get(tick, 0)
        claim = f"{when} took {self.say(tick, lots)}"
        shown = f"{self.say(tick, recorded)} was recorded"
        if there < recorded:
            shown += f", but we had taken from it and only {self._quantity(there)} was left"
        beyond = tick > child.tick if is_buy else tick < child.tick
        worse = due is not None and (tick > due[0] if is_buy else tick < due[0])
        if beyond:
            text = f"{claim}, beyond its limit of {self.price(child.tick)}"
            self.findings.broken(Rule.WITHIN_LIMIT, child.name, text)
        elif due is not None and worse:
            text = f"{claim} while {self.say(*due)} was there"
            self.findings.broken(Rule.BETTER_LEVEL_FIRST, child.name, text)
        elif lots > there:
            self.findings.broken(Rule.DEPTH_THERE, child.name, f"{claim}: {shown}")
        elif due is not None and due[0] == tick and lots < due[1]:
            text = f"{claim} although {self._quantity(due[1])} could be taken there"
            self.findings.broken(Rule.NOTHING_LEFT, child.name, text)
        else:
            text = (
                f"{claim}, more than its quantity of {self._quantity(child.lots)} leaves room for"
            )
            self.findings.broken(Rule.WITHIN_QUANTITY, child.name, text)

    def _quantity(self, lots: int) -> str:
        return f"{float(lots * self.terms.lot):.12g}"

    def _list(self, levels: list[tuple[int, int]]) -> str:
        return ", ".join(self.say(*level) for level in levels)
