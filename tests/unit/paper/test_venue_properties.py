"""What holds at a paper venue whatever we send and whatever goes wrong?"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.paper.desk import MS, Desk, S
from venues.model.events import (
    Accepted,
    AnswerLost,
    Asked,
    Canceled,
    CancelRejected,
    ExecutionEvent,
    Expired,
    Filled,
    Rejected,
    Reported,
)
from venues.model.ids import ClientOrderId
from venues.paper.chance import (
    DISHONEST,
    FaultKind,
    SeededFaults,
    SilenceRate,
    swarm_rates,
)
from venues.paper.latency import Latency

LATENCY = Latency(entry_ns=5 * MS, response_ns=5 * MS, jitter_ns=30 * MS)


@dataclass(frozen=True)
class Step:
    """Wait, then do one thing; `pick` chooses among the orders so far."""

    wait_ms: int
    deed: str
    side: str
    lots: int
    tick: int
    pick: int


STEPS = st.lists(
    st.builds(
        Step,
        wait_ms=st.integers(0, 4000),
        deed=st.sampled_from(["ioc", "gtc", "post", "cancel", "query", "trade", "book"]),
        side=st.sampled_from(["buy", "sell"]),
        lots=st.integers(1, 30),
        tick=st.integers(196, 204),
        pick=st.integers(0, 10),
    ),
    max_size=25,
)


def play(steps: list[Step], seed: int, rates: dict[FaultKind, float], silence: SilenceRate) -> Desk:
    desk = Desk(faults=SeededFaults(rates, Random(seed), silence), latency=LATENCY, seed=seed)
    orders: list[ClientOrderId] = []
    for step in steps:
        desk.wait(desk.now_ns + step.wait_ms * MS)
        picked = orders[step.pick % len(orders)] if orders else ClientOrderId("nobody")
        match step.deed:
            case "ioc" | "gtc" | "post":
                order = desk.submit(
                    step.side,
                    step.lots,
                    step.tick,
                    ioc=step.deed == "ioc",
                    post_only=step.deed == "post",
                    deadline_ns=desk.now_ns + 10 * S,
                )
                orders.append(order)
            case "cancel":
                desk.cancel(picked)
            case "query":
                desk.query(picked)
            case "trade" if desk.market.resting:
                places = sorted(desk.market.resting)
                _, order_no = places[step.pick % len(places)]
                desk.trade_into(order_no, min(step.lots, desk.market.resting[0, order_no][2]))
            case _:
                own = [tick for _, tick, _ in desk.market.resting.values()]
                low, high = min([*own, step.tick]) - 1, max([*own, step.tick]) + 1
                desk.market.show(f"{step.lots}@{low} | {step.lots}@{high}")
    return desk.wait(desk.now_ns + 1000 * S)


@given(STEPS, st.integers(0, 2**32))
def test_the_same_seed_and_commands_give_the_same_answers_at_the_same_times(
    steps: list[Step], seed: int
) -> None:
    rates, silence = dict(swarm_rates(Random(seed))), SilenceRate(every_ns=20 * S)
    once, again = play(steps, seed, rates, silence), play(steps, seed, rates, silence)
    assert once.told == again.told
    assert once.venue.truth().trades == again.venue.truth().trades
    assert once.venue.truth().requests == again.venue.truth().requests


@given(STEPS, st.integers(0, 2**32))
def test_an_honest_venue_trades_each_order_at_most_once_over_and_never_after_its_end(
    steps: list[Step], seed: int
) -> None:
    desk = play(steps, seed, dict(swarm_rates(Random(seed))), SilenceRate())
    truth = desk.venue.truth()
    assert len({fill.exec_id for fill in truth.trades}) == len(truth.trades)
    ends: dict[ClientOrderId, int] = {
        e.client_order_id: e.ts_exchange_ns
        for e in desk.events
        if isinstance(e, Canceled | Expired)
    }
    for order in truth.orders:
        name = order.submit.client_order_id
        traded = sum((fill.quantity for fill in order.fills), Decimal(0))
        assert traded == desk.instrument.quantity_of(order.cum_lots) <= order.submit.quantity
        assert all(fill.ts_exchange_ns <= ends.get(name, desk.now_ns) for fill in order.fills)
        sign = order.submit.side.sign
        assert all(sign * fill.price <= sign * order.submit.price for fill in order.fills)


@given(STEPS, st.integers(0, 2**32))
def test_whatever_is_told_is_true_and_a_closing_report_counts_every_fill(
    steps: list[Step], seed: int
) -> None:
    desk = play(steps, seed, dict(swarm_rates(Random(seed))), SilenceRate(every_ns=30 * S))
    truth = desk.venue.truth()
    traded = set(truth.trades)
    cums = {
        order.submit.client_order_id: desk.instrument.quantity_of(order.cum_lots)
        for order in truth.orders
    }
    for event in desk.events:
        match event:
            case Filled():
                assert event in traded
            case Canceled() | Expired():
                assert event.cum_quantity == cums[event.client_order_id]
            case Rejected():
                assert event.client_order_id not in cums
            case Reported():
                assert (
                    sum((fill.quantity for fill in event.fills), Decimal(0)) == event.cum_quantity
                )
                assert traded.issuperset(event.fills)
            case _:
                pass


def answers_to(desk: Desk, asked: Asked) -> list[ExecutionEvent]:
    kinds: dict[Asked, type | tuple[type, ...]] = {
        Asked.SUBMIT: (Accepted, Rejected),
        Asked.CANCEL: (Canceled, CancelRejected),
        Asked.QUERY: Reported,
    }
    return [
        e
        for e in desk.events
        if isinstance(e, kinds[asked]) or (isinstance(e, AnswerLost) and e.asked is asked)
    ]


@given(STEPS, st.integers(0, 2**32), st.sets(st.sampled_from(list(FaultKind))))
def test_every_command_is_answered_or_said_to_be_lost(
    steps: list[Step], seed: int, kinds: set[FaultKind]
) -> None:
    rates = dict.fromkeys(sorted(kinds - DISHONEST, key=lambda kind: kind.value), 0.3)
    desk = play(steps, seed, rates, SilenceRate(every_ns=20 * S))
    submits = sum(step.deed in {"ioc", "gtc", "post"} for step in steps)
    assert len(answers_to(desk, Asked.SUBMIT)) >= submits
    assert len(answers_to(desk, Asked.CANCEL)) >= sum(s.deed == "cancel" for s in steps)
    assert len(answers_to(desk, Asked.QUERY)) >= sum(s.deed == "query" for s in steps)


@given(STEPS, st.integers(0, 2**32))
def test_without_faults_each_command_is_answered_exactly_once_and_in_order(
    steps: list[Step], seed: int
) -> None:
    desk = play(steps, seed, {}, SilenceRate())
    submits = sum(step.deed in {"ioc", "gtc", "post"} for step in steps)
    assert len(answers_to(desk, Asked.SUBMIT)) == submits
    assert len(answers_to(desk, Asked.CANCEL)) == sum(s.deed == "cancel" for s in steps)
    assert not [e for e in desk.events if isinstance(e, AnswerLost)]
    stamps = [event.ts_exchange_ns for event in desk.events]
    assert stamps == sorted(stamps)


@given(st.integers(0, 2**32), st.sampled_from(list(FaultKind)))
def test_taking_one_kind_of_fault_out_leaves_the_others_where_they_were(
    seed: int, left_out: FaultKind
) -> None:
    rates = dict.fromkeys(FaultKind, 0.4)
    without = {kind: rate for kind, rate in rates.items() if kind is not left_out}
    desk = Desk()
    for number in range(20):
        desk.submit("buy", 2 + number, 201)
    commands = [item.command for *_, item in desk.venue._due if hasattr(item, "command")]
    whole = SeededFaults(rates, Random(seed), SilenceRate())
    shrunk = SeededFaults(without, Random(seed), SilenceRate())
    for command in commands:
        assert set(shrunk.of(command)) <= set(whole.of(command))
    assert shrunk.strikes == {**whole.strikes, left_out: 0}


def test_every_kind_of_fault_strikes_at_its_rate() -> None:
    plan = SeededFaults(dict.fromkeys(FaultKind, 0.25), Random(7), SilenceRate())
    desk = Desk()
    desk.submit("buy", 3, 201)
    (command,) = (item.command for *_, item in desk.venue._due if hasattr(item, "command"))
    for _ in range(4000):
        plan.of(command)
    assert all(900 < strikes < 1100 for strikes in plan.strikes.values())


def test_a_swarm_turns_whole_kinds_off_and_never_makes_a_venue_break_its_word() -> None:
    profiles = [swarm_rates(Random(seed)) for seed in range(200)]
    assert not any(DISHONEST & set(profile) for profile in profiles)
    assert all(any(kind in p for p in profiles) for kind in set(FaultKind) - DISHONEST)
    assert all(any(kind not in p for p in profiles) for kind in FaultKind)


def test_silences_come_and_go_at_the_rate_asked_for() -> None:
    plan = SeededFaults({}, Random(3), SilenceRate(every_ns=60 * S, longest_ns=30 * S))
    silent = [plan.silent_until_ns(t * S) > t * S for t in range(100_000)]
    assert 0.15 < sum(silent) / len(silent) < 0.25
