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

from venues.model.commands import Cancel, Command, Query, Submit, SubmitPair, orders_of
from venues.model.events import ExecutionEvent, Filled, Reported, Standing
from venues.model.ids import ClientOrderId, VenueId
from venues.model.instrument import Instrument
from venues.model.market import ASK, BID
from venues.model.numbers import MONEY
from venues.model.order import Liquidity, Side, TimeInForce, Trigger
from venues.paper.agenda import Activation, Due, Withdrawal
from venues.paper.answers import Events, Outbox, Request, answer, stream
from venues.paper.faults import ArrivalLate, CanceledUnasked, FaultPlan, RequestLost
from venues.paper.holdings import Holding, Holdings
from venues.paper.latency import Journeys, Latency
from venues.paper.listing import Refusal, listing
from venues.paper.lists import joined
from venues.paper.ports import Matcher
from venues.paper.stops import why_not_dormant
from venues.paper.truth import OPEN, PaperOrder, Seen, Truth
from venues.paper.words import (
    accepted,
    activated,
    cancel_rejected,
    canceled,
    expired,
    filled,
    rejected,
    reported,
    unknown,
)
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
        self._due: list[tuple[int, int, Due]] = []
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
                case Withdrawal(order):
                    self._withdraw(order, now_ns)
                case Activation(order):
                    self._activate(order, now_ns)
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
            events.extend(self._ends_other(order, now_ns))
        if order.cum_lots == order.lots:
            self._close(order, Standing.FILLED)
        elif traded < lots:
            self._cut.add((i, order_no))
            events.extend(self._end(order, now_ns))
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
            case Submit() | SubmitPair():
                events, word = self._submit(command, request, now_ns)
            case Cancel():
                events, word = self._cancel(command, request, now_ns)
            case Query():
                word = request.scripted
                events = () if word else (self._report(command, now_ns),)
            case _:
                assert_never(command)
        self._seen.append(Seen(now_ns, command, word))
        return events

    def _submit(
        self, command: Submit | SubmitPair, request: Request, now_ns: int
    ) -> tuple[Events, str]:
        submits = orders_of(command)
        known = [s.client_order_id for s in submits]
        if any(name in self._orders or name in self._refused for name in known):
            # A refusal told for this id would deny the order that already carries it. Real gateways
            # have to read "duplicate" as "ask me": so no answer, and the first order stands.
            return (), Refusal.DUPLICATE.value
        orders: list[PaperOrder] = []
        word = ""
        for submit in submits:
            checked = self._check(submit, request, now_ns, len(self._orders) + len(orders) + 1)
            if isinstance(checked, str):
                word = word or checked
            else:
                orders.append(checked)
        word = word or joined(orders, self._matcher.prices, now_ns)
        if word:
            self._refused.update(known)
            return tuple(rejected(submit, word, now_ns) for submit in submits), word
        self._orders.update(zip(known, orders, strict=True))
        events: list[ExecutionEvent] = []
        for order in orders:
            events.append(accepted(order, now_ns))
            if order.submit.trigger is not None:
                self._put_to_sleep(order, order.submit.trigger, now_ns)
            else:
                events.extend(self._match(order, now_ns))
        return tuple(events), ""

    def _check(
        self, submit: Submit, request: Request, now_ns: int, number: int
    ) -> PaperOrder | str:
        word = request.scripted
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
        order = PaperOrder(submit, listed, number, tick, lots, request.faults)
        if submit.trigger is not None:
            return why_not_dormant(listed, submit.trigger, self._matcher.prices, now_ns) or order
        return self._why_not_in_the_book(order) or order

    def _why_not_in_the_book(self, order: PaperOrder) -> str:
        """Return why an order may not meet the book as it stands, or ""."""
        submit, i = order.submit, order.listing.i
        resting = self._open[i]
        if self._holdings.refuses(order, resting.values()):
            return Refusal.REDUCE_ONLY.value
        if resting and any(order.would_trade(own) for own in resting.values()):
            return Refusal.OWN_ORDER.value
        if submit.post_only and self._matcher.would_cross(i, _book_side(submit), order.tick):
            return Refusal.POST_ONLY.value
        return ""

    def _put_to_sleep(self, order: PaperOrder, trigger: Trigger, now_ns: int) -> None:
        """Hold an order outside the book until the venue's own price comes to its trigger."""
        order.standing = Standing.DORMANT
        wakes_ns = self._matcher.prices.reached_ns(order.listing.i, trigger, now_ns)
        if wakes_ns is not None:
            self._schedule(wakes_ns, Activation(order))
        self._cancel_unasked(order, now_ns)

    def _activate(self, order: PaperOrder, now_ns: int) -> None:
        """Let a dormant order meet the book as it stands right after what triggered it."""
        if order.standing is not Standing.DORMANT:
            return
        order.standing = Standing.WORKING
        woken = (activated(order, now_ns), *self._ends_other(order, now_ns))
        if self._why_not_in_the_book(order):
            order.standing = Standing.EXPIRED
            self._tell(order, (*woken, expired(order, now_ns)), now_ns)
            return
        self._tell(order, (*woken, *self._match(order, now_ns)), now_ns)

    def _match(self, order: PaperOrder, now_ns: int) -> Events:
        submit, i, side = order.submit, order.listing.i, _book_side(order.submit)
        events: list[ExecutionEvent] = []
        if not submit.post_only:
            wanted = order.sought if order.faults else order.lots
            swept = self._matcher.sweep(i, side, order.tick, wanted, now_ns) if wanted else ()
            for tick, lots in swept:
                events.append(self._trade(order, tick, lots, Liquidity.TAKER, now_ns))
        if order.cum_lots >= order.lots:
            order.standing = Standing.FILLED
        elif submit.time_in_force is TimeInForce.IOC:
            order.standing = Standing.EXPIRED
            events.append(expired(order, now_ns))
        else:
            self._open[i][order.order_no] = order
            self._matcher.rest(i, order.order_no, side, order.tick, order.leaves, now_ns)
            if submit.trigger is None:
                self._cancel_unasked(order, now_ns)
        return tuple(events)

    def _cancel_unasked(self, order: PaperOrder, now_ns: int) -> None:
        for fault in order.faults:
            if isinstance(fault, CanceledUnasked):
                self._schedule(now_ns + fault.delay_ns, Withdrawal(order))

    def _trade(
        self, order: PaperOrder, tick: int, lots: int, liquidity: Liquidity, now_ns: int
    ) -> Filled:
        listed, submit = order.listing, order.submit
        order.cum_lots += lots
        fee, currency = listed.charge(submit.side, tick, lots, liquidity)
        if not order.fills:
            fee = MONEY.add(fee, listed.instrument.order_cost)
        fill = filled(order, tick, lots, (fee, currency), liquidity, now_ns)
        order.fills.append(fill)
        self._trades.append(fill)
        if not listed.is_spot:
            for excess in self._holdings.book(order, lots, self._open[listed.i].values()):
                self._schedule(now_ns, Withdrawal(excess))
        return fill

    def _cancel(self, cancel: Cancel, request: Request, now_ns: int) -> tuple[Events, str]:
        order = self._orders.get(cancel.client_order_id)
        word = request.scripted
        if not word and order is None:
            word = Refusal.UNKNOWN_ORDER.value
        elif not word and order is not None and order.standing not in OPEN:
            word = Refusal.CLOSED.value
        if word or order is None:
            return (cancel_rejected(cancel, word, now_ns),), word
        return self._end(order, now_ns), ""

    def _withdraw(self, order: PaperOrder, now_ns: int) -> None:
        if order.standing in OPEN:
            self._tell(order, self._end(order, now_ns), now_ns)

    def _end(self, order: PaperOrder, now_ns: int) -> Events:
        """Take an open order out, and the other one of its list with it."""
        gone = [o for o in (order, order.other) if o is not None and o.standing in OPEN]
        for one in gone:
            self._take_out(one, Standing.CANCELED, now_ns)
        return tuple(canceled(one, now_ns) for one in gone)

    def _ends_other(self, order: PaperOrder, now_ns: int) -> Events:
        """End the other order of the list of one that trades, or has woken."""
        other = order.other
        if other is None or other.standing not in OPEN:
            return ()
        self._take_out(other, Standing.EXPIRED, now_ns)
        return (expired(other, now_ns),)

    def _take_out(self, order: PaperOrder, standing: Standing, now_ns: int) -> None:
        if order.standing is Standing.DORMANT:
            order.standing = standing
        else:
            self._matcher.remove(order.listing.i, order.order_no, now_ns)
            self._close(order, standing)

    def _close(self, order: PaperOrder, standing: Standing) -> None:
        order.standing = standing
        del self._open[order.listing.i][order.order_no]

    def _report(self, query: Query, now_ns: int) -> Reported:
        name = query.client_order_id
        order = self._orders.get(name)
        if order is None:
            return unknown(query, Standing.REJECTED if name in self._refused else None, now_ns)
        return reported(order, now_ns)

    def _tell(self, order: PaperOrder, events: Events, now_ns: int) -> None:
        # Said unasked: what the venue would say during a silence is said when it ends.
        speaks_ns = self._faults.silent_until_ns(now_ns)
        due_ns = self._outbox.in_order_ns(speaks_ns + self._journeys.of_message())
        for message in stream(events, due_ns, order.faults):
            self._outbox.post(message.due_ns, message.events)

    def _schedule(self, due_ns: int, item: Due) -> None:
        self._scheduled += 1
        heapq.heappush(self._due, (due_ns, self._scheduled, item))


def _book_side(submit: Submit) -> int:
    return BID if submit.side is Side.BUY else ASK
