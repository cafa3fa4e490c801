"""What is it worth to wait at one place until a deadline, against taking now?

An order that rests saves, if it is filled, what taking costs more: the spread, the difference of the
fees and what depth costs. But it is filled when the mid comes against it, and where it is not, the mid
has gone away (Moallemi and Yuan 2017, A model for queue position valuation). With taking now as zero:

    worth = P(filled) saves - P(not filled) E[away | not filled]

On average a mid goes nowhere, so the second term is P(filled) E[against | filled]: what goes away from
those who wait comes against those who are filled. It is the same money, and counted once:

    worth = P(filled) (saves - E[against | filled])

All parts are integers in 10^-8 of the price.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import msgspec

from router.depth.fills import ENOUGH_ORDERS, WHOLE, Counted, fate
from venues.books.probes import HORIZONS, place_of, queue_of
from venues.model.ids import Symbol, VenueId
from venues.model.market import BID

# Waiting is given up only where it is expected to lose this much: less is within what is not known.
CROSS_BELOW: Final = -2_500


class Prospect(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of an order at one venue; bps of the price of taking.

    `chance` to be filled within `within_s` seconds, `saves_bps` if it is, while the mid comes
    `against_bps`. `queue_lots` stand before it. `orders` of its kind have been seen.
    """

    venue: VenueId
    symbol: Symbol
    price: Decimal
    queue_lots: int
    chance: Decimal
    within_s: int
    saves_bps: Decimal
    against_bps: Decimal
    worth_bps: Decimal
    orders: int


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """What one decision weighs by: `known` of a book, and for how many seconds waiting may last.

    `instead` says what a market unit costs if all is taken now, fees in, or None where not all can
    be; it is asked only where the best displayed price alone would make taking the cheaper way. Where
    there is no `instead`, nothing is ever taken instead.
    """

    known: Callable[[int], Counted]
    until_s: int | None = None
    instead: Callable[[], Decimal | None] | None = None


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """Why a passive child went where it did.

    `judged`: enough is known of every venue it could rest at; else the rule without learning held.
    `takes`: taking at once was expected to cost clearly less than waiting anywhere.
    """

    market: Symbol
    decided_ns: int
    quantity: Decimal
    until_s: int | None
    prospects: tuple[Prospect, ...]
    venue: VenueId | None
    judged: bool
    takes: bool
    skipped: tuple[tuple[VenueId, str], ...]


class Worth(msgspec.Struct, frozen=True, gc=False):
    """What waiting at one place until `HORIZONS[horizon]` is worth, in 10^-8."""

    worth: int
    horizon: int
    chance: int
    saves: int
    against: int
    orders: int


def known_enough(known: Counted) -> bool:
    """Return whether so much has been seen at a venue that it can be judged."""
    return known.orders >= ENOUGH_ORDERS


def worth_of(
    known: Counted, *, side: int, near: int, tick: int, ahead: int, saves: int, until_s: int | None
) -> Worth:
    """Return what waiting at `tick` is worth where `near` is the touch of book side `side`.

    `ahead`: lots to be traded before the order is. `saves`: in 10^-8, if it is filled. The horizon is
    the last one before the deadline, or the first; without a deadline the longest.
    """
    improves = tick > near if side == BID else tick < near
    place = 0 if improves else place_of(tick, near)
    expected = fate(known, side, place, queue_of(ahead, known.flows[side]))
    longest = HORIZONS[-1] if until_s is None else until_s
    n = max([n for n, horizon_s in enumerate(HORIZONS) if horizon_s <= longest], default=0)
    chance, against = expected.filled[n], expected.against[n]
    worth = chance * (saves - against) // WHOLE
    return Worth(worth, n, chance, saves, against, expected.orders)


def bps(part_e8: int) -> Decimal:
    """Return 10^-8 as bps."""
    return Decimal(part_e8).scaleb(-4)
