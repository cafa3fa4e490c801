"""What do we hold at a paper venue: net perp positions, and whether reduce-only still reduces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from venues.model.commands import Submit
from venues.model.ids import AccountId, Symbol
from venues.model.instrument import ReduceOnly
from venues.paper.truth import PaperOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A perp position in lots: > 0 long, < 0 short."""

    account: AccountId
    symbol: Symbol
    lots: int


class Holdings:
    """Net perp positions by account and symbol. On spot, reduce-only means nothing to a venue."""

    __slots__ = ("_net",)

    def __init__(self, start: Sequence[Holding]) -> None:
        self._net = {(holding.account, holding.symbol): holding.lots for holding in start}

    def net(self, account: AccountId, symbol: Symbol) -> int:
        """Return the position in lots, > 0 long."""
        return self._net.get((account, symbol), 0)

    def reducible(self, order: PaperOrder) -> int:
        """Return how many lots `order` could trade without growing or turning the position."""
        if order.listing.is_spot:
            return order.lots
        net = self.net(order.submit.account, order.submit.symbol)
        return max(0, -order.submit.side.sign * net)

    def tradable(self, order: PaperOrder, lots: int) -> int:
        """Return how many of `lots` that have met `order` may trade: all, or what it can reduce."""
        return min(lots, self.reducible(order)) if order.submit.reduce_only else lots

    def refuses(self, order: PaperOrder, resting: Iterable[PaperOrder]) -> bool:
        """Return whether a reduce-only `order` is more than is left to reduce.

        A venue where they count together deducts what those that rest may still trade.
        """
        if not order.submit.reduce_only:
            return False
        together = order.listing.instrument.reduce_only is ReduceOnly.SUMMED
        taken = sum(
            own.leaves
            for own in resting
            if together and own.submit.reduce_only and _alike(own.submit, order.submit)
        )
        return order.lots + taken > self.reducible(order)

    def book(
        self, order: PaperOrder, lots: int, resting: Iterable[PaperOrder]
    ) -> tuple[PaperOrder, ...]:
        """Book a trade; return which of the `resting` orders may no longer stand.

        Those are the reduce-only ones of that account with more left than there is to reduce.
        """
        if order.listing.is_spot:
            return ()
        submit = order.submit
        held = (submit.account, submit.symbol)
        self._net[held] = self._net.get(held, 0) + submit.side.sign * lots
        return tuple(
            own
            for own in resting
            if own.submit.reduce_only
            and own.submit.account == submit.account
            and own.leaves > self.reducible(own)
        )


def _alike(one: Submit, other: Submit) -> bool:
    return (one.account, one.side) == (other.account, other.side)
