"""Do stops, groups and exits keep what they promise? Judged by venue logs, committed rows and the books."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from statistics import median

import msgspec

from router.engine.records import Decided
from router.engine.state import EngineState
from router.orders.parent import Parent
from strategies.oco import OcoState
from strategies.spec import OcoParams
from strategies.stop_ladder import LimitStopState, Phase
from strategies.stop_params import LimitStopParams
from tests.faults.capped import apart
from tests.faults.listed import of_lists, second_of_list
from tests.faults.native import has_woken, is_there
from tests.faults.venue import WatchedVenue
from venues.books.port import Books
from venues.model.commands import Submit
from venues.model.ids import ParentId, VenueId
from venues.model.market import ASK, BID, BookState, level_key
from venues.model.numbers import BPS, ZERO
from venues.model.order import Side
from venues.paper.truth import PaperOrder

_Venues = Mapping[VenueId, WatchedVenue]


class _Stop(msgspec.Struct):
    """What the journal says of a stop; other fields are not looked at."""

    phase: str = "armed"
    level: Decimal = ZERO
    gapped: bool = False


def unguarded(submit: Submit, parent: Parent, shadow: EngineState, venues: _Venues) -> str:
    """Return how `submit`, as it leaves, breaks a promise of an exit or a group, "" if it does not.

    Only for honest venues: what they trade beyond an order is no fault of ours.
    """
    if parent.spec.exit_of is not None:
        entry = shadow.parents[parent.spec.exit_of]
        held = _traded(entry.spec.id, submit, venues) - _kept_back(entry, submit)
        out = _traded(parent.spec.id, submit, venues) + _open(parent.spec.id, submit, venues)
        if parent.spec.guarded:
            # What is open beside it is capped, `apart` says where; so is what nobody has told us of.
            there = [c for c in parent.children.values() if c.submit.venue == submit.venue]
            out = sum((c.filled for c in there), ZERO)
        if out + submit.quantity > held:
            return f"{submit.quantity} more than {out} out where its entry has bought {held}"
    if isinstance(parent.spec.params, OcoParams):
        leg = submit.leg.partition("/")[0]
        others = [
            o for o in _orders(parent.spec.id, venues) if o.submit.leg.partition("/")[0] != leg
        ]
        live = [o for o in others if o.leaves > 0]
        lists = of_lists(submit, live, shadow)
        if live and not lists and (why := apart(submit, parent, live, shadow, venues)):
            ids = [o.submit.client_order_id for o in live]
            return f"{leg} goes live while {ids} of another leg are: {why}"
    return _slips(submit, parent)


def _slips(submit: Submit, parent: Parent) -> str:
    """Return how an order of a stop goes further beyond its trigger than the stop may."""
    stop, params = _stop_of(submit, parent)
    if submit.trigger is not None:
        return ""  # judged by what was asked of it, in tests.faults.native
    if stop is None or params is None or (stop.gapped and params.gap_policy == "cross"):
        return ""
    sign = submit.side.sign
    worst = stop.level * (BPS + sign * params.max_slip_bps) / BPS
    return (
        f"{submit.price} is beyond the slip, {worst}" if sign * (submit.price - worst) > 0 else ""
    )


def _stop_of(submit: Submit, parent: Parent) -> tuple[_Stop | None, LimitStopParams | None]:
    """Return the stop that asked for an order, as committed, or nothing if none did."""
    params = parent.spec.params
    if isinstance(params, LimitStopParams):
        return msgspec.json.decode(msgspec.json.encode(parent.memory), type=_Stop), params
    if isinstance(params, OcoParams) and isinstance(parent.memory, OcoState):
        if parent.memory.lists is not None:
            return None, None  # its venue's, as listed
        for leg, known in zip(params.legs, parent.memory.legs, strict=True):
            if isinstance(leg.params, LimitStopParams) and submit.leg.startswith(f"{leg.name}/"):
                return msgspec.json.decode(known.memory, type=_Stop), leg.params
    return None, None


def too_large_an_exit(parent: Parent, shadow: EngineState) -> str:
    """Return how an exit asks for more than its entry has filled, "" if it does not."""
    if parent.spec.exit_of is None:
        return ""
    filled = shadow.parents[parent.spec.exit_of].filled
    if parent.spec.quantity <= filled:
        return ""
    return f"{parent.spec.id} is {parent.spec.quantity}, its entry has filled {filled}"


def fired_for_nothing(
    record: Decided,
    shadow: EngineState,
    view: Books,
    just_sent: Sequence[Submit],
    now_ns: int,
    stale_after_ns: int,
) -> str:
    """Return why a stop had no reason to fire in `record`, "" if it had or did not.

    Judged for mids only, by the LIVE books at that instant; what the same step has `just_sent` was not
    taken out of them yet when it decided.
    """
    parent = shadow.parents[record.parent_id]
    params = parent.spec.params
    if not isinstance(params, LimitStopParams) or params.trigger_source != "mid":
        return ""
    state = msgspec.json.decode(record.memory, type=_Stop)
    was = parent.memory
    if state.phase == "armed" or (isinstance(was, LimitStopState) and was.phase is not Phase.ARMED):
        return ""
    if has_woken(parent) or is_there(parent, state.level, view):
        return ""  # its venues fired it
    mids = list(_live_mids(params.trigger_venue, shadow, view, just_sent, now_ns, stale_after_ns))
    if not mids:
        return f"{parent.spec.id} fires and no LIVE book shows a price"
    mid, sign = median(mids), parent.spec.side.sign
    if (mid - state.level) * sign < ZERO:
        return f"{parent.spec.id} fires at {mid}, its trigger is {state.level}"
    return ""


def _live_mids(
    venue: str,
    shadow: EngineState,
    view: Books,
    just_sent: Sequence[Submit],
    now_ns: int,
    stale_after_ns: int,
) -> Iterator[Decimal]:
    for i, member in enumerate(shadow.members.values()):
        if venue not in {"", member.instrument.venue}:
            continue
        ours = [s for s in just_sent if (s.venue, s.symbol) == tuple(shadow.members)[i]]
        bid, ask = _best(view, i, BID, ours), _best(view, i, ASK, ours)
        live = view.state(i, now_ns, stale_after_ns) is BookState.LIVE
        if live and bid is not None and ask is not None:
            yield member.market_price((bid + ask) * member.instrument.tick_size / 2)


def _best(view: Books, i: int, side: int, ours: Sequence[Submit]) -> int | None:
    """Return the best tick of a side as it was before `ours` were taken out."""
    step = view.instruments[i].tick_size
    shown = [
        tick
        for s in ours
        if (s.side is Side.BUY) == (side == BID)
        and view.size(i, level_key(tick := int(s.price / step), side)) > 0
    ]
    best = view.best(i, side)
    known = [*shown, *([] if best is None else [best])]
    if not known:
        return None
    return max(known) if side == BID else min(known)


def _orders(parent_id: ParentId, venues: _Venues) -> Iterator[PaperOrder]:
    for venue in venues.values():
        for order in venue.orders.values():
            if order.submit.parent_id == parent_id:
                yield order


def _traded(parent_id: ParentId, like: Submit, venues: _Venues) -> Decimal:
    """Return what a parent has really traded where `like` goes, instrument units."""
    return sum(
        (
            f.quantity
            for o in _orders(parent_id, venues)
            if o.submit.venue == like.venue
            for f in o.fills
        ),
        ZERO,
    )


def _open(parent_id: ParentId, like: Submit, venues: _Venues) -> Decimal:
    """Return what orders of a parent may still trade where `like` goes."""
    return sum(
        (
            o.listing.quantity(o.leaves)
            for o in _orders(parent_id, venues)
            if o.submit.venue == like.venue and o.leaves > 0 and not second_of_list(o)
        ),
        ZERO,
    )


def _kept_back(entry: Parent, like: Submit) -> Decimal:
    """Return what fees took from what the entry bought there."""
    there = [c for c in entry.children.values() if c.submit.venue == like.venue]
    return sum((c.base_fees for c in there), ZERO)
