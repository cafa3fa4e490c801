"""Which bugs could somebody write about pauses and amendments?"""

import pytest

import router.engine.core as core_module
from router.engine.core import Core
from router.engine.records import ParentAmended, Record
from router.orders.parent import Parent, ParentState

Patch = pytest.MonkeyPatch


def paused_parents_go_on(patch: Patch) -> None:
    going_on = {ParentState.ACTIVE, ParentState.PARKED, ParentState.PAUSED}
    patch.setattr(Parent, "running", property(lambda self: self.state in going_on))


def amended_totals_hold_at_once(patch: Patch) -> None:
    def shrink(self: Parent, most: object) -> None:
        self.wanted = None

    patch.setattr(Parent, "_shrink", shrink)


def amendments_not_journalled(patch: Patch) -> None:
    honest = core_module.Core.note

    def note(self: Core, record: Record) -> None:
        honest(self, record)
        if isinstance(record, ParentAmended):
            self.records.remove(record)

    patch.setattr(Core, "note", note)
