"""How much may a TWAP trade now? The schedule's wish, then every rule that goes before completion.

Participation, clips and catch-up bind before completion does: what they leave undone stays undone.
"""

from decimal import Decimal

import msgspec

from strategies.base import View
from strategies.twap_state import TwapState, params_of, schedule_of
from venues.model.numbers import MONEY, ONE, ZERO, ceil_to, floor_to, plain


class Room(msgspec.Struct, frozen=True):
    """A quantity that may be traded now; at 0 `why` says what stands against more."""

    quantity: Decimal
    why: str = ""


def to_do(state: TwapState, view: View) -> Decimal:
    """Return what is neither filled nor open nor forfeited by a pause."""
    return view.spec.quantity - state.forfeited_lots * view.lot - view.filled - view.open_quantity


def smallest(view: View) -> Decimal:
    """Return the smallest order worth sending: the venues' minimum or the parent's own."""
    return max(view.min_quantity(), view.spec.clip_min or ZERO)


def slice_room(state: TwapState, view: View) -> Room:
    """Return what may be traded of the slices that are due, caught up as asked."""
    return room(_caught_up(state, view), state, view)


def room(wanted: Decimal, state: TwapState, view: View) -> Room:
    """Return how much of `wanted` participation and clips let through.

    Never an amount that leaves the parent less than the smallest order; the last of a parent may be
    smaller than its own clip_min, because there is nothing to add it to.
    """
    least, left, spec = smallest(view), to_do(state, view), view.spec
    if min(wanted, left) <= ZERO:  # an amended quantity may lie below what is open
        return Room(ZERO)
    whole, wanted = wanted, min(wanted, left)
    if left - wanted < least:
        wanted = left
    if spec.clip_max is not None:
        wanted = _clipped(wanted, left, floor_to(spec.clip_max, view.lot), least)
    if spec.max_participation is not None:
        wanted = min(wanted, max(_share_left(state, view), ZERO))
        if wanted < least and whole >= least:
            return Room(ZERO, f"at most {plain(spec.max_participation)} of what is traded is ours")
    too_small = wanted < view.min_quantity() and wanted < spec.quantity - view.filled
    if too_small or wanted < min(least, left):
        return Room(ZERO, "carrying less than a minimum to the next slice")
    return Room(wanted)


def _clipped(wanted: Decimal, left: Decimal, most: Decimal, least: Decimal) -> Decimal:
    """Return `wanted` cut to `most`, and a little more where that would leave dust."""
    if wanted <= most:
        return wanted
    stranded = left - most
    return most - (least - stranded) if ZERO < stranded < least <= most - least else most


def _share_left(state: TwapState, view: View) -> Decimal:
    """Return what our share of the volume still allows: rho / (1 - rho) x others' - our own."""
    share = view.spec.max_participation
    assert share is not None
    ours = floor_to(MONEY.divide(share * state.volume, ONE - share), view.lot)
    return ours - view.filled - view.open_quantity


def _caught_up(state: TwapState, view: View) -> Decimal:
    """Return what the schedule wants beyond what is filled or open, caught up as asked.

    No mode cuts the slice that is due itself.
    """
    params, plan = params_of(view.spec), schedule_of(state, params_of(view.spec))
    own = plan.latest_lots(view.now_ns) * view.lot
    behind = plan.due_lots(view.now_ns) * view.lot - view.filled - view.open_quantity
    late = behind - own
    if late <= ZERO:
        return behind
    nominal = max(state.lots // state.count, 1) * view.lot
    cap = max(floor_to(params.catch_up * nominal, view.lot), own, view.min_quantity())
    match params.catch_up_mode:
        case "none":
            return own
        case "spread":
            slices = Decimal(plan.slices_left(view.now_ns) + 1)
            return min(own + ceil_to(MONEY.divide(late, slices), view.lot), cap)
        case _:
            return min(behind, cap)
