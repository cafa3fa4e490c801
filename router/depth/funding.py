"""What is holding a perp expected to cost: the funding known now, over the time it will be held?

Funding is paid at fixed times on the notional at the mark price. The charge is put on the notional
at the price traded: the two differ by the basis, and basis x rate is below 0.001 bp. A rate holds
until the venue says another one, so every time within the hold counts the rate known now. (Theory:
He, Manela, Ross and von Wachter, 2022, Fundamentals of perpetual futures.)
"""

from typing import Final, Protocol

import msgspec

from router.depth.scale import CHARGE_ONE, Scale
from venues.model.ids import VenueId
from venues.model.instrument import Instrument, Kind

_E12_IN_CHARGE: Final = 10**12 // CHARGE_ONE
_NS_PER_S: Final = 1_000_000_000


class Rates(Protocol):
    """The part of the book store that knows funding."""

    def funding(self, i: int, /) -> tuple[int, int] | None:
        """Return the rate of book `i` in 10^-12 and when it is next paid (ns), None if unheard of."""
        ...


class Funding(msgspec.Struct, frozen=True, gc=False):
    """What holding is expected to cost a long, per member, in 1 / `CHARGE_ONE` of the notional.

    `uncounted`: the perps whose funding is not known; nothing is charged there.
    """

    charges: tuple[int, ...]
    uncounted: tuple[tuple[VenueId, str], ...]


def expected_funding(scale: Scale, rates: Rates, *, now_ns: int, hold_ns: int) -> Funding:
    """Return what holding each member from `now_ns` for `hold_ns` is expected to cost a long."""
    charges = []
    uncounted = []
    for member, book in zip(scale.members, scale.books, strict=True):
        charge = _charge(member.instrument, rates.funding(book), now_ns, hold_ns)
        if isinstance(charge, str):
            uncounted.append((member.instrument.venue, charge))
            charge = 0
        charges.append(charge)
    return Funding(tuple(charges), tuple(uncounted))


def funding_times(*, next_ns: int, interval_ns: int, now_ns: int, hold_ns: int) -> int:
    """Return how often funding is paid after `now_ns` and up to `hold_ns` (>= 0) later."""
    if next_ns <= now_ns:
        next_ns += ((now_ns - next_ns) // interval_ns + 1) * interval_ns
    return max((now_ns + hold_ns - next_ns) // interval_ns + 1, 0)


def _charge(of: Instrument, known: tuple[int, int] | None, now_ns: int, hold_ns: int) -> int | str:
    """Return the charge of one instrument, or why it is not known."""
    if of.kind is not Kind.PERP or not hold_ns:
        return 0
    if known is None:
        return "funding not counted: no rate heard of"
    rate_e12, next_ns = known
    interval_ns = of.funding_interval_s * _NS_PER_S
    if next_ns <= 0:
        return "funding not counted: its time is not known"
    if now_ns - next_ns >= interval_ns:
        return "funding not counted: the rate is of a time long past"
    times = funding_times(next_ns=next_ns, interval_ns=interval_ns, now_ns=now_ns, hold_ns=hold_ns)
    # To the nearest step, once, here: kernels and their twins see integers.
    charge = (rate_e12 + _E12_IN_CHARGE // 2) // _E12_IN_CHARGE * times
    # Half of what a sale brings: beyond it rate or hold are a mistake, and a price must stay above 0.
    if 2 * abs(charge) > CHARGE_ONE * (1 - max(of.taker_fee, of.maker_fee)):
        return "funding not counted: beyond half of the notional"
    return charge
