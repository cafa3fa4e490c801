"""Which bugs could somebody write about stops that venues hold?"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

import pytest

import strategies.native_stop as native_module
from router.orders.child import Child
from strategies.base import View
from strategies.intents import Intent, Protect
from strategies.native_stop import Natives, NativeState
from strategies.stop_params import LimitStopParams
from venues.model.numbers import ZERO
from venues.model.order import Side

Patch = pytest.MonkeyPatch


def dormant_stops_reserve_nothing(patch: Patch) -> None:
    honest: Callable[[Child], Decimal] = vars(Child)["reserved"].fget

    def only_what_is_in_a_book(self: Child) -> Decimal:
        return ZERO if self.dormant and not self.closed else honest(self)

    patch.setattr(Child, "reserved", property(only_what_is_in_a_book))


def stops_asked_back_are_taken_for_gone(patch: Patch) -> None:
    honest: Callable[[Child], Decimal] = vars(Child)["reserved"].fget

    def without_what_is_cancelled(self: Child) -> Decimal:
        return ZERO if self.dormant and self.cancelling else honest(self)

    patch.setattr(Child, "reserved", property(without_what_is_cancelled))


def stops_at_venues_are_placed_once(patch: Patch) -> None:
    honest = native_module.keep_guarded

    def once(
        state: NativeState, params: LimitStopParams, natives: Natives, view: View
    ) -> tuple[NativeState, Sequence[Intent]]:
        after, intents = honest(state, params, natives, view)
        if not state.placed_ns:
            return after, intents
        return after, [i for i in intents if not isinstance(i, Protect)]

    patch.setattr("strategies.limit_stop.keep_guarded", once)


def stops_at_venues_have_no_worst_price(patch: Patch) -> None:
    def anything(price: Decimal, bps: Decimal, side: Side) -> Decimal:
        return price * (10_000 + side.sign * 190) / 10_000

    patch.setattr(native_module, "slipped", anything)


NATIVE_BUGS: Final = (
    dormant_stops_reserve_nothing,
    stops_asked_back_are_taken_for_gone,
    stops_at_venues_are_placed_once,
    stops_at_venues_have_no_worst_price,
)
