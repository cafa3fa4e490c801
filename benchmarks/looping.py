"""How does a short recording become a long one? Copies of itself, one after the other, in memory."""

import numpy as np

from venues.model.market import Int64s
from venues.tape.recording import Recording, Tape, make_tape, read_only, read_only_flags

_SEAM_NS = 1_000_000  # between the end of one copy and the start of the next


def looped(tape: Tape, at_least: int) -> Tape:
    """Return `tape` over and over until it holds `at_least` book rows and prints.

    Every copy of a recording begins with its first snapshot, which replaces what the copy before
    left in the book; messages before that snapshot are left out. ValueError: no snapshot at all.
    """
    parts = [_from_snapshot(recording) for recording in tape.recordings]
    count = sum(p.row_count + p.trade_count for p in parts)
    times = [t for p in parts for t in _times(p) if len(t)]
    first = min(int(t.min()) for t in times)
    period_ns = max(int(t.max()) for t in times) - first + _SEAM_NS
    copies = -(-at_least // count)
    start_ns = min(int(p.msg_local_ns[0]) for p in parts)
    return make_tape(
        f"{tape.name} x {copies}",
        [_copied(part, copies, period_ns) for part in parts],
        start_ns=start_ns,
        end_ns=start_ns + copies * period_ns,
    )


def _times(r: Recording) -> tuple[Int64s, ...]:
    return (
        r.msg_exchange_ns,
        r.msg_local_ns,
        r.trade_exchange_ns,
        r.trade_local_ns,
        r.deriv_exchange_ns,
        r.deriv_local_ns,
    )


def _from_snapshot(r: Recording) -> Recording:
    """Return `r` without the messages before its first snapshot."""
    if not r.msg_snapshot.any():
        raise ValueError(f"{r.instrument.venue} {r.instrument.symbol}: no snapshot to loop from")
    first = int(np.argmax(r.msg_snapshot))
    row = int(r.msg_start[first])
    return Recording(
        instrument=r.instrument,
        msg_exchange_ns=r.msg_exchange_ns[first:],
        msg_local_ns=r.msg_local_ns[first:],
        msg_snapshot=r.msg_snapshot[first:],
        msg_start=r.msg_start[first:] - row,
        row_key=r.row_key[row:],
        row_lots=r.row_lots[row:],
        trade_exchange_ns=r.trade_exchange_ns,
        trade_local_ns=r.trade_local_ns,
        trade_is_buy=r.trade_is_buy,
        trade_tick=r.trade_tick,
        trade_lots=r.trade_lots,
        deriv_exchange_ns=r.deriv_exchange_ns,
        deriv_local_ns=r.deriv_local_ns,
        deriv_kind=r.deriv_kind,
        deriv_value_e12=r.deriv_value_e12,
        deriv_next_ns=r.deriv_next_ns,
    )


def _copied(r: Recording, copies: int, period_ns: int) -> Recording:
    """Return `copies` of `r`, each `period_ns` after the one before."""

    def over(values: Int64s) -> Int64s:
        return read_only(np.tile(values, copies))

    def later(values: Int64s) -> Int64s:
        shifts = np.arange(copies, dtype=np.int64) * period_ns
        return read_only((values[None, :] + shifts[:, None]).ravel())

    rows = np.arange(copies, dtype=np.int64) * r.row_count
    starts = (r.msg_start[None, :-1] + rows[:, None]).ravel()
    return Recording(
        instrument=r.instrument,
        msg_exchange_ns=later(r.msg_exchange_ns),
        msg_local_ns=later(r.msg_local_ns),
        msg_snapshot=read_only_flags(np.tile(r.msg_snapshot, copies)),
        msg_start=read_only(np.append(starts, copies * r.row_count)),
        row_key=over(r.row_key),
        row_lots=over(r.row_lots),
        trade_exchange_ns=later(r.trade_exchange_ns),
        trade_local_ns=later(r.trade_local_ns),
        trade_is_buy=read_only_flags(np.tile(r.trade_is_buy, copies)),
        trade_tick=over(r.trade_tick),
        trade_lots=over(r.trade_lots),
        deriv_exchange_ns=later(r.deriv_exchange_ns),
        deriv_local_ns=later(r.deriv_local_ns),
        deriv_kind=over(r.deriv_kind),
        deriv_value_e12=over(r.deriv_value_e12),
        deriv_next_ns=read_only(np.tile(r.deriv_next_ns, copies)),
    )
