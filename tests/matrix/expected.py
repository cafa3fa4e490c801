"""What should become of each kind when something goes wrong, where it is not what it always becomes?

A cell that is written neither here nor in `CANNOT` is `Kind.well`: as if nothing had happened.
"""

from collections.abc import Mapping
from typing import Final

from tests.matrix.kinds import KINDS

_TAKERS: Final = tuple(name for name, kind in KINDS.items() if not kind.rests)
_EXIT: Final = "then (its exit)"
_BESIDE: Final = "oco, guarded (an exit)"
_NO_MORE: Final = "left: the books gave no more within the limit"
_BOTH_TAKEN_BACK: Final = "cancelled: 1 at alpha and 4 at beta for 100; cancelled by request"
_TOO_SMALL: Final = "0.2 left: below every venue's smallest order"
_DOUBTED: Final = "the stop at 95 fired 15 s ago and 4 of it is in doubt: perhaps not protected"
_RESTS: Final = "4 left of the stop at 95: nothing to take within 94.525, it rests there"
_JUMPED: Final = (
    "done: 4 at alpha for 94.6; ALARM stop: gap: mid 89.95 is beyond 94.525 as the stop at 95 fires; "
    f"widen: not beyond 94.525; ALARM stop: {_RESTS}"
)

_LISTED: Final = "oco, native"
_APART: Final = "from now on its legs are kept apart here"
_PART: Final = (
    f"ALARM alpha has ended stop of a list before the other leg had traded whole: {_APART}"
)
_BARE: Final = "ALARM 4 has had no stop at a venue for 1000 ms: no answer yet"
_BEYOND: Final = f"ALARM the price is at 103 already, no venue would take a list: {_APART}"

# Once what its venue held has been given back, it is a stop like any other.
_AS: Final[Mapping[str, str]] = {"limit_stop, native": "limit_stop"}

CANNOT: Final[Mapping[tuple[str, str], str]] = {
    **{(kind, "post-only reject"): "never posts" for kind in _TAKERS},
    **{(kind, "venue cancels on its own"): "is over when it arrives" for kind in _TAKERS},
    ("take", "crash after a late fill"): "is over before",
    **{
        (exit_, event): "is as large as what its entry has filled"
        for exit_ in (_EXIT, _BESIDE)
        for event in ("amend up", "amend down")
    },
}


def _taken_back(kind: str) -> str:
    return f"cancelled: 1 at alpha for {KINDS[kind].price}; cancelled by request"


EXPECTED: Final[Mapping[tuple[str, str], str]] = {
    # A cancel is a question: what trades meanwhile is booked, however late it is told.
    **{
        (kind, event): _taken_back(kind)
        for kind in KINDS
        for event in ("fill during cancel", "fill after cancel ack")
    },
    ("twap, two venues", "fill during cancel"): _BOTH_TAKEN_BACK,
    ("twap, two venues", "fill after cancel ack"): _BOTH_TAKEN_BACK,
    # What an end has counted is gone, told or not: only what is left of it goes out again.
    ("rest", "fill told late"): "done: 1 at alpha and 3 at beta for 99.9",
    ("rest, behind depth", "fill told late"): "done: 1 at alpha and 3 at beta for 99.8",
    ("oco", "fill told late"): "done: 1 at alpha and 3 at beta for 103",
    ("limit_stop", "fill told late"): "done: 4 at alpha for 94.925",
    ("rest", "crash after a late fill"): "done: 1 at alpha and 3 at beta for 99.9",
    ("rest, behind depth", "crash after a late fill"): "done: 1 at alpha and 3 at beta for 99.8",
    ("ladder", "crash after a late fill"): "done: 3 at alpha and 1 at beta for 99.75",
    ("oco", "crash after a late fill"): "done: 1 at alpha and 3 at beta for 103",
    ("limit_stop", "crash after a late fill"): "done: 4 at alpha for 94.925",
    # A take is one sweep: what it did not get, it does not chase.
    ("take", "partial fill"): f"expired: 1 at alpha for 100; 3 {_NO_MORE}",
    ("take", "told twice"): f"expired: 1 at alpha for 100; 3 {_NO_MORE}",
    ("take", "fill told late"): f"expired: 1 at alpha for 100; 3 {_NO_MORE}",
    ("take", "lost request"): "expired: nothing; 4 left: alpha rejected: proven absent",
    ("take", "reject"): "expired: nothing; 4 left: alpha rejected: insufficient balance",
    ("take", "market walks away"): f"expired: nothing; 4 {_NO_MORE}",
    ("take", "venue silent"): "expired: nothing; 4 left: alpha rejected: proven absent",
    ("take", "below minimum remainder"): f"expired: 3.8 at alpha for 100; 0.2 {_NO_MORE}",
    ("take", "amend up"): f"expired: 4 at alpha for 100; 2 {_NO_MORE}",
    ("take", "gap through the price"): "expired: nothing; 4 left: no depth within the limit",
    # An old book is no depth: what must be taken is taken elsewhere, what rests stays in its queue.
    ("take", "stale book"): "done: 4 at beta for 100",
    ("own script", "stale book"): "done: 4 at beta for 100",
    ("twap", "stale book"): "done: 2 at alpha and 2 at beta for 100",
    ("twap, two venues", "stale book"): "done: 14 at alpha and 14 at beta for 100.029",
    ("twap, passive", "stale book"): "done: 2 at alpha and 2 at beta for 99.975",
    ("rest, behind depth", "stale book"): "done: 4 at beta for 99.8",
    ("limit_stop", "stale book"): "done: 4 at beta for 94.9",
    # What a venue threw out rests again where the queue is shorter, an exit where it is held.
    ("rest", "venue cancels on its own"): "done: 4 at beta for 99.9",
    ("rest, behind depth", "venue cancels on its own"): "done: 4 at beta for 99.8",
    ("twap, passive", "venue cancels on its own"): "done: 2 at alpha and 2 at beta for 99.925",
    ("twap, passive only", "venue cancels on its own"): "done: 2 at alpha and 2 at beta for 99.9",
    ("ladder", "venue cancels on its own"): "done: 2 at alpha and 2 at beta for 99.75",
    ("limit_stop", "venue cancels on its own"): "done: 4 at beta for 95",
    ("oco", "venue cancels on its own"): "done: 4 at beta for 103",
    ("rest, behind depth", "post-only reject"): "done: 4 at beta for 99.8",
    ("ladder", "post-only reject"): "done: 4 at alpha for 99.7",
    # A price that walks away is followed by what is pegged, as far as its limit or slip.
    ("rest", "market walks away"): "done: 4 at alpha for 100.2",
    ("rest, behind depth", "market walks away"): "done: 4 at alpha for 100.1",
    ("twap, passive", "market walks away"): "done: 4 at alpha for 100.225",
    ("twap, passive only", "market walks away"): "done: 4 at alpha for 100.2",
    ("limit_stop", "market walks away"): "done: 4 at alpha for 94.6",
    # While an order is in doubt its quantity waits; time goes on, and then it has to cross.
    ("twap, passive", "lost request"): "done: 4 at alpha for 99.975",
    ("twap, passive", "venue silent"): "done: 4 at alpha for 100",
    ("limit_stop", "lost answer"): "done: 4 at alpha for 94.9",
    ("limit_stop", "lost request"): f"done: 4 at alpha for 94.9; ALARM {_DOUBTED}",
    ("limit_stop", "venue silent"): f"done: 4 at alpha for 94.9; ALARM {_DOUBTED}",
    # Of two legs that are live, one is there while the other is in doubt.
    (_BESIDE, "lost request"): "done: 4 at alpha for 104",
    ("limit_stop", "crash and recover"): "done: 4 at alpha for 94.9",
    ("limit_stop", "pause"): "done: 4 at alpha for 94.9",
    # Dust of a slice is carried to the next; dust of a whole order is told.
    ("rest", "below minimum remainder"): f"expired: 3.8 at alpha for 99.9; {_TOO_SMALL}",
    ("rest, behind depth", "below minimum remainder"): (
        f"expired: 3.8 at alpha for 99.8; {_TOO_SMALL}"
    ),
    ("ladder", "below minimum remainder"): f"expired: 3.8 at alpha for 99.747; {_TOO_SMALL}",
    ("limit_stop", "below minimum remainder"): f"expired: 3.8 at alpha for 95; {_TOO_SMALL}",
    (_EXIT, "below minimum remainder"): f"expired: 3.8 at alpha for 103; {_TOO_SMALL}",
    (_BESIDE, "below minimum remainder"): f"expired: 3.8 at alpha for 103; {_TOO_SMALL}",
    ("oco", "below minimum remainder"): f"expired: 3.8 at alpha for 103; {_TOO_SMALL}",
    # What is withdrawn to be posted anew joins the shorter queue.
    ("rest", "amend up"): "done: 6 at beta for 99.9",
    ("rest, behind depth", "amend up"): "done: 6 at beta for 99.8",
    ("twap", "amend up"): "done: 6 at alpha for 100",
    ("twap, two venues", "amend up"): "done: 32 at alpha and 10 at beta for 100.052",
    ("twap, passive", "amend up"): "done: 6 at alpha for 99.917",
    ("twap, passive only", "amend up"): "done: 6 at alpha for 99.9",
    ("ladder", "amend up"): "done: 6 at alpha for 99.75",
    ("limit_stop", "amend up"): "done: 6 at beta for 95",
    ("oco", "amend up"): "done: 6 at beta for 103",
    ("own script", "amend up"): "done: 6 at alpha for 100",
    ("rest", "amend down"): "done: 2 at beta for 99.9",
    ("rest, behind depth", "amend down"): "done: 2 at beta for 99.8",
    ("twap", "amend down"): "done: 2 at alpha for 100",
    ("twap, two venues", "amend down"): "done: 10 at alpha and 4 at beta for 100",
    ("twap, passive", "amend down"): "done: 2 at alpha for 99.9",
    ("twap, passive only", "amend down"): "done: 2 at alpha for 99.9",
    ("ladder", "amend down"): "done: 2 at alpha for 99.8",
    ("limit_stop", "amend down"): "done: 2 at beta for 95",
    ("oco", "amend down"): "done: 2 at beta for 103",
    ("own script", "amend down"): "done: 2 at alpha for 100",
    # A stop that the market jumps over sells at its slip when the market is back, and not below.
    # A list is whole or it is none: what has traded of it goes on here, and somebody is told.
    **{
        (_LISTED, event): f"done: 4 at alpha for 103; {_PART}"
        for event in ("partial fill", "told twice")
    },
    **{
        (_LISTED, event): f"done: 1 at alpha and 3 at beta for 103; {_PART}"
        for event in ("fill told late", "crash after a late fill")
    },
    (_LISTED, "below minimum remainder"): (f"expired: 3.8 at alpha for 103; {_TOO_SMALL}; {_PART}"),
    # Of what nobody answers it is not known that a stop stands.
    (_LISTED, "lost answer"): f"done: 4 at alpha for 103; {_BARE}",
    (_LISTED, "lost request"): f"done: 4 at alpha for 103; {_BARE}; {_BEYOND}",
    (_LISTED, "venue silent"): f"done: 4 at alpha for 103; {_BARE}; {_BEYOND}",
    (_LISTED, "crash and recover"): (f"done: 4 at alpha for 103; {_BARE.replace('1000', '3000')}"),
    # It is listed anew as a post-only order that the market has come to: at the touch behind it.
    (_LISTED, "post-only reject"): "done: 4 at alpha for 103.1",
    (_LISTED, "amend up"): "done: 6 at alpha for 103",
    (_LISTED, "amend down"): "done: 2 at alpha for 103",
    (_LISTED, "gap through the price"): (
        "done: 4 at alpha for 94.6; ALARM stop woke at alpha 1000 ms ago and 4 of it is still open "
        "at 94.525"
    ),
    ("limit_stop", "gap through the price"): f"done: 4 at alpha for 94.6; ALARM {_RESTS}",
    (_EXIT, "gap through the price"): _JUMPED,
    # It waits for nobody: it fires with the first venue that jumps, before the market is beyond it.
    (_BESIDE, "gap through the price"): f"done: 4 at alpha for 94.6; ALARM stop: {_RESTS}",
    ("oco", "gap through the price"): _JUMPED,
}


def expected(kind: str, event: str) -> str:
    """Return what a cell says."""
    return EXPECTED.get((_AS.get(kind, kind), event), KINDS[kind].well)
