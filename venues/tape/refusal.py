"""How does a tape error read: one line with file, place, field, value and remedy."""

from pathlib import Path

from venues.errors import TapeError

_LONGEST_VALUE = 80


def refuse(file: Path, field: str, value: object, remedy: str, *, where: str = "") -> TapeError:
    """Return the error "file: where: field = value: remedy", on one line whatever the value.

    `where` is a row ("row 7", counted from 0) or a place in tape.toml ("instrument 2"); a `value`
    that is a string is shown in quotes, anything too long is cut.
    """
    shown = repr(value) if isinstance(value, str) else str(value)
    shown = shown.encode("unicode_escape").decode("ascii")
    if len(shown) > _LONGEST_VALUE:
        shown = shown[:_LONGEST_VALUE] + "..."
    place = f"{where}: " if where else ""
    return TapeError(f"{file}: {place}{field} = {shown}: {remedy}")


def row(number: int) -> str:
    """Return how a row of a Parquet file is named, counted from 0."""
    return f"row {int(number)}"
