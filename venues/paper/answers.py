"""When and in which shape we hear of what a venue did: messages on their way back to us.

A venue speaks on two channels. The *answer to a request* reaches only who still waits for it: after
the timeout nobody does, and `AnswerLost` stands in its place. The *stream of order events*
(Accepted, Activated, Filled, Canceled, Expired) comes whenever it comes.
"""

import heapq

import msgspec

from venues.model.commands import Command, orders_of
from venues.model.events import (
    Accepted,
    Activated,
    AnswerLost,
    Canceled,
    ExecutionEvent,
    Expired,
    Filled,
)
from venues.paper.faults import (
    AnswerLate,
    AnswerMissing,
    CumBehind,
    Doubled,
    Fault,
    FillLate,
    FillMissing,
    Refused,
    Reordered,
    asked_by,
)

Events = tuple[ExecutionEvent, ...]


class Request(msgspec.Struct, frozen=True, gc=False):
    """A command under way: due there at `due_ns`; whoever sent it waits until `lost_ns`."""

    command: Command
    due_ns: int
    response_ns: int
    lost_ns: int
    faults: tuple[Fault, ...]

    @property
    def given_up(self) -> bool:
        """Return whether it arrives only after its sender stopped waiting."""
        return self.due_ns > self.lost_ns

    @property
    def scripted(self) -> str:
        """Return the word with which its faults have it refused, "" for none."""
        if not self.faults:
            return ""
        return next((f.reason for f in self.faults if isinstance(f, Refused)), "")

    @property
    def lost(self) -> Events:
        """Return what its sender hears in place of an answer, at `lost_ns`."""
        named = [order.client_order_id for order in orders_of(self.command)]
        return tuple(
            AnswerLost(client_order_id=name, venue=self.command.venue, asked=asked_by(self.command))
            for name in named or [self.command.client_order_id]
        )


class Message(msgspec.Struct, frozen=True, gc=False):
    """Events that reach us together."""

    due_ns: int
    events: Events


class Outbox:
    """Messages on their way to us, by arrival; equal times keep the order of posting."""

    __slots__ = ("_floor_ns", "_heap", "_posted")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Events]] = []
        self._posted = 0
        self._floor_ns = 0

    def in_order_ns(self, due_ns: int) -> int:
        """Return when a message meant for `due_ns` comes: none overtakes one asked for earlier."""
        self._floor_ns = max(self._floor_ns, due_ns)
        return self._floor_ns

    def post(self, due_ns: int, events: Events) -> None:
        """Have `events` delivered as one message at `due_ns`."""
        self._posted += 1
        heapq.heappush(self._heap, (due_ns, self._posted, events))

    def next_due_ns(self) -> int | None:
        """Return when the next message comes, if one is on its way."""
        return self._heap[0][0] if self._heap else None

    def take(self, now_ns: int) -> Events:
        """Return the next message due by `now_ns`; nothing when there is none."""
        if not self._heap or self._heap[0][0] > now_ns:
            return ()
        return heapq.heappop(self._heap)[2]

    def clear(self) -> None:
        """Lose every message under way."""
        self._heap.clear()


def answer(request: Request, events: Events, due_ns: int) -> list[Message]:
    """Return how `events`, the outcome of `request`, are told: at `due_ns` unless a fault says else.

    No events means that the venue does not answer at all.
    """
    told: list[Message] = []
    missing = not events or any(isinstance(f, AnswerMissing) for f in request.faults)
    due_ns += sum(f.delay_ns for f in request.faults if isinstance(f, AnswerLate))
    if missing or due_ns > request.lost_ns:
        if not request.given_up:  # else it was told when the command left
            told.append(Message(request.lost_ns, request.lost))
        events = () if missing else _streamed(events)
    return told + stream(events, due_ns, request.faults)


def stream(events: Events, due_ns: int, faults: tuple[Fault, ...]) -> list[Message]:
    """Return the messages that tell `events` at `due_ns`, bent by the faults of their order."""
    if not faults:
        return [Message(due_ns, events)] if events else []
    told = _late_fill(events, due_ns, faults)
    for fault in faults:
        match fault:
            case Reordered(permutation):
                told = [
                    Message(message.due_ns, (event,))
                    for message in told
                    for event in _permuted(message.events, permutation)
                ]
            case Doubled(delay_ns):
                told += [Message(m.due_ns + delay_ns, _streamed(m.events)) for m in told]
            case _:
                pass
    return [message for message in told if message.events]


def _late_fill(events: Events, due_ns: int, faults: tuple[Fault, ...]) -> list[Message]:
    fills = [event for event in events if isinstance(event, Filled)]
    if fills:
        others = tuple(event for event in events if event is not fills[-1])
        for fault in faults:
            match fault:
                case FillLate(delay_ns) | CumBehind(delay_ns):
                    return [Message(due_ns, others), Message(due_ns + delay_ns, (fills[-1],))]
                case FillMissing():
                    return [Message(due_ns, others)]
                case _:
                    pass
    return [Message(due_ns, events)]


def _streamed(events: Events) -> Events:
    return tuple(
        e for e in events if isinstance(e, Accepted | Activated | Filled | Canceled | Expired)
    )


def _permuted(events: Events, permutation: int) -> Events:
    # The digits of `permutation` in the factorial number system name every order exactly once.
    left = list(events)
    order: list[ExecutionEvent] = []
    while left:
        permutation, place = divmod(permutation, len(left))
        order.append(left.pop(place))
    return tuple(order)
