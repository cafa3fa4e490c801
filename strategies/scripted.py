"""When does a script run, and what becomes of its end? The coroutine form of a strategy."""

from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any, ClassVar, Final

import msgspec

from strategies.base import State, StrategyEvent, StrategyFailed, View
from strategies.feasible import unworkable
from strategies.intents import Finish, Idle, Intent, Unwake, WakeAt, WakeWhen, Withdraw
from strategies.own import asked, checked, parameters
from strategies.script import PAUSE, Script, Told
from strategies.spec import ParentSpec
from venues.model.numbers import plain

# A parked script is looked at again this often.
PARKED_LOOK_NS: Final = 60_000_000_000

# A script: `async def name(ctx: Script, params: P)`.
Written = Callable[[Script, Any], Coroutine[object, None, object]]


class ScriptState(State, frozen=True, kw_only=True):
    """`told`: all questions so far. `armed`: tags of the wake-ups that are set.

    `code`: hash of the module the script began with.
    """

    code: str
    told: tuple[Told, ...] = ()
    armed: tuple[str, ...] = ()


class ScriptStrategy:
    """A script behind the `Strategy` protocol; `kind` is "module:name", `code` a hash of its module.

    Raises StrategyFailed when the script raises, awaits anything but its context, takes too many
    steps, or asks other questions than the run before.
    """

    state_type: ClassVar[type[State]] = ScriptState

    def __init__(
        self, kind: str, written: Written, code: str, params_type: type[msgspec.Struct]
    ) -> None:
        self.kind = kind
        self._written = written
        self._code = code
        self._params_type = params_type

    def refusal(self, spec: ParentSpec, view: View) -> str:
        """Return why the order is impossible on this market, or ""."""
        return unworkable(spec, view)

    def start(self, spec: ParentSpec, view: View, rng: Random) -> tuple[State, Sequence[Intent]]:
        """Run the script to its first wait."""
        return self._run(ScriptState(code=self._code), None, view)

    def decide(
        self, state: State, event: StrategyEvent, view: View
    ) -> tuple[State, Sequence[Intent]]:
        """Run the script over what it was told, and on from there."""
        assert isinstance(state, ScriptState)
        if view.filled >= view.spec.quantity:
            return state, _over(view, "filled")
        if state.code != self._code:
            why = "parked: the script has changed since it began; restore it or cancel the parent"
            later = WakeAt(at_ns=view.now_ns + PARKED_LOOK_NS, tag="parked")
            return state, [*_withdrawn(view), later, Idle(reason=why, parked=True)]
        return self._run(state, event, view)

    def _run(
        self, state: ScriptState, event: StrategyEvent | None, view: View
    ) -> tuple[State, Sequence[Intent]]:
        ctx = Script(state.told, event, view)
        ended = self._step(ctx, view)
        told = ctx.told
        if ended and not ctx.intents:
            return ScriptState(code=state.code, told=told), [
                *(Unwake(tag=tag) for tag in state.armed),
                *_over(view, "the script ended"),
            ]
        intents = [*(checked(intent, view) for intent in ctx.intents), *ctx.withdrawals]
        armed = tuple(i.tag for i in intents if isinstance(i, WakeAt | WakeWhen))
        return ScriptState(code=state.code, told=told, armed=armed), [
            *(Unwake(tag=tag) for tag in state.armed if tag not in armed),
            *intents,
            Idle(reason=ctx.waits or "the script ended; awaiting answers"),
        ]

    def _step(self, ctx: Script, view: View) -> bool:
        """Run the script to where it waits or ends; return whether it ended."""
        running = asked(lambda: self._written(ctx, parameters(view.spec, self._params_type)))
        ended, waits = asked(lambda: _sent_on(running))
        if not ended and waits is not PAUSE:
            raise StrategyFailed("the script awaits something that is not of its context")
        return ended


def _sent_on(running: Coroutine[object, None, object]) -> tuple[bool, object]:
    """Return whether the script ended, and what it waits for if not; it is not gone on with."""
    try:
        return False, running.send(None)
    except StopIteration:
        return True, None
    finally:
        running.close()


def _over(view: View, why: str) -> Sequence[Intent]:
    """Withdraw what is open, await the answers, then finish."""
    if view.children:
        return [*_withdrawn(view), Idle(reason=f"{why}; awaiting answers")]
    left = view.spec.quantity - view.filled
    if left <= 0:
        return [Finish(reason="filled", complete=True)]
    return [Finish(reason=f"{plain(left)} left: {why}", complete=False)]


def _withdrawn(view: View) -> Sequence[Withdraw]:
    return [Withdraw(leg=leg) for leg in sorted({child.leg for child in view.children})]
