"""Is every malformed tape refused in one line that names file, row, field, value and remedy?"""

from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from tests.unit.tape.folders import (
    BOOK,
    DERIVS,
    MS,
    START_NS,
    TRADES,
    Spoil,
    cell,
    columns,
    content,
    good_folder,
    toml,
)
from venues.errors import InputError, TapeError
from venues.tape.reader import read_tape


class Refusal(NamedTuple):
    """What is spoilt, and the words the one line must have."""

    name: str
    spoil: Spoil
    file: str
    words: tuple[str, ...]


def _swap_last_rows(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(frame["ts_local_ns"].reverse())


TERMS = [
    Refusal(
        "a price step written as a float",
        toml('tick_size = "0.1"', "tick_size = 0.1"),
        "tape.toml",
        ("instrument 1", "tick_size = 0.1", 'must be a decimal number in quotes, like "0.1"'),
    ),
    Refusal(
        "a key nobody knows",
        toml("[[instrument]]", '[[instrument]]\ntaker_fees = "0.1"'),
        "tape.toml",
        ("instrument 1", "taker_fees = '0.1'", "unknown key; remove it", "taker_fee, book"),
    ),
    Refusal(
        "a key that is missing",
        toml('lot_size = "0.001"\n', ""),
        "tape.toml",
        ("instrument 1", "lot_size = 'missing'", "required, add it"),
    ),
    Refusal(
        "no instrument at all",
        lambda folder: toml((folder / "tape.toml").read_text().split("\n\n", 1)[1], "")(folder),
        "tape.toml",
        ("instrument = 'missing'", "required"),
    ),
    Refusal(
        "an exponent in a number",
        toml('min_notional = "5"', 'min_notional = "1e999"'),
        "tape.toml",
        ("instrument 1", "min_notional = '1e999'", "plain decimal number"),
    ),
    Refusal(
        "a step of zero",
        toml('tick_size = "0.1"', 'tick_size = "0"'),
        "tape.toml",
        ("instrument 1", "tick_size = '0'", "must be more than 0"),
    ),
    Refusal(
        "a fee of everything",
        toml('taker_fee = "0.0002"', 'taker_fee = "20"'),
        "tape.toml",
        ("instrument 1", "taker_fee = '20'", "must be less than 1"),
    ),
    Refusal(
        "a step finer than doubles can say",
        toml('lot_size = "0.001"', 'lot_size = "0.000000000000000000000001"'),
        "tape.toml",
        ("instrument 1", "lot_size", "at most 22 places"),
    ),
    Refusal(
        "the same venue and symbol twice",
        toml('venue = "birch"\nsymbol = "BTC/USDT:USDT"', 'venue = "alder"\nsymbol = "BTC/USDT"'),
        "tape.toml",
        ("instrument 2", "venue and symbol = 'alder BTC/USDT'", "listed twice, drop one"),
    ),
    Refusal(
        "two tables in one file",
        toml('trades = "alder-BTC_USDT.trades.parquet"', f'trades = "{BOOK}"'),
        "tape.toml",
        ("instrument 1", BOOK, "used twice"),
    ),
    Refusal(
        "a file outside the folder",
        toml(f'book = "{BOOK}"', f'book = "../{BOOK}"'),
        "tape.toml",
        ("instrument 1", f"book = '../{BOOK}'", "in the tape's own folder"),
    ),
    Refusal(
        "a version from the future",
        toml("version = 1", "version = 2"),
        "tape.toml",
        ("[tape]", "version = 2", "knows version 1"),
    ),
    Refusal(
        "a window that ends before it starts",
        toml(f"end_ns = {START_NS + 300 * MS}", "end_ns = 12"),
        "tape.toml",
        ("[tape]", "end_ns = 12", "must not be before start_ns"),
    ),
    Refusal(
        "a kind nobody trades",
        toml('kind = "spot"', 'kind = "option"'),
        "tape.toml",
        ("instrument 1", "kind = 'option'", "one of spot, perp"),
    ),
    Refusal(
        "a symbol without a quote",
        toml('symbol = "BTC/USDT"', 'symbol = "BTC"'),
        "tape.toml",
        ("instrument 1", "symbol = 'BTC'", "must be base/quote"),
    ),
    Refusal(
        "no TOML",
        content("tape.toml", lambda _: b"[tape\n"),
        "tape.toml",
        ("TOML", "line 1", "correct the syntax"),
    ),
    Refusal(
        "another encoding",
        content("tape.toml", lambda text: text + "# \u00e9".encode("latin-1")),
        "tape.toml",
        ("encoding", "save the file as UTF-8"),
    ),
    Refusal(
        "terms of ten megabytes",
        content("tape.toml", lambda text: text + b"#" * 10_000_000),
        "tape.toml",
        ("size in bytes = 1000", "too large"),
    ),
    Refusal(
        "no terms",
        content("tape.toml", lambda _: None),
        "tape.toml",
        ("file = 'missing'", "a tape is a folder with a tape.toml"),
    ),
]

FILES = [
    Refusal(
        "a table that is not there",
        content(BOOK, lambda _: None),
        BOOK,
        ("file = 'missing'", "tape.toml names this file"),
    ),
    Refusal(
        "a table cut short",
        content(BOOK, lambda whole: whole[: len(whole) // 2]),
        BOOK,
        ("last bytes", "truncated", "copy or record the file again"),
    ),
    Refusal(
        "a table that is a spreadsheet export",
        content(BOOK, lambda _: b"ts_exchange_ns,ts_local_ns\n1,2\n"),
        BOOK,
        ("first bytes = '74 73 5f 65'", "not a Parquet file"),
    ),
    Refusal(
        "an empty file",
        content(TRADES, lambda _: b""),
        TRADES,
        ("first bytes = ''", "not a Parquet file"),
    ),
    Refusal(
        "a table with a torn inside",
        content(BOOK, lambda whole: whole[:4] + b"\0" * (len(whole) - 12) + whole[-8:]),
        BOOK,
        ("Parquet", "damaged inside"),
    ),
    Refusal(
        "a column that is missing",
        columns(BOOK, lambda frame: frame.drop("is_snapshot")),
        BOOK,
        ("column = 'is_snapshot'", "missing", "this file needs ts_exchange_ns"),
    ),
    Refusal(
        "prices as text",
        columns(BOOK, lambda frame: frame.with_columns(pl.col("price").cast(pl.String))),
        BOOK,
        ("dtype of price = String", "must be float64"),
    ),
    Refusal(
        "times as doubles",
        columns(TRADES, lambda frame: frame.with_columns(pl.col("ts_local_ns").cast(pl.Float64))),
        TRADES,
        ("dtype of ts_local_ns = Float64", "must be int64"),
    ),
]

ROWS = [
    Refusal(
        "a price off the tick",
        cell(BOOK, "price", 4, 60_000.25),
        BOOK,
        ("row 4", "price = 60000.25", "not the double nearest to a multiple of 0.1"),
    ),
    Refusal(
        "a price a hair off the tick",
        cell(BOOK, "price", 0, 60_000.00000000001),
        BOOK,
        ("row 0", "price = 60000.00000000001", "not the double nearest to a multiple of 0.1"),
    ),
    Refusal(
        "a size off the lot",
        cell(BOOK, "size", 2, 0.7005),
        BOOK,
        ("row 2", "size = 0.7005", "not the double nearest to a multiple of 0.001"),
    ),
    Refusal(
        "a price of more steps than a double can count",
        cell(BOOK, "price", 1, 1e15),
        BOOK,
        ("row 1", "price = 1000000000000000.0", "2^53 or more steps of 0.1"),
    ),
    Refusal(
        "a price of zero",
        cell(BOOK, "price", 3, 0.0),
        BOOK,
        ("row 3", "price = 0.0", "must be above 0"),
    ),
    Refusal(
        "a price that is no number",
        cell(TRADES, "price", 1, float("nan")),
        TRADES,
        ("row 1", "price = nan", "must be above 0"),
    ),
    Refusal(
        "an infinite size",
        cell(BOOK, "size", 5, float("inf")),
        BOOK,
        ("row 5", "size = inf", "not the double nearest to a multiple of 0.001"),
    ),
    Refusal(
        "a negative size",
        cell(BOOK, "size", 5, -0.021),
        BOOK,
        ("row 5", "size = -0.021", "must be 0 or more"),
    ),
    Refusal(
        "a trade of nothing",
        cell(TRADES, "size", 1, 0.0),
        TRADES,
        ("row 1", "size = 0.0", "above 0"),
    ),
    Refusal(
        "a side nobody stands on",
        cell(BOOK, "side", 2, "x"),
        BOOK,
        ("row 2", "side = 'x'", "must be one of 'b', 'a'"),
    ),
    Refusal(
        "a taker without a side",
        cell(TRADES, "side", 0, "b"),
        TRADES,
        ("row 0", "side = 'b'", "must be one of 'sell', 'buy'"),
    ),
    Refusal(
        "a hole in a column",
        cell(BOOK, "size", 4, None),
        BOOK,
        ("row 4", "size = 'null'", "every row needs a value"),
    ),
    Refusal(
        "a missing message",
        cell(BOOK, "message", 5, 3),
        BOOK,
        ("row 5", "message = 3", "rise by 1, without holes"),
    ),
    Refusal(
        "messages that do not start at 0",
        columns(BOOK, lambda frame: frame.with_columns(pl.col("message") + 1)),
        BOOK,
        ("row 0", "message = 1", "numbered from 0"),
    ),
    Refusal(
        "messages out of order",
        cell(BOOK, "message", 4, 0),
        BOOK,
        ("row 4", "message = 0", "rise by 1"),
    ),
    Refusal(
        "a snapshot that stops half way",
        cell(BOOK, "is_snapshot", 2, False),
        BOOK,
        ("row 2", "is_snapshot = False", "must be the same in all rows of a message"),
    ),
    Refusal(
        "local time that steps back",
        cell(BOOK, "ts_local_ns", 5, START_NS + 100 * MS),
        BOOK,
        ("row 5", f"ts_local_ns = {START_NS + 100 * MS}", "must be later", "sort by local time"),
    ),
    Refusal(
        "two messages at one time",
        cell(BOOK, "ts_local_ns", 5, START_NS + 106 * MS),
        BOOK,
        ("row 5", "ts_local_ns", "1 ns apart"),
    ),
    Refusal(
        "a message known at two times",
        cell(BOOK, "ts_local_ns", 4, START_NS + 107 * MS),
        BOOK,
        ("row 4", "ts_local_ns", "the same in all rows of a message"),
    ),
    Refusal(
        "a message that happened at two times",
        cell(BOOK, "ts_exchange_ns", 4, START_NS + 101 * MS),
        BOOK,
        ("row 4", "ts_exchange_ns", "the same in all rows of a message"),
    ),
    Refusal(
        "trades out of order",
        columns(TRADES, _swap_last_rows),
        TRADES,
        ("row 1", "ts_local_ns", "sort by local time"),
    ),
    Refusal(
        "a time before time began",
        cell(TRADES, "ts_exchange_ns", 1, -1),
        TRADES,
        ("row 1", "ts_exchange_ns = -1", "never negative"),
    ),
    Refusal(
        "a row after the window",
        cell(BOOK, "ts_local_ns", 5, START_NS + 301 * MS),
        BOOK,
        ("row 5", "ts_local_ns", "outside the window", f"end_ns = {START_NS + 300 * MS}"),
    ),
    Refusal(
        "a derivative value of no kind",
        cell(DERIVS, "kind", 1, "spot"),
        DERIVS,
        ("row 1", "kind = 'spot'", "must be one of 'mark', 'index', 'funding'"),
    ),
    Refusal(
        "a mark price beyond counting",
        cell(DERIVS, "value", 0, 1e9),
        DERIVS,
        ("row 0", "value = 1000000000.0", "within 9 million"),
    ),
]


@pytest.mark.parametrize("case", TERMS + FILES + ROWS, ids=lambda case: case.name)
def test_a_malformed_tape_is_refused_in_one_line(case: Refusal, tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    case.spoil(folder)
    with pytest.raises(TapeError) as refusal:
        read_tape(folder)
    line = str(refusal.value)
    assert line.startswith(f"{folder / case.file}: ")
    assert "\n" not in line
    for word in case.words:
        assert word in line


def test_a_folder_that_does_not_exist_is_the_users_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a tape is a folder with a tape\.toml"):
        read_tape(tmp_path / "nowhere")


def test_a_file_instead_of_a_folder_is_the_users_error(tmp_path: Path) -> None:
    file = tmp_path / "tape"
    file.write_text("")
    with pytest.raises(InputError, match=r"readable|give the path"):
        read_tape(file)


def test_the_name_of_a_hostile_file_cannot_break_the_line(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    toml(f'book = "{BOOK}"', 'book = "a/\\u000ab"')(folder)
    with pytest.raises(TapeError) as refusal:
        read_tape(folder)
    assert "\n" not in str(refusal.value)
