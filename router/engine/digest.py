"""What happened, as one hash: commands and execution events in order, without times or paths.

Two runs that decide and experience the same have the same digest, whatever drove them: the live loop,
the replay kernel, another process.
"""

import hashlib
from dataclasses import dataclass, field
from typing import assert_never

import msgspec

from venues.model.commands import Cancel, Command, Query, Submit, SubmitPair
from venues.model.events import Accepted, ExecutionEvent, Filled, Reported
from venues.model.ids import ClientOrderId

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Digest:
    """A running SHA-256."""

    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def command(self, command: Command) -> None:
        """Add one approved command."""
        facts: tuple[object, ...]
        match command:
            case Submit():
                facts = _facts(command)
            case SubmitPair(maker=maker, stop=stop):
                facts = ("pair", _facts(maker), _facts(stop))
            case Cancel():
                facts = ("cancel", command.client_order_id, command.number)
            case Query():
                facts = ("query", command.client_order_id, command.number)
            case _:
                assert_never(command)
        self._hash.update(_encode(facts))

    def released(self, order_id: ClientOrderId) -> None:
        """Add that a held submit left; when, is left out."""
        self._hash.update(_encode(("released", order_id)))

    def event(self, event: ExecutionEvent) -> None:
        """Add one execution event; its times are left out."""
        if isinstance(event, Filled):
            facts: object = (
                "filled",
                event.client_order_id,
                event.exec_id,
                event.quantity,
                event.price,
                event.fee,
                event.liquidity,
                event.cum_quantity,
            )
        elif isinstance(event, Accepted | Reported):
            facts = _told(event)
        else:
            facts = msgspec.structs.replace(event, ts_exchange_ns=0)
        self._hash.update(_encode(facts))

    def hexdigest(self) -> str:
        """Return the hash so far."""
        return self._hash.hexdigest()


def _facts(submit: Submit) -> tuple[object, ...]:
    facts = (
        "submit",
        submit.client_order_id,
        submit.parent_id,
        submit.leg,
        submit.account,
        submit.venue,
        submit.symbol,
        submit.side,
        submit.quantity,
        submit.price,
        submit.time_in_force,
        submit.post_only,
        submit.reduce_only,
        submit.margin_mode,
    )
    return facts if submit.trigger is None else (*facts, submit.trigger)


def _told(event: Accepted | Reported) -> dict[str, object]:
    """Return an answer as it is written; an order of no list says nothing of lists."""
    said = {"type": event.__struct_config__.tag, **msgspec.structs.asdict(event)}
    said["ts_exchange_ns"] = 0
    if not event.list_id:
        del said["list_id"]
    return said
