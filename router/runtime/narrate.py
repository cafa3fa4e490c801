"""What is told of a run while it goes on? One log line per change that someone may ask about."""

from typing import assert_never

from structlog.typing import FilteringBoundLogger

from router.engine.records import (
    Decided,
    Flagged,
    Halted,
    Issued,
    Learned,
    Lessons,
    ParentAmended,
    ParentGrew,
    ParentMoved,
    ParentReceived,
    ParentStarted,
    Placed,
    Planned,
    ProvenAbsent,
    Received,
    Record,
    Released,
    RunOpened,
)
from router.runtime.supervise import Change, Fate
from venues.model.commands import orders_of
from venues.model.events import AnswerLost, Rejected
from venues.model.numbers import plain


class Narrator:
    """Follows committed records and tells them: parents and doubts aloud, orders quietly."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        self._log = logger
        self._seq = 0

    def followed(self, records: list[Record], now_ns: int) -> None:
        """Tell what was committed; `seq` is the row in the journal."""
        del now_ns
        for record in records:
            self._seq += 1
            self._tell(record, self._log.bind(seq=self._seq))

    def changed(self, change: Change) -> None:
        """Tell what became of a task."""
        if change.fate in {Fate.RUNNING, Fate.FINISHED, Fate.STOPPED}:
            self._log.debug("task", task=change.name, fate=change.fate.value)
            return
        self._log.error(
            "task",
            task=change.name,
            fate=change.fate.value,
            why=str(change.error),
            restarts=change.restarts,
        )

    def _tell(self, record: Record, log: FilteringBoundLogger) -> None:
        match record:
            case RunOpened(run=run, version=version):
                log.info("run opened", run=run, version=version)
            case ParentReceived(spec=spec):
                log.info("parent received", parent=spec.id, quantity=plain(spec.quantity))
            case ParentStarted(parent_id=parent_id, arrival_price=arrival_price):
                log.info("parent started", parent=parent_id, arrival_price=plain(arrival_price))
            case ParentAmended(spec=spec, limit=limit):
                at_limit = "none" if limit is None else plain(limit)
                log.info(
                    "parent amended",
                    parent=spec.id,
                    quantity=plain(spec.quantity),
                    limit_price=at_limit,
                )
            case ParentMoved(parent_id=parent_id, state=state, reason=reason):
                log.info("parent moved", parent=parent_id, state=state.value, reason=reason)
            case Flagged(parent_id=parent_id, code=code, sentence=sentence):
                log.warning("flagged", parent=parent_id, code=code, sentence=sentence)
            case Issued(command=command):
                for s in orders_of(command):
                    log.debug(
                        "submit",
                        parent=s.parent_id,
                        order=s.client_order_id,
                        venue=s.venue,
                        quantity=plain(s.quantity),
                        price=plain(s.price),
                    )
            case Received(event=AnswerLost() as event):
                log.warning("answer lost", order=event.client_order_id, venue=event.venue)
            case Received(event=Rejected() as event):
                log.warning(
                    "rejected",
                    order=event.client_order_id,
                    venue=event.venue,
                    reason=event.reason,
                )
            case Halted(reason=reason):
                log.warning("halted", reason=reason)
            case ProvenAbsent(client_order_id=order_id):
                log.warning("proven absent", order=order_id)
            case ParentGrew() | Released() | Received() | Decided():
                pass
            case Planned() | Learned() | Placed() | Lessons():
                pass
            case _:
                assert_never(record)
