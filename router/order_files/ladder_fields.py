"""Which fields has a ladder in an order file, and what do they mean together?"""

from decimal import Decimal
from typing import Annotated, Final

from router.documents.document import Document
from router.documents.fields import Section, count, money, word
from router.documents.fields import described as _field
from router.documents.toml_lines import FieldPath
from strategies.ladder_params import LadderParams
from venues.model.numbers import BPS, ZERO

RUNGS_MAX: Final = 100
_MONTH_S: Final = 31 * 24 * 3600


class LadderSection(Section):
    """Rungs that rest, post-only, at fixed distances from the arrival price: staged entry or exit."""

    rungs: Annotated[int, count(1, RUNGS_MAX)] = _field(
        "how many; those below every venue's smallest order are merged into the next", "count"
    )
    first_bps: Annotated[Decimal, money(least=ZERO, below=BPS)] = _field(
        "distance of the first rung from the arrival price", "basis points", ZERO
    )
    step_bps: Annotated[Decimal, money(above=ZERO, below=BPS)] | None = _field(
        "distance from rung to rung; this or step_depth", "basis points", None
    )
    step_depth: Annotated[Decimal, money(above=ZERO)] | None = _field(
        "displayed depth of the own side from rung to rung, as the books stand at the start; this "
        "or step_bps",
        "market units",
        None,
    )
    weights: Annotated[str, word(("linear", "geometric"))] = _field(
        "linear = each rung is larger by growth times the first; geometric = each is growth times "
        "the one before",
        "word",
        "linear",
    )
    growth: Annotated[Decimal, money(least=ZERO, most=Decimal(10))] | None = _field(
        "0 to 10; default: all rungs alike", "multiple", None
    )
    repost_max: Annotated[int, count(0, 1_000_000)] = _field(
        "how often a rung that its venue refused or threw out is posted again", "count", 20
    )
    deadline_s: Annotated[int, count(0, _MONTH_S, "seconds")] = _field(
        "when what still rests is withdrawn, after the start; 0 = never", "whole seconds", 0
    )


def ladder(document: Document, at: FieldPath, section: LadderSection) -> LadderParams:
    """Return the parameters in `section`, which stands at `at`; InputError where they clash."""
    if section.step_bps is None and section.step_depth is None:
        remedy = "missing; add step_bps (basis points) or step_depth (market units)"
        raise document.problem((*at, "step_bps"), None, remedy)
    if section.step_bps is not None and section.step_depth is not None:
        remedy = "step_bps stands too; keep one of them"
        raise document.problem((*at, "step_depth"), section.step_depth, remedy)
    if section.step_depth is not None and section.first_bps:
        remedy = "is for step_bps; with step_depth the first rung stands behind the first step"
        raise document.problem((*at, "first_bps"), section.first_bps, remedy)
    if section.weights == "geometric" and section.growth == ZERO:
        remedy = "must be above 0 for geometric weights; 1 = all rungs alike"
        raise document.problem((*at, "growth"), section.growth, remedy)
    step_bps = section.step_bps or ZERO
    if section.first_bps + step_bps * (section.rungs - 1) >= BPS:
        remedy = f"puts the last of {section.rungs} rungs at or below 0; make it smaller"
        raise document.problem((*at, "step_bps"), step_bps, remedy)
    alike = Decimal(1) if section.weights == "geometric" else ZERO
    return LadderParams(
        rungs=section.rungs,
        first_bps=section.first_bps,
        step_bps=step_bps,
        step_depth=section.step_depth or ZERO,
        weights=section.weights,
        growth=alike if section.growth is None else section.growth,
        repost_max=section.repost_max,
        deadline_s=section.deadline_s,
    )
