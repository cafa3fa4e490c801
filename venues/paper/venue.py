"""What does a venue do with our orders: the paper venue, a state machine that is told the time.

A command leaves (`send`), meets the venue's own book when it gets there (`arrive`), and what came
of it reaches us later (`deliver`). The caller brings the recorded market up to the time of each
arrival first. Everything is decided by the commands, their times, the market and the seed.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import assert_never

from venues.model.commands import Cancel, Command, Query, Submit
from venues.model.events import (
    Accepted,
    Canceled,
    CancelRejected,
    ExecutionEvent,
    Expired,
    Filled,
    Rejected,
    Reported,
    Standing,
)
from venues.model.ids import ClientOrderId, VenueId
from venues.model.instrument import Instrument
from venues.model.market import ASK, BID
from venues.model.numbers import MONEY, ZERO
from venues.model.order import Liquidity, Side, TimeInForce
from venues.paper.answers import Events, Outbox, Request, answer, stream
from venues.paper.faults import (
    ArrivalLate,
    CanceledUnasked,
    FaultPlan,
    Refused,
    RequestLost,
)
from venues.paper.holdings import Holding, Holdings
from venues.paper.latency import Journeys, Latency
from venues.paper.listing import Refusal, listing
from venues.paper.ports import Matcher
from venues.paper.truth import PaperOrder, Seen, Truth
from venues.ports import RANK_ARRIVAL, RANK_EXECUTION


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTerms:
    """How a paper venue is reached.

    `answer_timeout_ns`: how long a sender waits. `grace_ns`: how long after its deadline an order
    may still arrive (the receive window of real venues); later it is refused.
    """

    latency: Latency
    answer_timeout_ns: int = 5_000_000_000
    grace_ns: int = 0


@dataclass(frozen=True, slots=True)
class _Withdrawal:
    """The venue's own decision to cancel an order, to be carried out at its time."""

    order: PaperOrder


class PaperVenue:
    """One simulated venue; `listed` names its instruments by their index in the market.

    `holdings` are the perp positions it starts with; balances are unlimited.
    """

    def __init__(
        self,
        venue: VenueId,
        listed: Sequence[tuple[int, Instrument]],
        matcher: Matcher,
        *,
        terms: PaperTerms,
        rng: Random,
        faults: FaultPlan,
        holdings: Sequence[Holding] = (),
    ) -> None:
        self.venue = venue
        self._listings = {inst.symbol: listing(i, inst) for i, inst in listed}
        self._matcher = matcher
        self._terms = terms
        self._journeys = Journeys(terms.latency, rng)
        self._faults = faults
        self._holdings = Holdings(holdings)
        self._due: list[tuple[int, int, Request | _Withdrawal]] = []
        self._scheduled = 0
        self._entry_floor_ns = 0
        self._outbox = Outbox()
        self._orders: dict[ClientOrderId, PaperOrder] = {}
        self._refused: set[ClientOrderId] = set()
        self._open: dict[int, dict[int, PaperOrder]] = {i: {} for i, _ in listed}
        self._cut: set[tuple[int, int]] = (
            set()
        )  # ended because they met more than there was to reduce
        self._seen: list[Seen] = []
        self._trades: list[Filled] = []

    # -- the way there ---------------------------------------------------------------------------

    def send(self, command: Command, now_ns: int) -> None:
        """Let `command` leave at `now_ns`; ValueError when it is meant for another venue."""
        if command.venue != self.venue:
            raise ValueError(f"{command} is not for {self.venue}")
        there_ns, back_ns = self._journeys.of_command()
        faults = self._faults.of(command)
        lost_ns = now_ns + self._terms.answer_timeout_ns
        due_ns = max(now_ns + there_ns, self._entry_floor_ns)
        self._entry_floor_ns = due_ns  # a late arrival below does not hold up the ones behind it
        arrives = True
        if faults:
            due_ns += sum(f.delay_ns for f in faults if isinstance(f, ArrivalLate))
            arrives = not any(isinstance(f, RequestLost) for f in faults)
        request = Request(command, due_ns, back_ns, lost_ns, faults)
        if arrives:
            self._schedule(due_ns, request)
        if not arrives or request.given_up:
            self._outbox.post(lost_ns, request.lost)

    def next_due_ns(self) -> tuple[int, int] | None:
        """Return time and rank of what happens next: an arrival there or a delivery here."""
        told_ns = self._outbox.next_due_ns()
        if not self._due:
            return None if told_ns is None else (told_ns, RANK_EXECUTION)
        due_ns = self._due[0][0]
        if told_ns is not None and told_ns < due_ns:
            return told_ns, RANK_EXECUTION
        return due_ns, RANK_ARRIVAL

    def arrive(self, now_ns: int) -> None:
        """Take in whatever arrives by `now_ns`, when the venue's book must stand at `now_ns`."""
        while self._due and self._due[0][0] <= now_ns:
            _, _, item = heapq.heappop(self._due)
            match item:
                case Request():
                    self._take_in(item, now_ns)
                case _Withdrawal(order):
                    self._withdraw(order, now_ns)
                case _:
                    assert_never(item)

    def deliver(self, now_ns: int) -> tuple[ExecutionEvent, ...]:
        """Return the next message due by `now_ns`, empty when there is none: one at a time."""
        return self._outbox.take(now_ns)

    def maker_filled(self, i: int, order_no: int, lots: int, now_ns: int) -> None:
        """Book that `lots` of a resting order met its price; the market has counted them.

        A reduce-only order trades no more than is held at that instant, and ends where it met more.
        """
        order = self._open[i].get(order_no)
        if (i, order_no) in self._cut:
            return
        if order is None or not 0 < lots <= order.leaves:
            raise ValueError(f"{self.venue}: order {order_no} of {i} cannot fill {lots} lots")
        traded = self._holdings.tradable(order, lots)
        events: list[ExecutionEvent] = []
        if traded:
            events.append(self._trade(order, order.tick, traded, Liquidity.MAKER, now_ns))
        if order.cum_lots == order.lots:
            self._close(order, Standing.FILLED)
        elif traded < lots:
            self._cut.add((i, order_no))
            events.append(self._end(order, now_ns))
        self._tell(order, tuple(events), now_ns)

    def hang_up(self) -> None:
        """Forget who was listening: messages under way are lost, requests under way still arrive."""
        self._outbox.clear()

    def truth(self) -> Truth:
        """Return everything that really happened so far."""
        return Truth(tuple(self._seen), tuple(self._orders.values()), tuple(self._trades))

    # -- at the venue ----------------------------------------------------------------------------

    def _take_in(self, request: Request, now_ns: int) -> None:
        if self._faults.silent_until_ns(now_ns) > now_ns:
            events: Events = ()
        else:
            events = self._obey(request, now_ns)
        due_ns = now_ns + request.response_ns
        if events:
            due_ns = self._outbox.in_order_ns(due_ns)
            if not request.faults and due_ns <= request.lost_ns:
                self._outbox.post(due_ns, events)
                return
        for message in answer(request, events, due_ns):
            self._outbox.post(message.due_ns, message.events)

    def _obey(self, request: Request, now_ns: int) -> Events:
        command = request.command
        match command:
            case Submit():
                events, word = self._submit(command, request, now_ns)
            case Cancel():
                events, word = self._cancel(command, request, now_ns)
            case Query():
                word = _scripted(request)
                events = () if word else (self._report(command, now_ns),)
            case _:
                assert_never(command)
        self._seen.append(Seen(now_ns, command, word))
        return events

    def _submit(self, submit: Submit, request: Request, now_ns: int) -> tuple[Events, str]:
        name = submit.client_order_id
        if name in self._orders or name in self._refused:
            # A refusal told for this id would deny the order that already carries it. Real gateways
            # have to read "duplicate" as "ask me": so no answer, and the first order stands.
            return (), Refusal.DUPLICATE.value
        checked = self._check(submit, request, now_ns)
        if isinstance(checked, str):
            self._refused.add(name)
            refused = Rejected(
                client_order_id=name, venue=self.venue, ts_exchange_ns=now_ns, reason=checked
            )
            return (refused,), checked
        order = self._orders[name] = checked
        return self._match(order, now_ns), ""

    def _check(self, submit: Submit, request: Request, now_ns: int) -> PaperOrder | str:
        word = _scripted(request)
        if word:
            return word
        if now_ns > submit.deadline_ns + self._terms.grace_ns:
            return Refusal.DEADLINE.value
        listed = self._listings.get(submit.symbol)
        if listed is None:
            return Refusal.SYMBOL.value
        ends_ns = self._matcher.last_exchange_ns(listed.i)
        if ends_ns is not None and now_ns > ends_ns:
            return Refusal.ENDED.value
        steps = listed.steps(submit)
        if isinstance(steps, Refusal):
            return steps.value
        tick, lots = steps
        order = PaperOrder(submit, listed, len(self._orders) + 1, tick, lots, request.faults)
        resting = self._open[listed.i]
        if self._holdings.refuses(order, resting.values()):
            return Refusal.REDUCE_ONLY.value
        if resting and any(_would_trade(order, own) for own in resting.values()):
            return Refusal.OWN_ORDER.value
        if submit.post_only and self._matcher.would_cross(listed.i, _book_side(submit), tick):
            return Refusal.POST_ONLY.value
        return order

    def _match(self, order: PaperOrder, now_ns: int) -> Events:
        submit, i, side = order.submit, order.listing.i, _book_side(order.submit)
        events: list[ExecutionEvent] = [
            Accepted(
                client_order_id=submit.client_order_id,
                venue=self.venue,
                ts_exchange_ns=now_ns,
                venue_order_id=f"{self.venue}-{order.order_no}",
            )
        ]
        if not submit.post_only:
            wanted = order.sought if order.faults else order.lots
            swept = self._matcher.sweep(i, side, order.tick, wanted, now_ns) if wanted else ()
            for tick, lots in swept:
                events.append(self._trade(order, tick, lots, Liquidity.TAKER, now_ns))
        if order.cum_lots >= order.lots:
            order.standing = Standing.FILLED
        elif submit.time_in_force is TimeInForce.IOC:
            order.standing = Standing.EXPIRED
            events.append(
                Expired(
                    client_order_id=submit.client_order_id,
                    venue=self.venue,
                    ts_exchange_ns=now_ns,
                    cum_quantity=order.told_cum,
                )
            )
        else:
            self._open[i][order.order_no] = order
            self._matcher.rest(i, order.order_no, side, order.tick, order.leaves, now_ns)
            for fault in order.faults:
                if isinstance(fault, CanceledUnasked):
                    self._schedule(now_ns + fault.delay_ns, _Withdrawal(order))
        return tuple(events)

    def _trade(
        self, order: PaperOrder, tick: int, lots: int, liquidity: Liquidity, now_ns: int
    ) -> Filled:
        listed, submit = order.listing, order.submit
        order.cum_lots += lots
        fee, currency = listed.charge(submit.side, tick, lots, liquidity)
        if not order.fills:
            fee = MONEY.add(fee, listed.instrument.order_cost)
        filled = Filled(
            client_order_id=submit.client_order_id,
            venue=self.venue,
            ts_exchange_ns=now_ns,
            exec_id=f"{self.venue}-{order.order_no}-{len(order.fills) + 1}",
            quantity=listed.quantity(lots),
            price=listed.price(tick),
            fee=fee,
            fee_currency=currency,
            liquidity=liquidity,
            cum_quantity=listed.quantity(order.cum_lots),
        )
        order.fills.append(filled)
        self._trades.append(filled)
        if not listed.is_spot:
            for excess in self._holdings.book(order, lots, self._open[listed.i].values()):
                self._schedule(now_ns, _Withdrawal(excess))
        return filled

    def _cancel(self, cancel: Cancel, request: Request, now_ns: int) -> tuple[Events, str]:
        order = self._orders.get(cancel.client_order_id)
        word = _scripted(request)
        if not word and order is None:
            word = Refusal.UNKNOWN_ORDER.value
        elif not word and order is not None and order.standing is not Standing.WORKING:
            word = Refusal.CLOSED.value
        if word or order is None:
            refused = CancelRejected(
                client_order_id=cancel.client_order_id,
                venue=self.venue,
                ts_exchange_ns=now_ns,
                reason=word,
            )
            return (refused,), word
        return (self._end(order, now_ns),), ""

    def _withdraw(self, order: PaperOrder, now_ns: int) -> None:
        if order.standing is Standing.WORKING:
            self._tell(order, (self._end(order, now_ns),), now_ns)

    def _end(self, order: PaperOrder, now_ns: int) -> Canceled:
        self._matcher.remove(order.listing.i, order.order_no, now_ns)
        self._close(order, Standing.CANCELED)
        return Canceled(
            client_order_id=order.submit.client_order_id,
            venue=self.venue,
            ts_exchange_ns=now_ns,
            cum_quantity=order.told_cum,
        )

    def _close(self, order: PaperOrder, standing: Standing) -> None:
        order.standing = standing
        del self._open[order.listing.i][order.order_no]

    def _report(self, query: Query, now_ns: int) -> Reported:
        name = query.client_order_id
        order = self._orders.get(name)
        if order is None:
            known = name in self._refused
            return Reported(
                client_order_id=name,
                venue=self.venue,
                ts_exchange_ns=now_ns,
                standing=Standing.REJECTED if known else Standing.ABSENT,
                cum_quantity=ZERO,
            )
        return Reported(
            client_order_id=name,
            venue=self.venue,
            ts_exchange_ns=now_ns,
            standing=order.standing,
            cum_quantity=order.listing.quantity(order.cum_lots),
            fills=tuple(order.fills),
        )

    def _tell(self, order: PaperOrder, events: Events, now_ns: int) -> None:
        # Said unasked: what the venue would say during a silence is said when it ends.
        speaks_ns = self._faults.silent_until_ns(now_ns)
        due_ns = self._outbox.in_order_ns(speaks_ns + self._journeys.of_message())
        for message in stream(events, due_ns, order.faults):
            self._outbox.post(message.due_ns, message.events)

    def _schedule(self, due_ns: int, item: Request | _Withdrawal) -> None:
        self._scheduled += 1
        heapq.heappush(self._due, (due_ns, self._scheduled, item))


def _scripted(request: Request) -> str:
    if not request.faults:
        return ""
    return next((f.reason for f in request.faults if isinstance(f, Refused)), "")


def _book_side(submit: Submit) -> int:
    return BID if submit.side is Side.BUY else ASK


def _would_trade(order: PaperOrder, own: PaperOrder) -> bool:
    sign = order.submit.side.sign
    return (
        own.submit.side is not order.submit.side
        and own.submit.account == order.submit.account
        and sign * order.tick >= sign * own.tick
    )
