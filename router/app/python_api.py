"""How does a strategy's author use the engine from Python? `async with Router() as router`."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from router.app.orders import check_spec
from router.app.output import JOURNAL, fresh_folder, report_of, write_run
from router.app.own_strategies import load_own
from router.app.session import Session, embedded_tape, open_session
from router.app.warm import warm
from router.engine.inputs import AmendParent, CancelParent, PauseParent, ResumeParent
from router.engine.instructing import why_not_amended
from router.engine.preview import Preview, preview
from router.engine.records import Record
from router.journal.sqlite import DURABLE, open_journal
from router.orders.parent import Parent, ParentState
from router.reports.summary import ParentSummary, summarise
from router.settings.reader import default_config, read_settings
from strategies.spec import ParentSpec
from venues.errors import InputError
from venues.model.ids import ParentId


@dataclass(frozen=True, slots=True)
class Update:
    """A parent as it stands; quantities in market units."""

    parent: ParentId
    state: ParentState
    filled: Decimal
    open: Decimal
    reason: str


class Handle:
    """A parent order that was handed over.

    Iterating yields an `Update` whenever something about it changed, and ends when it has ended. A
    slow reader misses nothing but intermediate updates: the newest one is always the next.
    """

    __slots__ = ("_changed", "_router", "id")

    def __init__(self, router: "Router", parent_id: ParentId) -> None:
        self.id = parent_id
        self._router = router
        self._changed = asyncio.Event()
        self._changed.set()

    async def __aiter__(self) -> AsyncIterator[Update]:
        """Yield updates until the parent has ended, the present one first."""
        self._changed.set()
        while True:
            await self._router.session.unless_it_dies(self._changed.wait())
            self._changed.clear()
            parent = self._router.parent(self.id)
            yield Update(
                parent=self.id,
                state=parent.state,
                filled=parent.filled,
                open=parent.reserved,
                reason=parent.reason or parent.idle,
            )
            if parent.ended:
                return

    async def cancel(self) -> None:
        """Take the parent back; it ends when every child has been answered."""
        await self._router.session.live.put(CancelParent(self.id))

    async def pause(self) -> None:
        """Stop for a while: what rests is withdrawn, nothing new is sent until `resume`."""
        await self._router.session.live.put(PauseParent(self.id))

    async def resume(self) -> None:
        """Go on after a pause."""
        await self._router.session.live.put(ResumeParent(self.id))

    async def amend(
        self,
        *,
        quantity: Decimal | None = None,
        limit_price: Decimal | None = None,
        horizon_s: int | None = None,
    ) -> None:
        """Change the total quantity (market units), the limit, or the horizon from the start.

        A total below what has traded or still may is reached as orders end. Raises InputError with
        the reason where it cannot be; then nothing has changed.
        """
        asked = AmendParent(
            parent_id=self.id, quantity=quantity, limit_price=limit_price, horizon_s=horizon_s
        )
        core = self._router.session.paper.desk.engine.core
        if why := why_not_amended(core, self._router.parent(self.id), asked):
            raise InputError(f"amend: {why}")
        await self._router.session.live.put(asked)

    async def done(self) -> ParentSummary:
        """Wait for the end and return the summary."""
        async for _ in self:
            pass
        return self._router.summary(self.id)

    def touched(self) -> None:
        """Wake whoever iterates."""
        self._changed.set()


class Router:
    """The engine in paper mode, inside the caller's event loop.

    `config`: a TOML file, default the built-in one. `out`: a folder for journal and reports, default
    none is kept. Use as an async context manager; leaving it winds every parent down first.
    """

    def __init__(self, *, config: Path | None = None, out: Path | None = None) -> None:
        file = config or default_config()
        self._settings = read_settings(file)
        self._own = load_own(self._settings, file.parent)
        self._out = out
        self._stack = AsyncExitStack()
        self._session: Session | None = None
        self._handles: dict[ParentId, Handle] = {}

    async def __aenter__(self) -> Self:
        """Open the market and the journal."""
        warm(self._settings)
        if self._out is None:
            folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="fathom-")))
        else:
            folder = fresh_folder(self._out)
        journal = open_journal(folder / JOURNAL, DURABLE)
        self._stack.callback(journal.close)
        self._session = await self._stack.enter_async_context(
            open_session(
                embedded_tape(self._settings),
                self._settings,
                (),
                journal=journal,
                listener=self,
                own=self._own,
            )
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wind down what is alive, write the reports, stop the engine."""
        try:
            if kind is None:
                await self.session.wind_down()
                if self._out is not None:
                    paper, now_ns = self.session.paper, self.session.clock.now_ns()
                    write_run(self._out, paper, report_of(paper, now_ns - paper.tape.start_ns))
        finally:
            await self._stack.__aexit__(kind, error, trace)

    @property
    def session(self) -> Session:
        """Return the running session; RuntimeError outside the `async with` block."""
        if self._session is None:
            raise RuntimeError("use Router inside `async with`")
        return self._session

    async def submit(self, spec: ParentSpec) -> Handle:
        """Hand a parent over; the same order twice gives the same handle.

        Raises InputError: unknown market or venue, or the id is taken by other content.
        """
        paper = self.session.paper
        check_spec(spec, paper.tape.instruments, self._settings, self._own)
        known = paper.desk.engine.core.state.parents.get(spec.id)
        if known is not None and known.ordered != spec:
            raise InputError(f"order.id: {spec.id!r} was given before with other content")
        handle = self._handles.get(spec.id)
        if handle is None:
            handle = self._handles[spec.id] = Handle(self, spec.id)
            await self.session.submit(spec)
        return handle

    def preview(self, spec: ParentSpec) -> Preview:
        """Return what `spec` would do and cost on the books of now; nothing is sent or kept.

        Raises InputError as `submit`.
        """
        paper = self.session.paper
        check_spec(spec, paper.tape.instruments, self._settings, self._own)
        return preview(paper.desk.engine.core, spec, self.session.clock.now_ns())

    def parent(self, parent_id: ParentId) -> Parent:
        """Return the present of a parent."""
        return self.session.paper.desk.engine.core.state.parents[parent_id]

    def summary(self, parent_id: ParentId) -> ParentSummary:
        """Return the report of a parent as it stands."""
        return summarise(self.parent(parent_id), self.session.paper.follower)

    def followed(self, records: list[Record], now_ns: int) -> None:
        """Tell every handle that something was committed."""
        del records, now_ns
        for handle in self._handles.values():
            handle.touched()
