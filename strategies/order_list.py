"""How does a group stand at a venue as one order list: a post-only order and a stop, of which one trades?

The venue ends the other leg itself: with the first fill of the profit, however small, the stop is gone,
and when the stop wakes the profit is. Each list is verified leg by leg: both orders named by the venue,
with the same list. A stop that has woken is left to work there, at its limit. Wherever a list is not
whole any more, was refused, or cannot be had, the group goes on as a strict one, for good, and says so:
what is left of a profit that has traded keeps its place in the queue and the stop is armed here in the
same step; everything else is taken back first and every answer awaited. What no stop is proven to stand
for longer than `naked_within_ms` is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import structs

from strategies.base import ChildView, Listed, View
from strategies.conditions import BookChanged, PriceSource
from strategies.intents import (
    Alarm,
    Idle,
    Intent,
    Pair,
    Protect,
    Triggered,
    Unwake,
    WakeAt,
    WakeWhen,
    Withdraw,
)
from strategies.spec import LegSpec, OcoParams, RestParams
from strategies.stop_params import LimitStopParams, slipped
from venues.model.numbers import BPS, MONEY, ZERO, plain
from venues.model.order import Side

AGAIN, BARE, SLOW, BOOKS = "again", "bare", "slow", "books"
TAGS: Final = (AGAIN, BARE, SLOW, BOOKS)
# What vanished, or has grown, is listed again after this; a list refused is tried once more at once.
_EVERY_NS: Final = 1_000_000_000
_TRIES_MOST: Final = 2
# More lists than this become one.
_LISTS_MOST: Final = 4
_MS_NS: Final = 1_000_000


class ListsState(msgspec.Struct, frozen=True, kw_only=True):
    """`count`: how often lists were asked for; `tries`: how often since anything stood or traded.

    `placed_ns`, `filled`: when that was last, and what had traded by then. `standing`: what stood when last
    looked. `bare_ns`: since when something has no proven stop, 0 = all has; `told`: an alarm says so.
    `woken_ns`: when a stop was first seen awake; `slow`: an alarm says that it does not get on.
    `over`: why it goes on as a strict group once that can be; `fired`: as one whose stop has fired.
    """

    count: int = 0
    tries: int = 0
    placed_ns: int = 0
    filled: Decimal = ZERO
    standing: Decimal = ZERO
    bare_ns: int = 0
    told: bool = False
    woken_ns: int = 0
    slow: bool = False
    over: str = ""
    fired: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What is listed: `profit` and `trigger`, the stop's worst price, and whose price wakes it."""

    maker: str
    stop: str
    profit: Decimal
    trigger: Decimal
    limit: Decimal
    source: PriceSource
    naked_ns: int


@dataclass(frozen=True, slots=True)
class _List:
    """One list as far as its orders are not settled."""

    maker: ChildView | None
    stop: ChildView | None

    @property
    def orders(self) -> Sequence[ChildView]:
        return [child for child in (self.maker, self.stop) if child is not None]

    @property
    def said(self) -> set[Listed]:
        return {child.listed for child in self.orders}

    @property
    def woken(self) -> bool:
        return self.stop is not None and not self.stop.dormant

    @property
    def whole(self) -> bool:
        maker, stop = self.maker, self.stop
        return maker is not None and stop is not None and stop.dormant and not maker.filled

    @property
    def protects(self) -> Decimal:
        """Return what its stop is proven to stand for, awake or not."""
        stop = self.stop
        if stop is None or not (self.woken or stop.listed is Listed.PROVEN):
            return ZERO
        return ZERO if stop.in_doubt else stop.quantity - stop.filled


def terms_of(params: OcoParams, view: View) -> Terms:
    """Return what a native group has its venue hold; its legs are the two that `refusal` lets pass."""
    maker, stop = legs_of(params)
    assert isinstance(stop.params, LimitStopParams)
    trigger = stop.params.trigger_price
    profit = worst_of(maker, view)
    assert trigger is not None
    assert profit is not None
    return Terms(
        maker=maker.name,
        stop=stop.name,
        profit=profit,
        trigger=trigger,
        limit=slipped(trigger, stop.params.max_slip_bps, view.spec.side),
        source=PriceSource(stop.params.trigger_source),
        naked_ns=params.naked_within_ms * _MS_NS,
    )


def legs_of(params: OcoParams) -> tuple[LegSpec, LegSpec]:
    """Return the leg that rests and the one that stops."""
    one, other = params.legs
    return (one, other) if isinstance(one.params, RestParams) else (other, one)


def worst_of(leg: LegSpec, view: View) -> Decimal | None:
    """Return the worst price of a leg's own, None where it has none."""
    if leg.limit_bps is None:
        return leg.limit_price
    slip = MONEY.divide(MONEY.multiply(view.arrival_price, leg.limit_bps), BPS)
    return MONEY.add(view.arrival_price, view.spec.side.sign * slip)


def impossible(params: OcoParams, limit: Decimal | None, view: View) -> str:
    """Return why these prices can be no list, or ""; `limit`: the worst price of the whole."""
    terms, sign = terms_of(params, view), view.spec.side.sign
    if sign * (terms.trigger - terms.profit) <= ZERO:
        word = "above" if sign > 0 else "below"
        return (
            f"{terms.stop}.trigger_price {plain(terms.trigger)} is not {word} "
            f"{plain(terms.profit)}, the price of {terms.maker}"
        )
    if limit is not None and sign * (limit - terms.limit) < ZERO:
        return (
            f"{terms.stop} may trade at {plain(terms.limit)}, beyond the limit {plain(limit)}: "
            "a venue's stop needs all of its slip"
        )
    return ""


def keep_listed(
    state: ListsState, params: OcoParams, view: View, *, afresh: bool = False
) -> tuple[ListsState, Sequence[Intent]]:
    """Have a venue hold all that is left as one list; `afresh`: whatever failed before is forgotten."""
    terms, lists = terms_of(params, view), _lists(view)
    if afresh:
        state = structs.replace(state, tries=0, placed_ns=0)
    state, woke = _wake(state, terms, lists, view)
    state, late = _tell_bare(state, terms, lists, view)
    told: list[Intent] = [*woke, *late]
    if not state.over and (why := _broken(terms, lists)):
        state, alarm = _gives_up(state, why)
        told.append(alarm)
    if state.over:
        return state, [*told, *_quiet(*TAGS), *_all_back(state, lists)]
    leftover = [one.maker for one in lists if one.woken and one.maker is not None]
    told.extend(Withdraw(leg=maker.leg) for maker in leftover if not maker.cancelling)
    if any(child.cancelling for one in lists for child in one.orders):
        return state, [*told, Idle(reason="awaiting the end of its lists")]
    state, placed = _list_the_rest(state, terms, lists, view)
    return state, [*told, *placed]


def may_part(state: ListsState, view: View) -> bool:
    """Return whether the group may go on as a strict one: nothing stands but profits that lost their stop."""
    return bool(state.over) and all(_is_adopted(state, one) for one in _lists(view))


def _lists(view: View) -> list[_List]:
    """Return every list of which an order is not settled, oldest first."""
    makers: dict[str, ChildView] = {}
    stops: dict[str, ChildView] = {}
    for child in view.children:
        _, _, name = child.leg.partition("/")
        (makers if child.post_only else stops)[name] = child
    return [_List(makers.get(name), stops.get(name)) for name in {**makers, **stops}]


def _broken(terms: Terms, lists: Sequence[_List]) -> str:
    """Return why what a venue holds is no whole list any more, or cannot be relied on as one, or ""."""
    for one in lists:
        venue, orders = one.orders[0].venue, one.orders
        if Listed.DENIED in one.said:
            return f"{venue} does not hold the two orders as one list"
        if len(orders) == 1 and one.said == {Listed.NAMED}:
            return f"{venue} has taken {orders[0].leg.partition('/')[0]} of a list and not its other leg"
        if one.whole or one.woken or one.said == {Listed.UNSAID}:
            continue
        gone = terms.stop if one.stop is None or one.maker is not None else terms.maker
        return f"{venue} has ended {gone} of a list before the other leg had traded whole"
    return ""


def _gives_up(state: ListsState, why: str, *, fired: bool = False) -> tuple[ListsState, Alarm]:
    """Let the group go on as a strict one, as soon as nothing stands any more."""
    state = structs.replace(state, over=why, fired=fired or bool(state.woken_ns))
    return state, Alarm(sentence=f"{why}: from now on its legs are kept apart here")


def _all_back(state: ListsState, lists: Sequence[_List]) -> Sequence[Intent]:
    """Take back every order that has not woken, but for profits that the strict group takes over."""
    back = [i for one in lists if not _is_adopted(state, one) for i in _taken_back(one)]
    return [*back, Idle(reason=f"awaiting the end of its lists: {state.over}")] if lists else []


def _is_adopted(state: ListsState, one: _List) -> bool:
    """Return whether all that is left of a list is its profit, to rest on as that of a strict group."""
    return one.maker is not None and one.stop is None and not state.fired


def _taken_back(one: _List) -> Sequence[Intent]:
    """Return what ends a list: its profit alone, where the venue is proven to end the stop with it.

    Where the profit has traded it stays, and only its stop, ended as it should be, is asked back.
    """
    orders = one.orders
    if one.whole and one.said == {Listed.PROVEN}:
        orders = orders[:1]
    elif one.maker is not None and one.maker.filled and one.stop is not None:
        orders = [one.stop]
    return [
        Withdraw(leg=child.leg)
        for child in orders
        if (child.post_only or child.dormant) and not child.cancelling
    ]


def _list_the_rest(
    state: ListsState, terms: Terms, lists: Sequence[_List], view: View
) -> tuple[ListsState, Sequence[Intent]]:
    """Ask for lists of what stands nowhere, where and when that makes sense."""
    bare = view.spec.quantity - view.filled - view.open_quantity
    if bare < view.min_quantity():
        return state, [*_quiet(AGAIN, BOOKS), _says(terms, lists)]
    if state.woken_ns or _is_at(terms.trigger, terms, view, view.spec.side):
        # A venue would refuse it, or has fired already.
        state = structs.replace(state, over=f"the price is at {plain(terms.trigger)}", fired=True)
        return state, [*_quiet(*TAGS), *_all_back(state, lists)]
    why = ""
    # What is unanswered has not failed: what has come since is listed beside it, in its time.
    pending = any(one.said == {Listed.UNSAID} for one in lists)
    if state.tries >= _TRIES_MOST and not pending:
        why = f"no list stands, {view.rejections() or 'no venue took it'}"
    elif _is_at(terms.profit, terms, view, view.spec.side.opposite):
        why = f"the price is at {plain(terms.profit)} already, no venue would take a list"
    if why:
        state, alarm = _gives_up(state, why)
        return state, [*_quiet(*TAGS), alarm, *_all_back(state, lists)]
    pair = _wanted(state, terms, bare)
    possible, why = view.protectable(pair)
    if possible <= ZERO and state.told:
        # Better watched from here than nowhere.
        state, alarm = _gives_up(state, f"nothing can be listed, {why}")
        return state, [*_quiet(*TAGS), alarm, *_all_back(state, lists)]
    if possible <= ZERO:
        wait = WakeWhen(condition=BookChanged(), tag=BOOKS)
        return state, [wait, Idle(reason=f"nothing can be listed: {why}", parked=not lists)]
    due_ns = state.placed_ns + _EVERY_NS
    got_on = not pending and (view.filled > state.filled or state.tries > 0)
    if state.placed_ns and not got_on and view.now_ns < due_ns:
        return state, [
            Unwake(tag=BOOKS),
            WakeAt(at_ns=due_ns, tag=AGAIN),
            Idle(reason="listed in a moment"),
        ]
    if len(lists) >= _LISTS_MOST:
        return structs.replace(state, placed_ns=0), [
            *(intent for one in lists for intent in _taken_back(one)),
            Idle(reason="making one list of several"),
        ]
    state = structs.replace(
        state,
        count=state.count + 1,
        tries=state.tries if pending else state.tries + 1,
        placed_ns=view.now_ns,
        filled=view.filled,
    )
    retry = WakeAt(at_ns=view.now_ns + _EVERY_NS, tag=AGAIN)
    return state, [Unwake(tag=BOOKS), pair, retry, _says(terms, lists)]


def _wanted(state: ListsState, terms: Terms, bare: Decimal) -> Pair:
    name = f"list{state.count + 1}"
    protect = Protect(
        quantity=bare,
        trigger_price=terms.trigger,
        limit=terms.limit,
        source=terms.source,
        leg=f"{terms.stop}/{name}",
    )
    return Pair(protect=protect, profit=terms.profit, leg=f"{terms.maker}/{name}")


def _wake(
    state: ListsState, terms: Terms, lists: Sequence[_List], view: View
) -> tuple[ListsState, Sequence[Intent]]:
    """Say that a stop has woken, and once more when what it is for does not trade."""
    told: list[Intent] = []
    awake = [one.stop for one in lists if one.stop is not None and one.woken]
    if awake and not state.woken_ns:
        state = structs.replace(state, woken_ns=view.now_ns)
        why = f"the {terms.source.value} price of {awake[0].venue} is at {plain(terms.trigger)}"
        told.append(Triggered(reason=why))
    if not awake or state.slow:
        return state, [*told, Unwake(tag=SLOW)]
    due_ns = state.woken_ns + terms.naked_ns
    if view.now_ns < due_ns:
        return state, [*told, WakeAt(at_ns=due_ns, tag=SLOW)]
    left = sum((stop.quantity - stop.filled for stop in awake), ZERO)
    waits_ms = (view.now_ns - state.woken_ns) // _MS_NS
    sentence = (
        f"{terms.stop} woke at {awake[0].venue} {waits_ms} ms ago and {plain(left)} of it is still open "
        f"at {plain(terms.limit)}"
    )
    return structs.replace(state, slow=True), [*told, Alarm(sentence=sentence)]


def _tell_bare(
    state: ListsState, terms: Terms, lists: Sequence[_List], view: View
) -> tuple[ListsState, Sequence[Intent]]:
    """Raise an alarm, once, for what no stop is proven to stand for too long."""
    standing = sum((one.protects for one in lists), ZERO)
    if standing > state.standing or view.filled > state.filled:
        state = structs.replace(state, tries=0)
    state = structs.replace(state, standing=standing)
    bare = view.spec.quantity - view.filled - standing
    if bare < view.min_quantity():
        return structs.replace(state, bare_ns=0, told=False), [Unwake(tag=BARE)]
    state = structs.replace(state, bare_ns=state.bare_ns or view.now_ns)
    due_ns = state.bare_ns + terms.naked_ns
    if state.told:
        return state, []
    if view.now_ns < due_ns:
        return state, [WakeAt(at_ns=due_ns, tag=BARE)]
    waits_ms = (view.now_ns - state.bare_ns) // _MS_NS
    where = f"{plain(bare)} has had no stop at a venue for {waits_ms} ms"
    because = view.rejections() or "no answer yet"
    return structs.replace(state, told=True), [Alarm(sentence=f"{where}: {because}")]


def _is_at(level: Decimal, terms: Terms, view: View, side: Side) -> bool:
    """Return whether the price that wakes stops is at `level` or beyond it, as far as it is known."""
    price = view.price(terms.source)
    return price is not None and (price - level) * side.sign >= ZERO


def _says(terms: Terms, lists: Sequence[_List]) -> Idle:
    at = dict.fromkeys(child.venue for one in lists for child in one.orders)
    where = f" at {' and '.join(at)}" if at else ""
    return Idle(
        reason=f"listed{where}: {terms.maker} at {plain(terms.profit)} or {terms.stop} at "
        f"{plain(terms.trigger)}, as far as {plain(terms.limit)} and not post-only"
    )


def _quiet(*tags: str) -> list[Intent]:
    return [Unwake(tag=tag) for tag in tags]
