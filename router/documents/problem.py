"""How a mistake in a file is told: one line with file, line, field, value and remedy."""

from typing import Final

from venues.errors import InputError

_LONGEST: Final = 60


class Unquoted(str):
    """A number as it was spelled in the file, where only a quoted one keeps every digit."""

    __slots__ = ()


def problem(file: str, line: int | None, field: str, value: object, remedy: str) -> InputError:
    """Return the error for `field`, e.g. "a.toml:5: order.quantity = 1.5: write it in quotes".

    `line` counts from 1, None where it is not knowable; a `value` of None is left out.
    """
    where = file if line is None else f"{file}:{line}"
    what = field if value is None else f"{field} = {spelled(value)}"
    return InputError(": ".join(one_line(part) for part in (where, what, remedy) if part))


def spelled(value: object) -> str:
    """Return `value` about as it stands in the file, on one line and never longer than that."""
    match value:
        case Unquoted():
            text = str(value)
        case bool():
            text = str(value).lower()
        case str():
            text = repr(value[: _LONGEST + 1])
            text = f'"{text[1:-1]}"' if '"' not in text else text
        case dict():
            text = "{...}" if value else "{}"
        case list() | tuple():
            text = "[...]" if value else "[]"
        case int() if abs(value) >= 1 << 256:
            text = "a number of many digits"  # str() of such an int is refused by Python itself
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


def one_line(text: str) -> str:
    """Return `text` with everything escaped that would break or hide a line of a terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
