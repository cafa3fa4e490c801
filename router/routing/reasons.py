"""Why is a venue used, or why not? A sentence for each, from what it offered."""

from collections.abc import Sequence

from router.depth.composite import Composite
from router.routing.offers import Offered, Sight, Terms
from router.routing.split import Offer
from venues.model.ids import VenueId
from venues.model.order import Side


def unseen(composite: Composite, side: Side, terms: Terms) -> list[tuple[VenueId, str]]:
    """Return the venues whose book was not even looked at, with the reason."""
    out = list(composite.scale.left_out)
    for quote in composite.quotes:
        if quote.venue in terms.barred:
            out.append((quote.venue, terms.barred[quote.venue]))
        elif quote.refusal:
            out.append((quote.venue, quote.refusal))
        elif quote.best(side) is None:
            out.append((quote.venue, "no depth"))
    return out


def unused(
    sights: Sequence[Sight], offered: Sequence[Offered], taken: Sequence[int], need: int
) -> list[tuple[VenueId, str]]:
    """Return the venues that were looked at and not used, with the reason."""
    out = []
    placed = sum(taken) == need
    marginal = max(
        [
            o.offer.net * s.curve.last_tick(t)
            for s, o, t in zip(sights, offered, taken, strict=True)
            if t
        ],
        default=0,
    )
    for sight, given, grains in zip(sights, offered, taken, strict=True):
        if grains:
            continue
        out.append(
            (sight.quote.venue, given.refusal or _left(given.offer, marginal, placed=placed))
        )
    return out


def use_of(offer: Offer, grains: int, marginal: int) -> str:
    """Return why `grains` (> 0) are taken at an offer when the worst net price of all is `marginal`."""
    last = offer.net * offer.curve.last_tick(grains)
    if last == marginal:
        return "its last level is the dearest taken" if grains < offer.most else "taken whole"
    if grains == offer.most:
        return "taken whole, cheaper than the marginal price"
    return "cheaper than the marginal price as far as it is taken"


def _left(offer: Offer, marginal: int, *, placed: bool) -> str:
    """Return why an open offer is not used."""
    if placed and offer.net * offer.curve.ticks[0] >= marginal:
        return "dearer than all that is taken"
    if placed and offer.fixed:
        return "not worth its fixed cost"
    return "below minimum" if offer.least > offer.step else "below one lot"
