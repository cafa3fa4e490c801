"""How does a recorded market play, in plain Python? The oracle and the fallback of the kernel."""

from venues.books.port import Books
from venues.books.probe_twin import TwinProbes
from venues.books.watch_twin import TwinWatches
from venues.model.market import BookMessage
from venues.paper.matching_twin import TwinMatcher
from venues.paper.played import Stop
from venues.paper.schedule import (
    EXCHANGE,
    FIRST,
    INSTRUMENT,
    LOCAL,
    SECOND,
    THIRD,
    TIME,
    VENUE_BOOK,
    VENUE_TRADE,
    VIEW_BOOK,
    VIEW_TRADE,
    WHAT,
    Schedule,
    rank_of,
)
from venues.ports import RANK_TIMER
from venues.tape.recording import DERIV_KINDS


class TwinPlayer:
    """Plays a schedule over two sets of books: at the venues and as we see them."""

    def __init__(
        self,
        schedule: Schedule,
        venue_books: Books,
        view_books: Books,
        matcher: TwinMatcher,
        watches: TwinWatches,
        probes: TwinProbes,
    ) -> None:
        self._schedule = schedule
        self._entries = schedule.in_order()
        self._venue = venue_books
        self._view = view_books
        self._matcher = matcher
        self._watches = watches
        self._probes = probes
        self._next = 0
        self._seen = [0] * len(view_books.instruments)  # book messages our view has applied
        self._market_events = 0

    @property
    def market_events(self) -> int:
        """Return the book rows and prints our view has applied so far."""
        return self._market_events

    @property
    def ended(self) -> bool:
        """Return whether the recording has been played to its end."""
        return self._next >= len(self._entries)

    def peek(self) -> tuple[int, int, int] | None:
        """Return (time, rank, instrument) of the next thing to play; a book turning STALE has -1."""
        entry: tuple[int, int, int] | None = None
        if not self.ended:
            words: list[int] = self._entries[self._next].tolist()
            entry = (words[TIME], rank_of(words[WHAT]), words[INSTRUMENT])
        expiry_ns = self._watches.next_expiry_ns()
        if expiry_ns is not None and (entry is None or (expiry_ns, RANK_TIMER) < entry[:2]):
            return (expiry_ns, RANK_TIMER, -1)
        return entry

    def play_one(self) -> Stop:
        """Play the next thing; ValueError when there is none."""
        coming = self.peek()
        if coming is None:
            raise ValueError("nothing is left to play")
        if coming[1] == RANK_TIMER:
            return Stop(coming[0], fired=self._watches.expired(coming[0]))
        words: list[int] = self._entries[self._next].tolist()
        self._next += 1
        return self._play(words)

    def advance(self, until_ns: int, until_rank: int) -> Stop:
        """Play everything before (until_ns, until_rank), or up to the first stop."""
        while True:
            coming = self.peek()
            if coming is None or coming[:2] >= (until_ns, until_rank):
                return Stop(until_ns)
            stop = self.play_one()
            if stop.fired or stop.fills:
                return stop

    def _play(self, words: list[int]) -> Stop:
        what, i, now_ns = words[WHAT], words[INSTRUMENT], words[TIME]
        if what == VENUE_BOOK:
            self._venue.apply(i, self._message(words))
            return Stop(now_ns, fills=tuple(self._matcher.message_applied(i)))
        if what == VENUE_TRADE:
            fills = self._matcher.print_applied(i, words[THIRD] == 1, words[FIRST], words[SECOND])
            return Stop(now_ns, fills=tuple(fills))
        if what == VIEW_BOOK:
            self._show(i, words)
            self._probes.looked(i, now_ns)
        elif what == VIEW_TRADE:
            self._view.print_(i, words[FIRST], words[SECOND])
            self._probes.printed(i, words[THIRD] == 1, words[FIRST], words[SECOND], now_ns)
            self._market_events += 1
        else:
            self._view.deriv(i, DERIV_KINDS[words[FIRST]], words[SECOND], words[THIRD])
        return Stop(now_ns, fired=self._watches.fired(i, now_ns))

    def _show(self, i: int, words: list[int]) -> None:
        """Let our view apply a book message, with what we did at the venue before and in it."""
        message_no = self._seen[i]
        self._seen[i] += 1
        self._impacts(i, 2 * message_no)
        self._view.apply(i, self._message(words))
        self._impacts(i, 2 * message_no + 1)
        self._market_events += words[SECOND] - words[FIRST]

    def _impacts(self, i: int, due: int) -> None:
        while (impact := self._matcher.impact_due(i, due)) is not None:
            if impact.is_take:
                self._view.take(i, impact.key, impact.lots)
            else:
                self._view.show_own(i, impact.key, impact.lots)

    def _message(self, words: list[int]) -> BookMessage:
        instrument = self._view.instruments[words[INSTRUMENT]]
        first, end = words[FIRST], words[SECOND]
        return BookMessage(
            venue=instrument.venue,
            symbol=instrument.symbol,
            ts_exchange_ns=words[EXCHANGE],
            ts_local_ns=words[LOCAL],
            is_snapshot=words[THIRD] == 1,
            keys=self._schedule.keys[first:end],
            lots=self._schedule.lots[first:end],
        )
