"""A journal without a disk: the same promises, and what a crash would leave of it."""

from collections.abc import Iterable, Iterator

from router.journal.chain import GENESIS, ROW_VERSION, link, verified
from router.journal.ports import JournalFailed, Mark, Row


class MemoryJournal:
    """The twin of the SQLite journal, for tests and simulations.

    `kept` are rows that an earlier life committed; `room` is how many rows the disk holds before
    it is full, None = no bound.
    """

    def __init__(self, kept: Iterable[Row] = (), *, room: int | None = None) -> None:
        self._rows = list(kept)
        self._committed = len(self._rows)
        self._room = room
        self._open = True
        self._failure: str | None = None

    def append(self, kind: str, body: bytes, *, mono_ns: int, wall_ns: int) -> int:
        self._check()
        seq = len(self._rows) + 1
        previous = self._rows[-1].hash if self._rows else GENESIS
        digest = link(previous, seq, kind, ROW_VERSION, body, mono_ns, wall_ns)
        self._rows.append(Row(seq, kind, ROW_VERSION, body, mono_ns, wall_ns, digest))
        return seq

    def commit(self) -> None:
        self._check()
        if self._room is not None and len(self._rows) > self._room:
            self._failure = f"the disk is full at row {self._room}"
            raise JournalFailed(self._failure)
        self._committed = len(self._rows)

    def committed(self) -> Mark:
        if self._committed == 0:
            return Mark(0, GENESIS)
        last = self._rows[self._committed - 1]
        return Mark(last.seq, last.hash)

    def rows(self) -> Iterator[Row]:
        raws = (
            (r.seq, r.kind, r.version, r.body, r.mono_ns, r.wall_ns, r.hash) for r in self._kept()
        )
        return verified(raws, name="the journal in memory", mark=self.committed())

    def close(self) -> None:
        self._open = False

    def crash(self) -> "MemoryJournal":
        """Return what the next process finds: the committed rows. This journal is dead after it."""
        self._open = False
        return MemoryJournal(self._kept(), room=self._room)

    def _kept(self) -> list[Row]:
        return self._rows[: self._committed]

    def _check(self) -> None:
        if not self._open:
            raise ValueError("the journal is closed")
        if self._failure is not None:
            raise JournalFailed(self._failure)
