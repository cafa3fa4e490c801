"""Which settings a config has: the schema, each key with its unit and bounds."""

import enum
import json
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import Field

from router.documents.fields import (
    Section,
    SymbolName,
    VenueName,
    count,
    money,
    text,
    word,
    yes_or_no,
)
from venues.model.instrument import FeeIn, ReduceOnly
from venues.model.numbers import ONE, ZERO

_NS_PER_MS: Final = 1_000_000
_NS_PER_S: Final = 1_000_000_000
_DAY_MS: Final = 24 * 3600 * 1000

_SEED: Final = count(0)
_WAITING: Final = money(least=ZERO, most=Decimal(100))
_BOUND: Final = money(least=ZERO)
_COLLAR: Final = money(above=ZERO, most=Decimal(5000))
_ABOVE_ZERO: Final = money(above=ZERO)
# A fee beyond 5 % is a percentage written where a fraction belongs.
MODULE_SHAPE: Final = r"[A-Za-z_]\w{0,63}(\.[A-Za-z_]\w{0,63}){0,8}"
_FEE: Final = money(least=Decimal("-0.05"), most=Decimal("0.05"))
_MS: Final = count(0, _DAY_MS, "milliseconds")
# A second is how long a command may take to leave: what waits longer is decided anew.
_HOLD: Final = count(0, 1000, "milliseconds")
_SOME_MS: Final = count(1, _DAY_MS, "milliseconds")


def _key(meaning: str, default: Any = ...) -> Any:  # noqa: ANN401 - as pydantic.Field
    # The description is what an error says about a key that is missing.
    return Field(default, description=meaning)


class RunSection(Section):
    """How the engine runs."""

    seed: Annotated[int, _SEED] = _key("of everything random")
    stale_after_ms: Annotated[int, _SOME_MS] = _key("a book older than this is no depth")
    arrival_wait_ms: Annotated[int, _MS] = _key("longest wait for all venues to be LIVE")
    release_within_ms: Annotated[int, _HOLD] = _key(
        "longest hold of a leg so that all arrive together, 0 = none"
    )
    learn_depth: Annotated[bool, yes_or_no()] = _key("route on depth that was observed to stay")
    waiting_bps: Annotated[Decimal, _WAITING] = _key(
        "what a unit bought later costs above the dearest one bought now"
    )
    learn_fills: Annotated[bool, yes_or_no()] = _key(
        "whether passive orders go where orders like them were filled"
    )

    @property
    def stale_after_ns(self) -> int:
        return self.stale_after_ms * _NS_PER_MS

    @property
    def arrival_wait_ns(self) -> int:
        return self.arrival_wait_ms * _NS_PER_MS

    @property
    def release_within_ns(self) -> int:
        return self.release_within_ms * _NS_PER_MS

    @property
    def waiting_e6(self) -> int:
        return int(self.waiting_bps * 100)


class RiskSection(Section):
    """The controls at the gateway; a bound of 0 is no bound."""

    collar_bps: Annotated[Decimal, _COLLAR] = _key("bound of a taker child, from the reference mid")
    max_order_notional: Annotated[Decimal, _BOUND] = _key("one child order, in quote")
    max_parent_notional: Annotated[Decimal, _BOUND] = _key("one parent order, in quote")


class Queue(enum.Enum):
    """Who ahead of us in a queue is thought to have left when a level shrinks."""

    PESSIMISTIC = "pessimistic"  # nobody
    OPTIMISTIC = "optimistic"  # all who could have


class LatencySection(Section):
    """How long a command travels to a venue and its answer back."""

    entry_ms: Annotated[int, _MS] = _key("from us to the venue")
    response_ms: Annotated[int, _MS] = _key("from the venue to us")
    jitter_ms: Annotated[int, _MS] = _key("each way adds 0 to this much")

    @property
    def entry_ns(self) -> int:
        return self.entry_ms * _NS_PER_MS

    @property
    def response_ns(self) -> int:
        return self.response_ms * _NS_PER_MS

    @property
    def jitter_ns(self) -> int:
        return self.jitter_ms * _NS_PER_MS


class FaultKind(enum.Enum):
    """What can be made to go wrong at a paper venue."""

    REQUEST_LOST = "request_lost"
    ARRIVAL_LATE = "arrival_late"
    REFUSED = "refused"
    ANSWER_MISSING = "answer_missing"
    ANSWER_LATE = "answer_late"
    FILL_LATE = "fill_late"
    FILL_MISSING = "fill_missing"
    CUM_BEHIND = "cum_behind"
    DOUBLED = "doubled"
    REORDERED = "reordered"
    CANCELED_UNASKED = "canceled_unasked"
    SILENCE = "silence"


class FaultCommand(enum.Enum):
    """Which kind of command a fault counts."""

    SUBMIT = "submit"
    CANCEL = "cancel"
    QUERY = "query"


class FaultSection(Section):
    """One fault on request; which keys it needs depends on its kind."""

    venue: VenueName = _key("where it happens")
    kind: Annotated[FaultKind, word([kind.value for kind in FaultKind])] = _key("what happens")
    command: Annotated[FaultCommand, word([c.value for c in FaultCommand])] | None = _key(
        "the kind of command it strikes: submit, cancel or query", None
    )
    number: Annotated[int, count(1)] | None = _key("which one of that kind, from 1", None)
    delay_ms: Annotated[int, _MS] | None = _key("how late", None)
    reason: Annotated[str, text(r"[ -~]{1,80}", "must be a short text in quotes")] | None = _key(
        "the venue's word for refusing", None
    )
    from_ms: Annotated[int, _MS] | None = _key("when a silence begins, after the start", None)
    for_ms: Annotated[int, _SOME_MS] | None = _key("how long a silence lasts", None)

    @property
    def delay_ns(self) -> int:
        return (self.delay_ms or 0) * _NS_PER_MS

    @property
    def from_ns(self) -> int:
        return (self.from_ms or 0) * _NS_PER_MS

    @property
    def for_ns(self) -> int:
        return (self.for_ms or 0) * _NS_PER_MS


_STRIKE: Final = frozenset({"command", "number"})
_LATE: Final = _STRIKE | {"delay_ms"}

# Exactly these keys stand beside venue and kind.
FAULT_KEYS: Final[dict[FaultKind, frozenset[str]]] = {
    FaultKind.REQUEST_LOST: _STRIKE,
    FaultKind.ARRIVAL_LATE: _LATE,
    FaultKind.REFUSED: _STRIKE | {"reason"},
    FaultKind.ANSWER_MISSING: _STRIKE,
    FaultKind.ANSWER_LATE: _LATE,
    FaultKind.FILL_LATE: _LATE,
    FaultKind.FILL_MISSING: _STRIKE,
    FaultKind.CUM_BEHIND: _LATE,
    FaultKind.DOUBLED: _LATE,
    FaultKind.REORDERED: _STRIKE,
    FaultKind.CANCELED_UNASKED: _LATE,
    FaultKind.SILENCE: frozenset({"from_ms", "for_ms"}),
}


class PaperSection(Section):
    """The simulated venues."""

    queue: Annotated[Queue, word([queue.value for queue in Queue])] = _key(
        "who ahead of us leaves a queue"
    )
    answer_timeout_ms: Annotated[int, _SOME_MS] = _key("an answer later than this counts as lost")
    latency: dict[VenueName, LatencySection] = _key("per venue, and one called default")
    fault: tuple[FaultSection, ...] = _key("faults on request", ())

    @property
    def answer_timeout_ns(self) -> int:
        return self.answer_timeout_ms * _NS_PER_MS

    def latency_of(self, venue: str) -> LatencySection:
        """Return the latency of `venue`, the default one when it has none of its own."""
        return self.latency.get(venue, self.latency["default"])


_FUNDING_S: Final = count(1, 7 * 24 * 3600, "seconds")
_REDUCE_ONLY: Final = word([said.value for said in ReduceOnly])
_FEE_IN: Final = word([fee_in.value for fee_in in FeeIn])


class VenueSection(Section):
    """Terms of all instruments of a venue, in place of those the market data comes with."""

    name: VenueName = _key("the venue")
    maker_fee: Annotated[Decimal, _FEE] | None = _key(
        "fraction of notional, negative = rebate", None
    )
    taker_fee: Annotated[Decimal, _FEE] | None = _key("fraction of notional", None)
    fee_in: Annotated[FeeIn, _FEE_IN] | None = _key(
        "what its spot instruments take the fee in: quote, or received = of a buy the base", None
    )
    order_cost: Annotated[Decimal, _BOUND] | None = _key(
        "what one order costs beside its fee, in quote (gas)", None
    )
    funding_interval_s: Annotated[int, _FUNDING_S] | None = _key(
        "seconds between two funding times of a perp", None
    )
    reduce_only: Annotated[ReduceOnly, _REDUCE_ONLY] | None = _key(
        "perps, what reduce-only orders may trade together: capped = what is held, summed = more is "
        "refused",
        None,
    )
    stop_orders: Annotated[bool, yes_or_no()] | None = _key(
        "whether it holds stop-limit orders until their trigger", None
    )
    order_lists: Annotated[bool, yes_or_no()] | None = _key(
        "whether it takes a post-only order and a stop as one list; with stop_orders", None
    )


class InstrumentSection(Section):
    """Terms of one instrument; they win over those of its venue."""

    venue: VenueName = _key("the venue")
    symbol: SymbolName = _key("its symbol there")
    maker_fee: Annotated[Decimal, _FEE] | None = _key(
        "fraction of notional, negative = rebate", None
    )
    taker_fee: Annotated[Decimal, _FEE] | None = _key("fraction of notional", None)
    fee_in: Annotated[FeeIn, _FEE_IN] | None = _key(
        "what the fee is taken in, spot only: quote, or received = of a buy the base", None
    )
    order_cost: Annotated[Decimal, _BOUND] | None = _key(
        "what one order costs beside its fee, in quote (gas)", None
    )
    funding_interval_s: Annotated[int, _FUNDING_S] | None = _key(
        "seconds between two funding times of a perp", None
    )
    reduce_only: Annotated[ReduceOnly, _REDUCE_ONLY] | None = _key(
        "perps, what reduce-only orders may trade together: capped = what is held, summed = more is "
        "refused",
        None,
    )
    stop_orders: Annotated[bool, yes_or_no()] | None = _key(
        "whether it holds stop-limit orders until their trigger", None
    )
    order_lists: Annotated[bool, yes_or_no()] | None = _key(
        "whether it takes a post-only order and a stop as one list; with stop_orders", None
    )
    min_quantity: Annotated[Decimal, _BOUND] | None = _key("smallest order, in its own units", None)
    min_notional: Annotated[Decimal, _BOUND] | None = _key("smallest order, in quote", None)


class ConversionSection(Section):
    """The book that says what a quote currency is worth."""

    venue: VenueName = _key("where it is traded")
    symbol: SymbolName = _key("the member's quote in the market's, such as USDC/USDT")


class MemberSection(Section):
    """One instrument that counts as the asset of a market."""

    venue: VenueName = _key("the venue")
    symbol: SymbolName = _key("its symbol there")
    unit: Annotated[Decimal, _ABOVE_ZERO] = _key("market units in one instrument unit", ONE)
    conversion: Annotated[Decimal, _ABOVE_ZERO] = _key("market quote per instrument quote", ONE)
    conversion_book: ConversionSection | None = _key(
        "the book that says so instead of a constant, outside the market", None
    )


class MarketSection(Section):
    """Instruments that count as one asset although their symbols differ."""

    symbol: SymbolName = _key("what parents call it")
    member: Annotated[tuple[MemberSection, ...], Field(min_length=1)] = _key("its instruments")


class StrategiesSection(Section):
    """Strategies of your own: Python modules whose code may trade."""

    allow: tuple[Annotated[str, text(MODULE_SHAPE, "must be a module's dotted name")], ...] = _key(
        "modules whose classes and scripts may be the kind of an order", ()
    )
    folder: Annotated[str, text(r"[^\x00]{1,1000}", "must be a folder")] = _key(
        "where they are looked for first, from the config's own folder", "."
    )


class SyntheticSection(Section):
    """The embedded market."""

    seed: Annotated[int, _SEED] = _key("of the embedded market")
    duration_s: Annotated[int, count(10, 24 * 3600, "seconds")] = _key("how long it lasts")

    @property
    def duration_ns(self) -> int:
        return self.duration_s * _NS_PER_S


class Settings(Section):
    """A whole config."""

    run: RunSection = _key("how the engine runs")
    risk: RiskSection = _key("the controls at the gateway")
    paper: PaperSection = _key("the simulated venues")
    synthetic: SyntheticSection = _key("the embedded market")
    venue: tuple[VenueSection, ...] = _key("terms of venues", ())
    instrument: tuple[InstrumentSection, ...] = _key("terms of instruments", ())
    market: tuple[MarketSection, ...] = _key("instruments that count as one", ())
    strategies: StrategiesSection = _key("strategies of your own", StrategiesSection())

    def with_seed(self, seed: int) -> "Settings":
        """Return the same settings with another seed of the run."""
        return self.model_copy(update={"run": self.run.model_copy(update={"seed": seed})})

    def canonical(self) -> bytes:
        """Return bytes that are equal for equal settings, whatever their files look like."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()
