"""Do the fills belong to their orders: terms, times, sums, fees, and every execution only once?"""

from fractions import Fraction

from tests.oracle.claims import Fill, Liquidity, Order
from tests.oracle.raw_tape import Terms
from tests.oracle.verdict import Findings, OracleError, Rule


def assign(
    orders: list[Order],
    fills: list[Fill],
    terms: dict[tuple[str, str], Terms],
    findings: Findings,
) -> None:
    """Hand each fill to its order and check what needs no book."""
    by_child = {order.child: order for order in orders}
    if len(by_child) != len(orders):
        raise OracleError("orders.jsonl: the same child is there twice")
    seen: set[tuple[str, str]] = set()
    for fill in fills:
        order = by_child.get(fill.child)
        if order is None:
            findings.broken(Rule.UNKNOWN_CHILD, fill.child, f"{fill.exec_id} fills no known order")
            continue
        if (fill.venue, fill.exec_id) in seen:
            text = f"{fill.venue} {fill.exec_id} is booked twice"
            findings.broken(Rule.DUPLICATE_EXECUTION, fill.child, text)
            continue
        seen.add((fill.venue, fill.exec_id))
        order.fills.append(fill)
        if (fill.venue, fill.symbol) not in terms:
            raise OracleError(f"{fill.child}: {fill.venue} {fill.symbol} is not on the tape")
        _one_fill(fill, order, terms[fill.venue, fill.symbol], findings)
    for order in orders:
        _sums(order, findings)


def _one_fill(fill: Fill, order: Order, terms: Terms, findings: Findings) -> None:
    says = (fill.parent, fill.venue, fill.symbol, fill.is_buy, fill.arrived_ns)
    if says != (order.parent, order.venue, order.symbol, order.is_buy, order.arrived_ns):
        findings.broken(Rule.TERMS, fill.child, f"{fill.exec_id} differs from its order: {says}")
    for value, step, name in (
        (fill.price, terms.tick, "price"),
        (fill.quantity, terms.lot, "quantity"),
    ):
        if value <= 0 or (value / step).denominator != 1:
            text = f"{fill.exec_id}: {name} {float(value):.12g} is not on {float(step):.12g}"
            findings.broken(Rule.ON_GRID, fill.child, text)
    if fill.happened_ns < fill.arrived_ns:
        early = fill.arrived_ns - fill.happened_ns
        text = f"{fill.exec_id} traded {early} ns before the order met the book"
        findings.broken(Rule.AFTER_ARRIVAL, fill.child, text)
    maker = fill.liquidity is Liquidity.MAKER
    if maker and order.closed_ns is not None and fill.happened_ns > order.closed_ns:
        late = fill.happened_ns - order.closed_ns
        text = f"{fill.exec_id} traded {late} ns after the order had left the book"
        findings.broken(Rule.BEFORE_CLOSE, fill.child, text)
    rate = terms.maker_fee if maker else terms.taker_fee
    due, currency = fill.price * fill.quantity * rate, terms.quote
    if terms.inverse_of is not None:
        due, currency = fill.quantity / fill.price * rate, terms.base
    if terms.fee_of_buys_in_base and fill.is_buy:
        due, currency = fill.quantity * rate, terms.base
    if fill is order.fills[0]:
        due += terms.order_cost
    # A quotient is written down to sixty digits.
    exact = terms.inverse_of is None
    wrong = fill.fee != due if exact else abs(fill.fee - due) > abs(due) / 10**50
    if wrong or fill.fee_currency != currency:
        text = (
            f"{fill.exec_id} paid {_exact(fill.fee)} {fill.fee_currency}, "
            f"due was {_exact(due)} {currency}"
        )
        findings.broken(Rule.FEE, fill.child, text)
    worse = fill.price > order.price if order.is_buy else fill.price < order.price
    if worse:
        text = f"{fill.exec_id} at {_exact(fill.price)}, limit {_exact(order.price)}"
        findings.broken(Rule.WITHIN_LIMIT, fill.child, text)
    if maker and fill.price != order.price:
        text = f"{fill.exec_id} at {_exact(fill.price)}, resting at {_exact(order.price)}"
        findings.broken(Rule.OWN_PRICE, fill.child, text)
    if maker and order.is_ioc:
        findings.broken(Rule.TERMS, fill.child, f"{fill.exec_id}: an IOC never rests")


def _sums(order: Order, findings: Findings) -> None:
    total = sum((fill.quantity for fill in order.fills), Fraction(0))
    if total > order.quantity:
        text = f"filled {_exact(total)} of {_exact(order.quantity)}"
        findings.broken(Rule.WITHIN_QUANTITY, order.child, text)
    if total != order.cum_quantity:
        text = f"fills add up to {_exact(total)}, the order says {_exact(order.cum_quantity)}"
        findings.broken(Rule.CUMULATIVE, order.child, text)
    if order.fills and (order.arrived_ns is None or order.rejected):
        findings.broken(Rule.TERMS, order.child, "filled although the venue never took it")
    times = [fill.happened_ns for fill in order.fills]
    if times != sorted(times):
        findings.broken(Rule.TERMS, order.child, "its fills are not in the order they happened")


def _exact(value: Fraction) -> str:
    return f"{float(value):.12g}"
