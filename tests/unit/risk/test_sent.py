"""Does the second counter count what was permitted, without asking the ledger?"""

from decimal import Decimal
from random import Random

import msgspec
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
from venues.model.commands import Submit
from venues.model.events import AnswerLost, Asked, ExecutionEvent, NotSent, Standing
from venues.model.ids import ClientOrderId, ParentId
from venues.model.order import Side

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


def test_old_news_of_the_life_of_an_order_that_has_ended_counts_it_no_second_time() -> None:
    counter = SentCounter()
    counter.send(submit(1, "4"), ONE)
    counter.burn(CHILD)
    counter.answer(rejected(1))
    counter.answer(reported(1, Standing.WORKING, "0"))  # told twice, or late
    assert counter.exposure(PARENT) == 0
    counter.answer(filled(1, "1", cum="1"))  # what it has traded counts whenever it is told
    assert counter.exposure(PARENT) == UNIT


def leg(number: int, quantity: str, side: Side = Side.SELL, parent: str = "group") -> Submit:
    return msgspec.structs.replace(
        submit(number, quantity),
        side=side,
        parent_id=ParentId(parent),
        reduce_only=side is Side.SELL,
    )


def holding_ten() -> SentCounter:
    """Return a counter in which somebody has bought 10 at the place."""
    counter = SentCounter()
    counter.send(leg(1, "10", Side.BUY, "somebody"), ONE)
    counter.answer(filled(1, "10", cum="10"))
    counter.answer(expired(1, "10"))
    return counter


def test_two_capped_legs_count_what_is_held_once() -> None:
    counter = holding_ten()
    counter.send(leg(2, "10"), ONE, capped=True)
    assert counter.spared(leg(3, "10"), ONE, capped=True) == 10 * UNIT
    assert counter.spared(leg(3, "10"), ONE, capped=False) == 0


def test_nothing_is_spared_while_an_order_that_adds_to_the_position_may_live() -> None:
    counter = holding_ten()
    counter.send(leg(2, "10"), ONE, capped=True)
    counter.send(leg(4, "1", Side.BUY, "somebody"), ONE)
    assert counter.spared(leg(3, "10"), ONE, capped=True) == 0
    counter.answer(expired(4, "0"))
    assert counter.spared(leg(3, "10"), ONE, capped=True) == 10 * UNIT


def test_while_legs_stand_on_a_position_whoever_adds_to_it_would_undo_them() -> None:
    counter = holding_ten()
    counter.send(leg(2, "10"), ONE, capped=True)
    assert counter.undone_by(leg(4, "1", Side.BUY, "somebody")) == []
    counter.send(leg(3, "10"), ONE, capped=True)
    assert counter.undone_by(leg(4, "1", Side.BUY, "somebody")) == [ParentId("group")]
    assert counter.undone_by(leg(4, "1", parent="somebody")) == []
