"""How a decision becomes real: step, journal, commit, one last look, and only then let it leave.

Both drivers, the asyncio loop and the replay, run every input through here; neither has a second way.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from router.engine.engine import Engine
from router.engine.inputs import Executions, Input
from router.engine.records import Record
from router.journal.ports import Journal
from venues.model.commands import Approved, Submit, SubmitPair, orders_of
from venues.model.events import Asked, ExecutionEvent, NotSent
from venues.model.market import BookState
from venues.model.order import TimeInForce

_encode = msgspec.json.Encoder().encode


class Listener(Protocol):
    """Someone who follows what became true: progress, reports, files."""

    def followed(self, records: list[Record], now_ns: int) -> None:
        """Take note of records that are committed."""
        ...


def no_time_passes(now_ns: int) -> int:
    """Return the time after a commit that began at `now_ns`, where a commit takes no time."""
    return now_ns


@dataclass(slots=True)
class Desk:
    """An engine with its journal; `listener` hears of everything after the commit.

    `after_commit_ns(now_ns)`: the time when a commit that began at `now_ns` has been made.
    """

    engine: Engine
    journal: Journal
    listener: Listener
    after_commit_ns: Callable[[int], int] = field(default=no_time_passes, kw_only=True)

    def turn(self, event: Input, now_ns: int, wall_ns: int) -> list[Approved]:
        """Step, commit, and return what may leave now.

        A refused last look becomes NOT_SENT, which is itself stepped and committed, at the time it
        is then: a strategy that tries again must be able to be in time. What has passed is looked
        at again after that commit, for it has waited too.
        """
        leaving: list[Approved] = []
        pending: list[Input] = [event]
        while pending:
            records, commands = self.engine.step(pending.pop(), now_ns)
            self._commit(records, now_ns, wall_ns)
            now_ns = self.after_commit_ns(now_ns)
            refused: list[ExecutionEvent] = []
            looked_at, leaving = [*leaving, *commands], []
            for approved in looked_at:
                why = self._last_look(approved, now_ns)
                if why:
                    refused.extend(_not_sent(approved, why))
                else:
                    leaving.append(approved)
            if refused:
                pending.append(Executions(tuple(refused)))
        for approved in leaving:
            self._disturb(approved, now_ns)
        return leaving

    def _disturb(self, approved: Approved, now_ns: int) -> None:
        """Tell the book a taker leaves for: what it does there is no lesson about others."""
        command = approved.command
        if isinstance(command, Submit) and command.time_in_force is TimeInForce.IOC:
            core = self.engine.core
            core.books.disturbed(core.watching.book_of(command.venue, command.symbol), now_ns)

    def write(self, records: list[Record], now_ns: int, wall_ns: int) -> None:
        """Journal records that no step made: the opening of a run."""
        self._commit(records, now_ns, wall_ns)

    def _commit(self, records: list[Record], now_ns: int, wall_ns: int) -> None:
        if not records:
            return
        append = self.journal.append
        for record in records:
            append(
                str(record.__struct_config__.tag),
                _encode(record),
                mono_ns=now_ns,
                wall_ns=wall_ns,
            )
        self.journal.commit()
        self.listener.followed(records, now_ns)

    def _last_look(self, approved: Approved, now_ns: int) -> str:
        """Return why a committed command must not leave after all, or ""; cancels always may."""
        command = approved.command
        if not isinstance(command, Submit | SubmitPair):
            return ""
        core = self.engine.core
        if core.gate.halt.active:
            return f"halted: {core.gate.halt.reason}"
        if now_ns > command.deadline_ns:
            return "late: decided too long ago"
        book = core.watching.book_of(command.venue, command.symbol)
        state = core.books.state(book, now_ns, core.settings.stale_after_ns)
        return "" if state is BookState.LIVE else f"the book is {state.value}"


def _not_sent(approved: Approved, why: str) -> list[NotSent]:
    return [
        NotSent(client_order_id=s.client_order_id, venue=s.venue, asked=Asked.SUBMIT, reason=why)
        for s in orders_of(approved.command)
    ]
