"""How does an engine live against the embedded market in real time?"""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence

from router.app.assembly import Paper, assemble, seeded, use_kernels
from router.app.own_strategies import NONE_LOADED, Loaded
from router.engine.inputs import CancelParent, Input, SubmitParent
from router.journal.ports import Journal
from router.runtime.clocks import WallClock
from router.runtime.desk import Listener
from router.runtime.live import Live
from router.runtime.supervise import Change
from router.settings.fields import Settings
from strategies.spec import ParentSpec
from venues.paper.feed import PaperFeed
from venues.paper.gateway import PaperGateway
from venues.ports import Clock
from venues.synthetic.market import synthetic_tape
from venues.tape.recording import Tape, read_only

_S_NS = 1_000_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """A running engine: its parts, and the loop that drives them."""

    paper: Paper
    clock: Clock
    live: Live
    running: asyncio.Task[None]

    async def submit(self, spec: ParentSpec) -> None:
        """Hand a parent over."""
        await self.live.put(SubmitParent(spec))

    async def unless_it_dies(self, awaited: Coroutine[None, None, object]) -> None:
        """Await something the engine will bring about; what kills the engine is raised instead."""
        waiting = asyncio.ensure_future(awaited)
        try:
            await asyncio.wait({waiting, self.running}, return_when=asyncio.FIRST_COMPLETED)
            if self.running.done():
                self.running.result()
        finally:
            waiting.cancel()

    async def wind_down(self) -> None:
        """Take every parent back and wait until each has ended."""
        state = self.paper.desk.engine.core.state
        for parent in list(state.parents.values()):
            if not parent.ended:
                await self.live.put(CancelParent(parent.spec.id))
        await self.unless_it_dies(self.live.quiet())


def embedded_tape(settings: Settings) -> Tape:
    """Return the market of paper mode, beginning at time one second; `starting_at` moves it."""
    return synthetic_tape(
        seed=settings.synthetic.seed,
        duration_ns=settings.synthetic.duration_s * _S_NS,
        start_ns=_S_NS,
    )


def starting_at(tape: Tape, start_ns: int) -> Tape:
    """Return `tape` moved in time so that it begins at `start_ns`."""
    by_ns = start_ns - tape.start_ns
    recordings = tuple(
        dataclasses.replace(
            r,
            msg_exchange_ns=read_only(r.msg_exchange_ns + by_ns),
            msg_local_ns=read_only(r.msg_local_ns + by_ns),
            trade_exchange_ns=read_only(r.trade_exchange_ns + by_ns),
            trade_local_ns=read_only(r.trade_local_ns + by_ns),
            deriv_exchange_ns=read_only(r.deriv_exchange_ns + by_ns),
            deriv_local_ns=read_only(r.deriv_local_ns + by_ns),
            # Zero is no time: it stays zero.
            deriv_next_ns=read_only(r.deriv_next_ns + by_ns * (r.deriv_next_ns != 0)),
        )
        for r in tape.recordings
    )
    return dataclasses.replace(
        tape, recordings=recordings, start_ns=start_ns, end_ns=tape.end_ns + by_ns
    )


def live_over(
    paper: Paper,
    clock: Clock,
    report: Callable[[Change], None] = lambda _: None,
    script: Sequence[tuple[int, Input]] = (),
) -> Live:
    """Return the asyncio driver of `paper` on any clock; `report` hears what becomes of its tasks."""
    gateways = {v.venue: PaperGateway(v, clock, order=n) for n, v in enumerate(paper.venues)}
    return Live(
        desk=paper.desk,
        clock=clock,
        feed=PaperFeed(paper.market, gateways, clock),
        gateways=gateways,
        idle=lambda: all(venue.next_due_ns() is None for venue in paper.venues),
        rng=seeded(f"{paper.run}/supervisor"),
        report=report,
        script=script,
    )


@contextlib.asynccontextmanager
async def open_session(
    tape: Tape,
    settings: Settings,
    specs: Sequence[ParentSpec],
    *,
    journal: Journal,
    listener: Listener | None = None,
    report: Callable[[Change], None] = lambda _: None,
    own: Loaded = NONE_LOADED,
) -> AsyncIterator[Session]:
    """Run an engine over `tape`, moved to begin now; `specs` are part of the run's identity.

    Leaving the block stops the engine where it stands; wind down before for an orderly end.
    """
    clock = WallClock()
    paper = assemble(
        starting_at(tape, clock.now_ns()),
        settings,
        specs,
        seed=settings.run.seed,
        kernels=use_kernels(),
        journal=journal,
        listener=listener,
        own=own,
    )
    live = live_over(paper, clock, report)
    paper.desk.write([paper.opening], clock.now_ns(), clock.wall_ns())
    running = asyncio.create_task(live.run(), name="engine")
    try:
        for spec in specs:
            await live.put(SubmitParent(spec))
        yield Session(paper, clock, live, running)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
