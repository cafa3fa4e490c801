"""How does a story run on the paper venues: by the replay and by the asyncio loop, over a crash or not?

The replay keeps its books in plain Python, the loop in kernels: what differs between them shows, too.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from router.app.assembly import (
    STRATEGIES,
    Paper,
    assemble,
    build_core,
    engine_settings,
    scales_of,
)
from router.app.output import report_of, write_run
from router.app.own_strategies import Loaded, Offered
from router.app.session import live_over
from router.engine.engine import Engine
from router.engine.inputs import Input, Recovered, SubmitParent
from router.engine.records import Record
from router.engine.state import EngineState
from router.journal.memory import MemoryJournal
from router.orders.parent import Parent
from router.reports.follow import Follower
from router.reports.summary import Report
from router.runtime.clocks import VirtualClock
from router.runtime.desk import Desk
from router.runtime.recovery import recover
from router.runtime.replay import Replay
from router.runtime.virtual import run_virtual
from router.settings.fields import Settings
from router.settings.reader import default_config, read_settings
from strategies.own import NoParams
from strategies.script import Script
from strategies.scripted import ScriptStrategy
from strategies.spec import ParentSpec
from tests.matrix.story import S_NS, TERMS, Story
from venues.books.jit import kernels_available
from venues.model.ids import ParentId
from venues.paper.truth import PaperOrder, Seen
from venues.ports import RANK_ARRIVAL, RANK_VENUE_BOOK
from venues.tape.reader import read_tape
from venues.tape.writer import write_tape

SCRIPT = "story:two_takes"


async def two_takes(ctx: Script, _: NoParams) -> None:
    """Take half, wait, and take the rest until it is there."""
    await ctx.take("2")
    await ctx.sleep("10")
    while ctx.left() > 0:
        await ctx.take(ctx.left())
        await ctx.sleep("1")


OWN: Loaded = {SCRIPT: Offered(ScriptStrategy(SCRIPT, two_takes, "1", NoParams), NoParams, "1")}


@dataclass
class Heard:
    """Everything that became true, and when the engine knew; over all lives of the process."""

    records: list[tuple[int, Record]] = field(default_factory=list)

    def followed(self, records: list[Record], now_ns: int) -> None:
        self.records += [(now_ns, record) for record in records]


@dataclass(frozen=True)
class Done:
    """A story that is over: what was known here, and what really happened at the venues."""

    story: Story
    paper: Paper
    heard: Heard
    report: Report
    out: Path
    tape: Path

    def parent(self, name: ParentId) -> Parent:
        """Return a parent as the engine holds it."""
        return self.paper.desk.engine.core.state.parents[name]

    @property
    def records(self) -> Sequence[tuple[int, Record]]:
        return self.heard.records

    @property
    def orders(self) -> Sequence[PaperOrder]:
        """Return every order that a venue took, alpha's first."""
        return [order for venue in self.paper.venues for order in venue.truth().orders]

    @property
    def requests(self) -> Sequence[Seen]:
        """Return every request that reached a venue, alpha's first."""
        return [seen for venue in self.paper.venues for seen in venue.truth().requests]


Drive = Callable[[Paper, Input | None, Sequence[tuple[int, Input]], int, int], int]
LATE_NS: Final = 10 * S_NS  # what is told after the end is heard for so long


def told(story: Story, specs: Sequence[ParentSpec], where: Path, drive: Drive) -> Done:
    """Tell a story to its end; the tape is played as it is read back from `where`."""
    folder, out = where / "tape", where / drive.__name__
    if not folder.exists():
        write_tape(story.tape(), folder)
    tape, settings = read_tape(folder), _settings(str(where), story.faults)
    out.mkdir()
    heard = Heard()
    paper = assemble(
        tape,
        settings,
        specs,
        seed=1,
        kernels=drive is lived and kernels_available(),
        journal=MemoryJournal(),
        listener=heard,
        own=OWN,
    )
    now_ns = tape.start_ns
    paper.desk.write([paper.opening], now_ns, now_ns)
    script = [(now_ns, SubmitParent(spec)) for spec in specs] + sorted(
        story.script, key=lambda said: said[0]
    )
    first: Input | None = script.pop(0)[1]
    if story.dies_ns:
        before = [said for said in script if said[0] < story.dies_ns]
        drive(paper, first, before, now_ns, story.dies_ns)
        paper, now_ns = _reborn(paper, heard, settings, story), story.back_ns
        script, first = script[len(before) :], Recovered()
    now_ns = drive(paper, first, script, now_ns, 0)
    drive(paper, None, (), now_ns, now_ns + LATE_NS)
    report = report_of(paper, 0)
    write_run(out, paper, report)
    return Done(story, paper, heard, report, out, folder)


def _settings(where: str, faults: str) -> Settings:
    config = Path(where) / "story.toml"
    config.write_text(default_config().read_text() + TERMS + faults)
    return read_settings(config)


def replayed(
    paper: Paper,
    first: Input | None,
    script: Sequence[tuple[int, Input]],
    now_ns: int,
    until_ns: int,
) -> int:
    """Replay up to a time, or until every parent has ended; return the time it is then."""
    replay = Replay(paper.desk, paper.market, paper.venues, now_ns, script)
    if first is not None:
        replay.put(first)
    if until_ns:
        replay.run_until(until_ns)
    else:
        replay.run()
    return replay.now_ns


def lived(
    paper: Paper,
    first: Input | None,
    script: Sequence[tuple[int, Input]],
    now_ns: int,
    until_ns: int,
) -> int:
    """Run the asyncio loop in virtual time up to a time, or until every parent has ended; as `replayed`."""
    clock = VirtualClock(now_ns)
    live = live_over(paper, clock, script=script)

    async def main() -> None:
        if first is not None:
            await live.put(first)
        over: Coroutine[None, None, None] = live.quiet()
        if until_ns:
            over.close()
            over = clock.sleep_until(until_ns, RANK_VENUE_BOOK, -1)
        running, over_task = asyncio.create_task(live.run()), asyncio.ensure_future(over)
        await asyncio.wait({running, over_task}, return_when=asyncio.FIRST_COMPLETED)
        over_task.cancel()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    run_virtual(main, clock)
    return clock.now_ns()


def _reborn(paper: Paper, heard: Heard, settings: Settings, story: Story) -> Paper:
    """Return the process that begins on what the dead one committed; venues and market lived on."""
    assert isinstance(paper.desk.journal, MemoryJournal)
    for venue in paper.venues:
        venue.hang_up()
    for slot in list(paper.desk.engine.core.watching.by_slot):
        paper.market.watches.clear(slot)
    for i in range(len(paper.tape.instruments)):
        paper.market.view.set_own(i, {})
    _sleep_through(paper, story.dies_ns, story.back_ns)
    old = paper.desk.engine.core
    core = build_core(
        run=paper.run,
        seed=1,
        settings=engine_settings(settings),
        scales=scales_of(paper.tape.instruments, settings),
        members=old.state.members,
        market=paper.market,
        sweep=old.sweep,
        search=old.search,
        strategies={**STRATEGIES, **{kind: own.strategy for kind, own in OWN.items()}},
    )
    journal, follower = paper.desk.journal.crash(), Follower(old.state.members)
    recover(core, journal, follower)
    _same_knowledge(core.state, old.state)
    desk = Desk(Engine(core), journal, _Both(follower, heard))
    desk.write([paper.opening], story.back_ns, story.back_ns)
    return replace(paper, desk=desk, follower=follower)


def _same_knowledge(new: EngineState, old: EngineState) -> None:
    """Insist that the new process knows all that the dead one had committed."""
    assert new.digest.hexdigest() == old.digest.hexdigest()
    assert new.children == old.children
    assert new.sent == old.sent
    for name, parent in old.parents.items():
        other = new.parents[name]
        assert (other.spec, other.state, other.wanted) == (parent.spec, parent.state, parent.wanted)
        assert (other.filled, other.reserved) == (parent.filled, parent.reserved)
        assert (other.memory, other.wakes) == (parent.memory, parent.wakes)


def _sleep_through(paper: Paper, now_ns: int, until_ns: int) -> None:
    """Let market and venues go on while nobody listens."""
    by_id = {venue.venue: venue for venue in paper.venues}
    while True:
        dues = [(due, n) for n, v in enumerate(paper.venues) if (due := v.next_due_ns())]
        due, who = min(dues, default=((until_ns, RANK_VENUE_BOOK), -1))
        if due[0] >= until_ns:
            due, who = (until_ns, RANK_VENUE_BOOK), -1
        stop = paper.market.advance(*due)
        if stop.fills:
            for fill in stop.fills:
                venue = paper.market.instruments[fill.i].venue
                by_id[venue].maker_filled(fill.i, fill.order_no, fill.lots, stop.time_ns)
        elif who < 0:
            return
        elif due[1] == RANK_ARRIVAL:
            paper.venues[who].arrive(due[0])
        else:
            paper.venues[who].deliver(due[0])


@dataclass(frozen=True)
class _Both:
    follower: Follower
    heard: Heard

    def followed(self, records: list[Record], now_ns: int) -> None:
        self.follower.followed(records, now_ns)
        self.heard.followed(records, now_ns)
