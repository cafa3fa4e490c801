"""Take: one routed sweep now, within the limit; what the books do not give is left unfilled."""

from collections.abc import Sequence
from random import Random
from typing import ClassVar

from strategies.base import State, StrategyEvent, View
from strategies.feasible import unworkable
from strategies.intents import Finish, Idle, Intent
from strategies.intents import Take as TakeNow
from strategies.spec import ParentSpec
from venues.model.numbers import plain


class TakeState(State, frozen=True):
    """Nothing to remember: the children tell."""


class Take:
    """Sweep once, then finish when every child is closed."""

    kind: ClassVar[str] = "take"
    state_type: ClassVar[type[State]] = TakeState

    def refusal(self, spec: ParentSpec, view: View) -> str:
        """Return why the sweep is impossible from the start, or ""."""
        return unworkable(spec, view)

    def start(self, spec: ParentSpec, view: View, rng: Random) -> tuple[State, Sequence[Intent]]:
        """Sweep the whole quantity."""
        del rng
        return TakeState(), [TakeNow(quantity=spec.quantity, limit=view.limit)]

    def decide(
        self, state: State, event: StrategyEvent, view: View
    ) -> tuple[State, Sequence[Intent]]:
        """Finish once nothing is open any more."""
        del event
        if view.open_quantity:
            return state, [Idle(reason="waiting for answers of the sweep")]
        missing = view.spec.quantity - view.filled
        if missing:
            reason = view.rejections() or "the books gave no more within the limit"
            if not view.available(view.spec.side, view.limit, missing):
                dust = missing < view.min_quantity()
                reason = "less than any venue takes" if dust else view.why_nothing(view.limit)
            return state, [Finish(reason=f"{plain(missing)} left: {reason}", complete=False)]
        return state, [Finish(reason="filled", complete=True)]
