"""How do approved commands reach a real venue, and how do we learn what became of them?

A command takes its turn, is sent once as a flight that nothing cancels, and ends in a verdict. Fills are
trades by id; an order is looked up by our own id wherever an answer does not say all of it, and again
until its trades add up to what the venue says has traded. What streams say is a hint to look.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Final, assert_never

from venues.errors import InputError
from venues.live.answers import VenueOrder, order_of
from venues.live.asking import Questions
from venues.live.dialect import Proof
from venues.live.exchange import Exchange
from venues.live.hints import Hints
from venues.live.looking import Lookout
from venues.live.markets import Listing
from venues.live.proofs import Fate
from venues.live.spelling import cancel_call, inexpressible, order_call, validity
from venues.live.throttle import Dispatcher, Urgency
from venues.live.told import ToldOrder
from venues.live.verdicts import Outcome, Verdict, verdict_on
from venues.live.wire import meant_cancel, meant_order
from venues.live.words import lost, not_sent, still_open, turned_down
from venues.model.commands import Approved, Cancel, Command, Query, Submit, SubmitPair, orders_of
from venues.model.events import Asked, ExecutionEvent, Standing
from venues.model.ids import ClientOrderId, Symbol, VenueId
from venues.model.numbers import ZERO
from venues.model.order import TimeInForce
from venues.ports import RANK_TIMER, Clock

_S: Final = 1_000_000_000
# How often an order whose answer was lost is looked for unasked; the engine asks beside that.
_LOOKS: Final = 20


class LiveGateway:
    """A Gateway (see `venues.ports`) to one account at one real venue.

    `listings`: what may be traded there, by symbol. `run` has to run beside it: it lets commands
    leave, listens to the private stream, and looks every `poll_s` at orders that are open or whose
    fills do not add up. InputError for a venue whose answers are not proven.
    """

    def __init__(
        self,
        venue: VenueId,
        exchange: Exchange,
        listings: Mapping[Symbol, Listing],
        clock: Clock,
        *,
        poll_s: int = 5,
    ) -> None:
        dialect = exchange.dialect
        if dialect.proof is not Proof.LOOPBACK:
            raise InputError(f"{dialect.exchange}: its answers are not proven; no order goes there")
        self._venue = venue
        self._exchange = exchange
        self._dialect = dialect
        self.listings = dict(listings)
        self._clock = clock
        self._poll_ns = poll_s * _S
        self._dispatcher = Dispatcher(dialect.quotas, clock)
        self._ask = Questions(exchange, self._dispatcher)
        self._hints = Hints(exchange, clock, self._heard, self._interrupted)
        self._looking: dict[ClientOrderId, VenueOrder | None] = {}
        self._missed = False
        self._lookout = Lookout(venue, self._ask, self._tell)
        self._last: dict[ClientOrderId, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._batches: asyncio.Queue[tuple[ExecutionEvent, ...]] = asyncio.Queue()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def venue(self) -> VenueId:
        """Return where orders go."""
        return self._venue

    async def send(self, approved: Approved) -> None:
        """Hand one approved command over; answers arrive through `events`.

        Commands about one order go one after the other, in the order they were sent.
        """
        command = approved.command
        order = command.client_order_id
        task = self._begin(self._perform(command, self._last.get(order)))
        self._last[order] = task
        task.add_done_callback(lambda done: self._forget(order, done))

    async def events(self) -> AsyncIterator[tuple[ExecutionEvent, ...]]:
        """Yield batches of execution events; never ends. One iteration at a time."""
        while True:
            yield await self._batches.get()

    async def run(self) -> None:
        """Let commands leave and keep looking, for ever; raises what went wrong on the way."""
        running = [
            asyncio.ensure_future(self._dispatcher.run()),
            asyncio.ensure_future(self._look_around()),
            asyncio.ensure_future(self._hints.run()),
        ]
        try:
            await asyncio.wait({*running, self._failed}, return_when=asyncio.FIRST_COMPLETED)
            for ended in (*running, self._failed):
                if ended.done():
                    ended.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def close(self) -> None:
        """Wait until every call under way has ended, then let the client go.

        What waits for its turn does not leave any more; the journal has it, and a restart asks.
        """
        self._looking.clear()  # no look leads to another any more
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._exchange.close()

    async def settled(self) -> None:
        """Return when nothing that was sent is waiting or under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def reconcile(self) -> None:
        """Look at every order that is open, in doubt, or over without all of its fills."""
        await self._lookout.reconcile()

    def _heard(self, order: ClientOrderId, said: VenueOrder) -> None:
        """Look at an order of which a stream says more than was told."""
        known = self._lookout.known(order)
        if known is None or not known.open:
            return
        if said.cum_quantity <= known.told and said.standing is Standing.WORKING:
            return
        if order in self._looking:
            self._looking[order] = said  # the look under way may have been too early for this
            return
        self._looking[order] = None
        self._begin(self._look(known)).add_done_callback(lambda _: self._looked(order))

    async def _look(self, order: ToldOrder) -> None:
        await self._lookout.look(order)

    def _looked(self, order: ClientOrderId) -> None:
        said = self._looking.pop(order, None)
        if said is not None:
            self._heard(order, said)

    def _interrupted(self) -> None:
        """Look at everything: a stream has missed something."""
        if not self._missed:
            self._missed = True
            self._begin(self._catch_up())

    async def _catch_up(self) -> None:
        self._missed = False
        await self._lookout.reconcile()

    async def _look_around(self) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now_ns() + self._poll_ns, RANK_TIMER)
            await self._lookout.reconcile()

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._failed.done():
            self._failed.set_exception(error)

    def _forget(self, order: ClientOrderId, done: asyncio.Task[None]) -> None:
        if self._last.get(order) is done:
            del self._last[order]

    def _tell(self, events: list[ExecutionEvent]) -> None:
        if events:
            self._batches.put_nowait(tuple(events))

    async def _perform(self, command: Command, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        match command:
            case Submit():
                await self._submit(command)
            case SubmitPair():
                why = "no order list goes through this gateway"
                self._tell([not_sent(s, Asked.SUBMIT, why) for s in orders_of(command)])
            case Cancel():
                await self._cancel(command)
            case Query():
                await self._query(command)
            case _:
                assert_never(command)

    async def _submit(self, submit: Submit) -> None:
        order_id = submit.client_order_id
        if self._lookout.known(order_id) is not None:
            # An id goes out once: what became of the first is to be asked, not assumed.
            self._tell([lost(submit, Asked.SUBMIT)])
            return
        why = self._refused(submit)
        if why:
            self._tell([not_sent(submit, Asked.SUBMIT, why)])
            return
        weight = self._dialect.weights.order
        await self._ask.turn(Urgency.REDUCE if submit.reduce_only else Urgency.NEW, weight)
        left_ns = submit.deadline_ns - self._clock.now_ns()
        if left_ns <= 0:
            self._tell([not_sent(submit, Asked.SUBMIT, "late: its turn came after its deadline")])
            return
        order = self._lookout.remember(order_id, submit.symbol)
        outcome, answered = await self._place(submit, left_ns)
        match outcome.verdict:
            case Verdict.NOT_SENT:
                self._lookout.forget(order_id)
                self._tell([not_sent(submit, Asked.SUBMIT, outcome.reason)])
            case Verdict.REJECTED:
                self._tell([turned_down(submit, outcome, self._clock.wall_ns())])
            case Verdict.UNKNOWN:
                order.doubts = _LOOKS
                self._tell([lost(submit, Asked.SUBMIT)])
            case Verdict.ACCEPTED:
                await self._took(order, submit, outcome.venue_order_id, answered)

    async def _place(self, submit: Submit, left_ns: int) -> tuple[Outcome, VenueOrder | None]:
        listed = self.listings[submit.symbol]
        call = order_call(submit, self._dialect)
        params = call.params | validity(self._dialect, left_ns)
        meant = meant_order(submit, self._dialect, listed.market_id, listed.instrument.kind)
        landed = await self._exchange.fly(
            meant,
            lambda: self._exchange.ccxt.create_order(
                call.symbol, "limit", call.side, call.amount, call.price, params
            ),
        )
        self._ask.heard(landed)
        outcome = verdict_on(landed, self._dialect.family)
        answered = None if landed.error else order_of(landed.value, self._dialect.family)
        return outcome, answered

    async def _took(
        self, order: ToldOrder, submit: Submit, venue_order_id: str, said: VenueOrder | None
    ) -> None:
        """Tell that the venue has the order, and all that its answer says or a look can."""
        if said is not None and said.trades is not None:
            self._tell(order.learn(said, said.trades))
            return
        self._tell(order.accept(venue_order_id, said.ts_ns if said else self._clock.wall_ns()))
        immediate = submit.time_in_force is TimeInForce.IOC
        if said is None or said.cum_quantity > ZERO or immediate:
            await self._lookout.look(order)

    async def _cancel(self, cancel: Cancel) -> None:
        order = self._lookout.remember(cancel.client_order_id, cancel.symbol)
        listed = self.listings.get(cancel.symbol)
        if listed is None:
            self._tell([not_sent(cancel, Asked.CANCEL, f"{cancel.symbol} is not listed")])
            return
        call = cancel_call(cancel, self._dialect)
        meant = meant_cancel(cancel, self._dialect, listed.market_id, listed.instrument.kind)
        await self._ask.turn(Urgency.CANCEL, self._dialect.weights.cancel)
        landed = await self._exchange.fly(
            meant, lambda: self._exchange.ccxt.cancel_order(None, call.symbol, dict(call.params))
        )
        self._ask.heard(landed)
        outcome = verdict_on(landed, self._dialect.family)
        match outcome.verdict:
            case Verdict.NOT_SENT:
                self._tell([not_sent(cancel, Asked.CANCEL, outcome.reason)])
            case Verdict.UNKNOWN:
                self._tell([lost(cancel, Asked.CANCEL)])
            case Verdict.ACCEPTED:
                await self._canceled(cancel, order, order_of(landed.value, self._dialect.family))
            case Verdict.REJECTED:
                if outcome.fate is Fate.NOT_OPEN and order.accepted:
                    await self._lookout.look(order)  # it is over: what traded is told first
                self._tell([still_open(cancel, outcome, self._clock.wall_ns())])

    async def _canceled(self, cancel: Cancel, order: ToldOrder, said: VenueOrder | None) -> None:
        if said is not None and said.cum_quantity <= order.told:
            self._tell(order.learn(said, ()))
        elif not await self._lookout.look(order):
            # It is gone, and what it traded is not known: that has to be asked.
            self._tell([lost(cancel, Asked.CANCEL)])

    async def _query(self, query: Query) -> None:
        order = self._lookout.remember(query.client_order_id, query.symbol)
        report = await self._lookout.report(order)
        self._tell([report or lost(query, Asked.QUERY)])

    def _refused(self, submit: Submit) -> str:
        """Return why an order is not even tried; "" when it may be."""
        listed = self.listings.get(submit.symbol)
        if listed is None:
            return f"{submit.symbol} is not listed at {self._venue}"
        if submit.trigger is not None and not listed.instrument.stop_orders:
            return f"{self._venue} is not trusted with a trigger: held here instead"
        return inexpressible(submit, self._dialect, listed.instrument.kind)
