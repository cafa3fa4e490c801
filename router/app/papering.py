"""`fathom paper`: the same engine live against the embedded market, shown while it works."""

import asyncio
import logging
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live as Screen

from router.app.interrupts import at_once
from router.app.output import JOURNAL, fresh_folder, report_of, write_run
from router.app.own_strategies import Loaded
from router.app.session import Session, open_session
from router.app.warm import warm
from router.journal.sqlite import DURABLE, open_journal
from router.reports.render import progress
from router.reports.summary import Report
from router.runtime.clocks import WallClock
from router.runtime.log import make_logger
from router.runtime.narrate import Narrator
from router.runtime.redaction import Secrets
from router.settings.fields import Settings
from strategies.spec import ParentSpec
from venues.model.ids import VenueId
from venues.ports import RANK_SCREEN
from venues.tape.recording import Tape

_FRAME_NS = 250_000_000
# After an interrupt parents get this long to have their cancels confirmed.
_GRACE_S = 3.0
# The line of the spinner cleared, the cursor shown.
_TIDY = b"\r\x1b[2K\x1b[?25h"


class Interrupted(KeyboardInterrupt):
    """The user asked to stop and everything has been wound down; `report` is what was done."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperJob:
    """What to run and how to show it.

    `for_s`: stop after so many seconds, None = at the end. `screen`: where progress is drawn, None
    for nowhere; then the log on stderr tells more.
    """

    settings: Settings
    specs: Sequence[ParentSpec]
    tape: Tape
    for_s: int | None
    screen: Console | None
    own: Loaded

    @property
    def log_level(self) -> int:
        """Return from which level on log lines are written: a drawn screen wants few of them."""
        return logging.INFO if self.screen is None else logging.WARNING

    def preparing(self) -> AbstractContextManager[object]:
        """Say that something is going on while kernels are compiled."""
        if self.screen is None:
            return nullcontext()
        return self.screen.status("preparing (the first time on a machine: half a minute)")


def paper_run(job: PaperJob, out: Path | None) -> Report:
    """Run live to the end of every parent and return the report; `out` keeps the run's files.

    Raises Interrupted after Ctrl-C.
    """
    with at_once(b"" if job.screen is None else _TIDY), job.preparing():
        warm(job.settings)
    if out is not None:
        return _in_folder(job, fresh_folder(out), keep=True)
    with tempfile.TemporaryDirectory(prefix="fathom-") as folder:
        return _in_folder(job, Path(folder), keep=False)


def _in_folder(job: PaperJob, folder: Path, *, keep: bool) -> Report:
    journal = open_journal(folder / JOURNAL, DURABLE)
    narrator = Narrator(make_logger(sys.stderr, WallClock(), Secrets(), level=job.log_level))

    async def work() -> tuple[Report, bool]:
        async with open_session(
            job.tape,
            job.settings,
            job.specs,
            journal=journal,
            listener=narrator,
            report=narrator.changed,
            own=job.own,
        ) as session:
            interrupted = await _watch(session, job.for_s, job.screen)
            elapsed_ns = session.clock.now_ns() - session.paper.tape.start_ns
            report = report_of(session.paper, elapsed_ns)
            if keep:
                write_run(folder, session.paper, report)
            return report, interrupted

    try:
        report, interrupted = asyncio.run(work())
    finally:
        journal.close()
    if interrupted:
        raise Interrupted(report)
    return report


async def _watch(session: Session, for_s: int | None, screen: Console | None) -> bool:
    """Draw progress until all is quiet; return whether the user broke it off."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGINT, stop.set)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    quiet = asyncio.create_task(session.unless_it_dies(session.live.quiet()))
    stopped = asyncio.create_task(stop.wait())
    drawing = asyncio.create_task(_draw(session, screen))
    try:
        await asyncio.wait(
            {quiet, stopped, drawing}, timeout=for_s, return_when=asyncio.FIRST_COMPLETED
        )
        if not quiet.done():
            async with asyncio.timeout(_GRACE_S):
                await session.wind_down()
    except TimeoutError:
        pass  # the report says what is still open
    finally:
        for task in (quiet, stopped, drawing):
            task.cancel()
        results = await asyncio.gather(quiet, stopped, drawing, return_exceptions=True)
        loop.remove_signal_handler(signal.SIGINT)
        loop.remove_signal_handler(signal.SIGTERM)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return stop.is_set()


async def _draw(session: Session, screen: Console | None) -> None:
    if screen is None:
        await asyncio.Event().wait()
        return
    with Screen(console=screen, auto_refresh=False, transient=True) as display:
        while True:
            core = session.paper.desk.engine.core
            display.update(progress(list(core.state.parents.values()), _books(session)))
            display.refresh()
            await session.clock.sleep_until(session.clock.now_ns() + _FRAME_NS, RANK_SCREEN)


def _books(session: Session) -> list[tuple[VenueId, str]]:
    core, now_ns = session.paper.desk.engine.core, session.clock.now_ns()
    stale_after_ns = core.settings.stale_after_ns
    return [
        (instrument.venue, core.books.state(i, now_ns, stale_after_ns).value)
        for i, instrument in enumerate(session.paper.tape.instruments)
    ]
