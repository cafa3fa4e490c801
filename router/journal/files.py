"""What lies on disk: the names beside a journal, making a new one, reading one without touching it.

Beside `journal.db` lie `journal.db.mark` (the high-water mark), `journal.db.lock` (who writes) and,
while it is written or after a crash, SQLite's `journal.db-wal`. Copy or move them together.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from router.journal.chain import GENESIS, Stored, verified
from router.journal.lock import WriterLock
from router.journal.mark import read_mark, write_mark
from router.journal.ports import Mark, Row
from venues.errors import RecoveryRefused

SCHEMA_VERSION: Final = 1
_APPLICATION: Final = 0x46544A4C  # "FTJL"
_CHUNK: Final = 4096

# What SQLite says of a damaged file; a damaged schema garbles even the text of its complaint.
UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError)

_TABLE = """CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL,
    mono_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL, hash BLOB NOT NULL)"""
_SELECT = """SELECT seq, kind, version, body, mono_ns, wall_ns, hash FROM entries
    WHERE seq > ? ORDER BY seq LIMIT ?"""


def beside(path: Path, suffix: str) -> Path:
    """Return the file next to a journal that has its name and `suffix`."""
    return path.with_name(path.name + suffix)


def prepare(path: Path) -> None:
    """Make the journal if there has been none; the caller holds the writer lock.

    Raises RecoveryRefused if parts of an earlier one are there but not all, OSError as usual.
    """
    mark = read_mark(beside(path, ".mark"))
    if path.exists():
        if mark is None:
            raise RecoveryRefused(f"{path.name} has lost its high-water mark {path.name}.mark")
        return
    if mark is not None and mark.seq > 0:
        raise RecoveryRefused(
            f"{path.name} is gone, but its high-water mark says it had {mark.seq} rows"
        )
    if beside(path, "-wal").exists():
        raise RecoveryRefused(f"{path.name} is gone, but its log {path.name}-wal is still there")
    # The mark comes first: a journal without one is then never the work of a crash.
    write_mark(beside(path, ".mark"), Mark(0, GENESIS), synced=True)
    _create(path)


def read_journal(path: Path) -> Iterator[Row]:
    """Yield the proven rows of a journal that nobody writes, leaving its bytes as they are.

    A damaged journal is evidence: an ordinary connection would fold the log into the file and
    delete it. Raises RecoveryRefused where the proof fails, at the last row if the tail is lost.
    """
    mark = read_mark(beside(path, ".mark"))
    if mark is None:
        raise RecoveryRefused(f"{path.name} has no high-water mark {path.name}.mark beside it")
    try:
        location = f"file:{quote(str(path.absolute()))}?mode=ro"
        with closing(sqlite3.connect(location, uri=True, isolation_level=None)) as connection:
            _prove_schema(connection, path.name)
            yield from verified(stored(connection), name=path.name, mark=mark)
    except UNREADABLE as error:
        raise RecoveryRefused(f"{path.name} cannot be read: {error}") from error


def stored(connection: sqlite3.Connection) -> Iterator[Stored]:
    """Yield what is stored, in order and unproven; chunks, so that rows may be added meanwhile."""
    seq = 0
    while chunk := connection.execute(_SELECT, (seq, _CHUNK)).fetchall():
        yield from chunk
        seq = chunk[-1][0]


def discard(path: Path) -> None:
    """Delete a journal that nobody writes: a replay's own, never one that knows of real orders.

    Raises RecoveryRefused if it is being written.
    """
    lock = WriterLock.take(beside(path, ".lock"))
    try:
        for suffix in ("-wal", "-shm", "", ".mark"):
            beside(path, suffix).unlink(missing_ok=True)
    finally:
        lock.release()


def _create(path: Path) -> None:
    """Put a whole, empty database in place at once, so that a crash never leaves half of one."""
    fresh = beside(path, ".new")
    for suffix in ("", "-wal", "-shm", "-journal"):
        beside(fresh, suffix).unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA application_id={_APPLICATION}")
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    fresh.chmod(0o600)
    _sync(fresh)
    fresh.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prove_schema(connection: sqlite3.Connection, name: str) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != _APPLICATION:
        raise RecoveryRefused(f"{name} is not a Fathom journal, or its first page is damaged")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != SCHEMA_VERSION:
        raise RecoveryRefused(
            f"{name} is of version {version}, only {SCHEMA_VERSION} is known: use the Fathom that"
            " wrote it"
        )
    # Blind to lost rows, but it sees damage that reading passes by and writing would spread.
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise RecoveryRefused(f"{name} is damaged: {verdict}")
