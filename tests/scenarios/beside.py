"""How does a story with guarded legs begin?"""

from decimal import Decimal

from msgspec import structs

from router.orders.parent import Parent
from strategies.spec import OcoParams, ParentSpec
from tests.scenarios.kinds import guarded, leg, limit_stop, rest, take, then
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.ids import ParentId
from venues.model.instrument import Kind, ReduceOnly
from venues.model.order import Side

CAPPED = Venue("alpha", kind=Kind.PERP, reduce_only=ReduceOnly.CAPPED)
SUMMED = Venue("alpha", kind=Kind.PERP, reduce_only=ReduceOnly.SUMMED)
UNSAID = Venue("alpha", kind=Kind.PERP)
SPOT = Venue("alpha")
CALM = "50@99.9 | 50@100.1"  # mid 100
LOW = "50@97.9 | 50@98.1"  # mid 98: the stop
TARGETS = guarded(leg("near", rest(), limit="103"), leg("far", rest(), limit="104"))
PAIR = guarded(leg("profit", rest(), limit="103"), leg("stop", limit_stop("98")))
NEAR, FAR = "alpha#2: rest sell 10 @ 103", "alpha#3: rest sell 10 @ 104"


def bought(how: OcoParams, *, venue: Venue = CAPPED, buy: str = "10") -> Scenario:
    """Buy at one venue and let the exit begin; what it says at once is `desk.said`."""
    desk = Story(take(), buy=buy, limit="101", venues=(venue,), then=then(how))
    desk.book("alpha", CALM)
    desk.said = desk.fills_all(desk.at(0))
    return desk


class Story(Scenario):
    """A scenario that remembers what the exit said as it began."""

    said: list[str]


def both_live(how: OcoParams = TARGETS, *, venue: Venue = CAPPED) -> Scenario:
    """Let two targets rest beside each other."""
    desk = bought(how, venue=venue)
    assert desk.said == [NEAR, FAR]  # type: ignore[attr-defined]
    desk.accepts("alpha#2", "alpha#3")
    return desk


def pair(*, venue: Venue = CAPPED) -> Scenario:
    """Let the profit rest and the stop be armed."""
    desk = bought(PAIR, venue=venue)
    assert desk.said == [NEAR]  # type: ignore[attr-defined]
    desk.accepts("alpha#2")
    return desk


def other(desk: Scenario, quantity: str, side: Side, **terms: object) -> list[str]:
    """Hand over somebody else's order at the same place."""
    spec = ParentSpec(
        id=ParentId("other"),
        symbol=desk.spec.symbol,
        side=side,
        quantity=Decimal(quantity),
        params=take(),
    )
    return desk.submit(structs.replace(spec, **terms))


def of(desk: Scenario, parent: str) -> Parent:
    return desk.desk.engine.core.state.parents[ParentId(parent)]


def on_terms(venue: Venue, **terms: str) -> Venue:
    """Return a venue on other terms."""
    return Venue(**{**venue.__dict__, **terms})
