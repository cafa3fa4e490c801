"""What is told of an order: every fill once, one end, nothing backwards, however answers arrive."""

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from venues.live.answers import VenueOrder, VenueTrade
from venues.live.told import ToldOrder
from venues.model.events import Accepted, Canceled, ExecutionEvent, Expired, Filled, Standing
from venues.model.ids import ClientOrderId, Symbol, VenueId
from venues.model.order import Liquidity

D = Decimal
END = {Standing.CANCELED: Canceled, Standing.EXPIRED: Expired}


def trade(number: int, quantity: int = 1) -> VenueTrade:
    return VenueTrade(
        exec_id=f"7:{number}",
        quantity=D(quantity),
        price=D(100),
        fee=D(0),
        fee_currency="USDT",
        liquidity=Liquidity.MAKER,
        ts_ns=1000 + number,
    )


def picture(standing: Standing, cum: int, ts_ns: int = 5000) -> VenueOrder:
    return VenueOrder(
        venue_order_id="7",
        client_order_id="fa",
        standing=standing,
        cum_quantity=D(cum),
        ts_ns=ts_ns,
        placed_ns=1000,
    )


def order() -> ToldOrder:
    return ToldOrder(ClientOrderId("fa"), VenueId("v"), Symbol("s"))


def test_a_fill_that_comes_before_the_acceptance_brings_it_along() -> None:
    told = order().learn(picture(Standing.FILLED, 1), (trade(1),))
    assert [type(e) for e in told] == [Accepted, Filled]


def test_an_end_without_its_fills_is_told_and_the_order_is_looked_at_again() -> None:
    one = order()
    (accepted, end) = one.learn(picture(Standing.CANCELED, 2), ())
    assert isinstance(accepted, Accepted)
    assert isinstance(end, Canceled)
    assert end.cum_quantity == 2
    assert one.open
    (fill,) = one.learn(picture(Standing.CANCELED, 2), (trade(1, 2),))
    assert isinstance(fill, Filled)
    assert not one.open


def test_an_order_never_heard_of_is_not_looked_for_unless_its_answer_was_lost() -> None:
    one = order()
    assert not one.open
    one.doubts = 1
    assert one.open


# The true life of an order: trades of one each, then an end; seen in any order, any number of times.
LIVES = st.tuples(st.integers(0, 6), st.sampled_from(sorted(END, key=str))).flatmap(
    lambda life: st.tuples(
        st.just(life),
        st.lists(st.tuples(st.integers(0, life[0]), st.integers(0, life[0])), max_size=8),
    )
)


@given(LIVES)
def test_however_answers_arrive_each_fill_is_told_once_and_the_end_once(
    seen: tuple[tuple[int, Standing], Sequence[tuple[int, int]]],
) -> None:
    (filled, standing), looks = seen
    one = order()
    told: list[ExecutionEvent] = []
    for cum, listed in looks:
        trades = tuple(trade(n) for n in range(listed))
        told += one.learn(picture(Standing.WORKING, cum), trades)
    told += one.learn(picture(standing, filled), tuple(trade(n) for n in range(filled)))
    told += one.learn(picture(standing, filled), tuple(trade(n) for n in range(filled)))
    told += one.learn(picture(Standing.WORKING, 0), ())
    fills = [e for e in told if isinstance(e, Filled)]
    assert [f.exec_id for f in fills] == [f"7:{n}" for n in range(filled)]
    assert [f.cum_quantity for f in fills] == [D(n + 1) for n in range(filled)]
    ends = [e for e in told if isinstance(e, Canceled | Expired)]
    assert [type(e) for e in ends] == [END[standing]]
    assert ends[0].cum_quantity == filled
    assert sum(isinstance(e, Accepted) for e in told) == 1
    stamps = [e.ts_exchange_ns for e in told]
    assert stamps == sorted(stamps)
    assert not one.open
