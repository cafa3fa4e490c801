"""Does an order keep to what its parent is bound to besides price and quantity?"""

from decimal import Decimal

from router.engine.state import Members
from router.orders.parent import Parent
from venues.books.port import Books
from venues.model.commands import Submit


def out_of_bounds(
    submit: Submit, parent: Parent, members: Members, view: Books, lies: Decimal
) -> str:
    """Return how `submit` breaks passive_only, clip_max or max_participation, "" if it does not.

    All that others have printed since the tape began bounds our share from above. `lies`: what of
    ours has come about by a venue's lie, perhaps after `submit` was decided.
    """
    spec = parent.spec
    if spec.passive_only and not submit.post_only:
        return "takes for a parent that must not"
    quantity = members[submit.venue, submit.symbol].market_quantity(submit.quantity)
    if spec.clip_max is not None and quantity > spec.clip_max:
        return f"{quantity} is above clip_max {spec.clip_max}"
    if spec.max_participation is None:
        return ""
    others = sum(
        m.market_quantity(m.instrument.quantity_of(view.volume(i)))
        for i, m in enumerate(members.values())
    )
    ours = parent.filled + parent.reserved - lies
    if ours * (1 - spec.max_participation) > spec.max_participation * others:
        return f"{ours} is ours against {others} of others"
    return ""
