"""Whatever a ladder asks for: does all of the quantity rest, on rungs that venues take, in their order?"""

from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.scenarios.kinds import ladder
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario


@settings(max_examples=60, deadline=None)
@example(
    rungs=1,
    lots=25,
    minimum="0",
    min_notional="250",
    weights="linear",
    growth="1",
    sells=False,
)
@given(
    rungs=st.integers(1, 30),
    lots=st.integers(10, 2_000),
    minimum=st.sampled_from(("0", "0.5", "1", "7")),
    min_notional=st.sampled_from(("0", "95", "250")),
    weights=st.sampled_from(("linear", "geometric")),
    growth=st.sampled_from(("0.5", "1", "2.5")),
    sells=st.booleans(),
)
def test_all_of_it_rests_and_no_rung_is_too_small(
    rungs: int,
    lots: int,
    minimum: str,
    min_notional: str,
    weights: str,
    growth: str,
    *,
    sells: bool,
) -> None:
    venue = Venue("alpha", minimum=minimum, min_notional=min_notional)
    quantity = Decimal(lots) / 10
    how = ladder(rungs, first="10", step="30", weights=weights, growth=growth)
    side = {"sell" if sells else "buy": str(quantity)}
    desk = Scenario(how, venues=(venue,), **side)  # type: ignore[arg-type]
    desk.book("alpha", "50@99.9 | 50@100.1")
    said = desk.at(0)
    if desk.state == "failed":
        assert "below the smallest order any venue takes" in desk.why
        return
    if desk.state == "expired":  # enough at the middle, where orders are judged, but not at a rung
        assert "below every venue's smallest order" in desk.why
        assert quantity * Decimal("99.9") < Decimal(min_notional)
        return
    orders = [order.submit for order in desk.venues.orders.values()]
    assert len(orders) == len(said) <= rungs
    assert sum(order.quantity for order in orders) == quantity == desk.reserved
    prices = [order.price for order in orders]
    assert prices == sorted(prices, reverse=not sells)
    assert all(order.quantity >= Decimal(minimum) for order in orders)
    assert all(order.quantity * order.price >= Decimal(min_notional) for order in orders)
    assert all(order.post_only for order in orders)
