"""What did an outside check find: which rules were broken, by which child, and how much was looked at?"""

import enum
from collections import Counter
from dataclasses import dataclass, field


class OracleError(Exception):
    """The check could not run; the sentence says which file and what is wrong with it."""


class Rule(enum.Enum):
    """The rules an execution can break."""

    UNKNOWN_CHILD = "a fill belongs to an order that was sent"
    TERMS = "a fill carries the terms of its order"
    ON_GRID = "prices are on the tick and quantities on the lot"
    DUPLICATE_EXECUTION = "an execution counts once"
    AFTER_ARRIVAL = "nothing trades before it arrives"
    BEFORE_CLOSE = "nothing trades after it has left the book"
    WITHIN_LIMIT = "nothing trades beyond its limit"
    WITHIN_QUANTITY = "an order fills at most its quantity"
    CUMULATIVE = "the fills of an order add up to its cumulative quantity"
    FEE = "the fee is notional times the tape's fee"
    IN_RECORDING = "nothing trades after the recording has ended"
    BEST_FIRST = "levels are taken best first"
    BETTER_LEVEL_FIRST = "a level is taken only when the better ones are empty"
    DEPTH_THERE = "only size that is there can be taken"
    NOTHING_LEFT = "what stays open found nothing more within its limit"
    POST_ONLY = "a post-only order never takes"
    OWN_PRICE = "a maker fills at its own price"
    OPTIMISTIC = "a maker gets at most its optimistic fill"
    TRIGGER = "a stop wakes when the venue's own price comes to its trigger"
    LIST = "the legs of an order list are one order's worth, and end together"
    REDUCE_ONLY = "a reduce-only order trades no more than is held"
    PESSIMISTIC = "a maker gets at least its pessimistic fill"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One broken rule: whose child, and a sentence with the numbers."""

    rule: Rule
    child: str
    explanation: str

    def __str__(self) -> str:
        return f"{self.child}: {self.explanation} [{self.rule.value}]"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one check: how much was looked at, and every broken rule in the order found."""

    counts: dict[str, int]
    mismatches: tuple[Mismatch, ...]

    @property
    def passed(self) -> bool:
        """Return whether no rule was broken."""
        return not self.mismatches

    def __str__(self) -> str:
        seen = ", ".join(f"{number} {name}" for name, number in self.counts.items())
        if self.passed:
            return f"reproduced: {seen}"
        shown = [f"  {m}" for m in self.mismatches[:20]]
        rest = len(self.mismatches) - len(shown)
        tail = [f"  and {rest} more"] if rest > 0 else []
        return "\n".join([f"{len(self.mismatches)} mismatches in {seen}", *shown, *tail])


@dataclass(slots=True)
class Findings:
    """Collects mismatches, the first of each rule per child, so that one lie is told once."""

    mismatches: list[Mismatch] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    told: set[tuple[Rule, str]] = field(default_factory=set)

    def broken(self, rule: Rule, child: str, explanation: str) -> None:
        """Note that `child` broke `rule`."""
        if (rule, child) not in self.told:
            self.told.add((rule, child))
            self.mismatches.append(Mismatch(rule, child, explanation))

    def verdict(self) -> Verdict:
        """Return what was found so far."""
        return Verdict(dict(self.counts), tuple(self.mismatches))
