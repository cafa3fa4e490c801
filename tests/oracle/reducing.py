"""Did reduce-only orders trade more than was held at their venue? By claimed fills alone."""

from collections.abc import Sequence
from fractions import Fraction

from tests.oracle.claims import Fill, Order
from tests.oracle.verdict import Findings, Rule


def check_reducing(orders: Sequence[Order], findings: Findings) -> None:
    """Judge every fill of a reduce-only order among all `orders` of one instrument.

    At one instant what adds to the position is counted first and what others take away is not yet:
    the benefit of the doubt, for times do not say in which order a venue matched.
    """
    for order in orders:
        if order.reduce_only:
            for time_ns in dict.fromkeys(fill.happened_ns for fill in order.fills):
                _check_instant(order, orders, time_ns, findings)


def reducible(order: Order, orders: Sequence[Order], time_ns: int) -> Fraction:
    """Return what `order` could still reduce after every fill up to and including `time_ns`."""
    net = sum(
        (_signed(order, fill) for fill in _fills(order, orders) if fill.happened_ns <= time_ns),
        Fraction(0),
    )
    return max(-net, Fraction(0))


def _check_instant(order: Order, orders: Sequence[Order], time_ns: int, findings: Findings) -> None:
    held = reduced = Fraction(0)
    for other in orders:
        if other.account != order.account:
            continue
        for fill in other.fills:
            signed = _signed(order, fill)
            if fill.happened_ns < time_ns or (fill.happened_ns == time_ns and signed < 0):
                held -= signed
            elif fill.happened_ns == time_ns and other.reduce_only:
                reduced += signed
    if reduced > max(held, Fraction(0)):
        text = f"at {time_ns} {float(reduced):.12g} is reduced where {float(held):.12g} was held"
        findings.broken(Rule.REDUCE_ONLY, order.child, text)


def _fills(order: Order, orders: Sequence[Order]) -> list[Fill]:
    return [fill for other in orders if other.account == order.account for fill in other.fills]


def _signed(order: Order, fill: Fill) -> Fraction:
    """Return a fill, > 0 where it goes the way of `order`."""
    return fill.quantity if fill.is_buy == order.is_buy else -fill.quantity
