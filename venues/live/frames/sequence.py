"""Which messages make a book that has missed nothing? Snapshot and diffs, joined by their numbers.

Source: Binance, 2025, "How to manage a local order book correctly". A book is made of a snapshot and
every change after it. Whatever does not follow on what came before breaks it until the next snapshot.
"""

import enum
from dataclasses import replace
from typing import Final

from venues.live.frames.depth import UNNUMBERED, Depth
from venues.model.ids import Symbol, VenueId
from venues.model.market import BookMessage, Gap

# What arrives while a snapshot is on its way; more than a minute of it means that none will do.
MOST_KEPT: Final = 2_000


class Numbering(enum.Enum):
    """How a venue numbers the messages about one book."""

    CHANGES = "changes"  # each message says its first and last change; none is left out (spot)
    CHAINED = "chained"  # each message also names the last change of the one before (USD-M)
    WHOLE = "whole"  # every message is the whole book: nothing can be missed


class Sequence:
    """The messages about one book, in the order they may be applied.

    What comes out is what a feed yields: local times rise strictly, a Gap says that the book is
    BROKEN, and after it comes nothing until a snapshot.
    """

    __slots__ = (
        "_at_ns",
        "_joining",
        "_kept",
        "_last",
        "_numbering",
        "_symbol",
        "_ts_local_ns",
        "_venue",
        "lost",
    )

    def __init__(self, venue: VenueId, symbol: Symbol, numbering: Numbering) -> None:
        self._venue = venue
        self._symbol = symbol
        self._numbering = numbering
        self._last = UNNUMBERED  # number of the last change applied
        self._joining = False  # the last message was a snapshot: the next diff may overlap it
        self._kept: list[tuple[Depth, int]] = []
        self._at_ns = 0  # the venue's clock at the last message
        self._ts_local_ns = 0
        self.lost = ""  # why the book was broken the last time

    @property
    def last(self) -> int:
        """Return the number of the last change applied, UNNUMBERED while a snapshot is needed."""
        return self._last

    @property
    def needs_snapshot(self) -> bool:
        """Return whether nothing can be told of the book until a snapshot comes."""
        return self._last == UNNUMBERED and self._numbering is not Numbering.WHOLE

    @property
    def flowing(self) -> bool:
        """Return whether the next diff has to go on exactly where the last one ended."""
        return self._last != UNNUMBERED and not self._joining

    @property
    def at_ns(self) -> int:
        """Return the venue's clock at the last message."""
        return self._at_ns

    def advanced(self, last: int, at_ns: int, ts_local_ns: int) -> None:
        """Note that a diff that followed, while flowing, or a whole book has been applied elsewhere."""
        self._last = last
        self._at_ns = at_ns
        self._ts_local_ns = ts_local_ns

    def local_ns(self, known_ns: int) -> int:
        """Return the local time of what is known at `known_ns`: later than all before it."""
        return max(known_ns, self._ts_local_ns + 1)

    def hear(self, depth: Depth, known_ns: int) -> tuple[BookMessage | Gap, ...]:
        """Return what a message of the stream, known at `known_ns`, does to the book."""
        if self._numbering is Numbering.WHOLE:
            late = depth.at_ns < self._at_ns  # overtaken: what is shown by now is newer
            return () if late else (self._message(depth, known_ns),)
        if self._last == UNNUMBERED:
            if len(self._kept) == MOST_KEPT:
                self._kept.clear()  # what is left has a hole: only a later snapshot will do
            self._kept.append((depth, known_ns))
            return ()
        if depth.last <= self._last:
            return ()  # all of it is old
        if not (self._joins(depth) if self._joining else self._follows(depth)):
            why = f"change {depth.first} came after change {self._last}"
            gap = self.lose(why, known_ns)
            self._kept.append((depth, known_ns))
            return (gap,)
        return (self._message(depth, known_ns),)

    def snapshot(self, depth: Depth, known_ns: int) -> tuple[BookMessage | Gap, ...]:
        """Return what a snapshot does, with the messages kept that go on from it.

        Nothing where none is needed, or when it is older than the first message kept: ask again.
        """
        if not self.needs_snapshot:
            return ()
        kept = [message for message, _ in self._kept if message.last > depth.last]
        self._last = depth.last
        if kept and not self._joins(kept[0]):
            self._last = UNNUMBERED
            return ()
        self._kept.clear()
        # Snapshots of spot do not say when they were taken; what follows on one does.
        at_ns = depth.at_ns or (kept[0].at_ns if kept else known_ns)
        told: list[BookMessage | Gap] = [self._message(replace(depth, at_ns=at_ns), known_ns)]
        for message in kept:
            told += self.hear(message, known_ns)
        return tuple(told)

    def lose(self, reason: str, known_ns: int) -> Gap:
        """Note that something was missed, whoever noticed: BROKEN until the next snapshot."""
        self.lost = reason
        self._last = UNNUMBERED
        self._kept.clear()
        self._ts_local_ns = self.local_ns(known_ns)
        return Gap(self._venue, self._symbol, self._ts_local_ns, reason)

    def _follows(self, depth: Depth) -> bool:
        """Return whether a diff goes on exactly where the last one ended."""
        if self._numbering is Numbering.CHAINED:
            return depth.before == self._last
        return depth.first == self._last + 1

    def _joins(self, depth: Depth) -> bool:
        """Return whether no change is missing between a snapshot and the diff after it."""
        if self._numbering is Numbering.CHAINED:
            return UNNUMBERED < depth.before <= self._last
        return depth.first <= self._last + 1

    def _message(self, depth: Depth, known_ns: int) -> BookMessage:
        self._last = depth.last
        self._at_ns = depth.at_ns
        self._joining = depth.whole
        self._ts_local_ns = self.local_ns(known_ns)
        return BookMessage(
            venue=self._venue,
            symbol=self._symbol,
            ts_exchange_ns=depth.at_ns,
            ts_local_ns=self._ts_local_ns,
            is_snapshot=depth.whole,
            keys=depth.keys,
            lots=depth.lots,
        )
