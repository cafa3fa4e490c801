"""Which fields does an OCO have in an order file?"""

from typing import Annotated

from pydantic import BeforeValidator, Field

from router.documents.fields import Section, count, described, wrong
from strategies.spec import GUARDED, NATIVE, STRICT

_MODES = (STRICT, GUARDED, NATIVE)


def _mode(value: object) -> str:
    if not isinstance(value, str) or value not in _MODES:
        raise wrong(f"must be one of {', '.join(_MODES)}")
    return value


class OcoSection(Section):
    """Legs that share one quantity: one fills, the others give way.

    Either the pair `take_profit` and `stop`, or `legs`, a list of two or more; each is a table like
    `{ kind = "rest", limit_price = "64000" }`.
    """

    mode: Annotated[str, BeforeValidator(_mode)] = described(
        "strict = one leg live, the others armed here until they fire; guarded = all live, reduce-only, "
        "where a perp's venue caps them at what is held (term reduce_only), elsewhere as strict; the "
        "account is traded there by this desk alone; native = a rest and a limit_stop held by their "
        "venue as one order list (term order_lists), as strict where that fails: the stop is then no "
        "post-only order, woken at once by the venue's own last or mark, and trades to its max_slip_bps",
        "word",
        "strict",
    )
    take_profit: dict[str, object] | None = described("one leg; with stop", "leg", None)
    stop: dict[str, object] | None = described("the other leg; with take_profit", "leg", None)
    legs: Annotated[tuple[dict[str, object], ...], Field(min_length=2)] | None = described(
        "any legs; strict: all but one have to be a limit_stop", "list of legs", None
    )
    naked_within_ms: Annotated[int, count(0, 3_600_000, "milliseconds")] = described(
        "a leg that has fired and still awaits the end of the others, or native what no stop stands for, "
        "raises an alarm after this",
        "milliseconds",
        1000,
    )
