"""What happens when a trader pauses, resumes or amends a parent?

All three are idempotent: said twice they change nothing the second time. An amendment that cannot be
is refused with a sentence and changes nothing at all.
"""

from decimal import Decimal

from msgspec import structs

from router.engine.carry import decide
from router.engine.core import START, Core
from router.engine.inputs import AmendParent
from router.engine.records import ParentAmended, ParentMoved
from router.engine.starting import try_start
from router.engine.timers import StartTimer
from router.engine.unwanted import unwanted
from router.orders.parent import Parent, ParentState
from strategies.base import Amended, Resumed
from strategies.spec import ParentSpec, with_horizon
from venues.model.numbers import ZERO, floor_to, plain

_S_NS = 1_000_000_000
PAUSED = "paused by request"


def pause(core: Core, parent: Parent) -> None:
    """Stop `parent`: what rests is withdrawn, what is on its way is awaited, nothing new is sent."""
    if not parent.running and parent.state is not ParentState.PENDING:
        return
    core.timers.forget(StartTimer(parent.spec.id))
    core.watching.forget(parent.spec.id, START)
    core.note(ParentMoved(parent.spec.id, ParentState.PAUSED, PAUSED, core.now_ns))
    core.rearm(parent.spec.id, parent.wakes, {})
    for child in unwanted(parent):
        core.cancel(child)


def resume(core: Core, parent: Parent) -> None:
    """Let a paused parent go on; its strategy hears for how long it stood still."""
    if parent.state is not ParentState.PAUSED:
        return
    if not parent.started_ns:
        core.note(ParentMoved(parent.spec.id, ParentState.PENDING, "", core.now_ns))
        try_start(core, parent)
        return
    core.note(ParentMoved(parent.spec.id, ParentState.ACTIVE, "", core.now_ns))
    core.rearm(parent.spec.id, {}, parent.wakes)
    decide(core, parent, Resumed(core.now_ns - parent.paused_ns))


def amend(core: Core, parent: Parent, asked: AmendParent) -> None:
    """Change quantity, limit or horizon of `parent`; a refusal is flagged `amend_refused`.

    A total below what has traded or still may is reached from above: resting children are cancelled,
    newest first, and the quantity falls as they end, never below what has traded.
    """
    if why := why_not_amended(core, parent, asked):
        core.flag(parent.spec.id, "amend_refused", why)
        return
    wanted = parent.spec.quantity if parent.wanted is None else parent.wanted
    before = structs.replace(parent.spec, quantity=wanted)
    spec, limit = _amended(before, parent.limit, asked)
    if (spec, limit) == (before, parent.limit):
        return
    core.note(ParentAmended(parent.spec.id, spec, limit, core.now_ns))
    for child in unwanted(parent):
        core.cancel(child)
    if parent.running:
        decide(core, parent, Amended())
    else:
        core.end_if_settled(parent)


def why_not_amended(core: Core, parent: Parent, asked: AmendParent) -> str:
    """Return why `parent` cannot be amended as asked, "" if it can."""
    if parent.ended or parent.state is ParentState.CANCELLING:
        return f"{parent.spec.id} is {parent.state.value}: nothing can be amended any more"
    return (
        _wrong_quantity(core, parent, asked.quantity)
        or _wrong_limit(asked.limit_price)
        or _wrong_horizon(core, parent, asked.horizon_s)
    )


def _wrong_quantity(core: Core, parent: Parent, quantity: Decimal | None) -> str:
    if quantity is None:
        return ""
    if parent.spec.exit_of is not None:
        return "an exit is as large as what its entry has filled; amend or cancel the entry"
    if not quantity.is_finite() or quantity <= ZERO:
        return f"quantity {quantity} must be above 0; cancel the parent to stop it"
    if parent.lot and floor_to(quantity, parent.lot) != quantity:
        return f"quantity {plain(quantity)} is not a whole number of lots of {plain(parent.lot)}"
    if quantity <= parent.spec.quantity:
        return ""
    reference = core.markets.composite(parent.spec.symbol).mid or parent.arrival_price
    refused = core.gate.refuse_parent(
        structs.replace(parent.spec, quantity=quantity), reference or ZERO
    )
    return refused.sentence if refused else ""


def _wrong_limit(limit_price: Decimal | None) -> str:
    if limit_price is None or (limit_price.is_finite() and limit_price > ZERO):
        return ""
    return f"limit_price {limit_price} must be above 0"


def _wrong_horizon(core: Core, parent: Parent, horizon_s: int | None) -> str:
    if horizon_s is None:
        return ""
    if with_horizon(parent.spec.params, horizon_s) is None:
        return f"a {parent.spec.params.__struct_config__.tag} has no horizon_s"
    over_s = (core.now_ns - parent.started_ns) // _S_NS if parent.started_ns else 0
    if horizon_s <= over_s:
        return f"horizon_s {horizon_s} is over: the parent began {over_s} s ago"
    return ""


def _amended(
    spec: ParentSpec, limit: Decimal | None, asked: AmendParent
) -> tuple[ParentSpec, Decimal | None]:
    """Return the new terms and the worst price that follows from them."""
    if asked.quantity is not None:
        spec = structs.replace(spec, quantity=asked.quantity)
    if asked.horizon_s is not None:
        params = with_horizon(spec.params, asked.horizon_s)
        assert params is not None
        spec = structs.replace(spec, params=params)
    if asked.limit_price is not None:
        spec = structs.replace(spec, limit_price=asked.limit_price, limit_bps=None)
        limit = asked.limit_price
    return spec, limit
