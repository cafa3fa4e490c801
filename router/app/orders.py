"""Which parents does a run execute: order files checked against each other and the market."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from router.app.native_stops import stop_problems
from router.app.own_strategies import NONE_LOADED, Loaded, own_problem
from router.order_files.parser import OrderFile, read_order
from router.settings.fields import Settings
from router.settings.markets import market_of, on_terms, tradable
from strategies.spec import OcoParams, Params, ParentSpec
from strategies.stop_params import LimitStopParams
from venues.errors import InputError
from venues.model.ids import ParentId, VenueId
from venues.model.instrument import Instrument, Kind, Market


def read_orders(
    paths: Sequence[Path],
    instruments: Sequence[Instrument],
    settings: Settings,
    own: Loaded = NONE_LOADED,
) -> list[ParentSpec]:
    """Return the parents of `paths`, the same order twice counted once.

    Raises InputError: a bad file, an unknown symbol or venue, one id with two contents.
    """
    specs: dict[ParentId, ParentSpec] = {}
    for path in paths:
        order = read_order(path)
        _check(order, instruments, settings, own)
        known = specs.get(order.spec.id)
        if known is not None and known != order.spec:
            raise order.problem(
                "id", order.spec.id, "was given before with other content; choose another id"
            )
        specs[order.spec.id] = order.spec
    return list(specs.values())


def check_spec(
    spec: ParentSpec,
    instruments: Sequence[Instrument],
    settings: Settings,
    own: Loaded = NONE_LOADED,
) -> None:
    """Raise InputError where `spec` cannot be traded on these instruments at all."""
    for field, value, remedy in _problems(spec, instruments, settings, own):
        raise InputError(f"order.{field}: {value} {remedy}")


def _check(
    order: OrderFile, instruments: Sequence[Instrument], settings: Settings, own: Loaded
) -> None:
    for field, value, remedy in _problems(order.spec, instruments, settings, own):
        raise order.problem(field, value, remedy)


def _problems(
    spec: ParentSpec, instruments: Sequence[Instrument], settings: Settings, own: Loaded
) -> Iterator[tuple[str, object, str]]:
    """Yield what is wrong: field, value, remedy; terms of the config win over those of the market data."""
    instruments = on_terms(instruments, settings)
    wrong = own_problem(spec, own)
    if wrong is not None:
        yield wrong
    market = market_of(spec.symbol, instruments, settings)
    if market is None:
        known = ", ".join(tradable(instruments, settings))
        yield "symbol", spec.symbol, f"is not traded here; use one of {known}"
        return
    venues = {m.instrument.venue for m in market.members}
    for field, named in (
        ("venues.allow", spec.venues_allow),
        ("venues.deny", spec.venues_deny),
        ("venues.cap", tuple(venue for venue, _ in spec.venue_caps)),
    ):
        for venue in named:
            if venue not in venues:
                known = ", ".join(sorted(venues))
                yield field, venue, f"does not trade {spec.symbol}; use one of {known}"
    yield from _sources("", spec.params, market)
    yield from stop_problems("", spec, spec.params, market, settings)
    if spec.then is not None:
        yield from _sources("then.", spec.then.params, market)
        yield from stop_problems("then.", spec, spec.then.params, market, settings)
        yield from _two_at_one_venue(spec.venues_deny, market)
    allowed = {v for v in venues if not spec.venues_allow or v in spec.venues_allow}
    if not allowed - set(spec.venues_deny):
        yield "venues.deny", ", ".join(spec.venues_deny), "leaves no venue; allow at least one"


def _sources(at: str, params: Params, market: Market) -> Iterator[tuple[str, object, str]]:
    """Yield the prices of a stop that nobody here gives; `at`: what its section stands in."""
    if isinstance(params, OcoParams):
        for leg in params.legs:
            if isinstance(leg.params, LimitStopParams):
                yield from _stop_sources(f"{at}oco.{leg.name}", leg.params, market)
    elif isinstance(params, LimitStopParams):
        yield from _stop_sources(f"{at}limit_stop", params, market)


def _stop_sources(
    at: str, params: LimitStopParams, market: Market
) -> Iterator[tuple[str, object, str]]:
    for name, source, venue in (
        ("trigger", params.trigger_source, params.trigger_venue),
        ("confirm", params.confirm_source, params.confirm_venue),
    ):
        # A book whose quote another book converts gives no price that a stop may rely on.
        direct = [m.instrument for m in market.members if m.conversion_book is None]
        there = [i for i in direct if venue in {"", i.venue}]
        if not there:
            known = ", ".join(sorted({i.venue for i in direct}))
            yield f"{at}.{name}_venue", venue, f"is not in the market; use one of {known}"
        elif source in {"mark", "index"} and all(i.kind is Kind.SPOT for i in there):
            remedy = "only perpetuals have it, and there is none here; use mid or last"
            yield f"{at}.{name}_source", source, remedy


def _two_at_one_venue(
    denied: Collection[VenueId], market: Market
) -> Iterator[tuple[str, object, str]]:
    """Yield the venues at which an exit could not tell what is held of which instrument."""
    venues = [m.instrument.venue for m in market.members if m.instrument.venue not in denied]
    for venue in sorted({v for v in venues if venues.count(v) > 1}):
        remedy = f"needs one instrument a venue, {venue} has several of this market; deny it"
        yield "then", None, remedy
