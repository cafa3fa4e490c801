"""Which fields does a leg of a group have in an order file?"""

from decimal import Decimal
from typing import Annotated, Final

from router.documents.fields import Section, described, money, text, word
from router.order_files.fields import RestSection, TakeSection, TwapSection
from router.order_files.ladder_fields import LadderSection
from router.order_files.stop_fields import LimitStopSection
from venues.model.numbers import BPS, ZERO

LEG_KINDS: Final = ("rest", "limit_stop", "ladder", "twap", "take")
_NAME: Final = text(
    "[a-z][a-z0-9_-]{0,31}", 'must be a name: lower-case letters, digits, _ -, e.g. "stop"'
)


class LegSection(Section):
    """One leg: its kind, its own worst price, and beside them the fields of its kind."""

    kind: Annotated[str, word(LEG_KINDS)] = described(
        "what the leg does: " + ", ".join(LEG_KINDS), "word"
    )
    name: Annotated[str, _NAME] | None = described(
        "what reports call it; in legs only, default leg1, leg2, ...", "text", None
    )
    limit_price: Annotated[Decimal, money(above=ZERO)] | None = described(
        "worst price of this leg; this, limit_bps or neither", "quote per market unit", None
    )
    limit_bps: Annotated[Decimal, money(least=ZERO, below=BPS)] | None = described(
        "worst price of this leg as a distance from the arrival price", "basis points", None
    )


class _TakeLeg(LegSection, TakeSection):
    pass


class _RestLeg(LegSection, RestSection):
    pass


class _TwapLeg(LegSection, TwapSection):
    pass


class _LadderLeg(LegSection, LadderSection):
    pass


class _StopLeg(LegSection, LimitStopSection):
    pass


LEGS: Final[dict[str, type[LegSection]]] = {
    "take": _TakeLeg,
    "rest": _RestLeg,
    "twap": _TwapLeg,
    "ladder": _LadderLeg,
    "limit_stop": _StopLeg,
}
