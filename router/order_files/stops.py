"""What stop does a section of an order file ask for? Its fields, and the rules between them."""

from router.documents.document import Document
from router.documents.toml_lines import FieldPath
from router.order_files.stop_fields import LimitStopSection
from strategies.stop_params import LimitStopParams
from venues.model.numbers import plain

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
    return LimitStopParams(
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
    )
