"""Does each task meet the fate that its way of dying deserves?"""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.runtime.clocks import VirtualClock
from router.runtime.supervise import Backoff, Change, Fate, Supervisor
from router.runtime.virtual import run_virtual
from venues.errors import VenueProtocolError, VenueUnreachable
from venues.ports import RANK_TIMER

SECOND_NS = 1_000_000_000
BACKOFF = Backoff(first_ns=SECOND_NS, most_ns=8 * SECOND_NS, healthy_ns=60 * SECOND_NS)


class Run:
    """A supervised run in virtual time, and what it reported."""

    def __init__(self) -> None:
        self.clock = VirtualClock(0)
        self.changes: list[Change] = []

    def supervisor(self) -> Supervisor:
        return Supervisor(self.clock, random.Random(1), self.changes.append, backoff=BACKOFF)

    def fates(self, name: str) -> list[Fate]:
        return [change.fate for change in self.changes if change.name == name]

    async def sleep(self, seconds: int) -> None:
        await self.clock.sleep_until(self.clock.now_ns() + seconds * SECOND_NS, RANK_TIMER)

    async def forever(self) -> None:
        while True:
            await self.sleep(3600)

    def dies(self, after_s: int, *errors: BaseException) -> Callable[[], Awaitable[None]]:
        """Return work that dies of each error in turn and then finishes."""
        left = list(errors)

        async def work() -> None:
            await self.sleep(after_s)
            if left:
                raise left.pop(0)

        return work


def test_tasks_that_finish_let_the_block_end() -> None:
    run = Run()

    async def main() -> None:
        async with run.supervisor() as owner:
            owner.start("feed", run.dies(1))
            owner.start("clerk", run.dies(2))
            assert owner.fates == {"feed": Fate.RUNNING, "clerk": Fate.RUNNING}
        assert owner.fates == {"feed": Fate.FINISHED, "clerk": Fate.FINISHED}

    run_virtual(main, run.clock)


def test_the_weather_is_waited_out_longer_each_time_but_never_beyond_the_bound() -> None:
    run = Run()
    storms = [VenueUnreachable(f"storm {n}") for n in range(6)]

    async def main() -> None:
        async with run.supervisor() as owner:
            owner.start("feed binance", run.dies(1, *storms))

    run_virtual(main, run.clock)
    waits = [change for change in run.changes if change.fate is Fate.WAITING]
    assert [change.error for change in waits] == storms
    assert [change.restarts for change in waits] == [1, 2, 3, 4, 5, 6]
    for change, whole in zip(waits, [1, 2, 4, 8, 8, 8], strict=True):
        assert whole * SECOND_NS // 2 <= change.wait_ns <= whole * SECOND_NS
    assert run.fates("feed binance")[-2:] == [Fate.RUNNING, Fate.FINISHED]
    assert run.clock.now_ns() == 7 * SECOND_NS + sum(change.wait_ns for change in waits)


def test_a_healthy_life_makes_the_next_wait_short_again() -> None:
    run = Run()
    storms = [VenueUnreachable("storm") for _ in range(4)]

    async def main() -> None:
        async with run.supervisor() as owner:
            owner.start("feed", run.dies(60, *storms))

    run_virtual(main, run.clock)
    waits = [change.wait_ns for change in run.changes if change.fate is Fate.WAITING]
    assert len(waits) == 4
    assert max(waits) <= SECOND_NS


def test_our_bug_ends_everything_and_says_where_it_was() -> None:
    run = Run()

    async def main() -> None:
        async with run.supervisor() as owner:
            owner.start("feed", run.forever)
            owner.start("engine", run.dies(5, ValueError("a negative quantity")))
            await run.forever()

    with pytest.raises(ValueError, match="a negative quantity") as caught:
        run_virtual(main, run.clock)
    assert caught.value.__notes__ == ["in the task 'engine'"]
    assert run.fates("engine") == [Fate.DIED]
    assert run.fates("feed") == [Fate.STOPPED]
    assert run.clock.now_ns() == 5 * SECOND_NS


def test_a_venue_that_breaks_its_rules_loses_its_own_task_only() -> None:
    run = Run()
    broken = VenueProtocolError("a fill without an id")

    async def main() -> None:
        async with run.supervisor() as owner:
            owner.start("feed a", run.dies(1, broken))
            owner.start("feed b", run.dies(9))

    run_virtual(main, run.clock)
    assert run.changes[0] == Change("feed a", Fate.QUARANTINED, broken)
    assert run.fates("feed b") == [Fate.FINISHED]
    assert run.clock.now_ns() == 9 * SECOND_NS


def test_stopping_ends_tasks_that_run_and_tasks_that_wait_for_the_weather() -> None:
    run = Run()

    async def main() -> None:
        async with run.supervisor() as owner:
            owner.start("feed", run.forever)
            owner.start("stormy", run.dies(0, *(VenueUnreachable("") for _ in range(99))))
            await run.sleep(10)
            owner.start("late", run.forever)
            owner.stop()
        assert set(owner.fates.values()) == {Fate.STOPPED}

    run_virtual(main, run.clock)
    assert run.fates("stormy")[-2:] == [Fate.WAITING, Fate.STOPPED]
    assert run.fates("late") == [Fate.STOPPED]


def test_a_cancelled_run_passes_the_cancellation_on() -> None:
    run = Run()

    async def supervised() -> None:
        async with run.supervisor() as owner:
            owner.start("feed", run.forever)
            await run.forever()

    async def main() -> None:
        task = asyncio.create_task(supervised())
        await run.sleep(3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(main, run.clock)
    assert run.fates("feed") == [Fate.STOPPED]


def test_an_error_in_the_block_ends_the_tasks_and_comes_out_as_it_is() -> None:
    run = Run()

    async def main() -> None:
        async with run.supervisor() as owner:
            owner.start("feed", run.forever)
            await run.sleep(1)
            raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        run_virtual(main, run.clock)
    assert run.fates("feed") == [Fate.STOPPED]


def test_two_tasks_of_one_name_are_refused() -> None:
    run = Run()

    async def main() -> None:
        async with run.supervisor() as owner:
            owner.start("feed", run.dies(1))
            with pytest.raises(ValueError, match="already a task 'feed'"):
                owner.start("feed", run.dies(1))

    run_virtual(main, run.clock)


def test_tasks_carry_their_names() -> None:
    run = Run()

    async def main() -> None:
        async with run.supervisor() as owner:
            owner.start("feed binance", run.dies(1))
            assert "feed binance" in {task.get_name() for task in asyncio.all_tasks()}

    run_virtual(main, run.clock)


@given(st.integers(1, 10**6), st.integers())
def test_every_wait_is_above_nothing_and_within_the_bound(failures: int, seed: int) -> None:
    assert SECOND_NS // 2 <= BACKOFF.wait_ns(failures, random.Random(seed)) <= 8 * SECOND_NS
