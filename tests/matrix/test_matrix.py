"""Every kind against everything that can go wrong while its order is out, on paper venues: no empty cell."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.matrix import cells
from tests.matrix.cells import Cell, DidNotHappen
from tests.matrix.events import EVENTS
from tests.matrix.expected import CANNOT, EXPECTED, expected
from tests.matrix.kinds import KINDS

ALL = [(kind, event) for kind in KINDS for event in EVENTS if (kind, event) not in CANNOT]


@pytest.mark.parametrize(("kind", "event"), ALL, ids=[" / ".join(cell) for cell in ALL])
def test_whatever_happens_to_its_order_a_parent_comes_to_the_end_it_should(
    kind: str, event: str, tmp_path: Path
) -> None:
    assert Cell(kind, event).outcome(tmp_path) == expected(kind, event)


@pytest.mark.parametrize(("kind", "event"), CANNOT, ids=[" / ".join(cell) for cell in CANNOT])
def test_what_cannot_happen_is_tried_and_does_not(kind: str, event: str, tmp_path: Path) -> None:
    with pytest.raises(DidNotHappen):
        Cell(kind, event).outcome(tmp_path)


@pytest.mark.parametrize("event", [event for event in EVENTS if event != "nothing"])
@pytest.mark.parametrize("kind", ["twap", "rest"])
def test_a_cell_whose_event_does_not_come_about_proves_nothing(
    kind: str, event: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harmless = replace(EVENTS[event], bend=EVENTS["nothing"].bend)
    monkeypatch.setattr(cells, "EVENTS", {event: harmless})
    with pytest.raises(DidNotHappen):
        Cell(kind, event).outcome(tmp_path)


def test_the_table_names_only_kinds_and_events_that_exist() -> None:
    assert {kind for kind, _ in (*CANNOT, *EXPECTED)} <= set(KINDS)
    assert {event for _, event in (*CANNOT, *EXPECTED)} <= set(EVENTS)
    assert all(said != KINDS[kind].well for (kind, _), said in EXPECTED.items())
    assert not set(CANNOT) & set(EXPECTED)
