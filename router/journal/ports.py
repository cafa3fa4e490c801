"""What a journal promises: rows in one order, kept once committed, proven when read."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from venues.errors import FathomError


class JournalFailed(FathomError):
    """The journal cannot be written: nothing that needs a record may leave any more.

    It stays failed. What was committed before is intact and is found by the next start.
    """


class Row(msgspec.Struct, frozen=True):
    """One entry: `seq` counts from 1 without holes, `body` is JSON, times are ns.

    `hash` covers this row and, through its predecessor's hash, every row before it.
    """

    seq: int
    kind: str
    version: int
    body: bytes
    mono_ns: int
    wall_ns: int
    hash: bytes


class Mark(msgspec.Struct, frozen=True):
    """How far a journal had come: its last sequence number (0 = empty) and that row's hash."""

    seq: int
    hash: bytes


class Journal(Protocol):
    """Append-only rows; what is appended counts only once `commit` has returned."""

    def append(self, kind: str, body: bytes, *, mono_ns: int, wall_ns: int) -> int:
        """Add a row and return its sequence number; nothing is kept before `commit`.

        Raises JournalFailed once a commit has failed.
        """
        ...

    def commit(self) -> None:
        """Keep all rows appended so far, or raise JournalFailed and keep none of them."""
        ...

    def committed(self) -> Mark:
        """Return the last row that counts."""
        ...

    def rows(self) -> Iterator[Row]:
        """Yield the committed rows in order; RecoveryRefused where one fails its proof."""
        ...

    def close(self) -> None:
        """Let go of the journal; rows appended since the last commit are dropped. Idempotent."""
        ...
