"""How is expected depth computed fast? One pass of two pointers per outcome, over int64 arrays."""

from itertools import accumulate
from operator import mul, sub
from typing import Final

import numpy as np

from router.depth.expected import PARTS, Expect, Foreseen, Shown
from router.depth.expected import filled as filled_twin
from router.depth.expected import foresee as foresee_twin
from venues.books.jit import jit_flat
from venues.books.layout import (
    COMES,
    GOES,
    LOTS_MOST,
    MORE_MOST,
    OUTCOMES_LEAST,
    REACH_E6,
    REACHES,
    WHOLE,
)
from venues.model.market import Int64s

# Grains times a share, lots that came in grains, and sums of prices over outcomes stay exact.
_GRAINS_MOST: Final = (1 << 60) // (2 * WHOLE)
_LOT_MOST: Final = _GRAINS_MOST // (2 * MORE_MOST)
_PRICE_MOST: Final = 1 << 50
_INT64_MOST: Final = 2**63 - 1
# Rows of the answer: tick, grains up to it and worth of every piece, and two words beside.
_TICK: Final = 0
_UPTO: Final = 1
_WORTH: Final = 2
_BESIDE: Final = 3  # lots displayed, grains there
_ROWS: Final = 4


@jit_flat
def reach_at(touch: int, far: int) -> int:
    """Return the number of the shortest distance that holds what is `far` from `touch`."""
    reach = 0
    while reach < REACHES - 1 and far > touch * REACH_E6[reach] // 1_000_000:
        reach += 1
    return reach


@jit_flat
def there_of(
    displayed: int, outcome: int, lot_grains: int, change: Int64s, reach: int, luck: int
) -> int:
    """Return how many grains are there of those `displayed`, if it comes to `outcome`."""
    if outcome > WHOLE:
        came: int = (outcome - WHOLE) * lot_grains * change[COMES, reach] // WHOLE
        return (displayed + came) * luck // WHOLE
    gone: int = displayed * (WHOLE - outcome) // WHOLE * change[GOES, reach] // WHOLE
    return max(displayed - gone, 0) * luck // WHOLE


@jit_flat
def mean_there(
    outcomes: Int64s,
    change: Int64s,
    reach: int,
    displayed: int,
    lot_grains: int,
    luck: int,
    most: int,
) -> int:
    """Return the mean of what is there of `displayed` grains, no outcome for more than `most`."""
    total = OUTCOMES_LEAST * min(displayed, most)
    for row in range(len(outcomes)):
        there = there_of(displayed, outcomes[row, reach], lot_grains, change, reach, luck)
        total += min(there, most)
    return total // (len(outcomes) + OUTCOMES_LEAST)


@jit_flat
def cut(ticks: Int64s, upto: Int64s, most: int, block: int, sign: int, out: Int64s) -> int:
    """Write the signed displayed price and the end of every piece; return how many there are."""
    count = 0
    before = 0
    for level in range(len(ticks)):
        price = sign * ticks[level] * PARTS
        end = before + block
        while end < min(upto[level], most + block):
            out[_TICK, count] = price
            out[_UPTO, count] = end
            count += 1
            end += block
        out[_TICK, count] = price
        out[_UPTO, count] = upto[level]
        count += 1
        before = upto[level]
    return count


@jit_flat
def measure(deep: Int64s, lots: Int64s, enough: int, lot_grains: int, scratch: Int64s) -> int:
    """Write of each level its running grains and the number of its distance.

    Returns the grains within the farthest distance, -1 where they would not fit 64 bits.
    """
    touch = deep[0] if len(deep) else 0
    farthest = touch * REACH_E6[REACHES - 1] // 1_000_000
    total = 0
    near = 0
    at = 0
    for k in range(len(deep)):
        total += min(lots[k], enough)
        if total > _GRAINS_MOST // lot_grains:
            return -1
        far = abs(deep[k] - touch)
        while at < REACHES - 1 and far > touch * REACH_E6[at] // 1_000_000:
            at += 1
        scratch[0, k] = total * lot_grains
        scratch[1, k] = at
        if far <= farthest:
            near = scratch[0, k]
    return near


@jit_flat
def add_scenarios(
    deep: Int64s,
    outcomes: Int64s,
    change: Int64s,
    near: int,
    lot_grains: int,
    sign: int,
    reach: int,
    luck: int,
    count: int,
    scratch: Int64s,
    out: Int64s,
) -> None:
    """Add up, in the row of worth, what each of `count` pieces costs over all outcomes."""
    for row in range(len(outcomes)):
        covered = 0
        k = 0
        for j in range(count):
            end = out[_UPTO, j]
            while k < len(deep) and covered < end:
                within = min(scratch[0, k], near)
                at = scratch[1, k]
                met = there_of(within, outcomes[row, at], lot_grains, change, at, luck)
                covered = max(covered, met + scratch[0, k] - within)
                k += 1
            dearest = max(out[_TICK, j], reach)
            at_once = covered >= end
            out[_WORTH, j] += min(sign * deep[k - 1] * PARTS, dearest) if at_once else dearest


@jit_flat
def settle(count: int, scenarios: int, sign: int, worth: bool, out: Int64s) -> int:
    """Write the mean price of each piece, those of one price as one piece; return how many remain."""
    kept = 0
    before = 0
    total = 0
    for j in range(count):
        price = sign * -(-out[_WORTH, j] // scenarios)
        upto = out[_UPTO, j]
        if worth:
            total += price * (upto - before)
        before = upto
        if kept > 0 and out[_TICK, kept - 1] == price:
            kept -= 1
        out[_TICK, kept] = price
        out[_UPTO, kept] = upto
        out[_WORTH, kept] = total
        kept += 1
    return kept


@jit_flat
def expect_prices(
    ticks: Int64s,
    upto: Int64s,
    most: int,
    block: int,
    deep: Int64s,
    lots: Int64s,
    enough: int,
    lot_grains: int,
    sign: int,
    reach: int,
    outcomes: Int64s,
    change: Int64s,
    luck: int,
    worth: bool,
    scratch: Int64s,
    out: Int64s,
) -> int:
    """Write what is expected and return the number of pieces; -1 where it would not fit 64 bits.

    The rest as in `Shown`. Where `worth` is false it would not fit either, and is left out.
    `scratch`: 2 rows of levels.
    """
    near = measure(deep, lots, enough, lot_grains, scratch)
    shown = 0
    for k in range(len(deep)):
        shown += min(lots[k], LOTS_MOST)
    if near < 0 or shown > _GRAINS_MOST // lot_grains:
        return -1
    count = cut(ticks, upto, most, block, sign, out)
    for j in range(count):
        out[_WORTH, j] = OUTCOMES_LEAST * out[_TICK, j]
    add_scenarios(deep, outcomes, change, near, lot_grains, sign, reach, luck, count, scratch, out)
    count = settle(count, len(outcomes) + OUTCOMES_LEAST, sign, worth, out)
    out[_BESIDE, 0] = shown
    out[_BESIDE, 1] = 0
    if len(deep):
        at = reach_at(deep[0], max(reach // PARTS - sign * deep[0], 0))
        displayed = shown * lot_grains
        out[_BESIDE, 1] = mean_there(outcomes, change, at, displayed, lot_grains, luck, _INT64_MOST)
    return count


@jit_flat
def expect_filled(
    deep: Int64s,
    lots: Int64s,
    enough: int,
    lot_grains: int,
    sign: int,
    outcomes: Int64s,
    change: Int64s,
    luck: int,
    grains: int,
    limit_tick: int,
) -> int:
    """Return how many of `grains` should fill within `limit_tick`; -1 beyond 64 bits."""
    displayed = 0
    for k in range(len(deep)):
        if sign * deep[k] <= sign * limit_tick:
            displayed += min(lots[k], enough)
            if displayed > _GRAINS_MOST // lot_grains:
                return -1
    reach = reach_at(deep[0], max(sign * (limit_tick - deep[0]), 0)) if len(deep) else 0
    displayed *= lot_grains
    return mean_there(outcomes, change, reach, displayed, lot_grains, luck, grains)


def foresee(shown: Shown) -> Foreseen:
    """Return what the twin does; what would not fit 64 bits is left to it."""
    last = int(shown.upto[-1])
    highest = max(int(shown.ticks[0]), int(shown.ticks[-1]), abs(shown.reach) // PARTS) + 1
    if last > _GRAINS_MOST or shown.lot_grains > _LOT_MOST or highest > _PRICE_MOST:
        return foresee_twin(shown)
    fits = highest * PARTS * last <= _INT64_MOST
    # Every level ends a piece, and so does every block, the last of them beyond the first grains.
    room = len(shown.ticks) + shown.most // shown.block + 2
    out = np.empty((_ROWS, room), np.int64)
    count = expect_prices(
        shown.ticks,
        shown.upto,
        shown.most,
        shown.block,
        shown.deep,
        shown.lots,
        shown.enough,
        shown.lot_grains,
        shown.sign,
        shown.reach,
        shown.outcomes,
        shown.change,
        shown.luck,
        fits,
        np.empty((2, len(shown.deep)), np.int64),
        out,
    )
    if count < 0:
        return foresee_twin(shown)
    ticks, upto, worth = out[:_BESIDE, :count].tolist()
    if not fits:
        sizes = [upto[0], *map(sub, upto[1:], upto)]
        worth = list(accumulate(map(mul, ticks, sizes)))
    return Foreseen(
        ticks=ticks,
        upto=upto,
        worth=worth,
        rows=(out[_TICK, :count], out[_UPTO, :count]),
        displayed=int(out[_BESIDE, 0]),
        there=int(out[_BESIDE, 1]),
    )


def filled(shown: Shown, grains: int, limit_tick: int) -> int:
    """Return what the twin does; what would not fit 64 bits is left to it."""
    if shown.lot_grains <= _LOT_MOST and max(grains, abs(limit_tick)) <= _PRICE_MOST:
        found = expect_filled(
            shown.deep,
            shown.lots,
            shown.enough,
            shown.lot_grains,
            shown.sign,
            shown.outcomes,
            shown.change,
            shown.luck,
            grains,
            limit_tick,
        )
        if found >= 0:
            return int(found)
    return filled_twin(shown, grains, limit_tick)


KERNEL: Final = Expect(foresee=foresee, filled=filled)
