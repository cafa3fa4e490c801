"""What can happen to the engine: the inputs of one step."""

from dataclasses import dataclass
from decimal import Decimal

from strategies.spec import ParentSpec
from venues.model.events import ExecutionEvent
from venues.model.ids import ParentId


@dataclass(frozen=True, slots=True)
class SubmitParent:
    """A trader hands over a parent order."""

    spec: ParentSpec


@dataclass(frozen=True, slots=True)
class CancelParent:
    """A trader takes a parent back."""

    parent_id: ParentId


@dataclass(frozen=True, slots=True)
class PauseParent:
    """A trader stops a parent for a while: what rests is withdrawn, nothing new is sent."""

    parent_id: ParentId


@dataclass(frozen=True, slots=True)
class ResumeParent:
    """A trader lets a paused parent go on."""

    parent_id: ParentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendParent:
    """A trader changes a parent; None keeps what it is.

    `quantity`: the new total, market units, what has traded included. `limit_price`: quote per
    market unit. `horizon_s`: the new whole horizon, counted from the start.
    """

    parent_id: ParentId
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    horizon_s: int | None = None


@dataclass(frozen=True, slots=True)
class WatchesFired:
    """Conditions on market data hold, by slot, in slot order."""

    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TimersDue:
    """The earliest timer is due."""


@dataclass(frozen=True, slots=True)
class Executions:
    """Execution events of one answer, in order."""

    events: tuple[ExecutionEvent, ...]


@dataclass(frozen=True, slots=True)
class MarketEnded:
    """There will be no more market data: parents that still live expire."""


@dataclass(frozen=True, slots=True)
class HaltRequested:
    """Stop new risk now."""

    reason: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """The state was folded from a journal: ask about every child and go on."""


Input = (
    SubmitParent
    | CancelParent
    | PauseParent
    | ResumeParent
    | AmendParent
    | WatchesFired
    | TimersDue
    | Executions
    | MarketEnded
    | HaltRequested
    | Recovered
)
