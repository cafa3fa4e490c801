"""What is it worth to wait at one place for a while, against taking now?

An order that rests saves, if it is filled, what taking costs more: the spread, the difference of the
fees and what depth costs. If it is not filled until it is given up, the mid has gone away from it by
then, on average, and that is lost (Moallemi and Yuan 2017, A model for queue position valuation):

    worth = P(filled) * saves - P(not filled) * E[move | not filled]

A drift of the mid against a fill is no cost of it here: who takes now instead suffers it as well, and
that mids move as they do after fills and without them is one fact, which must not be counted twice.
Waiting may be given up at any horizon until the deadline: its worth is that of the best one.

All parts are integers in 10^-8 of the price.
"""

from collections.abc import Callable
from decimal import Decimal

import msgspec

from router.depth.fills import ENOUGH_ORDERS, WHOLE, Counted, fate
from venues.books.probes import HORIZONS, place_of, queue_of
from venues.model.ids import Symbol, VenueId
from venues.model.market import BID


class Prospect(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of an order at one venue; bps of the price of taking.

    `chance` to be filled within `within_s` seconds, `saves_bps` if it is, `moves_bps` the mid away
    from it if not. `queue_lots` stand before it. `orders` of its kind have been seen.
    """

    venue: VenueId
    symbol: Symbol
    price: Decimal
    queue_lots: int
    chance: Decimal
    within_s: int
    saves_bps: Decimal
    moves_bps: Decimal
    worth_bps: Decimal
    orders: int


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """What one decision weighs by: `known` of a book, and for how many seconds waiting may last.

    `instead`: what a market unit costs if all is taken now, fees in; None where that is not known:
    then the best displayed price stands for it, and nothing is ever taken instead.
    """

    known: Callable[[int], Counted]
    until_s: int | None = None
    instead: Decimal | None = None


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """Why a passive child went where it did.

    `judged`: enough is known of every venue it could rest at; else the rule without learning held.
    `takes`: taking at once was expected to cost less than waiting anywhere.
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
    """The best of waiting at one place, in 10^-8: until `HORIZONS[horizon]`."""

    worth: int
    horizon: int
    chance: int
    moves: int
    orders: int


def known_enough(known: Counted) -> bool:
    """Return whether so much has been seen at a venue that it can be judged."""
    return known.orders >= ENOUGH_ORDERS


def worth_of(
    known: Counted, *, side: int, near: int, tick: int, ahead: int, saves: int, until_s: int | None
) -> Worth:
    """Return what waiting at `tick` is worth where `near` is the touch of book side `side`.

    `ahead`: lots to be traded before the order is. `saves`: in 10^-8, if it is filled.
    """
    improves = tick > near if side == BID else tick < near
    place = 0 if improves else place_of(tick, near)
    known_fate = fate(known, side, place, queue_of(ahead, known.flows[side]))
    best: Worth | None = None
    for n, horizon_s in enumerate(HORIZONS):
        if best is not None and until_s is not None and horizon_s > until_s:
            break
        chance, moves = known_fate.filled[n], known_fate.moved[n]
        worth = (chance * saves - (WHOLE - chance) * moves) // WHOLE
        if best is None or worth > best.worth:
            best = Worth(worth, n, chance, moves, known_fate.orders)
    assert best is not None
    return best


def bps(part_e8: int) -> Decimal:
    """Return 10^-8 as bps."""
    return Decimal(part_e8).scaleb(-4)
