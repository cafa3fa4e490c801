"""What is a tape in memory: one recording per instrument, as read-only integer arrays."""

import hashlib
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from venues.errors import TapeError
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument
from venues.model.market import BookMessage, DerivKind, Int64s
from venues.model.numbers import plain

Bools = npt.NDArray[np.bool_]

# The number of each derivative kind in `Recording.deriv_kind`.
DERIV_KINDS: Final = (DerivKind.MARK, DerivKind.INDEX, DerivKind.FUNDING)

# Terms that joined `Instrument` after the first tapes: hashed only where they are not the default.
_LATER: Final = (
    "fee_in",
    "order_cost",
    "funding_interval_s",
    "stop_orders",
    "order_lists",
    "reduce_only",
)


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Everything recorded of one instrument; arrays are read-only int64 unless said otherwise.

    M messages over R rows: rows `msg_start[m]` to `msg_start[m + 1]` apply atomically, in row
    order. `row_key = level_key(tick, side)`, `row_lots` the new size, 0 = delete. A tick is
    price / tick_size; a lot is size / (lot_size x contract_size). T prints and D derivative values
    are sorted by local time. All times are ns.
    """

    instrument: Instrument
    msg_exchange_ns: Int64s  # M, as recorded: may step back
    msg_local_ns: Int64s  # M, strictly rising
    msg_snapshot: Bools  # M, bool: the message replaces the book
    msg_start: Int64s  # M + 1 row offsets
    row_key: Int64s  # R
    row_lots: Int64s  # R
    trade_exchange_ns: Int64s  # T
    trade_local_ns: Int64s  # T, never falling
    trade_is_buy: Bools  # T, bool: side of the taker
    trade_tick: Int64s  # T
    trade_lots: Int64s  # T, > 0
    deriv_exchange_ns: Int64s  # D
    deriv_local_ns: Int64s  # D, never falling
    deriv_kind: Int64s  # D: position in DERIV_KINDS
    deriv_value_e12: Int64s  # D, units of 10^-12
    deriv_next_ns: Int64s  # D, next funding time, 0 where there is none

    @property
    def message_count(self) -> int:
        """Return M, the number of book messages."""
        return len(self.msg_local_ns)

    @property
    def row_count(self) -> int:
        """Return R, the number of book rows over all messages."""
        return len(self.row_key)

    @property
    def trade_count(self) -> int:
        """Return T, the number of prints."""
        return len(self.trade_local_ns)

    @property
    def deriv_count(self) -> int:
        """Return D, the number of derivative values."""
        return len(self.deriv_local_ns)

    def message(self, m: int) -> BookMessage:
        """Return book message `m` (0 <= m < M); its arrays are views into this recording."""
        low, high = int(self.msg_start[m]), int(self.msg_start[m + 1])
        return BookMessage(
            venue=self.instrument.venue,
            symbol=self.instrument.symbol,
            ts_exchange_ns=int(self.msg_exchange_ns[m]),
            ts_local_ns=int(self.msg_local_ns[m]),
            is_snapshot=bool(self.msg_snapshot[m]),
            keys=self.row_key[low:high],
            lots=self.row_lots[low:high],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """Recordings on one local clock, sorted by venue then symbol.

    The window is `start_ns <= local time <= end_ns`. `fingerprint` is a hash of the content: equal
    for equal terms, arrays and window, whatever the folder, file layout or name.
    """

    name: str
    start_ns: int
    end_ns: int
    recordings: tuple[Recording, ...]
    fingerprint: bytes

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Return the instrument of each recording, in the order of `recordings`."""
        return tuple(r.instrument for r in self.recordings)


def read_only(values: npt.NDArray[np.int64]) -> Int64s:
    """Return `values` contiguous, int64 and sealed against writing; copies only if it must."""
    sealed = np.ascontiguousarray(values, dtype=np.int64).view()
    sealed.flags.writeable = False
    return sealed


def read_only_flags(values: Bools) -> Bools:
    """Return `values` contiguous, bool and sealed against writing; copies only if it must."""
    sealed = np.ascontiguousarray(values, dtype=np.bool_).view()
    sealed.flags.writeable = False
    return sealed


def make_tape(
    name: str, recordings: Iterable[Recording], *, start_ns: int | None, end_ns: int | None
) -> Tape:
    """Return a tape of `recordings`, sorted and fingerprinted.

    A bound that is None becomes the first or last local time. TapeError: no recording at all, the
    same venue and symbol twice, or no event to take a missing bound from.
    """
    ordered = tuple(sorted(recordings, key=_address))
    if not ordered:
        raise TapeError(f"{name}: instrument: none; a tape needs at least one recording")
    for one, other in itertools.pairwise(ordered):
        if _address(one) == _address(other):
            venue, symbol = _address(one)
            raise TapeError(
                f"{name}: venue and symbol {venue} {symbol}: recorded twice; "
                "a venue and symbol may appear once over all tapes, drop one"
            )
    times = [
        local_ns
        for r in ordered
        for local_ns in (r.msg_local_ns, r.trade_local_ns, r.deriv_local_ns)
        if len(local_ns)
    ]
    if not times and (start_ns is None or end_ns is None):
        raise TapeError(
            f"{name}: start_ns and end_ns: missing, and no event to take them from; "
            "give both in [tape]"
        )
    if start_ns is None:
        start_ns = min(int(local_ns[0]) for local_ns in times)
    if end_ns is None:
        end_ns = max(int(local_ns[-1]) for local_ns in times)
    mark = hashlib.blake2b(f"{start_ns}\x1f{end_ns}".encode(), digest_size=32)
    for recording in ordered:
        mark.update(_digest(recording))
    return Tape(name, start_ns, end_ns, ordered, mark.digest())


def _address(recording: Recording) -> tuple[VenueId, Symbol]:
    return recording.instrument.venue, recording.instrument.symbol


def _if_said(instrument: Instrument, name: str) -> str:
    """Return a term as text, "" where it is the default one."""
    value = getattr(instrument, name)
    default = next(f.default for f in msgspec.structs.fields(Instrument) if f.name == name)
    return "" if value == default else str(value)


def _digest(recording: Recording) -> bytes:
    """Return a hash of one recording: its terms and every array, the same on any machine."""
    terms = [
        plain(value) if isinstance(value, Decimal) else str(value)
        for name, value in msgspec.structs.asdict(recording.instrument).items()
        if name not in _LATER
    ]
    # A tape that does not use what was added later keeps the fingerprint it always had.
    terms += [f"{name}={said}" for name in _LATER if (said := _if_said(recording.instrument, name))]
    mark = hashlib.blake2b("\x1f".join(terms).encode(), digest_size=32)
    for field in fields(recording):
        if field.name == "instrument":
            continue
        values: npt.NDArray[np.generic] = getattr(recording, field.name)
        mark.update(f"\x1f{field.name}\x1f{len(values)}\x1f".encode())
        portable = values.astype("<i8" if values.dtype == np.int64 else "?", copy=False)
        mark.update(portable.tobytes())
    return mark.digest()
