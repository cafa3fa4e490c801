"""Who may ask now: cancels first, never more than the venue allows, and nothing for ever."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import FakeClock
from venues.live.dialect import Quota
from venues.live.proofs import Pace
from venues.live.throttle import Dispatcher, Turn, Urgency

S = 1_000_000_000
ORDERS = Quota(limit=5, period_s=10, kept=0, orders_only=True)
REQUESTS = Quota(limit=10, period_s=60, kept=4, orders_only=False)
CANCEL, REDUCE, ASK, NEW = Urgency


class Gone:
    """What left, when."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.left: list[tuple[int, str]] = []

    def turn(self, urgency: Urgency, name: str = "", weight: int = 1) -> Turn:
        def go() -> None:
            self.left.append((self._clock.now_ns() // S, name or urgency.name))

        return Turn(urgency=urgency, go=go, weight=weight)

    @property
    def names(self) -> list[str]:
        return [name for _, name in self.left]


@contextmanager
def running(dispatcher: Dispatcher) -> Iterator[None]:
    task = asyncio.ensure_future(dispatcher.run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()


async def test_what_fits_leaves_at_once_and_most_urgent_first() -> None:
    clock = FakeClock(S)
    dispatcher, gone = Dispatcher([ORDERS], clock), Gone(clock)
    for urgency in (NEW, ASK, CANCEL, REDUCE, CANCEL):
        dispatcher.put(gone.turn(urgency))
    with running(dispatcher):
        await clock.run_until(S)
    assert gone.left == [(1, n) for n in ("CANCEL", "CANCEL", "REDUCE", "ASK", "NEW")]


async def test_orders_wait_for_their_window_and_cancels_do_not_count_in_it() -> None:
    clock = FakeClock(S)
    dispatcher, gone = Dispatcher([ORDERS], clock), Gone(clock)
    for n in range(7):
        dispatcher.put(gone.turn(NEW, f"new{n}"))
    with running(dispatcher):
        await clock.run_until(5 * S)
        assert len(gone.left) == 5
        dispatcher.put(gone.turn(CANCEL))
        await clock.run_until(6 * S)
        assert gone.names[-1] == "CANCEL"
        await clock.run_until(30 * S)
    assert gone.names == ["new0", "new1", "new2", "new3", "new4", "CANCEL", "new5", "new6"]
    assert [at for at, _ in gone.left][-2:] == [11, 11]


async def test_cancels_still_find_room_where_new_orders_have_used_up_theirs() -> None:
    clock = FakeClock(S)
    dispatcher, gone = Dispatcher([REQUESTS], clock), Gone(clock)
    for _ in range(8):
        dispatcher.put(gone.turn(NEW))
    for _ in range(5):
        dispatcher.put(gone.turn(CANCEL))
    with running(dispatcher):
        await clock.run_until(2 * S)
    assert gone.names == ["CANCEL"] * 5 + ["NEW"]  # six of ten are for others; five are taken


async def test_a_cancel_passes_an_order_that_waits() -> None:
    clock = FakeClock(S)
    dispatcher, gone = Dispatcher([REQUESTS], clock), Gone(clock)
    with running(dispatcher):
        for _ in range(7):
            dispatcher.put(gone.turn(NEW))
        await clock.run_until(2 * S)
        dispatcher.put(gone.turn(CANCEL))
        await clock.run_until(3 * S)
        assert gone.left[-1] == (2, "CANCEL")
        await clock.run_until(100 * S)
    assert gone.left[-1] == (61, "NEW")


async def test_a_venue_that_says_wait_is_left_alone_but_for_cancels() -> None:
    clock = FakeClock(S)
    dispatcher, gone = Dispatcher([REQUESTS], clock), Gone(clock)
    with running(dispatcher):
        dispatcher.slowed(Pace.LIMITED, 30)
        for urgency in (NEW, REDUCE, ASK, CANCEL):
            dispatcher.put(gone.turn(urgency))
        await clock.run_until(20 * S)
        assert gone.names == ["CANCEL"]
        await clock.run_until(40 * S)
    assert gone.left[1:] == [(31, "REDUCE"), (31, "ASK"), (31, "NEW")]


async def test_a_venue_that_has_shut_us_out_is_asked_nothing_at_all() -> None:
    clock = FakeClock(S)
    dispatcher, gone = Dispatcher([REQUESTS], clock), Gone(clock)
    with running(dispatcher):
        dispatcher.slowed(Pace.BANNED)
        dispatcher.slowed(Pace.LIMITED, 5)  # a milder word later takes nothing back
        dispatcher.put(gone.turn(CANCEL))
        await clock.run_until(120 * S)
        assert gone.left == []
        await clock.run_until(130 * S)
    assert gone.left == [(121, "CANCEL")]


async def test_a_ban_told_while_an_order_waits_for_its_window_counts() -> None:
    clock = FakeClock(S)
    dispatcher, gone = Dispatcher([ORDERS], clock), Gone(clock)
    with running(dispatcher):
        for _ in range(6):
            dispatcher.put(gone.turn(NEW))
        await clock.run_until(2 * S)
        dispatcher.slowed(Pace.BANNED, 60)
        await clock.run_until(50 * S)
        assert len(gone.left) == 5
        await clock.run_until(70 * S)
    assert gone.left[-1] == (62, "NEW")


def test_a_request_heavier_than_its_quota_is_refused_at_once() -> None:
    dispatcher = Dispatcher([REQUESTS], FakeClock())
    with pytest.raises(ValueError, match="never fits"):
        dispatcher.put(Turn(urgency=ASK, go=lambda: None, weight=7))
    dispatcher.put(Turn(urgency=CANCEL, go=lambda: None, weight=10))
    assert dispatcher.waiting == 1


REQUESTED = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(Urgency), st.integers(1, 3)), max_size=60
)


@given(requested=REQUESTED)
def test_no_window_ever_holds_more_than_its_quota_and_everything_leaves_in_the_end(
    requested: Sequence[tuple[int, Urgency, int]],
) -> None:
    asyncio.run(_all_leave(sorted(requested, key=lambda r: r[0])))


async def _all_leave(requested: Sequence[tuple[int, Urgency, int]]) -> None:
    clock = FakeClock(S)
    left: list[tuple[int, Urgency, int]] = []
    dispatcher = Dispatcher([ORDERS, REQUESTS], clock)
    with running(dispatcher):
        for at_s, urgency, weight in requested:
            await clock.run_until(S + at_s * S)

            def go(urgency: Urgency = urgency, weight: int = weight) -> None:
                left.append((clock.now_ns(), urgency, weight))

            dispatcher.put(Turn(urgency=urgency, go=go, weight=weight))
        await clock.run_until(3600 * S)
    assert len(left) == len(requested)
    for n, (at_ns, urgency, _) in enumerate(left):
        taken = sum(row[2] for row in left[: n + 1] if row[0] >= at_ns - 60 * S)
        kept = 0 if urgency is CANCEL else REQUESTS.kept
        assert taken <= REQUESTS.limit - kept
    placed = [at_ns for at_ns, urgency, _ in left if urgency in {REDUCE, NEW}]
    for at_ns in placed:
        assert sum(at_ns - 10 * S <= t <= at_ns for t in placed) <= ORDERS.limit
