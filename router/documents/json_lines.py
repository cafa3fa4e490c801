"""On which line of a JSON text does each field stand, and which one stands twice."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from router.documents.toml_lines import FieldPath

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:\n]|[^\s{}\[\],:"]+')


def json_lines(text: str) -> tuple[Mapping[FieldPath, int], tuple[FieldPath, int] | None]:
    """Return the line of each field of valid JSON `text`, and the first field given twice."""
    scan = _Scan(_tokens(text))
    mark, line = next(scan.tokens)
    scan.value((), mark, line)
    return scan.lines, scan.twice


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for found in _TOKEN.finditer(text):
        if found.group() == "\n":
            line += 1
        else:
            yield found.group(), line


class _Scan:
    """A walk over the tokens; the text is known to be valid, so nothing is checked again."""

    def __init__(self, tokens: Iterator[tuple[str, int]]) -> None:
        self.tokens = tokens
        self.lines: dict[FieldPath, int] = {}
        self.twice: tuple[FieldPath, int] | None = None

    def value(self, path: FieldPath, mark: str, line: int) -> None:
        if path in self.lines and self.twice is None:
            self.twice = (path, line)
        self.lines[path] = line
        if mark == "{":
            self._members(path)
        elif mark == "[":
            self._elements(path)

    def _members(self, path: FieldPath) -> None:
        mark, line = next(self.tokens)
        while mark != "}":
            if mark != ",":
                key, at = _key(mark), line
                next(self.tokens)  # the colon
                mark, _ = next(self.tokens)
                self.value((*path, key), mark, at)
            mark, line = next(self.tokens)

    def _elements(self, path: FieldPath) -> None:
        index = 0
        mark, line = next(self.tokens)
        while mark != "]":
            if mark == ",":
                index += 1
            else:
                self.value((*path, index), mark, line)
            mark, line = next(self.tokens)


def _key(mark: str) -> str:
    key = json.loads(mark)  # not mark[1:-1]: "\u0069d" is "id" once more
    assert isinstance(key, str)
    return key
