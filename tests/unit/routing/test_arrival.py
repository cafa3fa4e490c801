"""Does routing prefer depth that was observed to stay, no more than the evidence warrants?"""

from decimal import Decimal

import pytest

from router.depth.expected import TWIN, Expect
from router.depth.expected_kernel import KERNEL
from router.routing.arrival import Learning
from router.routing.offers import Terms
from router.routing.plan import Plan
from router.routing.sweep import twin
from router.routing.take import plan_take
from tests.fakes.depth import FakeBook, book, instrument, scale_of, seen
from venues.books.layout import REACHES, WHOLE
from venues.model.ids import VenueId
from venues.model.order import Side

FLEETING, LASTING = instrument("fleeting", taker="0"), instrument("lasting", taker="0")
HALF_GOES = [[0] * REACHES, [WHOLE] * REACHES] * 40
ALL_STAYS = [[WHOLE] * REACHES] * 80
MS = 1_000_000
LEARNING = Learning(waiting_e6=500, expect=TWIN)


def asks(*levels: tuple[str, str], outcomes: list[list[int]]) -> FakeBook:
    shown = book(LASTING, bids=[("59000", "1")], asks=levels)
    shown.shares = outcomes
    return shown


def take(
    quantity: str,
    fleeting: FakeBook,
    lasting: FakeBook,
    *,
    learning: Learning | None = LEARNING,
    ways_ns: dict[VenueId, int] | None = None,
) -> Plan:
    depth, composite = seen(scale_of(FLEETING, LASTING), [fleeting, lasting])
    return plan_take(
        depth,
        composite,
        side=Side.BUY,
        quantity=Decimal(quantity),
        limit=Decimal(1_000_000),
        terms=Terms(ways_ns=ways_ns or {}),
        sweep=twin,
        learning=learning,
    )


def parts(plan: Plan) -> dict[str, str]:
    return {leg.venue: str(leg.quantity) for leg in plan.legs}


# Fleeting is 0.1 cheaper; what is missed is bought 500 millionths dearer, which is 30.
CHEAPER, DEARER = ("60000.0", "5"), ("60000.1", "5")


@pytest.mark.parametrize("by", [TWIN, KERNEL], ids=["twin", "kernel"])
def test_a_little_dearer_but_sure_is_better_than_cheaper_and_often_gone(by: Expect) -> None:
    learning = Learning(waiting_e6=500, expect=by)
    plan = take(
        "2",
        asks(CHEAPER, outcomes=HALF_GOES),
        asks(DEARER, outcomes=ALL_STAYS),
        learning=learning,
    )
    assert parts(plan) == {"lasting": "2.000"}
    assert plan.expected_cost == Decimal("120000.2"), "costs are told as displayed"


def test_much_cheaper_is_worth_the_risk() -> None:
    plan = take(
        "2",
        asks(("59900.0", "5"), outcomes=HALF_GOES),
        asks(DEARER, outcomes=ALL_STAYS),
    )
    assert parts(plan) == {"fleeting": "2.000"}


def test_what_always_stayed_is_routed_as_displayed() -> None:
    books = [asks(at, outcomes=ALL_STAYS) for at in (CHEAPER, DEARER)]
    learned, displayed = take("7", *books), take("7", *books, learning=None)
    assert parts(learned) == parts(displayed) == {"fleeting": "5.000", "lasting": "2.000"}
    assert learned.expected_cost == displayed.expected_cost
    assert learned.certified_gap == 0


def test_a_single_bad_outcome_is_no_evidence() -> None:
    plan = take(
        "2",
        asks(("59999.0", "5"), outcomes=[[0] * REACHES]),
        asks(DEARER, outcomes=ALL_STAYS),
        learning=Learning(waiting_e6=50, expect=TWIN),
    )
    assert parts(plan) == {"fleeting": "2.000"}


def test_without_any_outcome_displayed_depth_is_all_there_is() -> None:
    plan = take("7", asks(CHEAPER, outcomes=[]), asks(DEARER, outcomes=[]))
    assert parts(plan) == {"fleeting": "5.000", "lasting": "2.000"}
    assert plan.arrivals == ()
    assert [leg.arriving for leg in plan.legs] == [None, None]


def test_the_first_lots_of_a_level_are_surer_than_its_last() -> None:
    sometimes = [[WHOLE // 2] * REACHES] * 80
    plan = take(
        "4",
        asks(CHEAPER, outcomes=sometimes),
        asks(DEARER, outcomes=ALL_STAYS),
    )
    taken = {leg.venue: leg.quantity for leg in plan.legs}
    assert taken[FLEETING.venue] == Decimal("2.500")
    assert taken[LASTING.venue] == Decimal("1.500")


def test_the_plan_says_what_is_displayed_and_what_is_expected_of_it() -> None:
    plan = take(
        "2",
        asks(CHEAPER, ("60001.0", "3"), outcomes=HALF_GOES),
        asks(DEARER, outcomes=ALL_STAYS),
        ways_ns={FLEETING.venue: 5 * MS},
    )
    fleeting, lasting = plan.arrivals
    assert (fleeting.displayed, fleeting.outcomes, fleeting.way_ns) == (8, 80, 5 * MS)
    assert fleeting.expected == Decimal("4.666"), "16 outcomes of its own are what is displayed"
    assert (lasting.displayed, lasting.expected) == (5, 5)
    assert [leg.arriving for leg in plan.legs] == [WHOLE]


def test_takers_that_get_less_than_expected_lower_what_is_expected() -> None:
    unlucky = Learning(waiting_e6=500, expect=TWIN, luck={0: WHOLE // 2})
    books = [asks(at, outcomes=ALL_STAYS) for at in (CHEAPER, DEARER)]
    taken = {leg.venue: leg.quantity for leg in take("4", *books, learning=unlucky).legs}
    assert taken[FLEETING.venue] == Decimal("2.500")


def test_quantities_beyond_64_bits_are_routed_as_displayed() -> None:
    enormous = ("60000.0", "9000000000000")
    plan = take(
        "8000000000000",
        asks(enormous, outcomes=HALF_GOES),
        asks(DEARER, outcomes=ALL_STAYS),
    )
    assert plan.arrivals == ()
    assert parts(plan) == {"fleeting": "8000000000000.000"}
