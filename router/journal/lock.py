"""Who may write: one process at a time, by a lock that the kernel drops when its holder dies."""

import fcntl
import os
from pathlib import Path
from typing import Self

from venues.errors import RecoveryRefused


class WriterLock:
    """An exclusive lock on a file of its own, held until `release`.

    The file stays: removing it would let two writers lock two files of one name.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, path: Path) -> Self:
        """Lock `path`, made if missing; RecoveryRefused if another writer has it, OSError as usual."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise RecoveryRefused(
                f"{path.name} is held: another Fathom writes this journal; stop it first"
            ) from None
        return cls(descriptor)

    def release(self) -> None:
        """Let the next writer in. Idempotent."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
