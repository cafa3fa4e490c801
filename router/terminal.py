"""How the command speaks: results on stdout, one-line errors on stderr, silence into a closed pipe."""

import errno
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self, runtime_checkable

from router.exit_codes import ExitCode, code_of
from venues.errors import FathomError

TRACEBACK_WANTED: Final = "FATHOM_TRACEBACK"

# The machine cannot take what we write: neither a bug of ours nor a venue's fault.
_MACHINE: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO}
)


def say(text: str) -> bool:
    """Write `text` and a newline to stdout, at once; return False when the reader has just left.

    A reader who has left (`| head -1`) is no error: the rest is said to nobody, and the command
    goes on to its true exit code, or ends early. OSError when stdout cannot be written (disk full).
    """
    if sys.stdout is None:  # closed by the caller: `>&-`
        return True
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _to_nobody()
        return False
    return True


def flush() -> None:
    """Make sure that everything said has left; a reader who has gone is no error."""
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _to_nobody()


def complain(text: str) -> None:
    """Write one line about what went wrong to stderr."""
    if sys.stderr is None:
        return
    line = " ".join(text.split())
    try:
        sys.stderr.write(f"fathom: {line}\n")
        sys.stderr.flush()
    except OSError:
        return  # nobody is left to hear it; the exit code still says it


@runtime_checkable
class Asked(Protocol):
    """What the argument parser raises to end early: after --help or with an exit code."""

    exit_code: int


@runtime_checkable
class UsageProblem(Protocol):
    """What the argument parser raises: it knows its own sentence and exit code."""

    exit_code: int

    def format_message(self) -> str:
        """Return the sentence."""
        ...


class Verdict:
    """A `with` block that turns whatever leaves it into one line and an exit code in `code`."""

    __slots__ = ("code",)

    def __init__(self) -> None:
        self.code: int = ExitCode.DONE

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Say what went wrong; nothing leaves the block but a request to end the process."""
        match error:
            case None:
                return True
            case SystemExit():
                return False
            case BrokenPipeError():
                _to_nobody()
                return True
            case UsageProblem():
                self.code = ExitCode.BAD_INPUT
                complain(f"{error.format_message()} (see fathom --help)")
            case Asked():
                self.code = error.exit_code
                flush()
            case KeyboardInterrupt():
                self.code = ExitCode.INTERRUPTED
                complain("interrupted")
            case FathomError():
                self.code = code_of(error)
                complain(str(error))
            case OSError() if error.errno in _MACHINE:
                _to_nobody()
                self.code = ExitCode.BAD_INPUT
                complain(f"{error.filename or 'output'}: {error.strerror}: cannot be written")
            case _:
                self.code = ExitCode.BUG
                complain(_bug(error))
                if os.environ.get(TRACEBACK_WANTED):
                    traceback.print_exception(kind, error, trace)
        return True


def _bug(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    what = str(error).splitlines()[0] if str(error) else ""
    return (
        f"a bug of fathom, not yours: {type(error).__name__}{where}: {what} "
        f"(run it again with {TRACEBACK_WANTED}=1 for the traceback and report both)"
    )


def _to_nobody() -> None:
    # Otherwise the interpreter complains when it flushes the same pipe at exit.
    if sys.stdout is None:
        return
    nobody = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nobody, sys.stdout.fileno())
    os.close(nobody)
