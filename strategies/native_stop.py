"""What stands at the venues while a stop watches from here? A wide stop, for when this process is dead.

As long as the stop is armed, venues hold stop-limit orders for all of it, at the catastrophe price. They
have its quantity reserved: when it fires here they are taken back, every answer is awaited, and a fill
in that window counts. Beyond `naked_within_ms` an alarm is raised and what has been given back trades. One
that has woken at its venue is left to work there: its limit is the widest there is.

What grows gets a stop beside those that stand; too many are taken back and placed again as one, so that
nothing is ever protected twice. What a venue refuses or cancels is placed again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import structs

from strategies.base import ChildView, View
from strategies.conditions import BookChanged, PriceSource
from strategies.intents import (
    Alarm,
    Finish,
    Idle,
    Intent,
    Protect,
    Unprotect,
    Unwake,
    WakeAt,
    WakeWhen,
)
from strategies.part import PartView
from strategies.stop_params import LimitStopParams, slipped
from venues.model.numbers import ZERO, plain

NATIVE: Final = "native"
GUARD, BARE, BOOKS, NAKED = "guard", "bare", "books", "naked"
_KEEPING: Final = (GUARD, BARE, BOOKS)
GUARD_TAGS: Final = (*_KEEPING, NAKED)
# More stops than this at one venue become one.
_AT_ONE_VENUE_MOST: Final = 4
# A growth waits for more so long; what was refused is tried again after it, and then ever more rarely.
_EVERY_NS: Final = 1_000_000_000
_RARELY_NS: Final = 10_000_000_000
_MS_NS: Final = 1_000_000


class NativeState(msgspec.Struct, frozen=True, kw_only=True):
    """`placed_ns`: when stops were last asked for or taken back; `standing`: what stood when last looked.

    `tries`: how often that was asked for in vain. `bare_ns`: since when something stands nowhere, 0 = all
    does. `told`: an alarm says so. `late`: one says that an answer is awaited too long; `woken`: one that a
    stop has woken at its venue.
    """

    placed_ns: int = 0
    standing: Decimal = ZERO
    tries: int = 0
    bare_ns: int = 0
    told: bool = False
    late: bool = False
    woken: bool = False


@dataclass(frozen=True, slots=True)
class Natives:
    """The orders of a stop that its venues hold."""

    dormant: Sequence[ChildView]
    woken: Sequence[ChildView]

    @property
    def any(self) -> bool:
        """Return whether one of them may still trade."""
        return bool(self.dormant or self.woken)

    def says(self) -> str:
        """Return where they stand: "10 at alpha, 5 at beta"."""
        at: dict[str, Decimal] = {}
        for child in [*self.dormant, *self.woken]:
            at[child.venue] = at.get(child.venue, ZERO) + child.quantity - child.filled
        return ", ".join(f"{plain(quantity)} at {venue}" for venue, quantity in at.items())


def natives_of(view: View) -> Natives:
    """Return what venues hold of this parent."""
    mine = [child for child in view.children if child.leg == NATIVE]
    return Natives(
        dormant=[child for child in mine if child.dormant],
        woken=[child for child in mine if not child.dormant],
    )


def keep_guarded(
    state: NativeState, params: LimitStopParams, natives: Natives, view: View
) -> tuple[NativeState, Sequence[Intent]]:
    """Have all that an armed stop is for stand at the venues, too; say when it does not."""
    left = view.spec.quantity - view.filled
    standing = sum((child.quantity - child.filled for child in natives.dormant), ZERO)
    if standing > state.standing:
        state = structs.replace(state, bare_ns=0, tries=0)  # it gets on
    state = structs.replace(state, standing=standing)
    bare = left - view.open_quantity
    if bare <= ZERO:
        return structs.replace(state, bare_ns=0, told=False), _unwatched()
    wanted = _wanted(params, bare, view)
    possible, why = view.protectable(wanted)
    if possible <= ZERO and bare < view.min_quantity(wanted.limit):
        return structs.replace(state, bare_ns=0, told=False), _unwatched()
    state = structs.replace(state, bare_ns=state.bare_ns or view.now_ns)
    state, told = _tell_bare(state, params, bare, why, view)
    if possible <= ZERO:
        return state, [*told, Unwake(tag=GUARD), WakeWhen(condition=BookChanged(), tag=BOOKS)]
    told = [*told, Unwake(tag=BOOKS)]
    again_ns = state.placed_ns + min(_EVERY_NS << min(state.tries, 8), _RARELY_NS)
    if any(child.cancelling for child in natives.dormant):
        return state, told  # whatever becomes of that is heard of
    if state.placed_ns and view.now_ns < again_ns:
        return state, [*told, WakeAt(at_ns=again_ns, tag=GUARD)]
    at = Counter(child.venue for child in natives.dormant)
    state = structs.replace(state, placed_ns=view.now_ns)
    next_look = WakeAt(at_ns=view.now_ns + _EVERY_NS, tag=GUARD)
    if any(count >= _AT_ONE_VENUE_MOST for count in at.values()):
        return state, [*told, Unprotect(leg=NATIVE), next_look]
    return structs.replace(state, tries=state.tries + 1), [*told, wanted, next_look]


def take_back(
    state: NativeState, params: LimitStopParams, fired_ns: int, natives: Natives, view: View
) -> tuple[NativeState, Sequence[Intent]]:
    """Take back the stops that have not woken, and say once when that takes too long."""
    intents: list[Intent] = [*_unwatched()]
    if not natives.dormant:
        return state, [*intents, Unwake(tag=NAKED)]
    if any(not child.cancelling for child in natives.dormant):
        intents.append(Unprotect(leg=NATIVE))
    due_ns = fired_ns + params.naked_within_ms * _MS_NS
    if view.now_ns < due_ns:
        return state, [*intents, WakeAt(at_ns=due_ns, tag=NAKED)]
    if not state.late:
        where = Natives(dormant=natives.dormant, woken=()).says()
        waited_ms = (view.now_ns - fired_ns) // _MS_NS
        sentence = (
            f"fired {waited_ms} ms ago and still awaits the end of its stops at the venues: {where}"
        )
        intents.append(Alarm(sentence=sentence))
    return structs.replace(state, late=True), intents


def tell_woken(
    state: NativeState, natives: Natives, params: LimitStopParams
) -> tuple[NativeState, Sequence[Alarm]]:
    """Say once that a venue's own price came to the catastrophe price."""
    if state.woken or not natives.woken:
        return state, []
    where = Natives(dormant=(), woken=natives.woken).says()
    at = ZERO if params.catastrophe_price is None else params.catastrophe_price
    sentence = f"the catastrophe stop at {plain(at)} has woken at its venue: {where}"
    return structs.replace(state, woken=True), [Alarm(sentence=sentence)]


def inside(state: NativeState, natives: Natives, view: View) -> View:
    """Return what the ladder sees: not these orders, and held until they are given back.

    Once that takes too long, what is free may trade all the same.
    """
    if not natives.any:
        return view
    free = view.spec.quantity - view.filled - view.open_quantity
    awaited = bool(natives.dormant) and not (state.late and free >= view.min_quantity())
    held = f"awaiting the end of its stops at the venues: {natives.says()}" if awaited else ""
    return PartView(view, view.spec, held=held or view.held, without=NATIVE)


def not_yet_over(natives: Natives, intents: Sequence[Intent]) -> Sequence[Intent]:
    """Return `intents` without an end that would come while venues may still trade."""
    if not natives.any or not any(isinstance(intent, Finish) for intent in intents):
        return intents
    kept = [i for i in intents if not isinstance(i, Finish | Alarm | Idle)]
    return [*kept, Idle(reason=f"what is left stands at the venues: {natives.says()}")]


def _unwatched() -> Sequence[Intent]:
    return [Unwake(tag=tag) for tag in _KEEPING]


def _wanted(params: LimitStopParams, bare: Decimal, view: View) -> Protect:
    assert params.catastrophe_price is not None
    at, side = params.catastrophe_price, view.spec.side
    return Protect(
        quantity=bare,
        trigger_price=at,
        limit=slipped(at, params.catastrophe_slip_bps, side),
        source=PriceSource(params.catastrophe_source),
        leg=NATIVE,
    )


def _tell_bare(
    state: NativeState, params: LimitStopParams, bare: Decimal, why: str, view: View
) -> tuple[NativeState, Sequence[Intent]]:
    """Raise an alarm, once, for what has stood nowhere for too long."""
    due_ns = state.bare_ns + params.naked_within_ms * _MS_NS + _EVERY_NS
    if state.told:
        return state, []
    if view.now_ns < due_ns:
        return state, [WakeAt(at_ns=due_ns, tag=BARE)]
    because = "; ".join(word for word in (why, view.rejections()) if word)
    sentence = f"{plain(bare)} has no stop at a venue, only from here: {because or 'no answer yet'}"
    return structs.replace(state, told=True), [Alarm(sentence=sentence)]
