"""A desk and a journal under observation: every boundary between them may be the last one passed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

from router.engine.inputs import Input
from router.engine.timers import AgainTimer, ReleaseTimer
from router.journal.memory import MemoryJournal
from router.journal.ports import JournalFailed, Row
from router.orders.lifecycle import Status
from router.runtime.desk import Desk
from tests.faults.crashes import Crash, Dice
from tests.faults.profile import Point
from tests.faults.trace import Trace
from tests.faults.witness import Violation, Witness
from venues.model.commands import Approved
from venues.model.ids import ParentId


class Disk:
    """How long commits take: mostly nothing; `busy(ns)` lets that time pass where it can pass."""

    def __init__(self, slow: float, rng: Random) -> None:
        self._slow = slow
        self._rng = rng
        self.busy: Callable[[int], None] = _no_time_passes
        self.slow_commits = 0

    def calm(self) -> None:
        """Be fast from now on."""
        self._slow = 0.0

    def write(self) -> None:
        """Be slow now and then: up to three seconds, long enough for any order to be too late."""
        if self._slow and self._rng.random() < self._slow:
            self.slow_commits += 1
            self.busy(self._rng.randrange(3_000_000_000))


def _no_time_passes(takes_ns: int) -> None:
    del takes_ns


_MOST_AT_ONCE: Final = 5_000  # rows written at one instant: more is an engine that spins


class WatchedJournal(MemoryJournal):
    """The real journal in memory; what it commits is shown to the witness."""

    def __init__(self, kept: Iterable[Row], dice: Dice, witness: Witness, disk: Disk) -> None:
        super().__init__(kept)
        self._dice = dice
        self._witness = witness
        self._disk = disk
        self._shown = self._committed
        self._instant = (0, 0)  # time and number of rows written at it

    def append(self, kind: str, body: bytes, *, mono_ns: int, wall_ns: int) -> int:
        self._dice.passing(Point.DECIDED)
        self._count(mono_ns)
        return super().append(kind, body, mono_ns=mono_ns, wall_ns=wall_ns)

    def commit(self) -> None:
        self._dice.passing(Point.APPENDED)
        try:
            self._dice.passing(Point.DISK_FULL)
        except Crash as crash:
            raise JournalFailed(str(crash)) from None
        self._disk.write()
        super().commit()
        fresh = self._rows[self._shown : self._committed]
        self._shown = self._committed
        self._witness.committed(fresh)
        self._dice.passing(Point.COMMITTED)

    def _count(self, now_ns: int) -> None:
        time_ns, rows = self._instant
        self._instant = (now_ns, rows + 1 if time_ns == now_ns else 1)
        if rows > _MOST_AT_ONCE:
            raise Violation(f"the engine spins: {rows} records at one instant")

    def crashed(self) -> "WatchedJournal":
        """Return what the next process finds; this journal is dead after it."""
        return WatchedJournal(self.crash().rows(), self._dice, self._witness, self._disk)


@dataclass(slots=True)
class WatchedDesk(Desk):
    """The real desk; after each turn the engine's memory is compared with what was committed."""

    dice: Dice
    witness: Witness
    trace: Trace

    def turn(self, event: Input, now_ns: int, wall_ns: int) -> list[Approved]:
        self.dice.passing(Point.HEARD)
        self.trace.note(now_ns, "engine", event)
        leaving = Desk.turn(self, event, now_ns, wall_ns)
        self.witness.turned(self.engine.core.state)
        self._nobody_sleeps_for_ever()
        return leaving

    def _nobody_sleeps_for_ever(self) -> None:
        """Insist that something will wake every parent that runs."""
        core = self.engine.core
        for child in core.state.children.values():
            held = child.status is Status.HELD
            if held and ReleaseTimer(child.submit.client_order_id) not in core.timers._live:
                raise Violation(f"nothing will ever release {child.submit.client_order_id}")
        for parent in core.state.parents.values():
            if not parent.running or parent.unsettled or parent.wakes:
                continue
            entry = core.state.parents.get(parent.spec.exit_of or ParentId(""))
            if entry is not None and not entry.ended:
                continue  # it grows with every fill of its entry, and ends with it
            if AgainTimer(parent.spec.id) not in core.timers._live:
                raise Violation(f"nothing will ever wake {parent.spec.id}: {parent.idle}")
