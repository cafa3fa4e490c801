"""Is real time kept: never early, never back, whatever happens to the wall clock?"""

import asyncio
from collections.abc import Callable

import pytest

from router.runtime.clocks import VirtualClock, WallClock
from router.runtime.virtual import run_virtual
from venues.ports import RANK_ARRIVAL, RANK_TIMER, Clock

HOUR_NS = 3_600_000_000_000


class Machine:
    """A computer whose two clocks are set by hand."""

    def __init__(self) -> None:
        self.monotonic_ns = 77
        self.wall_ns = 1_700_000_000_000_000_000

    def clock(self, not_before_ns: int = 0) -> WallClock:
        return WallClock(
            monotonic_ns=lambda: self.monotonic_ns,
            wall_ns=lambda: self.wall_ns,
            not_before_ns=not_before_ns,
        )


def test_engine_time_starts_at_wall_time_and_goes_on_by_the_monotonic_clock() -> None:
    machine = Machine()
    clock: Clock = machine.clock()
    assert clock.now_ns() == clock.wall_ns() == 1_700_000_000_000_000_000
    machine.monotonic_ns += 5
    assert clock.now_ns() == 1_700_000_000_000_000_005


@pytest.mark.parametrize("step_ns", [-HOUR_NS, HOUR_NS])
def test_a_step_of_the_wall_clock_moves_records_but_no_deadline(step_ns: int) -> None:
    machine = Machine()
    clock = machine.clock()
    before = clock.now_ns()
    machine.wall_ns += step_ns
    machine.monotonic_ns += 1
    assert clock.now_ns() == before + 1
    assert clock.wall_ns() == 1_700_000_000_000_000_000 + step_ns


def test_engine_time_goes_on_from_an_earlier_life_though_the_wall_was_set_back() -> None:
    machine = Machine()
    last_ns = machine.wall_ns + HOUR_NS
    assert machine.clock(not_before_ns=last_ns).now_ns() == last_ns
    assert machine.clock(not_before_ns=5).now_ns() == machine.wall_ns


def on_a_hasty_loop(main: Callable[[WallClock], asyncio.Future[None]], hurry: float) -> None:
    """Run `main` where timers ring after `hurry` of their time, as coarse loops do."""
    time = VirtualClock(1_000)
    clock = WallClock(
        monotonic_ns=lambda: int((time.now_ns() - 1_000) * hurry), wall_ns=lambda: 1_000
    )

    async def run() -> None:
        await main(clock)

    run_virtual(run, time)


def test_a_timer_that_rings_early_wakes_nobody_before_time() -> None:
    woken_ns: list[int] = []

    def main(clock: WallClock) -> asyncio.Future[None]:
        async def sleep() -> None:
            await clock.sleep_until(clock.now_ns() + 10_000_000, RANK_TIMER)
            woken_ns.append(clock.now_ns())

        return asyncio.ensure_future(sleep())

    on_a_hasty_loop(main, hurry=0.7)
    assert len(woken_ns) == 1
    assert 1_000 + 10_000_000 <= woken_ns[0] < 1_000 + 10_001_000


def test_real_sleep_is_never_short_and_equal_deadlines_wake_by_rank_then_order() -> None:
    clock = WallClock()
    woken: list[tuple[int, int]] = []

    async def sleep(deadline_ns: int, rank: int, order: int) -> None:
        await clock.sleep_until(deadline_ns, rank, order)
        assert clock.now_ns() >= deadline_ns
        woken.append((rank, order))

    async def main() -> None:
        due_ns = clock.now_ns() + 20_000_000
        await asyncio.gather(
            sleep(due_ns, RANK_TIMER, 0),
            sleep(due_ns, RANK_ARRIVAL, 2),
            sleep(due_ns, RANK_ARRIVAL, 1),
            sleep(due_ns - HOUR_NS, RANK_TIMER, 9),
        )

    asyncio.run(main())
    assert woken == [(RANK_TIMER, 9), (RANK_ARRIVAL, 1), (RANK_ARRIVAL, 2), (RANK_TIMER, 0)]


def armed(clock: WallClock) -> bool:
    return clock._armed is not None


def test_a_cancelled_sleeper_leaves_no_timer_behind() -> None:
    clock = WallClock()

    async def main() -> None:
        sleeper = asyncio.create_task(clock.sleep_until(clock.now_ns() + HOUR_NS, RANK_TIMER))
        await asyncio.sleep(0)
        assert armed(clock)
        sleeper.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeper
        assert not armed(clock)
        await clock.sleep_until(clock.now_ns() + 1_000_000, RANK_TIMER)

    asyncio.run(main())
    asyncio.run(main())  # another loop, the same clock
