"""What does a file say, if it is text at all: bytes to text, within bounds."""

from pathlib import Path
from typing import Final

from router.documents.problem import problem

SIZE_MAX: Final = 256 * 1024  # far above any order file, far below what could hurt
_BOMS: Final = (
    (b"\xef\xbb\xbf", "UTF-8 with a byte order mark"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def read_text(path: Path) -> str:
    """Return the text of `path`: UTF-8 without byte order mark or NUL, at most `SIZE_MAX` bytes.

    Raises InputError with file, reason and remedy for everything else.
    """
    name = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(SIZE_MAX + 1)
    except FileNotFoundError:
        raise problem(name, None, "no such file", None, "check the path") from None
    except IsADirectoryError:
        raise problem(name, None, "a directory", None, "name a file inside it") from None
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise problem(name, None, reason, None, "check the path and its permissions") from None
    if len(data) > SIZE_MAX:
        raise problem(
            name, None, "too large", None, f"at most {SIZE_MAX} bytes; is this the right file?"
        )
    if not data.strip():
        raise problem(name, None, "empty", None, "see examples/ for complete files")
    return _decoded(name, data)


def _decoded(name: str, data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            remedy = "save it as UTF-8 without a byte order mark"
            raise problem(name, 1, f"encoding: {encoding}", None, remedy)
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        raise problem(name, line, "a NUL byte", None, "this is not a text file; save it as UTF-8")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        wrong = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise problem(name, line, wrong, None, "save it as UTF-8") from None
