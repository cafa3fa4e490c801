"""What must hold when all is over: nobody is stuck, and each trade was counted exactly once."""

from collections.abc import Sequence
from decimal import Decimal

from router.orders.lifecycle import Status
from router.orders.parent import ParentState
from strategies.ladder_params import LadderParams
from strategies.spec import OcoParams, Params, RestParams, TwapParams
from strategies.stop_params import LimitStopParams
from tests.faults.listed import unlisted
from tests.faults.native import bare
from tests.faults.profile import FAULTY_NS, START_NS
from tests.faults.witness import Violation
from tests.faults.world import World
from venues.model.events import Filled, Standing
from venues.model.ids import AccountId, Symbol, VenueId
from venues.model.numbers import ZERO
from venues.paper.faults import CumBehind, FillMissing, Overfilled
from venues.paper.listing import Refusal
from venues.paper.truth import OPEN, PaperOrder

# What a venue may refuse although we did nothing wrong; any other word is a fault of ours.
_WEATHER = {
    Refusal.DEADLINE.value,
    Refusal.ENDED.value,
    Refusal.POST_ONLY.value,
    Refusal.CLOSED.value,
    Refusal.UNKNOWN_ORDER.value,
    Refusal.REDUCE_ONLY.value,  # less is held than we have been told of
    Refusal.TRIGGERED.value,
    Refusal.LIST_PRICES.value,  # its own last price is another one than we know
}
_OURS = {refusal.value for refusal in Refusal} - _WEATHER


def check_liveness(world: World) -> None:
    """Ten quiet minutes later: every doubt is resolved and every parent ended or says why not."""
    state = world.desk.engine.core.state
    for child in state.children.values():
        if child.submit.decided_ns > START_NS + FAULTY_NS:
            continue  # sent in quiet times: its answer is on the way
        if child.status in {Status.IN_DOUBT, Status.SENT, Status.HELD} or (
            child.closed and not child.settled
        ):
            raise Violation(
                f"{child.submit.client_order_id} is {child.status.value} and nobody resolves it"
            )
    for parent in state.parents.values():
        if parent.ended or (parent.running and _may_wait(parent.spec.params) and parent.idle):
            continue
        raise Violation(
            f"{parent.spec.id} is {parent.state.value} after ten quiet minutes: {parent.idle}"
        )
    for where in unlisted(state, world.follower.flags):
        raise Violation(f"{where} after ten quiet minutes, and nobody was told")
    for where in bare(state, world.market.view):
        raise Violation(f"{where} after ten quiet minutes, and does not")


def _may_wait(params: Params) -> bool:
    """Return whether a parent may wait for the market for as long as it likes."""
    match params:
        case RestParams(deadline_s=deadline_s) | LadderParams(deadline_s=deadline_s):
            return not deadline_s
        case LimitStopParams() | OcoParams() | TwapParams(leftover="rest_at_limit"):
            return True
        case _:
            return False


def check_all_counted(world: World) -> None:
    """Compare the last memory, the journal, the report and the venues' own logs."""
    state = world.desk.engine.core.state
    world.witness.folded(state)
    for parent in state.parents.values():
        if not parent.ended:
            raise Violation(f"{parent.spec.id} is {parent.state.value} at the end: {parent.idle}")
        if parent.state is ParentState.DONE and parent.filled < parent.spec.quantity:
            raise Violation(f"{parent.spec.id} is done with {parent.filled}")
        if not parent.reason:
            raise Violation(f"{parent.spec.id} is {parent.state.value} and does not say why")
    if not all(venue.quiet for venue in world.venues):
        raise Violation("venues are still talking five minutes after everything ended")
    _check_trades(world)
    for venue in world.venues:
        for order in venue.orders.values():
            if order.standing in OPEN and not _is_ghost(world, order):
                raise Violation(f"an orphan still rests at {venue.venue}: {order.submit}")
        for seen in venue.truth().requests:
            # An order nobody counted on any more, or a stop that has woken and is not told yet.
            unseen = venue.broke_the_deadline or any(
                order.submit.trigger is not None and order.standing is not Standing.DORMANT
                for order in venue.orders.values()
            )
            excused = unseen and seen.refusal == Refusal.OWN_ORDER.value
            if seen.refusal in _OURS and not excused:
                raise Violation(f"{venue.venue} refused {seen.command}: {seen.refusal}")


def _check_trades(world: World) -> None:
    """Compare every trade with what was booked, by id, by parent, by position and in the report."""
    state = world.desk.engine.core.state
    orders = [order for venue in world.venues for order in venue.orders.values()]
    booked = {exec_id for child in state.children.values() for exec_id in child.exec_ids}
    happened = {fill.exec_id for order in orders for fill in order.fills}
    unknowable = {fill.exec_id for order in orders for fill in _kept_from_us(world, order)}
    if booked - happened or happened - booked - unknowable:
        raise Violation(f"trades {sorted(booked ^ happened)} are not on both sides")
    held: dict[tuple[AccountId, VenueId, Symbol], Decimal] = {}
    filled = dict.fromkeys(state.parents, ZERO)
    for order in orders:
        submit = order.submit
        traded = sum((f.quantity for f in order.fills if f.exec_id in booked), ZERO)
        member = state.members[submit.venue, submit.symbol]
        key = (submit.account, submit.venue, submit.symbol)
        base = order.listing.instrument.base
        kept = sum(
            (f.fee for f in order.fills if f.exec_id in booked and f.fee_currency == base), ZERO
        )
        held[key] = held.get(key, ZERO) + submit.side.sign * traded - kept
        filled[submit.parent_id] += member.market_quantity(traded)
    for parent_id, quantity in filled.items():
        if state.parents[parent_id].filled != quantity:
            raise Violation(
                f"{parent_id} says {state.parents[parent_id].filled}, its venues {quantity}"
            )
    for key, quantity in held.items():
        row = state.positions.rows.get(key)
        if (ZERO if row is None else row.quantity) != quantity:
            raise Violation(f"position {key} is not {quantity}")
    reported = sorted(execution.exec_id for execution in world.follower.executions)
    if reported != sorted(booked):
        raise Violation("the report does not hold every trade once")


def _is_ghost(world: World, order: PaperOrder) -> bool:
    """Return whether a venue took an order long after its deadline and never told us.

    Only a look at all open orders of the account could show it.
    """
    order_id = order.submit.client_order_id
    late = any(order_id in venue.broke_the_deadline for venue in world.venues)
    return late and order_id not in world.witness.seen_alive


def _kept_from_us(world: World, order: PaperOrder) -> Sequence[Filled]:
    """Return the fills that nothing we ask about single orders can show.

    The venue left it out of its last word on the order, and told it never, or to nobody.
    """
    if _is_ghost(world, order):
        return order.fills
    # A fill beyond a full order is asked for by nobody: the order has ended with all it should.
    lied = any(isinstance(fault, CumBehind | Overfilled) for fault in order.faults)
    missed = world.recoveries or any(isinstance(fault, FillMissing) for fault in order.faults)
    return order.fills[-1:] if lied and missed else ()
