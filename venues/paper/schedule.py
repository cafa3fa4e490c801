"""What plays when in a recorded market, at the venues and as we see it?

Every book message and print plays twice: at its venue in exchange time, in our view in local time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from venues.model.market import Int64s
from venues.ports import RANK_VENUE_BOOK, RANK_VENUE_TRADE, RANK_VIEW_BOOK, RANK_VIEW_TRADE
from venues.tape.recording import Recording, Tape, read_only

# What an entry is. The first four are their own rank; derivative values follow the prints.
VENUE_BOOK: Final = RANK_VENUE_BOOK
VIEW_BOOK: Final = RANK_VIEW_BOOK
VENUE_TRADE: Final = RANK_VENUE_TRADE
VIEW_TRADE: Final = RANK_VIEW_TRADE
VIEW_DERIV: Final = 4

# One entry is eight words, one cache line: time, what, instrument, and
#   book:  first row, row after the last, is snapshot, exchange time, local time
#   print: tick, lots, taker is buy, exchange time, local time
#   deriv: kind, value, next funding time, exchange time, local time
WORDS: Final = 8
TIME: Final = 0
WHAT: Final = 1
INSTRUMENT: Final = 2
FIRST: Final = 3
SECOND: Final = 4
THIRD: Final = 5
EXCHANGE: Final = 6
LOCAL: Final = 7


# Streams of one instrument: its book at the venue, its book in our view, its prints at the venue,
# its prints in our view, its derivative values.
STREAMS: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """What happens on a tape of N instruments, and when; arrays are read-only int64.

    `entries` has shape (E, WORDS): one stream after the other, each by time, then sequence. Stream
    s is entries `streams[s]` to `streams[s + 1]`; of two entries at equal time the one of the lower
    stream comes first, which is rank, then instrument. `keys` and `lots` hold the book rows of all
    instruments, one after the other.
    """

    entries: Int64s
    streams: Int64s  # STREAMS x N + 1
    keys: Int64s
    lots: Int64s
    last_exchange_ns: tuple[int, ...]  # per instrument: venue time of its last word

    def in_order(self) -> Int64s:
        """Return the entries in the order in which they happen."""
        order = np.argsort(self.entries[:, TIME], kind="stable")
        return read_only(self.entries[order])


def rank_of(what: int) -> int:
    """Return the rank of an entry at equal time (venues.ports)."""
    return min(what, RANK_VIEW_TRADE)


def make_schedule(tape: Tape) -> Schedule:
    """Return the order in which `tape` plays.

    A venue plays its book messages in the order they were sent, at the running maximum of their
    exchange times: a clock that stepped back must not reorder a book. Prints play at their own.
    """
    starts = np.cumsum([0, *(r.row_count for r in tape.recordings)])
    blocks: list[Int64s] = []
    for what in (VENUE_BOOK, VIEW_BOOK):
        for i, r in enumerate(tape.recordings):
            blocks.append(_book_block(what, i, r, int(starts[i])))
    for i, r in enumerate(tape.recordings):
        blocks.append(_trade_block(VENUE_TRADE, i, r))
    for i, r in enumerate(tape.recordings):
        blocks.extend((_trade_block(VIEW_TRADE, i, r), _deriv_block(i, r)))
    return Schedule(
        entries=read_only(np.concatenate(blocks)),
        streams=read_only(np.cumsum([0, *(len(block) for block in blocks)])),
        keys=_joined([r.row_key for r in tape.recordings]),
        lots=_joined([r.row_lots for r in tape.recordings]),
        last_exchange_ns=tuple(_last_exchange_ns(r) for r in tape.recordings),
    )


def first_stream_after(n: int, rank: int) -> int:
    """Return the first of the streams of `n` instruments whose rank is not below `rank`."""
    return n * (rank if rank <= RANK_VIEW_TRADE else STREAMS)


def _joined(parts: list[Int64s]) -> Int64s:
    """Return the parts as one array; a single part is not copied."""
    return read_only(parts[0] if len(parts) == 1 else np.concatenate(parts))


def _block(what: int, i: int, columns: dict[int, Int64s], count: int) -> Int64s:
    block = np.zeros((count, WORDS), dtype=np.int64)
    block[:, WHAT] = what
    block[:, INSTRUMENT] = i
    for word, values in columns.items():
        block[:, word] = values
    times = block[:, TIME]
    if (times[1:] < times[:-1]).any():
        return block[np.argsort(times, kind="stable")]
    return block


def _book_block(what: int, i: int, r: Recording, first_row: int) -> Int64s:
    at_venue_ns = np.maximum.accumulate(r.msg_exchange_ns)
    columns = {
        TIME: at_venue_ns if what == VENUE_BOOK else r.msg_local_ns,
        FIRST: r.msg_start[:-1] + first_row,
        SECOND: r.msg_start[1:] + first_row,
        THIRD: r.msg_snapshot.astype(np.int64),
        EXCHANGE: r.msg_exchange_ns,
        LOCAL: r.msg_local_ns,
    }
    return _block(what, i, columns, r.message_count)


def _trade_block(what: int, i: int, r: Recording) -> Int64s:
    columns = {
        TIME: r.trade_exchange_ns if what == VENUE_TRADE else r.trade_local_ns,
        FIRST: r.trade_tick,
        SECOND: r.trade_lots,
        THIRD: r.trade_is_buy.astype(np.int64),
        EXCHANGE: r.trade_exchange_ns,
        LOCAL: r.trade_local_ns,
    }
    return _block(what, i, columns, r.trade_count)


def _deriv_block(i: int, r: Recording) -> Int64s:
    columns = {
        TIME: r.deriv_local_ns,
        FIRST: r.deriv_kind,
        SECOND: r.deriv_value_e12,
        THIRD: r.deriv_next_ns,
        EXCHANGE: r.deriv_exchange_ns,
        LOCAL: r.deriv_local_ns,
    }
    return _block(VIEW_DERIV, i, columns, r.deriv_count)


def _last_exchange_ns(r: Recording) -> int:
    """Return when the recording of an instrument ends at its venue; 0 for an empty one."""
    words = (r.msg_exchange_ns, r.trade_exchange_ns, r.deriv_exchange_ns)
    return max((int(ns.max()) for ns in words if len(ns)), default=0)
