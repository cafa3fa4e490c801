"""How the engine behaves: its numbers, each with a unit."""

from dataclasses import dataclass, field

from router.orders.reconcile import DoubtMargins
from router.risk.limits import Limits


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """`stale_after_ns` age at which a book is no depth; `arrival_wait_ns` for all venues to be LIVE.

    `send_within_ns`: a command not sent so long after its decision, or after its release where it
    is held, is NOT_SENT. `release_within_ns`: the longest a leg is held for others to catch up, 0 =
    never. `learn_depth`: route on what was learned of displayed depth; `waiting_e6`: what a unit
    bought later costs above the dearest one bought now, in millionths of its price.
    `learn_fills`: passive children go where what became of orders like them says.
    """

    stale_after_ns: int = 2_000_000_000
    arrival_wait_ns: int = 5_000_000_000
    send_within_ns: int = 1_000_000_000
    release_within_ns: int = 0
    learn_depth: bool = False
    waiting_e6: int = 5
    learn_fills: bool = False
    limits: Limits = field(default_factory=Limits)
    margins: DoubtMargins = field(default_factory=DoubtMargins)
