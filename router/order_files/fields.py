"""Which fields an order file has: the schema behind the parser and docs/orders.md."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from router.documents.fields import (
    Section,
    SymbolName,
    VenueName,
    count,
    free_table,
    money,
    text,
    word,
    word_or,
    yes_or_no,
)
from router.documents.fields import described as _field
from router.order_files.ladder_fields import LadderSection
from router.order_files.oco_fields import OcoSection
from router.order_files.start import start_ns
from router.order_files.stop_fields import LimitStopSection
from venues.model.ids import MAIN_ACCOUNT
from venues.model.numbers import BPS, ONE, ZERO
from venues.model.order import Side

EXIT_KINDS: Final = ("rest", "limit_stop", "oco")
KINDS: Final = ("take", "rest", "twap", "ladder", "limit_stop", "oco")
# Whole in a later version: refused by name instead of being approximated.
KINDS_LATER: Final = (
    "iceberg",
    "vwap",
    "pov",
    "shortfall",
    "hedge",
)
FIELDS_LATER: Final = frozenset(KINDS_LATER)
OWN_KIND: Final = r"[A-Za-z_]\w{0,63}(\.[A-Za-z_]\w{0,63}){0,8}:[A-Za-z_]\w{0,63}"
PARAMS_CHARS_MAX: Final = 16_384
HORIZON_S_MAX: Final = 31 * 24 * 3600
SLICES_MAX: Final = 100_000

_HALF: Final = Decimal("0.5")
_FRACTION_HALF: Final = money(least=ZERO, most=_HALF)
_POSITIVE: Final = money(above=ZERO)


class VenuesSection(Section):
    """Where the parent may trade."""

    allow: Annotated[tuple[VenueName, ...], Field(min_length=1)] | None = _field(
        "only these venues", "list of venue names", None
    )
    deny: tuple[VenueName, ...] = _field("never these venues", "list of venue names", ())
    cap: dict[VenueName, Annotated[Decimal, _POSITIVE]] = _field(
        'most that may be filled at a venue: { binance = "100" }', "table of market units", {}
    )
    most: Annotated[int, count(1, 1000)] | None = _field(
        "most venues that one plan may use", "count", None
    )


class TakeSection(Section):
    """One routed sweep now, within the limit; what is left stays unfilled."""


class RestSection(Section):
    """Post-only at a peg, re-pegged within bounds, with an optional deadline."""

    peg: Annotated[str, word(("primary", "mid", "opposite", "cumulative"))] = _field(
        "what the price follows: primary = the own side's touch; mid = the middle, rounded to the own "
        "side; opposite = one tick behind the other side's touch; cumulative = behind peg_depth",
        "word",
        "primary",
    )
    peg_depth: Annotated[Decimal, _POSITIVE] | None = _field(
        "for peg cumulative: how much of the own side's depth stands before the order",
        "market units",
        None,
    )
    offset_ticks: Annotated[int, count(0, 1_000_000, "ticks")] = _field(
        "distance behind the peg", "ticks", 0
    )
    repeg_ticks: Annotated[int, count(1, 1_000_000, "ticks")] = _field(
        "moves of the touch smaller than this are ignored", "ticks", 1
    )
    repeg_max: Annotated[int, count(0, 1_000_000)] = _field(
        "re-pegs before the order stays where it is", "count", 1000
    )
    repeg_interval_s: Annotated[int, count(1, HORIZON_S_MAX, "seconds")] = _field(
        "least time between two re-pegs", "whole seconds", 1
    )
    deadline_s: Annotated[int, count(0, HORIZON_S_MAX, "seconds")] = _field(
        "when resting ends, after the start; 0 = never", "whole seconds", 0
    )
    at_deadline: Annotated[str, word(("cross", "cancel"))] = _field(
        "what happens then: cross = take the rest within the limit", "cross or cancel", "cross"
    )


class TwapSection(Section):
    """Slices over a horizon, each first passive if asked, then crossing."""

    horizon_s: Annotated[int, count(1, HORIZON_S_MAX, "seconds")] = _field(
        "time from the first slice to the end of the last", "whole seconds"
    )
    slices: Annotated[int, count(1, SLICES_MAX)] | None = _field(
        "how many slices, merged into fewer where one would be below every venue's smallest order; "
        "this or interval_s",
        "count",
        None,
    )
    interval_s: Annotated[int, count(1, HORIZON_S_MAX, "seconds")] | None = _field(
        "time between two slices, a divisor of horizon_s; this or slices", "whole seconds", None
    )
    size_jitter: Annotated[Decimal, _FRACTION_HALF] = _field(
        "random spread of slice sizes, 0 to 0.5", "fraction", ZERO
    )
    time_jitter: Annotated[Decimal, _FRACTION_HALF] = _field(
        "random spread of slice times, 0 to 0.5", "fraction of the interval", ZERO
    )
    passive_fraction: Annotated[Decimal, money(least=ZERO, below=ONE)] = _field(
        "part of each interval spent resting before the remainder crosses, 0 to below 1",
        "fraction",
        ZERO,
    )
    repeg_max: Annotated[int, count(0, 1_000_000)] = _field(
        "how often a resting slice follows the touch, or is posted again, before it stays",
        "count",
        10,
    )
    catch_up_mode: Annotated[str, word(("capped", "none", "spread"))] = _field(
        "what later slices do about one that was missed: capped = trade it at once, within catch_up; "
        "spread = share it among all that are left, within catch_up; none = leave it for the leftover",
        "word",
        "capped",
    )
    catch_up: Annotated[Decimal, money(least=ONE, most=Decimal(100))] = _field(
        "most a late slice may grow to, as a multiple of an even one", "multiple", Decimal(3)
    )
    leftover: Annotated[str, word(("sweep_within_limit", "rest_at_limit", "cancel"))] = _field(
        "what happens to the remainder after the horizon; rest_at_limit = it rests there, post-only, "
        "until it fills; with passive_only the default is cancel",
        "word",
        "sweep_within_limit",
    )
    pause: Annotated[str, word(("stretch", "compress", "forfeit"))] = _field(
        "what a pause does: stretch = the end moves by it; compress = the end stays and what was "
        "missed is caught up; forfeit = what was missed is not traded",
        "word",
        "stretch",
    )


class ThenSection(Section):
    """An exit that grows with the fills of its entry: a parent of its own, called `<id>/exit`.

    It is on the other side, for what has filled and not for what is wanted, and sells at each venue no more
    than is held there (fees taken in base deducted; on perps it is reduce-only). When its stop fires, or when
    it fails, the entry buys no more. It ends when the entry has ended and all of it is out.
    """

    kind: Annotated[str, word(EXIT_KINDS)] = _field(
        "the exit: " + ", ".join(EXIT_KINDS) + "; legs of an oco are rest or limit_stop", "word"
    )
    limit_price: Annotated[Decimal, _POSITIVE] | None = _field(
        "worst price of the exit; this, limit_bps or neither", "quote per market unit", None
    )
    limit_bps: Annotated[Decimal, money(least=ZERO, below=BPS)] | None = _field(
        "worst price as a distance from the price at the first fill", "basis points", None
    )
    rest: RestSection | None = _field("parameters of kind rest, may be left out", "table", None)
    limit_stop: LimitStopSection | None = _field("parameters of kind limit_stop", "table", None)
    oco: OcoSection | None = _field("parameters of kind oco", "table", None)


class OrderSection(Section):
    """The parent order."""

    id: Annotated[
        str,
        text(
            r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
            "must be 1 to 64 letters, digits, dots, - or _ in quotes",
        ),
    ] = _field("name of the parent; the same id twice is one parent", "text")
    symbol: SymbolName = _field("the market, as ccxt writes it", "symbol")
    side: Annotated[Side, word(("buy", "sell"))] = _field("buy or sell", "word")
    quantity: Annotated[Decimal, _POSITIVE] = _field("how much, above 0", "market units")
    kind: Annotated[str, word_or(KINDS, KINDS_LATER, OWN_KIND, '"module:name" of your own')] = (
        _field(
            "the strategy: " + ", ".join(KINDS) + '; or "module:name", see strategies.md', "word"
        )
    )
    limit_price: Annotated[Decimal, _POSITIVE] | None = _field(
        "worst acceptable price; this, limit_bps or neither", "quote per market unit", None
    )
    limit_bps: Annotated[Decimal, money(least=ZERO, below=BPS)] | None = _field(
        "worst acceptable price as a distance from the arrival price", "basis points", None
    )
    start: Annotated[int, BeforeValidator(start_ns, json_schema_input_type=datetime)] | None = (
        _field(
            "when to start, with a time zone: 2026-01-31T09:30:00Z; default now", "ISO 8601", None
        )
    )
    venues: VenuesSection = _field("where it may trade", "table", VenuesSection())
    account: Annotated[
        str, text(r"[a-z][a-z0-9_-]{0,31}", "must be an account name: lower-case letters, digits")
    ] = _field("whose money", "text", str(MAIN_ACCOUNT))
    reduce_only: Annotated[bool, yes_or_no()] = _field(
        "never trade more than what this run holds on the other side, venue by venue; on perpetuals "
        "the venue is told so as well",
        "true or false",
        default=False,
    )
    would_price: Annotated[Decimal, _POSITIVE] | None = _field(
        "twap: whatever is there at this price or better is taken at once",
        "quote per market unit",
        None,
    )
    passive_only: Annotated[bool, yes_or_no()] = _field(
        "rest, twap, ladder: never take, only rest; goes before completion",
        "true or false",
        default=False,
    )
    max_participation: Annotated[Decimal, money(above=ZERO, below=ONE)] | None = _field(
        "twap: most of all volume traded since the start that may be ours, above 0 to below 1; goes "
        "before completion",
        "fraction",
        None,
    )
    clip_min: Annotated[Decimal, _POSITIVE] | None = _field(
        "twap: no order is smaller, but the last", "market units", None
    )
    clip_max: Annotated[Decimal, _POSITIVE] | None = _field(
        "twap: no order at once is larger; goes before completion", "market units", None
    )
    hold_s: Annotated[int, count(0, HORIZON_S_MAX, "seconds")] = _field(
        "how long what this order trades will be held: perps are then priced with the funding "
        "expected until then; 0 = not counted",
        "whole seconds",
        0,
    )
    seed: Annotated[int, count(0)] = _field("seed of this parent's jitter", "count", 0)
    take: TakeSection | None = _field("parameters of kind take, may be left out", "table", None)
    rest: RestSection | None = _field("parameters of kind rest, may be left out", "table", None)
    twap: TwapSection | None = _field("parameters of kind twap", "table", None)
    ladder: LadderSection | None = _field("parameters of kind ladder", "table", None)
    params: Annotated[dict[str, object], free_table(PARAMS_CHARS_MAX)] | None = _field(
        "parameters of a strategy of your own, as it declares them", "table", None
    )
    limit_stop: LimitStopSection | None = _field("parameters of kind limit_stop", "table", None)
    oco: OcoSection | None = _field("parameters of kind oco", "table", None)
    then: ThenSection | None = _field("the exit of what has filled", "table", None)


class OrderDocument(Section):
    """A whole order file."""

    order: OrderSection = _field("the parent order", "table")
