"""Which lines does a file of any size have, held one at a time and none of them longer than a bound?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from router.documents.problem import problem

# Room for 100,000 levels of the longest numbers; what is longer is not read into memory.
LINE_BYTES_MAX: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end, counted from 1; `data` is None when it is longer than the bound."""

    number: int
    data: bytes | None


def lines_of_file(path: Path) -> Iterator[Line]:
    """Yield the lines of the file at `path` as `lines_of`; InputError when it cannot be read."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from None
    with stream:
        lines = lines_of(stream)
        while True:
            try:
                line = next(lines, None)
            except OSError as error:
                raise _unreadable(path, error) from None
            if line is None:
                return
            yield line


def lines_of(stream: BinaryIO, *, most: int = LINE_BYTES_MAX) -> Iterator[Line]:
    """Yield the lines of `stream` that are not blank, each at most `most` bytes with its end.

    A line that is too long is told at once and then skipped, piece by piece, up to its end.
    """
    number = 0
    while data := stream.readline(most):
        number += 1
        if len(data) == most and not data.endswith(b"\n"):
            yield Line(number, None)
            while (rest := stream.readline(most)) and not rest.endswith(b"\n"):
                pass
        elif data := data.strip():
            yield Line(number, data)


def _unreadable(path: Path, error: OSError) -> Exception:
    return problem(str(path), None, error.strerror or "cannot be read", None, "check the path")
