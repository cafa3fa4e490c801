"""When to trade how much: does the arithmetic hold for any lot, count and jitter?"""

from decimal import Decimal
from itertools import pairwise
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from strategies.schedule import (
    Slice,
    even_sizes,
    feasible_count,
    jittered_sizes,
    schedule,
    slice_times,
    timetable,
)

LOTS = st.integers(1, 10**15)
COUNTS = st.integers(1, 400)
JITTERS = st.integers(0, 500_000).map(lambda millionths: Decimal(millionths) / 1_000_000)
SEEDS = st.integers(0, 2**32)
HORIZONS_S = st.integers(1, 100_000)


@given(LOTS, COUNTS)
@example(1, 400)
@example(10**15, 7)
def test_even_slices_add_up_and_differ_by_one_lot_at_most(lots: int, count: int) -> None:
    sizes = even_sizes(lots, count)
    assert sum(sizes) == lots
    assert len(sizes) == count
    assert max(sizes) - min(sizes) <= 1


@given(LOTS, COUNTS)
def test_even_slices_stay_within_one_lot_of_the_straight_line(lots: int, count: int) -> None:
    so_far = 0
    for number, size in enumerate(even_sizes(lots, count), start=1):
        so_far += size
        assert 0 <= lots * number - so_far * count < count


@given(LOTS, COUNTS, JITTERS, SEEDS)
def test_jittered_slices_add_up_exactly_and_stay_within_the_jitter(
    lots: int, count: int, jitter: Decimal, seed: int
) -> None:
    sizes = jittered_sizes(lots, count, jitter=jitter, rng=Random(seed))
    assert sum(sizes) == lots
    assert min(sizes) >= 0
    even = Decimal(lots) / count
    # renormalised, so the worst is one at its bound while all others are at the other
    assert max(sizes) <= even * (1 + jitter) / (1 - jitter) + 1
    assert min(sizes) >= even * (1 - jitter) / (1 + jitter) - 1


@given(HORIZONS_S, COUNTS, JITTERS, SEEDS)
def test_times_rise_from_the_start_and_stay_within_the_horizon(
    horizon_s: int, count: int, jitter: Decimal, seed: int
) -> None:
    start_ns, horizon_ns = 1_700_000_000_000_000_000, horizon_s * 1_000_000_000
    times = slice_times(
        start_ns=start_ns, horizon_ns=horizon_ns, count=count, jitter=jitter, rng=Random(seed)
    )
    assert times[0] == start_ns
    assert all(earlier < later for earlier, later in pairwise(times))
    assert times[-1] < start_ns + horizon_ns
    for number, time_ns in enumerate(times):
        off_ns = abs(time_ns - (start_ns + horizon_ns * number // count))
        assert off_ns * 2 * count <= horizon_ns * jitter + 2 * count  # half an interval x jitter


@given(LOTS, COUNTS, st.integers(1, 10**13), JITTERS, SEEDS)
@example(10, 100, 2, Decimal(0), 0)
def test_merged_slices_all_reach_the_minimum_whatever_is_drawn(
    lots: int, wanted: int, min_lots: int, jitter: Decimal, seed: int
) -> None:
    count = feasible_count(lots, count=wanted, min_lots=min_lots, size_jitter=jitter)
    assert 1 <= count <= wanted
    sizes = jittered_sizes(lots, count, jitter=jitter, rng=Random(seed))
    if count > 1:
        assert min(sizes) >= min_lots


@given(st.integers(1, 10**6), st.integers(1, 400), st.integers(1, 10**4))
def test_no_more_slices_are_merged_than_the_minimum_asks_for(
    lots: int, wanted: int, min_lots: int
) -> None:
    count = feasible_count(lots, count=wanted, min_lots=min_lots, size_jitter=Decimal(0))
    assert count == max(1, min(wanted, lots // min_lots))


@given(LOTS, COUNTS, JITTERS, JITTERS, SEEDS)
def test_a_schedule_conserves_the_quantity_and_the_same_seed_repeats_it(
    lots: int, count: int, size_jitter: Decimal, time_jitter: Decimal, seed: int
) -> None:
    def drawn() -> tuple[Slice, ...]:
        return schedule(
            lots,
            start_ns=0,
            horizon_ns=10**12,
            count=count,
            size_jitter=size_jitter,
            time_jitter=time_jitter,
            rng=Random(seed),
        )

    slices = drawn()
    assert sum(s.lots for s in slices) == lots
    assert all(s.lots > 0 for s in slices)
    assert drawn() == slices


@given(LOTS, COUNTS, JITTERS, SEEDS, st.integers(-1, 10**12 + 1))
def test_a_timetable_answers_as_its_slices_do(
    lots: int, count: int, jitter: Decimal, seed: int, now_ns: int
) -> None:
    slices = schedule(
        lots,
        start_ns=0,
        horizon_ns=10**12,
        count=count,
        size_jitter=jitter,
        time_jitter=jitter,
        rng=Random(seed),
    )
    table = timetable(slices)
    due = [s for s in slices if s.due_ns <= now_ns]
    later = [s for s in slices if s.due_ns > now_ns]
    assert table.due_lots(now_ns) == sum(s.lots for s in due)
    assert table.latest_lots(now_ns) == (due[-1].lots if due else 0)
    assert table.next_ns(now_ns) == (later[0].due_ns if later else None)
    assert table.due_lots(10**12) == lots
