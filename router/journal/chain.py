"""Does a journal prove itself: is each row chained to the one before, and is the end there?

SQLite does not notice lost history: one flipped bit in a write-ahead log silently drops committed
rows, and `integrity_check` is content. A hash chain shows a changed or missing row inside, the
high-water mark a missing tail.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from typing import Final

from router.journal.ports import Mark, Row
from venues.errors import RecoveryRefused

ROW_VERSION: Final = 1
GENESIS: Final = hashlib.blake2b(b"fathom journal", digest_size=32).digest()

# The fields of a Row as a file gives them back: of these types only if nothing is damaged.
Stored = tuple[int, str, int, bytes, int, int, bytes]
_TYPES = (int, str, int, bytes, int, int, bytes)

_FACTS = struct.Struct(">qqqqI")  # seq, mono, wall, version, length of the kind


def link(
    previous: bytes, seq: int, kind: str, version: int, body: bytes, mono_ns: int, wall_ns: int
) -> bytes:
    """Return the hash of a row that follows the row with hash `previous` (32 bytes).

    The spelling is canonical: fixed-width numbers and the length of the only other field that
    varies before the body, so that no two different rows are the same bytes.
    """
    name = kind.encode()
    facts = _FACTS.pack(seq, mono_ns, wall_ns, version, len(name))
    return hashlib.blake2b(previous + facts + name + body, digest_size=32).digest()


def verified(raws: Iterable[Stored], *, name: str, mark: Mark) -> Iterator[Row]:
    """Yield `raws` (fields as in Row) as rows, each proven; at the end, prove that `mark` is there.

    `name` is what the sentence of a refusal calls the journal. Raises RecoveryRefused.
    """
    seq, head, marked = 0, GENESIS, GENESIS
    for raw in raws:
        row = _proven(raw, seq + 1, head, name)
        seq, head = row.seq, row.hash
        if seq == mark.seq:
            marked = head
        yield row
    if seq < mark.seq:
        raise RecoveryRefused(
            f"{name} ends at row {seq}, but its high-water mark says {mark.seq}: the tail is lost or"
            " an old copy was restored"
        )
    if marked != mark.hash:
        raise RecoveryRefused(
            f"{name}: row {mark.seq} is not the one its high-water mark saw: another journal was"
            " put in its place"
        )


def _proven(raw: Stored, expected: int, previous: bytes, name: str) -> Row:
    if tuple(map(type, raw)) != _TYPES:
        raise RecoveryRefused(f"{name}: row {expected} is damaged: a field changed its type")
    seq, kind, version, body, mono_ns, wall_ns, digest = raw
    if seq != expected:
        raise RecoveryRefused(f"{name}: row {expected} is missing, row {seq} comes in its place")
    if digest != link(previous, seq, kind, version, body, mono_ns, wall_ns):
        raise RecoveryRefused(f"{name}: row {seq} is damaged: it fails the hash chain")
    if version != ROW_VERSION:
        raise RecoveryRefused(
            f"{name}: row {seq} is of version {version}, only {ROW_VERSION} is known: use the"
            " Fathom that wrote it"
        )
    return Row(seq, kind, version, body, mono_ns, wall_ns, digest)
