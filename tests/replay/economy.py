"""How do tests make a market where more than price and a fee in quote decides?"""

from dataclasses import replace
from decimal import Decimal

import msgspec
import numpy as np

from tests.replay.runs import SECOND
from venues.model.ids import Symbol
from venues.model.instrument import Contract, FeeIn, Instrument, Kind
from venues.model.market import DerivKind, Int64s
from venues.tape.recording import DERIV_KINDS, Recording, Tape, make_tape, read_only


def joined(tape: Tape) -> str:
    """Return the lines of a config that make one market of all of a tape."""
    return '[[market]]\nsymbol = "BTC/USDT"\n' + "".join(
        f'[[market.member]]\nvenue = "{i.venue}"\nsymbol = "{i.symbol}"\n' for i in tape.instruments
    )


_FUNDING = DERIV_KINDS.index(DerivKind.FUNDING)


def economic(tape: Tape) -> Tape:
    """Return `tape` with its venues in turn: fee in base, a perp with funding and gas, inverse.

    Rates change every second, and twice within the tape funding is paid.
    """
    recordings = [_changed(n, r, tape) for n, r in enumerate(tape.recordings)]
    return make_tape(tape.name, recordings, start_ns=tape.start_ns, end_ns=tape.end_ns)


def _changed(n: int, recording: Recording, tape: Tape) -> Recording:
    instrument = recording.instrument
    match n % 4:
        case 0:
            taking = msgspec.structs.replace(instrument, fee_in=FeeIn.RECEIVED)
            return replace(recording, instrument=taking)
        case 1:
            perp = msgspec.structs.replace(
                instrument,
                kind=Kind.PERP,
                funding_interval_s=6,
                order_cost=Decimal("0.35"),
            )
            return _funded(replace(recording, instrument=perp), tape, n)
        case 2:
            return _inverse(recording)
        case _:
            return recording


def _inverse(recording: Recording) -> Recording:
    """Return a venue of contracts worth 100 of quote, about as deep in base as it was."""
    i = recording.instrument
    of = msgspec.structs.replace(
        i,
        kind=Kind.PERP,
        contract=Contract.INVERSE,
        contract_size=Decimal(100),
        lot_size=Decimal(1),
        min_quantity=Decimal(1),
        symbol=Symbol("BTC/USDT:BTC"),
    )
    ticks = np.where(recording.row_key >> 1, recording.row_key >> 1, 1)
    return replace(
        recording,
        instrument=of,
        row_lots=read_only(_contracts(recording.row_lots, ticks, i)),
        trade_lots=read_only(
            np.maximum(_contracts(recording.trade_lots, recording.trade_tick, i), 1)
        ),
    )


def _contracts(lots: Int64s, ticks: Int64s, of: Instrument) -> Int64s:
    """Return about as many contracts of 100 as lots are worth, at least one of each."""
    worth = lots * float(of.lot_size) * ticks * float(of.tick_size)
    return np.where(lots > 0, np.maximum(worth // 100, 1), 0).astype(np.int64)


def _funded(recording: Recording, tape: Tape, n: int) -> Recording:
    times = np.arange(tape.start_ns, tape.end_ns, SECOND) + n
    count = len(times)
    return replace(
        recording,
        deriv_exchange_ns=read_only(times),
        deriv_local_ns=read_only(times + 1_000),
        deriv_kind=_all(_FUNDING, count),
        deriv_value_e12=read_only(
            np.array([(k * 7 % 11 - 5) * 30_000_000 for k in range(count)], np.int64)
        ),
        deriv_next_ns=read_only((times // (6 * SECOND) + 1) * 6 * SECOND),
    )


def _all(value: int, count: int) -> Int64s:
    return read_only(np.full(count, value, np.int64))
