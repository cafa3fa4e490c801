"""How does what was decided become a child: an order, a stop that venues hold, a list of both?"""

from decimal import Decimal

from msgspec import structs

from router.engine.core import Core
from router.engine.terms import stops_of
from router.orders.parent import Parent
from router.risk.limits import Refused
from router.routing.protect import Guard
from strategies.intents import Pair, Protect
from venues.model.commands import Submit, SubmitPair
from venues.model.ids import client_order_id
from venues.model.instrument import Instrument, Kind
from venues.model.order import Side, TimeInForce, Trigger, TriggerDirection, TriggerSource


def submit_of(
    core: Core,
    parent: Parent,
    instrument: Instrument,
    *,
    lots: int,
    price: Decimal,
    time_in_force: TimeInForce,
    leg: str,
    wait_ns: int = 0,
    conversion: Decimal | None = None,
    trigger: Trigger | None = None,
) -> Submit:
    """Return the next child of `parent`: `lots` of an instrument, never beyond `price`.

    A GTC order is post-only, unless it has a `trigger`. `wait_ns`: it is held for so long.
    """
    release_ns = core.now_ns + wait_ns
    child_no = len(parent.children) + 1
    return Submit(
        client_order_id=client_order_id(core.run, parent.spec.id, child_no),
        parent_id=parent.spec.id,
        child_no=child_no,
        attempt=1,
        account=parent.spec.account,
        venue=instrument.venue,
        symbol=instrument.symbol,
        side=parent.spec.side,
        quantity=instrument.quantity_of(lots),
        price=price,
        time_in_force=time_in_force,
        decided_ns=core.now_ns,
        deadline_ns=release_ns + core.settings.send_within_ns,
        leg=leg,
        conversion=conversion,
        release_ns=release_ns if wait_ns else 0,
        # What wakes has to trade, whatever stands there.
        post_only=time_in_force is TimeInForce.GTC and trigger is None,
        trigger=trigger,
        # A spot venue knows no positions; there the exit is bounded by what is held alone.
        reduce_only=parent.spec.reduces and instrument.kind is Kind.PERP,
    )


def protect(core: Core, parent: Parent, intent: Protect) -> None:
    """Place the stops that venues hold, as far as they, room and minimums allow."""
    for guard in stops_of(core, parent, intent).guards:
        submit = submit_of(
            core,
            parent,
            core.books.instruments[guard.book],
            lots=guard.lots,
            price=guard.limit_price,
            time_in_force=TimeInForce.GTC,
            leg=intent.leg,
            trigger=_trigger(parent, intent, guard),
        )
        core.issue(parent, submit)


def place_pair(core: Core, parent: Parent, intent: Pair) -> None:
    """Place the order lists that venues hold, as far as they, room and minimums allow.

    The legs of the n-th go by the names that were asked for, and ".n".
    """
    for n, guard in enumerate(stops_of(core, parent, intent).guards, start=1):
        assert guard.profit_price is not None
        instrument = core.books.instruments[guard.book]
        maker = submit_of(
            core,
            parent,
            instrument,
            lots=guard.lots,
            price=guard.profit_price,
            time_in_force=TimeInForce.GTC,
            leg=f"{intent.leg}.{n}",
        )
        stop = structs.replace(
            maker,
            client_order_id=client_order_id(core.run, parent.spec.id, maker.child_no + 1),
            child_no=maker.child_no + 1,
            price=guard.limit_price,
            leg=f"{intent.protect.leg}.{n}",
            post_only=False,
            trigger=_trigger(parent, intent.protect, guard),
        )
        _issue(core, parent, SubmitPair(maker=maker, stop=stop))


def _issue(core: Core, parent: Parent, pair: SubmitPair) -> None:
    """Let risk judge a list; journal and emit it when approved."""
    if not parent.running:
        return
    verdict = core.gate.approve_pair(
        pair,
        spec=parent.spec,
        member=core.state.member_of(pair),
        bounds={s.client_order_id: core.bounds_of(parent, s) for s in (pair.maker, pair.stop)},
        held=core.held_for(parent, pair.maker),
    )
    if isinstance(verdict, Refused):
        core.refused(parent, verdict)
    else:
        core.let_go(verdict)


def _trigger(parent: Parent, wanted: Protect, guard: Guard) -> Trigger:
    up = parent.spec.side is Side.BUY
    return Trigger(
        price=guard.trigger_price,
        direction=TriggerDirection.UP if up else TriggerDirection.DOWN,
        source=TriggerSource(wanted.source.value),
    )
