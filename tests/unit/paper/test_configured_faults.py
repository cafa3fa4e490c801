"""Does every fault that a config can ask for reach its venue, and only its venue?"""

import pytest

from router.app.faults import fault_plan
from router.settings.fields import FAULT_KEYS, FaultKind, FaultSection
from venues.model.events import Asked
from venues.model.ids import VenueId
from venues.paper.faults import CumBehind, NoFaults, ScriptedFaults

ALPHA = VenueId("alpha")
VALUES: dict[str, str | int] = {
    "delay_ms": 7,
    "reason": "no",
    "from_ms": 1,
    "for_ms": 2,
    "number": 3,
}


def section(kind: FaultKind) -> FaultSection:
    asked: dict[str, str | int] = {
        "venue": "alpha",
        "kind": kind.value,
        "command": "submit",
        **VALUES,
    }
    keys = {"venue", "kind"} | FAULT_KEYS[kind]
    return FaultSection.model_validate({k: v for k, v in asked.items() if k in keys})


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.SILENCE])
def test_the_third_submit_meets_the_fault_of_the_config(kind: FaultKind) -> None:
    plan = fault_plan(ALPHA, [section(kind)], 1_000)
    assert isinstance(plan, ScriptedFaults)
    (fault,) = plan._scripts[Asked.SUBMIT, 3]
    assert type(fault).__name__ == "".join(word.title() for word in kind.value.split("_"))


def test_a_fill_that_the_end_of_its_order_leaves_out_comes_as_late_as_the_config_says() -> None:
    plan = fault_plan(ALPHA, [section(FaultKind.CUM_BEHIND)], 0)
    assert isinstance(plan, ScriptedFaults)
    assert plan._scripts[Asked.SUBMIT, 3] == (CumBehind(7_000_000),)


def test_a_silence_counts_from_the_start_of_the_run() -> None:
    plan = fault_plan(ALPHA, [section(FaultKind.SILENCE)], 1_000)
    assert plan.silent_until_ns(1_001_000) == 3_001_000
    assert plan.silent_until_ns(1_000) == 1_000


def test_another_venue_works() -> None:
    assert isinstance(fault_plan(VenueId("beta"), [section(FaultKind.DOUBLED)], 0), NoFaults)
