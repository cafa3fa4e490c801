"""Our ids fit every venue, and come back from it as they went."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.live.client_ids import read, written
from venues.live.dialect import Dialect
from venues.live.dialects import DIALECTS, HYPERLIQUID, KRAKEN
from venues.model.ids import ClientOrderId, ParentId, RunId, client_order_id

IDS = st.builds(
    client_order_id,
    st.text(max_size=8).map(RunId),
    st.text(max_size=8).map(ParentId),
    st.integers(0, 999),
    st.integers(1, 9),
)
ANY = st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=16, max_size=16)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda d: d.exchange)
@given(order=st.one_of(IDS, ANY.map(lambda text: ClientOrderId(f"fa{text}"))))
def test_an_id_comes_back_from_every_venue_as_it_went(
    dialect: Dialect, order: ClientOrderId
) -> None:
    assert read(written(order, dialect.client_ids), dialect.client_ids) == order


@given(first=ANY, second=ANY)
def test_two_orders_never_share_an_id_at_a_venue_that_counts_in_hexadecimal(
    first: str, second: str
) -> None:
    ids = HYPERLIQUID.client_ids
    same = written(ClientOrderId(f"fa{first}"), ids) == written(ClientOrderId(f"fa{second}"), ids)
    assert same == (first == second)


@pytest.mark.parametrize("order", ["fa", "", "fa0000000000000001x", "faABCDEFGHIJKLMNOP", "x" * 37])
def test_an_id_that_is_not_ours_is_not_written_in_hexadecimal(order: str) -> None:
    with pytest.raises(ValueError, match="not of our making"):
        written(ClientOrderId(order), HYPERLIQUID.client_ids)


def test_an_id_too_long_for_a_venue_is_refused_not_cut() -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        written(ClientOrderId("fa" + "a" * 17), KRAKEN.client_ids)


@pytest.mark.parametrize("shown", ["", "web_1234", "0x" + "f" * 32, "0xfa", "fa1"])
def test_what_others_ordered_is_never_taken_for_ours(shown: str) -> None:
    for dialect in DIALECTS.values():
        assert read(shown, dialect.client_ids) is None
