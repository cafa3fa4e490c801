"""How a run is driven in pieces: by the replay or by the asyncio loop, or by nobody while we are down."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from random import Random
from typing import Protocol

from router.engine.inputs import Input
from router.runtime.clocks import VirtualClock
from router.runtime.live import Live
from router.runtime.replay import Replay
from router.runtime.virtual import run_virtual
from tests.faults.world import World
from venues.paper.feed import PaperFeed
from venues.paper.gateway import PaperGateway
from venues.ports import RANK_ARRIVAL, RANK_VENUE_BOOK


class Driver(Protocol):
    """Time for a world; raises Crash where the process dies, `now_ns` is then the time of death."""

    @property
    def now_ns(self) -> int: ...
    def put(self, event: Input) -> None: ...
    def play_until(self, until_ns: int) -> None: ...


class ByReplay:
    """Drives by `router.runtime.replay`."""

    def __init__(self, world: World, now_ns: int) -> None:
        self._replay = Replay(world.desk, world.market, world.venues, now_ns)

    @property
    def now_ns(self) -> int:
        return self._replay.now_ns

    def put(self, event: Input) -> None:
        self._replay.put(event)

    def play_until(self, until_ns: int) -> None:
        self._replay.run_until(until_ns)


class ByLoop:
    """Drives by `router.runtime.live` in virtual time, a loop for each piece."""

    def __init__(self, world: World, now_ns: int) -> None:
        self._world = world
        self._clock = VirtualClock(now_ns)
        world.disk.busy = self._let_pass

    @property
    def now_ns(self) -> int:
        return self._clock.now_ns()

    def put(self, event: Input) -> None:
        self._run(lambda live: live.put(event))

    def _let_pass(self, takes_ns: int) -> None:
        self._clock.advance_to(self._clock.now_ns() + takes_ns)

    def play_until(self, until_ns: int) -> None:
        async def play(live: Live) -> None:
            running = asyncio.create_task(live.run())
            ringing = asyncio.ensure_future(self._clock.sleep_until(until_ns, RANK_VENUE_BOOK, -1))
            await asyncio.wait({running, ringing}, return_when=asyncio.FIRST_COMPLETED)
            ringing.cancel()
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

        self._run(play)
        self._clock.advance_to(until_ns)

    def _run(self, main: Callable[[Live], Awaitable[None]]) -> None:
        world = self._world
        gateways = {
            v.venue: PaperGateway(v, self._clock, order=n) for n, v in enumerate(world.venues)
        }
        live = Live(
            desk=world.desk,
            clock=self._clock,
            feed=PaperFeed(world.market, gateways, self._clock),
            gateways=gateways,
            idle=lambda: all(venue.quiet for venue in world.venues),
            rng=Random(0),
            report=lambda _: None,
        )

        async def run() -> None:
            await main(live)

        run_virtual(run, self._clock)


def drive(world: World, now_ns: int) -> Driver:
    """Return the driver that the profile asks for, at `now_ns`."""
    return ByLoop(world, now_ns) if world.profile.live else ByReplay(world, now_ns)


def sleep_through(world: World, now_ns: int, until_ns: int) -> None:
    """Let market and venues go on from `now_ns` to `until_ns` with nobody listening."""
    while True:
        dues = [(due, n) for n, v in enumerate(world.venues) if (due := v.next_due_ns())]
        due, who = min(dues, default=((until_ns, RANK_VENUE_BOOK), -1))
        if due[0] >= until_ns:
            due, who = (until_ns, RANK_VENUE_BOOK), -1
        stop = world.market.advance(*due)
        if stop.fills or stop.fired:
            for fill in stop.fills:
                venue = world.market.instruments[fill.i].venue
                found = next(v for v in world.venues if v.venue == venue)
                found.maker_filled(fill.i, fill.order_no, fill.lots, stop.time_ns)
        elif who < 0:
            return
        elif due[1] == RANK_ARRIVAL:
            world.venues[who].arrive(max(due[0], now_ns))
        else:
            world.venues[who].deliver(max(due[0], now_ns))
