"""What the journal remembers: facts in the past tense; the engine's state is their fold.

A record changes memory the moment it is made and is on disk before anything external happens.
Decimals are written as strings; `VERSION` rises when a record changes its meaning.
"""

from decimal import Decimal

import msgspec

from router.orders.parent import ParentState
from router.routing.plan import Plan
from router.routing.worth import Weighed
from strategies.intents import WakeAt, WakeWhen
from strategies.spec import ParentSpec
from venues.model.commands import Command
from venues.model.events import ExecutionEvent
from venues.model.ids import ClientOrderId, ParentId, RunId, Symbol, VenueId

VERSION = 1


class RunOpened(msgspec.Struct, frozen=True, tag="run_opened"):
    """A run began (or went on, after a restart): what determines its decisions."""

    run: RunId
    seed: int
    config: str  # fingerprint of the settings
    version: str
    records: int = VERSION


class ParentReceived(msgspec.Struct, frozen=True, tag="parent_received"):
    """A parent order was taken over."""

    spec: ParentSpec
    received_ns: int


class Counted(msgspec.Struct, frozen=True):
    """One unit of an order in an inverse contract counts as `units` of the market for a parent."""

    venue: VenueId
    symbol: Symbol
    units: Decimal


class ParentStarted(msgspec.Struct, frozen=True, tag="parent_started"):
    """A parent became ACTIVE; `limit` is its worst price (None: collar), `lot` its finest lot.

    `counted`: what its inverse contracts count as, from now on and whatever becomes of prices.
    """

    parent_id: ParentId
    started_ns: int
    arrival_price: Decimal
    limit: Decimal | None
    lot: Decimal
    counted: tuple[Counted, ...] = ()


class ParentGrew(msgspec.Struct, frozen=True, tag="parent_grew"):
    """An exit grew with what its entry filled: its whole quantity from now on."""

    parent_id: ParentId
    quantity: Decimal
    at_ns: int


class ParentAmended(msgspec.Struct, frozen=True, tag="parent_amended"):
    """A trader changed a parent: its terms from now on, `spec.quantity` as wanted."""

    parent_id: ParentId
    spec: ParentSpec
    limit: Decimal | None  # the worst price from now on; None: collar
    at_ns: int


class ParentMoved(msgspec.Struct, frozen=True, tag="parent_moved"):
    """A parent changed its state; `then` is the final state it winds down to, "" if none yet."""

    parent_id: ParentId
    state: ParentState
    reason: str
    at_ns: int
    then: ParentState | None = None


class Decided(msgspec.Struct, frozen=True, tag="decided"):
    """A strategy decided: its whole memory and wake-ups, as they are from now on."""

    parent_id: ParentId
    memory: msgspec.Raw
    wakes: tuple[WakeAt | WakeWhen, ...]


class Planned(msgspec.Struct, frozen=True, tag="planned"):
    """A routing decision was made, with the books it saw."""

    parent_id: ParentId
    plan_no: int
    at_ns: int
    plan: Plan


class Placed(msgspec.Struct, frozen=True, tag="placed"):
    """It was decided where a passive child rests, or that taking costs less; by what was learned."""

    parent_id: ParentId
    plan_no: int
    at_ns: int
    weighed: Weighed


class Learned(msgspec.Struct, frozen=True, tag="learned"):
    """What was known of how the displayed depth of one book fares, written down now and then.

    `taken`: outcomes ever taken down, by ring; `kept`: those that still are, as int64.
    """

    venue: VenueId
    symbol: Symbol
    taken: tuple[int, ...]
    kept: bytes
    at_ns: int


class Lesson(msgspec.Struct, frozen=True):
    """What became of orders in one book: the cells of its table that are not empty.

    `cells` by their position, each as `venues.books.probes` says; `flows` of bids and of asks.
    """

    venue: VenueId
    symbol: Symbol
    cells: dict[int, tuple[int, ...]]
    flows: tuple[int, int]
    swing: int


class Lessons(msgspec.Struct, frozen=True, tag="lessons"):
    """What was known of orders that rest when it was decided by it, written down now and then."""

    lessons: tuple[Lesson, ...]
    at_ns: int


class Issued(msgspec.Struct, frozen=True, tag="issued"):
    """A command was approved; from the commit on it may exist at the venue, unless it is held."""

    command: Command
    at_ns: int


class Released(msgspec.Struct, frozen=True, tag="released"):
    """A held submit was approved again and leaves; from the commit on it may exist at the venue."""

    client_order_id: ClientOrderId
    at_ns: int


class Received(msgspec.Struct, frozen=True, tag="received"):
    """A venue answered."""

    event: ExecutionEvent
    at_ns: int


class ProvenAbsent(msgspec.Struct, frozen=True, tag="proven_absent"):
    """A child in doubt was proven never to have reached the venue; its id is burned."""

    client_order_id: str
    at_ns: int


class Halted(msgspec.Struct, frozen=True, tag="halted"):
    """Somebody stopped all new risk; it stays stopped over a restart."""

    reason: str
    at_ns: int


ALARM = "alarm"  # the code of a flag for which somebody should be woken


class Flagged(msgspec.Struct, frozen=True, tag="flagged"):
    """Something a human should see: refusals, anomalies, venue overfills."""

    parent_id: ParentId
    code: str
    sentence: str
    at_ns: int


Record = (
    RunOpened
    | ParentReceived
    | ParentStarted
    | ParentGrew
    | ParentAmended
    | ParentMoved
    | Decided
    | Planned
    | Placed
    | Lessons
    | Learned
    | Issued
    | Released
    | Received
    | ProvenAbsent
    | Halted
    | Flagged
)
