"""What has one parent traded at the venues, and what of that came about by a lie?"""

from dataclasses import dataclass, field
from decimal import Decimal

from router.engine.state import EngineState
from router.orders.parent import Parent
from venues.model.commands import Submit
from venues.model.ids import ClientOrderId
from venues.model.numbers import ZERO


@dataclass(slots=True)
class Exposure:
    """What one parent has traded or may still trade at the venues, in market units.

    `lies`: what venues traded beyond an order or left out of its closing report. `late`: orders
    they took long after the deadline, when nobody could count on that any more, and what of each may
    have traded or may still; `told_late`: the most of it that was ever so, which is what we are told of.
    """

    parent: Parent
    final: Decimal = ZERO
    lies: Decimal = ZERO
    open: dict[ClientOrderId, Submit] = field(default_factory=dict)
    late: dict[ClientOrderId, Decimal] = field(default_factory=dict)
    told_late: dict[ClientOrderId, Decimal] = field(default_factory=dict)
    pairs: dict[ClientOrderId, ClientOrderId] = field(default_factory=dict)

    @property
    def quantity(self) -> Decimal:
        """Return what was asked for, as amended."""
        return self.parent.spec.quantity

    @property
    def excused(self) -> Decimal:
        """Return what may go beyond the quantity by no fault of ours."""
        return self.lies + sum(self.late.values(), ZERO)

    def excused_as_told(self, shadow: EngineState) -> Decimal:
        """Return the same as an engine can know it, to which the end of a late order must be told."""
        return self.lies + sum(
            (
                quantity if shadow.children[order_id].settled else self.told_late[order_id]
                for order_id, quantity in self.late.items()
            ),
            ZERO,
        )
