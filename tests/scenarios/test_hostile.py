"""Every kind against everything that can go wrong while its order is out: no empty cell."""

import pytest

from tests.scenarios.hostile import EVENTS
from tests.scenarios.stories import CANNOT, EXPECTED, KINDS, expected

CELLS = [(kind, event) for kind in KINDS for event in EVENTS if (kind, event) not in CANNOT]


@pytest.mark.parametrize(("kind", "event"), CELLS, ids=[" / ".join(cell) for cell in CELLS])
def test_whatever_happens_to_its_order_a_parent_comes_to_the_end_it_should(
    kind: str, event: str
) -> None:
    world = KINDS[kind]()
    EVENTS[event](world)
    world.goes_on()
    assert world.told() == expected(kind, event)
    assert world.whose.reserved == 0
    assert not world.open, "an order was left at its venue"


def test_the_table_names_only_kinds_and_events_that_exist() -> None:
    assert {kind for kind, _ in (*CANNOT, *EXPECTED)} <= set(KINDS)
    assert {event for _, event in (*CANNOT, *EXPECTED)} <= set(EVENTS)
