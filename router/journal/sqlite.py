"""How rows reach the disk: one SQLite file in WAL mode, one writer, one connection.

SQLite 3.7.0 to 3.51.2 can corrupt a database when two connections meet while the log is reset
(fixed in 3.51.3, 3.50.7, 3.44.6). There is therefore never more than one: exclusive locking keeps
every other connection out, readers too, and the proof at opening has closed its own connection
before the writer's opens.
"""

import enum
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from router.journal.chain import GENESIS, ROW_VERSION, link, verified
from router.journal.files import UNREADABLE, beside, prepare, read_journal, stored
from router.journal.lock import WriterLock
from router.journal.mark import write_mark
from router.journal.ports import JournalFailed, Mark, Row
from venues.errors import InputError, RecoveryRefused

# Group commit holds at most this many rows in memory, whatever the number of commits.
_MOST_HELD: Final = 16_384

_INSERT = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)"


class Synchronous(enum.Enum):
    """Whether a write waits for the disk; values as SQLite spells them."""

    FULL = "FULL"
    OFF = "OFF"


@dataclass(frozen=True, slots=True)
class Durability:
    """What a returned commit has survived; `commits_a_write` (> 0) of them share one transaction."""

    synchronous: Synchronous
    commits_a_write: int


# Every commit survives a power cut: for orders that leave this machine.
DURABLE: Final = Durability(Synchronous.FULL, 1)
# A replay: nothing outside depends on it. A kill may lose the last group, never break the chain.
GROUPED: Final = Durability(Synchronous.OFF, 1024)


def open_journal(path: Path, durability: Durability) -> "SqliteJournal":
    """Lock, prove and open the journal at `path`; make it, and its folder, if there is none.

    Raises RecoveryRefused if another process writes it or it fails its proof (nothing is changed
    then), InputError if the file or folder cannot be used at all.
    """
    with ExitStack() as undo:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = WriterLock.take(beside(path, ".lock"))
            undo.callback(lock.release)
            prepare(path)
        except (OSError, sqlite3.Error) as error:
            raise InputError(
                f"{path}: the journal cannot be opened: {error}; name a folder that can be written"
            ) from error
        end = Mark(0, GENESIS)
        for row in read_journal(path):
            end = Mark(row.seq, row.hash)
        try:
            # Left by the proof; the writer keeps this index in its own memory.
            beside(path, "-shm").unlink(missing_ok=True)
            connection = _connect(path, durability.synchronous)
        except (OSError, sqlite3.Error) as error:
            raise RecoveryRefused(f"{path.name} cannot be opened for writing: {error}") from error
        undo.pop_all()
    return SqliteJournal(path, connection, lock, end, durability)


class SqliteJournal:
    """The journal on disk; made by `open_journal` alone.

    `append` hashes and remembers, `commit` writes; both need the thread that opened it.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        lock: WriterLock,
        end: Mark,
        durability: Durability,
    ) -> None:
        self._name = path.name
        self._mark_path = beside(path, ".mark")
        self._connection = connection
        self._lock = lock
        self._durability = durability
        self._seq = end.seq
        self._head = end.hash
        self._committed = end
        self._written = end
        self._held: list[tuple[int, str, int, bytes, int, int, bytes]] = []
        self._ready = 0  # how many of `_held` are committed
        self._commits_held = 0
        self._failure: str | None = None
        self._open = True

    def append(self, kind: str, body: bytes, *, mono_ns: int, wall_ns: int) -> int:
        if self._failure is not None or not self._open:
            self._refuse()
        seq = self._seq + 1
        head = link(self._head, seq, kind, ROW_VERSION, body, mono_ns, wall_ns)
        self._held.append((seq, kind, ROW_VERSION, body, mono_ns, wall_ns, head))
        self._seq = seq
        self._head = head
        return seq

    def commit(self) -> None:
        if self._failure is not None or not self._open:
            self._refuse()
        if len(self._held) == self._ready:
            return
        self._ready = len(self._held)
        self._committed = Mark(self._seq, self._head)
        self._commits_held += 1
        if self._commits_held >= self._durability.commits_a_write or self._ready >= _MOST_HELD:
            self._write()

    def committed(self) -> Mark:
        return self._committed

    def rows(self) -> Iterator[Row]:
        if self._failure is None and self._ready:
            self._write()
        try:
            yield from verified(stored(self._connection), name=self._name, mark=self._written)
        except UNREADABLE as error:
            raise RecoveryRefused(f"{self._name} cannot be read: {error}") from error

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        try:
            if self._failure is None and self._ready:
                self._write()
        finally:
            self._connection.close()  # rolls back what is unfinished
            self._lock.release()

    def _write(self) -> None:
        """Write the committed part of what is held in one transaction, then move the mark up.

        Stays failed unless it reaches the end: after a disk error nobody knows what the disk has,
        and after Ctrl-C in the middle neither do we; the next start finds out. Until then the
        transaction is either whole or absent, and a mark that lags behind is still true.
        """
        self._failure = "an earlier commit was cut short"
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(_INSERT, self._held[: self._ready])
            self._connection.execute("COMMIT")
            write_mark(
                self._mark_path,
                self._committed,
                synced=self._durability.synchronous is Synchronous.FULL,
            )
        except (sqlite3.Error, OSError) as error:
            self._failure = f"{self._name} cannot be written: {error}"
            raise JournalFailed(self._failure) from error
        del self._held[: self._ready]
        self._ready = self._commits_held = 0
        self._written = self._committed
        self._failure = None

    def _refuse(self) -> None:
        if not self._open:
            raise ValueError("the journal is closed")
        raise JournalFailed(self._failure or "the journal failed")


def _connect(path: Path, synchronous: Synchronous) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    with ExitStack() as undo:
        undo.callback(connection.close)
        # Before the first access, or the index of the log would go to shared memory.
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        if mode != "wal":
            raise sqlite3.OperationalError(f"journal_mode is {mode}, not wal")
        connection.execute(f"PRAGMA synchronous={synchronous.value}")
        undo.pop_all()
    return connection
