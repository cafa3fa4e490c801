"""What is one cell: a story of a kind and an event, told twice, judged, and summed up in a sentence?"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from router.reports.summary import ParentSummary
from tests.matrix.events import EVENTS
from tests.matrix.first import First
from tests.matrix.judge import alike, judge
from tests.matrix.kinds import KINDS
from tests.matrix.play import lived, replayed, told
from tests.matrix.story import Story
from venues.model.numbers import plain

LAST_PRINT_S = 280


class DidNotHappen(AssertionError):
    """The event of a cell did not come about: the cell proves nothing."""


@dataclass(frozen=True)
class Cell:
    """A cell: which kind, which event."""

    kind: str
    event: str

    def story(self) -> Story:
        """Return what happens; once it is over, others trade with all that rests, second by second."""
        kind, event = KINDS[self.kind], EVENTS[self.event]
        story = kind.story()
        event.bend(story, kind)
        for second in range(int(event.over_s), LAST_PRINT_S):
            for venue in story.trades:
                story.prints(venue, second + 0.5, f"{kind.taker} 100@{kind.reached}")
        return story

    def outcome(self, where: Path) -> str:
        """Tell the story both ways in the folder `where`; AssertionError: a promise was broken."""
        kind, story = KINDS[self.kind], self.story()
        one, other = (told(story, [kind.spec()], where, drive) for drive in (replayed, lived))
        alike(one, other)
        if not EVENTS[self.event].happened(First(one, kind)):
            raise DidNotHappen(f"{self.kind}: it did not come to pass that {self.says}")
        judge(one, kind)
        return _sentence(next(p for p in one.report.parents if p.id == kind.parent))

    @property
    def says(self) -> str:
        """Return the event in a trader's words."""
        return EVENTS[self.event].says


def _sentence(parent: ParentSummary) -> str:
    parts = [
        f"{_short(v.filled)} at {name}" for name, v in parent.venues.items() if v.filled != "0"
    ]
    price = parent.average_price
    paid = "nothing" if price is None else f"{' and '.join(parts)} for {_short(price)}"
    why = "" if parent.reason == "filled" else f"; {parent.reason}"
    return f"{parent.state}: {paid}{why}" + "".join(f"; ALARM {a.text}" for a in parent.alarms)


def _short(number: str) -> str:
    return plain(Decimal(number).quantize(Decimal("0.001")))
