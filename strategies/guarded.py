"""How do guarded legs stand beside each other, where their venue caps them at what is held?

All are reduce-only. Each leg asks for all that is left, whatever the others have open: the venue lets
them trade no more than the position together. A fill of one leaves the others too large, so what they
have open beyond what is left is withdrawn at once; the venue takes away what it is faster to. Where
the view says that legs may not stand beside each other, the first that wants to trade is live and the
others wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from strategies.base import View
from strategies.intents import Idle, Intent, Rest, Take, Withdraw
from strategies.part import PartView
from venues.model.numbers import ZERO


@dataclass(frozen=True, slots=True)
class BesideView(PartView):
    """A part that counts its own orders alone as open: the other legs' stand beside them."""

    @property
    def open_quantity(self) -> Decimal:
        """Return what the part's own children may still trade."""
        return sum(self.open_by_leg().values(), ZERO)


def surplus(part: View) -> Sequence[Intent]:
    """Return what withdraws the resting orders that a leg no longer has the quantity for, newest first."""
    over = part.open_quantity - (part.spec.quantity - part.filled)
    open_ = part.open_by_leg()
    gone: list[Intent] = []
    for name in dict.fromkeys(child.leg for child in reversed(part.children) if child.post_only):
        if over <= ZERO:
            break
        gone.append(Withdraw(leg=name))
        over -= open_.get(name, ZERO)
    return gone


def wants(intents: Sequence[Intent]) -> bool:
    """Return whether there is an order among `intents`."""
    return any(isinstance(intent, Take | Rest) for intent in intents)


def waiting(intents: Sequence[Intent], why: str) -> Sequence[Intent]:
    """Return `intents` without their orders, and the reason for it; the leg will ask again."""
    others = [i for i in intents if not isinstance(i, Take | Rest | Idle)]
    return [*others, Idle(reason=why)]
