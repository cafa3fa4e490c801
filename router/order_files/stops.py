"""What stop does a section of an order file ask for? Its fields, and the rules between them."""

from decimal import Decimal

from msgspec import structs

from router.documents.document import Document
from router.documents.toml_lines import FieldPath
from router.order_files.stop_fields import LimitStopSection
from strategies.spec import Params, ParentSpec
from strategies.stop_params import LimitStopParams
from venues.model.numbers import plain
from venues.model.order import Side

_MS = 1000


def limit_stop(document: Document, at: FieldPath, section: LimitStopSection) -> LimitStopParams:
    """Return the stop in `section`, which stands at `at`; InputError where its fields contradict."""
    post_slip, max_slip = section.post_slip_bps, section.max_slip_bps
    if post_slip is not None and post_slip > max_slip:
        remedy = f"must not be above max_slip_bps = {plain(max_slip)}"
        raise document.problem((*at, "post_slip_bps"), post_slip, remedy)
    if section.confirm_venue and not section.confirm_source:
        remedy = "confirms nothing without confirm_source"
        raise document.problem((*at, "confirm_venue"), section.confirm_venue, remedy)
    first = (section.trigger_source, section.trigger_venue)
    if first == (section.confirm_source, section.confirm_venue):
        remedy = "is the trigger's own source; choose another source or venue"
        raise document.problem((*at, "confirm_source"), section.confirm_source, remedy)
    for name in ("catastrophe_slip_bps", "catastrophe_source", "naked_within_ms"):
        if getattr(section, name) is not None and section.catastrophe_price is None:
            remedy = "is for a stop at the venues; add catastrophe_price, or leave it out"
            raise document.problem((*at, name), getattr(section, name), remedy)
    stop = LimitStopParams(
        trigger_price=section.trigger_price,
        trail_bps=section.trail_bps,
        trail_step_bps=section.trail_step_bps,
        trigger_source=section.trigger_source,
        trigger_venue=section.trigger_venue or "",
        confirm_source=section.confirm_source or "",
        confirm_venue=section.confirm_venue or "",
        debounce_ms=section.debounce_ms,
        offset_ticks=section.offset_ticks,
        repeg_max=section.repeg_max,
        repeg_interval_ms=section.repeg_interval_s * _MS,
        post_slip_bps=post_slip,
        max_slip_bps=max_slip,
        cross_after_s=section.cross_after_s,
        rest_after_s=section.rest_after_s,
        gap_policy=section.gap_policy,
        catastrophe_price=section.catastrophe_price,
    )
    given = {
        name: value
        for name in ("catastrophe_slip_bps", "catastrophe_source", "naked_within_ms")
        if (value := getattr(section, name)) is not None
    }
    return structs.replace(stop, **given)


def check_catastrophe(document: Document, spec: ParentSpec) -> None:
    """Raise InputError where a stop at the venues could never work: on the wrong side, or too near."""
    then = spec.then
    asked: list[tuple[FieldPath, Params, Side, Decimal | None]] = [
        (("order",), spec.params, spec.side, spec.limit_price)
    ]
    if then is not None:
        asked.append((("order", "then"), then.params, spec.side.opposite, then.limit_price))
    for at, params, side, limit in asked:
        if isinstance(params, LimitStopParams):
            why = params.catastrophe_refusal(side, limit)
            if why:
                field = (*at, "limit_stop", "catastrophe_price")
                raise document.problem(field, params.catastrophe_price, why)
