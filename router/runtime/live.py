"""How the engine runs live: asyncio tasks around one desk, one per feed, gateway and alarm clock.

Nothing here decides anything. Each task waits for one kind of event, runs it through the desk to its
end without awaiting in between, and hands over what may leave. With a virtual clock and paper venues
the same code replays a tape, which is how it is proven equal to `router.runtime.replay`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random

from router.engine.inputs import Executions, Input, MarketEnded, TimersDue, WatchesFired
from router.runtime.desk import Desk
from router.runtime.supervise import Change, Supervisor
from venues.model.ids import VenueId
from venues.ports import RANK_INSTRUCTION, RANK_TIMER, Clock, Feed, Gateway


@dataclass(slots=True)
class Live:
    """One engine at work; `idle()` tells whether venues and feeds have nothing left to say.

    `script`: what a trader says when, (engine ns, input), rising: for runs in virtual time.
    `beside`: what else has to run, by name: gateways that work on their own.
    """

    desk: Desk
    clock: Clock
    feed: Feed
    gateways: Mapping[VenueId, Gateway]
    idle: Callable[[], bool]
    rng: Random  # spreads the waits for the weather, decides nothing
    report: Callable[[Change], None]
    script: Sequence[tuple[int, Input]] = ()
    beside: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    _feed_over: bool = False
    _ended: bool = False
    _nudged: asyncio.Future[None] | None = None
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Let the desk see how long its commits take."""
        self.desk.after_commit_ns = lambda _: self.clock.now_ns()

    async def put(self, event: Input) -> None:
        """Run one input through the desk now and let its commands leave."""
        for approved in self.desk.turn(event, self.clock.now_ns(), self.clock.wall_ns()):
            await self.gateways[approved.command.venue].send(approved)
        self._look_again()

    async def run(self) -> None:
        """Work until cancelled; a bug in one task ends all and is raised as itself."""
        async with Supervisor(self.clock, self.rng, self.report) as tasks:
            tasks.start("feed", self._follow_feed)
            tasks.start("timers", self._ring)
            for venue, gateway in self.gateways.items():
                tasks.start(f"gateway {venue}", partial(self._follow, gateway))
            for name, work in self.beside.items():
                tasks.start(name, work)
            if self.script:
                tasks.start("script", self._speak)

    async def quiet(self) -> None:
        """Return when no parent is alive."""
        await self._quiet.wait()

    async def _follow_feed(self) -> None:
        async for slots in self.feed.fired():
            await self.put(WatchesFired(slots))
        self._feed_over = True
        await self._end_if_over()

    async def _follow(self, gateway: Gateway) -> None:
        async for events in gateway.events():
            await self.put(Executions(events))
            await self._end_if_over()

    async def _speak(self) -> None:
        for at_ns, event in self.script:
            await self.clock.sleep_until(at_ns, RANK_INSTRUCTION)
            await self.put(event)
            await self._end_if_over()

    async def _ring(self) -> None:
        """Serve the engine's timers, one at a time, at their moment or as soon as possible after."""
        while True:
            due_ns = self.desk.engine.next_timer_ns()
            if not await self._until(due_ns) or due_ns != self.desk.engine.next_timer_ns():
                continue
            await self.put(TimersDue())
            await self._end_if_over()

    async def _end_if_over(self) -> None:
        """When the market has ended and nothing is under way, parents that live expire, once."""
        if not self._feed_over or self._ended or not self.idle():
            return
        if self.desk.engine.at_rest and self.desk.engine.alive:
            self._ended = True
            await self.put(MarketEnded())

    async def _until(self, due_ns: int | None) -> bool:
        nudged = self._nudged = asyncio.get_running_loop().create_future()
        if due_ns is None:
            await nudged
            return False
        sleeper = asyncio.ensure_future(self.clock.sleep_until(due_ns, RANK_TIMER))
        try:
            await asyncio.wait({sleeper, nudged}, return_when=asyncio.FIRST_COMPLETED)
            if sleeper.done():
                sleeper.result()
            return sleeper.done()
        finally:
            sleeper.cancel()

    def _look_again(self) -> None:
        """Tell the waiting tasks that what they wait for may have changed."""
        if self._nudged is not None and not self._nudged.done():
            self._nudged.set_result(None)
        self.feed.nudge()
        if self.desk.engine.alive:
            self._quiet.clear()
        else:
            self._quiet.set()
