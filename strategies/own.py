"""How is a strategy that somebody else wrote held to the contract that ours keep?

Whatever it raises or returns ends at this border as a `StrategyFailed`: its parent fails with the
sentence, all other parents go on. What it may ask for is checked before the engine hears of it.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import ClassVar, Final, Protocol, TypeVar, assert_never

import msgspec

from strategies.base import State, StrategyEvent, StrategyFailed, View
from strategies.conditions import (
    BookChanged,
    Condition,
    DepthReached,
    PriceCrosses,
    PriceSource,
    TouchMoved,
    VolumeReached,
)
from strategies.intents import Intent, Protect, Rest, Take, WakeAt, WakeWhen
from strategies.spec import OwnParams, ParentSpec
from venues.model.numbers import plain

# A wake-up is never sooner than this: in virtual time a strategy that wakes itself at once would
# keep the clock where it is for ever.
WAKE_NS_LEAST: Final = 1_000_000
INTENTS_MOST: Final = 64
STATE_BYTES_MOST: Final = 65_536  # it is journalled whenever it changes
_SENTENCE_MOST: Final = 200
_TICKS_MOST: Final = 1_000_000
_NUMBER_MOST: Final = 2**62

ParamsT = TypeVar("ParamsT", bound=msgspec.Struct)
_Answer = tuple[State, Sequence[Intent]]
_T = TypeVar("_T")


class NoParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A strategy without parameters of its own."""


class Own(Protocol):
    """What a user's class offers: a `strategies.base.Strategy` and the type of its parameters.

    `params_type`: a frozen msgspec.Struct; its fields are the keys of [order.params].
    """

    state_type: ClassVar[type[State]]
    params_type: ClassVar[type[msgspec.Struct]]

    def refusal(self, spec: ParentSpec, view: View) -> str: ...
    def start(self, spec: ParentSpec, view: View, rng: Random) -> _Answer: ...
    def decide(self, state: State, event: StrategyEvent, view: View) -> _Answer: ...


def parameters(spec: ParentSpec, of: type[ParamsT]) -> ParamsT:
    """Return what the order says in [order.params] as an `of`.

    msgspec.ValidationError names the field; it cannot come after the order has been accepted.
    """
    assert isinstance(spec.params, OwnParams)
    return msgspec.json.decode(spec.params.values, type=of)


class OwnStrategy:
    """A user's strategy behind the protocol of ours; `kind` is "module:Class".

    Raises StrategyFailed whenever the user's code raises or breaks the contract.
    """

    def __init__(self, kind: str, own: Own) -> None:
        self.kind = kind
        self.state_type = own.state_type
        self._own = own

    def refusal(self, spec: ParentSpec, view: View) -> str:
        """Return why the user's class refuses `spec`, or ""."""
        why = asked(lambda: self._own.refusal(spec, view))
        if not isinstance(why, str):
            raise StrategyFailed(f"refusal returned a {type(why).__name__}, not a text")
        return why

    def start(self, spec: ParentSpec, view: View, rng: Random) -> _Answer:
        """Return the first state and intents, checked."""
        return self._checked(asked(lambda: self._own.start(spec, view, rng)), view)

    def decide(self, state: State, event: StrategyEvent, view: View) -> _Answer:
        """Return the next state and intents, checked."""
        return self._checked(asked(lambda: self._own.decide(state, event, view)), view)

    def _checked(self, answer: object, view: View) -> _Answer:
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise StrategyFailed("a decision is a pair of state and intents")
        state, intents = answer
        if type(state) is not self.state_type:
            raise StrategyFailed(f"the state is a {type(state).__name__}, not its state_type")
        if not isinstance(intents, list | tuple) or len(intents) > INTENTS_MOST:
            raise StrategyFailed(f"intents are a list or tuple of at most {INTENTS_MOST}")
        return self._lasting(state), [_fit(intent, view) for intent in intents]

    def _lasting(self, state: State) -> State:
        """Return `state`, which must come back from the journal as it went in."""
        written = asked(lambda: msgspec.json.encode(state))
        if len(written) > STATE_BYTES_MOST:
            raise StrategyFailed(f"the state is longer than {STATE_BYTES_MOST} bytes")
        if asked(lambda: msgspec.json.decode(written, type=self.state_type)) != state:
            raise StrategyFailed("the state does not come back from the journal as it went in")
        return state


def _failure(error: Exception) -> StrategyFailed:
    """Return `error`, raised by foreign code, as one sentence with the place it came from."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        place = f" ({trace.tb_frame.f_code.co_name}, line {trace.tb_lineno})"
        trace = trace.tb_next
    said = " ".join(str(error).split())[:_SENTENCE_MOST]
    return StrategyFailed(f"{type(error).__name__}: {said}{place}")


def asked(ask: Callable[[], _T]) -> _T:
    """Return what foreign code answers; StrategyFailed with its place for whatever it raises."""
    try:
        return ask()
    except StrategyFailed:
        raise
    except Exception as error:
        raise _failure(error) from error


def _fit(intent: object, view: View) -> Intent:
    """Return `intent` when the engine can carry it out; every part must be of its declared type."""
    try:
        fit: Intent = msgspec.convert(msgspec.to_builtins(intent), Intent)
    except (msgspec.ValidationError, TypeError) as error:
        raise StrategyFailed(f"{type(intent).__name__} is no intent: {error}") from error
    if fit != intent:
        raise StrategyFailed(
            f"{type(intent).__name__} is no intent: a value is of a wrong type or no number"
        )
    return checked(fit, view)


def checked(intent: Intent, view: View) -> Intent:
    """Return `intent` within what the engine can do, wake-ups moved into the future.

    StrategyFailed for a quantity, price, distance or tag that means nothing.
    """
    match intent:
        case Take(quantity=quantity, limit=limit) | Rest(quantity=quantity, limit=limit):
            _check_number("quantity", quantity)
            _check_number("limit", limit)
            _check_lots(quantity, view)
        case Protect(quantity=quantity, limit=limit, trigger_price=trigger):
            _check_number("quantity", quantity)
            _check_number("limit", limit)
            _check_number("trigger_price", trigger)
            _check_lots(quantity, view)
            if intent.source not in {PriceSource.LAST, PriceSource.MARK}:
                raise StrategyFailed(f"no venue wakes a stop by its {intent.source.value} price")
        case WakeAt(at_ns=at_ns, tag=tag):
            _check_tag(tag)
            _check_number("at_ns", at_ns)
            return WakeAt(at_ns=max(at_ns, view.now_ns + WAKE_NS_LEAST), tag=tag)
        case WakeWhen(condition=condition, tag=tag):
            _check_tag(tag)
            _check_condition(condition)
        case _:
            pass
    if isinstance(intent, Rest) and not 0 <= intent.offset_ticks <= _TICKS_MOST:
        raise StrategyFailed(f"offset_ticks {intent.offset_ticks} is not 0 to {_TICKS_MOST}")
    if isinstance(intent, Rest) and intent.until_ns:
        _check_number("until_ns", intent.until_ns)
    return intent


def _check_lots(quantity: Decimal, view: View) -> None:
    if quantity % view.lot:
        lot = plain(view.lot)
        raise StrategyFailed(f"quantity {quantity} is not a whole number of lots of {lot}")


def _check_condition(condition: Condition) -> None:
    match condition:
        case PriceCrosses(level=level):
            _check_number("level", level)
        case TouchMoved(peg_tick=peg_tick, ticks=ticks):
            _check_number("peg_tick", peg_tick)
            _check_number("ticks", ticks)
        case DepthReached(within_bps=within_bps, lots=lots):
            _check_number("within_bps", within_bps)
            _check_number("lots", lots)
        case VolumeReached(lots=lots):
            _check_number("lots", lots)
        case BookChanged():
            pass
        case _:
            assert_never(condition)


def _check_number(name: str, value: Decimal | int) -> None:
    """Refuse what is not above 0, or so large that no kernel could hold it."""
    if not (Decimal(value).is_finite() and 0 < value < _NUMBER_MOST):
        raise StrategyFailed(f"{name} {value} is not a number above 0")


def _check_tag(tag: str) -> None:
    if not tag.isprintable() or not 0 < len(tag) <= 64:
        raise StrategyFailed(f"the tag {tag[:64]!r} is not 1 to 64 printable characters")


def decimal_of(value: object) -> Decimal:
    """Return a quantity or price that a script wrote as Decimal, text or int; TypeError for a float."""
    if isinstance(value, bool) or not isinstance(value, Decimal | str | int):
        raise TypeError(f"{value!r} must be a Decimal or a text: floats lose digits")
    return Decimal(value)
