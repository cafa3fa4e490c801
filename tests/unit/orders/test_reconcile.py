"""When is "not found" a proof?"""

from dataclasses import replace

import pytest

from router.orders.child import Child
from router.orders.lifecycle import Report
from router.orders.reconcile import DoubtMargins, Look, negative_look, next_query_ns
from tests.fakes.children import child

MARGINS = DoubtMargins(margin_ns=100, retry_ns=10, retry_max_ns=80)
DEADLINE_NS = 2_000


def in_doubt(absent_since_ns: int = 0) -> Child:
    """Return a child in doubt whose deadline was DEADLINE_NS."""
    one = child(1, "1")
    one.report(Report.LOST)
    one.absent_since_ns = absent_since_ns
    return one


@pytest.mark.parametrize(
    ("now_ns", "seen_ns", "look"),
    [
        (DEADLINE_NS, 0, Look.TOO_EARLY),
        (DEADLINE_NS + 100, 0, Look.TOO_EARLY),
        (DEADLINE_NS + 101, 0, Look.FIRST),
        (DEADLINE_NS + 200, DEADLINE_NS + 101, Look.TOO_EARLY),
        (DEADLINE_NS + 201, DEADLINE_NS + 101, Look.PROOF),
    ],
)
def test_two_looks_a_margin_apart_after_the_deadline_and_a_margin(
    now_ns: int, seen_ns: int, look: Look
) -> None:
    assert negative_look(in_doubt(seen_ns), now_ns=now_ns, margins=MARGINS) is look


def test_a_sign_of_life_forgets_the_first_look() -> None:
    one = in_doubt(DEADLINE_NS + 101)
    one.report(Report.ACCEPTED)
    assert one.absent_since_ns == 0
    one.report(Report.LOST)
    assert negative_look(one, now_ns=DEADLINE_NS + 900, margins=MARGINS) is Look.FIRST


def test_questions_double_up_to_a_bound_and_never_overflow() -> None:
    one = in_doubt()
    waits = []
    for queries in (0, 1, 2, 3, 4, 1000):
        one.queries = queries
        waits.append(next_query_ns(one, now_ns=7, margins=MARGINS) - 7)
    assert waits == [10, 20, 40, 80, 80, 80]


def test_a_longer_margin_asks_for_more() -> None:
    later = replace(MARGINS, margin_ns=1_000)
    assert negative_look(in_doubt(), now_ns=DEADLINE_NS + 500, margins=later) is Look.TOO_EARLY
