"""What do the frames of one connection do to one book, and when must it be asked for anew?"""

import enum
from typing import Final

from venues.books.port import Books
from venues.live.frames.depth import FrameError
from venues.live.frames.grid import Grid, OffGridError
from venues.live.frames.said import Derived, Said, Traded
from venues.live.frames.stream import BookStream, Heard, Tell
from venues.live.source import Source
from venues.model.ids import Symbol, VenueId
from venues.model.market import ASK, BID, Deriv, Print

# A book crossed for so long is wrong, not in the middle of a move.
_CROSSED_NS: Final = 1_000_000_000
# So many prints beyond a book that has not moved for so long: it is frozen.
_BEYOND: Final = 5
_FROZEN_NS: Final = 2_000_000_000
# Hyperliquid says its last trades anew to whoever subscribes: older than this they are history.
_HISTORY_NS: Final = 5_000_000_000


class Effect(enum.Enum):
    """What a frame did that others must know of."""

    NOTHING = "nothing"
    MOVED = "moved"  # the book, or what was said of its market, is another
    LOST = "lost"  # the book is BROKEN


class Listening:
    """One book at one venue, fed with the frames of its connection. No clock, no socket.

    `tell` hears every market event, as a recorder must. Times: `known_ns` on the engine's clock,
    `wall_ns` in ns since the epoch, which is what venues' times are compared with.
    """

    def __init__(
        self, books: Books, i: int, name: str, grid: Grid, source: Source, tell: Tell | None = None
    ) -> None:
        self.i = i
        self.name = name
        self.source = source
        self._books = books
        self._grid = grid
        self._tell = tell
        self._stream = BookStream(
            books, i, name=name, grid=grid, numbering=source.numbering, tell=tell
        )
        self._crossed_since_ns: int | None = None
        self._beyond = 0  # prints beyond the touch since the book last moved
        self._moved_ns = 0
        self._newest = -1  # number of the last print
        self.lost = ""  # why the book was lost the last time

    @property
    def needs_snapshot(self) -> bool:
        """Return whether the book has to be asked for."""
        return self._stream.sequence.needs_snapshot

    def lose(self, why: str, known_ns: int) -> None:
        """Break the book: the connection is gone, or silent."""
        self._crossed_since_ns = None
        self._beyond = 0
        self.lost = why
        self._stream.lose(why, known_ns)

    def snapshot(self, body: bytes, known_ns: int) -> bool:
        """Take in a snapshot that was asked for; return whether the book is whole now."""
        self._stream.snapshot(body, known_ns)
        return not self.needs_snapshot

    def hear(self, frame: bytes, known_ns: int, wall_ns: int) -> Effect:
        """Take in one frame."""
        source = self.source
        if frame.startswith(source.depth):
            return self._depth(frame, known_ns)
        for first, read in source.said:
            if frame.startswith(first):
                try:
                    said = read(frame, self.name, self._grid, wall_ns // 1_000_000)
                except (FrameError, OffGridError) as wrong:
                    return self._lost(str(wrong), known_ns)
                return self._said(said, known_ns, wall_ns)
        if frame.startswith(source.plain):
            return Effect.NOTHING
        return self._lost(f"not a frame of this venue: {frame[:80]!r}", known_ns)

    def _depth(self, frame: bytes, known_ns: int) -> Effect:
        match self._stream.hear(frame, known_ns):
            case Heard.APPLIED:
                self._beyond, self._moved_ns = 0, known_ns
                return self._uncrossed(known_ns)
            case Heard.BROKEN:
                self.lost = self._stream.sequence.lost
                return Effect.LOST
            case Heard.KEPT | Heard.FOREIGN:
                return Effect.NOTHING

    def _uncrossed(self, known_ns: int) -> Effect:
        """Give up a book that has been crossed for too long."""
        if not self._books.crossed(self.i):
            self._crossed_since_ns = None
            return Effect.MOVED
        if self._crossed_since_ns is None:
            self._crossed_since_ns = known_ns
        if known_ns - self._crossed_since_ns < _CROSSED_NS:
            return Effect.MOVED  # BROKEN to all readers as long as it lasts
        return self._lost("crossed", known_ns)

    def _said(self, said: tuple[Said, ...], known_ns: int, wall_ns: int) -> Effect:
        effect = Effect.NOTHING
        for one in said:
            match one:
                case Traded():
                    if one.number <= self._newest or one.at_ns < wall_ns - _HISTORY_NS:
                        continue
                    self._newest = one.number
                    effect = Effect.MOVED
                    if one.lots:
                        self._print(one, known_ns)
                    if self._beyond >= _BEYOND and known_ns - self._moved_ns >= _FROZEN_NS:
                        return self._lost("trades go beyond a book that stands still", known_ns)
                case Derived():
                    self._books.deriv(self.i, one.kind, one.value_e12, one.next_ns)
                    self._tell_deriv(one, known_ns)
                    effect = Effect.MOVED
        return effect

    def _print(self, trade: Traded, known_ns: int) -> None:
        self._books.print_(self.i, trade.tick, trade.lots)
        best = self._books.best(self.i, ASK if trade.taker_is_buy else BID)
        # A taker that buys above the best ask has met asks that are not there any more.
        sign = 1 if trade.taker_is_buy else -1
        beyond = best is None or (trade.tick - best) * sign > 0
        self._beyond += beyond and not self.needs_snapshot
        if self._tell is not None:
            self._tell(
                Print(
                    *self._place,
                    ts_exchange_ns=trade.at_ns,
                    ts_local_ns=known_ns,
                    taker_is_buy=trade.taker_is_buy,
                    tick=trade.tick,
                    lots=trade.lots,
                )
            )

    def _tell_deriv(self, said: Derived, known_ns: int) -> None:
        if self._tell is not None:
            event = Deriv(
                *self._place,
                ts_exchange_ns=said.at_ns,
                ts_local_ns=known_ns,
                kind=said.kind,
                value_e12=said.value_e12,
                next_ns=said.next_ns,
            )
            self._tell(event)

    @property
    def _place(self) -> tuple[VenueId, Symbol]:
        instrument = self._books.instruments[self.i]
        return instrument.venue, instrument.symbol

    def _lost(self, why: str, known_ns: int) -> Effect:
        self.lose(why, known_ns)
        return Effect.LOST
