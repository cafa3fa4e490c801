"""What can a scenario be asked about its parent and its run?"""

from collections.abc import Sequence
from decimal import Decimal

from router.orders.parent import Parent
from router.reports.follow import Follower
from router.reports.summary import ParentSummary, summarise
from router.routing.plan import Plan
from router.runtime.desk import Desk
from strategies.spec import ParentSpec
from tests.scenarios.market import SceneMarket
from venues.model.ids import ParentId, VenueId

PARENT = ParentId("parent")
EXIT = ParentId("parent/exit")


class Asked:
    """The questions; whoever tells the story has the desk and who followed it."""

    spec: ParentSpec
    desk: Desk
    market: SceneMarket
    follower: Follower

    @property
    def parent(self) -> Parent:
        """Return the parent as the engine holds it."""
        return self.desk.engine.core.state.parents[PARENT]

    @property
    def exit(self) -> Parent:
        """Return the exit of the parent; KeyError before its first fill."""
        return self.desk.engine.core.state.parents[EXIT]

    @property
    def exit_why(self) -> str:
        """Return what the exit says about itself."""
        return self.exit.reason or self.exit.idle

    @property
    def state(self) -> str:
        """Return where the parent stands."""
        return self.parent.state.value

    @property
    def why(self) -> str:
        """Return what the parent says about itself."""
        return self.parent.reason or self.parent.idle

    def orders(self, said: Sequence[str]) -> list[str]:
        """Return what of `said` is more than a question."""
        return [what for what in said if not what.endswith(": query")]

    @property
    def filled(self) -> Decimal:
        """Return what has traded."""
        return self.parent.filled

    @property
    def reserved(self) -> Decimal:
        """Return what is working or in doubt."""
        return self.parent.reserved

    def held(self, venue: str) -> Decimal:
        """Return what the fills at a venue have left in the account."""
        i = self.market.instruments[self.market.place(venue)]
        positions = self.desk.engine.core.state.positions
        return positions.rows[self.spec.account, i.venue, i.symbol].quantity

    def report(self) -> ParentSummary:
        """Return what the report of the run would say of the parent."""
        return summarise(self.parent, self.follower)

    @property
    def flags(self) -> list[str]:
        """Return the codes of everything that was flagged."""
        return [flag.code for flag in self.follower.flags]

    @property
    def alarms(self) -> list[str]:
        """Return what a human was told to look at."""
        return [flag.sentence for flag in self.follower.flags if flag.code == "alarm"]

    @property
    def plans(self) -> list[Plan]:
        """Return every routing decision."""
        return [row.plan for row in self.follower.plans]

    def skipped(self, venue: str) -> str:
        """Return why the last plan skipped a venue, "" if it did not."""
        return dict(self.plans[-1].skipped).get(VenueId(venue), "")

    def records(self) -> list[str]:
        """Return the kinds of all journal rows."""
        return [row.kind for row in self.desk.journal.rows()]
