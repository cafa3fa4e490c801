"""Does a tape that is written and read again say exactly the same?"""

import subprocess
import sys
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tape.folders import BOOK, alder, birch, good_folder, good_tape, ints
from venues.errors import TapeError
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Contract, FeeIn, Instrument, Kind
from venues.model.market import BID, Int64s, level_key
from venues.synthetic.market import synthetic_tape
from venues.tape.reader import merge_tapes, read_tape
from venues.tape.recording import Recording, Tape, make_tape
from venues.tape.writer import write_tape

step = st.sampled_from(["0.01", "0.1", "0.5", "1", "0.00001", "0.25", "10"]).map(Decimal)
fee = st.sampled_from(["0", "0.0002", "-0.00005"]).map(Decimal)

order_cost = st.sampled_from(["0", "0.35"]).map(Decimal)


@st.composite
def _instruments(draw: st.DrawFn, venue: str) -> Instrument:
    kind = draw(st.sampled_from(Kind))
    fee_in = draw(st.sampled_from(FeeIn)) if kind is Kind.SPOT else FeeIn.QUOTE
    return Instrument(
        venue=VenueId(venue),
        symbol=Symbol(draw(st.sampled_from(["BTC/USDT", "ETH/USD:USD", "1000SHIB/USDT:USDT"]))),
        kind=kind,
        fee_in=fee_in,
        order_cost=draw(order_cost) if fee_in is FeeIn.QUOTE else Decimal(0),
        tick_size=draw(step),
        lot_size=draw(step),
        min_quantity=draw(step),
        min_notional=Decimal(draw(st.integers(0, 100))),
        maker_fee=draw(fee),
        taker_fee=draw(fee),
        contract_size=draw(st.sampled_from(["1", "0.01", "100"]).map(Decimal)),
    )


def _array(draw: st.DrawFn, low: int, high: int, size: int) -> Int64s:
    values = draw(st.lists(st.integers(low, high), min_size=size, max_size=size))
    return np.array(values, dtype=np.int64)


def _rising(draw: st.DrawFn, size: int, least: int) -> Int64s:
    return 10**18 + np.cumsum(_array(draw, least, 10**9, size))


@st.composite
def _recordings(draw: st.DrawFn, venue: str) -> Recording:
    per_message = _array(draw, 1, 4, draw(st.integers(1, 6)))
    messages, rows = len(per_message), int(per_message.sum())
    trades, derivs = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    return Recording(
        instrument=draw(_instruments(venue)),
        msg_exchange_ns=_array(draw, 0, 2**61, messages),
        msg_local_ns=_rising(draw, messages, 1),
        msg_snapshot=_array(draw, 0, 1, messages) == 1,
        msg_start=np.append(0, np.cumsum(per_message)),
        row_key=_array(draw, 2, 2 * 10**13, rows),
        row_lots=_array(draw, 0, 10**13, rows),
        trade_exchange_ns=_array(draw, 0, 2**61, trades),
        trade_local_ns=_rising(draw, trades, 0),
        trade_is_buy=_array(draw, 0, 1, trades) == 1,
        trade_tick=_array(draw, 1, 10**13, trades),
        trade_lots=_array(draw, 1, 10**13, trades),
        deriv_exchange_ns=_array(draw, 0, 2**61, derivs),
        deriv_local_ns=_rising(draw, derivs, 0),
        deriv_kind=_array(draw, 0, 2, derivs),
        deriv_value_e12=_array(draw, -(10**15), 10**15, derivs),
        deriv_next_ns=_array(draw, 0, 2**61, derivs),
    )


def _assert_same(one: Tape, other: Tape) -> None:
    assert (one.name, one.start_ns, one.end_ns) == (other.name, other.start_ns, other.end_ns)
    assert one.fingerprint == other.fingerprint
    for mine, theirs in zip(one.recordings, other.recordings, strict=True):
        for field in fields(Recording):
            np.testing.assert_equal(getattr(mine, field.name), getattr(theirs, field.name))


@settings(max_examples=60)
@given(_recordings("alder"), _recordings("birch"))
def test_what_is_written_is_read_again_unchanged(one: Recording, other: Recording) -> None:
    tape = make_tape("any", [one, other], start_ns=None, end_ns=None)
    with TemporaryDirectory() as folder:
        write_tape(tape, Path(folder) / "tape")
        _assert_same(tape, read_tape(Path(folder) / "tape"))


def test_the_synthetic_market_survives_the_disk(tmp_path: Path) -> None:
    tape = synthetic_tape(seed=5, duration_ns=3 * 10**9, start_ns=10**18)
    write_tape(tape, tmp_path / "tape")
    _assert_same(tape, read_tape(tmp_path / "tape"))


def test_a_lot_of_contracts_is_a_base_quantity_on_disk(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    sizes = pl.read_parquet(folder / "birch-BTC_USDT_USDT.book.parquet")["size"].to_list()
    assert sizes == [0.09007, 0.00001]  # lots of 0.001 contracts of 0.01


def test_sides_may_be_stored_as_categories(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    frame = pl.read_parquet(folder / BOOK)
    frame.with_columns(pl.col("side").cast(pl.Categorical)).write_parquet(folder / BOOK)
    _assert_same(good_tape(), read_tape(folder))


def test_without_a_window_the_tape_lasts_from_its_first_to_its_last_event(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    lines = (folder / "tape.toml").read_text().splitlines()
    kept = [line for line in lines if not line.startswith(("start_ns", "end_ns"))]
    (folder / "tape.toml").write_text("\n".join(kept))
    tape = read_tape(folder)
    assert (tape.start_ns, tape.end_ns) == (
        alder().msg_local_ns[0],
        alder().msg_local_ns[-1],
    )


def test_arrays_of_a_tape_cannot_be_written(tmp_path: Path) -> None:
    recording = read_tape(good_folder(tmp_path / "tape")).recordings[0]
    with pytest.raises(ValueError, match="read-only"):
        recording.row_lots[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        recording.msg_snapshot[0] = False


def test_a_message_carries_its_own_rows(tmp_path: Path) -> None:
    message = read_tape(good_folder(tmp_path / "tape")).recordings[0].message(1)
    assert not message.is_snapshot
    assert message.keys[0] == level_key(600_000, BID)
    assert message.lots.tolist() == [0, 3]


def test_any_change_of_content_changes_the_fingerprint() -> None:
    whole = good_tape()
    later = make_tape("small", whole.recordings, start_ns=whole.start_ns, end_ns=whole.end_ns + 1)
    lots = alder().row_lots.copy()
    lots[3] = 1
    sized = replace(alder(), row_lots=lots)
    other = make_tape("small", [sized, birch()], start_ns=whole.start_ns, end_ns=whole.end_ns)
    assert len({whole.fingerprint, later.fingerprint, other.fingerprint}) == 3


def test_the_name_and_the_order_of_venues_do_not_change_the_fingerprint() -> None:
    whole = good_tape()
    turned = make_tape("else", [birch(), alder()], start_ns=whole.start_ns, end_ns=whole.end_ns)
    assert turned.fingerprint == whole.fingerprint
    assert [i.venue for i in turned.instruments] == ["alder", "birch"]


def test_merged_tapes_are_one_tape_in_any_order() -> None:
    one = make_tape("one", [alder()], start_ns=None, end_ns=None)
    two = make_tape("two", [birch()], start_ns=None, end_ns=None)
    merged, turned = merge_tapes([one, two]), merge_tapes([two, one])
    assert merged.fingerprint == turned.fingerprint
    assert merged.name == turned.name == "one+two"
    assert (merged.start_ns, merged.end_ns) == (one.start_ns, one.end_ns)
    assert [r.instrument.venue for r in merged.recordings] == ["alder", "birch"]


def test_the_same_venue_and_symbol_on_two_tapes_is_refused() -> None:
    one = make_tape("one", [alder()], start_ns=None, end_ns=None)
    with pytest.raises(
        TapeError, match="one\\+two: venue and symbol alder BTC/USDT: recorded twice"
    ):
        merge_tapes([one, make_tape("two", [alder()], start_ns=None, end_ns=None)])


def test_a_folder_that_holds_a_tape_is_not_overwritten(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    with pytest.raises(TapeError, match="this folder holds a tape"):
        write_tape(good_tape(), folder)


def test_an_inverse_contract_is_written_in_what_it_is_worth(tmp_path: Path) -> None:
    terms = msgspec.structs.replace(
        birch().instrument,
        contract=Contract.INVERSE,
        lot_size=Decimal(1),
        contract_size=Decimal(100),
    )
    inverse = replace(birch(), instrument=terms)
    tape = make_tape("inverse", [inverse], start_ns=None, end_ns=None)
    write_tape(tape, tmp_path / "tape")
    sizes = pl.read_parquet(next((tmp_path / "tape").glob("*.book.parquet")))["size"].to_list()
    assert sizes == [900_700.0, 100.0]
    assert read_tape(tmp_path / "tape").fingerprint == tape.fingerprint


def test_a_message_without_rows_is_refused_by_the_writer(tmp_path: Path) -> None:
    silent = replace(alder(), msg_start=ints(0, 3, 3, 6))
    tape = make_tape("silent", [silent], start_ns=None, end_ns=None)
    with pytest.raises(TapeError, match="message = 1: has no rows"):
        write_tape(tape, tmp_path / "tape")


def test_importing_the_reader_does_not_load_polars() -> None:
    code = "import sys, venues.tape.reader, venues.tape.writer; sys.exit('polars' in sys.modules)"
    root = Path(__file__).resolve().parents[3]
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 0
