"""What would a parent do if it were handed over now: can it, when, how, and at what cost?

Nothing happens: strategies decide without side effects, so the first decision of one can be had for the
asking, from the same seed that it would get.
"""

from dataclasses import replace
from decimal import Decimal

import msgspec

from router.engine.core import Core
from router.engine.learning import learning_of
from router.engine.starting import first_decision, refused_at_start, terms_at_start
from router.engine.state import begin
from router.engine.terms import terms_of
from router.engine.view import EngineView, allowed
from router.orders.parent import Parent
from router.routing.plan import Plan
from router.routing.take import plan_take
from strategies.base import State, StrategyFailed
from strategies.intents import Idle, Pair, Protect, Rest, Take
from strategies.spec import ParentSpec


class Due(msgspec.Struct, frozen=True):
    """A slice: how long after the start, and how much, market units."""

    after_ns: int
    quantity: Decimal


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """A parent as it would begin on the books of now.

    `refusal`: why it would not, "" = it would. `limit`: the worst price it may pay now. `schedule`: its
    slices, empty for kinds without. `orders`: what it would ask for at once; `says`: what it would show.
    `at_once`: the plan to take the whole quantity now: its cost, its venues, what they lack.
    """

    refusal: str
    arrival_price: Decimal | None = None
    limit: Decimal | None = None
    schedule: tuple[Due, ...] = ()
    orders: tuple[Take | Rest | Protect | Pair, ...] = ()
    says: str = ""
    at_once: Plan | None = None


def preview(core: Core, spec: ParentSpec, now_ns: int) -> Preview:
    """Return what `spec`, whose market is known, would do if it began at `now_ns`."""
    # What is kept by a parent's id is kept apart: another order may yet take this id.
    core = replace(core, smallest={})
    core.begin(now_ns)
    composite = core.markets.composite(spec.symbol)
    if composite.mid is None or not any(allowed(spec, q.venue) for q in composite.usable):
        told = "; ".join(f"{venue} {why}" for venue, why in composite.refusals)
        return Preview(refusal=f"no LIVE book: {told}")
    parent = core.state.begun(spec, now_ns)
    begin(parent, terms_at_start(core, spec, composite.mid), core.state.members)
    try:
        return _previewed(core, parent)
    except StrategyFailed as error:
        return Preview(refusal=f"its strategy failed: {error}", arrival_price=composite.mid)


def _previewed(core: Core, parent: Parent) -> Preview:
    spec, view = parent.spec, EngineView(core, parent)
    _, why = refused_at_start(core, view)
    if why:
        return Preview(refusal=why, arrival_price=parent.arrival_price, limit=view.limit)
    memory, intents = first_decision(core, view)
    return Preview(
        refusal="",
        arrival_price=parent.arrival_price,
        limit=view.limit,
        schedule=_schedule(memory, parent),
        orders=tuple(i for i in intents if isinstance(i, Take | Rest | Protect | Pair)),
        says=next((i.reason for i in intents if isinstance(i, Idle)), ""),
        at_once=plan_take(
            core.books,
            core.markets.of(parent),
            side=spec.side,
            quantity=spec.quantity,
            limit=view.limit,
            terms=terms_of(core, parent),
            sweep=core.sweep,
            search=core.search,
            learning=learning_of(core, spec.symbol),
        ),
    )


def _schedule(memory: State, parent: Parent) -> tuple[Due, ...]:
    planned = memory.schedule(parent.spec)
    if planned is None:
        return ()
    table = planned.table
    sizes = [upto - before for before, upto in zip(table.upto, table.upto[1:], strict=False)]
    return tuple(
        Due(due_ns - parent.started_ns, lots * parent.lot)
        for due_ns, lots in zip(table.due_ns, sizes, strict=True)
    )
