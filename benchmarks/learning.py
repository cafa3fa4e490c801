"""What does learning what becomes of displayed depth cost? The same replay with it and without, in turn."""

import statistics
import time
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.looping import looped
from benchmarks.replay import CROSSING, LEAST_EVENTS, replay_seconds, slices_of, tape_of, twap
from router.depth.composite import observe
from router.depth.expected_kernel import KERNEL
from router.depth.scale import market_scale
from router.routing.arrival import Learning
from router.routing.exact_kernel import fastest as search
from router.routing.offers import Terms
from router.routing.sweep_kernel import fastest as sweep
from router.routing.take import plan_take
from router.settings.fields import Settings
from router.settings.reader import default_config, read_settings
from venues.books.layout import HEADER, LEARNED_FROM
from venues.books.make import make_books
from venues.model.instrument import Market, Member
from venues.model.order import Side
from venues.tape.recording import Tape

ROUNDS: Final = 5
SLICE_S: Final = 5
_ROWS: Final = 400_000
_UNITS: Final = (Decimal("0.5"), Decimal(5), Decimal(50))
_PLANS: Final = 400
_FOREVER_NS: Final = 1 << 62


class Cost(msgspec.Struct, frozen=True, tag="learning", kw_only=True):
    """Each pair without learning, then with it.

    `events_per_s`: of CPU time, the best round. `throughput_kept`: the median of what rounds kept.
    `more_us_a_slice`: the difference of the best rounds, a slice each. `plan_us`: one decision on full
    books, for each of `units` market units. `rows_per_s`: rows of recorded messages applied to books.
    """

    tape: str
    events_per_s: tuple[int, int]
    throughput_kept: float
    units: tuple[str, ...]
    plan_us: tuple[tuple[float, float], ...]
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
    without, having = (min(p[n] for p in pairs) for n in (0, 1))
    rows = [_rows(short, learns=learns) for learns in (False, True) * ROUNDS]
    plain, learning = statistics.median(rows[0::2]), statistics.median(rows[1::2])
    return Cost(
        tape=tape.name,
        events_per_s=(round(events / without), round(events / having)),
        throughput_kept=round(statistics.median(p[0] / p[1] for p in pairs), 3),
        units=tuple(map(str, _UNITS)),
        plan_us=_plans(short),
        more_us_a_slice=round((having - without) / slices_of(spec) * 1e6, 1),
        rows_per_s=(round(plain), round(learning)),
        rows_kept=round(learning / plain, 3),
        bytes_a_book=8 * (HEADER - LEARNED_FROM),
    )


def _pair(tape: Tape, off: Settings, on: Settings) -> tuple[float, float, int]:
    """Return CPU seconds without and with learning, and the market events of one replay."""
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


def _plans(tape: Tape) -> tuple[tuple[float, float], ...]:
    """Return the microseconds of a decision without and with learning, for each size."""
    books = make_books(tape.instruments, kernels=True)
    for book, recording in enumerate(tape.recordings):
        books.learn(book)
        for number in range(recording.message_count):
            books.apply(book, recording.message(number))
    members = tuple(Member(instrument=i) for i in tape.instruments)
    scale = market_scale(
        Market(symbol=tape.instruments[0].symbol, members=members), tape.instruments
    )
    seen = observe(books, scale, now_ns=tape.end_ns, stale_after_ns=_FOREVER_NS)
    learning = Learning(waiting_e6=5, expect=KERNEL)

    def decide(units: Decimal, uses: Learning | None) -> float:
        began = time.perf_counter()
        for _ in range(_PLANS):
            plan_take(
                books,
                seen,
                side=Side.BUY,
                quantity=units,
                limit=Decimal("1e12"),
                terms=Terms(),
                sweep=sweep,
                search=search,
                learning=uses,
            )
        return (time.perf_counter() - began) / _PLANS * 1e6

    times = [[(decide(u, None), decide(u, learning)) for _ in range(ROUNDS)] for u in _UNITS]
    return tuple((round(min(a for a, _ in of), 1), round(min(b for _, b in of), 1)) for of in times)


def told(cost: Cost) -> str:
    """Return the result for a reader."""
    events, rows = cost.events_per_s, cost.rows_per_s
    plans = ", ".join(
        f"{units} units {off:.0f} and {on:.0f} us"
        for units, (off, on) in zip(cost.units, cost.plan_us, strict=True)
    )
    return (
        f"{cost.tape}: {events[0] / 1e6:.1f} M events a CPU second without learning,"
        f" {events[1] / 1e6:.1f} M with: {cost.throughput_kept:.0%} kept (at least 70 %), a slice takes"
        f" {cost.more_us_a_slice:+.0f} us more\n"
        f"a decision without and with learning: {plans}\n"
        f"books alone, a call a message: {rows[0] / 1e6:.2f} M rows/s without, {rows[1] / 1e6:.2f} M"
        f" with: {cost.rows_kept:.0%} kept; {cost.bytes_a_book:,} bytes a book"
    )
