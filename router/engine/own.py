"""Which levels of a book are ours? What rests, or may rest, for us, as lots by level key."""

from collections.abc import Iterable

from router.orders.child import Child
from venues.model.market import ASK, BID, level_key
from venues.model.order import Side


def level_keys(orders: Iterable[Child]) -> dict[int, int]:
    """Return lots by level key of `orders` in one book."""
    own: dict[int, int] = {}
    for child in orders:
        if child.dormant:
            continue  # it stands in no book yet
        instrument, reserved = child.member.instrument, child.reserved
        tick = int(child.submit.price / instrument.tick_size)
        key = level_key(tick, BID if child.submit.side is Side.BUY else ASK)
        own[key] = own.get(key, 0) + int(reserved / instrument.lot_size)
    return own
