"""How a recorded market is replayed: virtual time jumps from one thing that matters to the next.

The twin of `router.runtime.live`: the same desk, venues and market, driven without waiting. Events at
equal time come in the order of `venues.ports`: book, trade, arrival, execution event, timer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from router.engine.inputs import Executions, Input, MarketEnded, TimersDue, WatchesFired
from router.runtime.desk import Desk
from venues.model.ids import VenueId
from venues.paper.market import RecordedMarket
from venues.paper.venue import PaperVenue
from venues.ports import RANK_ARRIVAL, RANK_INSTRUCTION, RANK_TIMER, RANK_VENUE_BOOK

FOREVER_NS = 1 << 62


@dataclass(slots=True)
class Replay:
    """One run over one recorded market; `venues` in the order in which they break ties.

    `script`: what a trader says when, (engine ns, input), rising; nobody speaks after the market.
    """

    desk: Desk
    market: RecordedMarket
    venues: Sequence[PaperVenue]
    now_ns: int
    script: Sequence[tuple[int, Input]] = ()
    _said: int = 0  # how much of the script has been said
    _by_id: dict[VenueId, PaperVenue] = field(init=False)

    def __post_init__(self) -> None:
        """Find venues by name."""
        self._by_id = {venue.venue: venue for venue in self.venues}

    def put(self, event: Input) -> None:
        """Hand the engine an input at the present time and let its commands leave."""
        self._leave(event)

    def run(self) -> None:
        """Play until every parent has ended; parents alive at the tape's end expire."""
        told = False
        while self.desk.engine.alive:
            due = self._next_due()
            if self._market_stopped(due, FOREVER_NS):
                continue
            if due is not None and not self._over:
                self._serve(due)
                continue
            if told:
                raise AssertionError("parents are alive and nothing will ever happen to them")
            told = True
            self.now_ns = max(self.now_ns, self.market.last_ns)
            self._leave(MarketEnded())

    def run_until(self, until_ns: int) -> None:
        """Play everything that happens before `until_ns`, whether parents are alive or not."""
        while self._play_next(until_ns):
            pass
        self.now_ns = max(self.now_ns, until_ns)

    @property
    def _over(self) -> bool:
        """Return whether nothing can happen any more but the same answer about an order that works."""
        return (
            self.market.ended
            and self.desk.engine.at_rest
            and self.market.peek() is None
            and all(venue.next_due_ns() is None for venue in self.venues)
        )

    def _play_next(self, until_ns: int) -> bool:
        """Play up to the next thing that matters before `until_ns`; return whether there was one."""
        due = self._next_due()
        if due is not None and due[0] >= until_ns:
            due = None
        if self._market_stopped(due, until_ns):
            return True
        if due is None:
            return False
        self._serve(due)
        return True

    def _market_stopped(self, due: tuple[int, int, int] | None, until_ns: int) -> bool:
        """Play the market up to what is `due`, or to `until_ns`; return whether it stopped before."""
        stop = self.market.advance(*((until_ns, RANK_VENUE_BOOK) if due is None else due[:2]))
        if not stop.fills and not stop.fired:
            return False
        self.now_ns = stop.time_ns
        for fill in stop.fills:
            venue = self._by_id[self.market.instruments[fill.i].venue]
            venue.maker_filled(fill.i, fill.order_no, fill.lots, stop.time_ns)
        if stop.fired:
            self._leave(WatchesFired(stop.fired))
        return True

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
        if self._said < len(self.script):
            spoken = (max(self.script[self._said][0], self.now_ns), RANK_INSTRUCTION, 0)
            best = spoken if best is None else min(best, spoken)
        return best

    def _serve(self, due: tuple[int, int, int]) -> None:
        self.now_ns, rank, who = due
        if rank == RANK_TIMER:
            self._leave(TimersDue())
        elif rank == RANK_INSTRUCTION:
            self._said += 1
            self._leave(self.script[self._said - 1][1])
        elif rank == RANK_ARRIVAL:
            self.venues[who].arrive(self.now_ns)
        elif events := self.venues[who].deliver(self.now_ns):
            self._leave(Executions(events))

    def _leave(self, event: Input) -> None:
        for approved in self.desk.turn(event, self.now_ns, self.now_ns):
            self._by_id[approved.command.venue].send(approved.command, self.now_ns)
