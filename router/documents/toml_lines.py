"""On which line of a TOML text does each field stand: tomllib does not say."""

import re
import tomllib
from collections.abc import Mapping
from typing import Final

FieldPath = tuple[str | int, ...]

_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_BASIC: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL: Final = re.compile(r"'[^'\n]*'")
# Up to two quotes may stand directly before the closing three.
_LONG_BASIC: Final = re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}', re.DOTALL)
_LONG_LITERAL: Final = re.compile(r"'''(?:[^']|'{1,2}(?!'))*'{3,5}")
_SCALAR: Final = re.compile(r"[^,\]}#\n]*")


def toml_lines(text: str) -> Mapping[FieldPath, int]:
    """Return the line, from 1, of each table, key and list element of valid TOML `text`."""
    return _Scan(text).run()


class _Scan:
    """A walk over the text; it is known to be valid, so nothing is checked again."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counted = 0
        self._lines: dict[FieldPath, int] = {}
        self._last: dict[FieldPath, int] = {}  # index of the last [[table]] of each name

    def run(self) -> Mapping[FieldPath, int]:
        table: FieldPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        assert found is not None, f"valid TOML, yet no {pattern.pattern} at {self._at}"
        self._at = found.end()
        return found.group()

    def _mark(self, path: FieldPath) -> None:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        self._lines.setdefault(path, self._line)

    def _header(self) -> FieldPath:
        many = self._text.startswith("[[", self._at)
        self._at += 2 if many else 1
        self._skip(_SPACE)
        parts = self._key()
        self._at += 2 if many else 1
        path: FieldPath = ()
        for position, part in enumerate(parts):
            path = (*path, part)
            if many and position == len(parts) - 1:
                self._mark(path)
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path = (*path, self._last[path])
            self._mark(path)
        return path

    def _pair(self, table: FieldPath) -> None:
        self._skip(_SPACE)
        path = table
        start = self._at
        for part in self._key():
            path = (*path, part)
            end, self._at = self._at, start
            self._mark(path)
            self._at = end
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            first = self._text[self._at]
            pattern = {'"': _BASIC, "'": _LITERAL}.get(first, _BARE)
            token = self._skip(pattern)
            parts.append(token if pattern is _BARE else _unquoted(token))
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return tuple(parts)
            self._at += 1
            self._skip(_SPACE)

    def _value(self, path: FieldPath) -> None:
        text, at = self._text, self._at
        if text.startswith("[", at):
            self._array(path)
        elif text.startswith("{", at):
            self._inline_table(path)
        elif text.startswith('"""', at):
            self._skip(_LONG_BASIC)
        elif text.startswith("'''", at):
            self._skip(_LONG_LITERAL)
        elif text.startswith('"', at):
            self._skip(_BASIC)
        elif text.startswith("'", at):
            self._skip(_LITERAL)
        else:
            self._skip(_SCALAR)

    def _array(self, path: FieldPath) -> None:
        index = 0
        self._at += 1
        self._skip(_BLANK)
        while not self._text.startswith("]", self._at):
            if self._text.startswith(",", self._at):
                index += 1
                self._at += 1
            else:
                self._mark((*path, index))
                self._value((*path, index))
            self._skip(_BLANK)
        self._at += 1

    def _inline_table(self, path: FieldPath) -> None:
        self._at += 1
        self._skip(_BLANK)
        while not self._text.startswith("}", self._at):
            if self._text.startswith(",", self._at):
                self._at += 1
            else:
                self._pair(path)
            self._skip(_BLANK)
        self._at += 1


def _unquoted(token: str) -> str:
    value = tomllib.loads(f"key = {token}")["key"]
    assert isinstance(value, str)
    return value
