"""How does an exit grow with its entry: a parent of its own, for what has been filled and no more?

Called at the end of every step, so what fills is protected by the records of the same commit; after a
restart the first step does the same, and nothing is ever unprotected because of a crash in between.
"""

from decimal import Decimal

from msgspec import structs

from router.engine.carry import decide
from router.engine.core import Core
from router.engine.records import ALARM, ParentGrew, ParentMoved
from router.engine.starting import receive, smallest_at, try_start
from router.orders.parent import Parent, ParentState
from strategies.base import Progressed
from strategies.spec import ParentSpec
from venues.model.ids import ParentId
from venues.model.numbers import ZERO, floor_to, plain


def exit_id(entry: ParentId) -> ParentId:
    """Return the id of the exit of `entry`; no order file can name it."""
    return ParentId(f"{entry}/exit")


def follow_entries(core: Core) -> None:
    """Let every exit grow to what its entry has filled, and end once there is nothing more to come."""
    stirred = core.stirred
    if stirred is None:
        waiting = list(core.state.entries.values())
        stirred = core.stirred = {}
    elif len(stirred) > 1:
        waiting = [entry for name, entry in core.state.entries.items() if name in stirred]
    else:
        waiting = [core.state.entries[name] for name in stirred]
    for entry in waiting:
        known = core.state.parents.get(exit_id(entry.spec.id))
        # Nothing follows from what has been followed; a mere saving, so it need not survive.
        while core.followed.get(entry.spec.id) != (now := _standing(entry, known)):
            core.followed[entry.spec.id] = now
            _follow(core, entry, known)
            known = core.state.parents.get(exit_id(entry.spec.id))
        stirred.pop(entry.spec.id, None)


def _standing(entry: Parent, known: Parent | None) -> tuple[Decimal, bool, bool | None]:
    return entry.filled, entry.ended, None if known is None else known.ended


def protectable(core: Core, entry: Parent) -> Decimal:
    """Return what an exit may trade of `entry`: fills less fees in base, whole lots of each venue."""
    wanted = ZERO
    for place, traded in entry.traded.items():
        member = entry.counted.get(place, core.state.members[place])
        wanted += floor_to(member.market_quantity(traded.kept), member.lot)
    return wanted


def _follow(core: Core, entry: Parent, known: Parent | None) -> None:
    wanted = protectable(core, entry)
    before = ZERO if known is None else known.spec.quantity
    if known is None and wanted <= ZERO:
        return
    if known is None and not core.closing:
        receive(core, exit_spec(entry.spec, wanted))
    elif known is None or known.ended or known.state is ParentState.CANCELLING:
        _say_unprotected(core, entry, known, wanted)
    elif wanted > before:
        core.note(ParentGrew(known.spec.id, wanted, core.now_ns))
        _go_on(core, known)
    elif entry.ended:
        _go_on(core, known)
    exit_ = core.state.parents.get(exit_id(entry.spec.id))
    if exit_ is not None:
        _hold_the_entry_back(core, entry, exit_)
        _give_up_what_is_too_small(core, entry, exit_)


def _go_on(core: Core, exit_: Parent) -> None:
    """Let a running exit look at what it has to do now, or a waiting one try to start."""
    if exit_.state is ParentState.PENDING:
        try_start(core, exit_)
    elif exit_.running:
        decide(core, exit_, Progressed())


def _hold_the_entry_back(core: Core, entry: Parent, exit_: Parent) -> None:
    """Buy nothing more that could not be protected."""
    if exit_.state is ParentState.FAILED and not entry.ended:
        core.wind_down(entry, ParentState.FAILED, f"its exit failed: {exit_.reason}")


def _give_up_what_is_too_small(core: Core, entry: Parent, exit_: Parent) -> None:
    """End an exit that has never been large enough to begin, once nothing more will come."""
    if not entry.ended or exit_.state is not ParentState.PENDING:
        return
    smallest = smallest_at(core, exit_.spec)
    if smallest is not None and exit_.spec.quantity < smallest:
        why = f"{plain(exit_.spec.quantity)} filled is below the smallest order, {plain(smallest)}"
        core.note(ParentMoved(exit_.spec.id, ParentState.EXPIRED, why, core.now_ns))


def _say_unprotected(core: Core, entry: Parent, exit_: Parent | None, wanted: Decimal) -> None:
    """Raise an alarm for what is held and will not be sold: the exit is over, or may not begin."""
    left = wanted - (ZERO if exit_ is None else exit_.filled)
    if left <= ZERO or (exit_ is not None and not exit_.ended):
        return
    why = "no exit may begin any more" if exit_ is None else f"its exit has ended: {exit_.reason}"
    core.flag(entry.spec.id, ALARM, f"{plain(left)} filled is not protected, {why}")


def exit_spec(entry: ParentSpec, quantity: Decimal) -> ParentSpec:
    """Return the exit of `entry` for `quantity`: the other side of the same market and account."""
    assert entry.then is not None, "only an entry with an exit is followed"
    return structs.replace(
        entry,
        id=exit_id(entry.id),
        side=entry.side.opposite,
        quantity=quantity,
        params=entry.then.params,
        limit_price=entry.then.limit_price,
        limit_bps=entry.then.limit_bps,
        would_price=None,
        passive_only=False,
        max_participation=None,
        clip_min=None,
        clip_max=None,
        start_ns=0,
        hold_s=0,
        venue_caps=(),
        then=None,
        exit_of=entry.id,
    )
