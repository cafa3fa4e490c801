"""Is this Parquet file whole, and does it have the columns a tape needs, typed and without nulls?"""

import enum
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import numpy as np
import numpy.typing as npt

from venues.errors import TapeError
from venues.model.market import Int64s
from venues.tape.grid import Doubles, Step, steps_of
from venues.tape.refusal import refuse, row

if TYPE_CHECKING:
    import polars as pl

Bools = npt.NDArray[np.bool_]

_FIX = "correct the value or the step in tape.toml"


class Column(enum.Enum):
    """What a column must hold."""

    INT64 = "int64"
    INT32 = "int32"
    BOOL = "bool"
    DOUBLE = "float64"
    TEXT = "text"


class Columns:
    """The checked columns of one Parquet file; raises TapeError for whatever is wrong with it."""

    __slots__ = ("_frame", "file")

    def __init__(self, file: Path, layout: tuple[tuple[str, Column], ...]) -> None:
        """Read the columns of `layout` from `file`; other columns are ignored."""
        self.file = file
        _refuse_torn(file)
        self._frame = _frame(file, layout)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._frame.height

    def ints(self, name: str) -> Int64s:
        """Return an integer column as int64."""
        return self._frame[name].to_numpy().astype(np.int64, copy=False)

    def flags(self, name: str) -> Bools:
        """Return a bool column."""
        values: Bools = self._frame[name].to_numpy()
        return values

    def doubles(self, name: str) -> Doubles:
        """Return a float64 column."""
        values: Doubles = self._frame[name].to_numpy()
        return values

    def times(self, name: str) -> Int64s:
        """Return a column of ns; negative times are refused."""
        values = self.ints(name)
        self.refuse_first(values < 0, name, "a time is ns since 1970, never negative")
        return values

    def positions(self, name: str, words: tuple[str, ...]) -> Int64s:
        """Return, per row, the position of its text in `words`; any other text is refused."""
        texts = self._frame[name]
        found = np.full(len(texts), -1, dtype=np.int64)
        for position, word in enumerate(words):
            found[(texts == word).to_numpy()] = position
        self.refuse_first(found < 0, name, f"must be one of {', '.join(map(repr, words))}")
        return found

    def steps(self, name: str, step: Step) -> Int64s:
        """Return a column of doubles as whole steps of the instrument's grid, exactly."""
        grid = steps_of(self.doubles(name), step)
        if grid.large_row is not None:
            raise self.refuse(
                grid.large_row, name, f"2^53 or more steps of {step.decimal:f}; {_FIX}"
            )
        if grid.off_row is not None:
            remedy = f"not the double nearest to a multiple of {step.decimal:f}; {_FIX}"
            raise self.refuse(grid.off_row, name, remedy)
        return grid.steps

    def refuse_first(self, wrong: Bools, name: str, remedy: str) -> None:
        """Raise TapeError for the first row where `wrong` is set."""
        if wrong.any():
            raise self.refuse(int(np.argmax(wrong)), name, remedy)

    def refuse(self, row_number: int, name: str, remedy: str) -> TapeError:
        """Return the TapeError for one cell."""
        value = self._frame[name][row_number]
        return refuse(self.file, name, value, remedy, where=row(row_number))


def _refuse_torn(file: Path) -> None:
    """Check the frame of a Parquet file: PAR1 at both ends and a footer that fits between."""
    try:
        with file.open("rb") as stream:
            head = stream.read(4)
            size = stream.seek(0, 2)
            stream.seek(max(size - 8, 0))
            tail = stream.read(8)
    except FileNotFoundError:
        remedy = "tape.toml names this file; restore it or correct the name"
        raise refuse(file, "file", "missing", remedy) from None
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise refuse(file, "file", reason, "make it a readable file") from None
    if head != b"PAR1":
        raise refuse(file, "first bytes", head.hex(" "), "not a Parquet file; write it as one")
    footer = int.from_bytes(tail[:4], "little")
    if tail[4:] != b"PAR1" or footer + 12 > size:
        remedy = "truncated: the Parquet footer is missing; copy or record the file again"
        raise refuse(file, "last bytes", tail[4:].hex(" "), remedy)


def _frame(file: Path, layout: tuple[tuple[str, Column], ...]) -> "pl.DataFrame":
    import polars as pl  # heavy: not when the command line is imported

    damaged = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
    try:
        schema = pl.read_parquet_schema(file)
        present = [name for name, _ in layout if name in schema]
        frame = pl.read_parquet(file, columns=present, glob=False)
    except damaged as error:
        reason = (str(error).splitlines() or ["unreadable"])[0]
        remedy = "damaged inside: copy or record the file again"
        raise refuse(file, "Parquet", reason, remedy) from None
    for name, column in layout:
        if name not in frame.columns:
            wanted = ", ".join(wanted for wanted, _ in layout)
            raise refuse(file, "column", name, f"missing; this file needs {wanted}")
        dtype = frame.schema[name]
        if not _holds(dtype, column):
            raise refuse(file, f"dtype of {name}", dtype, f"must be {column.value}, cast it")
        if frame[name].null_count():
            first = int(np.argmax(frame[name].is_null().to_numpy()))
            raise refuse(file, name, "null", "every row needs a value", where=row(first))
    return frame.rechunk()


def _holds(dtype: "pl.DataType", column: Column) -> bool:
    import polars as pl  # heavy: not when the command line is imported

    match column:
        case Column.INT64:
            return dtype == pl.Int64
        case Column.INT32:
            return dtype == pl.Int32
        case Column.BOOL:
            return dtype == pl.Boolean
        case Column.DOUBLE:
            return dtype == pl.Float64
        case Column.TEXT:
            return dtype in (pl.String, pl.Categorical, pl.Enum)
        case _:
            assert_never(column)
