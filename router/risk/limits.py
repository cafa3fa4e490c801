"""Whether one command may leave: command -> Approved | Refused, and nothing else builds Approved."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from router.risk.halt import Halt
from router.risk.sent import SentCounter, atoms
from strategies.spec import ParentSpec
from venues.model.commands import Approved, Cancel, Command, Query, Submit, SubmitPair
from venues.model.ids import ClientOrderId
from venues.model.instrument import Instrument, Member, ReduceOnly
from venues.model.numbers import BPS, ZERO, floor_to, plain
from venues.model.order import Side, TriggerDirection


class Code(enum.Enum):
    """Why a command was refused."""

    HALTED = "halted"
    NO_REFERENCE = "no_reference"
    COLLAR = "collar"
    LIMIT = "limit"
    ORDER_NOTIONAL = "order_notional"
    PARENT_NOTIONAL = "parent_notional"
    QUANTITY = "quantity"
    GRID = "grid"
    DUPLICATE = "duplicate"
    HELD = "held"
    PASSIVE_ONLY = "passive_only"
    GUARDED = "guarded"
    NO_STOPS = "no_stops"
    NO_LIST = "no_list"


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that risk did not let pass, with a code and a sentence."""

    code: Code
    sentence: str


@dataclass(frozen=True, slots=True)
class Limits:
    """`collar_bps` from the reference mid for takers; notionals in the market's quote, 0 = none."""

    collar_bps: Decimal = Decimal(200)
    passive_collar_bps: Decimal = Decimal(500)
    max_order_notional: Decimal = ZERO
    max_parent_notional: Decimal = ZERO


@dataclass(slots=True)
class Gate:
    """The controls in front of every gateway; a strategy cannot reach them."""

    limits: Limits
    halt: Halt = field(default_factory=Halt)
    sent: SentCounter = field(default_factory=SentCounter)

    def refuse_parent(self, spec: ParentSpec, reference: Decimal) -> Refused | None:
        """Return why a whole parent may not begin at the `reference` price, or None."""
        if self.halt.active:
            return Refused(Code.HALTED, f"halted: {self.halt.reason}")
        most = self.limits.max_parent_notional
        notional = spec.quantity * reference
        if most and notional > most:
            return Refused(
                Code.PARENT_NOTIONAL,
                f"parent notional {notional:.2f} is above max_parent_notional {plain(most)}",
            )
        return None

    def approve(
        self,
        command: Command,
        *,
        spec: ParentSpec,
        member: Member,
        limit: Decimal,
        reference: Decimal | None,
        held: Decimal | None = None,
    ) -> Approved | Refused:
        """Judge one command; `limit` and `reference` (median LIVE mid) are market prices.

        For a stop `reference` is its trigger: that is where the market will be.
        `held`: what an exit may trade at most, instrument units; None for every other parent.

        Cancels and queries always pass: they cannot add risk. A pair is judged by `approve_pair`.
        """
        match command:
            case Cancel() | Query():
                return Approved(command)
            case SubmitPair(maker=maker):
                why = "a list has two prices to be judged at"
                return Refused(Code.NO_LIST, f"{maker.client_order_id}: {why}")
            case Submit():
                refused = self._refuse(command, spec, member, limit, reference)
                return refused or _refuse_held(command, held) or Approved(command)

    def approve_pair(
        self,
        pair: SubmitPair,
        *,
        spec: ParentSpec,
        member: Member,
        bounds: Mapping[ClientOrderId, tuple[Decimal, Decimal | None]],
        held: Decimal | None = None,
    ) -> Approved | Refused:
        """Judge the two orders of a list as `approve` does, each at its own limit and reference.

        Their quantity counts once: what is asked for is that the venue lets one of them trade.
        """
        refused = _refuse_list(pair, member.instrument)
        for submit in (pair.maker, pair.stop):
            limit, reference = bounds[submit.client_order_id]
            refused = refused or self._refuse(submit, spec, member, limit, reference)
        return refused or _refuse_held(pair.maker, held) or Approved(pair)

    def approve_release(
        self, submit: Submit, *, member: Member, limit: Decimal, reference: Decimal | None
    ) -> Approved | Refused:
        """Judge a held command, approved at its decision and counted since, as it is to leave now.

        The market may have moved since: halt, limit and collar are looked at once more.
        """
        refused: Refused | None = None
        if self.halt.active:
            refused = Refused(Code.HALTED, f"halted: {self.halt.reason}")
        return refused or self._refuse_price(submit, member, limit, reference) or Approved(submit)

    def _refuse(
        self,
        submit: Submit,
        spec: ParentSpec,
        member: Member,
        limit: Decimal,
        reference: Decimal | None,
    ) -> Refused | None:
        if self.halt.active:
            return Refused(Code.HALTED, f"halted: {self.halt.reason}")
        if self.sent.knows(submit.client_order_id):
            return Refused(Code.DUPLICATE, f"id {submit.client_order_id} was already sent")
        return (
            self._refuse_way(submit, spec)
            or self._refuse_terms(submit, member)
            or self._refuse_price(submit, member, limit, reference)
            or self._refuse_undoing(submit)
            or self._refuse_size(submit, spec, member)
        )

    def _refuse_way(self, submit: Submit, spec: ParentSpec) -> Refused | None:
        if spec.passive_only and not submit.post_only:
            return Refused(Code.PASSIVE_ONLY, "the parent is passive_only and this order takes")
        return None

    def _refuse_terms(self, submit: Submit, member: Member) -> Refused | None:
        instrument = member.instrument
        on_tick = floor_to(submit.price, instrument.tick_size) == submit.price
        on_lot = floor_to(submit.quantity, instrument.lot_size) == submit.quantity
        if submit.quantity <= ZERO or submit.price <= ZERO or not (on_tick and on_lot):
            return Refused(
                Code.GRID,
                f"{plain(submit.quantity)} @ {plain(submit.price)} is off the grid of {submit.venue}",
            )
        return self._refuse_trigger(submit, instrument)

    def _refuse_trigger(self, submit: Submit, instrument: Instrument) -> Refused | None:
        """Refuse a stop its venue cannot hold, or one that would fire on the good side."""
        trigger = submit.trigger
        if trigger is None:
            return None
        if not instrument.stop_orders:
            why = f"{submit.venue} holds no stop orders in {submit.symbol}"
            return Refused(Code.NO_STOPS, why)
        falling = submit.side is Side.SELL
        wanted = TriggerDirection.DOWN if falling else TriggerDirection.UP
        beyond = submit.side.sign * (submit.price - trigger.price) < ZERO
        on_tick = floor_to(trigger.price, instrument.tick_size) == trigger.price
        if trigger.direction is not wanted or beyond or trigger.price <= ZERO or not on_tick:
            return Refused(
                Code.GRID,
                f"a stop at {plain(trigger.price)} {trigger.direction.value} for "
                f"{plain(submit.price)} is none, or off the grid of {submit.venue}",
            )
        return None

    def _refuse_price(
        self, submit: Submit, member: Member, limit: Decimal, reference: Decimal | None
    ) -> Refused | None:
        if reference is None:
            return Refused(Code.NO_REFERENCE, "no LIVE book gives a reference price")
        price, sign = member.market_price(submit.price), submit.side.sign
        if sign * price > sign * limit:
            why = f"{plain(price)} is beyond the parent's limit {plain(limit)}"
            return Refused(Code.LIMIT, why)
        if submit.post_only and sign * price <= sign * reference:
            return None  # it waits for the market to come: a take-profit may be far away
        bps = self.limits.passive_collar_bps if submit.post_only else self.limits.collar_bps
        if abs(price - reference) * BPS > bps * reference:
            why = f"{plain(price)} is more than {plain(bps)} bps from {plain(reference)}"
            return Refused(Code.COLLAR, why)
        return None

    def _refuse_undoing(self, submit: Submit) -> Refused | None:
        """Refuse what would add to a position that the legs of a guarded group stand on."""
        groups = self.sent.undone_by(submit)
        if not groups:
            return None
        why = f"{groups[0]} has more open at {submit.venue} than is held there"
        return Refused(
            Code.GUARDED, f"{why}: nothing may add to that position before a leg has ended"
        )

    def _refuse_size(self, submit: Submit, spec: ParentSpec, member: Member) -> Refused | None:
        quantity = member.market_quantity(submit.quantity)
        notional = quantity * member.market_price(submit.price)
        most = self.limits.max_order_notional
        if most and notional > most:
            return Refused(
                Code.ORDER_NOTIONAL,
                f"notional {notional:.2f} is above max_order_notional {plain(most)}",
            )
        exposure = self.sent.exposure(spec.id)
        if spec.guarded:
            capped = member.instrument.reduce_only is ReduceOnly.CAPPED
            exposure -= self.sent.spared(submit, member.order_unit, capped=capped)
        if exposure + atoms(quantity) > atoms(spec.quantity):
            return Refused(
                Code.QUANTITY,
                f"{plain(quantity)} more would pass the parent's quantity {plain(spec.quantity)}",
            )
        return None


def _refuse_held(submit: Submit, held: Decimal | None) -> Refused | None:
    if held is None or submit.quantity <= held:
        return None
    why = f"{plain(submit.quantity)} is more than the {plain(held)} held there"
    return Refused(Code.HELD, f"{why}: an exit sells no more")


def _refuse_list(pair: SubmitPair, instrument: Instrument) -> Refused | None:
    """Refuse what its venue would not take as one list, and what would be no pair of exits."""
    maker, stop = pair.maker, pair.stop
    if not instrument.order_lists:
        why = f"{pair.venue} takes no order lists in {pair.symbol}"
        return Refused(Code.NO_LIST, why)
    terms = [(s.account, s.parent_id, s.venue, s.symbol, s.side, s.quantity) for s in (maker, stop)]
    trigger = stop.trigger
    if (
        terms[0] != terms[1]
        or maker.client_order_id == stop.client_order_id
        or not maker.post_only
        or stop.post_only
        or maker.trigger is not None
        or trigger is None
        or maker.side.sign * (trigger.price - maker.price) <= ZERO
    ):
        why = "is not a post-only order and, on the other side of the market, its stop"
        return Refused(Code.GRID, f"{maker.client_order_id} {why}")
    return None
