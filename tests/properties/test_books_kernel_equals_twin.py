"""Do the book kernels and their plain twin answer alike, whatever a feed and we do to a book?

The kernel book is as small as it may be (a window of 256 ticks, 16 slots), so a few rows already
cross window edges, move the window, fill the overflow table and make the book grow.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.books import TWO, message, tightest_kernel_books
from venues.books.port import Books
from venues.books.twin import TwinBooks
from venues.model.market import ASK, BID, DerivKind, level_key


@dataclass(frozen=True, slots=True)
class Message:
    rows: tuple[tuple[int, int], ...]
    is_snapshot: bool


@dataclass(frozen=True, slots=True)
class Take:
    key: int
    lots: int


@dataclass(frozen=True, slots=True)
class Show:
    key: int
    delta: int


@dataclass(frozen=True, slots=True)
class Own:
    lots: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Gap:
    pass


Act = Message | Take | Show | Own | Gap

# Mostly around the touch; often at or across a window edge; now and then absurdly far away.
ticks = st.one_of(
    st.integers(995, 1005),
    st.integers(800, 1200),
    st.integers(1, 4000),
    st.sampled_from([1, 2, 1 << 40, (1 << 53) - 1]),
)
keys = st.builds(level_key, ticks, st.sampled_from([BID, ASK]))
# A sane book: bids under, asks over 1000, so that states other than crossed are common.
sane_keys = st.one_of(
    st.builds(level_key, st.integers(700, 999), st.just(BID)),
    st.builds(level_key, st.integers(1000, 1300), st.just(ASK)),
)
any_keys = st.one_of(sane_keys, keys)
sizes = st.one_of(st.just(0), st.integers(1, 20), st.integers(1, (1 << 53) - 1))
rows = st.lists(st.tuples(any_keys, sizes), max_size=12).map(tuple)
acts: st.SearchStrategy[Act] = st.one_of(
    st.builds(Message, rows, st.just(False)),
    st.builds(Message, rows, st.booleans()),
    st.builds(Take, any_keys, st.integers(0, 30)),
    st.builds(Show, any_keys, st.integers(-5, 10)),
    st.builds(Own, st.lists(st.tuples(any_keys, st.integers(0, 15)), max_size=4).map(tuple)),
    st.builds(Gap),
)


def perform(books: Books, i: int, act: Act, now_ns: int) -> object:
    """Do `act` to book `i`; return what the caller is told."""
    match act:
        case Message(rows, is_snapshot):
            books.apply(i, message(rows, now_ns, is_snapshot=is_snapshot))
            return None
        case Take(key, lots):
            return books.take(i, key, lots)
        case Show(key, delta):
            try:
                books.show_own(i, key, delta)
            except ValueError as refusal:
                return str(refusal)
            return None
        case Own(lots):
            books.set_own(i, dict(lots))
            return None
        case Gap():
            books.gap(i)
            return None


def picture(books: Books, i: int, now_ns: int) -> list[object]:
    """Return all that a reader can see of book `i`."""
    seen: list[object] = [books.all_levels(i).tolist(), books.crossed(i), books.last_local_ns(i)]
    seen += [books.state(i, now_ns + late, 1) for late in (0, 1, 2)]
    seen.append(books.quote(i, now_ns, 1))
    for side, limit in ((BID, 900), (ASK, 1100)):
        seen.append(books.best(i, side))
        for bound, enough, most in ((None, 1 << 60, 512), (limit, 1 << 60, 512), (None, 25, 3)):
            found, lots = books.levels(i, side, limit_tick=bound, enough=enough, most=most)
            seen.append((found.tolist(), lots.tolist()))
            seen.append(books.within(i, side, limit_tick=bound, enough=enough))
    for key in (level_key(999, BID), level_key(1000, ASK), level_key(1 << 40, ASK)):
        seen.append((books.size(i, key), books.net(i, key)))
    return seen


@given(st.lists(st.tuples(st.integers(0, 1), acts), max_size=40))
@settings(max_examples=300)
def test_kernel_books_and_their_twin_show_the_same_market(script: list[tuple[int, Act]]) -> None:
    kernel, twin = tightest_kernel_books(), TwinBooks(TWO)
    for step, (i, act) in enumerate(script):
        now_ns = 1000 + step
        assert perform(kernel, i, act, now_ns) == perform(twin, i, act, now_ns)
        assert picture(kernel, i, now_ns) == picture(twin, i, now_ns)
    for i in range(2):
        assert picture(kernel, i, 0) == picture(twin, i, 0)


paces_ns = st.sampled_from([1, 3_000_000, 60_000_000, 400_000_000, 3_000_000_000])
lags_ns = st.sampled_from([0, 2_000_000, 90_000_000])


@given(st.lists(st.tuples(acts, paces_ns, lags_ns, st.booleans()), max_size=60))
@settings(max_examples=300)
def test_they_take_down_the_same_outcomes_of_displayed_depth(
    script: list[tuple[Act, int, int, bool]],
) -> None:
    kernel, twin = tightest_kernel_books(), TwinBooks(TWO)
    now_ns = 1_500_000_000
    start = message([(level_key(990, BID), 50), (level_key(1010, ASK), 50)], is_snapshot=True)
    for books in (kernel, twin):
        books.learn(0)
        books.apply(0, replace(start, ts_local_ns=now_ns))
    for act, pace_ns, lag_ns, ours in script:
        now_ns += pace_ns
        for books in (kernel, twin):
            if isinstance(act, Message):
                said = message(act.rows, now_ns, is_snapshot=act.is_snapshot)
                books.apply(0, replace(said, ts_exchange_ns=now_ns - lag_ns))
            else:
                perform(books, 0, act, now_ns)
            if ours:
                books.disturbed(0, now_ns)
        assert kernel.dump_outcomes(0).tolist() == twin.dump_outcomes(0).tolist()
        for side, limit_tick in ((BID, 900), (ASK, 1015)):
            pair = [books.outcomes(0, side, 0, limit_tick) for books in (kernel, twin)]
            assert [[part.tolist() for part in both] for both in pair[:1]] == [
                [part.tolist() for part in both] for both in pair[1:]
            ]


def drifting_script(seed: int, steps: int) -> list[Act]:
    """Return a market that wanders over many windows, with everything happening on the way."""
    pick = np.random.default_rng(seed)
    middle = 5000.0
    script: list[Act] = []
    for _ in range(steps):
        middle = max(middle + pick.normal(0, 25), 600.0)
        if pick.random() < 0.01:
            middle += pick.choice((-1, 1)) * 400
        rows = []
        for _ in range(int(pick.integers(1, 12))):
            side = int(pick.integers(0, 2))
            away = int(pick.exponential(60)) + 1
            tick = max(int(middle) + (away if side else -away), 1)
            lots = 0 if pick.random() < 0.4 else int(pick.integers(1, 9))
            rows.append((level_key(tick, side), lots))
        script.append(Message(tuple(rows), bool(pick.random() < 0.02)))
        key, lots = rows[0]
        script.append(Take(key, int(pick.integers(0, 5))))
        if pick.random() < 0.3:
            script.append(Show(key, int(pick.integers(-3, 6))))
        if pick.random() < 0.1:
            script.append(Own(((key, lots),)))
    return script


@pytest.mark.parametrize("seed", range(4))
def test_a_market_that_wanders_over_many_windows_is_followed_to_the_lot(seed: int) -> None:
    kernel, twin = tightest_kernel_books(), TwinBooks(TWO)
    for step, act in enumerate(drifting_script(seed, 400)):
        assert perform(kernel, 0, act, step) == perform(twin, 0, act, step)
        assert picture(kernel, 0, step) == picture(twin, 0, step)
    assert kernel.arena.bases[0] == 3  # the words reserved for others stayed where they were
    assert kernel.arena.mem[:3].tolist() == [0, 0, 0]


@given(
    st.lists(st.tuples(st.integers(1, (1 << 53) - 1), st.integers(0, 1 << 53)), max_size=5),
    st.lists(st.tuples(st.sampled_from(list(DerivKind)), st.integers(0, 1 << 60)), max_size=5),
)
def test_prints_and_marks_are_kept_alike(
    prints: list[tuple[int, int]], derivs: list[tuple[DerivKind, int]]
) -> None:
    def facts(books: Books) -> list[object]:
        for tick, lots in prints:
            books.print_(1, tick, lots)
        for kind, value in derivs:
            books.deriv(1, kind, value, 77)
        readers: tuple[Callable[[int], object], ...] = (
            books.last_tick,
            books.volume,
            books.mark,
            books.index,
            books.funding,
        )
        return [read(i) for read in readers for i in (0, 1)]

    assert facts(tightest_kernel_books()) == facts(TwinBooks(TWO))


def test_kernels_run_uncompiled_and_answer_the_same() -> None:
    wanderer = "a_market_that_wanders_over_many_windows"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", __file__, "-k", f"{wanderer} and 3"],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
