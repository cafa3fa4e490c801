"""What a parent order asks for: the common fields and one set of parameters per kind.

Defaults are left out where a spec is written down, so that a field which nobody asked for changes
neither the journal nor the identity of a run.
"""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from msgspec import structs

from strategies.ladder_params import LadderParams
from strategies.stop_params import LimitStopParams
from venues.model.ids import MAIN_ACCOUNT, AccountId, ParentId, Symbol, VenueId
from venues.model.order import Side


class TakeParams(msgspec.Struct, frozen=True, tag="take", kw_only=True, omit_defaults=True):
    """One routed sweep now; what the books do not give within the limit is left unfilled."""


class RestParams(msgspec.Struct, frozen=True, tag="rest", kw_only=True, omit_defaults=True):
    """Post-only at a peg, re-pegged with bounds, optionally crossing at a deadline.

    `peg`: primary | mid | opposite | cumulative (behind `peg_depth` market units).
    `repeg_ticks`: touch moves below it are ignored. `repeg_max`: re-pegs before the order stays where
    it is. `deadline_s`: 0 = none; then cross or cancel.
    """

    peg: str = "primary"
    peg_depth: Decimal = Decimal(0)
    offset_ticks: int = 0
    repeg_ticks: int = 1
    repeg_max: int = 1000
    repeg_interval_ms: int = 1000
    deadline_s: int = 0
    at_deadline: str = "cross"


class TwapParams(msgspec.Struct, frozen=True, tag="twap", kw_only=True, omit_defaults=True):
    """Slices over a horizon.

    `horizon_s` seconds, `slices` count. `size_jitter`, `time_jitter`: fractions in [0, 0.5].
    `passive_fraction`: part of each interval spent resting before the remainder crosses, [0, 1).
    `repeg_max`: how often a slice is posted again. `catch_up`: a slice may grow to this multiple of
    the nominal one, >= 1; `catch_up_mode`: none | capped | spread over the slices that are left.
    `leftover`: sweep_within_limit | rest_at_limit | cancel, after the last slice. `pause`: stretch |
    compress | forfeit, what a pause does to the schedule.
    """

    horizon_s: int
    slices: int
    size_jitter: Decimal = Decimal(0)
    time_jitter: Decimal = Decimal(0)
    passive_fraction: Decimal = Decimal(0)
    repeg_max: int = 10
    catch_up: Decimal = Decimal(3)
    catch_up_mode: str = "capped"
    leftover: str = "sweep_within_limit"
    pause: str = "stretch"


class OwnParams(msgspec.Struct, frozen=True, tag="own", kw_only=True):
    """A strategy of the user's: `strategy` is "module:name", `values` its parameters as JSON."""

    strategy: str
    values: str = "{}"


STRICT, GUARDED, NATIVE = "strict", "guarded", "native"  # modes of a group

LegParams = TakeParams | RestParams | TwapParams | LadderParams | LimitStopParams


class LegSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One leg of a group: its name, what it does, and its own worst price (price, or bps of arrival)."""

    name: str
    params: LegParams
    limit_price: Decimal | None = None
    limit_bps: Decimal | None = None

    @property
    def kind(self) -> str:
        """Return the kind of strategy the leg is."""
        return str(self.params.__struct_config__.tag)


def group_leg(leg: str) -> str:
    """Return which leg of a group an order belongs to, by the leg it names: "stop/maker" to "stop"."""
    return leg.partition("/")[0]


class OcoParams(msgspec.Struct, frozen=True, tag="oco", kw_only=True, omit_defaults=True):
    """Legs that share one quantity.

    `mode`: strict = one live, the others armed until they fire; guarded = all live, reduce-only, where
    the venue caps them together at what is held, elsewhere as strict; native = a rest and a limit_stop
    that one venue holds as one order list, as strict where that fails. `naked_within_ms`: a leg that has
    fired and still waits for the others, or what no stop stands for, raises an alarm after this.
    """

    legs: tuple[LegSpec, ...]
    naked_within_ms: int = 1000
    mode: str = STRICT

    @property
    def refusal(self) -> str:
        """Return why these legs cannot be kept apart as the mode asks, or ""."""
        names = [leg.name for leg in self.legs]
        if len(names) < 2 or len(set(names)) < len(names) or any("/" in name for name in names):
            return "a group has at least two legs, each with a name of its own"
        guarded = [leg.name for leg in self.legs if _stands_at_venues(leg.params)]
        if guarded:
            return (
                f"{guarded[0]} has a catastrophe_price, and what a group is for can be reserved "
                "once: its live leg has it; leave it out"
            )
        if self.mode == NATIVE:
            return not_native(self.legs)
        live = [leg.name for leg in self.legs if not isinstance(leg.params, LimitStopParams)]
        if self.mode == STRICT and len(live) > 1:
            return (
                f"strict keeps one leg live, and {' and '.join(live)} would be: "
                "all legs but one have to be a limit_stop"
            )
        return ""


def not_native(legs: Sequence[LegSpec]) -> str:
    """Return why no venue could hold `legs` as one order list, by the field that asks too much, or ""."""
    kinds = sorted(leg.kind for leg in legs)
    if kinds != ["limit_stop", "rest"]:
        return (
            f"mode native is one rest and one limit_stop at one venue, and here are {', '.join(kinds)}; "
            "use strict"
        )
    for leg in legs:
        match leg.params:
            case RestParams() as rest:
                asks = [
                    (
                        "limit_price",
                        leg.limit_price is None and leg.limit_bps is None,
                        "is missing",
                    ),
                    ("peg", rest.peg != "primary", "follows the market, a list does not"),
                    ("offset_ticks", rest.offset_ticks != 0, "follows the market, a list does not"),
                    ("deadline_s", rest.deadline_s != 0, "a list has none"),
                ]
            case LimitStopParams() as stop:
                own = stop.trigger_source in {"last", "mark"}
                asks = [
                    ("trigger_price", stop.trigger_price is None, "is missing"),
                    ("trail_bps", stop.trail_bps is not None, "venues hold stops at a fixed price"),
                    ("trigger_source", not own, "a venue goes by a price of its own: last or mark"),
                    ("trigger_venue", stop.trigger_venue != "", "it is the venue that holds it"),
                    ("confirm_source", stop.confirm_source != "", "a venue asks one price alone"),
                    ("debounce_ms", stop.debounce_ms != 0, "a venue waits for nothing"),
                    ("limit_price", leg.limit_price is not None, "max_slip_bps says it"),
                    ("limit_bps", leg.limit_bps is not None, "max_slip_bps says it"),
                ]
            case _:
                asks = []
        for field, wrong, why in asks:
            if wrong:
                return f"mode native: {field} of {leg.name}: {why}"
    return ""


Params = (
    TakeParams | RestParams | TwapParams | LimitStopParams | OcoParams | OwnParams | LadderParams
)


def kind_of(params: Params) -> str:
    """Return the name of the strategy that works with `params`."""
    match params:
        case OwnParams(strategy=strategy):
            return strategy
        case _:
            return str(params.__struct_config__.tag)


def _stands_at_venues(params: LegParams) -> bool:
    return isinstance(params, LimitStopParams) and params.catastrophe_price is not None


def _grows(params: Params) -> bool:
    return isinstance(params, RestParams | LimitStopParams)


class ThenSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The exit of an entry: what it does, and its own worst price (price, or bps of its arrival)."""

    params: Params
    limit_price: Decimal | None = None
    limit_bps: Decimal | None = None

    @property
    def refusal(self) -> str:
        """Return why this exit could not grow with its entry, or ""."""
        match self.params:
            case OcoParams(legs=legs) if all(_grows(leg.params) for leg in legs):
                return self.params.refusal
            case RestParams() | LimitStopParams():
                return ""
            case _:
                pass
        return "an exit grows with its entry: it can be rest, limit_stop, or an oco of these"


class ParentSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One parent order, parsed and bounded; `quantity` in market units.

    `limit_price` or `limit_bps` (against the arrival price) or neither (then the collar caps it).
    `then`: the exit that grows with its fills; `exit_of`: the entry it is the exit of.
    `start_ns`: wall time to start at, 0 = now. `venue_caps`: most quantity per venue. One plan uses
    at most `venues_most` venues. `would_price`: taken at once where it is there.
    `max_participation`: our share of all volume, (0, 1). `clip_min`, `clip_max`: smallest and
    largest order at once, market units. `hold_s`: for how long what is traded will be held,
    seconds; perps are priced with the funding expected until then, 0 = it is not counted.
    `reduce_only`: never more than the position held on the other side, venue by venue.
    """

    id: ParentId
    symbol: Symbol
    side: Side
    quantity: Decimal
    params: Params
    limit_price: Decimal | None = None
    limit_bps: Decimal | None = None
    start_ns: int = 0
    venues_allow: tuple[VenueId, ...] = ()
    venues_deny: tuple[VenueId, ...] = ()
    venue_caps: tuple[tuple[VenueId, Decimal], ...] = ()
    venues_most: int | None = None
    account: AccountId = MAIN_ACCOUNT
    reduce_only: bool = False
    would_price: Decimal | None = None
    passive_only: bool = False
    max_participation: Decimal | None = None
    clip_min: Decimal | None = None
    clip_max: Decimal | None = None
    seed: int = 0
    then: ThenSpec | None = None
    exit_of: ParentId | None = None
    hold_s: int = 0

    @property
    def reduces(self) -> bool:
        """Return whether it may trade no more than what is held: an exit, or as it was asked for."""
        return self.reduce_only or self.exit_of is not None

    @property
    def guarded(self) -> bool:
        """Return whether it is a group whose legs may stand at once."""
        return isinstance(self.params, OcoParams) and self.params.mode == GUARDED


def with_horizon(params: Params, horizon_s: int) -> Params | None:
    """Return `params` with another horizon in seconds, None for a kind that has none."""
    match params:
        case TwapParams():
            return structs.replace(params, horizon_s=horizon_s)
        case _:
            return None
