"""What does learning what becomes of displayed depth cost? The same replay with it and without, in turn."""

import statistics
import time
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.looping import looped
from benchmarks.replay import CROSSING, LEAST_EVENTS, replay_seconds, slices_of, tape_of, twap
from router.settings.fields import Settings
from router.settings.reader import default_config, read_settings
from venues.books.layout import HEADER, LEARNED_FROM
from venues.books.make import make_books
from venues.tape.recording import Tape

ROUNDS: Final = 3
SLICE_S: Final = 5
_ROWS: Final = 400_000


class Cost(msgspec.Struct, frozen=True, tag="learning", kw_only=True):
    """Each pair without learning, then with it.

    `throughput_kept`: events a second with learning, of those without. `us_a_slice`: the difference
    of the two replays, a slice each. `rows_per_s`: rows of recorded messages applied to books.
    """

    tape: str
    events_per_s: tuple[int, int]
    throughput_kept: float
    more_us_a_slice: float
    rows_per_s: tuple[int, int]
    rows_kept: float
    bytes_a_book: int


def measure(folder: Path | None) -> Cost:
    """Return what it costs on the tape in `folder`, on a recorded one, or on a synthetic one."""
    on = read_settings(default_config())
    off = on.model_copy(update={"run": on.run.model_copy(update={"learn_depth": False})})
    short = tape_of(folder)
    tape = looped(short, LEAST_EVENTS)
    spec = twap(tape, SLICE_S, CROSSING)
    for settings in (off, on):
        replay_seconds(short, settings, twap(short, SLICE_S, CROSSING))
    pairs = [_pair(tape, off, on) for _ in range(ROUNDS)]
    events = pairs[0][2]
    without, having = (statistics.median(p[n] for p in pairs) for n in (0, 1))
    rows = [_rows(short, learns=learns) for learns in (False, True) * ROUNDS]
    plain, learning = statistics.median(rows[0::2]), statistics.median(rows[1::2])
    return Cost(
        tape=tape.name,
        events_per_s=(round(events / without), round(events / having)),
        throughput_kept=round(without / having, 3),
        more_us_a_slice=round((having - without) / slices_of(spec) * 1e6, 1),
        rows_per_s=(round(plain), round(learning)),
        rows_kept=round(learning / plain, 3),
        bytes_a_book=8 * (HEADER - LEARNED_FROM),
    )


def _pair(tape: Tape, off: Settings, on: Settings) -> tuple[float, float, int]:
    """Return seconds without and with learning, and the market events of one replay."""
    spec = twap(tape, SLICE_S, CROSSING)
    without, events = replay_seconds(tape, off, spec)
    having, _ = replay_seconds(tape, on, spec)
    return without, having, events


def _rows(tape: Tape, *, learns: bool) -> float:
    """Return rows a second of the messages of `tape`, applied to books one call a message."""
    books = make_books(tape.instruments, kernels=True)
    messages = []
    rows = 0
    for book, recording in enumerate(tape.recordings):
        if learns:
            books.learn(book)
        for number in range(recording.message_count):
            messages.append((book, recording.message(number)))
            rows += len(messages[-1][1].keys)
            if rows >= _ROWS * (book + 1):
                break
    began = time.perf_counter()
    for book, message in messages:
        books.apply(book, message)
    return rows / (time.perf_counter() - began)


def told(cost: Cost) -> str:
    """Return the result for a reader."""
    events, rows = cost.events_per_s, cost.rows_per_s
    return (
        f"{cost.tape}: {events[0] / 1e6:.1f} M events/s without learning, {events[1] / 1e6:.1f} M with:"
        f" {cost.throughput_kept:.0%} kept (at least 70 %), a slice takes"
        f" {cost.more_us_a_slice:+.0f} us more\n"
        f"books alone, a call a message: {rows[0] / 1e6:.2f} M rows/s without, {rows[1] / 1e6:.2f} M"
        f" with: {cost.rows_kept:.0%} kept; {cost.bytes_a_book:,} bytes a book"
    )
