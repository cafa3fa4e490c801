"""How a recorded market is replayed: virtual time jumps from one thing that matters to the next.

The twin of `router.runtime.live`: the same desk, venues and market, driven without waiting. Events at
equal time come in the order of `venues.ports`: book, trade, arrival, execution event, timer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from router.engine.inputs import Executions, Input, MarketEnded, TimersDue, WatchesFired
from router.runtime.desk import Desk
from venues.model.ids import VenueId
from venues.paper.market import RecordedMarket
from venues.paper.venue import PaperVenue
from venues.ports import RANK_ARRIVAL, RANK_TIMER

FOREVER_NS = 1 << 62


@dataclass(slots=True)
class Replay:
    """One run over one recorded market; `venues` in the order in which they break ties."""

    desk: Desk
    market: RecordedMarket
    venues: Sequence[PaperVenue]
    now_ns: int

    def put(self, event: Input) -> None:
        """Hand the engine an input at the present time and let its commands leave."""
        by_id = {venue.venue: venue for venue in self.venues}
        self._leave(event, by_id)

    def run(self) -> None:
        """Play until every parent has ended; parents alive at the tape's end expire."""
        by_id = {venue.venue: venue for venue in self.venues}
        told = False
        while self.desk.engine.alive:
            due = self._next_due()
            until = (FOREVER_NS, RANK_TIMER) if due is None else due[:2]
            stop = self.market.advance(*until)
            if stop.fills or stop.fired:
                self.now_ns = stop.time_ns
                for fill in stop.fills:
                    venue = by_id[self.market.instruments[fill.i].venue]
                    venue.maker_filled(fill.i, fill.order_no, fill.lots, stop.time_ns)
                if stop.fired:
                    self._leave(WatchesFired(stop.fired), by_id)
            elif due is not None:
                self.now_ns = due[0]
                self._serve(due, by_id)
            elif not told:
                told = True
                self._leave(MarketEnded(), by_id)
            else:
                raise AssertionError("parents are alive and nothing will ever happen to them")

    def _next_due(self) -> tuple[int, int, int] | None:
        """Return (time, rank, who) of the earliest thing due; `who` indexes the venues."""
        best: tuple[int, int, int] | None = None
        for n, venue in enumerate(self.venues):
            due = venue.next_due_ns()
            if due is not None and (best is None or (*due, n) < best):
                best = (*due, n)
        timer_ns = self.desk.engine.next_timer_ns()
        if timer_ns is not None and (best is None or (timer_ns, RANK_TIMER, 0) < best):
            # A timer that was due in the past (a recovery) rings now: time never runs backwards.
            best = (max(timer_ns, self.now_ns), RANK_TIMER, 0)
        return best

    def _serve(self, due: tuple[int, int, int], by_id: dict[VenueId, PaperVenue]) -> None:
        _, rank, who = due
        if rank == RANK_TIMER:
            self._leave(TimersDue(), by_id)
        elif rank == RANK_ARRIVAL:
            self.venues[who].arrive(self.now_ns)
        elif events := self.venues[who].deliver(self.now_ns):
            self._leave(Executions(events), by_id)

    def _leave(self, event: Input, by_id: dict[VenueId, PaperVenue]) -> None:
        for approved in self.desk.turn(event, self.now_ns, self.now_ns):
            by_id[approved.command.venue].send(approved.command, self.now_ns)
