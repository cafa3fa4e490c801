"""Which bugs could somebody write about stops, groups and exits?"""

from decimal import Decimal
from statistics import median

import pytest

import router.engine.exits as exits_module
import strategies.oco as oco_module
import strategies.stop_ladder as ladder_module
from router.engine.core import Core
from router.engine.state import EngineState
from router.engine.view import EngineView
from router.orders.parent import Parent
from strategies.base import View
from strategies.conditions import PriceSource
from strategies.part import PartView
from strategies.stop_ladder import LimitStopState
from venues.model.ids import VenueId
from venues.model.instrument import Member
from venues.model.numbers import ZERO

Patch = pytest.MonkeyPatch


def both_legs_live(patch: Patch) -> None:
    honest = oco_module._part

    def never_held(n: int, view: View) -> PartView:
        part = honest(n, view)
        return PartView(view, part.spec, worst=part.worst, prefix=part.prefix)

    patch.setattr(oco_module, "_part", never_held)


def trigger_on_a_stale_book(patch: Patch) -> None:
    honest = EngineView.price

    def any_book(
        self: EngineView, source: PriceSource, venue: VenueId | None = None
    ) -> Decimal | None:
        if source is not PriceSource.MID:
            return honest(self, source, venue)
        composite = self.core.markets.composite(self.spec.symbol)
        mids = [
            composite.scale.members[q.member].market_price(
                (q.bid + q.ask) * composite.scale.members[q.member].instrument.tick_size / 2
            )
            for q in composite.quotes
            if venue in {None, q.venue} and q.bid is not None and q.ask is not None
        ]
        return median(mids) if mids else None

    patch.setattr(EngineView, "price", any_book)


def exit_sized_by_the_target(patch: Patch) -> None:
    def target(core: Core, entry: Parent) -> Decimal:
        return entry.spec.quantity if entry.filled else ZERO

    patch.setattr(exits_module, "protectable", target)


def exits_sell_what_is_not_held(patch: Patch) -> None:
    def plenty(self: EngineState, exit_: Parent, member: Member, leg: str | None = None) -> Decimal:
        return member.instrument.quantity_of(10**9)

    patch.setattr(EngineState, "exit_room", plenty)


def exits_not_bound_to_their_entry(patch: Patch) -> None:
    def forgotten(
        self: EngineState, exit_: Parent, member: Member, leg: str | None = None
    ) -> Decimal:
        i = member.instrument
        row = self.positions.rows.get((exit_.spec.account, i.venue, i.symbol))
        return ZERO if row is None else max(-exit_.spec.side.sign * row.quantity, ZERO)

    patch.setattr(EngineState, "exit_room", forgotten)


def stops_slip_as_far_as_they_like(patch: Patch) -> None:
    def anywhere(state: LimitStopState, view: View) -> Decimal:
        return view.limit

    patch.setattr(ladder_module, "_bound", anywhere)
