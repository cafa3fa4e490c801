"""What does a small, good tape look like on disk, and how does a test spoil one thing in it?"""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl

from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Kind
from venues.model.market import ASK, BID, Int64s, level_key
from venues.tape.recording import Recording, Tape, make_tape
from venues.tape.writer import write_tape

BOOK = "alder-BTC_USDT.book.parquet"
TRADES = "alder-BTC_USDT.trades.parquet"
DERIVS = "birch-BTC_USDT_USDT.derivs.parquet"
START_NS = 1_700_000_000_000_000_000
MS = 1_000_000


def ints(*values: int) -> Int64s:
    return np.array(values, dtype=np.int64)


def alder() -> Recording:
    """A spot book: a snapshot of three rows, two changes, two prints; tick 0.1, lot 0.001."""
    return Recording(
        instrument=instrument("alder", "BTC/USDT", Kind.SPOT),
        msg_exchange_ns=START_NS + ints(0, 100, 200) * MS,
        msg_local_ns=START_NS + ints(5, 106, 204) * MS,
        msg_snapshot=np.array([True, False, False]),
        msg_start=ints(0, 3, 5, 6),
        row_key=ints(
            level_key(600_000, BID),
            level_key(599_999, BID),
            level_key(600_001, ASK),
            level_key(600_000, BID),
            level_key(600_002, ASK),
            level_key(599_999, BID),
        ),
        row_lots=ints(1_500, 20, 700, 0, 3, 21),
        trade_exchange_ns=START_NS + ints(90, 190) * MS,
        trade_local_ns=START_NS + ints(95, 195) * MS,
        trade_is_buy=np.array([False, True]),
        trade_tick=ints(600_000, 600_001),
        trade_lots=ints(10, 1),
        deriv_exchange_ns=ints(),
        deriv_local_ns=ints(),
        deriv_kind=ints(),
        deriv_value_e12=ints(),
        deriv_next_ns=ints(),
    )


def birch() -> Recording:
    """A perpetual of contracts of 0.01 base, with a mark price and a funding rate."""
    return Recording(
        instrument=instrument("birch", "BTC/USDT:USDT", Kind.PERP, contract_size="0.01"),
        msg_exchange_ns=START_NS + ints(0) * MS,
        msg_local_ns=START_NS + ints(9) * MS,
        msg_snapshot=np.array([True]),
        msg_start=ints(0, 2),
        row_key=ints(level_key(600_010, BID), level_key(600_012, ASK)),
        row_lots=ints(9_007, 1),
        trade_exchange_ns=ints(),
        trade_local_ns=ints(),
        trade_is_buy=np.zeros(0, dtype=np.bool_),
        trade_tick=ints(),
        trade_lots=ints(),
        deriv_exchange_ns=START_NS + ints(10, 11) * MS,
        deriv_local_ns=START_NS + ints(20, 20) * MS,
        deriv_kind=ints(0, 2),
        deriv_value_e12=ints(60_001_234_500_000_000, -125_000_000),
        deriv_next_ns=START_NS + ints(0, 8_000) * MS,
    )


def instrument(venue: str, symbol: str, kind: Kind, contract_size: str = "1") -> Instrument:
    return Instrument(
        venue=VenueId(venue),
        symbol=Symbol(symbol),
        kind=kind,
        tick_size=Decimal("0.1"),
        lot_size=Decimal("0.001"),
        min_quantity=Decimal("0.001"),
        min_notional=Decimal(5),
        maker_fee=Decimal("-0.00005"),
        taker_fee=Decimal("0.0002"),
        contract_size=Decimal(contract_size),
    )


def good_tape() -> Tape:
    return make_tape("small", [alder(), birch()], start_ns=START_NS, end_ns=START_NS + 300 * MS)


def good_folder(folder: Path) -> Path:
    write_tape(good_tape(), folder)
    return folder


Spoil = Callable[[Path], None]


def toml(old: str, new: str) -> Spoil:
    """Replace the first `old` of tape.toml."""

    def spoil(folder: Path) -> None:
        file = folder / "tape.toml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


def cell(name: str, column: str, row: int, value: object) -> Spoil:
    """Put `value` into one cell of a table, its column's dtype unchanged."""

    def spoil(folder: Path) -> None:
        frame = pl.read_parquet(folder / name)
        values = frame[column].to_list()
        values[row] = value
        column_of_values = pl.Series(column, values, dtype=frame.schema[column])
        frame.with_columns(column_of_values).write_parquet(folder / name)

    return spoil


def columns(name: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Spoil:
    """Write a whole table anew."""

    def spoil(folder: Path) -> None:
        change(pl.read_parquet(folder / name)).write_parquet(folder / name)

    return spoil


def content(name: str, change: Callable[[bytes], bytes | None]) -> Spoil:
    """Change the bytes of a file; None removes it."""

    def spoil(folder: Path) -> None:
        file = folder / name
        changed = change(file.read_bytes())
        if changed is None:
            file.unlink()
        else:
            file.write_bytes(changed)

    return spoil
