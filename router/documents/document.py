"""What tree does a file hold, and on which line does each field stand."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from router.documents.json_lines import json_lines
from router.documents.problem import Unquoted, problem
from router.documents.source import read_text
from router.documents.toml_lines import FieldPath, toml_lines
from venues.errors import InputError

_DEPTH_MAX: Final = 32
_DIGITS_MAX: Final = 40
_TOO_DEEP: Final = "no file of ours needs more than a few levels; write it flat"

# tomllib takes quadratic time and memory for a key of very many dotted parts.
_PART = r"""(?:(?<![A-Za-z0-9_-])[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*"""
_LONG_KEY: Final = re.compile(rf"(?:{_PART}){{{_DEPTH_MAX}}}")


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A parsed file: plain tables, lists, strings, integers, booleans; other numbers `Unquoted`."""

    name: str
    text: str
    tree: Mapping[str, object]
    lines: Mapping[FieldPath, int]

    def line_of(self, field: FieldPath) -> int:
        """Return the line of `field`, or of the innermost table around it that is written out."""
        while field and field not in self.lines:
            field = field[:-1]
        return self.lines.get(field, 1)

    def problem(self, field: FieldPath, value: object, remedy: str) -> InputError:
        """Return the one-line error about `field`."""
        return problem(self.name, self.line_of(field), dotted(field), value, remedy)


def read_document(path: Path) -> Document:
    """Read a TOML or JSON file (by suffix, else JSON when it starts with a brace).

    Raises InputError naming file and line: not text, not TOML or JSON, a duplicate key, too deep.
    """
    text = read_text(path)
    is_json = path.suffix == ".json" or (path.suffix != ".toml" and text.lstrip()[:1] == "{")
    return parse_json(str(path), text) if is_json else parse_toml(str(path), text)


def parse_toml(name: str, text: str) -> Document:
    """Parse TOML `text`; `name` is what errors call it."""
    long_key = _LONG_KEY.search(text)
    if long_key:
        line = text.count("\n", 0, long_key.start()) + 1
        raise problem(name, line, "a key of too many parts", None, _TOO_DEEP)
    try:
        tree = tomllib.loads(text, parse_float=Unquoted)
        return Document(name, text, tree, toml_lines(text))
    except tomllib.TOMLDecodeError as error:
        line, reason = _toml_place(text, str(error))
        raise problem(name, line, "not valid TOML", None, reason) from None
    except RecursionError:
        raise problem(name, None, "nested too deeply", None, _TOO_DEEP) from None
    except ValueError:
        # The only other way out of tomllib: Python refuses integers beyond some thousand digits.
        remedy = "write it in quotes, with at most 30 digits"
        raise problem(name, _long_number(text), "a number is too long", None, remedy) from None


def parse_json(name: str, text: str) -> Document:
    """Parse JSON `text`, which must be one object; `name` is what errors call it."""
    try:
        tree = json.loads(text, parse_float=Unquoted, parse_int=_integer, parse_constant=Unquoted)
        lines, twice = json_lines(text)
    except json.JSONDecodeError as error:
        reason = f"{error.msg} (column {error.colno})"
        raise problem(name, error.lineno, "not valid JSON", None, reason) from None
    except RecursionError:
        raise problem(name, None, "nested too deeply", None, _TOO_DEEP) from None
    if twice is not None:
        field, line = twice
        raise problem(name, line, dotted(field), None, "stands twice; keep one of them")
    if not isinstance(tree, dict):
        raise problem(name, 1, "not a JSON object", None, 'begin with { "order": { ... } }')
    return Document(name, text, tree, lines)


def dotted(field: FieldPath) -> str:
    """Return `field` as people write it: ("venue", 1, "taker_fee") is venue[1].taker_fee."""
    text = ""
    for part in field:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _integer(digits: str) -> int | Unquoted:
    return int(digits) if len(digits) <= _DIGITS_MAX else Unquoted(digits)


def _long_number(text: str) -> int | None:
    found = re.search(r"[0-9_]{1000,}", text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _toml_place(text: str, message: str) -> tuple[int, str]:
    # tomllib says where only in words: "... (at line 3, column 5)" or "(at end of document)".
    found = re.fullmatch(r"(.*) \(at line ([0-9]+), column ([0-9]+)\)", message, re.DOTALL)
    if found is None:
        return text.count("\n") + 1, message
    reason, line, column = found.groups()
    hint = "; the key stands twice, keep one of them" if "overwrite" in reason else ""
    return int(line), f"{reason} (column {column}){hint}"
