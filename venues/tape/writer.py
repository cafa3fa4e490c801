"""How is a tape in memory written as a folder that the reader takes back unchanged?"""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np

from venues.model.instrument import FUNDING_INTERVAL_S, Contract, FeeIn, Instrument, ReduceOnly
from venues.model.market import Int64s
from venues.model.numbers import plain
from venues.tape.grid import Doubles, Step, doubles_of
from venues.tape.reader import BOOK_SIDES, TAKER_SIDES
from venues.tape.recording import DERIV_KINDS, Recording, Tape
from venues.tape.refusal import refuse
from venues.tape.terms import TERMS_FILE, VERSION, steps_of_instrument


def write_tape(tape: Tape, folder: Path, *, description: str = "") -> None:
    """Write `tape` into `folder`, which is created; tape.toml comes last, so half a tape is none.

    Sizes are base units, of inverse contracts quote units: what a contract is a fixed amount of.
    TapeError when the folder already holds a tape, or the steps of an instrument cannot be written.
    Values of more than 15 digits may not survive the format's doubles.
    """
    terms_file = folder / TERMS_FILE
    if terms_file.exists():
        raise refuse(folder, TERMS_FILE, "present", "this folder holds a tape, give a new one")
    folder.mkdir(parents=True, exist_ok=True)
    tables = [_tape_table(tape, description)]
    for recording in tape.recordings:
        stem = f"{recording.instrument.venue}-{recording.instrument.symbol}"
        stem = stem.replace("/", "_").replace(":", "_")
        tables.append(_instrument_table(recording, stem))
        _write_tables(recording, folder, stem)
    terms_file.write_text("\n".join(tables), encoding="utf-8")


def _tape_table(tape: Tape, description: str) -> str:
    return (
        f"[tape]\nversion = {VERSION}\nname = {_quoted(tape.name)}\n"
        f"description = {_quoted(description)}\n"
        f"start_ns = {tape.start_ns}\nend_ns = {tape.end_ns}\n"
    )


def _instrument_table(recording: Recording, stem: str) -> str:
    i = recording.instrument
    texts = {"venue": i.venue, "symbol": i.symbol, "kind": i.kind.value}
    money: dict[str, Decimal] = {
        "tick_size": i.tick_size,
        "lot_size": i.lot_size,
        "min_quantity": i.min_quantity,
        "min_notional": i.min_notional,
        "maker_fee": i.maker_fee,
        "taker_fee": i.taker_fee,
        "contract_size": i.contract_size,
    }
    if i.contract is not Contract.LINEAR:
        texts["contract"] = i.contract.value
    if i.fee_in is not FeeIn.QUOTE:
        texts["fee_in"] = i.fee_in.value
    if i.reduce_only is not ReduceOnly.UNSAID:
        texts["reduce_only"] = i.reduce_only.value
    if i.order_cost:
        texts["order_cost"] = plain(i.order_cost)
    files = {"book": f"{stem}.book.parquet", "trades": f"{stem}.trades.parquet"}
    if recording.deriv_count:
        files["derivs"] = f"{stem}.derivs.parquet"
    values = texts | {key: plain(value) for key, value in money.items()} | files
    lines = [f"{key} = {_quoted(value)}" for key, value in values.items()]
    if i.funding_interval_s != FUNDING_INTERVAL_S:
        lines.append(f"funding_interval_s = {i.funding_interval_s}")
    if i.stop_orders:
        lines.append("stop_orders = true")
    if i.order_lists:
        lines.append("order_lists = true")
    return "\n".join(["[[instrument]]", *lines, ""])


def _quoted(text: str) -> str:
    """Return a TOML basic string; JSON escapes are a subset of TOML's below U+007F."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write_tables(recording: Recording, folder: Path, stem: str) -> None:
    import polars as pl  # heavy: not when the command line is imported

    price_step, size_step = _steps(folder, recording.instrument)
    per_message = np.diff(recording.msg_start)
    if not per_message.all():
        message = int(np.argmin(per_message != 0))
        raise refuse(folder, "message", message, "has no rows; the format cannot say nothing")
    sides = np.array(BOOK_SIDES)
    pl.DataFrame(
        {
            "ts_exchange_ns": np.repeat(recording.msg_exchange_ns, per_message),
            "ts_local_ns": np.repeat(recording.msg_local_ns, per_message),
            "message": np.repeat(np.arange(len(per_message), dtype=np.int32), per_message),
            "is_snapshot": np.repeat(recording.msg_snapshot, per_message),
            "side": pl.Series(sides[recording.row_key & 1], dtype=pl.String),
            "price": doubles_of(recording.row_key >> 1, price_step),
            "size": doubles_of(recording.row_lots, size_step),
        }
    ).write_parquet(folder / f"{stem}.book.parquet")
    pl.DataFrame(
        {
            "ts_exchange_ns": recording.trade_exchange_ns,
            "ts_local_ns": recording.trade_local_ns,
            "side": pl.Series(
                np.array(TAKER_SIDES)[recording.trade_is_buy.astype(np.int64)], dtype=pl.String
            ),
            "price": doubles_of(recording.trade_tick, price_step),
            "size": doubles_of(recording.trade_lots, size_step),
        }
    ).write_parquet(folder / f"{stem}.trades.parquet")
    if recording.deriv_count:
        kinds = np.array([kind.value for kind in DERIV_KINDS])
        pl.DataFrame(
            {
                "ts_exchange_ns": recording.deriv_exchange_ns,
                "ts_local_ns": recording.deriv_local_ns,
                "kind": pl.Series(kinds[recording.deriv_kind], dtype=pl.String),
                "value": _doubles_of_e12(recording.deriv_value_e12),
                "next_ns": recording.deriv_next_ns,
            }
        ).write_parquet(folder / f"{stem}.derivs.parquet")


def _steps(folder: Path, instrument: Instrument) -> tuple[Step, Step]:
    """Return the steps of the price and size columns, or refuse what the format cannot hold."""
    where = f"{instrument.venue} {instrument.symbol}"
    steps = steps_of_instrument(instrument)
    if steps is None:
        remedy = "tick_size or lot_size is too fine or too coarse for the format"
        raise refuse(folder, "tick_size", instrument.tick_size, remedy, where=where)
    return steps


def _doubles_of_e12(value_e12: Int64s) -> Doubles:
    """Return the doubles nearest to values in units of 10^-12."""
    return np.array([int(value) / 10**12 for value in value_e12], dtype=np.float64)
