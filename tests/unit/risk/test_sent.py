"""Does the second counter count what was permitted, without asking the ledger?"""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.risk.sent import SentCounter, atoms
from tests.fakes.children import (
    PARENT,
    SPEC,
    VENUE,
    canceled,
    expired,
    filled,
    rejected,
    reported,
    submit,
)
from venues.model.events import AnswerLost, Asked, ExecutionEvent, NotSent, Standing
from venues.model.ids import ClientOrderId

ONE = Decimal(1)
UNIT = 10**18
CHILD = ClientOrderId("child-1")


def counting(*events: ExecutionEvent, quantity: str = "4") -> int:
    """Return the exposure, in atoms, after one order and what was said of it."""
    counter = SentCounter()
    counter.send(submit(1, quantity), ONE)
    for event in events:
        counter.answer(event)
    return counter.exposure(PARENT)


def test_an_order_counts_in_full_from_the_moment_it_is_approved() -> None:
    assert counting() == 4 * UNIT


def test_a_fill_changes_nothing_until_the_order_is_over() -> None:
    assert counting(filled(1, "1", cum="1")) == 4 * UNIT


@pytest.mark.parametrize(
    "end", [canceled(1, "1"), expired(1, "1"), reported(1, Standing.EXPIRED, "1")]
)
def test_an_end_leaves_what_has_traded(end: ExecutionEvent) -> None:
    assert counting(end) == UNIT


def test_a_rejection_leaves_nothing() -> None:
    assert counting(rejected(1)) == 0


def test_what_was_never_sent_leaves_nothing_but_a_cancel_not_sent_proves_nothing() -> None:
    def unsent(asked: Asked) -> NotSent:
        return NotSent(client_order_id=CHILD, venue=VENUE, asked=asked, reason="late")

    assert counting(unsent(Asked.SUBMIT)) == 0
    assert counting(unsent(Asked.CANCEL)) == 4 * UNIT


@pytest.mark.parametrize(
    "event",
    [
        AnswerLost(client_order_id=CHILD, venue=VENUE, asked=Asked.SUBMIT),
        reported(1, Standing.ABSENT),
        reported(1, Standing.WORKING),
    ],
)
def test_silence_and_weak_answers_release_nothing(event: ExecutionEvent) -> None:
    assert counting(event) == 4 * UNIT


def test_a_late_fill_of_an_order_that_was_over_counts() -> None:
    assert counting(canceled(1, "1"), filled(1, "2", cum="3")) == 3 * UNIT


def test_it_trusts_the_cumulative_quantity_and_not_the_number_of_messages() -> None:
    fill = filled(1, "1", cum="1")
    assert counting(fill, fill, fill, canceled(1, "1")) == UNIT


def test_an_overfill_counts_beyond_the_order() -> None:
    assert counting(filled(1, "5", cum="5")) == 5 * UNIT


def test_orders_of_nobody_change_nothing() -> None:
    counter = SentCounter()
    counter.answer(filled(9, "1", cum="1"))
    assert counter.exposure(PARENT) == 0


def test_units_of_the_market_are_counted_rounded_away_from_zero() -> None:
    counter = SentCounter()
    counter.send(submit(1, "3"), Decimal("0.001"))
    assert counter.exposure(SPEC.id) == 3 * 10**15
    assert atoms(Decimal("1e-19")) == 1


@given(
    st.lists(st.integers(0, 40), max_size=6),
    st.sampled_from(["canceled", "expired", "open"]),
    st.integers(0, 2**32),
)
def test_any_order_and_repetition_of_messages_gives_the_same_count(
    sizes: list[int], end: str, seed: int
) -> None:
    cum = 0
    events: list[ExecutionEvent] = []
    for size in sizes:
        cum += size
        events.append(filled(1, str(size), cum=str(cum)))
    if end != "open":
        events.append(canceled(1, str(cum)) if end == "canceled" else expired(1, str(cum)))
    straight = counting(*events, quantity="300")
    twice = [*events, *events]
    Random(seed).shuffle(twice)
    assert counting(*twice, quantity="300") == straight
