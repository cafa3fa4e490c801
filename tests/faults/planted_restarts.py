"""Which bugs of restarts and of the journal could somebody write? Planted like those of `planted`."""

import pytest

import router.engine.engine as engine_module
import router.engine.state as state_module
import router.runtime.recovery as recovery_module
from router.engine.core import Core
from router.engine.engine import Engine
from router.engine.fold import decode, fold_row
from router.engine.records import Halted, Received, Record
from router.engine.state import EngineState
from router.orders.child import Child
from router.orders.lifecycle import Status
from router.orders.parent import Parent
from strategies.base import State as Memory
from strategies.intents import WakeAt, WakeWhen
from venues.model.commands import Approved
from venues.model.events import ExecutionEvent, Filled, Rejected
from venues.model.ids import RunId

Patch = pytest.MonkeyPatch


def fold_forgets_late_fills(patch: Patch) -> None:
    def fold(state: EngineState, run: RunId, seq: int, kind: str, body: bytes) -> Record:
        record = decode(seq, kind, body)
        event = record.event if isinstance(record, Received) else None
        if isinstance(event, Filled) and state.children[event.client_order_id].closed:
            state.digest.event(event)
            state.sent.answer(event)
            return record
        return fold_row(state, run, seq, kind, body)

    patch.setattr(recovery_module, "fold_row", fold)


def recovery_forgets_sent_children(patch: Patch) -> None:
    honest = Engine._recovered

    def forget(self: Engine) -> None:
        state = self.core.state
        for order_id, child in list(state.children.items()):
            if child.status is Status.SENT:
                del state.children[order_id]
                state.parent_of(child).unsettled.pop(order_id, None)
        honest(self)

    patch.setattr(Engine, "_recovered", forget)


def recovery_takes_sent_for_rejected(patch: Patch) -> None:
    honest = Engine._recovered

    def reject(self: Engine) -> None:
        core = self.core
        for child in core.state.children.values():
            if child.status is Status.SENT:
                gone = Rejected(
                    client_order_id=child.submit.client_order_id,
                    venue=child.submit.venue,
                    reason="lost in a crash",
                )
                core.note(Received(gone, core.now_ns))
        honest(self)

    patch.setattr(Engine, "_recovered", reject)


def recovery_sends_again(patch: Patch) -> None:
    honest = Engine._recovered

    def again(self: Engine) -> None:
        for child in self.core.state.children.values():
            if child.status is Status.SENT:
                self.core.commands.append(Approved(child.submit))
        honest(self)

    patch.setattr(Engine, "_recovered", again)


def recovery_asks_nobody(patch: Patch) -> None:
    def silent(core: Core, child: Child) -> None:
        del core, child

    patch.setattr(engine_module, "ask", silent)


def memory_not_journalled(patch: Patch) -> None:
    honest = Core.remember

    def forgetful(
        self: Core,
        parent: Parent,
        memory: Memory,
        wakes: dict[str, WakeAt | WakeWhen],
        fired: str,
    ) -> None:
        if parent.memory is not None:
            parent.memory = memory
        honest(self, parent, memory, wakes, fired)

    patch.setattr(Core, "remember", forgetful)


def halt_forgotten_by_recovery(patch: Patch) -> None:
    def fold(state: EngineState, run: RunId, seq: int, kind: str, body: bytes) -> Record:
        record = decode(seq, kind, body)
        return record if isinstance(record, Halted) else fold_row(state, run, seq, kind, body)

    patch.setattr(recovery_module, "fold_row", fold)


def halt_not_journalled(patch: Patch) -> None:
    def halt(self: Engine, reason: str) -> None:
        self.core.gate.halt.set(reason)

    patch.setattr(Engine, "_halt", halt)


def the_dead_stay_dead(patch: Patch) -> None:
    def never(child: Child, event: ExecutionEvent) -> bool:
        return False

    patch.setattr(state_module, "raises", never)


def queries_numbered_anew(patch: Patch) -> None:
    honest = Core.query

    def first(self: Core, child: Child) -> None:
        child.queries = 0
        honest(self, child)

    patch.setattr(Core, "query", first)
