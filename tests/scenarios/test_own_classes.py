"""What happens to a strategy class that breaks its contract? Its parent ends, and nothing else."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import ClassVar

import msgspec
import pytest

from strategies.base import State, StrategyEvent, View
from strategies.conditions import Direction, PriceCrosses, PriceSource, TouchMoved, VolumeReached
from strategies.intents import Finish, Idle, Intent, Peg, Rest, Take, Unwake, WakeAt, WakeWhen
from strategies.own import INTENTS_MOST, STATE_BYTES_MOST, NoParams, OwnStrategy
from strategies.spec import OwnParams, ParentSpec
from tests.scenarios.kinds import take
from tests.scenarios.market import Venue
from tests.scenarios.scenario import BEGIN_NS, Scenario
from venues.model.ids import ParentId, VenueId
from venues.model.order import Side

KIND = "story:Class"
HOW = OwnParams(strategy=KIND)
ONE = (Venue("alpha"),)
D = Decimal


class Count(State, frozen=True):
    """How often it was asked."""

    asked: int = 0
    note: str = ""


Answer = tuple[object, object]


class Story:
    """A class whose decisions a test writes."""

    state_type: ClassVar[type[State]] = Count
    params_type: ClassVar[type[msgspec.Struct]] = NoParams

    def __init__(self, says: Callable[[View], Answer]) -> None:
        self.says = says

    def refusal(self, spec: ParentSpec, view: View) -> str:
        return ""

    def start(self, spec: ParentSpec, view: View, rng: Random) -> tuple[State, Sequence[Intent]]:
        return self.says(view)  # type: ignore[return-value] # what these tests are about

    def decide(
        self, state: State, event: StrategyEvent, view: View
    ) -> tuple[State, Sequence[Intent]]:
        return self.says(view)  # type: ignore[return-value] # what these tests are about


def told(says: Callable[[View], Answer]) -> Scenario:
    desk = Scenario(HOW, buy="4", limit="101", venues=ONE, own=[OwnStrategy(KIND, Story(says))])
    desk.book("alpha", "10@99 | 10@100")
    return desk


def take_of(quantity: object, limit: object = D(101)) -> Take:
    return Take(quantity=quantity, limit=limit)  # type: ignore[arg-type] # wrong on purpose


BROKEN: dict[str, tuple[object, str]] = {
    "no pair": (None, "a decision is a pair of state and intents"),
    "another state": ((State(), []), "the state is a State, not its state_type"),
    "no list": ((Count(), take_of(D(1))), "intents are a list or tuple of at most 64"),
    "too many": ((Count(), [Idle(reason="")] * (INTENTS_MOST + 1)), "at most 64"),
    "a long memory": ((Count(note="x" * STATE_BYTES_MOST), []), "longer than 65536 bytes"),
    "a number as note": ((Count(note=1), []), "Expected `str`, got `int`"),  # type: ignore[arg-type]
    "a text": ((Count(), ["buy"]), "str is no intent"),
    "a float": ((Count(), [take_of(0.1)]), "a value is of a wrong type or no number"),
    "nothing": ((Count(), [take_of(D(0))]), "quantity 0 is not a number above 0"),
    "less than nothing": ((Count(), [take_of(D(-1))]), "quantity -1 is not a number above 0"),
    "NaN": ((Count(), [take_of(D("NaN"))]), "a value is of a wrong type or no number"),
    "half a lot": ((Count(), [take_of(D("0.0005"))]), "is not a whole number of lots of 0.1"),
    "no price": ((Count(), [take_of(D(1), D(0))]), "limit 0 is not a number above 0"),
    "a price without end": ((Count(), [take_of(D(1), D("Infinity"))]), "limit Infinity"),
    "ahead of the touch": (
        (Count(), [Rest(quantity=D(1), limit=D(101), peg=Peg.PRIMARY, offset_ticks=-5)]),
        "offset_ticks -5 is not 0 to 1000000",
    ),
    "no tag": ((Count(), [WakeAt(at_ns=BEGIN_NS, tag="")]), "the tag '' is not"),
    "a hidden tag": ((Count(), [WakeAt(at_ns=BEGIN_NS, tag="\x00start")]), "printable characters"),
    "an unknown venue": (
        (
            Count(),
            [
                WakeWhen(
                    condition=VolumeReached(venue=VenueId("nowhere"), lots=1),
                    tag="v",
                )
            ],
        ),
        "nowhere is not in the market BTC/USDT",
    ),
    "a level that is no price": (
        (
            Count(),
            [
                WakeWhen(
                    condition=PriceCrosses(
                        source=PriceSource.MID, direction=Direction.ABOVE, level=D("NaN")
                    ),
                    tag="v",
                )
            ],
        ),
        "a value is of a wrong type or no number",
    ),
    "a tick beyond all books": (
        (
            Count(),
            [
                WakeWhen(
                    condition=TouchMoved(
                        venue=VenueId("alpha"), side=Side.BUY, peg_tick=2**70, ticks=1
                    ),
                    tag="v",
                )
            ],
        ),
        "peg_tick 1180591620717411303424 is not a number above 0",
    ),
    "too many watches": (
        (
            Count(),
            [
                WakeWhen(condition=VolumeReached(venue=VenueId("alpha"), lots=n + 1), tag=f"v{n}")
                for n in range(INTENTS_MOST)
            ],
        ),
        "",
    ),
}


@pytest.mark.parametrize(("answer", "sentence"), list(BROKEN.values()), ids=list(BROKEN))
def test_what_means_nothing_ends_its_parent_with_a_sentence(answer: object, sentence: str) -> None:
    desk = told(lambda _: answer)  # type: ignore[arg-type,return-value] # wrong on purpose
    assert desk.at(0) == []
    if sentence:
        assert desk.state == "failed"
        assert desk.why.startswith("its strategy failed: ")
        assert sentence in desk.why
        assert desk.flags == ["strategy_failed"]
    desk.restarts()
    assert desk.state in {"failed", "active"}


def test_one_that_raises_does_not_touch_its_neighbour() -> None:
    def says(view: View) -> Answer:
        raise KeyError("a bug of mine")

    desk = told(says)
    assert desk.at(0) == []
    assert desk.why.startswith("its strategy failed: KeyError: 'a bug of mine' (says, line ")
    neighbour = msgspec.structs.replace(desk.spec, id=ParentId("neighbour"), params=take())
    assert desk.submit(neighbour) == ["alpha#1: buy 4 @ 100"]


def test_one_that_wakes_itself_at_once_does_not_stop_time() -> None:
    asked: list[int] = []

    def says(view: View) -> Answer:
        asked.append(view.now_ns)
        return Count(), [WakeAt(at_ns=view.now_ns, tag="again"), Idle(reason="busy")]

    desk = told(says)
    desk.at(1)
    assert len(asked) == 1001  # every millisecond


def test_orders_wakes_and_an_orderly_end_are_carried_out() -> None:
    def says(view: View) -> Answer:
        if view.filled == 4:
            return Count(2), [Unwake(tag="later"), Finish(reason="filled", complete=True)]
        if view.now_ns < BEGIN_NS + 5_000_000_000:
            return Count(), [WakeAt(at_ns=BEGIN_NS + 5_000_000_000, tag="later")]
        return Count(1), [] if view.children else [take_of(D(4))]

    desk = told(says)
    assert desk.at(4) == []
    assert desk.restarts() == []
    assert desk.at(5) == ["alpha#1: buy 4 @ 100"]
    desk.fills("alpha#1")
    assert (desk.state, desk.why) == ("done", "filled")


def test_it_never_gets_more_than_its_parent_has_left() -> None:
    desk = told(lambda view: (Count(), [] if view.children else [take_of(D(1000))]))
    assert desk.at(0) == ["alpha#1: buy 4 @ 100"]
