"""How does a recorded market look to those who drive it? Our view, its venues, and time to play.

A driver asks for the future piece by piece: `advance` plays in bulk up to a time, `peek` and
`play_one` one thing at a time. Both ways give the same books, fills and fired watches.
"""

from typing import Protocol

from venues.books.port import Books, Capacity
from venues.books.probes import Probes
from venues.books.watch import Watches
from venues.paper.played import Bounds, QueueModel, Stop
from venues.paper.ports import Matcher
from venues.paper.prices import RecordedPrices
from venues.paper.schedule import make_schedule
from venues.tape.recording import Tape


class RecordedMatcher(Matcher, Protocol):
    """The venue side of a recorded market, with the queue bounds of what rested there."""

    def bounds(self, i: int, order_no: int) -> Bounds:
        """Return the lots either queue would have filled of an order that rests or rested."""
        ...


class Player(Protocol):
    """Plays a schedule over the books at the venues and the books as we see them."""

    @property
    def market_events(self) -> int: ...
    @property
    def ended(self) -> bool: ...
    def peek(self) -> tuple[int, int, int] | None: ...
    def play_one(self) -> Stop: ...
    def advance(self, until_ns: int, until_rank: int) -> Stop: ...


class RecordedMarket:
    """A tape as venues and feeds; index `i` is the position of an instrument in the tape.

    `view`: the books as the wrapped feeds show them: what was recorded, less what we consumed, plus
    what we rest. `matcher`: the venues. `watches`: what a driver wants to be stopped for. Own
    orders and watches may be changed between calls, at any time the market stands at.

    `last_ns`: when the last thing of the recording happens or becomes known.

    `probes`: what becomes of orders that rest in the view's books; they learn only if `learn`.

    `room`: what a book of the kernels starts with, instead of what its recording needs; a hint.
    """

    def __init__(
        self,
        tape: Tape,
        *,
        kernels: bool,
        queue: QueueModel,
        stale_after_ns: int,
        room: Capacity | None = None,
        learn: bool = False,
    ) -> None:
        self.instruments = tape.instruments
        self.stale_after_ns = stale_after_ns
        parts = (
            _kernel_parts(tape, queue, stale_after_ns, room, learn=learn)
            if kernels
            else _twin_parts(tape, queue, stale_after_ns, learn=learn)
        )
        self.view: Books
        self.matcher: RecordedMatcher
        self.watches: Watches
        self.probes: Probes
        self._player: Player
        self.view, self.matcher, self.watches, self.probes, self._player = parts
        self.last_ns = _last_ns(tape)

    @property
    def market_events(self) -> int:
        """Return the book rows and prints our view has applied so far."""
        return self._player.market_events

    @property
    def ended(self) -> bool:
        """Return whether the recording has been played to its end (a book may still turn STALE)."""
        return self._player.ended

    def peek(self) -> tuple[int, int, int] | None:
        """Return (time_ns, rank, i) of the next thing to play, None when nothing is left.

        A watched book that turns STALE by time alone is a thing too: rank RANK_TIMER, i = -1.
        """
        return self._player.peek()

    def play_one(self) -> Stop:
        """Play the next thing; ValueError when nothing is left."""
        return self._player.play_one()

    def advance(self, until_ns: int, until_rank: int) -> Stop:
        """Play everything before (until_ns, until_rank), at most up to the first stop.

        A stop with fills or fired watches stands right after what caused them; call again to go on.
        """
        return self._player.advance(until_ns, until_rank)


def _last_ns(tape: Tape) -> int:
    columns = [
        times
        for r in tape.recordings
        for times in (
            r.msg_exchange_ns,
            r.msg_local_ns,
            r.trade_exchange_ns,
            r.trade_local_ns,
            r.deriv_local_ns,
        )
        if len(times)
    ]
    return max((int(times.max()) for times in columns), default=tape.start_ns)


_Parts = tuple[Books, RecordedMatcher, Watches, Probes, Player]


def _twin_parts(tape: Tape, queue: QueueModel, stale_after_ns: int, *, learn: bool) -> _Parts:
    """Return a market in plain Python."""
    from venues.books.probe_twin import TwinProbes
    from venues.books.twin import TwinBooks
    from venues.books.watch_twin import TwinWatches
    from venues.paper.advance_twin import TwinPlayer
    from venues.paper.matching_twin import TwinMatcher

    schedule = make_schedule(tape)
    view, venue = TwinBooks(tape.instruments), TwinBooks(tape.instruments)
    matcher = TwinMatcher(venue, schedule.last_exchange_ns, queue, RecordedPrices(tape))
    watches = TwinWatches(view, stale_after_ns)
    probes = TwinProbes(view, learn=learn)
    player = TwinPlayer(schedule, venue, view, matcher, watches, probes)
    return view, matcher, watches, probes, player


def _kernel_parts(
    tape: Tape, queue: QueueModel, stale_after_ns: int, hint: Capacity | None, *, learn: bool
) -> _Parts:
    """Return a market of kernels over one array: every view, then every venue."""
    from venues.books.arena import BookArena
    from venues.books.capacity import capacity_of
    from venues.books.probe_table import KernelProbes
    from venues.books.store import KernelBooks
    from venues.books.watch_table import KernelWatches
    from venues.paper.matcher import KernelMatcher
    from venues.paper.player import KernelPlayer

    schedule = make_schedule(tape)
    room = [
        hint or capacity_of(r.row_key, r.row_lots, r.msg_start, r.msg_snapshot)
        for r in tape.recordings
    ]
    arena = BookArena(room + room)
    view = KernelBooks(tape.instruments, arena)
    venue = KernelBooks(tape.instruments, arena, first=len(tape.instruments))
    matcher = KernelMatcher(venue, schedule, queue, RecordedPrices(tape))
    watches = KernelWatches(view, stale_after_ns)
    probes = KernelProbes(view, learn=learn)
    player = KernelPlayer(schedule, arena, view, matcher, watches, probes)
    return view, matcher, watches, probes, player
