"""How do the market events of live feeds become a tape?"""

from array import array
from collections.abc import Mapping, Sequence
from typing import Final, assert_never

import numpy as np

from venues.errors import TapeError
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument
from venues.model.market import BID, BookMessage, Deriv, Gap, Int64s, MarketEvent, Print, level_key
from venues.tape.recording import (
    DERIV_KINDS,
    Recording,
    Tape,
    make_tape,
    read_only,
    read_only_flags,
)

# A whole book that is empty has no row to stand in; the deletion of a level nobody has is one.
_NO_LEVEL: Final = level_key(1, BID)


class Recorder:
    """Takes in what feeds tell, in the order they tell it; at most `most_rows` book rows.

    A gap is nothing a tape can hold: after one nothing comes until a snapshot, which replaces the
    book, so it shows as silence. Memory: 16 bytes a row and some 60 a message, print or value.
    """

    def __init__(self, instruments: Sequence[Instrument], *, most_rows: int) -> None:
        self._sheets: Mapping[tuple[VenueId, Symbol], _Sheet] = {
            (i.venue, i.symbol): _Sheet(i) for i in instruments
        }
        self._most_rows = most_rows
        self.rows = 0
        self.gaps = 0

    @property
    def full(self) -> bool:
        """Return whether no more book rows are taken in."""
        return self.rows >= self._most_rows

    def tell(self, event: MarketEvent) -> None:
        """Take in one event; once full, nothing more, so that the tape ends at one moment."""
        if self.full:
            return
        sheet = self._sheets[event.venue, event.symbol]
        match event:
            case BookMessage():
                self.rows += sheet.book(event)
            case Print():
                sheet.print_(event)
            case Deriv():
                sheet.deriv(event)
            case Gap():
                self.gaps += 1
            case _:
                assert_never(event)

    def tape(self, name: str) -> Tape:
        """Return all that was heard; TapeError when an instrument has not shown a book."""
        silent = [f"{v} {s}" for (v, s), sheet in self._sheets.items() if not sheet.messages]
        if silent:
            raise TapeError(f"{name}: nothing was heard of {', '.join(silent)}")
        recordings = [sheet.recording() for sheet in self._sheets.values()]
        return make_tape(name, recordings, start_ns=None, end_ns=None)


class _Sheet:
    """What was heard of one instrument, column by column."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._starts = array("q", [0])
        self._messages = (array("q"), array("q"), array("q"))  # exchange ns, local ns, snapshot
        self._rows = (array("q"), array("q"))  # key, lots
        self._trades = tuple(array("q") for _ in range(5))
        self._derivs = tuple(array("q") for _ in range(5))

    @property
    def messages(self) -> int:
        """Return how many book messages there are."""
        return len(self._starts) - 1

    def book(self, message: BookMessage) -> int:
        """Add a message; return its rows. A diff that changes nothing is none."""
        keys, lots = message.keys, message.lots
        if not len(keys):
            if not message.is_snapshot:
                return 0
            keys, lots = np.array([_NO_LEVEL], np.int64), np.zeros(1, np.int64)
        _add(self._messages, message.ts_exchange_ns, message.ts_local_ns, int(message.is_snapshot))
        for column, values in zip(self._rows, (keys, lots), strict=True):
            column.frombytes(np.ascontiguousarray(values).tobytes())
        self._starts.append(len(self._rows[0]))
        return len(keys)

    def print_(self, p: Print) -> None:
        """Add a print."""
        _add(self._trades, p.ts_exchange_ns, p.ts_local_ns, int(p.taker_is_buy), p.tick, p.lots)

    def deriv(self, d: Deriv) -> None:
        """Add a derivative value."""
        kind = DERIV_KINDS.index(d.kind)
        _add(self._derivs, d.ts_exchange_ns, d.ts_local_ns, kind, d.value_e12, d.next_ns)

    def recording(self) -> Recording:
        """Return the columns as a recording."""
        at_ns, local_ns, snapshot = (_ints(c) for c in self._messages)
        trade_at_ns, trade_local_ns, is_buy, tick, lots = (_ints(c) for c in self._trades)
        deriv_at_ns, deriv_local_ns, kind, value, next_ns = (_ints(c) for c in self._derivs)
        return Recording(
            instrument=self._instrument,
            msg_exchange_ns=at_ns,
            msg_local_ns=local_ns,
            msg_snapshot=read_only_flags(snapshot.astype(np.bool_)),
            msg_start=_ints(self._starts),
            row_key=_ints(self._rows[0]),
            row_lots=_ints(self._rows[1]),
            trade_exchange_ns=trade_at_ns,
            trade_local_ns=trade_local_ns,
            trade_is_buy=read_only_flags(is_buy.astype(np.bool_)),
            trade_tick=tick,
            trade_lots=lots,
            deriv_exchange_ns=deriv_at_ns,
            deriv_local_ns=deriv_local_ns,
            deriv_kind=kind,
            deriv_value_e12=value,
            deriv_next_ns=next_ns,
        )


def _add(columns: Sequence["array[int]"], *values: int) -> None:
    for column, value in zip(columns, values, strict=True):
        column.append(value)


def _ints(column: "array[int]") -> Int64s:
    return read_only(np.array(column, dtype=np.int64))
