"""In which words do we tell how a command ended that became no order, or whose answer is missing?"""

from venues.live.proofs import Fate
from venues.live.verdicts import Outcome
from venues.model.commands import Cancel, Command, Submit
from venues.model.events import AnswerLost, Asked, CancelRejected, Expired, NotSent, Rejected
from venues.model.numbers import ZERO


def lost(command: Command, asked: Asked) -> AnswerLost:
    """Say that what became of a command is unknown."""
    return AnswerLost(client_order_id=command.client_order_id, venue=command.venue, asked=asked)


def not_sent(command: Command, asked: Asked, reason: str) -> NotSent:
    """Say that a command never left."""
    return NotSent(
        client_order_id=command.client_order_id, venue=command.venue, asked=asked, reason=reason
    )


def turned_down(submit: Submit, outcome: Outcome, now_ns: int) -> Rejected | Expired:
    """Say that a venue proved not to have the order; `now_ns`: wall time, when we heard it."""
    if outcome.fate is Fate.UNMATCHED:  # it was met by nothing and is gone: no refusal
        return Expired(
            client_order_id=submit.client_order_id,
            venue=submit.venue,
            ts_exchange_ns=now_ns,
            cum_quantity=ZERO,
        )
    return Rejected(
        client_order_id=submit.client_order_id,
        venue=submit.venue,
        ts_exchange_ns=now_ns,
        reason=outcome.reason,
    )


def still_open(cancel: Cancel, outcome: Outcome, now_ns: int) -> CancelRejected:
    """Say that a venue refused a cancel; `now_ns`: wall time, when we heard it."""
    return CancelRejected(
        client_order_id=cancel.client_order_id,
        venue=cancel.venue,
        ts_exchange_ns=now_ns,
        reason=outcome.reason,
    )
