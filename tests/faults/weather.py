"""What goes wrong with market data on purpose: feeds that fall silent, books that cross themselves."""

import dataclasses
from dataclasses import dataclass
from random import Random

import numpy as np

from tests.faults.profile import FAULTY_NS, S_NS, START_NS, Weather
from venues.model.market import ASK, BID, Int64s, level_key
from venues.tape.recording import Recording, Tape, make_tape, read_only, read_only_flags

_Book = dict[int, int]


@dataclass(slots=True)
class _Message:
    exchange_ns: int
    local_ns: int
    snapshot: bool
    rows: _Book


def bent(tape: Tape, weather: Weather, rng: Random) -> Tape:
    """Return `tape` with troubles drawn from `rng`; after the faulty minutes nothing is bent."""
    if not weather.silences and not weather.crosses:
        return tape
    return make_tape(
        tape.name,
        [_bent(recording, weather, rng) for recording in tape.recordings],
        start_ns=tape.start_ns,
        end_ns=tape.end_ns,
    )


def _bent(recording: Recording, weather: Weather, rng: Random) -> Recording:
    messages = _messages(recording)
    for _ in range(rng.randint(0, weather.crosses)):
        _cross(messages, rng)
    windows = [_window(rng) for _ in range(rng.randint(0, weather.silences))]
    for window in windows:
        messages = _silenced(messages, window)
    return _recorded(recording, messages, windows)


def _messages(recording: Recording) -> list[_Message]:
    out = []
    for m in range(recording.message_count):
        message = recording.message(m)
        rows = dict(zip(message.keys.tolist(), message.lots.tolist(), strict=True))
        out.append(_Message(message.ts_exchange_ns, message.ts_local_ns, message.is_snapshot, rows))
    return out


def _folded(messages: list[_Message]) -> _Book:
    book: _Book = {}
    for message in messages:
        if message.snapshot:
            book.clear()
        book.update(message.rows)
    return {key: lots for key, lots in book.items() if lots}


def _cross(messages: list[_Message], rng: Random) -> None:
    """Show a bid above the best ask for some messages, as a feed that lost a deletion would."""
    begin = rng.randrange(1, max(2, len(messages) // 2))
    end = begin + rng.randint(1, 20)
    before = _folded(messages[: begin + 1])
    asks = [key // 2 for key in before if key % 2 == ASK]
    if not asks or end >= len(messages):
        return
    key = level_key(min(asks) + rng.randint(0, 2), BID)
    real = _folded(messages[: end + 1]).get(key, 0)
    for message in messages[begin:end]:
        message.rows[key] = rng.randint(1, 500)
    messages[end].rows[key] = real


def _window(rng: Random) -> tuple[int, int]:
    begin_ns = START_NS + rng.randrange(FAULTY_NS)
    return begin_ns, min(begin_ns + rng.randint(1, 90) * S_NS, START_NS + FAULTY_NS)


def _silenced(messages: list[_Message], window: tuple[int, int]) -> list[_Message]:
    """Leave out what came within `window`; the next message tells the whole book again."""
    begin_ns, end_ns = window
    kept = [m for m in messages if not begin_ns <= m.local_ns < end_ns or m is messages[0]]
    following = next((n for n, m in enumerate(messages) if m.local_ns >= end_ns), None)
    if following is not None and len(kept) < len(messages):
        messages[following].rows = _folded(messages[: following + 1])
        messages[following].snapshot = True
    return kept


def _recorded(
    recording: Recording, messages: list[_Message], windows: list[tuple[int, int]]
) -> Recording:
    counts = [len(m.rows) for m in messages]
    heard = np.ones(recording.trade_count, dtype=np.bool_)
    for begin_ns, end_ns in windows:
        local_ns = recording.trade_local_ns
        heard &= (local_ns < begin_ns) | (local_ns >= end_ns)
    return dataclasses.replace(
        recording,
        msg_exchange_ns=_array([m.exchange_ns for m in messages]),
        msg_local_ns=_array([m.local_ns for m in messages]),
        msg_snapshot=read_only_flags(np.array([m.snapshot for m in messages], dtype=np.bool_)),
        msg_start=_array([0, *np.cumsum(counts).tolist()]),
        row_key=_array([key for m in messages for key in m.rows]),
        row_lots=_array([lots for m in messages for lots in m.rows.values()]),
        trade_exchange_ns=read_only(recording.trade_exchange_ns[heard]),
        trade_local_ns=read_only(recording.trade_local_ns[heard]),
        trade_is_buy=read_only_flags(recording.trade_is_buy[heard]),
        trade_tick=read_only(recording.trade_tick[heard]),
        trade_lots=read_only(recording.trade_lots[heard]),
    )


def _array(values: list[int]) -> Int64s:
    return read_only(np.array(values, dtype=np.int64))
