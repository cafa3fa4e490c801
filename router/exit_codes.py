"""With which code does the command end: one for each fate, the gravest one wins."""

import enum
from collections.abc import Iterable
from typing import Final

from venues.errors import InputError, RecoveryRefused, VenueError


class ExitCode(enum.IntEnum):
    """What the shell is told."""

    DONE = 0
    UNFINISHED = 1  # a parent did not finish as asked
    BAD_INPUT = 2
    REFUSED = 3  # by risk, before anything was sent
    UNREACHABLE = 4  # venue or daemon
    RECOVERY_REFUSED = 5  # safe mode
    BUG = 70  # ours
    INTERRUPTED = 130  # Ctrl-C, with a clean stop


# Gravest first. An interrupt is not in the list: it is the user's wish, not a verdict.
_GRAVITY: Final = (
    ExitCode.BUG,
    ExitCode.RECOVERY_REFUSED,
    ExitCode.BAD_INPUT,
    ExitCode.UNREACHABLE,
    ExitCode.REFUSED,
    ExitCode.UNFINISHED,
    ExitCode.DONE,
)


def gravest(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the one code that stands for several parents; DONE for none."""
    return min(codes, key=_GRAVITY.index, default=ExitCode.DONE)


def code_of(error: BaseException) -> ExitCode:
    """Return the code for an error that nothing else has dealt with."""
    match error:
        case KeyboardInterrupt():
            return ExitCode.INTERRUPTED
        case InputError():
            return ExitCode.BAD_INPUT
        case RecoveryRefused():
            return ExitCode.RECOVERY_REFUSED
        case VenueError():
            return ExitCode.UNREACHABLE
        case _:
            return ExitCode.BUG
