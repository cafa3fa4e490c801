"""Which bugs could somebody write about the bounds of a TWAP?"""

from decimal import Decimal
from typing import Final

import pytest

import strategies.twap_room as room_module
import strategies.twap_slice as slice_module
from router.risk.limits import Gate, Refused
from strategies.base import View
from strategies.spec import ParentSpec
from strategies.twap_state import TwapState
from venues.model.commands import Submit

Patch = pytest.MonkeyPatch


def passive_only_parents_take(patch: Patch) -> None:
    def never(view: View) -> bool:
        return False

    def fine(self: Gate, submit: Submit, spec: ParentSpec) -> Refused | None:
        return None

    patch.setattr(slice_module, "is_passive", never)
    patch.setattr(Gate, "_refuse_way", fine)


def clips_ignored(patch: Patch) -> None:
    def whole(wanted: Decimal, left: Decimal, most: Decimal, least: Decimal) -> Decimal:
        return wanted

    patch.setattr(room_module, "_clipped", whole)


def participation_ignored(patch: Patch) -> None:
    def all_of_it(state: TwapState, view: View) -> Decimal:
        return view.spec.quantity

    patch.setattr(room_module, "_share_left", all_of_it)


TWAP_BUGS: Final = (passive_only_parents_take, clips_ignored, participation_ignored)
