"""A file of any size is read a line at a time."""

import io
from pathlib import Path

import pytest

from router.route_files.lines import Line, lines_of, lines_of_file
from venues.errors import InputError


def _lines(data: bytes, most: int = 100) -> list[tuple[int, bytes | None]]:
    return [(line.number, line.data) for line in lines_of(io.BytesIO(data), most=most)]


def test_blank_lines_count_and_are_not_told() -> None:
    assert _lines(b"\n a \r\n\n\t\nb") == [(2, b"a"), (5, b"b")]


def test_an_empty_file_has_no_lines() -> None:
    assert _lines(b"") == []


@pytest.mark.parametrize("length", [10, 11, 19, 20, 21, 95, 1000])
def test_a_line_beyond_the_bound_is_told_once_and_skipped(length: int) -> None:
    assert _lines(b"a\n" + b"x" * length + b"\nb\n", 10) == [(1, b"a"), (2, None), (3, b"b")]


def test_a_last_line_beyond_the_bound_needs_no_end() -> None:
    assert _lines(b"a\n" + b"x" * 25, 10) == [(1, b"a"), (2, None)]


class _Endless(io.RawIOBase):
    """A line that never ends; counts what is read of it."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        view[:] = b"x" * len(view)
        self.read_bytes += len(view)
        return len(view)


def test_an_endless_line_is_told_before_it_ends() -> None:
    source = _Endless()
    lines = lines_of(io.BufferedReader(source), most=1000)
    assert next(lines) == Line(1, None)
    assert source.read_bytes < 100_000


@pytest.mark.parametrize(("name", "reason"), [("missing", "No such file"), (".", "directory")])
def test_a_file_that_cannot_be_read_is_named(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        list(lines_of_file(tmp_path / name))
