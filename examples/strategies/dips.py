"""How do I write a strategy as a class? Buy a part each time the price dips, the rest at the end.

    [order]
    kind = "dips:BuyDips"
    [order.params]
    parts = 4
    dip_bps = "2"
    patience_s = 30

State is explicit and small, `decide` is a pure function of it: no clock, no file, no randomness but
`rng`. That is why a crash, a restart and a replay all continue exactly where it was.
"""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import ClassVar

import msgspec

from strategies.base import State, StrategyEvent, View, Woke
from strategies.conditions import Direction, PriceCrosses, PriceSource
from strategies.feasible import unworkable
from strategies.intents import Finish, Idle, Intent, Take, WakeAt, WakeWhen
from strategies.own import parameters
from strategies.spec import ParentSpec
from venues.model.numbers import BPS, floor_to

_S_NS = 1_000_000_000
_LAST_NS = 10 * _S_NS  # how long the end is tried: depth may have gone, and come back
DIP, END = Woke(tag="dip"), Woke(tag="end")


class Params(msgspec.Struct, frozen=True):
    """The keys of [order.params]: money and fractions are decimals in quotes."""

    parts: int
    dip_bps: Decimal
    patience_s: int


class Waiting(State, frozen=True):
    """`level`: the price that counts as the next dip. `end_ns`: when patience is over."""

    level: Decimal
    end_ns: int


class BuyDips:
    """A part at each dip below the last one; what is left when patience is over, at once."""

    state_type: ClassVar[type[State]] = Waiting
    params_type: ClassVar[type[msgspec.Struct]] = Params

    def refusal(self, spec: ParentSpec, view: View) -> str:
        """Say why this order can never work, before anything is sent."""
        params = parameters(spec, Params)
        if params.parts < 1 or params.dip_bps <= 0 or params.patience_s < 1:
            return "parts, dip_bps and patience_s must be above 0"
        return unworkable(spec, view)

    def start(self, spec: ParentSpec, view: View, rng: Random) -> tuple[State, Sequence[Intent]]:
        """Wait for the first dip below the arrival price."""
        params = parameters(spec, Params)
        state = Waiting(
            level=_below(view.arrival_price, params), end_ns=view.now_ns + params.patience_s * _S_NS
        )
        return state, _wait(state)

    def decide(
        self, state: State, event: StrategyEvent, view: View
    ) -> tuple[State, Sequence[Intent]]:
        """Take a part at a dip, everything at the end, and finish when it is done."""
        assert isinstance(state, Waiting)
        params = parameters(view.spec, Params)
        left = view.spec.quantity - view.filled - view.open_quantity
        if view.filled >= view.spec.quantity:
            return state, [Finish(reason="filled", complete=True)]
        if view.children:
            return state, [Idle(reason="awaiting answers")]
        if view.now_ns >= state.end_ns + _LAST_NS:
            return state, [Finish(reason=f"{left} left: patience is over", complete=False)]
        if view.now_ns >= state.end_ns:
            again = WakeAt(at_ns=view.now_ns + _S_NS, tag="end")
            return state, [Take(quantity=left, limit=view.limit), again] if event == END else [
                again
            ]
        if event == DIP:
            part = max(floor_to(view.spec.quantity / params.parts, view.lot), view.min_quantity())
            deeper = Waiting(level=_below(state.level, params), end_ns=state.end_ns)
            rest = left - part
            wanted = left if rest < view.min_quantity() else part
            return deeper, [Take(quantity=wanted, limit=view.limit), *_wait(deeper)]
        return state, _wait(state)


def _below(price: Decimal, params: Params) -> Decimal:
    return price - price * params.dip_bps / BPS


def _wait(state: Waiting) -> Sequence[Intent]:
    dip = PriceCrosses(source=PriceSource.MID, direction=Direction.BELOW, level=state.level)
    return [
        WakeWhen(condition=dip, tag="dip"),
        WakeAt(at_ns=state.end_ns, tag="end"),
        Idle(reason=f"waiting for a dip to {state.level:.2f}"),
    ]
