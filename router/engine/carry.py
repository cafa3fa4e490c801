"""How a strategy's intents are carried out: wake-ups remembered, plans made, children sent."""

from collections.abc import Sequence
from decimal import Decimal
from typing import assert_never

from router.engine.core import Core
from router.engine.guarding import free_for
from router.engine.learning import learning_of, write_down
from router.engine.lessons import journal_lessons, weighing_of
from router.engine.placing import place_pair, protect, submit_of
from router.engine.records import ALARM, ParentMoved, Placed, Planned
from router.engine.terms import terms_of
from router.engine.timers import AgainTimer
from router.engine.view import EngineView
from router.engine.watching import CannotWatch
from router.orders.parent import Parent, ParentState
from router.routing.plan import Plan
from router.routing.rest import place_rest
from router.routing.take import plan_take
from strategies.base import Progressed, StrategyEvent, StrategyFailed
from strategies.base import State as Memory
from strategies.intents import (
    Alarm,
    Finish,
    Idle,
    Intent,
    Pair,
    Protect,
    Rest,
    Take,
    Triggered,
    Unprotect,
    Unwake,
    WakeAt,
    WakeWhen,
    Withdraw,
)
from strategies.spec import group_leg, kind_of
from venues.model.order import TimeInForce

# A strategy that keeps asking for what cannot be had is asked this often per step, then again later.
ROUNDS = 3
AGAIN_NS = 1_000_000_000


def decide(
    core: Core, parent: Parent, event: StrategyEvent, fired: str = "", why: str = ""
) -> None:
    """Ask the parent's strategy what to do about `event` and do it.

    `fired` names the wake-up that brought us here; `why` is what kept the order just wanted from
    going out: while nothing is open, that says more than what the strategy waits for now.

    When nothing could be sent and nothing is open, the strategy is told so (`Progressed`) and
    decides again, at most `ROUNDS` times; if it set no wake-up meanwhile, it is told once more after
    `AGAIN_NS`.
    """
    strategy = core.strategies[kind_of(parent.spec.params)]
    for _ in range(ROUNDS):
        assert parent.memory is not None
        try:
            memory, intents = strategy.decide(parent.memory, event, EngineView(core, parent))
        except StrategyFailed as error:
            broken(core, parent, str(error))
            return
        again = carry_out(core, parent, memory, intents, fired)
        if why and parent.state is ParentState.ACTIVE and not parent.unsettled:
            parent.idle = why
        if not again:
            return
        event, fired, why = Progressed(), "", parent.idle
    if not parent.wakes:
        core.timers.set(AgainTimer(parent.spec.id), core.now_ns + AGAIN_NS)


def broken(core: Core, parent: Parent, sentence: str) -> None:
    """End a parent whose strategy broke its contract; the others are not touched."""
    why = f"its strategy failed: {sentence}"
    core.flag(parent.spec.id, "strategy_failed", why)
    core.fail(parent, why)


def carry_out(
    core: Core, parent: Parent, memory: Memory, intents: Sequence[Intent], fired: str = ""
) -> bool:
    """Do what `intents` say, in order; return whether an order was wanted and none went out."""
    wakes = dict(parent.wakes)
    wakes.pop(fired, None)
    idle: Idle | None = None
    finish: Finish | None = None
    alarms: list[str] = []
    fires = ""
    orders: list[Take | Rest] = []
    others: list[Withdraw | Protect | Pair | Unprotect] = []
    for intent in intents:
        match intent:
            case Unwake(tag=tag):
                wakes.pop(tag, None)
            case WakeAt(tag=tag) | WakeWhen(tag=tag):
                wakes[tag] = intent
            case Idle():
                idle = intent
            case Finish():
                finish = intent
            case Alarm(sentence=sentence):
                alarms.append(sentence)
            case Triggered(reason=reason):
                fires = reason
            case Take() | Rest():
                orders.append(intent)
            case Withdraw() | Protect() | Pair() | Unprotect():
                others.append(intent)
            case _:
                assert_never(intent)
    try:
        core.remember(parent, memory, wakes, fired)
    except CannotWatch as error:
        broken(core, parent, str(error))
        return False
    sent = [_order(core, parent, order) for order in orders]
    for other in others:
        _at_venues(core, parent, other)
    if any(sent) or not sent:  # else the reason why none went out stands
        _say(core, parent, idle)
    entry = None if parent.spec.exit_of is None else core.state.parents[parent.spec.exit_of]
    if entry is not None and fires:
        core.wind_down(entry, ParentState.CANCELLED, f"its exit fired: {fires}")
    if entry is not None and not entry.ended and finish is not None:
        parent.idle = f"{finish.reason}, waiting for more of its entry"
        return False
    for sentence in alarms:
        core.flag(parent.spec.id, ALARM, sentence)
    if finish is not None:
        then = ParentState.DONE if finish.complete else ParentState.EXPIRED
        core.wind_down(parent, then, finish.reason)
        return False
    if parent.unsettled or not parent.running:
        return False
    if not sent and not parent.wakes and (entry is None or entry.ended):
        # A bug of the strategy, and better seen than a parent that sleeps for ever.
        why = f"its strategy waits for nothing: {parent.idle}"
        core.flag(parent.spec.id, "stuck", why)
        core.wind_down(parent, ParentState.FAILED, why)
        return False
    return bool(sent) and not any(sent)


def _order(core: Core, parent: Parent, intent: Take | Rest) -> bool:
    match intent:
        case Take():
            return _take(core, parent, intent)
        case Rest():
            return _rest(core, parent, intent)
        case _:
            assert_never(intent)


def _take(core: Core, parent: Parent, intent: Take) -> bool:
    """Plan a sweep over the books as they stand and send its legs; return whether any went out."""
    plan = _plan(core, parent, intent)
    core.note(Planned(parent.spec.id, core.state.plans + 1, core.now_ns, plan))
    write_down(core, parent.spec.symbol)
    sent = _send_legs(core, parent, plan, intent.leg)
    if not plan.legs:
        parent.idle = "; ".join(f"{venue} {why}" for venue, why in plan.skipped)
    return sent


def _plan(core: Core, parent: Parent, intent: Take) -> Plan:
    """Return the plan to take what `intent` asks for, as far as the parent may."""
    return plan_take(
        core.books,
        core.markets.of(parent),
        side=parent.spec.side,
        quantity=min(intent.quantity, free_for(core, parent, intent.leg)),
        limit=_worst(core, parent, intent.limit),
        terms=terms_of(core, parent, group_leg(intent.leg)),
        sweep=core.sweep,
        search=core.search,
        to_the_limit=intent.to_the_limit,
        learning=learning_of(core, parent.spec.symbol),
    )


def _send_legs(core: Core, parent: Parent, plan: Plan, name: str) -> bool:
    """Send the legs of `plan`; return whether any went out."""
    sent = False
    for leg in plan.legs:
        submit = submit_of(
            core,
            parent,
            core.books.instruments[leg.book],
            lots=leg.lots,
            price=leg.limit_price,
            time_in_force=TimeInForce.IOC,
            leg=name,
            wait_ns=leg.release_after_ns,
            conversion=leg.conversion,
        )
        sent = core.issue(parent, submit) or sent
    return sent


def _rest(core: Core, parent: Parent, intent: Rest) -> bool:
    """Choose where to post and send one post-only child; return whether it went out.

    Where what is learned says that waiting costs more than taking, and the strategy lets routing
    take instead, it is taken.
    """
    take = Take(quantity=intent.quantity, limit=intent.limit, leg=intent.cross_leg)
    plans: list[Plan] = []

    def taking() -> Plan:
        plans.append(_plan(core, parent, take))
        return plans[-1]

    place = place_rest(
        core.books,
        core.markets.of(parent),
        side=parent.spec.side,
        quantity=min(intent.quantity, free_for(core, parent, intent.leg)),
        limit=_worst(core, parent, intent.limit),
        peg=intent.peg,
        offset_ticks=intent.offset_ticks,
        behind=intent.behind,
        terms=terms_of(core, parent, group_leg(intent.leg)),
        weighing=weighing_of(core, intent.until_ns, taking if intent.cross_leg else None),
    )
    if place.post is None:
        parent.idle = "; ".join(f"{venue} {why}" for venue, why in place.skipped)
        return False
    if place.weighed is not None:
        journal_lessons(core)
        plan_no = core.state.plans + 1
        core.note(Placed(parent.spec.id, plan_no, core.now_ns, place.weighed))
        if place.weighed.takes:
            core.note(Planned(parent.spec.id, plan_no + 1, core.now_ns, plans[-1]))
            write_down(core, parent.spec.symbol)
            return _send_legs(core, parent, plans[-1], intent.cross_leg)
    instrument = core.books.instruments[place.post.book]
    submit = submit_of(
        core,
        parent,
        instrument,
        lots=place.post.lots,
        price=instrument.price_of(place.post.tick),
        time_in_force=TimeInForce.GTC,
        leg=intent.leg,
    )
    return core.issue(parent, submit)


def _at_venues(core: Core, parent: Parent, intent: Withdraw | Protect | Pair | Unprotect) -> None:
    """Take back what rests; place what venues hold, or take back stops that have not woken."""
    match intent:
        case Protect():
            protect(core, parent, intent)
        case Pair():
            place_pair(core, parent, intent)
        case Withdraw(leg=leg):
            for child in list(parent.unsettled.values()):
                if child.submit.leg == leg:
                    core.cancel(child)
        case Unprotect(leg=leg):
            for child in list(parent.unsettled.values()):
                if child.submit.leg == leg and child.dormant:
                    core.cancel(child)
        case _:
            assert_never(intent)


def _say(core: Core, parent: Parent, idle: Idle | None) -> None:
    """Keep the reason for doing nothing; PARKED is a state of its own and journalled, as why."""
    if idle is not None:
        parent.idle = idle.reason
    if not parent.running:
        return
    parked = idle is not None and idle.parked
    if parked and parent.reason != parent.idle:
        moved = ParentMoved(parent.spec.id, ParentState.PARKED, parent.idle, core.now_ns)
        core.note(moved)
    elif not parked and parent.state is ParentState.PARKED:
        core.note(ParentMoved(parent.spec.id, ParentState.ACTIVE, "", core.now_ns))


def _worst(core: Core, parent: Parent, limit: Decimal) -> Decimal:
    """Return the tighter of a strategy's limit and the parent's."""
    own = core.markets.limit_of(parent)
    return min(limit, own) if parent.spec.side.sign > 0 else max(limit, own)
