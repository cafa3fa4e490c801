"""Which bugs could somebody write about a profit and a stop that their venue holds as one list?"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import pytest

import strategies.order_list as list_module
from router.orders.child import OrderList
from strategies.intents import Intent
from strategies.order_list import ListsState
from venues.model.numbers import ZERO
from venues.model.order import Side

Patch = pytest.MonkeyPatch


def lists_reserve_their_profit_alone(patch: Patch) -> None:
    patch.setattr(OrderList, "reserved", property(lambda self: self.maker.reserved))


def lists_asked_back_are_taken_for_gone(patch: Patch) -> None:
    honest: Callable[[OrderList], Decimal] = vars(OrderList)["reserved"].fget

    def without_what_is_cancelled(self: OrderList) -> Decimal:
        asked = self.maker.cancelling or self.stop.cancelling
        return ZERO if asked else honest(self)

    patch.setattr(OrderList, "reserved", property(without_what_is_cancelled))


def stops_of_lists_have_no_worst_price(patch: Patch) -> None:
    def anything(price: Decimal, bps: Decimal, side: Side) -> Decimal:
        del bps
        return price * (10_000 + side.sign * 190) / 10_000

    patch.setattr(list_module, "slipped", anything)


def nobody_is_told_that_no_stop_stands(patch: Patch) -> None:
    def silent(state: ListsState, *_: object) -> tuple[ListsState, list[Intent]]:
        return state, []

    patch.setattr(list_module, "_tell_bare", silent)


LIST_BUGS: Final = (
    lists_reserve_their_profit_alone,
    lists_asked_back_are_taken_for_gone,
    stops_of_lists_have_no_worst_price,
)
