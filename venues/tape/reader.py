"""How does a folder become a tape: every table read, every row checked, or refused in one line."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Final

import numpy as np

from venues.model.market import Int64s
from venues.model.numbers import MONEY
from venues.tape.columns import Bools, Column, Columns
from venues.tape.recording import (
    DERIV_KINDS,
    Recording,
    Tape,
    make_tape,
    read_only,
    read_only_flags,
)
from venues.tape.terms import Source, Terms, read_terms

BOOK_LAYOUT: Final = (
    ("ts_exchange_ns", Column.INT64),
    ("ts_local_ns", Column.INT64),
    ("message", Column.INT32),
    ("is_snapshot", Column.BOOL),
    ("side", Column.TEXT),
    ("price", Column.DOUBLE),
    ("size", Column.DOUBLE),
)
TRADE_LAYOUT: Final = (
    ("ts_exchange_ns", Column.INT64),
    ("ts_local_ns", Column.INT64),
    ("side", Column.TEXT),
    ("price", Column.DOUBLE),
    ("size", Column.DOUBLE),
)
DERIV_LAYOUT: Final = (
    ("ts_exchange_ns", Column.INT64),
    ("ts_local_ns", Column.INT64),
    ("kind", Column.TEXT),
    ("value", Column.DOUBLE),
    ("next_ns", Column.INT64),
)

BOOK_SIDES: Final = ("b", "a")  # positions are BID and ASK
TAKER_SIDES: Final = ("sell", "buy")
E12: Final = Decimal(10**12)


def read_tape(folder: Path) -> Tape:
    """Return the tape in `folder`.

    TapeError, one line that names file, row, field, value and remedy, when anything about it is
    not as the format says: nothing is repaired and nothing is skipped.
    """
    terms = read_terms(folder)
    recordings = [_recording(terms, source) for source in terms.sources]
    return make_tape(terms.name, recordings, start_ns=terms.start_ns, end_ns=terms.end_ns)


def merge_tapes(tapes: Iterable[Tape]) -> Tape:
    """Return one tape of all recordings, over the union of the windows, in any order of `tapes`.

    TapeError when a venue and symbol appears twice. The local clocks are taken to be one.
    """
    parts = sorted(tapes, key=lambda tape: (tape.name, tape.fingerprint))
    if len(parts) == 1:
        return parts[0]
    return make_tape(
        "+".join(part.name for part in parts),
        (recording for part in parts for recording in part.recordings),
        start_ns=min((part.start_ns for part in parts), default=None),
        end_ns=max((part.end_ns for part in parts), default=None),
    )


def _recording(terms: Terms, source: Source) -> Recording:
    book = Columns(source.book, BOOK_LAYOUT)
    first_row = _message_starts(book)
    local_ns, snapshot = book.times("ts_local_ns"), book.flags("is_snapshot")
    exchange_ns = book.times("ts_exchange_ns")
    side = book.positions("side", BOOK_SIDES)
    tick, lots = _levels(book, source)
    _refuse_outside(terms, book)
    trades = Columns(source.trades, TRADE_LAYOUT)
    trade_tick, trade_lots = _levels(trades, source)
    trades.refuse_first(trade_lots == 0, "size", "a trade has a size above 0")
    _refuse_unsorted(trades)
    _refuse_outside(terms, trades)
    kind, value_e12, deriv_exchange_ns, deriv_local_ns, next_ns = _derivs(terms, source)
    return Recording(
        instrument=source.instrument,
        msg_exchange_ns=read_only(exchange_ns[first_row]),
        msg_local_ns=read_only(local_ns[first_row]),
        msg_snapshot=read_only_flags(snapshot[first_row]),
        msg_start=read_only(np.append(first_row, len(book))),
        row_key=read_only(tick * 2 + side),
        row_lots=read_only(lots),
        trade_exchange_ns=read_only(trades.times("ts_exchange_ns")),
        trade_local_ns=read_only(trades.times("ts_local_ns")),
        trade_is_buy=read_only_flags(trades.positions("side", TAKER_SIDES) == 1),
        trade_tick=read_only(trade_tick),
        trade_lots=read_only(trade_lots),
        deriv_exchange_ns=read_only(deriv_exchange_ns),
        deriv_local_ns=read_only(deriv_local_ns),
        deriv_kind=read_only(kind),
        deriv_value_e12=read_only(value_e12),
        deriv_next_ns=read_only(next_ns),
    )


def _message_starts(book: Columns) -> Int64s:
    """Return the first row of each message, after checking what holds a message together."""
    message = book.ints("message")
    if len(message) == 0:
        return np.zeros(0, dtype=np.int64)
    if message[0] != 0:
        raise book.refuse(0, "message", "messages are numbered from 0")
    step = np.diff(message)
    _refuse_row_after(book, (step < 0) | (step > 1), "message", "numbers rise by 1, without holes")
    inside = step == 0
    local_step = np.diff(book.ints("ts_local_ns"))
    same = "must be the same in all rows of a message"
    _refuse_row_after(book, inside & (local_step != 0), "ts_local_ns", same)
    rising = "must be later than in the message before; sort by local time, equal times 1 ns apart"
    _refuse_row_after(book, ~inside & (local_step <= 0), "ts_local_ns", rising)
    exchange_step = np.diff(book.ints("ts_exchange_ns"))
    _refuse_row_after(book, inside & (exchange_step != 0), "ts_exchange_ns", same)
    snapshot = book.flags("is_snapshot")
    _refuse_row_after(book, inside & (snapshot[1:] != snapshot[:-1]), "is_snapshot", same)
    return np.append(0, np.flatnonzero(step) + 1).astype(np.int64)


def _refuse_row_after(columns: Columns, wrong: Bools, name: str, remedy: str) -> None:
    """Refuse the later row of the first pair of neighbours where `wrong` is set."""
    columns.refuse_first(np.append(False, wrong), name, remedy)


def _levels(columns: Columns, source: Source) -> tuple[Int64s, Int64s]:
    """Return ticks (> 0) and lots (>= 0) of a book or trade table."""
    price, size = columns.doubles("price"), columns.doubles("size")
    columns.refuse_first(~(price > 0), "price", "must be above 0")
    columns.refuse_first(~(size >= 0), "size", "must be 0 or more; 0 deletes a level")
    return columns.steps("price", source.price_step), columns.steps("size", source.size_step)


def _derivs(terms: Terms, source: Source) -> tuple[Int64s, Int64s, Int64s, Int64s, Int64s]:
    """Return kind, value, exchange time, local time and next funding time of each value."""
    if source.derivs is None:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none, none, none
    derivs = Columns(source.derivs, DERIV_LAYOUT)
    value = derivs.doubles("value")
    limit = 9e6  # int64 ends at 9.2e18 units of 10^-12
    derivs.refuse_first(~(np.abs(value) < limit), "value", "must be finite and within 9 million")
    kind = derivs.positions("kind", tuple(k.value for k in DERIV_KINDS))
    _refuse_unsorted(derivs)
    _refuse_outside(terms, derivs)
    value_e12 = np.array([_e12(float(v)) for v in value], dtype=np.int64)
    next_ns, exchange_ns = derivs.times("next_ns"), derivs.times("ts_exchange_ns")
    return kind, value_e12, exchange_ns, derivs.times("ts_local_ns"), next_ns


def _e12(value: float) -> int:
    """Return the shortest decimal that reads as this double in units of 10^-12, half to even."""
    scaled = MONEY.multiply(Decimal(repr(value)), E12)
    return int(scaled.to_integral_value(rounding=ROUND_HALF_EVEN))


def _refuse_unsorted(columns: Columns) -> None:
    falling = np.diff(columns.ints("ts_local_ns")) < 0
    _refuse_row_after(columns, falling, "ts_local_ns", "before the row above; sort by local time")


def _refuse_outside(terms: Terms, columns: Columns) -> None:
    """Refuse rows outside the window that tape.toml states: they would silently not be played."""
    local_ns = columns.times("ts_local_ns")
    for bound, name, wrong in (
        (terms.start_ns, "start_ns", local_ns < (terms.start_ns or 0)),
        (terms.end_ns, "end_ns", local_ns > (terms.end_ns or 0)),
    ):
        if bound is not None:
            remedy = f"outside the window: {name} = {bound} in tape.toml; correct it there"
            columns.refuse_first(wrong, "ts_local_ns", remedy)
