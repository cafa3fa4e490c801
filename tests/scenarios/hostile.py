"""What can go wrong while an order is out, and how does an honest world go on afterwards?

A story of any kind begins with one order out, not yet answered. An event happens
to it; from then on the venue answers everything truthfully, fills what can trade, and time passes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from router.orders.parent import Parent
from tests.scenarios.asked import PARENT
from tests.scenarios.scenario import BEGIN_NS, S_NS, Scenario
from venues.model.events import Standing
from venues.model.ids import ParentId
from venues.model.numbers import plain

LASTS_S: Final = 400
DUST: Final = Decimal("0.2")  # the venue of these stories takes 0.5 at least


@dataclass
class World:
    """One story and the truth at its venue: which orders are open there, in the order they came."""

    desk: Scenario
    calm: str  # the book of the story, to come back after a gap or silence
    gap: str  # far beyond every price of the story
    open: list[str] = field(default_factory=list)
    answered: bool = False  # whether the first order has had its answer
    first: str = "alpha#1"  # the order it happens to
    parent: ParentId = PARENT  # whose order it is

    @property
    def whose(self) -> Parent:
        """Return the parent the story is about."""
        return self.desk.desk.engine.core.state.parents[self.parent]

    @property
    def now_s(self) -> float:
        """Return the second it is."""
        return (self.desk.now_ns - BEGIN_NS) / S_NS

    @property
    def rests(self) -> bool:
        """Return whether the first order is one that rests."""
        return self.desk.venues.orders[self.first].submit.post_only

    def taken(self) -> None:
        """Let the first order be acknowledged, if it is one that waits."""
        if self.rests:
            self.answered = True
            self.open.append(self.first)
            self.hear(self.desk.accepts(self.first))

    def gone(self, filled: str = "") -> None:
        """Let the first order end after `filled` more: it expires, or its venue takes it away."""
        self.answered = True
        if not self.rests:
            self.hear(self.desk.expires(self.first, filled))
            return
        if filled:
            self.hear(self.desk.fills(self.first, filled))
        self.open.remove(self.first)
        self.hear(self.desk.cancels(self.first))

    def hear(self, said: list[str]) -> None:
        """Answer everything that left, truthfully and at once."""
        queue = list(said)
        while queue:
            name, what = queue.pop(0).split(": ", 1)
            queue += self._answer(name, what.split()[0])

    def _answer(self, name: str, verb: str) -> list[str]:
        desk = self.desk
        match verb:
            case "rest":
                self.open.append(name)
                return desk.accepts(name)
            case "buy" | "sell":
                return desk.fills(name)
            case "cancel" if name in self.open:
                self.open.remove(name)
                return desk.cancels(name)
            case "cancel":
                return desk.refuses_the_cancel(name)
            case _:
                return desk.reports(name, self._standing(name))

    def _standing(self, name: str) -> Standing:
        order = self.desk.venues.orders[name]
        if name in self.open:
            return Standing.WORKING
        return Standing.FILLED if order.filled == order.submit.quantity else Standing.CANCELED

    def goes_on(self) -> None:
        """Let time pass until the parent has ended; what rests trades after a second."""
        if not self.answered:
            self.answered = True
            self.hear(self.desk.fills(self.first))
        while not self.whose.ended and self.now_s < LASTS_S:
            waiting = list(self.open)
            self.hear(self.desk.at(self.now_s + 1))
            for name in waiting:
                if name in self.open:
                    self.open.remove(name)
                    self.hear(self.desk.fills(name))

    def told(self) -> str:
        """Return how the parent stands."""
        told = self.whose
        return f"{told.state.value}, {plain(told.filled)} filled: {told.reason or told.idle}"


Event = Callable[[World], None]


def partial_fill(world: World) -> None:
    world.taken()
    if world.rests:
        world.hear(world.desk.fills(world.first, "1"))
    else:
        world.gone("1")


def fill_during_cancel(world: World) -> None:
    world.taken()
    world.desk.cancel(world.parent)
    world.gone("1")


def fill_after_cancel_ack(world: World) -> None:
    world.taken()
    world.desk.cancel(world.parent)
    world.gone()
    world.desk.fills(world.first, "1")


def lost_answer(world: World) -> None:
    world.answered = True
    world.open.append(world.first)
    world.hear(world.desk.answer_lost(world.first))


def reject(world: World) -> None:
    world.answered = True
    world.hear(world.desk.rejects(world.first, "insufficient balance"))


def post_only_reject(world: World) -> None:
    world.answered = True
    world.hear(world.desk.rejects(world.first, "would take"))


def venue_cancels(world: World) -> None:
    world.taken()
    world.gone()


def stale_book(world: World) -> None:
    world.taken()
    world.desk.goes_silent("alpha")
    if not world.rests:
        world.gone("1")
    world.hear(world.desk.at(world.now_s + 15))
    world.hear(world.desk.speaks_again("alpha"))


def venue_silent(world: World) -> None:
    """Nothing is answered for a minute; then the truth comes out."""
    world.answered = True
    world.open.append(world.first)
    asked = world.desk.at(world.now_s + 60)
    world.hear([f"{world.first}: query", *(what for what in asked if not what.endswith("query"))])


def dust(world: World) -> None:
    """All but a little trades: less is left than the venue takes."""
    world.taken()
    quantity = world.desk.venues.orders[world.first].submit.quantity
    world.gone(plain(quantity - DUST))


def amend_up(world: World) -> None:
    world.taken()
    world.hear(world.desk.amend(quantity="6"))


def amend_down(world: World) -> None:
    world.taken()
    world.hear(world.desk.amend(quantity="2"))


def pause(world: World) -> None:
    world.taken()
    world.hear(world.desk.pause(world.parent))
    if not world.rests:
        world.answered = True
        world.hear(world.desk.fills(world.first))
    world.hear(world.desk.at(world.now_s + 30))
    world.hear(world.desk.resume(world.parent))


def crash(world: World) -> None:
    world.answered = True
    world.open.append(world.first)
    world.hear(world.desk.restarts())


def gap(world: World) -> None:
    world.taken()
    if not world.rests:
        world.gone("1")
    world.hear(world.desk.book("alpha", world.gap))
    world.hear(world.desk.at(world.now_s + 15))
    world.hear(world.desk.book("alpha", world.calm))


EVENTS: Final[Mapping[str, Event]] = {
    "partial fill": partial_fill,
    "fill during cancel": fill_during_cancel,
    "fill after cancel ack": fill_after_cancel_ack,
    "lost answer": lost_answer,
    "reject": reject,
    "venue cancels on its own": venue_cancels,
    "post-only reject": post_only_reject,
    "stale book": stale_book,
    "venue silent": venue_silent,
    "below minimum remainder": dust,
    "amend up": amend_up,
    "amend down": amend_down,
    "pause": pause,
    "crash and recover": crash,
    "gap through the price": gap,
}
