"""Do the rows of a report say what the venues said?"""

from decimal import Decimal

import pytest

from router.engine.records import Flagged, Issued, ProvenAbsent, Received, Record
from router.reports.follow import Follower, OrderRow
from router.reports.lines import fill_lines, order_lines
from tests.fakes.children import (
    PARENT,
    SYMBOL,
    VENUE,
    canceled,
    expired,
    filled,
    member,
    rejected,
    reported,
    submit,
)
from venues.model.events import Accepted, Asked, ExecutionEvent, NotSent, Standing
from venues.model.ids import ClientOrderId
from venues.model.instrument import Member

CHILD = ClientOrderId("child-1")


def accepted(ts_ns: int) -> Accepted:
    """Return that child 1 met the book at venue time `ts_ns`."""
    return Accepted(client_order_id=CHILD, venue=VENUE, ts_exchange_ns=ts_ns, venue_order_id="v-1")


def following(*events: ExecutionEvent, of: Member | None = None) -> Follower:
    """Return what is known after an order of 4 and what was said of it."""
    follower = Follower({(VENUE, SYMBOL): of or member()})
    records: list[Record] = [Issued(submit(1, "4"), 1)]
    records += [Received(event, 10 + n) for n, event in enumerate(events)]
    follower.followed(records, 1)
    return follower


def row(*events: ExecutionEvent) -> OrderRow:
    """Return the row of the order."""
    return following(*events).orders[CHILD]


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], "open"),
        ([accepted(3)], "open"),
        ([accepted(3), filled(1, "4", cum="4")], "filled"),
        ([accepted(3), filled(1, "1", cum="1"), expired(1, "1")], "expired"),
        ([accepted(3), canceled(1)], "canceled"),
        ([rejected(1)], "rejected"),
        ([reported(1, Standing.EXPIRED)], "expired"),
        ([reported(1, Standing.CANCELED)], "canceled"),
        ([reported(1, Standing.WORKING)], "open"),
        ([reported(1, Standing.ABSENT)], "open"),
        ([reported(1, Standing.FILLED, "4", (filled(1, "4", cum="4"),))], "filled"),
        ([NotSent(client_order_id=CHILD, venue=VENUE, asked=Asked.SUBMIT, reason="")], "rejected"),
        ([NotSent(client_order_id=CHILD, venue=VENUE, asked=Asked.CANCEL, reason="")], "open"),
    ],
)
def test_an_order_ends_as_the_venue_said_however_it_was_said(
    events: list[ExecutionEvent], state: str
) -> None:
    assert row(*events).state == state


def test_an_order_proven_absent_was_never_taken() -> None:
    follower = following()
    follower.followed([ProvenAbsent(CHILD, 5)], 5)
    assert follower.orders[CHILD].state == "rejected"


def test_the_first_word_on_its_end_counts_unless_it_turns_out_to_be_filled() -> None:
    assert row(accepted(3), expired(1), canceled(1)).state == "expired"
    assert row(accepted(3), canceled(1), filled(1, "4", cum="4")).state == "filled"


def test_arrival_is_when_it_met_the_book_and_not_its_first_fill() -> None:
    assert row(filled(1, "1", cum="1"), accepted(3)).arrived_ns == 3
    assert row(accepted(3), filled(1, "1", cum="1")).arrived_ns == 3
    assert row(filled(1, "1", cum="1")).arrived_ns == 5_000


def test_an_execution_told_twice_is_one_row() -> None:
    fill = filled(1, "1", cum="1")
    follower = following(accepted(3), fill, fill, reported(1, Standing.WORKING, "1", (fill,)))
    assert len(follower.executions) == 1
    assert follower.orders[CHILD].filled == 1


def test_rows_are_in_units_of_the_market() -> None:
    of = member(contract_size="0.01", unit="1000")
    follower = following(filled(1, "4", cum="4", price="250"), of=of)
    (execution,) = follower.executions
    assert (execution.quantity, execution.price) == (40, Decimal("0.25"))
    (line,) = fill_lines(follower)
    assert b'"quantity":"40"' in line
    assert b'"price":"0.25"' in line
    (line,) = order_lines(follower)
    assert b'"cum_quantity":"40"' in line


def test_times_that_nobody_said_are_null() -> None:
    (line,) = order_lines(following())
    assert b'"arrived_ns":null,"closed_ns":null' in line


def test_orders_of_nobody_make_no_rows_and_flags_are_kept() -> None:
    follower = following()
    follower.followed([Received(filled(9, "1", cum="1"), 2), Flagged(PARENT, "x", "y", 3)], 3)
    assert follower.executions == []
    assert [flag.code for flag in follower.flags] == ["x"]
