"""Which common fields may stand together, and with which kind?"""

from collections.abc import Iterator
from typing import Final

from router.documents.document import Document
from router.order_files.fields import OrderSection
from strategies.spec import GUARDED
from venues.model.numbers import plain
from venues.model.order import Side

# Kinds for which a common field means something; for any other it is refused, not ignored.
_MEANT_FOR: Final = {
    "would_price": ("twap",),
    "passive_only": ("rest", "twap", "ladder"),
    "max_participation": ("twap",),
    "clip_min": ("twap",),
    "clip_max": ("twap",),
}


def check_common(document: Document, order: OrderSection) -> None:
    """Raise InputError where common fields contradict each other or the kind."""
    for field, value, remedy in _problems(order):
        raise document.problem(("order", *field.split(".")), value, remedy)


def _problems(order: OrderSection) -> Iterator[tuple[str, object, str]]:
    for field, kinds in _MEANT_FOR.items():
        value = getattr(order, field)
        if value is not None and value is not False and order.kind not in kinds:
            yield field, value, f"is for kind {' or '.join(kinds)}; leave it out"
    yield from _prices(order)
    yield from _clips(order)
    if order.passive_only:
        yield from _passive(order)
    if order.oco is not None and order.oco.mode == GUARDED and not order.reduce_only:
        yield (
            "oco.mode",
            GUARDED,
            "its legs only reduce what is held: add reduce_only = true to [order]",
        )


def _prices(order: OrderSection) -> Iterator[tuple[str, object, str]]:
    would, limit = order.would_price, order.limit_price
    if would is None or limit is None:
        return
    if (would - limit) * order.side.sign > 0:
        word = "above" if order.side is Side.BUY else "below"
        yield "would_price", would, f"is {word} limit_price {plain(limit)}; it must be better"


def _clips(order: OrderSection) -> Iterator[tuple[str, object, str]]:
    least, most = order.clip_min, order.clip_max
    if least is not None and least > order.quantity:
        yield "clip_min", least, f"is above the quantity {plain(order.quantity)}"
    if least is not None and most is not None and least > most:
        yield "clip_min", least, f"is above clip_max {plain(most)}"


def _passive(order: OrderSection) -> Iterator[tuple[str, object, str]]:
    if order.would_price is not None:
        yield "would_price", order.would_price, "takes, and passive_only forbids it; keep one"
    rest, twap = order.rest, order.twap
    if rest is not None and rest.deadline_s and rest.at_deadline == "cross":
        yield "rest.at_deadline", "cross", 'takes, and passive_only forbids it; use "cancel"'
    asked = twap.leftover if twap is not None and "leftover" in twap.model_fields_set else ""
    if asked == "sweep_within_limit":
        remedy = 'takes, and passive_only forbids it; use "cancel" or "rest_at_limit"'
        yield "twap.leftover", asked, remedy
