"""How is a tape made short enough for a test?"""

import dataclasses

import numpy as np

from venues.model.market import Int64s
from venues.tape.recording import Recording, Tape, make_tape, read_only, read_only_flags


def first_seconds(tape: Tape, seconds: int) -> Tape:
    """Return what was known of `tape` in its first `seconds`."""
    end_ns = tape.start_ns + seconds * 1_000_000_000
    recordings = [_cut(recording, end_ns) for recording in tape.recordings]
    return make_tape(f"{tape.name}-cut", recordings, start_ns=tape.start_ns, end_ns=end_ns)


def _cut(r: Recording, end_ns: int) -> Recording:
    messages, trades, derivs = (
        int(np.searchsorted(times, end_ns, side="right"))
        for times in (r.msg_local_ns, r.trade_local_ns, r.deriv_local_ns)
    )
    rows = int(r.msg_start[messages])

    def head(column: Int64s, length: int) -> Int64s:
        return read_only(column[:length].copy())

    return dataclasses.replace(
        r,
        msg_exchange_ns=head(r.msg_exchange_ns, messages),
        msg_local_ns=head(r.msg_local_ns, messages),
        msg_snapshot=read_only_flags(r.msg_snapshot[:messages].copy()),
        msg_start=head(r.msg_start, messages + 1),
        row_key=head(r.row_key, rows),
        row_lots=head(r.row_lots, rows),
        trade_exchange_ns=head(r.trade_exchange_ns, trades),
        trade_local_ns=head(r.trade_local_ns, trades),
        trade_is_buy=read_only_flags(r.trade_is_buy[:trades].copy()),
        trade_tick=head(r.trade_tick, trades),
        trade_lots=head(r.trade_lots, trades),
        deriv_exchange_ns=head(r.deriv_exchange_ns, derivs),
        deriv_local_ns=head(r.deriv_local_ns, derivs),
        deriv_kind=head(r.deriv_kind, derivs),
        deriv_value_e12=head(r.deriv_value_e12, derivs),
        deriv_next_ns=head(r.deriv_next_ns, derivs),
    )
