"""Which stories begin with one order out, one of each kind, and what becomes of them when things go wrong?

`EXPECTED` has a cell for every kind and every event of `hostile.EVENTS`; a cell that is not written
here is `DONE`: nothing that goes wrong keeps the parent from its end. `CANNOT` says why a cell is none.
"""

from collections.abc import Callable, Mapping
from typing import Final

from strategies.own import NoParams
from strategies.script import Script
from strategies.scripted import ScriptStrategy
from strategies.spec import OwnParams, Params
from tests.scenarios.asked import EXIT
from tests.scenarios.hostile import World
from tests.scenarios.kinds import ladder, limit_stop, rest, take, take_profit_or_stop, then, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario

VENUES: Final = (Venue("alpha", minimum="0.5"),)
CALM: Final = "50@99.9 | 50@100"
FALLEN: Final = "50@94.9 | 50@95"
ABOVE: Final = "50@109.9 | 50@110"
BELOW: Final = "50@89.9 | 50@90"
SCRIPT: Final = "story:script"


async def two_takes(ctx: Script, _: NoParams) -> None:
    """Take half, wait, and take the rest until it is there."""
    await ctx.take("2")
    await ctx.sleep("10")
    while ctx.left() > 0:
        await ctx.take(ctx.left())
        await ctx.sleep("1")


def buying(how: Params, *, passive_only: bool = False) -> World:
    """Begin with a calm market, not above 101."""
    own = [ScriptStrategy(SCRIPT, two_takes, "1", NoParams)]
    desk = Scenario(how, buy="4", limit="101", venues=VENUES, own=own, passive_only=passive_only)
    desk.book("alpha", CALM)
    return _begun(World(desk, CALM, ABOVE), desk.at(0))


def selling(how: Params) -> World:
    """Begin with a calm market, and nothing but the collar below."""
    desk = Scenario(how, sell="4", venues=VENUES)
    desk.book("alpha", CALM)
    return _begun(World(desk, CALM, BELOW), desk.at(0))


def fired() -> World:
    """Begin with a stop that has just fired."""
    desk = Scenario(limit_stop("95"), sell="4", venues=VENUES)
    desk.book("alpha", CALM)
    desk.at(0)
    return _begun(World(desk, FALLEN, BELOW), desk.book("alpha", FALLEN))


def protected() -> World:
    """Begin with an entry that has filled, and the take-profit of its exit on the way."""
    out = then(take_profit_or_stop("103", limit_stop("95")))
    desk = Scenario(take(), buy="4", limit="101", venues=VENUES, then=out)
    desk.book("alpha", CALM)
    assert desk.at(0) == ["alpha#1: buy 4 @ 100"]
    said = desk.fills("alpha#1")
    return _begun(World(desk, CALM, BELOW, first="alpha#2", parent=EXIT), said)


def _begun(world: World, said: list[str]) -> World:
    assert said, "no order is out"
    assert said[0].startswith(world.first)
    world.hear(said[1:])  # what else is out, such as other rungs, is taken
    return world


KINDS: Final[Mapping[str, Callable[[], World]]] = {
    "take": lambda: buying(take()),
    "rest": lambda: buying(rest()),
    "twap": lambda: buying(twap(over_s=40, slices=2)),
    "twap, passive": lambda: buying(twap(over_s=40, slices=2, passive="0.5")),
    "twap, passive only": lambda: buying(
        twap(over_s=40, slices=2, leftover="rest_at_limit"), passive_only=True
    ),
    "rest, behind depth": lambda: buying(rest(peg="cumulative", depth="20")),
    "ladder": lambda: buying(ladder(2, first="10", step="10")),
    "limit_stop": fired,
    "then (its exit)": protected,
    "oco": lambda: selling(take_profit_or_stop("103", limit_stop("95"))),
    "own script": lambda: buying(OwnParams(strategy=SCRIPT)),
}

DONE: Final = "done, 4 filled: filled"
_CANCELLED: Final = "cancelled, 1 filled: cancelled by request"
_BOTH_RUNGS: Final = "cancelled, 3 filled: cancelled by request"
_NO_MORE: Final = "left: the books gave no more within the limit"
_DUST: Final = "expired, 3.8 filled: 0.2 left: below every venue's smallest order"

CANNOT: Final[Mapping[tuple[str, str], str]] = {
    (kind, "post-only reject"): "never posts" for kind in ("take", "twap", "own script")
} | {
    ("then (its exit)", event): "is as large as its entry's fills"
    for event in ("amend up", "amend down")
}

EXPECTED: Final[Mapping[tuple[str, str], str]] = {
    # A cancel is a question: what trades meanwhile, or is told late, is booked.
    **{(kind, "fill during cancel"): _CANCELLED for kind in KINDS},
    **{(kind, "fill after cancel ack"): _CANCELLED for kind in KINDS},
    **{(kind, "amend up"): "done, 6 filled: filled" for kind in KINDS},
    **{(kind, "amend down"): "done, 2 filled: filled" for kind in KINDS},
    # A take is one sweep: what it did not get, it does not chase.
    ("take", "partial fill"): f"expired, 1 filled: 3 {_NO_MORE}",
    ("take", "reject"): "expired, 0 filled: 4 left: alpha rejected: insufficient balance",
    ("take", "venue cancels on its own"): f"expired, 0 filled: 4 {_NO_MORE}",
    ("take", "stale book"): f"expired, 1 filled: 3 {_NO_MORE}",
    ("take", "below minimum remainder"): f"expired, 3.8 filled: 0.2 {_NO_MORE}",
    ("take", "gap through the price"): f"expired, 1 filled: 3 {_NO_MORE}",
    ("take", "amend up"): f"expired, 4 filled: 2 {_NO_MORE}",
    ("take", "amend down"): DONE,
    # Dust of a slice is carried to the next; dust of a whole order is told.
    ("rest", "below minimum remainder"): _DUST,
    ("rest, behind depth", "below minimum remainder"): _DUST,
    ("ladder", "below minimum remainder"): _DUST,
    ("then (its exit)", "below minimum remainder"): _DUST,
    ("limit_stop", "below minimum remainder"): _DUST,
    # The other rung trades before its own cancel gets there.
    ("ladder", "fill during cancel"): _BOTH_RUNGS,
    ("ladder", "fill after cancel ack"): _BOTH_RUNGS,
    ("oco", "below minimum remainder"): _DUST,
}


def expected(kind: str, event: str) -> str:
    """Return what a cell says."""
    return CANNOT.get((kind, event)) or EXPECTED.get((kind, event), DONE)
