"""Does virtual time wake one sleeper after the other, in order, without real time passing?"""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.runtime.clocks import VirtualClock
from router.runtime.virtual import Deadlock, run_virtual
from venues.ports import RANK_ARRIVAL, RANK_EXECUTION, RANK_TIMER, RANK_VIEW_BOOK, Clock

START_NS = 1_700_000_000_000_000_000
SECOND_NS = 1_000_000_000


def woken(*sleepers: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    """Return `sleepers` (deadline after the start, rank, order) in the order they wake."""
    clock = VirtualClock(START_NS)
    order: list[tuple[int, int, int]] = []

    async def sleep(after_ns: int, rank: int, place: int) -> None:
        await clock.sleep_until(START_NS + after_ns, rank, place)
        assert clock.now_ns() == START_NS + max(after_ns, 0)
        order.append((after_ns, rank, place))

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for sleeper in sleepers:
                group.create_task(sleep(*sleeper))

    run_virtual(main, clock)
    return order


def test_the_clock_is_a_clock() -> None:
    clock: Clock = VirtualClock(START_NS)
    assert clock.now_ns() == clock.wall_ns() == START_NS


def test_at_one_time_a_book_comes_before_an_arrival_before_an_answer_before_a_timer() -> None:
    late, early = 2 * SECOND_NS, SECOND_NS
    assert woken(
        (late, RANK_VIEW_BOOK, 0),
        (early, RANK_TIMER, 0),
        (early, RANK_EXECUTION, 1),
        (early, RANK_EXECUTION, 0),
        (early, RANK_ARRIVAL, 9),
        (early, RANK_VIEW_BOOK, 5),
    ) == [
        (early, RANK_VIEW_BOOK, 5),
        (early, RANK_ARRIVAL, 9),
        (early, RANK_EXECUTION, 0),
        (early, RANK_EXECUTION, 1),
        (early, RANK_TIMER, 0),
        (late, RANK_VIEW_BOOK, 0),
    ]


@given(st.lists(st.tuples(st.integers(-2, 3), st.integers(0, 6), st.integers(0, 2)), max_size=30))
def test_sleepers_always_wake_in_order_of_time_rank_order_and_coming(
    sleepers: list[tuple[int, int, int]],
) -> None:
    assert woken(*sleepers) == sorted(sleepers)


def test_each_sleeper_runs_to_idleness_before_the_next_one_wakes() -> None:
    clock = VirtualClock(START_NS)
    said: list[str] = []

    async def work(name: str) -> None:
        await clock.sleep_until(START_NS + 5, RANK_TIMER)
        for step in range(3):
            said.append(f"{name}{step}")
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(work("a"), work("b"))

    run_virtual(main, clock)
    assert said == ["a0", "a1", "a2", "b0", "b1", "b2"]


def test_a_sleeper_that_comes_in_at_the_same_time_still_takes_its_place() -> None:
    clock = VirtualClock(START_NS)
    said: list[str] = []

    async def timer() -> None:
        await clock.sleep_until(START_NS + 5, RANK_TIMER)
        said.append("timer")

    async def venue() -> None:
        await clock.sleep_until(START_NS + 5, RANK_ARRIVAL)
        said.append("arrival")
        await clock.sleep_until(START_NS + 5, RANK_EXECUTION)
        said.append("answer")

    async def main() -> None:
        await asyncio.gather(timer(), venue())

    run_virtual(main, clock)
    assert said == ["arrival", "answer", "timer"]


def test_a_year_takes_no_time() -> None:
    clock = VirtualClock(START_NS)
    year_ns = 365 * 86_400 * SECOND_NS
    began = time.monotonic()

    async def main() -> float:
        await clock.sleep_until(START_NS + year_ns, RANK_TIMER)
        await asyncio.sleep(365 * 86_400)
        return asyncio.get_running_loop().time()

    assert run_virtual(main, clock) == 2 * 365 * 86_400
    assert clock.now_ns() == START_NS + 2 * year_ns
    assert time.monotonic() - began < 60


def test_a_deadline_already_past_wakes_now_and_time_does_not_go_back() -> None:
    clock = VirtualClock(START_NS)

    async def main() -> int:
        await clock.sleep_until(START_NS - SECOND_NS, RANK_TIMER)
        return clock.now_ns()

    assert run_virtual(main, clock) == START_NS
    clock.advance_to(START_NS - 1)
    assert clock.now_ns() == START_NS


def test_a_cancelled_sleeper_does_not_move_the_clock() -> None:
    clock = VirtualClock(START_NS)

    async def main() -> None:
        far = [asyncio.create_task(clock.sleep_until(START_NS + 900 + n, 0)) for n in range(200)]
        near = asyncio.create_task(clock.sleep_until(START_NS + 7, 0))
        await asyncio.sleep(0)
        for task in far:
            task.cancel()
        await near
        await asyncio.gather(*far, return_exceptions=True)

    run_virtual(main, clock)
    assert clock.now_ns() == START_NS + 7
    assert len(clock._sleepers) == 0
    assert len(clock._sleepers._heap) < 200
    with pytest.raises(ValueError, match="nobody sleeps"):
        clock.wake_next()


def test_a_sleeper_cancelled_after_it_was_woken_leaves_the_count_right() -> None:
    clock = VirtualClock(START_NS)

    async def main() -> None:
        sleeper = asyncio.create_task(clock.sleep_until(START_NS + 5, 0))
        await asyncio.sleep(0)
        clock.wake_next()
        sleeper.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeper
        assert len(clock._sleepers) == 0

    run_virtual(main, clock)


def test_timeouts_of_asyncio_count_in_virtual_time() -> None:
    clock = VirtualClock(START_NS)

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.25):
                await clock.sleep_until(START_NS + SECOND_NS, RANK_TIMER)
        async with asyncio.timeout(0.25):
            await clock.sleep_until(START_NS + SECOND_NS // 2, RANK_TIMER)

    run_virtual(main, clock)
    assert clock.now_ns() == START_NS + SECOND_NS // 2


def test_tasks_that_wait_only_for_each_other_are_found_by_name() -> None:
    clock = VirtualClock(START_NS)

    async def main() -> None:
        never: asyncio.Queue[int] = asyncio.Queue()
        waiting = asyncio.create_task(never.get(), name="engine inbox")
        await waiting

    with pytest.raises(Deadlock, match="engine inbox"):
        run_virtual(main, clock)


def test_a_result_and_an_error_come_out_as_they_are() -> None:
    async def result() -> int:
        await asyncio.sleep(1)
        return 42

    async def error() -> int:
        await asyncio.sleep(1)
        raise ValueError("ours")

    assert run_virtual(result, VirtualClock(0)) == 42
    with pytest.raises(ValueError, match="ours"):
        run_virtual(error, VirtualClock(0))
