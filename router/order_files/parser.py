"""What parent order does a file ask for: strict fields, then the rules between them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from router.documents.document import Document, read_document
from router.documents.fields import Section
from router.documents.toml_lines import FieldPath
from router.documents.validation import validated
from router.order_files.exits import exit_of
from router.order_files.fields import (
    FIELDS_LATER,
    KINDS,
    OrderDocument,
    OrderSection,
    RestSection,
    TakeSection,
    TwapSection,
)
from router.order_files.groups import oco
from router.order_files.ladder_fields import LadderSection, ladder
from router.order_files.oco_fields import OcoSection
from router.order_files.stop_fields import LimitStopSection
from router.order_files.stops import check_catastrophe, limit_stop
from router.order_files.together import check_common
from strategies.spec import (
    LegParams,
    OwnParams,
    Params,
    ParentSpec,
    RestParams,
    TakeParams,
    TwapParams,
)
from venues.errors import InputError
from venues.model.ids import AccountId, ParentId, Symbol, VenueId
from venues.model.numbers import ZERO

_MS: Final = 1000
_SLICES_PER_S: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class OrderFile:
    """A parent order and the document it stands in, so that later doubts can name the line."""

    spec: ParentSpec
    document: Document

    def problem(self, field: str, value: object, remedy: str) -> InputError:
        """Return the one-line error about `field` of [order] ("symbol"), found after parsing."""
        return self.document.problem(("order", *field.split(".")), value, remedy)


def read_order(path: Path) -> OrderFile:
    """Read a parent order from a TOML or JSON file.

    Raises InputError: one line with file, line, field, value and remedy.
    """
    return parse_order(read_document(path))


def parse_order(document: Document) -> OrderFile:
    """Return the parent order in `document`; InputError as `read_order`."""
    order = validated(document, OrderDocument, later=FIELDS_LATER).order
    _check_limits(document, order)
    _check_venues(document, order)
    _check_sections(document, order)
    check_common(document, order)
    spec = ParentSpec(
        id=ParentId(order.id),
        symbol=Symbol(order.symbol),
        side=order.side,
        quantity=order.quantity,
        params=_params(document, order),
        limit_price=order.limit_price,
        limit_bps=order.limit_bps,
        start_ns=order.start or 0,
        venues_allow=tuple(VenueId(v) for v in order.venues.allow or ()),
        venues_deny=tuple(VenueId(v) for v in order.venues.deny),
        venues_most=order.venues.most,
        venue_caps=tuple((VenueId(v), cap) for v, cap in sorted(order.venues.cap.items())),
        account=AccountId(order.account),
        seed=order.seed,
        reduce_only=order.reduce_only,
        would_price=order.would_price,
        passive_only=order.passive_only,
        max_participation=order.max_participation,
        clip_min=order.clip_min,
        clip_max=order.clip_max,
        hold_s=order.hold_s,
        then=None if order.then is None else exit_of(document, order.then, _leg_params),
    )
    check_catastrophe(document, spec)
    return OrderFile(spec, document)


def _check_limits(document: Document, order: OrderSection) -> None:
    if order.limit_price is not None and order.limit_bps is not None:
        raise document.problem(
            ("order", "limit_bps"), order.limit_bps, "limit_price stands too; keep one of them"
        )


def _check_venues(document: Document, order: OrderSection) -> None:
    venues = order.venues
    for name, listed in (("allow", venues.allow or ()), ("deny", venues.deny)):
        for position, venue in enumerate(listed):
            if venue in listed[:position]:
                field = ("order", "venues", name, position)
                raise document.problem(field, venue, "stands twice; keep one of them")
    for position, venue in enumerate(venues.deny):
        if venue in (venues.allow or ()):
            field = ("order", "venues", "deny", position)
            raise document.problem(field, venue, "is allowed and denied; keep one of them")
    for venue in sorted(venues.cap):
        if venue in venues.deny or (venues.allow is not None and venue not in venues.allow):
            remedy = "has a cap, but may not be traded at; allow it or drop the cap"
            raise document.problem(("order", "venues", "cap", venue), None, remedy)


def _check_sections(document: Document, order: OrderSection) -> None:
    given = {kind: getattr(order, kind) for kind in KINDS}
    for kind, section in given.items():
        if section is not None and kind != order.kind:
            remedy = f"is for kind {kind}, this order is a {order.kind}; drop one of them"
            raise document.problem(("order", kind), None, remedy)
    if order.params is not None and ":" not in order.kind:
        remedy = f'is for strategies of your own (kind = "module:name"); use [order.{order.kind}]'
        raise document.problem(("order", "params"), None, remedy)
    if order.kind == "limit_stop" and order.limit_stop is None:
        remedy = (
            "the section is missing; add [order.limit_stop] with trigger_price and max_slip_bps"
        )
        raise document.problem(("order", "limit_stop"), None, remedy)
    if order.kind == "oco" and order.oco is None:
        remedy = "the section is missing; add [order.oco] with take_profit and stop"
        raise document.problem(("order", "oco"), None, remedy)
    if order.kind == "ladder" and order.ladder is None:
        remedy = "the section is missing; add [order.ladder] with rungs and step_bps"
        raise document.problem(("order", "ladder"), None, remedy)
    if order.kind == "twap" and order.twap is None:
        remedy = "the section is missing; add [order.twap] with horizon_s and slices"
        raise document.problem(("order", "twap"), None, remedy)


def _params(document: Document, order: OrderSection) -> Params:
    if ":" in order.kind:
        return OwnParams(
            strategy=order.kind,
            values=json.dumps(order.params or {}, sort_keys=True, separators=(",", ":")),
        )
    at = ("order", order.kind)
    section = getattr(order, order.kind)
    if isinstance(section, OcoSection):
        return oco(document, at, section, _leg_params)
    return _leg_params(
        document, at, section or {"take": TakeSection, "rest": RestSection}[order.kind]()
    )


def _leg_params(document: Document, at: FieldPath, section: Section) -> LegParams:
    """Return the parameters in `section`, which stands at `at`, for a kind that can be a leg."""
    match section:
        case TakeSection():
            return TakeParams()
        case RestSection():
            return _rest(document, at, section)
        case TwapSection():
            return _twap(document, at, section)
        case LadderSection():
            return ladder(document, at, section)
        case LimitStopSection():
            return limit_stop(document, at, section)
        case _:
            raise TypeError(f"{type(section).__name__} is the section of no kind")


def _rest(document: Document, at: FieldPath, section: RestSection) -> RestParams:
    if section.peg == "cumulative" and section.peg_depth is None:
        remedy = "missing; say behind how much depth it rests, in market units"
        raise document.problem((*at, "peg_depth"), None, remedy)
    if section.peg != "cumulative" and section.peg_depth is not None:
        remedy = f'is for peg = "cumulative", this is {section.peg}; leave it out'
        raise document.problem((*at, "peg_depth"), section.peg_depth, remedy)
    return RestParams(
        peg=section.peg,
        peg_depth=section.peg_depth or ZERO,
        offset_ticks=section.offset_ticks,
        repeg_ticks=section.repeg_ticks,
        repeg_max=section.repeg_max,
        repeg_interval_ms=section.repeg_interval_s * _MS,
        deadline_s=section.deadline_s,
        at_deadline=section.at_deadline,
    )


def _twap(document: Document, at: FieldPath, section: TwapSection) -> TwapParams:
    return TwapParams(
        horizon_s=section.horizon_s,
        slices=_slices(document, at, section),
        size_jitter=section.size_jitter,
        time_jitter=section.time_jitter,
        passive_fraction=section.passive_fraction,
        repeg_max=section.repeg_max,
        catch_up=section.catch_up,
        catch_up_mode=section.catch_up_mode,
        leftover=section.leftover,
        pause=section.pause,
    )


def _slices(document: Document, at: FieldPath, section: TwapSection) -> int:
    match section.slices, section.interval_s:
        case None, None:
            remedy = "missing; add slices = ... (a count) or interval_s = ... (whole seconds)"
            raise document.problem((*at, "slices"), None, remedy)
        case int(slices), None:
            most = section.horizon_s * _SLICES_PER_S
            if slices > most:
                remedy = f"at most {_SLICES_PER_S} slices a second: {most} for this horizon_s"
                raise document.problem((*at, "slices"), slices, remedy)
            return slices
        case None, int(interval_s):
            if section.horizon_s % interval_s:
                remedy = f"must divide horizon_s = {section.horizon_s}; or give slices instead"
                raise document.problem((*at, "interval_s"), interval_s, remedy)
            return section.horizon_s // interval_s
        case _:
            remedy = "slices stands too; keep one of them"
            raise document.problem((*at, "interval_s"), section.interval_s, remedy)
