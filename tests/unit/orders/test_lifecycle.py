"""Is the table of a child's life what it should be? A table can be tested as data."""

from itertools import product

import pytest

from router.orders.lifecycle import CLOSED, NEXT, Report, Status, after

OPEN = [status for status in Status if status not in CLOSED]


def test_nothing_reopens_a_closed_order() -> None:
    for status in CLOSED:
        assert set(NEXT[status].values()) == {status}


def test_a_closed_order_takes_every_report_without_complaint() -> None:
    for status, report in product(CLOSED, Report):
        assert after(status, report) is status


def test_every_status_has_a_row_and_every_open_one_can_end_in_every_way() -> None:
    assert set(NEXT) == set(Status)
    for status in OPEN:
        ends = {end for end in NEXT[status].values() if end in CLOSED}
        assert ends >= CLOSED - {Status.REJECTED}


@pytest.mark.parametrize("status", [Status.SENT, Status.IN_DOUBT])
def test_only_an_order_that_was_never_acknowledged_can_be_refused_as_a_whole(
    status: Status,
) -> None:
    assert after(status, Report.REJECTED) is Status.REJECTED
    assert after(Status.WORKING, Report.REJECTED) is None


@pytest.mark.parametrize("status", OPEN)
def test_a_lost_answer_puts_any_open_order_in_doubt(status: Status) -> None:
    assert after(status, Report.LOST) is Status.IN_DOUBT


@pytest.mark.parametrize("report", [Report.ACCEPTED, Report.FILL])
def test_a_sign_of_life_ends_a_doubt(report: Report) -> None:
    assert after(Status.IN_DOUBT, report) is Status.WORKING


def test_partially_filled_is_a_quantity_and_not_a_status() -> None:
    assert {s.value for s in Status} == {
        "held",
        "sent",
        "working",
        "in doubt",
        "filled",
        "canceled",
        "rejected",
        "expired",
    }
