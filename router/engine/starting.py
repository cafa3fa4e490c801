"""When does a parent start, and at which arrival price and limit?"""

from collections.abc import Sequence
from decimal import Decimal

from router.engine.carry import broken, carry_out, decide
from router.engine.core import START, Core
from router.engine.counting import counted_of, members_for, step_of
from router.engine.records import Counted, ParentMoved, ParentReceived, ParentStarted
from router.engine.timers import StartTimer
from router.engine.view import EngineView, allowed, sized
from router.orders.parent import Parent, ParentState
from strategies.base import Progressed, State, Strategy, StrategyFailed
from strategies.conditions import BookChanged
from strategies.intents import Intent
from strategies.spec import ParentSpec, kind_of
from venues.model.market import BookState
from venues.model.numbers import BPS, plain


def receive(core: Core, spec: ParentSpec) -> None:
    """Take a parent over; the same id with the same content is one parent.

    ValueError: unknown market, or the id is taken by other content. The edges check both before.
    """
    known = core.state.parents.get(spec.id)
    if known is not None:
        if known.ordered != spec:
            raise ValueError(f"parent {spec.id} exists with other content")
        return
    if spec.symbol not in core.scales:
        raise ValueError(f"no market {spec.symbol}")
    core.note(ParentReceived(spec, core.now_ns))
    try_start(core, core.state.parents[spec.id])


def try_start(core: Core, parent: Parent) -> None:
    """Start `parent` when every venue it may use is LIVE, or with those that are after the wait."""
    if parent.state is not ParentState.PENDING:
        return
    spec = parent.spec
    core.watching.forget(spec.id, START)
    if core.now_ns < spec.start_ns:
        core.timers.set(StartTimer(spec.id), spec.start_ns)
        return
    composite = core.markets.composite(spec.symbol)
    mine = [q for q in composite.quotes if allowed(spec, q.venue)]
    live = [q for q in mine if q.state is BookState.LIVE]
    smallest = smallest_at(core, spec)
    if spec.exit_of is not None and smallest is not None and spec.quantity < smallest:
        # Grown, it tries again.
        parent.idle = f"waiting for more: {plain(smallest)} is the smallest order any venue takes"
        return
    give_up_ns = max(parent.received_ns, spec.start_ns) + core.settings.arrival_wait_ns
    if spec.exit_of is not None:
        give_up_ns = core.now_ns  # what is held is not left alone for a book that may never come
    if composite.mid is None or not live or (len(live) < len(mine) and core.now_ns < give_up_ns):
        if core.now_ns < give_up_ns:
            core.timers.set(StartTimer(spec.id), give_up_ns)
        parent.idle = "waiting for LIVE books"
        core.watching.watch(spec.id, START, BookChanged(), spec.symbol, core.now_ns)
        return
    core.timers.forget(StartTimer(spec.id))
    _start(core, parent, composite.mid)


def smallest_at(core: Core, spec: ParentSpec) -> Decimal | None:
    """Return the smallest order some allowed venue takes at about the mid, None without a mid."""
    mid = core.markets.composite(spec.symbol).mid
    if mid is None:
        return None
    return min(
        m.market_quantity(m.instrument.quantity_of(m.instrument.min_lots(m.instrument_price(mid))))
        for m in sized(members_for(core, spec, mid))
    )


def _start(core: Core, parent: Parent, arrival_price: Decimal) -> None:
    spec = parent.spec
    core.note(terms_at_start(core, spec, arrival_price))
    view = EngineView(core, parent)
    try:
        code, why = refused_at_start(core, view)
        if why:
            core.flag(spec.id, code, why)
            core.note(ParentMoved(spec.id, ParentState.FAILED, why, core.now_ns))
            return
        memory, intents = first_decision(core, view)
    except StrategyFailed as error:
        broken(core, parent, str(error))
        return
    if carry_out(core, parent, memory, intents):
        # Nothing could be sent and nothing is open: no answer will ever come to wake the strategy.
        decide(core, parent, Progressed(), why=parent.idle)


def terms_at_start(core: Core, spec: ParentSpec, arrival_price: Decimal) -> ParentStarted:
    """Return what `spec` begins with now: its limit, its lot, and what its contracts count."""
    limit = spec.limit_price
    if spec.limit_bps is not None:
        limit = arrival_price + spec.side.sign * arrival_price * spec.limit_bps / BPS
    members = members_for(core, spec, arrival_price)
    counted = tuple(
        Counted(venue, symbol, m.order_unit) for (venue, symbol), m in counted_of(members).items()
    )
    return ParentStarted(spec.id, core.now_ns, arrival_price, limit, step_of(members), counted)


def refused_at_start(core: Core, view: EngineView) -> tuple[str, str]:
    """Return code and sentence of why a parent may not begin, both "" when it may.

    StrategyFailed: its strategy broke its contract.
    """
    refused = core.gate.refuse_parent(view.spec, view.arrival_price)
    if refused is not None:
        return refused.code.value, refused.sentence
    why = _strategy_of(core, view.spec).refusal(view.spec, view)
    return ("impossible" if why else ""), why


def first_decision(core: Core, view: EngineView) -> tuple[State, Sequence[Intent]]:
    """Return how the strategy of a parent begins; the same for the same run, seed and parent.

    StrategyFailed: it broke its contract.
    """
    spec = view.spec
    rng = core.seeded(f"{core.run}/{core.seed}/{spec.id}/{spec.seed}")
    return _strategy_of(core, spec).start(spec, view, rng)


def _strategy_of(core: Core, spec: ParentSpec) -> Strategy:
    return core.strategies[kind_of(spec.params)]
