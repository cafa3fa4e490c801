"""Do paper venues and the recorded market agree on every trade, whoever drives them?"""

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

import pytest

from venues.model.commands import Cancel, Submit
from venues.model.events import Canceled, ExecutionEvent, Expired, Filled, Rejected, Standing
from venues.model.ids import MAIN_ACCOUNT, ClientOrderId, ParentId
from venues.model.market import ASK, BID
from venues.model.order import Liquidity, Side, TimeInForce
from venues.paper.faults import NoFaults
from venues.paper.latency import Latency
from venues.paper.market import RecordedMarket
from venues.paper.played import QueueModel
from venues.paper.venue import PaperTerms, PaperVenue
from venues.ports import RANK_ARRIVAL, RANK_TIMER
from venues.synthetic.small import small_tape

MS = 1_000_000
S = 1_000_000_000
START = 100 * S
TERMS = PaperTerms(latency=Latency(entry_ns=20 * MS, response_ns=20 * MS, jitter_ns=10 * MS))


@dataclass
class Session:
    """Two small venues of one recorded market, driven in virtual time."""

    queue: QueueModel
    kernels: bool
    seed: int
    now_ns: int = START
    told: list[ExecutionEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        tape = small_tape(seed=self.seed, duration_ns=120 * S, start_ns=START, messages_per_s=8.0)
        self.market = RecordedMarket(
            tape, kernels=self.kernels, queue=self.queue, stale_after_ns=3 * S
        )
        self.venues = [
            PaperVenue(
                instrument.venue,
                [(i, instrument)],
                self.market.matcher,
                terms=TERMS,
                rng=Random(i),
                faults=NoFaults(),
            )
            for i, instrument in enumerate(tape.instruments)
        ]

    def run(self, until_ns: int) -> None:
        while True:
            due = min(
                ((*d, n) for n, v in enumerate(self.venues) if (d := v.next_due_ns())),
                default=(until_ns, RANK_TIMER, 0),
            )
            stop_at = min(due, (until_ns, RANK_TIMER, 0))
            stop = self.market.advance(stop_at[0], stop_at[1])
            if stop.fills:
                self.now_ns = stop.time_ns
                for fill in stop.fills:
                    self.venues[fill.i].maker_filled(fill.i, fill.order_no, fill.lots, stop.time_ns)
                continue
            self.now_ns = stop_at[0]
            if due > stop_at or stop_at[1] == RANK_TIMER:
                return
            if due[1] == RANK_ARRIVAL:
                self.venues[due[2]].arrive(self.now_ns)
            else:
                self.told += self.venues[due[2]].deliver(self.now_ns)

    def submit(self, rng: Random, number: int) -> None:
        i = rng.randrange(len(self.venues))
        instrument = self.market.instruments[i]
        bid, ask = self.market.view.best(i, BID), self.market.view.best(i, ASK)
        if bid is None or ask is None:
            return
        buys = rng.random() < 0.5
        tick = (ask if buys else bid) + rng.randint(-2, 2)
        self.venues[i].send(
            Submit(
                client_order_id=ClientOrderId(f"o{number}"),
                parent_id=ParentId("p"),
                child_no=number,
                attempt=1,
                account=MAIN_ACCOUNT,
                venue=instrument.venue,
                symbol=instrument.symbol,
                side=Side.BUY if buys else Side.SELL,
                quantity=instrument.quantity_of(rng.randint(50, 3000)),
                price=instrument.price_of(tick),
                time_in_force=rng.choice(list(TimeInForce)),
                decided_ns=self.now_ns,
                deadline_ns=self.now_ns + S,
            ),
            self.now_ns,
        )
        if rng.random() < 0.4:
            self.venues[i].send(
                Cancel(
                    client_order_id=ClientOrderId(f"o{number - rng.randrange(4)}"),
                    parent_id=ParentId("p"),
                    account=MAIN_ACCOUNT,
                    venue=instrument.venue,
                    symbol=instrument.symbol,
                    number=number,
                ),
                self.now_ns,
            )


def trade_two_minutes(session: Session) -> Session:
    rng = Random(session.seed)
    for number in range(240):
        session.run(START + number * S // 2)
        session.submit(rng, number)
    session.run(START + 200 * S)
    return session


@pytest.mark.parametrize("queue", list(QueueModel))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_maker_trade_is_what_the_queue_of_the_market_allowed(
    queue: QueueModel, seed: int
) -> None:
    session = trade_two_minutes(Session(queue, kernels=False, seed=seed))
    makers = 0
    for i, venue in enumerate(session.venues):
        for order in venue.truth().orders:
            lots = sum(
                (f.quantity for f in order.fills if f.liquidity is Liquidity.MAKER), Decimal(0)
            )
            rested = order.submit.time_in_force is TimeInForce.GTC and (
                order.standing is not Standing.FILLED or lots > 0
            )
            if not rested:
                assert lots == 0
                continue
            bounds = session.market.matcher.bounds(i, order.order_no)
            decided = bounds.pessimistic if queue is QueueModel.PESSIMISTIC else bounds.optimistic
            assert lots == session.market.instruments[i].quantity_of(decided)
            assert bounds.pessimistic <= bounds.optimistic
            makers += lots > 0
    assert makers > 3


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_told_is_what_traded_and_nothing_traded_outside_its_limit(seed: int) -> None:
    session = trade_two_minutes(Session(QueueModel.PESSIMISTIC, kernels=False, seed=seed))
    truths = [venue.truth() for venue in session.venues]
    told = [e for e in session.told if isinstance(e, Filled)]
    traded = [fill for truth in truths for fill in truth.trades]
    assert sorted(f.exec_id for f in told) == sorted(f.exec_id for f in traded)
    for truth in truths:
        for order in truth.orders:
            sign = order.submit.side.sign
            assert all(sign * f.price <= sign * order.submit.price for f in order.fills)
            assert order.cum_lots <= order.lots
    kinds = {type(event) for event in session.told}
    assert {Filled, Expired, Canceled} <= kinds


def test_after_the_last_recorded_event_of_an_instrument_nothing_trades() -> None:
    session = Session(QueueModel.PESSIMISTIC, kernels=False, seed=4)
    session.run(START + 130 * S)
    for number in range(5):
        session.submit(Random(number), number)
    session.run(START + 140 * S)
    assert session.told
    assert {e.reason for e in session.told if isinstance(e, Rejected)} == {"recording ended"}


def test_kernels_and_twin_let_the_same_be_told() -> None:
    twin = trade_two_minutes(Session(QueueModel.PESSIMISTIC, kernels=False, seed=5))
    kernels = trade_two_minutes(Session(QueueModel.PESSIMISTIC, kernels=True, seed=5))
    assert twin.told == kernels.told
