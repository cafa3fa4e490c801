"""What does size cost over the touch? Quoted spread, and the spread at size, without fees."""

from collections.abc import Sequence
from decimal import Decimal

from router.depth.composite import Composite
from router.routing.offers import Sight
from venues.model.numbers import MONEY, bps_of
from venues.model.order import Side


def quoted_bps(composite: Composite) -> Decimal | None:
    """Return how far best bid and ask of all usable books are apart, bps of the mid."""
    bid, ask = composite.touch(Side.BUY), composite.touch(Side.SELL)
    if composite.mid is None or bid is None or ask is None:
        return None
    return bps_of(MONEY.subtract(ask, bid), composite.mid)


def at_size_bps(
    composite: Composite, sights: Sequence[Sight], taken: Sequence[int], side: Side
) -> Decimal | None:
    """Return twice the distance of the average price of `taken` from the mid, bps; + is worse."""
    grains = sum(taken)
    if composite.mid is None or not grains:
        return None
    scale = composite.scale
    walked = [
        scale.raw[s.quote.member] * s.curve.value(t) for s, t in zip(sights, taken, strict=True)
    ]
    average = MONEY.divide(scale.price(sum(walked)), Decimal(grains))
    return bps_of(2 * side.sign * MONEY.subtract(average, composite.mid), composite.mid)
