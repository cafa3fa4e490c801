"""Which bugs could somebody write about legs that stand beside each other?"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final

import pytest

import router.engine.guarding as guarding_module
import router.engine.terms as terms_module
import strategies.oco as oco_module
from router.engine.core import Core
from router.orders.child import Child
from router.orders.guarded import Guard
from router.orders.parent import Parent
from router.risk.places import Ground
from router.risk.sent import SentCounter
from strategies.base import View
from strategies.intents import Intent
from strategies.spec import ParentSpec, group_leg
from venues.model.commands import Submit
from venues.model.ids import ParentId, Symbol, VenueId
from venues.model.instrument import Instrument
from venues.model.numbers import ZERO

Patch = pytest.MonkeyPatch
Traded = Callable[[tuple[VenueId, Symbol]], Decimal]
_ALL = 10**30


def guarded_legs_reserve_nothing(patch: Patch) -> None:
    def nothing(
        self: Guard, spec: ParentSpec, children: Iterable[Child], traded: Traded
    ) -> Decimal:
        return ZERO

    def everything(self: SentCounter, submit: Submit, factor: Decimal, *, capped: bool) -> int:
        return _ALL

    patch.setattr(Guard, "reserved", nothing)
    patch.setattr(SentCounter, "spared", everything)


def guarded_legs_stand_on_more_than_is_to_be_traded(patch: Patch) -> None:
    honest = guarding_module.why_apart

    def larger(core: Core, parent: Parent) -> str:
        why = honest(core, parent)
        return "" if why.endswith("both legs would fit") else why

    def one_leg(
        self: Guard, spec: ParentSpec, children: Iterable[Child], traded: Traded
    ) -> Decimal:
        legs: dict[str, Decimal] = {}
        for child in children:
            leg = group_leg(child.submit.leg)
            legs[leg] = legs.get(leg, ZERO) + child.member.market_quantity(child.reserved)
        return max(legs.values(), default=ZERO)

    def everything(self: SentCounter, submit: Submit, factor: Decimal, *, capped: bool) -> int:
        return _ALL

    patch.setattr(guarding_module, "why_apart", larger)
    patch.setattr("router.engine.view.why_apart", larger)
    patch.setattr(Guard, "reserved", one_leg)
    patch.setattr(SentCounter, "spared", everything)


def others_add_to_what_guarded_legs_stand_on(patch: Patch) -> None:
    def nowhere(core: Core, parent: Parent) -> dict[VenueId, str]:
        return {}

    def nobody(self: SentCounter, submit: Submit) -> Sequence[ParentId]:
        return []

    patch.setattr(terms_module, "stood_on", nowhere)
    patch.setattr(SentCounter, "undone_by", nobody)


def guarded_legs_beside_orders_that_add(patch: Patch) -> None:
    honest, counted = Guard.why_uncapped, Ground.surplus

    def careless(self: Guard, spec: ParentSpec, instrument: Instrument) -> str:
        why = honest(self, spec, instrument)
        return "" if "adds to it" in why else why

    def surplus(self: Ground, parent_id: ParentId, more: int = 0, sign: int = 0) -> int:
        mine = self.of(parent_id)
        way = sign or (mine[0].sign if mine else 0)
        same = {k: e for k, e in self.open.items() if e.sign == way}
        only = Ground(self.net, same, self.traded)
        return counted(only, parent_id, more, sign)

    patch.setattr(Guard, "why_uncapped", careless)
    patch.setattr(Ground, "surplus", surplus)


def what_others_sell_frees_guarded_legs(patch: Patch) -> None:
    def nothing(self: Guard, spec: ParentSpec, instrument: Instrument, traded: Decimal) -> Decimal:
        return ZERO

    patch.setattr(Guard, "ground", nothing)


def the_other_leg_stays_after_a_fill(patch: Patch) -> None:
    def stays(part: View) -> Sequence[Intent]:
        return []

    patch.setattr(oco_module, "surplus", stays)


def guarded_at_spot(patch: Patch) -> None:
    def anywhere(self: Guard, spec: ParentSpec, instrument: Instrument) -> str:
        return ""

    def everything(self: SentCounter, submit: Submit, factor: Decimal, *, capped: bool) -> int:
        return _ALL

    patch.setattr(Guard, "why_uncapped", anywhere)
    patch.setattr(SentCounter, "spared", everything)


BESIDE: Final[Sequence[Callable[[Patch], None]]] = (
    guarded_legs_reserve_nothing,
    guarded_legs_stand_on_more_than_is_to_be_traded,
    others_add_to_what_guarded_legs_stand_on,
    the_other_leg_stays_after_a_fill,
    guarded_at_spot,
)
# What few seeds meet, with the first seed of the hunt.
BESIDE_RARE: Final[Sequence[tuple[Callable[[Patch], None], int]]] = (
    (guarded_legs_beside_orders_that_add, 480),
    (what_others_sell_frees_guarded_legs, 920),
)
