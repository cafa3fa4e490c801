"""Which faults does a config ask of the paper venues: sections as the venues' own plans."""

from collections.abc import Sequence
from typing import assert_never

from router.settings.fields import FaultCommand, FaultKind, FaultSection
from venues.model.events import Asked
from venues.model.ids import VenueId
from venues.paper.faults import (
    AnswerLate,
    AnswerMissing,
    ArrivalLate,
    CanceledUnasked,
    CumBehind,
    Doubled,
    Fault,
    FaultPlan,
    FillLate,
    FillMissing,
    NoFaults,
    Refused,
    Reordered,
    RequestLost,
    ScriptedFaults,
    Silence,
)

_ASKED = {
    FaultCommand.SUBMIT: Asked.SUBMIT,
    FaultCommand.CANCEL: Asked.CANCEL,
    FaultCommand.QUERY: Asked.QUERY,
}


def fault_plan(venue: VenueId, sections: Sequence[FaultSection], start_ns: int) -> FaultPlan:
    """Return what shall go wrong at `venue`; silences count from `start_ns`."""
    mine = [s for s in sections if s.venue == venue]
    if not mine:
        return NoFaults()
    scripts: dict[tuple[Asked, int], tuple[Fault, ...]] = {}
    silences = []
    for section in mine:
        fault = _fault(section)
        if fault is None:
            begin_ns = start_ns + section.from_ns
            silences.append(Silence(begin_ns, begin_ns + section.for_ns))
            continue
        assert section.command is not None
        assert section.number is not None
        key = (_ASKED[section.command], section.number)
        scripts[key] = (*scripts.get(key, ()), fault)
    return ScriptedFaults(scripts, tuple(silences))


def _fault(section: FaultSection) -> Fault | None:
    """Return the fault of one section; None for a silence, which strikes no single command."""
    match section.kind:
        case FaultKind.REQUEST_LOST:
            return RequestLost()
        case FaultKind.ARRIVAL_LATE:
            return ArrivalLate(section.delay_ns)
        case FaultKind.REFUSED:
            return Refused(section.reason or "")
        case FaultKind.ANSWER_MISSING:
            return AnswerMissing()
        case FaultKind.ANSWER_LATE:
            return AnswerLate(section.delay_ns)
        case FaultKind.FILL_LATE:
            return FillLate(section.delay_ns)
        case FaultKind.FILL_MISSING:
            return FillMissing()
        case FaultKind.CUM_BEHIND:
            return CumBehind(section.delay_ns)
        case FaultKind.DOUBLED:
            return Doubled(section.delay_ns)
        case FaultKind.REORDERED:
            return Reordered(1)
        case FaultKind.CANCELED_UNASKED:
            return CanceledUnasked(section.delay_ns)
        case FaultKind.SILENCE:
            return None
        case _:
            assert_never(section.kind)
