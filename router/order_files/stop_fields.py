"""Which fields does a limit-stop have in an order file?"""

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import model_validator

from router.documents.fields import Section, VenueName, count, described, money, word, wrong
from venues.model.numbers import BPS, ONE, ZERO

SOURCES: Final = ("last", "mark", "index", "mid")
CATASTROPHE_SOURCES: Final = ("last", "mark")
_HOUR_MS: Final = 3_600_000
_DAY_S: Final = 24 * 3600
_PRICE: Final = money(above=ZERO)
_SLIP: Final = money(least=ZERO, below=BPS)


class LimitStopSection(Section):
    """Armed until the trigger, then post-only, then crossing within a slip, then resting there.

    After the trigger each rung has a limit: `post_slip_bps` beyond the trigger while it posts at the touch,
    `max_slip_bps` while it crosses and rests. It crosses when its time to post is over, or as soon as the
    mid is beyond `post_slip_bps`; when that is so already as it fires, there is a gap and `gap_policy`
    decides: `rest` = wait at `post_slip_bps`; `widen` = cross within `max_slip_bps`; `cross` = cross within
    the order's own limit, without one within the collar. The last rung, and each gap, raise an alarm.

    With `catastrophe_price` venues that hold stop orders hold one for all of it while it is armed, where the
    quantity is held. When the stop fires here, they are taken back first, and every answer is awaited; one
    that has woken there is left to work. Never a market order: `catastrophe_slip_bps` bounds it.
    """

    trigger_price: Annotated[Decimal, _PRICE] | None = described(
        "price that fires it, reached from above by a sell and from below by a buy; "
        "this, trail_bps or both",
        "quote per market unit",
        None,
    )
    trail_bps: Annotated[Decimal, money(above=ZERO, below=BPS)] | None = described(
        "the trigger follows the best price at this distance; with trigger_price the nearer counts",
        "basis points",
        None,
    )
    trail_step_bps: Annotated[Decimal, money(above=ZERO, most=Decimal(1000))] = described(
        "the best price is followed in steps of this", "basis points", ONE
    )
    trigger_source: Annotated[str, word(SOURCES)] = described(
        "which price fires it: last, mark, index or mid; LIVE books alone count", "word", "mid"
    )
    trigger_venue: VenueName | None = described(
        "whose price; default the median over the venues of the market", "venue name", None
    )
    confirm_source: Annotated[str, word(SOURCES)] | None = described(
        "a second price that must be at the trigger, too", "word", None
    )
    confirm_venue: VenueName | None = described(
        "whose second price; default the median over the venues of the market", "venue name", None
    )
    debounce_ms: Annotated[int, count(0, _HOUR_MS, "milliseconds")] = described(
        "how long the price must stay at the trigger", "milliseconds", 0
    )
    offset_ticks: Annotated[int, count(0, 1_000_000, "ticks")] = described(
        "distance behind the touch while it posts", "ticks", 0
    )
    repeg_max: Annotated[int, count(0, 1_000_000)] = described(
        "re-pegs while it posts", "count", 20
    )
    repeg_interval_s: Annotated[int, count(1, _DAY_S, "seconds")] = described(
        "least time between two re-pegs", "whole seconds", 1
    )
    post_slip_bps: Annotated[Decimal, _SLIP] | None = described(
        "how far beyond the trigger it posts; default max_slip_bps", "basis points", None
    )
    max_slip_bps: Annotated[Decimal, _SLIP] = described(
        "how far beyond the trigger it crosses and rests", "basis points"
    )
    cross_after_s: Annotated[int, count(0, _DAY_S, "seconds")] = described(
        "time it posts before it crosses; 0 = it crosses at once", "whole seconds", 5
    )
    rest_after_s: Annotated[int, count(0, _DAY_S, "seconds")] = described(
        "time it tries to cross before it rests at max_slip_bps with an alarm", "whole seconds", 10
    )
    gap_policy: Annotated[str, word(("rest", "widen", "cross"))] = described(
        "what happens when the price is beyond post_slip_bps as it fires",
        "rest, widen or cross",
        "widen",
    )
    catastrophe_price: Annotated[Decimal, _PRICE] | None = described(
        "while it is armed, venues hold a stop-limit order for all of it at this price, for when this "
        "process is dead; beyond where the stop itself trades; not in a leg",
        "quote per market unit",
        None,
    )
    catastrophe_slip_bps: Annotated[Decimal, _SLIP] | None = described(
        "how far beyond catastrophe_price that order trades; default 100, at most the collar",
        "basis points",
        None,
    )
    catastrophe_source: Annotated[str, word(CATASTROPHE_SOURCES)] | None = described(
        "which price of the venue's own wakes it, last or mark; default last", "word", None
    )
    naked_within_ms: Annotated[int, count(0, _HOUR_MS, "milliseconds")] | None = described(
        "what no venue holds, or has not given back as the stop fires, after this raises an alarm; "
        "default 1000",
        "milliseconds",
        None,
    )

    @model_validator(mode="before")
    @classmethod
    def _fires_somewhere(cls, value: Any) -> Any:  # noqa: ANN401 - as pydantic hands it over
        if isinstance(value, dict) and not {"trigger_price", "trail_bps"} & set(value):
            raise wrong('never fires; add trigger_price = "..." or trail_bps = "..."')
        return value
