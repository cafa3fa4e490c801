"""How far had the journal come: the high-water mark, in a file of its own.

A lost tail, a deleted write-ahead log and a restored backup all leave a valid, shorter journal;
only something outside it remembers that there was more.
"""

import hashlib
import os
from pathlib import Path

from router.journal.ports import Mark
from venues.errors import RecoveryRefused

_TITLE = "fathom-journal-mark-1"


def read_mark(path: Path) -> Mark | None:
    """Return the mark in `path`, None if there is no such file; RecoveryRefused if it is damaged."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    fields = text.decode("ascii", errors="replace").split(" ")
    if len(fields) == 4 and fields[1].isdecimal() and len(fields[2]) == 64:
        try:
            mark = Mark(int(fields[1]), bytes.fromhex(fields[2]))
        except ValueError:
            mark = None
        # Spelled again and compared as a whole, so that no bit of the file may differ.
        if mark is not None and text == _spelled(mark):
            return mark
    raise RecoveryRefused(f"{path.name} is damaged: it is not a high-water mark as it was written")


def write_mark(path: Path, mark: Mark, *, synced: bool) -> None:
    """Replace the mark in `path` atomically; `synced` waits until it would survive a power cut.

    Raises OSError. The folder is not synced: an older mark is still true, only less watchful.
    """
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, _spelled(mark))
        if synced:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.replace(path)


def _spelled(mark: Mark) -> bytes:
    facts = f"{_TITLE} {mark.seq} {mark.hash.hex()}"
    return f"{facts} {hashlib.blake2b(facts.encode(), digest_size=8).hexdigest()}\n".encode()
